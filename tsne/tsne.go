// This file is the way from points to embedding, stage by stage.

package tsne

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Result is what Embed returns.
type Result struct {
	// Embedding is n x 2; row i belongs to point i.
	Embedding *mat.Dense

	// Iterations is the number of iterations done.
	Iterations int

	// KLDivergence is the Kullback-Leibler divergence of the embedding from the
	// points' affinities, in nats. It is NaN if Embed returned an error.
	KLDivergence float64

	// Approximate says that neighbours were found approximately. KLDivergence is
	// an estimate then, by those neighbours and the normalisation that the mesh
	// gives: about 1% below what the function of its name computes. Otherwise it
	// is exactly that.
	Approximate bool

	// Status says why the descent ended.
	Status Status
}

// Embed maps points, whose rows are n points of two or more coordinates, to n
// points in the plane by t-SNE. Nil settings mean the Default preset. The
// matrix is only read, and copied before the work begins.
//
// The same points, settings and start give the same bits, however many
// processors work on them.
//
// Embed looks at ctx between the stages and between iterations. When ctx ends,
// or the recorder returns an error, or the descent diverges, Embed returns an
// error that wraps the cause. If the descent had begun, it returns with it the
// Result so far; in all other cases of an error the Result is nil.
func Embed(ctx context.Context, points mat.Matrix, settings *Settings) (*Result, error) {
	if settings == nil {
		settings = new(Settings)
	}
	x, err := inputRows(points)
	if err != nil {
		return nil, err
	}
	choices, err := settings.resolve(x.n)
	if err != nil {
		return nil, err
	}
	_, p, err := newFrame(ctx, x, settings.Metric, settings.PCA)
	if err != nil {
		return nil, err
	}
	p.squareCosine = settings.Metric == Cosine && choices.squareCosine
	start, err := chooseStart(ctx, settings, choices, p)
	if err != nil {
		return nil, err
	}
	var affinities *affinities
	var order []int32
	if choices.approximate {
		affinities, order, err = newApproximateAffinities(ctx, p, choices.perplexity, choices.neighbors)
	} else {
		affinities, err = newAffinities(ctx, p, choices.perplexity, choices.neighbors)
	}
	if err != nil {
		return nil, fmt.Errorf("tsne: before the first iteration: %w", err)
	}
	gradient := newGradient(affinities, choices.mesh)
	descent := newDescent(gradient, choices, settings.Recorder, inOrder(start, order))
	descent.order = order
	if choices.approximate {
		affinities = nil // at many points they are most of the memory
	}
	status, err := descent.run(ctx, choices.phases)
	result := &Result{
		Embedding:    descent.embedding(),
		Iterations:   descent.iteration,
		KLDivergence: math.NaN(),
		Approximate:  choices.approximate,
		Status:       status,
	}
	switch {
	case err != nil:
	case choices.approximate:
		result.KLDivergence = max(0, gradient.springs.divergence(descent.y, gradient.at(descent.grad, descent.y, 1)))
	default:
		result.KLDivergence = affinities.divergence(descent.y, exactZ(descent.y))
	}
	return result, err
}

// inOrder returns the points of an n x 2 embedding in an order of their numbers,
// nil for the one they are in.
func inOrder(y []float32, order []int32) []float32 {
	if order == nil {
		return y
	}
	ordered := make([]float32, len(y))
	for i, old := range order {
		ordered[2*i], ordered[2*i+1] = y[2*old], y[2*old+1]
	}
	return ordered
}
