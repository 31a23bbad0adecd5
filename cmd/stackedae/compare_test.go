package main

import (
	"strings"
	"testing"

	"stackedae/internal/reference"
)

// TestStepsTable has columns of the numbers after an epoch if one is recorded.
func TestStepsTable(t *testing.T) {
	var r compareReport
	r.addSteps([]reference.StepReport{{Hidden: []int{100, 30}, Tied: true, Steps: 200, Early: 1.7e-7, Later: 2e-7}})
	want := `
From recorded weights, unshuffled: largest relative difference of a step's loss, largest
difference of a batch's rounded pixels
hidden      steps 1-100  later steps  pixels
at most           1e-06        5e-06       5
100,30          1.7e-07      2.0e-07       0
`
	if got := r.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got %swant it to end with %s", got, want)
	}
	r.addSteps([]reference.StepReport{{Hidden: []int{64, 12}, Pixels: 9, Epoch: []float64{1e-5, 2e-5, 3e-5, 4e-5}, Outside: "too far"}})
	want = `
From recorded weights, unshuffled: largest relative difference of a step's loss, largest
difference of a batch's rounded pixels, and relative differences after an epoch
hidden      steps 1-100  later steps  pixels  loss  rounded_accuracy  val_loss  val_rounded_accuracy
at most           1e-06        5e-06       5  1e-04             2e-04     5e-04                 2e-03
100,30          1.7e-07      2.0e-07       0
64,12           0.0e+00      0.0e+00       9  1.0e-05           2.0e-05   3.0e-05               4.0e-05  outside
`
	if got := r.String(); !strings.HasSuffix(got, want) {
		t.Errorf("got %swant it to end with %s", got, want)
	}
}
