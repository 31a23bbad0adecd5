// This file is what the mesh must know of the cubic B-spline that carries points
// onto it and the potential back (Hockney & Eastwood 1988, chapter 5; Essmann et
// al. 1995). Package simd holds the spline itself.

package tsne

import "math"

// splineTransform returns Σ_j b(j) exp(-2πi·jk/n) of the spline b, which is
// real.
func splineTransform(k, n int) float64 {
	return (4 + 2*math.Cos(2*math.Pi*float64(k)/float64(n))) / 6
}

// gridMargin is the number of grid steps by which the grid is wider than the
// points on it: one before and two behind, where the spline reaches, one
// because grid points are the ends of steps, and one for rounding.
const gridMargin = 5
