// This file places new points into a finished embedding, each by itself: it is
// attracted by those of the embedding's points that it is near to, repelled by
// all of them, and moves none. It is what openTSNE's transform does (Poličar,
// Stražar & Zupan, Embedding to reference t-SNE space addresses batch effects in
// single-cell classification, Machine Learning 112, 2023).

package tsne

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/simd"
)

// The defaults of TransformSettings, as of openTSNE's transform but for the
// exaggeration, which is 1.5 there. With 3 and more, .2 percent more of the 5,000
// validation codes come to lie among training codes of their class, for each of
// three models (testdata/opentsne).
const (
	DefaultTransformPerplexity   = 5
	DefaultTransformIterations   = 250
	DefaultTransformExaggeration = 6
	DefaultTransformLearningRate = .1
)

const (
	// transformMomentum is final_momentum and longestGradient is max_grad_norm of
	// transform in openTSNE/tsne.py: new points lie upon old ones, where gradients
	// are large.
	transformMomentum = .8
	longestGradient   = .25
	leastGain         = .01 // min_gain there
	transformBlock    = 16  // points placed by one piece of work
)

// Map is an embedding into which new points can be placed. Nothing changes it:
// any number of goroutines may use it at a time.
type Map struct {
	frame  *frame
	search *search   // among the points
	y      []float32 // the embedding, n x 2, moved to mean 0
	mean   []float64 // by this
	field  *field
}

// NewMap returns the map of n points, one a row, and their n x 2 embedding, by
// whatever program it was made. settings are those that the embedding was made
// with, or nil: their Metric and PCA count, and that of the Preset which
// concerns the metric. The matrices are copied.
//
// A map takes as much memory as the points in float64 and in float32, and 4 MB
// for the repulsion.
func NewMap(points, embedding mat.Matrix, settings *Settings) (*Map, error) {
	if settings == nil {
		settings = new(Settings)
	}
	if err := settings.checkNames(); err != nil {
		return nil, err
	}
	x, err := inputRows(points)
	if err != nil {
		return nil, err
	}
	centered, mean, err := readCentered("embedding", embedding, x.n)
	if err != nil {
		return nil, err
	}
	y := centered.float32s()
	f, p, err := newFrame(context.Background(), x, settings.Metric, settings.PCA)
	if err != nil {
		return nil, err
	}
	p.squareCosine = settings.Metric == Cosine && presets[settings.Preset].squareCosine
	return &Map{f, newSearch(p, newPanels(p, []int{0, p.n}), 0), y, mean, newField(y)}, nil
}

// TransformSettings says how Transform works. The zero value, and a nil
// *TransformSettings, mean the defaults.
type TransformSettings struct {
	// Perplexity is the effective number of the map's points that a new one is
	// attracted by; int(3·Perplexity) nearest are looked at. It is above 1 and at
	// most a third of the map's points; 0 means 5, or that third if it is less.
	Perplexity float64

	// Iterations is the number of steps of every point; 0 means 250.
	Iterations int

	// Exaggeration multiplies the attraction; 0 means 6.
	Exaggeration float64

	// LearningRate multiplies the gradient of a point's divergence, without the
	// factor 4; 0 means .1.
	LearningRate float64
}

// resolve replaces zero values by what they mean beside n points of a map.
func (s *TransformSettings) resolve(n int) (TransformSettings, error) {
	var c TransformSettings
	if s != nil {
		c = *s
	}
	most := float64(n) / 3
	if c.Perplexity == 0 {
		c.Perplexity = min(DefaultTransformPerplexity, most)
	} else if !(c.Perplexity > 1 && c.Perplexity <= most) {
		return c, fmt.Errorf("tsne: transform: perplexity: got %v for a map of %d points, want above 1 and at most %v, a third of them, or 0 for %d", c.Perplexity, n, hundredths(most), DefaultTransformPerplexity)
	}
	if c.Iterations == 0 {
		c.Iterations = DefaultTransformIterations
	}
	if c.Exaggeration == 0 {
		c.Exaggeration = DefaultTransformExaggeration
	}
	if c.LearningRate == 0 {
		c.LearningRate = DefaultTransformLearningRate
	}
	switch {
	case c.Iterations < 0:
		return c, fmt.Errorf("tsne: transform: iterations: got %d, want a positive number, or 0 for %d", c.Iterations, DefaultTransformIterations)
	case !(c.Exaggeration > 0) || math.IsInf(c.Exaggeration, 1):
		return c, fmt.Errorf("tsne: transform: exaggeration: got %v, want a positive number, or 0 for %v", c.Exaggeration, DefaultTransformExaggeration)
	case !(c.LearningRate > 0) || math.IsInf(c.LearningRate, 1):
		return c, fmt.Errorf("tsne: transform: learning rate: got %v, want a positive number, or 0 for %v", c.LearningRate, DefaultTransformLearningRate)
	}
	return c, nil
}

