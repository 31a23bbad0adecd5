package tsne

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Every point is in its cell, once, and a cell's points are in the order of their
// numbers, also when several pieces of work sort.
func TestCellsHoldTheirPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 100, 2*sortPiece + 1, sortPieces*sortPiece + 5} {
		c := newCells(n)
		for range 3 { // the second and third time in memory that was used
			y := diskEmbedding(n, rng)
			size := 1 + 9*rng.Float32()
			box := boundsOf(y)
			c.sort(y, box, size)
			seen := make([]bool, n)
			for row := range c.rows {
				for column := range c.columns {
					lo, hi := c.span(row, column, column)
					if members := c.point[lo:hi]; !slices.IsSorted(members) {
						t.Fatalf("%d points: cell %d, %d holds %v", n, row, column, members)
					}
					for q := lo; q < hi; q++ {
						i := c.point[q]
						x, y := y[2*i], y[2*i+1]
						if seen[i] || c.x[q] != x || c.y[q] != y || int((x-box.minX)/size*(1+1e-6)) < row || int((x-box.minX)/size*(1-1e-6)) > row ||
							int((y-box.minY)/size*(1+1e-6)) < column || int((y-box.minY)/size*(1-1e-6)) > column {
							t.Fatalf("%d points: point %d at (%v, %v) is in cell %d, %d of size %v as (%v, %v)", n, i, x, y, row, column, size, c.x[q], c.y[q])
						}
						seen[i] = true
					}
				}
			}
			if slices.Contains(seen, false) {
				t.Fatalf("%d points: a point is in no cell", n)
			}
		}
	}
}
