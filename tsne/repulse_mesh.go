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
	"sync"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
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
	stripRows  = 2
	clearBlock = 64      // rows of the grid that one piece of work clears
	readBlock  = 1024    // points that one piece of work, or a kernel, reads the grid at
	nearTerms  = 1 << 16 // near pairs that a kernel sums
)

// meshRepeller is the repeller described above.
type meshRepeller struct {
	accuracy meshAccuracy
	mesh     simd.Mesh
	box      bounds  // of the embedding
	cutoff   float32 // rc, 0 for none
	self     float64 // the far potential of a point on itself
	cells    *cells
	conv     *convolver
	force    []float32 // n x 2, in the order of cells
	dst      []float32 // where they go in the end
	z        []float64 // one sum for each piece of work
	lists    sync.Pool // of *nearList

	// The pieces of work: made once, so that an iteration allocates nothing.
	clears, evenStrips, oddStrips, reads, collects func(piece int)
}

func newMeshRepeller(n int, accuracy meshAccuracy) *meshRepeller {
	return newMeshOfSide(n, max(minSide, int(math.Ceil(accuracy.density*math.Sqrt(float64(n))))), accuracy)
}

// newMeshOfSide returns one with at least so many grid points a side.
func newMeshOfSide(n, side int, accuracy meshAccuracy) *meshRepeller {
	side = fftLength(2*side) / 2
	m := &meshRepeller{
		accuracy: accuracy,
		cells:    newCells(n),
		conv:     newConvolver(side),
		force:    make([]float32, 2*n),
	}
	m.mesh = simd.Mesh{Side: side, Stride: m.conv.stride, Values: m.conv.grid}
	m.lists.New = func() any { return new(nearList) }
	m.clears = m.clearRows
	m.evenStrips = func(piece int) { m.spreadStrip(2 * piece) }
	m.oddStrips = func(piece int) { m.spreadStrip(2*piece + 1) }
	m.reads, m.collects = m.readPiece, m.collectRow
	return m
}

func (m *meshRepeller) repel(dst, y []float32) float64 {
	m.fit(boundsOf(y))
	m.spread(y)
	m.conv.convolve()
	// Z is a small difference where points are few and far from each other; but no
	// two are farther than the box's corners.
	n, width, height := float64(len(m.cells.point)), float64(m.box.maxX-m.box.minX), float64(m.box.maxY-m.box.minY)
	return max(m.collect(dst), n*(n-1)/(1+width*width+height*height))
}

// fit lays the grid over the box and renews the kernel if the step changed.
func (m *meshRepeller) fit(box bounds) {
	m.box = box
	extent := float64(max(box.maxX-box.minX, box.maxY-box.minY))
	h := max(extent/float64(m.mesh.Side-gridMargin), minStep)
	h = math.Pow(stepGrowth, math.Ceil(math.Log(h)/math.Log(stepGrowth)))
	m.mesh.X, m.mesh.Y = box.minX, box.minY
	if float32(h) == m.mesh.Step {
		return
	}
	m.mesh.Step, m.cutoff = float32(h), 0
	if h > smoothStep {
		m.cutoff = float32(m.accuracy.cutoff * h)
	}
	far := farKernel(float64(m.cutoff))
	m.self = far(0)
	m.conv.setKernel(func(r2 float64) float64 { return far(r2 * h * h) }, func(k int) float64 {
		b := splineTransform(k, 2*m.conv.side)
		return 1 / (b * b)
	})
}

// farKernel returns S for a cutoff.
func farKernel(cutoff float64) func(u float64) float64 {
	a := cutoff * cutoff
	return func(u float64) float64 {
		if u >= a {
			return 1 / (1 + u)
		}
		v := 1 - (1+u)/(1+a)
		return (1 + v + v*v) / (1 + a)
	}
}

// spread sorts the points into cells and spreads them over the grid.
func (m *meshRepeller) spread(y []float32) {
	// A cell is as wide as the cutoff, so what is near a point lies in its cell
	// and the eight around it; without a cutoff, as wide as the spline.
	size := m.cutoff
	if size == 0 {
		size = 4 * m.mesh.Step
	}
	m.cells.sort(y, m.box, size)
	parallel.For((m.mesh.Side+clearBlock-1)/clearBlock, m.clears)
	strips := (m.cells.rows + stripRows - 1) / stripRows
	parallel.For((strips+1)/2, m.evenStrips)
	parallel.For(strips/2, m.oddStrips)
}

