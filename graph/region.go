// This file shares the work of operations out among processors.

package graph

import (
	"time"

	G "gorgonia.org/gorgonia"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// task is a part of an operation's work that can be cut into pieces, which are
// computed apart once the tasks before it are done.
type task struct {
	cut cut
	// apart says that a piece needs of what tasks before it compute by bands
	// only its own band.
	apart bool
	work  int           // about how many multiplications it takes in all
	do    func(p piece) // computes a piece
	done  func()        // is called after all pieces, unless it is nil

	part  *Part // of a trace, or nil
	first bool  // of its operation, whose call it counts
}

// cut is a way to cut tasks into pieces.
type cut int

const (
	// byRows cuts a batch into spans of rows, one for each image or code.
	// Whatever a task computes by rows, row i of it needs no other row of what
	// tasks compute by rows.
	byRows cut = iota
	// byBands cuts wide matrices into two bands of columns, and the kernels of
	// layers that have them with them. A processor that takes the same band in
	// every step finds the weights that it has written there in its own cache:
	// most of what a step reads and writes is weights. More than two processors
	// cut the rows as well.
	byBands
	// byWeights cuts kernels across their longer side, and biases; those of wide
	// matrices first of all into the same bands.
	byWeights
)

// piece is rows lo to hi of a batch in a share of the columns.
type piece struct {
	lo, hi        int
	share, shares int
}

// columns returns the share's part of n columns or weights. Shares are nearly
// even and of whole vectors, so the first may be empty.
func (p piece) columns(n int) (from, to int) {
	const vector = 16
	if from = p.share * n / p.shares / vector * vector; p.share == p.shares-1 {
		return from, n
	}
	return from, (p.share + 1) * n / p.shares / vector * vector
}

// band returns the piece's rows in a band of the columns.
func (p piece) band(b int) piece { return piece{p.lo, p.hi, b, bands} }

// part returns a piece of a matrix.
func (p piece) part(m simd.Matrix) simd.Matrix {
	from, to := p.columns(m.Columns)
	return m.RowSpan(p.lo, p.hi).ColumnSpan(from, to)
}

const (
	// bands is how many bands there are, whatever the number of processors:
	// sums over the columns of a wide matrix are taken band by band.
	bands = 2
	// leastBanded is the width from which a matrix is cut into bands.
	leastBanded = 256
	// rowBlock is how many rows make a block that is never cut: sums over rows
	// are taken block by block, so that they do not depend on the cut.
	rowBlock = 8
	// leastWork is how many multiplications are worth handing over a part of
	// them: some microseconds', where handing over takes one.
	leastWork = 1 << 17
)

// isTall and isWide report whether a layer's x, or its result, is cut into
// bands. If neither, the layer is small.
func isTall(inputs, units int) bool { return inputs >= units && inputs >= leastBanded }
func isWide(inputs, units int) bool { return units > inputs && units >= leastBanded }

// shared is an operation whose work processors share.
type shared interface {
	G.Op
	owner
	// tasks returns the work of a run. It is called once, when the graph is
	// complete.
	tasks() []task
	// begin takes the inputs of a run.
	begin(inputs []G.Value)
}

// weighted is an operation that, when its tasks are done, computes something
// for each of its weights.
type weighted interface {
	shared
	weightTask() task
}

// region is tasks that are cut the same way, so that a processor takes its
// piece through all of them without waiting for others between two.
type region struct {
	tasks  []task
	rows   int // of the batch
	size   int // rows of a piece, but for the last
	shares int // that the columns or weights are cut into
}

// takes reports whether a processor can go on to a task when it has done its
// piece of the region's.
func (r *region) takes(t task) bool {
	return len(r.tasks) == 0 || r.tasks[0].cut == t.cut && (t.cut != byBands || t.apart)
}

// Piece takes a piece through all tasks. The first piece is what a trace sees
// of a region.
func (r *region) Piece(i int) {
	spans := r.spans()
	lo := i % spans * r.size
	p := piece{lo, min(lo+r.size, r.rows), i / spans, r.shares}
	for j := range r.tasks {
		t := &r.tasks[j]
		if t.part == nil || i > 0 {
			t.do(p)
			continue
		}
		start := time.Now()
		t.do(p)
		t.part.Time += time.Since(start)
		if t.first {
			t.part.Calls++
		}
	}
}

// spans returns into how many spans the rows are cut.
func (r *region) spans() int { return (r.rows + r.size - 1) / r.size }

// run does all tasks.
func (r *region) run() {
	work := 0
	for i := range r.tasks {
		work += r.tasks[i].work
	}
	workers := workersFor(work)
	r.size, r.shares = r.rows, 1
	switch r.tasks[0].cut {
	case byRows:
		if workers > 1 && r.rows > 2*rowBlock*workers { // small pieces, so that all end at the same time
			workers *= 4
		}
		r.cutRows(workers)
	case byBands:
		r.shares = bands
		r.cutRows((workers + bands - 1) / bands)
	case byWeights:
		r.shares = weightShares(workers)
	}
	parallel.Run(r, r.spans()*r.shares)
	for i := range r.tasks {
		if done := r.tasks[i].done; done != nil {
			done()
		}
	}
}

// cutRows cuts the rows into nearly even spans of whole blocks.
func (r *region) cutRows(spans int) {
	even := (r.rows + spans - 1) / spans
	r.size = (even + rowBlock - 1) / rowBlock * rowBlock
}

// weightShares returns how many shares of weights to make for so many
// processors: one, or some of each band.
func weightShares(workers int) int {
	if workers == 1 {
		return 1
	}
	return (workers + bands - 1) / bands * bands
}

// workersFor returns how many processors to share so much work.
func workersFor(work int) int {
	if work < leastWork {
		return 1
	}
	return parallel.Workers()
}

// alone runs one operation in regions of its own, as a machine does that knows
// nothing of them.
type alone struct {
	op      shared
	regions []*region
}

// do computes the operation's value.
func (a *alone) do(op shared, rows int, inputs []G.Value) (G.Value, error) {
	if a.op == nil {
		a.op = op
		tasks := op.tasks()
		if op, ok := op.(weighted); ok {
			tasks = append(tasks, op.weightTask())
		}
		for _, t := range tasks {
			if n := len(a.regions); n == 0 || !a.regions[n-1].takes(t) {
				a.regions = append(a.regions, &region{rows: rows})
			}
			last := a.regions[len(a.regions)-1]
			last.tasks = append(last.tasks, t)
		}
	}
	op.begin(inputs)
	for _, r := range a.regions {
		r.run()
	}
	return op.value(), nil
}
