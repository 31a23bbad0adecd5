// This file computes the gradient of the divergence and the divergence itself.
// With w_ij = 1/(1+|y_i-y_j|²), Z = Σ_{i≠j} w_ij and q_ij = w_ij/Z,
//
//	KL = Σ p_ij ln(p_ij/q_ij)
//	∂KL/∂y_i = 4 (Σ_j p_ij w_ij (y_i-y_j) - Σ_j w_ij² (y_i-y_j) / Z)
//
// (van der Maaten & Hinton 2008, equation 5): attraction over the few p_ij
// above zero, repulsion over all pairs. An exaggeration α multiplies the first
// sum.

package tsne

import (
	"math"

	"gonum.org/v1/gonum/floats"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// rowBlock is the number of points whose share of the divergence one piece of
// work computes.
const rowBlock = 128

// repeller sums the repulsion between all pairs of n points. Embeddings are
// n x 2, row-major.
type repeller interface {
	// repel sets row i of dst to Σ_j w_ij² (y_i-y_j) and returns Z.
	// All coordinates of y are finite.
	repel(dst, y []float32) (z float64)
}

// gradient is the gradient of the divergence of embeddings of the affinities p.
type gradient struct {
	p         *affinities
	springs   *springs
	repeller  repeller
	repulsion []float32 // n x 2

	// What a piece of work needs to know, and the piece: made once, so that an
	// iteration allocates nothing.
	dst, y  []float32
	factors [2]float32 // of attraction and of repulsion
	rows    func(piece int)
}

func newGradient(p *affinities, mesh bool) *gradient {
	g := &gradient{p: p, springs: newSprings(p), repulsion: make([]float32, 2*p.n)}
	g.rows = g.addRows
	if mesh {
		g.repeller = newMeshRepeller(p.n, defaultMesh)
	} else {
		g.repeller = newExactRepeller(p.n)
	}
	return g
}

// at sets dst to the gradient at the embedding y with the exaggeration and
// returns Z.
func (g *gradient) at(dst, y []float32, exaggeration float64) (z float64) {
	z = g.repeller.repel(g.repulsion, y)
	g.dst, g.y, g.factors = dst, y, [...]float32{float32(4 * exaggeration), float32(-4 / z)}
	parallel.For(springPieces, g.rows)
	return z
}

// addRows sets a piece of the gradient to attraction and repulsion together.
func (g *gradient) addRows(piece int) {
	lo, hi := g.springs.rows(piece)
	dst := g.dst[2*lo : 2*hi]
	g.springs.Attract(dst, g.y, lo, hi)
	simd.Scale(dst, g.factors[0], dst)
	simd.Axpy(dst, g.factors[1], g.repulsion[2*lo:2*hi])
}

// divergence returns the KL divergence of the embedding y from p, in nats, for
// y's normalisation z.
func (p *affinities) divergence(y []float32, z float64) float64 {
	sums := make([]float64, (p.n+rowBlock-1)/rowBlock)
	parallel.Chunks(p.n, rowBlock, func(lo, hi int) {
		sum := 0.0
		for i := lo; i < hi; i++ {
			for m := p.start[i]; m < p.start[i+1]; m++ {
				pij, j := float64(p.val[m]), int(p.col[m])
				if j < i || pij == 0 { // p is symmetric, and p ln p tends to 0
					continue
				}
				dx, dy := float64(y[2*i])-float64(y[2*j]), float64(y[2*i+1])-float64(y[2*j+1])
				sum += pij * math.Log(pij*(1+dx*dx+dy*dy))
			}
		}
		sums[lo/rowBlock] = sum
	})
	return math.Log(z) + 2*total(sums) // Σ p_ij is 1
}

// gradient returns the gradient at the embedding y, n x 2, in float64: slow, and
// the measure of the descent's.
func (p *affinities) gradient(y []float64) []float64 {
	attraction, repulsion := make([]float64, len(y)), make([]float64, len(y))
	sums := make([]float64, (p.n+rowBlock-1)/rowBlock)
	parallel.Chunks(p.n, rowBlock, func(lo, hi int) {
		z := 0.0
		for i := lo; i < hi; i++ {
			var ax, ay, rx, ry float64
			x0, y0 := y[2*i], y[2*i+1]
			for m := p.start[i]; m < p.start[i+1]; m++ {
				j := int(p.col[m])
				dx, dy := x0-y[2*j], y0-y[2*j+1]
				pw := float64(p.val[m]) / (1 + dx*dx + dy*dy)
				ax, ay = ax+pw*dx, ay+pw*dy
			}
			for j := range p.n {
				if j == i { // taking its 1 off again would leave nothing of points far apart
					continue
				}
				dx, dy := x0-y[2*j], y0-y[2*j+1]
				w := 1 / (1 + dx*dx + dy*dy)
				z += w
				rx, ry = rx+w*w*dx, ry+w*w*dy
			}
			attraction[2*i], attraction[2*i+1] = ax, ay
			repulsion[2*i], repulsion[2*i+1] = rx, ry
		}
		sums[lo/rowBlock] = z
	})
	floats.AddScaled(attraction, -1/total(sums), repulsion)
	floats.Scale(4, attraction)
	return attraction
}