// clearRows sets clearBlock rows of the grid to zero.
func (m *meshRepeller) clearRows(piece int) {
	rows := m.conv.grid[piece*clearBlock*m.mesh.Stride:]
	clear(rows[:min(len(rows), clearBlock*m.mesh.Stride)])
}

func (m *meshRepeller) spreadStrip(strip int) {
	from, to := m.cells.rowSpan(strip*stripRows, (strip+1)*stripRows)
	m.mesh.Spread(m.cells.x[from:to], m.cells.y[from:to])
}

// collect adds far and near part of each point's force in dst and returns Z.
func (m *meshRepeller) collect(dst []float32) float64 {
	m.dst = dst
	n := len(m.cells.point)
	pieces := m.cells.rows
	if m.cutoff == 0 {
		pieces = (n + readBlock - 1) / readBlock
	}
	if cap(m.z) < pieces {
		m.z = make([]float64, 2*pieces)
	}
	m.z = m.z[:pieces]
	if m.cutoff == 0 {
		parallel.For(pieces, m.reads)
	} else {
		parallel.For(pieces, m.collects)
	}
	return total(m.z) - m.self*float64(n)
}

// readPiece takes a block of points that have no near part.
func (m *meshRepeller) readPiece(piece int) {
	from := piece * readBlock
	to := min(len(m.cells.point), from+readBlock)
	m.z[piece] = m.read(from, to)
	m.scatter(from, to)
}

// read sets the forces on the points in [from, to) to their far part and returns
// the sum of their far potentials.
func (m *meshRepeller) read(from, to int) (potential float64) {
	for ; from < to; from += readBlock { // a kernel sums in float32
		end := min(to, from+readBlock)
		potential += m.mesh.Read(m.force[2*from:2*end], m.cells.x[from:end], m.cells.y[from:end])
	}
	return potential
}

// scatter carries the forces on the points in [from, to) to their places.
func (m *meshRepeller) scatter(from, to int) {
	force := m.force[2*from : 2*to]
	for q, i := range m.cells.point[from:to] {
		m.dst[2*i], m.dst[2*i+1] = force[2*q], force[2*q+1]
	}
}

// collectRow takes the points of a row of cells.
func (m *meshRepeller) collectRow(row int) {
	c := m.cells
	from, to := c.rowSpan(row, row+1)
	potential := m.read(from, to)
	list := m.lists.Get().(*nearList)
	inverse := 1 / (1 + m.cutoff*m.cutoff) // 1/(1+a)
	for column := range c.columns {
		lo, hi := c.span(row, column, column)
		if lo == hi {
			continue
		}
		list.reset()
		first := list.add(c, row, column)
		if row > 0 {
			list.add(c, row-1, column)
		}
		if row+1 < c.rows {
			list.add(c, row+1, column)
		}
		list.fill()
		points := max(1, nearTerms/len(list.x))
		for ; lo < hi; lo += points {
			potential += simd.Near(m.force[2*lo:2*min(hi, lo+points)], list.x, list.y, lo-first, inverse)
		}
	}
	m.lists.Put(list)
	m.scatter(from, to)
	m.z[row] = potential
}

// nearList holds the points that are near those of a cell.
type nearList struct{ x, y []float32 }

func (l *nearList) reset() { l.x, l.y = l.x[:0], l.y[:0] }

// add adds the points of a cell and of its neighbours in the row, and returns
// the first of them.
func (l *nearList) add(c *cells, row, column int) int {
	from, to := c.span(row, column-1, column+1)
	l.x, l.y = append(l.x, c.x[from:to]...), append(l.y, c.y[from:to]...)
	return from
}

// fill fills the list up with points that are near none.
func (l *nearList) fill() {
	for len(l.x)%simd.NearLanes > 0 {
		l.x, l.y = append(l.x, simd.Beyond), append(l.y, simd.Beyond)
	}
}
