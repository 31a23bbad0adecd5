package train

import (
	"math"
	"math/rand/v2"
	"testing"

	"stackedae/model"
)

// FuzzRun looks for data and settings that panic, or that end without an error in
// numbers which are none.
func FuzzRun(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6}, []byte{1, 2, 3}, 3, 2, 1, 2, 2, 1.5, false)
	f.Add([]byte{255}, []byte{0}, 1, 1, 1, 1, 100, 0.0, true)
	f.Add([]byte{1, 200, 3, 40}, []byte{90, 1}, 2, 2, 1, 3, 1, 1e38, false)
	f.Add([]byte{}, []byte{0}, 1, 1, 1, -1, 0, math.Inf(1), true)
	f.Fuzz(func(t *testing.T, images, valid []byte, inputs, hidden, code, epochs, batchSize int, rate float64, shuffle bool) {
		if len(images) > 64 || len(valid) > 64 || epochs > 3 || inputs > 64 || hidden > 16 || code > 16 {
			return
		}
		m, err := model.New(model.Stacked(inputs, hidden, code), rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			return
		}
		c := Config{Epochs: epochs, BatchSize: batchSize, LearningRate: rate}
		if shuffle {
			c.Shuffle = rand.NewPCG(3, 4)
		}
		r, err := Run(t.Context(), m, Data{Train: images, Valid: valid}, c)
		if err != nil {
			return
		}
		if len(r.History) != epochs || r.Steps != epochs*StepsPerEpoch(len(images)/inputs, batchSize) {
			t.Errorf("%d epochs, %d steps", len(r.History), r.Steps)
		}
		if err := m.CheckFinite(); err != nil {
			t.Error(err)
		}
		for _, e := range r.History {
			if !finite(e.Train.Loss) || !finite(e.Valid.Loss) {
				t.Errorf("epoch %d: losses %v and %v", e.Number, e.Train.Loss, e.Valid.Loss)
			}
		}
	})
}
