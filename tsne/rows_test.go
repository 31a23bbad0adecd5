package tsne

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A survey in several pieces of work finds what a loop over all rows finds.
func TestSurvey(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, dim = 2*surveyBlock + 100, 3
	data := uniform(n, dim, rng)
	for _, row := range []int{0, surveyBlock + 7, n - 1} {
		data.Set(row, 1, -float64(10+row))
		x, err := newRows("points", data)
		if err != nil {
			t.Fatal(err)
		}
		mean, largest, err := x.survey()
		if err != nil || largest != float64(10+row) {
			t.Errorf("largest magnitude %v, %v, want %d in row %d", largest, err, 10+row, row)
		}
		for j := range dim {
			if want := mat.Sum(data.ColView(j)) / n; math.Abs(mean[j]-want) > 1e-9 {
				t.Errorf("mean of column %d = %v, want %v", j, mean[j], want)
			}
		}
		data.Set(row, 1, .5)
	}
	data.Set(surveyBlock+9, 2, math.NaN())
	data.Set(n-2, 0, math.Inf(1))
	x, err := newRows("points", data)
	if err != nil {
		t.Fatal(err)
	}
	const want = "tsne: points: row 1033, column 2 (counted from 0) is NaN, want a finite number of magnitude at most 1e+150"
	if _, _, err := x.survey(); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}
