// This file holds what is done to coordinates before distances are taken:
// principal components, lengths for the cosine metric, origin and scale.

package tsne

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Metric says what distance of points their affinities come from.
type Metric int

const (
	// Euclidean is the length of the difference.
	Euclidean Metric = iota
	// Cosine is 1 - cos of the angle between points, which have no distance to
	// the zero vector. Points are scaled to length 1, where squared Euclidean
	// distances are twice that, and affinities are made from these; but SKLearn
	// squares the cosine distance first, as scikit-learn does since version 1.2.
	Cosine
)

// sameDirection is the magnitude below which coordinates of unit vectors, less
// their mean, are rounding.
const sameDirection = 1e-14

// frame is how a set of points was made ready, so that others can be put beside
// them.
type frame struct {
	columns  int         // of the caller's points
	pca      *projection // nil for none
	metric   Metric
	mean     []float64 // moved to 0
	exponent int       // of the power of two that scaled
}

// newFrame reads the points x that are to be embedded. It refuses sets without
// any structure, takes pca principal components if that is not 0, gives points
// the length 1 for Cosine, moves their mean to 0 and, where squared distances
// could leave the range of float32, scales. Components take time: it looks at ctx.
func newFrame(ctx context.Context, x *rows, metric Metric, pca int) (f *frame, p *points, err error) {
	if pca > x.dim {
		return nil, nil, fmt.Errorf("tsne: PCA: got %d components of points of %d columns, want at most as many", pca, x.dim)
	}
	f = &frame{columns: x.dim, metric: metric}
	if pca > 0 {
		if f.pca, err = fitPCA(ctx, x, pca); err != nil {
			return nil, nil, err
		}
	}
	if p, err = f.start(x); err != nil {
		return nil, nil, err
	}
	if x.allEqual() {
		return nil, nil, fmt.Errorf("tsne: points: all %d rows are equal, want at least two different ones", x.n)
	}
	f.mean = p.center()
	largest := p.largest()
	if metric == Cosine && largest < sameDirection {
		return nil, nil, fmt.Errorf("tsne: points: all %d rows have the same direction, want at least two different ones for cosine distances", x.n)
	}
	if _, exponent := math.Frexp(largest); exponent < -maxExponent || exponent > maxExponent {
		f.exponent = -exponent
		p.scale(f.exponent)
	}
	return f, p, nil
}

// read reads other points of the same columns and treats them as the first
// were.
func (f *frame) read(name string, m mat.Matrix) (*points, error) {
	x, err := newRows(name, m)
	switch {
	case err != nil:
		return nil, err
	case x.n < 1:
		return nil, fmt.Errorf("tsne: %s: got no rows, want at least 1", name)
	case x.dim != f.columns:
		return nil, fmt.Errorf("tsne: %s: got %d columns, want %d, as the points of the embedding have", name, x.dim, f.columns)
	}
	if f.pca != nil { // which reads numbers, and does not judge them
		if _, _, err := x.survey(); err != nil {
			return nil, err
		}
	}
	p, err := f.start(x)
	if err != nil {
		return nil, err
	}
	p.move(f.mean)
	p.scale(f.exponent)
	for i, v := range p.x { // far away is as good as farther
		p.x[i] = min(max(v, -MaxCoordinate), MaxCoordinate)
	}
	return p, nil
}

// start copies points, or their principal components, with the metric's length.
// With a projection the numbers of x have been looked through.
func (f *frame) start(x *rows) (*points, error) {
	var p *points
	var err error
	if f.pca != nil {
		p = f.pca.apply(x)
	} else if p, err = x.points(); err != nil {
		return nil, err
	}
	if f.metric != Cosine {
		return p, nil
	}
	for i := range p.n {
		if !toUnitLength(p.row(i)) {
			return nil, fmt.Errorf("tsne: %s: row %d (counted from 0) is zero, want a direction: cosine distances need one", x.name, i)
		}
	}
	return p, nil
}

// toUnitLength scales v to length 1; it reports false if v is zero.
func toUnitLength(v []float64) bool {
	largest := 0.0
	for _, e := range v {
		largest = max(largest, math.Abs(e))
	}
	if largest == 0 {
		return false
	}
	square := 0.0
	for _, e := range v {
		square += e / largest * (e / largest) // in range, however small or large v is
	}
	length := math.Sqrt(square)
	for j, e := range v {
		v[j] = e / largest / length
	}
	return true
}

// squareCosine takes squared Euclidean distances of unit vectors, twice the cosine
// distances, to the squares of these.
func (l *neighborLists) squareCosine() {
	for i, d := range l.dist2 {
		l.dist2[i] = d / 2 * (d / 2)
	}
}
