// This file holds points in the form that all stages read.

package tsne

import (
	"math"

	"stackedae/internal/parallel"
)

// maxExponent bounds the binary exponent of coordinates that are left as they
// are. Squared distances are float32 later; beyond 2^±40 they could leave its
// range, and the coordinates are scaled by a power of two, which rounds
// nothing. Affinities do not depend on the scale.
const maxExponent = 40

// points holds n points of dim coordinates each.
type points struct {
	n, dim int
	x      []float64 // n x dim, row-major

	squareCosine bool // affinities are made from the squares of cosine distances
}

func (p *points) row(i int) []float64 { return p.x[i*p.dim : (i+1)*p.dim] }

// means returns each column's mean.
func (p *points) means() []float64 {
	mean := make([]float64, p.dim)
	for i := range p.n {
		for j, v := range p.row(i) {
			mean[j] += v
		}
	}
	for j := range mean {
		mean[j] /= float64(p.n)
	}
	return mean
}

// center subtracts each column's mean, and returns the means.
func (p *points) center() (mean []float64) {
	mean = p.means()
	p.move(mean)
	return mean
}

// move subtracts mean from every point.
func (p *points) move(mean []float64) {
	for i := range p.n {
		row := p.row(i)
		for j, m := range mean {
			row[j] -= m
		}
	}
}

// largest returns the largest magnitude of a coordinate.
func (p *points) largest() (v float64) {
	for _, x := range p.x {
		v = max(v, math.Abs(x))
	}
	return v
}

// scale multiplies by 2^exponent.
func (p *points) scale(exponent int) {
	if exponent == 0 {
		return
	}
	for i, v := range p.x {
		p.x[i] = math.Ldexp(v, exponent)
	}
}

// reorder puts the points into an order of their numbers.
func (p *points) reorder(order []int32) {
	x := make([]float64, len(p.x))
	parallel.Chunks(p.n, 1024, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			copy(x[i*p.dim:], p.row(int(order[i])))
		}
	})
	p.x = x
}
