// This file counts how much of a drawing a rectangle covers.

package figure

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// ink is a raster of square points that says where a canvas is drawn on. After
// sum, covered can be asked for.
type ink struct {
	width, height vg.Length
	columns, rows int

	// cells holds (rows+1) x (columns+1) numbers; row 0 and column 0 are zero.
	// Cell (i, j) is 1 where there is ink; sum turns it into the number of
	// such cells in rows up to i and columns up to j (Crow, Summed-area tables
	// for texture mapping, 1984).
	cells []int
}

func newInk(width, height vg.Length) *ink {
	columns, rows := int(math.Ceil(width.Points())), int(math.Ceil(height.Points()))
	return &ink{width, height, columns, rows, make([]int, (rows+1)*(columns+1))}
}

// span returns the cells from lo to hi, of n, that a stretch touches.
func span(from, to vg.Length, n int) (lo, hi int) {
	lo = int(min(max(0, math.Floor(from.Points())), float64(n)))
	hi = int(min(max(float64(lo), math.Ceil(to.Points())), float64(n)))
	return lo, hi
}

// at returns the index of a cell, counted from 0.
func (k *ink) at(row, column int) int { return (row+1)*(k.columns+1) + column + 1 }

// rectangle puts ink on all cells that r touches.
func (k *ink) rectangle(r vg.Rectangle) {
	left, right := span(r.Min.X, r.Max.X, k.columns)
	bottom, top := span(r.Min.Y, r.Max.Y, k.rows)
	for row := bottom; row < top; row++ {
		for column := left; column < right; column++ {
			k.cells[k.at(row, column)] = 1
		}
	}
}

// disc puts ink on the cells that the square around a disc touches.
func (k *ink) disc(at vg.Point, radius vg.Length) {
	k.rectangle(centered(at, 2*radius, 2*radius))
}

// sum makes the table of sums.
func (k *ink) sum() {
	width := k.columns + 1
	for row := range k.rows {
		for column := range k.columns {
			i := k.at(row, column)
			k.cells[i] += k.cells[i-1] + k.cells[i-width] - k.cells[i-width-1]
		}
	}
}

// covered returns the number of cells with ink that r touches.
func (k *ink) covered(r vg.Rectangle) int {
	left, right := span(r.Min.X, r.Max.X, k.columns)
	bottom, top := span(r.Min.Y, r.Max.Y, k.rows)
	return k.cells[k.at(top-1, right-1)] - k.cells[k.at(bottom-1, right-1)] -
		k.cells[k.at(top-1, left-1)] + k.cells[k.at(bottom-1, left-1)]
}
