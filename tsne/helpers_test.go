package tsne

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// clusters returns n points of dim coordinates around count centres, and the
// number of each point's centre. Points keep no order of centres.
func clusters(n, dim, count int, rng *rand.Rand) (*mat.Dense, []int) {
	centres := mat.NewDense(count, dim, nil)
	for i := range count {
		for j := range dim {
			centres.Set(i, j, 3*rng.NormFloat64())
		}
	}
	points, labels := mat.NewDense(n, dim, nil), make([]int, n)
	for i := range n {
		labels[i] = rng.IntN(count)
		for j := range dim {
			// Later columns vary less, so that points have few true dimensions.
			points.Set(i, j, centres.At(labels[i], j)+2*rng.NormFloat64()/float64(j+1))
		}
	}
	return points, labels
}

// diskEmbedding returns n points in clumps on a disk about as large as the
// embeddings of n points are.
func diskEmbedding(n int, rng *rand.Rand) []float32 {
	y := make([]float32, 2*n)
	radius := 1.7 * math.Sqrt(float64(n))
	const perClump = 50
	var cx, cy float64
	for i := range n {
		if i%perClump == 0 {
			r, angle := radius*math.Sqrt(rng.Float64()), 2*math.Pi*rng.Float64()
			cx, cy = r*math.Cos(angle), r*math.Sin(angle)
		}
		y[2*i], y[2*i+1] = float32(cx+3*rng.NormFloat64()), float32(cy+3*rng.NormFloat64())
	}
	return y
}

// relativeError returns |got-want| / |want| in the Euclidean norm.
func relativeError[T float32 | float64](got, want []T) float64 {
	difference, norm := 0.0, 0.0
	for i := range want {
		d := float64(got[i]) - float64(want[i])
		difference += d * d
		norm += float64(want[i]) * float64(want[i])
	}
	return math.Sqrt(difference / norm)
}

// slowRepulsion is the textbook sum over all pairs: Σ_j w²(y_i-y_j) and Z.
func slowRepulsion(y []float32) (force []float64, z float64) {
	n := len(y) / 2
	force = make([]float64, 2*n)
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			dx, dy := float64(y[2*i])-float64(y[2*j]), float64(y[2*i+1])-float64(y[2*j+1])
			w := 1 / (1 + dx*dx + dy*dy)
			z += w
			force[2*i] += w * w * dx
			force[2*i+1] += w * w * dy
		}
	}
	return force, z
}

// float64s converts a slice.
func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}

// mustAffinities returns P of the rows of m.
func mustAffinities(t testing.TB, m mat.Matrix, perplexity float64) *affinities {
	t.Helper()
	p, err := readInput(m)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAffinities(t.Context(), p, perplexity, min(p.n-1, int(3*perplexity+1)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}
