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
)

const (
	gainGrowth = .2 // added while gradient and last update point apart
	gainDecay  = .8 // otherwise the gain is multiplied by this
	stepBlock  = 2048
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
}

// newDescent readies a run from start, which becomes its own.
func newDescent(g *gradient, c *choices, recorder Recorder, start []float32) *descent {
	d := &descent{
		gradient: g, rules: c.rules, recorder: recorder,
		y:    start,
		grad: make([]float32, len(start)), update: make([]float32, len(start)), gain: make([]float32, len(start)),
		squares: make([]float64, (len(start)/2+stepBlock-1)/stepBlock),
	}
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
func (d *descent) runPhase(ctx context.Context, phase Phase, last bool) (Status, error) {
	clear(d.update)
	for i := range d.gain {
		d.gain[i] = 1
	}
	best, bestIteration := math.Inf(1), d.iteration
	for range phase.Iterations {
		if err := ctx.Err(); err != nil {
			return Canceled, fmt.Errorf("tsne: after %d of %d iterations: %w", d.iteration, d.total, err)
		}
		z := d.gradient.at(d.grad, d.y, phase.Exaggeration)
		check := (d.iteration+1)%recordEvery == 0
		var kl float64 // as scikit-learn, before the update: Z is known there
		if check && (d.recorder != nil || last && d.rules.patience > 0) {
			kl = d.gradient.p.divergence(d.y, z)
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
		switch {
		case !last:
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
	momentum, rate := float32(phase.Momentum), float32(phase.LearningRate)
	parallel.Chunks(len(d.y)/2, stepBlock, func(lo, hi int) {
		square := 0.0
		for i := 2 * lo; i < 2*hi; i += 2 {
			gx, gy := d.scaled(i), d.scaled(i+1)
			square += float64(gx)*float64(gx) + float64(gy)*float64(gy)
			ux, uy := momentum*d.update[i]-rate*gx, momentum*d.update[i+1]-rate*gy
			if limit := d.rules.maxStep; limit > 0 && ux*ux+uy*uy > limit*limit {
				shorten := limit / float32(math.Hypot(float64(ux), float64(uy)))
				ux, uy = ux*shorten, uy*shorten
			}
			d.update[i], d.update[i+1] = ux, uy
			d.y[i] += ux
			d.y[i+1] += uy
		}
		d.squares[lo/stepBlock] = square
	})
	return math.Sqrt(total(d.squares))
}

// scaled renews the gain of coordinate i and returns the gradient times it.
func (d *descent) scaled(i int) float32 {
	if d.update[i]*d.grad[i] < 0 {
		d.gain[i] += gainGrowth
	} else {
		d.gain[i] = max(gainDecay*d.gain[i]+d.rules.gainAdded, d.rules.gainFloor)
	}
	return d.gain[i] * d.grad[i]
}

func (d *descent) snapshot(phase Phase, kl, norm float64) Snapshot {
	return Snapshot{
		Iteration: d.iteration, Total: d.total,
		Exaggeration: phase.Exaggeration,
		KLDivergence: kl,
		GradientNorm: norm,
		Embedding:    dense(d.y),
	}
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

func boundsOf(y []float32) bounds {
	b := bounds{y[0], y[1], y[0], y[1]}
	for i := 2; i < len(y); i += 2 {
		b.minX, b.maxX = min(b.minX, y[i]), max(b.maxX, y[i])
		b.minY, b.maxY = min(b.minY, y[i+1]), max(b.maxY, y[i+1])
	}
	return b
}
