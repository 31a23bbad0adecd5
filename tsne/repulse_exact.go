// This file sums the repulsion over all pairs: for few points, for the
// divergence that is reported in the end, and as the measure of the mesh.

package tsne

import "stackedae/internal/parallel"

// exactRepeller is the repeller that visits every pair. It works in float64.
type exactRepeller struct {
	x, y []float64 // coordinates of all points
	z    []float64 // one sum for each piece of work
}

// exactBlock is the number of points whose repulsion one piece of work sums.
const exactBlock = 32

func newExactRepeller(n int) *exactRepeller {
	return &exactRepeller{
		x: make([]float64, n),
		y: make([]float64, n),
		z: make([]float64, (n+exactBlock-1)/exactBlock),
	}
}

func (e *exactRepeller) load(y []float32) {
	for i := range e.x {
		e.x[i], e.y[i] = float64(y[2*i]), float64(y[2*i+1])
	}
}

func (e *exactRepeller) repel(dst, y []float32) float64 {
	e.load(y)
	parallel.Chunks(len(e.x), exactBlock, func(lo, hi int) {
		sum := 0.0
		for i := lo; i < hi; i++ {
			var z, fx, fy float64
			xi, yi := e.x[i], e.y[i]
			ys := e.y[:len(e.x)]
			for j, xj := range e.x {
				dx, dy := xi-xj, yi-ys[j]
				w := 1 / (1 + dx*dx + dy*dy)
				z += w
				w *= w
				fx += w * dx
				fy += w * dy
			}
			dst[2*i], dst[2*i+1] = float32(fx), float32(fy)
			sum += z - 1 // without j = i
		}
		e.z[lo/exactBlock] = sum
	})
	return total(e.z)
}

// exactZ returns Z = Σ_{i≠j} 1/(1+|y_i-y_j|²) of an n x 2 embedding.
func exactZ(y []float32) float64 {
	n := len(y) / 2
	e := newExactRepeller(n)
	e.load(y)
	parallel.Chunks(n, exactBlock, func(lo, hi int) {
		sum := 0.0
		for i := lo; i < hi; i++ {
			// Each pair once.
			xi, yi := e.x[i], e.y[i]
			ys := e.y[:len(e.x)]
			for j := i + 1; j < len(e.x); j++ {
				dx, dy := xi-e.x[j], yi-ys[j]
				sum += 1 / (1 + dx*dx + dy*dy)
			}
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
