// This file holds what carries points of the plane onto a mesh and its
// potential back, and sums over near pairs and over all pairs.

package simd

import "fmt"

// meshKernels are those of this file.
type meshKernels struct {
	spread  func(values []float32, stride int, xs, ys []float32, x, y, inverse float32, last int32)
	read    func(force, values []float32, stride int, xs, ys []float32, x, y, inverse, factor float32, last int32) float64
	near    func(force, xs, ys []float32, self int, inverse float32) float64
	student func(xs, ys []float32, x, y float32) (z, fx, fy float64)
}

var meshGeneric = meshKernels{spread: spread, read: read, near: near, student: student}

// Mesh is a square mesh of points a step apart, with a number at each. It takes
// points of the plane from (X, Y) on, which is mesh point (1, 1); the last mesh
// point must be two beyond the cell of any of them.
type Mesh struct {
	Side, Stride int       // points a side, numbers from row to row
	Values       []float32 // rows of constant x
	X, Y, Step   float32
}

// check returns the number of the last row and column of cells.
func (m *Mesh) check(function string, xs, ys []float32) (last int32) {
	if m.Side < 4 || m.Stride < m.Side || len(m.Values) < (m.Side-1)*m.Stride+m.Side {
		panic(fmt.Sprintf("simd: %s: %d values, side %d, stride %d", function, len(m.Values), m.Side, m.Stride))
	}
	check(function, "ys", len(ys), len(xs))
	return int32(m.Side - 4)
}

// Spread adds 1 for each of the points (xs[i], ys[i]) to the mesh, spread over
// 4 × 4 mesh points by the cubic B-spline.
func (m *Mesh) Spread(xs, ys []float32) {
	last := m.check("Spread", xs, ys)
	active.spread(m.Values, m.Stride, xs, ys, m.X, m.Y, 1/m.Step, last)
}

// Read sets force[2i] and force[2i+1] to minus half the gradient of the mesh's
// potential, interpolated by the cubic B-spline, at the point (xs[i], ys[i]).
// It returns the sum of the points' potentials.
func (m *Mesh) Read(force, xs, ys []float32) (potential float64) {
	last := m.check("Read", xs, ys)
	check("Read", "force", len(force), 2*len(xs))
	return active.read(force, m.Values, m.Stride, xs, ys, m.X, m.Y, 1/m.Step, -.5/m.Step, last)
}

// splineWeights returns b(f+1), b(f), b(f-1), b(f-2) of the cubic B-spline b:
// the weights of four mesh points for a point at f in [0, 1) after the second.
func splineWeights(f float32) (w [4]float32) {
	const sixth = 1. / 6
	g := 1 - f
	w[0] = sixth * g * g * g
	w[1] = 4*sixth - f*f*(1-.5*f)
	w[2] = 4*sixth - g*g*(1-.5*g)
	w[3] = sixth * f * f * f
	return w
}

// splineSlopes returns the derivatives of splineWeights by f.
func splineSlopes(f float32) (s [4]float32) {
	g := 1 - f
	s[0] = -.5 * g * g
	s[1] = f * (1.5*f - 2)
	s[2] = g * (2 - 1.5*g)
	s[3] = .5 * f * f
	return s
}

// place returns the cell of a coordinate and its place in the cell.
func place(x, origin, inverse float32, last int32) (cell int, f float32) {
	u := (x - origin) * inverse
	c := max(0, min(last, int32(u)))
	return int(c), u - float32(c)
}

func spread(values []float32, stride int, xs, ys []float32, x, y, inverse float32, last int32) {
	for i, xi := range xs {
		row, fx := place(xi, x, inverse, last)
		column, fy := place(ys[i], y, inverse, last)
		wx, wy := splineWeights(fx), splineWeights(fy)
		at := row*stride + column
		for _, w := range wx {
			to := values[at:][:4]
			to[0] += w * wy[0]
			to[1] += w * wy[1]
			to[2] += w * wy[2]
			to[3] += w * wy[3]
			at += stride
		}
	}
}

