// This file joins the conditional probabilities of all points into the
// symmetric affinities P.

package tsne

import (
	"context"
	"math"

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

// affinityBlock is the number of rows that one piece of work merges.
const affinityBlock = 256

// newAffinities makes P for points at a perplexity, with the exact neighbors
// others for each point. The only error is ctx's.
func newAffinities(ctx context.Context, p *points, perplexity float64, neighbors int) (*affinities, error) {
	lists, err := nearestNeighbors(ctx, p, neighbors)
	if err != nil {
		return nil, err
	}
	return affinitiesOf(ctx, p, lists, perplexity)
}

// newApproximateAffinities does so with approximate neighbours. They are those of
// the points in another order, p's afterwards: order[i] is the old number of
// point i.
func newApproximateAffinities(ctx context.Context, p *points, perplexity float64, neighbors int) (a *affinities, order []int32, err error) {
	lists, order, err := approximateNeighbors(ctx, p, neighbors)
	if err != nil {
		return nil, nil, err
	}
	a, err = affinitiesOf(ctx, p, lists, perplexity)
	return a, order, err
}

// affinitiesOf makes P of the points' neighbours, whose memory it takes over.
func affinitiesOf(ctx context.Context, p *points, lists *neighborLists, perplexity float64) (*affinities, error) {
	if p.squareCosine {
		lists.squareCosine()
	}
	weights, err := conditionals(ctx, lists, perplexity)
	if err != nil {
		return nil, err
	}
	return symmetrize(ctx, p.n, lists.index, weights)
}

// symmetrize returns (C + Cᵀ) / 2n for the n-row matrix C with the same number
// of entries in each row: columns and their values, row after row, whose memory
// it takes over. The only error is ctx's.
func symmetrize(ctx context.Context, n int, col []int32, val []float32) (*affinities, error) {
	own := &affinities{n: n, start: make([]int, n+1), col: col, val: val}
	for i := range own.start {
		own.start[i] = i * (len(col) / n)
	}
	other := &affinities{n: n, start: make([]int, n+1), col: make([]int32, len(col)), val: make([]float32, len(col))}
	if err := other.transpose(ctx, own); err != nil {
		return nil, err
	}
	// A transposition sorts rows by their columns: this one sorts C's.
	if err := own.transpose(ctx, other); err != nil {
		return nil, err
	}
	p := &affinities{n: n, start: make([]int, n+1)}
	err := chunks(ctx, n, affinityBlock, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p.start[i+1] = unionSize(own.columns(i), other.columns(i))
		}
	})
	if err != nil {
		return nil, err
	}
	for i := range n {
		p.start[i+1] += p.start[i]
	}
	p.col, p.val = make([]int32, p.start[n]), make([]float32, p.start[n])
	return p, chunks(ctx, n, affinityBlock, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p.mean(i, own, other)
		}
	})
}

// columns returns the columns of row i.
func (p *affinities) columns(i int) []int32 { return p.col[p.start[i]:p.start[i+1]] }

// values returns the values of row i.
func (p *affinities) values(i int) []float32 { return p.val[p.start[i]:p.start[i+1]] }

const (
	// transposeParts is how many stretches of rows are transposed at a time;
	// each counts its entries for itself.
	transposeParts = 4
	// transposeBlock is the number of rows between two looks at the context.
	transposeBlock = 4096
)

// transpose sets p, whose memory is large enough, to the transpose of a by a
// counting sort; the rows' order does not depend on how many stretches there
// are. The only error is ctx's.
func (p *affinities) transpose(ctx context.Context, a *affinities) error {
	var next [transposeParts][]int // by column, the place of the stretch's next entry
	each := func(visit func(next []int, i int)) {
		parallel.For(transposeParts, func(part int) {
			lo, hi := part*a.n/transposeParts, (part+1)*a.n/transposeParts
			for i := lo; i < hi; i++ {
				if i%transposeBlock == 0 && ctx.Err() != nil {
					return
				}
				visit(next[part], i)
			}
		})
	}
	for part := range next {
		next[part] = make([]int, a.n)
	}
	each(func(next []int, i int) {
		for _, j := range a.columns(i) {
			next[j]++
		}
	})
	at := 0
	for j := range a.n {
		p.start[j] = at
		for part := range next {
			at, next[part][j] = at+next[part][j], at
		}
	}
	p.start[a.n] = at
	each(func(next []int, i int) {
		values := a.values(i)
		for m, j := range a.columns(i) {
			p.col[next[j]], p.val[next[j]] = int32(i), values[m]
			next[j]++
		}
	})
	return ctx.Err()
}

// atMost returns -1 if x <= y, else 0. Which of two columns is the lower one
// cannot be predicted, so the merges below do without branches.
func atMost(x, y int32) int { return int((int64(x) - int64(y) - 1) >> 63) }

// unionSize returns the number of different elements of x and y, which ascend.
func unionSize(x, y []int32) int {
	i, j, both := 0, 0, 0
	for i < len(x) && j < len(y) {
		a, b := x[i], y[j]
		fromX, fromY := atMost(a, b), atMost(b, a)
		i -= fromX
		j -= fromY
		both -= fromX & fromY
	}
	return len(x) + len(y) - both
}

// mean sets row i to (a + b) / 2n, a column that one of them lacks being 0 there.
func (p *affinities) mean(i int, a, b *affinities) {
	x, y := a.columns(i), b.columns(i)
	xs, ys := a.values(i)[:len(x)], b.values(i)[:len(y)]
	col, val := p.columns(i), p.values(i)
	col, val = col[:len(col):len(col)], val[:len(col)]
	at, l, m := 0, 0, 0
	for l < len(x) && m < len(y) && at < len(col) {
		c, d := x[l], y[m]
		fromX, fromY := atMost(c, d), atMost(d, c)
		v := math.Float32frombits(math.Float32bits(xs[l]) & uint32(fromX))
		w := math.Float32frombits(math.Float32bits(ys[m]) & uint32(fromY))
		col[at], val[at] = min(c, d), v+w
		at++
		l -= fromX
		m -= fromY
	}
	copy(col[at:], x[l:])
	copy(val[at:], xs[l:])
	copy(col[at:], y[m:])
	copy(val[at:], ys[m:])
	half := 1 / float64(2*p.n)
	for at := range val {
		val[at] = float32(float64(val[at]) * half)
	}
}
