// This file sorts points into the square cells of a grid, so that the points
// near a point are a few contiguous ranges.

package tsne

import "stackedae/internal/parallel"

// cells holds points sorted by cell; the cells of a row follow each other, so
// neighbouring cells of one row are one range of points.
type cells struct {
	rows, columns int
	x, y          []float32 // coordinates, in the order of cells
	point         []int32   // the points' numbers, in the order of cells
	start         []int32   // cell c holds start[c] to start[c+1]

	// Each piece of points counts and places its own. at[p·cells+c] is the number
	// of points of piece p in cell c, then where the next of them goes.
	cellOf []int32 // by point
	pieces int
	at     []int32

	embedding     []float32 // what is being sorted, into cells from minX and minY on
	minX, minY    float32
	inverse       float32 // of the cells' side
	count, places func(piece int)
}

// sortPiece is the number of points that make another piece of work worth it,
// sortPieces how many there are at most: each has to count all cells.
const (
	sortPiece  = 2048
	sortPieces = 4
)

func newCells(n int) *cells {
	c := &cells{
		x: make([]float32, n), y: make([]float32, n),
		point: make([]int32, n), cellOf: make([]int32, n),
		pieces: max(1, min(sortPieces, n/sortPiece)),
	}
	c.count, c.places = c.countPiece, c.placePiece
	return c
}

// sort sorts the embedding y, whose bounding box is b, into cells of a side of
// size. It is a counting sort, so a cell's points keep their order.
func (c *cells) sort(y []float32, b bounds, size float32) {
	c.embedding, c.minX, c.minY, c.inverse = y, b.minX, b.minY, 1/size
	c.rows, c.columns = c.cell(b.maxX, b.minX)+1, c.cell(b.maxY, b.minY)+1
	count := c.rows * c.columns
	if cap(c.start) < count+1 || cap(c.at) < c.pieces*count {
		room := count + count/4 + 1 // for a box that grows
		c.start, c.at = make([]int32, room), make([]int32, c.pieces*room)
	}
	c.start, c.at = c.start[:count+1], c.at[:c.pieces*count]
	parallel.For(c.pieces, c.count)
	next := int32(0)
	for cell := range count {
		c.start[cell] = next
		for at := cell; at < len(c.at); at += count {
			next, c.at[at] = next+c.at[at], next
		}
	}
	c.start[count] = next
	parallel.For(c.pieces, c.places)
}

// cell returns the row or column of a coordinate.
func (c *cells) cell(x, least float32) int { return int((x - least) * c.inverse) }

// piece returns the points of a piece and its part of at.
func (c *cells) piece(p int) (lo, hi int, at []int32) {
	n, count := len(c.embedding)/2, c.rows*c.columns
	return n * p / c.pieces, n * (p + 1) / c.pieces, c.at[p*count:][:count]
}

func (c *cells) countPiece(p int) {
	lo, hi, at := c.piece(p)
	clear(at)
	y, columns := c.embedding, int32(c.columns)
	for i := lo; i < hi; i++ {
		cell := int32((y[2*i]-c.minX)*c.inverse)*columns + int32((y[2*i+1]-c.minY)*c.inverse)
		c.cellOf[i] = cell
		at[cell]++
	}
}

func (c *cells) placePiece(p int) {
	lo, hi, at := c.piece(p)
	y := c.embedding
	for i, cell := range c.cellOf[lo:hi] {
		to := at[cell]
		at[cell]++
		i += lo
		c.x[to], c.y[to], c.point[to] = y[2*i], y[2*i+1], int32(i)
	}
}

// span returns the range of points in the cells from to through of a row.
// Columns beyond the row's ends are left out.
func (c *cells) span(row, from, through int) (lo, hi int) {
	first := row * c.columns
	return int(c.start[first+max(from, 0)]), int(c.start[first+min(through, c.columns-1)+1])
}

// rowSpan returns the range of points in the rows from lo to hi-1; rows beyond
// the last are left out.
func (c *cells) rowSpan(lo, hi int) (from, to int) {
	return int(c.start[lo*c.columns]), int(c.start[min(hi, c.rows)*c.columns])
}
