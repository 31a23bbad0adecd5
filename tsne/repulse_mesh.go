// This file sums the repulsion by the particle-particle particle-mesh method of
// molecular dynamics, P3M (Hockney & Eastwood 1988, chapter 8): pairs that are
// near each other one by one, the others through a grid.
//
// With u = r² the repulsion derives from the potential Φ(y) = Σ_j k(u_j),
// k(u) = 1/(1+u): since k' = -k², the repulsive force Σ_j k²(y-y_j) is -∇Φ/2,
// and Z = Σ_i Φ(y_i) - n. A grid cannot follow k closer than a few grid
// steps h. So k is split at a cutoff rc = 3h into a far part S, smooth on the
// grid, and a near part. Let a = rc² and
//
//	v = max(0, 1 - (1+u)/(1+a)),
//
// which falls from nearly 1 to 0 at rc. For u < a, 1+u = (1+a)(1-v), so k is a
// geometric series in v. The far part keeps its first three terms,
//
//	S = (1 + v + v²) / (1+a) for u < a, k beyond,
//
// and is twice continuously differentiable at rc. The near part is the rest of
// the series: exactly
//
//	k - S = k·v³,
//
// zero beyond rc by the max in v. Its force on y from y_j is
//
//	k·v² (k·v + 3/(1+a)) (y - y_j),
//
// because -d(k·v³)/du = k²v³ + 3kv²/(1+a), and the force is that times y-y_j.
//
// The grid: cubic B-splines spread the points over it and read potential and
// gradient back, a convolution with samples of S lies between. The splines
// blur twice; dividing the kernel's spectrum by the square of the spline's,
// once for each axis, takes that back at the grid points
// (Essmann et al. 1995).
//
// While the embedding is small, as in the exaggerated phase, h is so small
// against the width 1 of k that no near part is needed: rc = 0.

package tsne

import (
	"math"

	"stackedae/internal/parallel"
)

// meshAccuracy sets the cost and the error of a mesh.
type meshAccuracy struct {
	density float64 // grid points a side, divided by √n
	cutoff  float64 // rc/h, at least 2
}

// defaultMesh keeps the force within 1% of the exact sum's, in root mean square,
// and Z within 2e-4. A larger density shifts work from near pairs to the grid.
var defaultMesh = meshAccuracy{density: 1.25, cutoff: 3}

const (
	minSide = 48 // grid points a side, at least
	// smoothStep is the grid step up to which k itself is smooth on the grid: k's
	// spectrum falls like exp(-ω), to 3e-5 at the highest frequency π/h.
	smoothStep = .3
	// minStep is the least grid step. The rounding of the potential, about
	// n·6e-8, is divided by the step when its gradient is taken: with smaller
	// steps it would drown the forces between points that are 1e-4 apart, as all
	// are at the start, and with it the order they start in.
	minStep = .05
	// stepGrowth is the ratio between two grid steps used one after the other:
	// the kernel's spectrum is computed anew only when the step changes.
	stepGrowth = 1.04
	// stripRows is the number of rows of cells whose points are spread by one
	// piece of work. Every second strip is spread at a time. A strip is at least
	// 4 grid steps wide and the spline reaches 3 rows beyond it, so two at work
	// never touch the same place.
	stripRows = 2
)

// meshRepeller is the repeller described above.
type meshRepeller struct {
	accuracy meshAccuracy
	grid     grid
	cutoff   float32 // rc, 0 for none
	cells    *cells
	conv     *convolver
	z        []float64 // one sum for each row of cells
	exact    *exactRepeller
}

func newMeshRepeller(n int, accuracy meshAccuracy) *meshRepeller {
	side := fftLength(2*max(minSide, int(math.Ceil(accuracy.density*math.Sqrt(float64(n)))))) / 2
	return &meshRepeller{
		accuracy: accuracy,
		grid:     grid{side: side, value: make([]float32, side*side)},
		cells:    newCells(n),
		conv:     newConvolver(side),
	}
}

func (m *meshRepeller) repel(dst, y []float32) float64 {
	box := boundsOf(y)
	m.fit(box)
	m.spread(y, box)
	m.conv.convolve(m.grid.value)
	z := m.collect(dst)
	if n := float64(len(m.cells.point)); z < n/100 {
		// Points hundreds apart: Z is the small difference of large sums.
		return m.repelExactly(dst, y)
	}
	return z
}

