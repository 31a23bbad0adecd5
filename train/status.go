// This file says why a run has stopped.

package train

import "errors"

// Status is why a run has stopped.
type Status int

// The reasons to stop.
const (
	Completed  Status = iota // all epochs have run
	Cancelled                // the context was cancelled between two steps
	Diverged                 // the loss or a weight became NaN or infinite
	Failed                   // something else went wrong; the error tells what
	NoProgress               // the validation loss had not improved for Config.Patience epochs
)

// String returns the reason in a word.
func (s Status) String() string {
	switch s {
	case Completed:
		return "completed"
	case Cancelled:
		return "cancelled"
	case Diverged:
		return "diverged"
	case NoProgress:
		return "stopped early"
	default:
		return "failed"
	}
}

// Early reports whether epochs are missing.
func (s Status) Early() bool { return s != Completed }

// statusOf returns why a run has stopped with an error, or nil.
func statusOf(err error) Status {
	var d *Divergence
	var s *stopped
	switch {
	case err == nil:
		return Completed
	case errors.As(err, &d):
		return Diverged
	case errors.As(err, &s):
		return Cancelled
	}
	return Failed
}
