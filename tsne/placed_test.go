// This file compares new points placed into an embedding with where openTSNE
// has placed them, as recorded in testdata/opentsne.

package tsne

import (
	"cmp"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/npy"
)

const opentsneDir = "../testdata/opentsne/"

func TestTransformIsOpenTSNEs(t *testing.T) {
	digits, reference := readNPY(t, opentsneDir+"digits.npy"), readNPY(t, opentsneDir+"reference.npy")
	theirs := readNPY(t, opentsneDir+"placed.npy")
	a, err := npy.ReadFile(opentsneDir + "labels.npy")
	if err != nil {
		t.Fatal(err)
	}
	labels := a.Data.([]byte)
	b, err := os.ReadFile(opentsneDir + "recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	var record struct {
		NeighborAccuracy float64 `json:"neighbor_accuracy"`
	}
	if err := json.Unmarshal(b, &record); err != nil {
		t.Fatal(err)
	}
	all, columns := digits.Dims()
	n, _ := reference.Dims()

	m, err := NewMap(digits.Slice(0, n, 0, columns), reference, nil)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := m.Transform(t.Context(), digits.Slice(n, all, 0, columns), &TransformSettings{Exaggeration: 1.5})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := placedAccuracy(reference, theirs, labels), record.NeighborAccuracy; math.Abs(got-want) > 1e-9 {
		t.Errorf("neighbour accuracy of openTSNE's places = %v, want %v", got, want)
	}
	byDefault, err := m.Transform(t.Context(), digits.Slice(n, all, 0, columns), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, placed := range []*mat.Dense{ours, byDefault} {
		// Three points of the 300.
		if got, want := placedAccuracy(reference, placed, labels), record.NeighborAccuracy-.01; got < want {
			t.Errorf("neighbour accuracy = %v, want at least %v", got, want)
		}
	}

	// With openTSNE's exaggeration most points come to lie where openTSNE puts them.
	var apart []float64
	for i := range all - n {
		apart = append(apart, math.Hypot(ours.At(i, 0)-theirs.At(i, 0), ours.At(i, 1)-theirs.At(i, 1)))
	}
	slices.Sort(apart)
	if got := apart[len(apart)*9/10]; got > .05 { // the embedding's standard deviation is 24
		t.Errorf("nine in ten points are up to %.3g from where openTSNE puts them, want at most .05", got)
	}
}

// placedAccuracy returns the share of placed points whose label is the most
// frequent one among their 10 nearest reference points. The reference's labels
// come first.
func placedAccuracy(reference, placed *mat.Dense, labels []byte) float64 {
	n, _ := reference.Dims()
	more, _ := placed.Dims()
	right := 0
	for i := range more {
		order := make([]int, n)
		distance := make([]float64, n)
		for j := range n {
			order[j] = j
			distance[j] = math.Hypot(reference.At(j, 0)-placed.At(i, 0), reference.At(j, 1)-placed.At(i, 1))
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Compare(distance[a], distance[b]) })
		var votes [10]int
		for _, j := range order[:10] {
			votes[labels[j]]++
		}
		if best := slices.Index(votes[:], slices.Max(votes[:])); best == int(labels[n+i]) {
			right++
		}
	}
	return float64(right) / float64(more)
}
