// This file finds principal components: those that wide points are reduced to
// first, and the two that a descent starts from.
//
// The axes are eigenvectors of xᵀx for centred points x. With fewer points than
// columns the smaller matrix x·xᵀ serves: for its eigenvectors u, xᵀu are the
// axes. Neither x nor a copy of it is kept: it is read line by line, for a
// caller's matrix of any type.

package tsne

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// PrincipalComponents returns the n x components coordinates of n points along their
// first principal components, each pointing to where its loading of the largest
// magnitude is positive: what Settings.PCA takes in place of the points. There are
// from 1 to as many components as columns.
func PrincipalComponents(points mat.Matrix, components int) (*mat.Dense, error) {
	x, err := inputRows(points)
	if err != nil {
		return nil, err
	}
	if components < 1 || components > x.dim {
		return nil, fmt.Errorf("tsne: principal components: got %d of points of %d columns, want at least 1 and at most as many", components, x.dim)
	}
	p, err := fitPCA(context.Background(), x, components)
	if err != nil {
		return nil, err
	}
	return mat.NewDense(x.n, components, p.apply(x).x), nil
}

// projection takes points of columns coordinates to their coordinates along
// some axes.
type projection struct {
	mean []float64  // of each column
	axes *mat.Dense // columns x components; unit vectors, or zero where there is no variance
}

// fitPCA returns the projection of points to their first principal components,
// each pointing to where its loading of the largest magnitude is positive.
// components is at most the number of columns. It looks at ctx now and then.
func fitPCA(ctx context.Context, x *rows, components int) (*projection, error) {
	mean, largest, err := x.survey()
	if err != nil {
		return nil, err
	}
	_, exponent := math.Frexp(largest)
	scale := math.Ldexp(1, min(-exponent, 1000)) // products of float32 stay in its range
	lines := lines{count: x.n, length: x.dim, read: func(dst []float64, i int) {
		x.row(dst, i)
		for j, m := range mean {
			dst[j] = scale * (dst[j] - m)
		}
	}}
	transposed := x.n < x.dim
	if transposed {
		lines.count, lines.length, lines.read = x.dim, x.n, func(dst []float64, j int) {
			for i := range dst {
				dst[i] = scale * (x.m.At(i, j) - mean[j])
			}
		}
	}
	products, err := lines.products(ctx)
	if err != nil {
		return nil, fmt.Errorf("tsne: %s: principal components: %w", x.name, err)
	}
	vectors, err := leadingEigenvectors(ctx, products, min(components, lines.length))
	if err != nil {
		return nil, fmt.Errorf("tsne: %s: principal components: %w", x.name, err)
	}
	p := &projection{mean, vectors}
	if transposed {
		p.axes = mat.NewDense(x.dim, components, nil)
		lines.each(func(j int, line []float64) {
			var along mat.VecDense
			along.MulVec(vectors.T(), mat.NewVecDense(len(line), line))
			copy(p.axes.RawRowView(j), along.RawVector().Data)
		})
		normalizeColumns(p.axes)
	}
	for c := range components {
		if largestSign(p.axes.ColView(c)) < 0 {
			for j := range x.dim {
				p.axes.Set(j, c, -p.axes.At(j, c))
			}
		}
	}
	return p, nil
}

// apply returns the coordinates of points along the axes.
func (p *projection) apply(x *rows) *points {
	_, components := p.axes.Dims()
	scores := &points{n: x.n, dim: components, x: make([]float64, x.n*components)}
	parallel.Chunks(x.n, projectionBlock, func(lo, hi int) {
		block := mat.NewDense(hi-lo, x.dim, nil)
		for i := lo; i < hi; i++ {
			row := block.RawRowView(i - lo)
			x.row(row, i)
			for j, m := range p.mean {
				row[j] -= m
			}
		}
		mat.NewDense(hi-lo, components, scores.x[lo*components:hi*components]).Mul(block, p.axes)
	})
	return scores
}

