// This file shows a descent to its caller while it runs.

package tsne

import "gonum.org/v1/gonum/mat"

// recordEvery is the number of iterations between two records, and between two
// checks whether to stop (_N_ITER_CHECK in scikit-learn).
const recordEvery = 50

// Recorder watches a descent.
type Recorder interface {
	// Record is called after every 50th iteration. An error ends the descent;
	// Embed returns it, wrapped, with the embedding so far.
	Record(Snapshot) error
}

// RecorderFunc is a function that is a Recorder.
type RecorderFunc func(Snapshot) error

// Record calls f.
func (f RecorderFunc) Record(s Snapshot) error { return f(s) }

// Snapshot is the state of a descent after an iteration.
type Snapshot struct {
	// Iteration is the number of iterations done, and Total that of the whole
	// schedule.
	Iteration, Total int

	// Exaggeration is that of the phase the iteration belongs to.
	Exaggeration float64

	// KLDivergence is the divergence without exaggeration, in nats. It is an
	// estimate: made from the positions before the iteration's update, and with
	// the same approximation of the repulsion as the gradient.
	KLDivergence float64

	// GradientNorm is the norm of the gradient, each component times its gain.
	GradientNorm float64

	// Embedding is the n x 2 embedding. It is a copy, the recorder's to keep.
	Embedding *mat.Dense
}
