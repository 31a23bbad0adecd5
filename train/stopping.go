// This file ends a run that no longer gets better.

package train

import (
	"math"
	"slices"

	"stackedae/model"
)

// stopper is Keras' EarlyStopping(patience=…, restore_best_weights=True), which
// looks at the validation loss: a run ends when that has not been below its lowest
// for so many epochs, and gets the weights of then. Where all epochs have run, the
// weights are the last ones, as in Keras 2 (keras/src/callbacks.py).
type stopper struct {
	patience int // 0 never stops
	wait     int // epochs since the best
	best     float64
	epoch    int // of the weights
	weights  [][]float32
}

func newStopper(patience int) *stopper { return &stopper{patience: patience, best: math.Inf(1)} }

// stops looks at an epoch, and reports whether it was the last one; then the model
// has the weights of the best.
func (s *stopper) stops(e Epoch, m *model.Model) bool {
	if s.patience == 0 {
		return false
	}
	s.wait++
	if better := e.Valid.Loss < s.best; better || s.weights == nil {
		s.epoch, s.weights = e.Number, s.weights[:0]
		for _, w := range m.Weights() {
			s.weights = append(s.weights, slices.Clone(w.Values))
		}
		if better {
			s.best, s.wait = e.Valid.Loss, 0
		}
		return false
	}
	if s.wait < s.patience {
		return false
	}
	for i, w := range m.Weights() {
		copy(w.Values, s.weights[i])
	}
	return true
}
