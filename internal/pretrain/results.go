// This file sums up several seeds.

package pretrain

import "gonum.org/v1/gonum/stat"

// Results are what Measure has returned for several seeds, at least one.
type Results []Accuracies

// Spread is what several seeds' numbers are in the mean, and the standard
// deviation of a sample of them: NaN for one seed.
type Spread struct {
	Values          []float64 // a seed each
	Mean, Deviation float64
}

func spreadOf(values []float64) Spread {
	mean, deviation := stat.MeanStdDev(values, nil)
	return Spread{values, mean, deviation}
}

// Runs returns the accuracies of a way: [seed][number of labels].
func (r Results) Runs(w Way) (runs [][]float64) {
	for _, a := range r {
		runs = append(runs, a[w])
	}
	return runs
}

// Margins returns by how much the pretrained network is more often right than
// another way, seed by seed: [seed][number of labels].
func (r Results) Margins(over Way) (runs [][]float64) {
	for _, a := range r {
		var run []float64
		for i, v := range a[Pretrained] {
			run = append(run, v-a[over][i])
		}
		runs = append(runs, run)
	}
	return runs
}

// At sums up runs at the number of labels of this index.
func At(runs [][]float64, i int) Spread {
	var values []float64
	for _, run := range runs {
		values = append(values, run[i])
	}
	return spreadOf(values)
}

// Positive returns how many of the values are above 0.
func (s Spread) Positive() (n int) {
	for _, v := range s.Values {
		if v > 0 {
			n++
		}
	}
	return n
}
