// This file sorts points into the square cells of a grid, so that the points
// near a point are a few contiguous ranges.

package tsne

// cells holds points sorted by cell; the cells of a row follow each other, so
// neighbouring cells of one row are one range of points.
type cells struct {
	rows, columns int
	x, y          []float32 // coordinates, in the order of cells
	point         []int32   // the points' numbers, in the order of cells
	start         []int32   // cell c holds start[c] to start[c+1]
	cellOf        []int32   // by point
}

func newCells(n int) *cells {
	return &cells{
		x: make([]float32, n), y: make([]float32, n),
		point: make([]int32, n), cellOf: make([]int32, n),
	}
}

// sort sorts the embedding y, whose bounding box is b, into cells of a side of
// size. It is a counting sort, so a cell's points keep their order.
func (c *cells) sort(y []float32, b bounds, size float32) {
	c.rows, c.columns = int((b.maxX-b.minX)/size)+1, int((b.maxY-b.minY)/size)+1
	count := c.rows * c.columns
	if cap(c.start) < count+2 {
		c.start = make([]int32, count+2+count/4) // room for a box that grows
	}
	// While points are counted and placed, start is shifted by one: cell c's next
	// free place is start[c+1].
	c.start = c.start[:count+2]
	clear(c.start)
	for i := range c.point {
		cell := int32((y[2*i]-b.minX)/size)*int32(c.columns) + int32((y[2*i+1]-b.minY)/size)
		c.cellOf[i] = cell
		c.start[cell+2]++
	}
	for cell := range count {
		c.start[cell+2] += c.start[cell+1]
	}
	for i, cell := range c.cellOf {
		at := c.start[cell+1]
		c.start[cell+1]++
		c.x[at], c.y[at], c.point[at] = y[2*i], y[2*i+1], int32(i)
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