// Transform places m new points, one a row, of as many columns as the map's
// points have, and returns their m x 2 coordinates in the map's embedding. Each
// starts at the median of its nearest neighbours there. Where it comes to lie
// depends on the map alone and on no other new point.
//
// It looks at ctx between points, and returns its error.
func (m *Map) Transform(ctx context.Context, points mat.Matrix, settings *TransformSettings) (*mat.Dense, error) {
	c, err := settings.resolve(m.search.p.n)
	if err != nil {
		return nil, err
	}
	p, err := m.frame.read("new points", points)
	if err != nil {
		return nil, err
	}
	lists, err := m.search.among(ctx, p, max(1, int(3*c.Perplexity)))
	if err != nil {
		return nil, fmt.Errorf("tsne: transform: %w", err)
	}
	if m.search.p.squareCosine {
		lists.squareCosine()
	}
	attraction, err := conditionals(ctx, lists, c.Perplexity)
	if err != nil {
		return nil, fmt.Errorf("tsne: transform: %w", err)
	}
	placed := mat.NewDense(p.n, 2, nil)
	err = chunks(ctx, p.n, transformBlock, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			from, to := i*lists.k, (i+1)*lists.k
			x, y := m.place(lists.index[from:to], attraction[from:to], c)
			placed.Set(i, 0, x+m.mean[0])
			placed.Set(i, 1, y+m.mean[1])
		}
	})
	if err != nil {
		return nil, fmt.Errorf("tsne: transform: %w", err)
	}
	return placed, nil
}

// place returns where a point comes to lie that is attracted by the points near,
// in parts that sum to 1.
func (m *Map) place(near []int32, attraction []float32, c TransformSettings) (x, y float64) {
	at := [2]float64{m.median(near, 0), m.median(near, 1)}
	gain, update := [2]float64{1, 1}, [2]float64{}
	var p probe
	for range c.Iterations {
		g := m.gradient(&p, near, attraction, at, c.Exaggeration)
		if length := math.Hypot(g[0], g[1]); length > longestGradient {
			g[0], g[1] = g[0]*longestGradient/length, g[1]*longestGradient/length
		}
		for d := range at {
			if cmp.Compare(update[d], 0) != cmp.Compare(g[d], 0) { // so the first step counts as a turn
				gain[d] += simd.GainGrowth
			} else {
				gain[d] = simd.GainDecay*gain[d] + leastGain
			}
			update[d] = transformMomentum*update[d] - c.LearningRate*gain[d]*g[d]
			at[d] += update[d]
		}
	}
	return at[0], at[1]
}

// median returns the median of a coordinate of the map's points near.
func (m *Map) median(near []int32, coordinate int) float64 {
	values := make([]float64, len(near))
	for i, j := range near {
		values[i] = float64(m.y[2*int(j)+coordinate])
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// gradient returns a quarter of the gradient, at the place y, of the
// Kullback-Leibler divergence of a point's weights 1/(1+|y-y_j|²), of sum 1, from
// its attraction, exaggerated.
func (m *Map) gradient(p *probe, near []int32, attraction []float32, at [2]float64, exaggeration float64) (g [2]float64) {
	phi, fx, fy := m.field.at(p, at[0], at[1])
	g = [2]float64{-fx / phi, -fy / phi}
	for i, j := range near {
		dx, dy := at[0]-float64(m.y[2*j]), at[1]-float64(m.y[2*j+1])
		pw := exaggeration * float64(attraction[i]) / (1 + dx*dx + dy*dy)
		g[0] += pw * dx
		g[1] += pw * dy
	}
	return g
}
