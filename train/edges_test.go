package train

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"stackedae/graph"
	"stackedae/model"
)

// edge trains a model of these hidden layers on both machines, which must agree in
// every bit, and returns the model and its history.
func edge(t *testing.T, d Data, c Config, hidden ...int) (*model.Model, History) {
	t.Helper()
	var m *model.Model
	var h History
	var first []byte
	for _, machine := range []graph.Machine{graph.TapeMachine, graph.StaticMachine} {
		var err error
		if m, err = model.New(model.Stacked(columns, hidden...), rand.New(rand.NewPCG(1, 0))); err != nil {
			t.Fatal(err)
		}
		c.Machine = machine
		if c.Shuffle != nil {
			c.Shuffle = rand.NewPCG(7, 0)
		}
		r, err := Run(t.Context(), m, d, c)
		if err != nil {
			t.Fatal(err)
		}
		h = r.History
		written, err := (&Checkpoint{State: State{Model: m, History: h}}).MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = written
		} else if !bytes.Equal(first, written) {
			t.Error("the machines differ")
		}
	}
	return m, h
}

// weightBits are a model's weights as bytes.
func weightBits(t *testing.T, m *model.Model) []byte {
	t.Helper()
	b, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestLearningRate0LeavesTheWeights(t *testing.T) {
	before := weightBits(t, newModel(t))
	m, h := edge(t, data(10), Config{Epochs: 3, BatchSize: 4, LearningRate: 0}, 6, 3)
	if !bytes.Equal(before, weightBits(t, m)) {
		t.Error("the weights have changed")
	}
	for _, e := range h {
		if e.Train != h[0].Train || e.Valid != h[0].Valid {
			t.Errorf("epoch %d has other numbers than the first", e.Number)
		}
	}
}

// TestBatchLargerThanTheSet has all images in every step.
func TestBatchLargerThanTheSet(t *testing.T) {
	m, h := edge(t, data(10), Config{Epochs: 3, BatchSize: 10, LearningRate: 0.5, Shuffle: &rand.PCG{}}, 6, 3)
	large, largeHistory := edge(t, data(10), Config{Epochs: 3, BatchSize: math.MaxInt, LearningRate: 0.5, Shuffle: &rand.PCG{}}, 6, 3)
	if !bytes.Equal(weightBits(t, m), weightBits(t, large)) || h[2].Train != largeHistory[2].Train {
		t.Error("a batch larger than the set is another than the set")
	}
}

// TestConstantImages learns images that are all alike. The least cross-entropy there
// can be is the grey value's own entropy.
func TestConstantImages(t *testing.T) {
	for _, grey := range []byte{0, 128, 255} {
		d := Data{Train: bytes.Repeat([]byte{grey}, 20*columns), Valid: bytes.Repeat([]byte{grey}, columns)}
		_, h := edge(t, d, Config{Epochs: 200, BatchSize: 8, LearningRate: 1.5}, 6, 3)
		p := float64(grey) / 255
		entropy := 0.0
		if grey == 128 {
			entropy = -p*math.Log(p) - (1-p)*math.Log(1-p)
		}
		last := h[len(h)-1]
		if over := last.Valid.Loss - entropy; over < -1e-6 || over > 1e-2 {
			t.Errorf("grey %d: loss %v, want at most 0.01 above the entropy %v", grey, last.Valid.Loss, entropy)
		}
		if last.Valid.RoundedAccuracy != 1 {
			t.Errorf("grey %d: rounded accuracy %v, want 1", grey, last.Valid.RoundedAccuracy)
		}
	}
}

func TestSingleImage(t *testing.T) {
	one := images(1)
	for _, hidden := range [][]int{{6, 3}, {1}, {4, 1}} { // also with a code of one number
		_, h := edge(t, Data{Train: one, Valid: one}, Config{Epochs: 60, BatchSize: 32, LearningRate: 0.5}, hidden...)
		for i, e := range h[1:] {
			if e.Valid.Loss >= h[i].Valid.Loss || math.Abs(e.Train.Loss-h[i].Valid.Loss) > 1e-6 {
				t.Errorf("hidden %v, epoch %d: loss %v, then %v, after %v; want the same and less", hidden, e.Number, e.Train.Loss, e.Valid.Loss, h[i].Valid.Loss)
			}
		}
	}
}

// TestHiddenLayerOf1 has a code of one number learn images of which there are two.
func TestHiddenLayerOf1(t *testing.T) {
	var d Data
	for range 20 {
		d.Train = append(append(d.Train, bytes.Repeat([]byte{255, 0}, columns/2)...), bytes.Repeat([]byte{0, 255}, columns/2)...)
	}
	d.Valid = d.Train
	_, h := edge(t, d, Config{Epochs: 100, BatchSize: 8, LearningRate: 1.5, Shuffle: &rand.PCG{}}, 1)
	if last := h[len(h)-1].Valid; last.RoundedAccuracy != 1 || last.Loss > 0.1 {
		t.Errorf("%+v, want rounded accuracy 1 and a loss below 0.1", last)
	}
}
