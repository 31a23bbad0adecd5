package train

import (
	"math"
	"slices"
	"testing"
)

// TestEarlyStoppingIsKeras runs losses through Keras' rule: what
// keras.callbacks.EarlyStopping(patience=…, restore_best_weights=True) of Keras
// 2.15 does when its on_epoch_end is given these.
func TestEarlyStoppingIsKeras(t *testing.T) {
	nan := math.NaN()
	for _, test := range []struct {
		patience   int
		losses     []float64
		stop, best int // epochs; 0 if it does not stop
	}{
		{0, []float64{1, 2, 3, 4}, 0, 0},
		{1, []float64{3, 2, 2.5, 1}, 3, 2},
		{2, []float64{3, 2, 2.5, 1, 1.5, 1.2, 0.1}, 6, 4},
		{2, []float64{3, 2, 2, 1, 1, 1, 0.1}, 6, 4}, // as good is no improvement
		{3, []float64{1, 2, 3, 4, 5}, 4, 1},
		{3, []float64{3, 2, 1}, 0, 0},
		{1, []float64{nan, 2, 1, 1}, 4, 3},
		{2, []float64{2, nan, nan, 1}, 3, 1},
		{2, []float64{nan, nan, nan, 1}, 2, 1},
	} {
		m := newModel(t)
		weight := m.Encoder[0].Kernel.Float32s()
		state := State{Model: m}
		s := newStopper(test.patience, nil)
		stop, best := 0, 0
		for i, loss := range test.losses {
			e := Epoch{Number: i + 1}
			e.Valid.Loss = loss
			weight[3] = float32(e.Number)
			state.History = append(state.History, e)
			if s.look(e) {
				state.keepBest()
			}
			if state.Stopped(test.patience) != s.done() {
				t.Errorf("patience %d, %v: stopped %t after %d epochs at once", test.patience, test.losses, !s.done(), e.Number)
			}
			if s.done() {
				state.restoreBest()
				stop, best = e.Number, s.epoch
				if weight[3] != float32(best) {
					t.Errorf("patience %d, %v: the weights are of epoch %v, want %d", test.patience, test.losses, weight[3], best)
				}
				break
			}
		}
		if stop != test.stop || best != test.best {
			t.Errorf("patience %d, %v: stops after epoch %d with the weights of %d, want %d and %d", test.patience, test.losses, stop, best, test.stop, test.best)
		}
	}
}

// TestRunStopsEarly makes a run that gets worse by a learning rate that is too
// high, and compares with the epochs of a run without patience.
func TestRunStopsEarly(t *testing.T) {
	c := Config{Epochs: 40, BatchSize: 4, LearningRate: 5}
	var weights [][][]float32
	m := newModel(t)
	whole, err := Run(t.Context(), m, data(24), c, Hook{Name: "weights", Epoch: func(Epoch) error {
		weights = append(weights, values(m))
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	c.Patience = 2
	m = newModel(t)
	var ends []int
	r, err := Run(t.Context(), m, data(24), c, Hook{Name: "ends", Pause: func(p Pause) error {
		if p.Ends {
			ends = append(ends, p.Steps)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ends, []int{r.Steps}) {
		t.Errorf("the run is told to end after steps %v, want %d", ends, r.Steps)
	}
	n := len(r.History)
	if r.Status != NoProgress || !r.Status.Early() || n != r.Best+2 || n == 40 || r.Steps != 6*n {
		t.Fatalf("%v after %d epochs and %d steps with the weights of epoch %d", r.Status, n, r.Steps, r.Best)
	}
	for i, e := range r.History {
		if e.Valid != whole.History[i].Valid {
			t.Errorf("epoch %d: %v, without patience %v", i+1, e.Valid, whole.History[i].Valid)
		}
	}
	for i, w := range m.Weights() {
		if !slices.Equal(w.Values, weights[r.Best-1][i]) {
			t.Errorf("%s is not that of epoch %d", w.Name, r.Best)
		}
	}
}

// TestRunWithNoise trains with noise of a seed, the same and another.
func TestRunWithNoise(t *testing.T) {
	run := func(noise float64, seed uint64) History {
		c := Config{Epochs: 2, BatchSize: 4, LearningRate: 0.5}
		c.Noise.Gaussian, c.Noise.Seed = noise, seed
		r, err := Run(t.Context(), newModel(t), data(24), c)
		if err != nil {
			t.Fatal(err)
		}
		return r.History
	}
	first := run(0.2, 1)[1].Valid
	if again := run(0.2, 1)[1].Valid; again != first {
		t.Errorf("the same seed: %v, then %v", first, again)
	}
	for _, other := range []History{run(0.2, 2), run(0, 1)} {
		if other[1].Valid == first {
			t.Errorf("another noise: %v too", first)
		}
	}
}
