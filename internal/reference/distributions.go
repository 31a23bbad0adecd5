// This file compares several runs with the recorded ones by a rank test.

package reference

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aclements/go-moremath/stats"
	"gonum.org/v1/gonum/stat/combin"
)

// Difference is what the test says of one number.
type Difference struct {
	Measure
	Ours, Theirs Spread
	// P is the probability that runs of one distribution differ as much.
	P float64
	// Rejected is whether the test sees a difference, all numbers considered.
	Rejected bool
}

// String tells what differs.
func (d Difference) String() string {
	return fmt.Sprintf("%v is %.4f in the mean of %d runs, %.4f in that of %d recorded ones, p = %.2g",
		d.Measure, d.Ours.Mean, d.Ours.Runs, d.Theirs.Mean, d.Theirs.Runs, d.P)
}

// Differences compares the numbers of several runs at the epochs of each stage,
// counted from 1, with those of the recorded runs by the two-sided test of Mann and Whitney.
// Where all runs are of one distribution it rejects any number with at most the
// probability 1-Confidence: the p values are judged by the method of S. Holm (A
// Simple Sequentially Rejective Multiple Test Procedure, 1979).
//
// It is an error if there are so few runs that no difference could be seen.
func (r *Recordings) Differences(runs [][]History, epochs []int) ([]Difference, error) {
	if len(runs) < 2 {
		return nil, fmt.Errorf("reference: %d runs, want several", len(runs))
	}
	if err := r.check(epochs, runs); err != nil {
		return nil, err
	}
	var all []Difference
	for _, m := range r.measures(epochs) {
		ours := make([]float64, len(runs))
		for i, run := range runs {
			ours[i] = m.of(run)
		}
		theirs := r.recorded(m)
		d := Difference{Measure: m, Ours: spreadOf(ours), Theirs: spreadOf(theirs), P: 1}
		test, err := stats.MannWhitneyUTest(ours, theirs, stats.LocationDiffers)
		if err == nil {
			d.P = test.P
		} else if !errors.Is(err, stats.ErrSamplesEqual) { // which differ in nothing
			return nil, fmt.Errorf("reference: %v: %w", m, err)
		}
		all = append(all, d)
	}
	holm(all)
	return all, nil
}

// holm rejects the smallest p values as long as the i-th smallest of m, from 0,
// is at most (1-Confidence)/(m-i).
func holm(all []Difference) {
	byP := make([]*Difference, len(all))
	for i := range all {
		byP[i] = &all[i]
	}
	slices.SortStableFunc(byP, func(a, b *Difference) int {
		if a.P < b.P {
			return -1
		}
		return 1
	})
	for i, d := range byP {
		if d.P > (1-Confidence)/float64(len(all)-i) {
			return
		}
		d.Rejected = true
	}
}

// minRuns returns the least number of runs with which a difference could be
// seen: the smallest p value is that of runs all above or all below the
// recorded ones, two orders of all there are.
func (r *Recordings) minRuns(tests int) int {
	k := 1
	for 2/combin.GeneralizedBinomial(float64(len(r.Runs)+k), float64(k)) > (1-Confidence)/float64(tests) {
		k++
	}
	return k
}
