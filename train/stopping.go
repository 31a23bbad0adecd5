// This file ends a run that no longer gets better.

package train

import (
	"fmt"
	"math"

	"stackedae/model"
)

// stopper is Keras' EarlyStopping(patience=…, restore_best_weights=True), which
// looks at the validation loss: a run ends when that has not been below its lowest
// for so many epochs, and gets the weights of then. Where all epochs have run, the
// weights are the last ones, as in Keras 2 (keras/src/callbacks.py).
type stopper struct {
	patience int // 0 never stops
	seen     int // epochs
	wait     int // of them since the lowest loss
	lowest   float64
	epoch    int // of the best weights
}

// newStopper returns one that has seen some epochs.
func newStopper(patience int, seen History) *stopper {
	s := &stopper{patience: patience, lowest: math.Inf(1)}
	for _, e := range seen {
		s.look(e)
	}
	return s
}

// look sees an epoch, and reports whether its weights are the best so far.
func (s *stopper) look(e Epoch) bool {
	s.seen++
	s.wait++
	if e.Valid.Loss < s.lowest {
		s.lowest, s.wait = e.Valid.Loss, 0
	} else if s.seen > 1 {
		return false
	}
	s.epoch = e.Number
	return true
}

// done reports whether the last epoch seen is that of the run.
func (s *stopper) done() bool { return s.patience > 0 && s.seen > 1 && s.wait >= s.patience }

// Stopped reports whether a run with so much patience, as Config has it, has stopped
// early here.
func (s *State) Stopped(patience int) bool { return newStopper(patience, s.History).done() }

// keepBest remembers the model's weights as the best.
func (s *State) keepBest() {
	s.best = s.best[:0]
	for _, w := range s.Model.Weights() {
		s.best = append(s.best, w.Values...)
	}
}

// restoreBest gives the model the best weights.
func (s *State) restoreBest() {
	best := s.best
	for _, w := range s.Model.Weights() {
		best = best[copy(w.Values, best):]
	}
}

// checkBest sees that best can be weights of m.
func checkBest(best []float32, m *model.Model) error {
	if want := m.Spec.Parameters(); len(best) != want {
		return fmt.Errorf("train: %d numbers as the best weights, want %d", len(best), want)
	}
	for _, v := range best {
		if !finite(float64(v)) {
			return fmt.Errorf("train: best weights with %v, want finite numbers", v)
		}
	}
	return nil
}
