// This file says what can be called while a run goes on.

package train

import (
	"fmt"

	"stackedae/graph"
)

// Step is what hooks are told after a batch.
type Step struct {
	Number    int           // of the run's steps, from 1
	Epoch     int           // from 1
	InEpoch   int           // of the epoch's steps, from 1
	PerEpoch  int           // steps an epoch
	Images    int           // in this batch
	Batch     graph.Metrics // of this batch, before the step
	EpochMean graph.Metrics // of the epoch's images so far
}

// Hook is called by Run in its own goroutine, in the order in which hooks were
// given. An error ends the run and comes back with the hook's name. Nil
// functions are not called. A hook may read the model's weights, which are
// finite at the end of an epoch, but not change them.
type Hook struct {
	Name  string
	Step  func(Step) error  // after each batch
	Epoch func(Epoch) error // after each epoch and its validation
	// Pause is called wherever the run can be left and taken up again: after each
	// step but an epoch's last, after each epoch, before the hooks' Epoch, and
	// where the context ends the run.
	Pause func(Pause) error
}

// Pause is a place to leave a run and take it up again.
type Pause struct {
	State *State // as it is during the call
	Steps int    // taken in all
	Ends  bool   // the run ends here
}

func (s Step) place() string  { return fmt.Sprintf("at step %d", s.Number) }
func (e Epoch) place() string { return fmt.Sprintf("after epoch %d", e.Number) }
func (p Pause) place() string { return fmt.Sprintf("after step %d", p.Steps) }

// call tells all hooks of something, each by that function of it which of returns.
func call[T interface{ place() string }](hooks []Hook, of func(Hook) func(T) error, told T) error {
	for _, h := range hooks {
		f := of(h)
		if f == nil {
			continue
		}
		if err := f(told); err != nil {
			return fmt.Errorf("train: hook %q %s: %w", h.Name, told.place(), err)
		}
	}
	return nil
}
