// This file computes the repulsion by points that stay where they are, which
// those feel that are placed among them.
//
// It is the mesh of repulse_mesh.go, laid once: the far part of the potential of
// all of them stands on a grid, and the near part, if the grid is too coarse to
// do without, is summed over the cells around a place. Off the grid, as beside
// points far away from all others, everything is summed. Force and potential are
// off by less than half a percent of the potential, mostly by much less.

package tsne

import (
	"math"
	"slices"
)

const (
	// fieldSide bounds the grid's points a side. Up to an extent of about 300, as
	// 50,000 points have, its step is so small that no near part is needed.
	fieldSide = 1024
	// fieldMargin is how far the grid reaches beyond the points, as a part of
	// their extent.
	fieldMargin = .1
	// A few points count as far away from the others if the rest is less than
	// half as wide: as many as one in a thousand, but no more than 50, on each side.
	farShare, farMost = 1000, 50
)

// field is the repulsion by points that stay.
type field struct {
	y      []float32 // all of them, n x 2
	far    []float32 // those that are not on the grid, likewise
	box    bounds    // of the grid
	grid   grid
	cutoff float32
	cells  *cells // those on the grid; they count for the near part
}

func newField(y []float32) *field {
	f := &field{y: y}
	inner := innerBounds(y)
	var near []float32
	for i := 0; i < len(y); i += 2 {
		if inner.hold(float64(y[i]), float64(y[i+1])) {
			near = append(near, y[i], y[i+1])
		} else {
			f.far = append(f.far, y[i], y[i+1])
		}
	}
	extent := max(inner.maxX-inner.minX, inner.maxY-inner.minY)
	margin := float32(fieldMargin) * extent
	f.box = bounds{inner.minX - margin, inner.minY - margin, inner.maxX + margin, inner.maxY + margin}
	side := fftLength(2*min(fieldSide, max(minSide, int((1+2*fieldMargin)*stepGrowth*extent/smoothStep)+2*gridMargin))) / 2
	m := &meshRepeller{
		accuracy: defaultMesh,
		grid:     grid{side: side, value: make([]float32, side*side)},
		cells:    newCells(len(near) / 2),
		conv:     newConvolver(side),
	}
	m.fit(f.box)
	m.spread(near, f.box)
	m.conv.convolve(m.grid.value)
	f.grid, f.cutoff, f.cells = m.grid, m.cutoff, m.cells
	return f
}

// at returns Φ = Σ_j w_j and Σ_j w_j² (y-y_j) at the place y = (x, y), where w_j
// is 1/(1+|y-y_j|²).
func (f *field) at(x, y float64) (phi, fx, fy float64) {
	if !f.box.hold(x, y) {
		return repulsionBy(f.y, x, y)
	}
	value, dx, dy := f.grid.read(float32(x), float32(y))
	phi, fx, fy = repulsionBy(f.far, x, y)
	phi, fx, fy = phi+float64(value), fx-.5*float64(dx), fy-.5*float64(dy)
	if f.cutoff > 0 {
		nearPhi, nearX, nearY := f.near(float32(x), float32(y))
		phi, fx, fy = phi+nearPhi, fx+nearX, fy+nearY
	}
	return phi, fx, fy
}

// near returns the near part at a place on the grid, which may be beyond the
// cells.
func (f *field) near(x, y float32) (phi, fx, fy float64) {
	row := int(math.Floor(float64((x - f.box.minX) / f.cutoff)))
	column := int(math.Floor(float64((y - f.box.minY) / f.cutoff)))
	for r := max(row-1, 0); r <= min(row+1, f.cells.rows-1); r++ {
		lo, hi := f.cells.span(r, column-1, column+1)
		for j := lo; j < hi; j++ {
			dx, dy := float64(x-f.cells.x[j]), float64(y-f.cells.y[j])
			a := float64(f.cutoff) * float64(f.cutoff)
			d := 1 + dx*dx + dy*dy
			v := max(0, 1-d/(1+a))
			k := 1 / d
			phi += k * v * v * v
			force := k * v * v * (k*v + 3/(1+a))
			fx += force * dx
			fy += force * dy
		}
	}
	return phi, fx, fy
}

// repulsionBy sums the repulsion by the points ys, n x 2.
func repulsionBy(ys []float32, x, y float64) (phi, fx, fy float64) {
	for j := 0; j < len(ys); j += 2 {
		dx, dy := x-float64(ys[j]), y-float64(ys[j+1])
		w := 1 / (1 + dx*dx + dy*dy)
		phi += w
		fx += w * w * dx
		fy += w * w * dy
	}
	return phi, fx, fy
}

// hold reports whether (x, y) lies in the box.
func (b bounds) hold(x, y float64) bool {
	return x >= float64(b.minX) && x <= float64(b.maxX) && y >= float64(b.minY) && y <= float64(b.maxY)
}

// innerBounds returns the bounding box of all points but a few that are far away
// from the others.
func innerBounds(y []float32) bounds {
	all := boundsOf(y)
	n := len(y) / 2
	skip := min(n/farShare, farMost)
	if n < 50 {
		skip = 0
	} else {
		skip = max(skip, 1)
	}
	side := func(first int) (lo, hi float32) {
		c := make([]float32, n)
		for i := range c {
			c[i] = y[2*i+first]
		}
		slices.Sort(c)
		return c[skip], c[n-1-skip]
	}
	var inner bounds
	inner.minX, inner.maxX = side(0)
	inner.minY, inner.maxY = side(1)
	if 2*max(inner.maxX-inner.minX, inner.maxY-inner.minY) < max(all.maxX-all.minX, all.maxY-all.minY) {
		return inner
	}
	return all
}
