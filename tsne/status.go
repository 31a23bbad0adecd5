// This file names the reasons for which a descent ends.

package tsne

import "fmt"

// Status says why a descent ended.
type Status int

const (
	// Finished means that all iterations of the schedule were done.
	Finished Status = iota
	// GradientVanished means that the gradient's norm fell to the preset's
	// smallest.
	GradientVanished
	// NoProgress means that the divergence did not fall for as many iterations
	// as the preset waits.
	NoProgress
	// Converged means that iterations hardly lowered the divergence any more.
	Converged
	// Canceled means that the context ended the descent.
	Canceled
	// RecorderFailed means that the Recorder returned an error.
	RecorderFailed
	// Diverged means that coordinates grew without bound, as they do with too
	// high a learning rate. The embedding may hold infinities and NaN.
	Diverged
)

var statusNames = [...]string{
	Finished:         "all iterations done",
	GradientVanished: "gradient vanished",
	NoProgress:       "no more progress",
	Converged:        "converged",
	Canceled:         "canceled",
	RecorderFailed:   "recorder failed",
	Diverged:         "diverged",
}

// String returns a short description, such as "all iterations done".
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return fmt.Sprintf("Status(%d)", int(s))
	}
	return statusNames[s]
}

// Early reports whether iterations of the schedule were left undone.
func (s Status) Early() bool { return s != Finished }
