// This file runs operations on several processors.

package graph

import (
	"time"

	G "gorgonia.org/gorgonia"

	"stackedae/internal/parallel"
)

// rows is work on rows, one for each image or code, that can be computed apart:
// row i of the result needs row i of what is computed before it, and what is
// there before any row.
type rows interface {
	// doRows computes rows lo to hi. lo is a multiple of rowBlock; several
	// spans of rows may be computed at the same time.
	doRows(lo, hi int)
	// end is called after all rows.
	end()
	// rowWork returns about how many multiplications a row takes.
	rowWork() int
}

// rowwise is an operation on rows.
type rowwise interface {
	G.Op
	owner
	rows
	// begin takes the inputs of a run.
	begin(inputs []G.Value)
}

// weightwise is an operation that, when all of its rows are done, computes
// something for each weight, in shares that can be computed apart.
type weightwise interface {
	rowwise
	doWeights(share, shares int)
	weightWork() int
}

const (
	// rowBlock is how many rows make a block that is never cut: sums over rows
	// are taken block by block, so that they do not depend on the cut.
	rowBlock = 8
	// leastWork is how many multiplications are worth handing over a part of
	// them: some microseconds', where handing over takes one.
	leastWork = 1 << 17
)

// region is operations that processors take rows through without waiting for
// each other between two operations.
type region struct {
	ops   []rows
	parts []*Part // of a trace, one for each operation, or nil
	rows  int
	size  int // rows of a piece, but for the last
}

func (r *region) add(op rows, p *Part) {
	r.ops, r.parts = append(r.ops, op), append(r.parts, p)
}

// Piece takes a piece's rows through all operations. The first piece is what a
// trace sees of a region.
func (r *region) Piece(i int) {
	lo := i * r.size
	hi := min(lo+r.size, r.rows)
	for j, op := range r.ops {
		if p := r.parts[j]; p != nil && i == 0 {
			start := time.Now()
			op.doRows(lo, hi)
			p.since(start)
		} else {
			op.doRows(lo, hi)
		}
	}
}

// run computes all rows of operations that have begun, and ends them.
func (r *region) run() {
	work := 0
	for _, op := range r.ops {
		work += op.rowWork()
	}
	r.size = r.rows
	if pieces := sharesOf(work * r.rows); pieces > 1 {
		if r.rows > 2*rowBlock*pieces { // smaller ones, so that all end at the same time
			pieces *= 4
		}
		even := (r.rows + pieces - 1) / pieces
		r.size = (even + rowBlock - 1) / rowBlock * rowBlock
	}
	parallel.Run(r, (r.rows+r.size-1)/r.size)
	for _, op := range r.ops {
		op.end()
	}
}

// weightRegion is operations whose weights are computed together.
type weightRegion struct {
	ops    []weightwise
	parts  []*Part // as a region's
	shares int
}

func (r *weightRegion) add(op weightwise, p *Part) {
	r.ops, r.parts = append(r.ops, op), append(r.parts, p)
}

// Piece computes a share of every operation's weights.
func (r *weightRegion) Piece(i int) {
	for j, op := range r.ops {
		if p := r.parts[j]; p != nil && i == 0 {
			start := time.Now()
			op.doWeights(i, r.shares)
			p.Time += time.Since(start) // its call was counted with its rows
		} else {
			op.doWeights(i, r.shares)
		}
	}
}

func (r *weightRegion) run() {
	work := 0
	for _, op := range r.ops {
		work += op.weightWork()
	}
	r.shares = sharesOf(work)
	parallel.Run(r, r.shares)
}

// sharesOf returns how many shares of so much work to make.
func sharesOf(work int) int {
	if work < leastWork {
		return 1
	}
	return parallel.Workers()
}

// shareOf returns where a share of n rows or columns of weights begins and ends:
// nearly even ones, of as many as fill whole tiles of the kernels and vectors.
func shareOf(n, share, shares int) (lo, hi int) {
	const block = 8
	size := ((n+shares-1)/shares + block - 1) / block * block
	return min(share*size, n), min((share+1)*size, n)
}

// alone runs one operation in regions of its own, as a machine does that knows
// nothing of them.
type alone struct {
	op      rowwise
	region  region
	weights weightRegion
}

func newAlone(op rowwise, rows int) *alone {
	a := &alone{op: op, region: region{rows: rows}}
	a.region.add(op, nil)
	if op, ok := op.(weightwise); ok {
		a.weights.add(op, nil)
	}
	return a
}

// do computes the operation's value.
func (a *alone) do(inputs []G.Value) (G.Value, error) {
	a.op.begin(inputs)
	a.region.run()
	if a.weights.ops != nil {
		a.weights.run()
	}
	return a.op.value(), nil
}
