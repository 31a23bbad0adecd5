package reference

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// runsOf returns histories of one epoch, all numbers of each equal.
func runsOf(values ...float64) (runs [][]History) {
	for _, v := range values {
		runs = append(runs, []History{{{v}, {v}, {v}, {v}}})
	}
	return runs
}

func recorded(values ...float64) *Recordings {
	r := &Recordings{Stages: []string{""}}
	for _, run := range runsOf(values...) {
		r.Runs = append(r.Runs, Run{Histories: run})
	}
	return r
}

// TestDifferencesAreSciPys compares with scipy 1.17.1's stats.mannwhitneyu with
// method="exact".
func TestDifferencesAreSciPys(t *testing.T) {
	r := recorded(6.3, 7.1, 5.2, 8.8, 4.9, 9.4, 6.6)
	all, err := r.Differences(runsOf(3.1, 2.2, 5.7, 4.4, 1.9, 3.3), []int{1})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if math.Abs(d.P-0.004662004662004662) > 1e-12 || d.Rejected {
			t.Errorf("%v: p %v, rejected %v, want .00466 and not rejected", d.Number, d.P, d.Rejected)
		}
	}
	if all, err = r.Differences(runsOf(3.1, 2.2, 4.7, 4.4, 1.9, 3.3), []int{1}); err != nil {
		t.Fatal(err)
	}
	// All below: 2 of the 1,716 orders, and below .01/4.
	for _, d := range all {
		if math.Abs(d.P-2./1716) > 1e-12 {
			t.Errorf("%v: p %v, want 2/1716", d.Number, d.P)
		}
	}
	if same, err := recorded(1, 1, 1, 1, 1, 1, 1).Differences(runsOf(1, 1, 1, 1, 1, 1), []int{1}); err != nil || same[0].P != 1 {
		t.Errorf("equal runs: %v, %v, want p 1", same, err)
	}
}

func TestHolm(t *testing.T) {
	// .002 <= .01/4, .0033 <= .01/3, .006 > .01/2; and .0099 is not looked at.
	all := []Difference{{P: .0099}, {P: .0033}, {P: .006}, {P: .002}}
	holm(all)
	for i, want := range []bool{false, true, false, true} {
		if all[i].Rejected != want {
			t.Errorf("p %v rejected: %v, want %v", all[i].P, all[i].Rejected, want)
		}
	}
}

// TestMinRuns checks that so many runs can be rejected and one fewer cannot.
func TestMinRuns(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	r := synthetic(random, 30, 4)
	var far [][]History
	for range 2 {
		far = append(far, normal(random, 4, 100))
	}
	epochs := []int{1, 2, 3, 4}
	if _, err := r.Differences(far, epochs); err == nil || !strings.Contains(err.Error(), "2 runs, want 1 or at least 3") {
		t.Errorf("two runs: got %v", err)
	}
	all, err := r.Differences(append(far, normal(random, 4, 100)), epochs)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if !d.Rejected {
			t.Errorf("%v is not rejected", d)
		}
	}
}

// TestDifferencesHold draws many samples of one distribution: at most one in a
// hundred may be rejected.
func TestDifferencesHold(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	const draws = 1500
	rejected := 0
	for range draws {
		r := synthetic(random, 12, 1)
		var ours [][]History
		for range 8 {
			ours = append(ours, normal(random, 1, 0))
		}
		all, err := r.Differences(ours, []int{1})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range all {
			if d.Rejected {
				rejected++
				break
			}
		}
	}
	if share := float64(rejected) / draws; share < .001 || share > .017 {
		t.Errorf("%v rejected, want a little below .01", share)
	}
}