func read(force, values []float32, stride int, xs, ys []float32, x, y, inverse, factor float32, last int32) (potential float64) {
	for i, xi := range xs {
		row, fx := place(xi, x, inverse, last)
		column, fy := place(ys[i], y, inverse, last)
		wx, wy, sx, sy := splineWeights(fx), splineWeights(fy), splineSlopes(fx), splineSlopes(fy)
		at := row*stride + column
		var value, dx, dy float32
		for r := range 4 {
			v := values[at:][:4]
			along := v[0]*wy[0] + v[1]*wy[1] + v[2]*wy[2] + v[3]*wy[3]
			slope := v[0]*sy[0] + v[1]*sy[1] + v[2]*sy[2] + v[3]*sy[3]
			value += wx[r] * along
			dx += sx[r] * along
			dy += wx[r] * slope
			at += stride
		}
		force[2*i], force[2*i+1] = factor*dx, factor*dy
		potential += float64(value)
	}
	return potential
}

// NearLanes is what the number of points that Near gets is a multiple of.
const NearLanes = 16

// Beyond is a coordinate for points that fill a list up for Near: too far from
// any other to count.
const Beyond = 1e18

// Near adds to the forces on len(force)/2 points, from number self on, what they
// get from all points (xs[j], ys[j]), and returns the sum of the potentials
// without that of a point on itself. With d = 1 + |y_i-y_j|², k = 1/d and
// v = max(0, 1-d·inverse), the potential is k·v³ and the force
// k·v²(k·v + 3·inverse)(y_i-y_j). The number of points is a multiple of
// NearLanes.
func Near(force, xs, ys []float32, self int, inverse float32) (potential float64) {
	check("Near", "ys", len(ys), len(xs))
	if len(xs)%NearLanes != 0 || len(force)%2 != 0 || self < 0 || self+len(force)/2 > len(xs) {
		panic(fmt.Sprintf("simd: Near: len(force) = %d from point %d on of %d, want pairs and a multiple of %d points", len(force), self, len(xs), NearLanes))
	}
	return active.near(force, xs, ys, self, inverse)
}

func near(force, xs, ys []float32, self int, inverse float32) (potential float64) {
	ys = ys[:len(xs)]
	for i := range len(force) / 2 {
		x, y := xs[self+i], ys[self+i]
		var phi, fx, fy float32
		for j, xj := range xs {
			dx, dy := x-xj, y-ys[j]
			d := 1 + dx*dx + dy*dy
			v := max(0, 1-d*inverse) // no branch: it would be foretold wrongly too often
			k := 1 / d
			kv := k * v
			t := kv * v
			if j != self+i {
				phi += t * v
			}
			t *= kv + 3*inverse
			fx += t * dx
			fy += t * dy
		}
		force[2*i] += fx
		force[2*i+1] += fy
		potential += float64(phi)
	}
	return potential
}

// Student returns the sums over all j, with w = 1/(1+|(x, y)-(xs[j], ys[j])|²),
// of w and of w² times the difference: a point's part of the normalisation and
// of the repulsion of t-SNE. Terms are float32, exact to a few units in the last
// place; the sums are kept in float32 too, up to 32 of them.
func Student(xs, ys []float32, x, y float32) (z, fx, fy float64) {
	check("Student", "ys", len(ys), len(xs))
	return active.student(xs, ys, x, y)
}

func student(xs, ys []float32, x, y float32) (z, fx, fy float64) {
	ys = ys[:len(xs)]
	for j, xj := range xs {
		dx, dy := x-xj, y-ys[j]
		w := 1 / (1 + dx*dx + dy*dy)
		z += float64(w)
		w *= w
		fx += float64(w * dx)
		fy += float64(w * dy)
	}
	return z, fx, fy
}
