// This file is the cubic B-spline that carries points onto the mesh and the
// potential back (Hockney & Eastwood 1988, chapter 5; Essmann et al. 1995).
//
// The spline b is twice continuously differentiable and zero beyond 2 grid
// steps, so a point touches 4 x 4 grid points, of which the first is one row
// and one column before the cell it lies in.

package tsne

import "math"

// splineWeights returns b(f+1), b(f), b(f-1), b(f-2): the weights of the grid
// points -1, 0, 1 and 2 for a point at f in [0, 1).
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

// splineTransform returns Σ_j b(j) exp(-2πi·jk/n), which is real.
func splineTransform(k, n int) float64 {
	return (4 + 2*math.Cos(2*math.Pi*float64(k)/float64(n))) / 6
}

// grid holds a number at each of side x side grid points, step apart. It takes
// points from (x, y) on, which is the grid point of row 1 and column 1.
type grid struct {
	side  int
	value []float32 // row-major; a row has constant x
	x, y  float32
	step  float32
}

// gridMargin is the number of grid steps by which the grid is wider than the
// points on it: one before and two behind, where the spline reaches, one
// because grid points are the ends of steps, and one for rounding.
const gridMargin = 5

// place returns the first of the 4 x 4 grid points that (x, y) touches, and the
// place of (x, y) in its cell. x-g.x is not negative, so neither is first; a
// grid that began a step before g.x could get -1 by rounding.
func (g *grid) place(x, y float32) (first int, fx, fy float32) {
	u, v := (x-g.x)/g.step+1, (y-g.y)/g.step+1
	a, b := int(u), int(v)
	return (a-1)*g.side + b - 1, u - float32(a), v - float32(b)
}

// add spreads a point of weight 1 at (x, y) over the grid.
func (g *grid) add(x, y float32) {
	first, fx, fy := g.place(x, y)
	wx, wy := splineWeights(fx), splineWeights(fy)
	for _, w := range wx {
		row := g.value[first:][:4]
		row[0] += w * wy[0]
		row[1] += w * wy[1]
		row[2] += w * wy[2]
		row[3] += w * wy[3]
		first += g.side
	}
}

// read returns the interpolated value at (x, y) and its gradient.
func (g *grid) read(x, y float32) (value, dx, dy float32) {
	first, fx, fy := g.place(x, y)
	wx, wy := splineWeights(fx), splineWeights(fy)
	sx, sy := splineSlopes(fx), splineSlopes(fy)
	for r := range 4 {
		row := g.value[first:][:4]
		along := row[0]*wy[0] + row[1]*wy[1] + row[2]*wy[2] + row[3]*wy[3]
		slope := row[0]*sy[0] + row[1]*sy[1] + row[2]*sy[2] + row[3]*sy[3]
		value += wx[r] * along
		dx += sx[r] * along
		dy += wx[r] * slope
		first += g.side
	}
	return value, dx / g.step, dy / g.step
}