func (m *meshRepeller) repelExactly(dst, y []float32) float64 {
	if m.exact == nil {
		m.exact = newExactRepeller(len(m.cells.point))
	}
	return m.exact.repel(dst, y)
}

// fit lays the grid over the box and renews the kernel if the step changed.
func (m *meshRepeller) fit(box bounds) {
	extent := float64(max(box.maxX-box.minX, box.maxY-box.minY))
	h := max(extent/float64(m.grid.side-gridMargin), minStep)
	h = math.Pow(stepGrowth, math.Ceil(math.Log(h)/math.Log(stepGrowth)))
	m.grid.x, m.grid.y = box.minX, box.minY
	if float32(h) == m.grid.step {
		return
	}
	m.grid.step, m.cutoff = float32(h), 0
	if h > smoothStep {
		m.cutoff = float32(m.accuracy.cutoff * h)
	}
	a := float64(m.cutoff) * float64(m.cutoff)
	m.conv.setKernel(func(r2 float64) float64 {
		u := r2 * h * h
		if u >= a {
			return 1 / (1 + u)
		}
		v := 1 - (1+u)/(1+a)
		return (1 + v + v*v) / (1 + a)
	}, func(k int) float64 {
		b := splineTransform(k, m.conv.size)
		return 1 / (b * b)
	})
}

// spread sorts the points into cells and spreads them over the grid.
func (m *meshRepeller) spread(y []float32, box bounds) {
	// A cell is as wide as the cutoff, so what is near a point lies in its cell
	// and the eight around it; without a cutoff, as wide as the spline.
	size := m.cutoff
	if size == 0 {
		size = 4 * m.grid.step
	}
	m.cells.sort(y, box, size)
	clear(m.grid.value)
	strips := (m.cells.rows + stripRows - 1) / stripRows
	for parity := range 2 {
		parallel.For((strips-parity+1)/2, func(piece int) {
			row := (2*piece + parity) * stripRows
			from, to := m.cells.rowSpan(row, row+stripRows)
			for q := from; q < to; q++ {
				m.grid.add(m.cells.x[q], m.cells.y[q])
			}
		})
	}
}

// collect adds far and near part of each point's force in dst and returns Z.
func (m *meshRepeller) collect(dst []float32) float64 {
	c := m.cells
	if cap(m.z) < c.rows {
		m.z = make([]float64, 2*c.rows)
	}
	m.z = m.z[:c.rows]
	parallel.For(c.rows, func(row int) {
		potential := 0.0
		for column := range c.columns {
			lo, hi := c.span(row, column, column)
			for q := lo; q < hi; q++ {
				phi, dx, dy := m.grid.read(c.x[q], c.y[q])
				fx, fy := -.5*dx, -.5*dy
				if m.cutoff > 0 {
					for r := max(row-1, 0); r <= min(row+1, c.rows-1); r++ {
						from, to := c.span(r, column-1, column+1)
						nearPhi, nearX, nearY := m.near(c.x[q], c.y[q], c.x[from:to], c.y[from:to])
						phi, fx, fy = phi+nearPhi, fx+nearX, fy+nearY
					}
				}
				i := c.point[q]
				dst[2*i], dst[2*i+1] = fx, fy
				potential += float64(phi)
			}
		}
		m.z[row] = potential
	})
	// Near and far part of a point's own potential add up to k(0) = 1.
	return total(m.z) - float64(len(c.point))
}

// near returns the near part of the potential at (x, y) and of the force there
// from the points (xs[j], ys[j]).
func (m *meshRepeller) near(x, y float32, xs, ys []float32) (phi, fx, fy float32) {
	inverse := 1 / (1 + m.cutoff*m.cutoff) // 1/(1+a)
	ys = ys[:len(xs)]
	for j, xj := range xs {
		dx, dy := x-xj, y-ys[j]
		d := 1 + dx*dx + dy*dy
		v := max(0, 1-d*inverse) // no branch: it would be foretold wrongly too often
		k := 1 / d
		kv2 := k * v * v
		phi += kv2 * v
		force := kv2 * (k*v + 3*inverse)
		fx += force * dx
		fy += force * dy
	}
	return phi, fx, fy
}
