// This file reads a caller's matrix and refuses what no stage could use.

package tsne

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/parallel"
)

// MaxCoordinate is the largest magnitude of a coordinate that is accepted: sums
// of squares of such numbers are finite in float64.
const MaxCoordinate = 1e150

// rows reads a caller's matrix whose rows are points.
type rows struct {
	name   string // whose matrix it is, for errors
	m      mat.Matrix
	raw    mat.RawMatrixer // m, if it is one
	n, dim int
}

func newRows(name string, m mat.Matrix) (*rows, error) {
	if m == nil {
		return nil, fmt.Errorf("tsne: %s: got nil, want a matrix", name)
	}
	x := &rows{name: name, m: m}
	x.raw, _ = m.(mat.RawMatrixer)
	x.n, x.dim = m.Dims()
	return x, nil
}

// row sets dst to row i.
func (x *rows) row(dst []float64, i int) {
	if x.raw != nil {
		r := x.raw.RawMatrix()
		copy(dst, r.Data[i*r.Stride:])
		return
	}
	for j := range dst {
		dst[j] = x.m.At(i, j)
	}
}

// check refuses a row with a number that is not finite or too large.
func (x *rows) check(i int, row []float64) error {
	for j, v := range row {
		if !(math.Abs(v) <= MaxCoordinate) {
			return fmt.Errorf("tsne: %s: row %d, column %d (counted from 0) is %v, want a finite number of magnitude at most %g", x.name, i, j, v, MaxCoordinate)
		}
	}
	return nil
}

// surveyBlock is the number of rows that one piece of work looks through.
const surveyBlock = 1024

// survey checks all rows and returns the columns' means and the largest
// magnitude.
func (x *rows) survey() (mean []float64, largest float64, err error) {
	pieces := (x.n + surveyBlock - 1) / surveyBlock
	sums, most, errs := make([][]float64, pieces), make([]float64, pieces), make([]error, pieces)
	parallel.Chunks(x.n, surveyBlock, func(lo, hi int) {
		sum, row := make([]float64, x.dim), make([]float64, x.dim)
		piece := lo / surveyBlock
		sums[piece] = sum
		for i := lo; i < hi && errs[piece] == nil; i++ {
			x.row(row, i)
			errs[piece] = x.check(i, row)
			for j, v := range row {
				sum[j] += v
				most[piece] = max(most[piece], math.Abs(v))
			}
		}
	})
	mean = make([]float64, x.dim)
	for piece, sum := range sums {
		if errs[piece] != nil {
			return nil, 0, errs[piece]
		}
		for j, v := range sum {
			mean[j] += v
		}
		largest = max(largest, most[piece])
	}
	for j := range mean {
		mean[j] /= float64(x.n)
	}
	return mean, largest, nil
}

// allEqual reports whether all rows are the first.
func (x *rows) allEqual() bool {
	first, row := make([]float64, x.dim), make([]float64, x.dim)
	x.row(first, 0)
	for i := 1; i < x.n; i++ {
		if x.row(row, i); !slices.Equal(row, first) {
			return false
		}
	}
	return true
}

// points copies the rows.
func (x *rows) points() (*points, error) {
	p := &points{n: x.n, dim: x.dim, x: make([]float64, x.n*x.dim)}
	for i := range x.n {
		row := p.row(i)
		x.row(row, i)
		if err := x.check(i, row); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// readPoints copies m, whose rows are points. name says in errors whose matrix
// it is.
func readPoints(name string, m mat.Matrix) (*points, error) {
	x, err := newRows(name, m)
	if err != nil {
		return nil, err
	}
	return x.points()
}

// inputRows returns the rows of points that are to be embedded.
func inputRows(m mat.Matrix) (*rows, error) {
	x, err := newRows("points", m)
	switch {
	case err != nil:
		return nil, err
	case x.n < 2:
		return nil, tooFewRows(x.n)
	case x.dim < 2:
		return nil, fmt.Errorf("tsne: points: got %d columns, want at least 2: two components are the least to reduce to two", x.dim)
	}
	return x, nil
}

func tooFewRows(n int) error {
	return fmt.Errorf("tsne: points: got %d rows, want at least 2", n)
}

// readInput reads points that are to be embedded as they are.
func readInput(m mat.Matrix) (*points, error) {
	x, err := inputRows(m)
	if err != nil {
		return nil, err
	}
	_, p, err := newFrame(context.Background(), x, Euclidean, 0)
	return p, err
}