const projectionBlock = 64 // points projected by one piece of work

// normalizeColumns gives each column the length 1, unless it is zero up to
// rounding.
func normalizeColumns(m *mat.Dense) {
	_, columns := m.Dims()
	first := 0.0
	for c := range columns {
		length := mat.Norm(m.ColView(c), 2)
		first = max(first, length)
		factor := 0.0
		if length > 1e-12*first {
			factor = 1 / length
		}
		for j := range m.RawMatrix().Rows {
			m.Set(j, c, factor*m.At(j, c))
		}
	}
}

// lines are the rows or the columns of a matrix, read one by one.
type lines struct {
	count, length int
	read          func(dst []float64, i int)
}

// each calls f for every line in order. f may not keep the line.
func (l lines) each(f func(i int, line []float64)) {
	line := make([]float64, l.length)
	for i := range l.count {
		l.read(line, i)
		f(i, line)
	}
}

const (
	// exactProducts is the number of products up to which they are summed in
	// float64, which takes a tenth of a second. Beyond, blocks of lineBlock lines
	// are multiplied in float32 and only their sums added in float64: off by
	// about 1e-7 of the largest eigenvalue, which turns the axes by as little.
	exactProducts = 5e8
	lineBlock     = 256
	stripe        = 64 // columns of products summed by one piece of work
)

// products returns the sum of the lines' outer products with themselves. The only
// error is ctx's, which it looks at between blocks of lines.
func (l lines) products(ctx context.Context) (*mat.SymDense, error) {
	sum := mat.NewSymDense(l.length, nil)
	if float64(l.count)*float64(l.length)*float64(l.length) <= exactProducts {
		block := mat.NewDense(min(l.count, lineBlock), l.length, nil)
		for lo := 0; lo < l.count && ctx.Err() == nil; lo += lineBlock {
			hi := min(l.count, lo+lineBlock)
			for i := lo; i < hi; i++ {
				l.read(block.RawRowView(i-lo), i)
			}
			sum.SymRankK(sum, 1, block.Slice(0, hi-lo, 0, l.length).T())
		}
		return sum, ctx.Err()
	}
	block := simd.Dense(make([]float32, lineBlock*l.length), lineBlock, l.length)
	total := sum.RawSymmetric()
	scratch := make([][]float32, (l.length+stripe-1)/stripe)
	for lo := 0; lo < l.count && ctx.Err() == nil; lo += lineBlock {
		filled := block.RowSpan(0, min(l.count-lo, lineBlock))
		parallel.Chunks(filled.Rows, 16, func(from, to int) {
			line := make([]float64, l.length)
			for i := from; i < to; i++ {
				l.read(line, lo+i)
				for j, v := range line {
					filled.Row(i)[j] = float32(v)
				}
			}
		})
		// The upper triangle, row stripe by row stripe.
		parallel.Chunks(l.length, stripe, func(from, to int) {
			width := l.length - from
			if scratch[from/stripe] == nil {
				scratch[from/stripe] = make([]float32, (to-from)*width)
			}
			product := simd.Dense(scratch[from/stripe], to-from, width)
			simd.MatMulTransA(product, filled.ColumnSpan(from, to), filled.ColumnSpan(from, l.length))
			for i := from; i < to; i++ {
				row := total.Data[i*total.Stride:][i:l.length]
				for j, v := range product.Row(i - from)[i-from:] {
					row[j] += float64(v)
				}
			}
		})
	}
	return sum, ctx.Err()
}

// largestSign returns the sign, 1 or -1, of v's first element of the largest
// magnitude.
func largestSign(v mat.Vector) float64 {
	largest := 0.0
	for i := range v.Len() {
		if e := v.AtVec(i); math.Abs(e) > math.Abs(largest) {
			largest = e
		}
	}
	return math.Copysign(1, largest)
}
