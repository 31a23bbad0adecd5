// This file copies a caller's matrix into the form that all stages read, and
// refuses what no stage could use.

package tsne

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/parallel"
)

// maxCoordinate is the largest coordinate accepted: sums of squares of such
// numbers are finite in float64.
const maxCoordinate = 1e150

// maxExponent bounds the binary exponent of coordinates that are left as they
// are. Squared distances are float32 later; beyond 2^±40 they could leave its
// range, and the coordinates are scaled by a power of two, which rounds
// nothing. Affinities do not depend on the scale.
const maxExponent = 40

// points holds n points of dim coordinates each.
type points struct {
	n, dim int
	x      []float64 // n x dim, row-major
}

func (p *points) row(i int) []float64 { return p.x[i*p.dim : (i+1)*p.dim] }

// readPoints copies m, whose rows are points. name says in errors whose matrix
// it is.
func readPoints(name string, m mat.Matrix) (*points, error) {
	if m == nil {
		return nil, fmt.Errorf("tsne: %s: got nil, want a matrix", name)
	}
	n, dim := m.Dims()
	p := &points{n: n, dim: dim, x: make([]float64, n*dim)}
	raw, isRaw := m.(mat.RawMatrixer)
	for i := range n {
		row := p.row(i)
		if isRaw {
			r := raw.RawMatrix()
			copy(row, r.Data[i*r.Stride:])
		} else {
			for j := range row {
				row[j] = m.At(i, j)
			}
		}
		for j, v := range row {
			if !(math.Abs(v) <= maxCoordinate) {
				return nil, fmt.Errorf("tsne: %s: row %d, column %d (counted from 0) is %v, want a finite number of magnitude at most %g", name, i, j, v, maxCoordinate)
			}
		}
	}
	return p, nil
}

// readInput is readPoints for the points that are to be embedded: it refuses
// sets without any structure, moves the mean to 0 and, where squared distances
// could leave the range of float32, scales.
func readInput(m mat.Matrix) (*points, error) {
	p, err := readPoints("points", m)
	switch {
	case err != nil:
		return nil, err
	case p.n < 2:
		return nil, fmt.Errorf("tsne: points: got %d rows, want at least 2", p.n)
	case p.dim < 2:
		return nil, fmt.Errorf("tsne: points: got %d columns, want at least 2: two components are the least to reduce to two", p.dim)
	case p.allEqual():
		return nil, fmt.Errorf("tsne: points: all %d rows are equal, want at least two different ones", p.n)
	}
	p.center()
	p.normalize()
	return p, nil
}

func (p *points) allEqual() bool {
	for i, v := range p.x {
		if v != p.x[i%p.dim] {
			return false
		}
	}
	return true
}

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

// center subtracts each column's mean.
func (p *points) center() {
	mean := p.means()
	for i := range p.n {
		row := p.row(i)
		for j := range row {
			row[j] -= mean[j]
		}
	}
}

// normalize scales by a power of two if the largest magnitude is out of the
// range that maxExponent sets.
func (p *points) normalize() {
	largest := 0.0
	for _, v := range p.x {
		largest = max(largest, math.Abs(v))
	}
	_, exponent := math.Frexp(largest)
	if -maxExponent <= exponent && exponent <= maxExponent {
		return
	}
	for i, v := range p.x {
		p.x[i] = math.Ldexp(v, -exponent)
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
