package reference

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// synthetic returns n recorded runs of that many epochs, all numbers normal of
// mean 0 and deviation 1.
func synthetic(random *rand.Rand, n, epochs int) *Recordings {
	r := &Recordings{Stages: []string{""}}
	for range n {
		r.Runs = append(r.Runs, Run{Histories: normal(random, epochs, 0)})
	}
	return r
}

func normal(random *rand.Rand, epochs int, mean float64) []History {
	var h History
	for n := range h {
		for range epochs {
			h[n] = append(h[n], mean+random.NormFloat64())
		}
	}
	return []History{h}
}

// TestLimit compares with scipy 1.17.1's
//
//	stats.t.ppf(1 - .01/(2*m), n-1) * np.sqrt(1 + 1/n)
func TestLimit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, test := range []struct {
		runs   int
		stages []string
		epochs []int
		want   float64
	}{
		{30, []string{""}, []int{1, 5, 10, 20}, 3.898395041927317},
		{13, []string{""}, []int{1, 5, 10, 20}, 4.759980890596957},
		{5, []string{""}, []int{20}, 7.403295051590679},
		{10, greedyStages, []int{1, 5, 10}, 6.194644229610657}, // 3·3·4 numbers and 2·4 changes
	} {
		r := synthetic(random, test.runs, 20)
		run := slices.Repeat(normal(random, 20, 0), len(test.stages))
		r.Stages = test.stages
		for i := range r.Runs {
			r.Runs[i].Histories = slices.Repeat(r.Runs[i].Histories, len(test.stages))
		}
		j, err := r.Judge(run, test.epochs)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(j.Limit-test.want) > 1e-9 {
			t.Errorf("%d runs, stages %q, epochs %v: limit %v, want %v", test.runs, test.stages, test.epochs, j.Limit, test.want)
		}
	}
}

// TestIntervalHolds draws many runs of one distribution: at most one in a hundred
// may be outside, and nearly as many must be, for the numbers are independent.
func TestIntervalHolds(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const draws = 4000
	outside := 0
	for range draws {
		j, err := synthetic(random, 10, 2).Judge(normal(random, 2, 0), []int{1, 2})
		if err != nil {
			t.Fatal(err)
		}
		if len(j.Outside()) > 0 {
			outside++
		}
	}
	if share := float64(outside) / draws; share < .005 || share > .014 {
		t.Errorf("%v of the runs are outside, want about .01", share)
	}
}

// TestKerasAgainstItself judges each of Keras' runs by the others.
func TestKerasAgainstItself(t *testing.T) {
	for way, most := range map[string]int{".": 3, "tied": 1, "greedy": 1} {
		recordings := loadWay(t, way)
		rejected := 0
		for i, run := range recordings.Runs {
			others := &Recordings{Stages: recordings.Stages, Runs: slices.Delete(slices.Clone(recordings.Runs), i, i+1)}
			j, err := others.Judge(run.Histories, recordings.JudgedEpochs())
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range j.Outside() {
				t.Logf("%s, seed %d: %v", way, run.Seed, v)
			}
			if len(j.Outside()) > 0 {
				rejected++
			}
		}
		t.Logf("%s: %d of %d rejected", way, rejected, len(recordings.Runs))
		if rejected > most {
			t.Errorf("%s: %d of %d runs of Keras rejected, want at most %d", way, rejected, len(recordings.Runs), most)
		}
	}
}

// TestStackIsJudgedByChanges has a stack at the level of the recorded ones that
// changes less from epoch to epoch.
func TestStackIsJudgedByChanges(t *testing.T) {
	history := func(level, change float64) []History {
		values := []float64{level, level + change, level + 2*change}
		return []History{{values, values, values, values}}
	}
	r := &Recordings{Stages: []string{stack}}
	for _, level := range []float64{1, 2, 3, 4, 5, 6} {
		r.Runs = append(r.Runs, Run{Histories: history(level, -.1+level/1000)})
	}
	for change, want := range map[float64]string{
		-.0965: "[]",
		0: "[loss of epoch 2 less that of epoch 1 in stage stack rounded_accuracy of epoch 2 less that of epoch 1 in stage stack " +
			"val_loss of epoch 2 less that of epoch 1 in stage stack val_rounded_accuracy of epoch 2 less that of epoch 1 in stage stack]",
	} {
		j, err := r.Judge(history(3.5, change), []int{2, 1})
		if err != nil {
			t.Fatal(err)
		}
		var outside []Measure
		for _, v := range j.Outside() {
			outside = append(outside, v.Measure)
		}
		if got := fmt.Sprint(outside); got != want {
			t.Errorf("change %v: outside are %s, want %s", change, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	constant := func(v float64) []History { return []History{{{v}, {v}, {v}, {v}}} }
	r := &Recordings{Stages: []string{""}, Runs: []Run{{Histories: constant(1)}, {Histories: constant(1)}, {Histories: constant(1)}}}
	for v, inside := range map[float64]bool{1: true, 1.001: false} {
		j, err := r.Judge(constant(v), []int{1})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(j.Outside()) == 0; got != inside {
			t.Errorf("%v beside three ones: inside %v, want %v", v, got, inside)
		}
	}
	r.Runs[0].Histories = constant(0.7)
	j, err := r.Judge(constant(1.1), []int{1})
	if err != nil {
		t.Fatal(err)
	}
	// Mean .9, deviation sqrt(.03).
	if v := j.Verdicts[Loss]; math.Abs(v.Apart-.2/math.Sqrt(.03)) > 1e-12 || v.Theirs.Lowest != .7 || v.Theirs.Highest != 1 {
		t.Errorf("got %+v", v)
	}
	for _, test := range []struct {
		epochs []int
		want   string
	}{
		{nil, "no epochs to judge"},
		{[]int{0}, "epoch 0 is to be judged, want 1 to 1, as recorded"},
		{[]int{2}, "epoch 2 is to be judged, want 1 to 1, as recorded"},
		{[]int{1, 1}, "epoch 1 is to be judged twice"},
	} {
		if _, err := r.Judge(constant(1), test.epochs); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("epochs %v: got %v, want %q", test.epochs, err, test.want)
		}
	}
	long := synthetic(rand.New(rand.NewPCG(5, 6)), 3, 2)
	if _, err := long.Judge(constant(1), []int{2}); err == nil || !strings.Contains(err.Error(), "want 1 to 1, as the run has") {
		t.Errorf("short history: got %v", err)
	}
}
