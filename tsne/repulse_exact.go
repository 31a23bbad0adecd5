// This file sums the repulsion over all pairs: for few points, for the
// divergence that is reported in the end, and as the measure of the mesh.

package tsne

import (
	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// exactRepeller is the repeller that visits every pair. Terms are float32; the
// sums of every studentBlock of them are kept in float64.
type exactRepeller struct {
	x, y []float32 // coordinates of all points
	z    []float64 // one sum for each piece of work
}

const (
	exactBlock   = 32   // points whose repulsion one piece of work sums
	studentBlock = 4096 // terms that a kernel sums
)

func newExactRepeller(n int) *exactRepeller {
	return &exactRepeller{
		x: make([]float32, n),
		y: make([]float32, n),
		z: make([]float64, (n+exactBlock-1)/exactBlock),
	}
}

func (e *exactRepeller) load(y []float32) {
	for i := range e.x {
		e.x[i], e.y[i] = y[2*i], y[2*i+1]
	}
}

func (e *exactRepeller) repel(dst, y []float32) float64 {
	e.load(y)
	n := len(e.x)
	parallel.Chunks(n, exactBlock, func(lo, hi int) {
		sum := 0.0
		for i := lo; i < hi; i++ {
			z, fx, fy := e.sums(i, 0, i)
			z2, fx2, fy2 := e.sums(i, i+1, n)
			dst[2*i], dst[2*i+1] = float32(fx+fx2), float32(fy+fy2)
			sum += z + z2
		}
		e.z[lo/exactBlock] = sum
	})
	return total(e.z)
}

// sums returns point i's sums over the points from to to-1.
func (e *exactRepeller) sums(i, from, to int) (z, fx, fy float64) {
	for ; from < to; from += studentBlock {
		end := min(to, from+studentBlock)
		dz, dx, dy := simd.Student(e.x[from:end], e.y[from:end], e.x[i], e.y[i])
		z, fx, fy = z+dz, fx+dx, fy+dy
	}
	return z, fx, fy
}

// exactZ returns Z = Σ_{i≠j} 1/(1+|y_i-y_j|²) of an n x 2 embedding, within 1e-7
// of itself.
func exactZ(y []float32) float64 {
	n := len(y) / 2
	e := newExactRepeller(n)
	e.load(y)
	parallel.Chunks(n, exactBlock, func(lo, hi int) {
		sum := 0.0
		for i := lo; i < hi; i++ {
			z, _, _ := e.sums(i, i+1, n) // each pair once
			sum += z
		}
		e.z[lo/exactBlock] = sum
	})
	return 2 * total(e.z)
}

func total(parts []float64) (sum float64) {
	for _, p := range parts {
		sum += p
	}
	return sum
}
