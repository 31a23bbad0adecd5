// This file joins the conditional probabilities of all points into the
// symmetric affinities P.

package tsne

import (
	"cmp"
	"context"
	"slices"

	"stackedae/internal/parallel"
)

// affinities holds P in compressed sparse rows: p_ij = (p(j|i) + p(i|j)) / 2n.
// P is symmetric, has no diagonal and sums to 1; columns ascend in each row.
// Nothing writes to it after it is made.
type affinities struct {
	n     int
	start []int     // row i is entries start[i] to start[i+1]
	col   []int32   //
	val   []float32 // one for each col
}

// affinityBlock is the number of rows that one piece of work sorts or merges.
const affinityBlock = 256

// newAffinities makes P for points at a perplexity, with neighbors others for
// each point. The only error is ctx's.
func newAffinities(ctx context.Context, p *points, perplexity float64, neighbors int) (*affinities, error) {
	lists, err := nearestNeighbors(ctx, p, neighbors)
	if err != nil {
		return nil, err
	}
	if p.squareCosine {
		lists.squareCosine()
	}
	return symmetrize(p.n, lists.index, conditionals(lists, perplexity)), ctx.Err()
}

// symmetrize returns (C + Cᵀ) / 2n for the n-row matrix C with the same number
// of entries in each row: columns and their values, row after row.
func symmetrize(n int, col []int32, val []float64) *affinities {
	own := sortedRows(n, col, val)
	other := own.transpose()
	p := &affinities{n: n, start: make([]int, n+1)}
	parallel.Chunks(n, affinityBlock, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p.start[i+1] = mergeRows(own, other, i, func(int32, float64) {})
		}
	})
	for i := range n {
		p.start[i+1] += p.start[i]
	}
	p.col, p.val = make([]int32, p.start[n]), make([]float32, p.start[n])
	parallel.Chunks(n, affinityBlock, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			at := p.start[i]
			mergeRows(own, other, i, func(col int32, sum float64) {
				p.col[at], p.val[at] = col, float32(sum/float64(2*n))
				at++
			})
		}
	})
	return p
}

// conditionalRows is the matrix C, or its transpose, in compressed rows.
type conditionalRows struct {
	start []int
	entry []conditional
}

type conditional struct {
	col int32
	val float64
}

func (c *conditionalRows) row(i int) []conditional { return c.entry[c.start[i]:c.start[i+1]] }

// sortedRows puts the entries of each row into the order of their columns.
func sortedRows(n int, col []int32, val []float64) *conditionalRows {
	c := &conditionalRows{start: make([]int, n+1), entry: make([]conditional, len(col))}
	for i := range c.start {
		c.start[i] = i * (len(col) / n)
	}
	parallel.Chunks(n, affinityBlock, func(lo, hi int) {
		for i := c.start[lo]; i < c.start[hi]; i++ {
			c.entry[i] = conditional{col[i], val[i]}
		}
		for i := lo; i < hi; i++ {
			slices.SortFunc(c.row(i), func(a, b conditional) int { return cmp.Compare(a.col, b.col) })
		}
	})
	return c
}

// transpose is a counting sort by column. The rows of the result are sorted
// because those of c are visited in order.
func (c *conditionalRows) transpose() *conditionalRows {
	n := len(c.start) - 1
	t := &conditionalRows{start: make([]int, n+1), entry: make([]conditional, len(c.entry))}
	for _, e := range c.entry {
		t.start[e.col+1]++
	}
	for i := range n {
		t.start[i+1] += t.start[i]
	}
	next := slices.Clone(t.start[:n])
	for i := range n {
		for _, e := range c.row(i) {
			t.entry[next[e.col]] = conditional{int32(i), e.val}
			next[e.col]++
		}
	}
	return t
}

// mergeRows calls emit with each column that row i of a or b has, and the sum
// of their values there, in the order of columns. It returns their number.
func mergeRows(a, b *conditionalRows, i int, emit func(col int32, sum float64)) (count int) {
	x, y := a.row(i), b.row(i)
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0].col < y[0].col:
			emit(x[0].col, x[0].val)
			x = x[1:]
		case len(x) == 0 || y[0].col < x[0].col:
			emit(y[0].col, y[0].val)
			y = y[1:]
		default:
			emit(x[0].col, x[0].val+y[0].val)
			x, y = x[1:], y[1:]
		}
		count++
	}
	return count
}
