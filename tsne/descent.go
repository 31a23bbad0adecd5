// This file is the gradient descent: momentum, and for each coordinate a gain
// that grows while the gradient keeps its direction and shrinks when it turns
// (Jacobs 1988, as in van der Maaten & Hinton 2008, section 3.4).

package tsne

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

const (
	stepBlock = 2048 // points that one piece of work moves
	// maxExtent is the extent from which an embedding counts as diverged. Its
	// square is still far inside float32.
	maxExtent = 1e12
)

// descent is the state of a run. All slices are n x 2, row-major.
type descent struct {
	gradient *gradient
	rules    rules
	recorder Recorder

	y, grad, update, gain []float32
	squares               []float64 // of the gradient's norm, one for each piece of work
	iteration, total      int
	order                 []int32 // point i is the caller's order[i]; nil if they are the same

	phase Phase           // of the step that is being done
	moves func(piece int) // move, made once, so that a step allocates nothing
}

// newDescent readies a run from start, which becomes its own.
func newDescent(g *gradient, c *choices, recorder Recorder, start []float32) *descent {
	d := &descent{
		gradient: g, rules: c.rules, recorder: recorder,
		y:    start,
		grad: make([]float32, len(start)), update: make([]float32, len(start)), gain: make([]float32, len(start)),
		squares: make([]float64, (len(start)/2+stepBlock-1)/stepBlock),
	}
	d.moves = d.move
	for _, phase := range c.phases {
		d.total += phase.Iterations
	}
	return d
}

// run goes through the phases and returns why it ended; the error is that of
// ctx, of the recorder or of a divergence.
func (d *descent) run(ctx context.Context, phases []Phase) (Status, error) {
	for i, phase := range phases {
		status, err := d.runPhase(ctx, phase, i == len(phases)-1)
		if err != nil || status != Finished {
			return status, err
		}
	}
	return Finished, nil
}

// runPhase does one phase. The rules for stopping hold in the last phase only.
//
// Default stops when two checks in a row, 100 iterations, have lowered the
// divergence by less than the part tolerance of it.
func (d *descent) runPhase(ctx context.Context, phase Phase, last bool) (Status, error) {
	clear(d.update)
	for j := range d.gain {
		d.gain[j] = 1
	}
	best, bestIteration := math.Inf(1), d.iteration
	mark, markIteration := math.Inf(1), d.iteration // of the last good progress
	for i := range phase.Iterations {
		phase := phase.at(i, len(d.y)/2)
		if err := ctx.Err(); err != nil {
			return Canceled, fmt.Errorf("tsne: after %d of %d iterations: %w", d.iteration, d.total, err)
		}
		z := d.gradient.at(d.grad, d.y, phase.Exaggeration)
		check := (d.iteration+1)%recordEvery == 0
		var kl float64 // as scikit-learn, before the update: Z is known there
		if check && (d.recorder != nil || last && (d.rules.patience > 0 || d.rules.tolerance > 0)) {
			kl = d.gradient.springs.divergence(d.y, z)
		}
		norm := d.step(phase)
		d.iteration++
		if extent := extent(d.y); !(extent <= maxExtent) {
			return Diverged, fmt.Errorf("tsne: iteration %d: the embedding's extent is %v, want at most %g: a lower learning rate than %v", d.iteration, extent, maxExtent, phase.LearningRate)
		}
		if !check {
			continue
		}
		if d.recorder != nil {
			if err := d.recorder.Record(d.snapshot(phase, kl, norm)); err != nil {
				return RecorderFailed, fmt.Errorf("tsne: recorder: iteration %d: %w", d.iteration, err)
			}
		}
		if kl < best {
			best, bestIteration = kl, d.iteration
		}
		if !(mark-kl < d.rules.tolerance*math.Abs(mark)) {
			mark, markIteration = kl, d.iteration
		}
		switch {
		case !last:
		case d.rules.tolerance > 0 && d.iteration-markIteration >= 2*recordEvery:
			return Converged, nil
		case d.rules.patience > 0 && d.iteration-bestIteration > d.rules.patience:
			return NoProgress, nil
		case d.rules.minGradientNorm > 0 && norm <= d.rules.minGradientNorm:
			return GradientVanished, nil
		}
	}
	return Finished, nil
}

// step moves all points by one update and returns the norm of the gradient
// times the gains.
func (d *descent) step(phase Phase) (norm float64) {
	d.phase = phase
	parallel.For(len(d.squares), d.moves)
	return math.Sqrt(total(d.squares))
}

// move moves a piece of the points.
func (d *descent) move(piece int) {
	lo := 2 * piece * stepBlock
	hi := min(len(d.y), lo+2*stepBlock)
	gains := simd.Gains{Added: d.rules.gainAdded, Floor: d.rules.gainFloor, Limit: d.rules.maxStep}
	if gains.Limit == 0 {
		gains.Limit = float32(math.Inf(1))
	}
	d.squares[piece] = gains.Update(d.y[lo:hi], d.update[lo:hi], d.gain[lo:hi], d.grad[lo:hi], float32(d.phase.Momentum), float32(d.phase.LearningRate))
}

func (d *descent) snapshot(phase Phase, kl, norm float64) Snapshot {
	return Snapshot{
		Iteration: d.iteration, Total: d.total,
		Exaggeration: phase.Exaggeration,
		KLDivergence: kl,
		GradientNorm: norm,
		Embedding:    d.embedding(),
	}
}

// embedding returns a copy of the embedding in the caller's order.
func (d *descent) embedding() *mat.Dense {
	m := dense(d.y)
	for i, old := range d.order {
		m.Set(int(old), 0, float64(d.y[2*i]))
		m.Set(int(old), 1, float64(d.y[2*i+1]))
	}
	return m
}

// dense copies an n x 2 embedding.
func dense(y []float32) *mat.Dense {
	m := mat.NewDense(len(y)/2, 2, nil)
	for i, v := range y {
		m.RawMatrix().Data[i] = float64(v)
	}
	return m
}

// extent returns the larger side of the embedding's bounding box, NaN if a
// coordinate is NaN.
func extent(y []float32) float64 {
	b := boundsOf(y)
	return float64(max(b.maxX-b.minX, b.maxY-b.minY))
}

// bounds is a bounding box.
type bounds struct{ minX, minY, maxX, maxY float32 }

// boundsOf is NaN throughout if a coordinate is not finite.
func boundsOf(y []float32) (b bounds) {
	b.minX, b.minY, b.maxX, b.maxY = simd.Bounds(y)
	return b
}
