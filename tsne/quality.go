// This file measures how good an embedding is, by whatever program it was made.

package tsne

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// KLDivergence returns the Kullback-Leibler divergence of the n x 2 embedding
// from the affinities of the points, in nats: what t-SNE minimises. Affinities
// are fitted to the perplexity over the exact int(3·perplexity+1) nearest others,
// and the normalisation is summed over all pairs, so embeddings of different
// programs can be compared by it. The perplexity is above 1 and below n; 0 means
// 30. The time grows with n².
func KLDivergence(points, embedding mat.Matrix, perplexity float64) (float64, error) {
	p, y, err := definition(points, embedding, perplexity)
	if err != nil {
		return 0, err
	}
	y32 := y.float32s()
	return p.divergence(y32, exactZ(y32)), nil
}

// Gradient returns the gradient of KLDivergence by the coordinates of the
// embedding, n x 2: how far from a minimum it is, by whatever program it was made.
// Every pair counts, in float64. At a minimum attraction and repulsion nearly
// cancel, and the rounding of either is seen, which is why Embed, in float32,
// would not do. The perplexity is KLDivergence's. The time grows with n².
func Gradient(points, embedding mat.Matrix, perplexity float64) (*mat.Dense, error) {
	p, y, err := definition(points, embedding, perplexity)
	if err != nil {
		return nil, err
	}
	return mat.NewDense(p.n, 2, p.gradient(y.x)), nil
}

// definition returns the affinities of the points by t-SNE's definition, with
// exact neighbours, and the embedding, moved so that its mean is 0.
func definition(x, embedding mat.Matrix, perplexity float64) (*affinities, *points, error) {
	p, err := readInput(x)
	if err != nil {
		return nil, nil, err
	}
	y, _, err := readCentered("embedding", embedding, p.n)
	if err != nil {
		return nil, nil, err
	}
	// SKLearn's bound of the perplexity is the definition's.
	c, err := (&Settings{Preset: SKLearn, Perplexity: perplexity}).resolve(p.n)
	if err != nil {
		return nil, nil, err
	}
	affinities, err := newAffinities(context.Background(), p, c.perplexity, c.neighbors)
	return affinities, y, err
}

// readEmbedding returns the n x 2 matrix m as float32, row-major, moved so that
// its mean is 0: no digits are lost to a common offset.
func readEmbedding(name string, m mat.Matrix, n int) ([]float32, error) {
	p, _, err := readCentered(name, m, n)
	if err != nil {
		return nil, err
	}
	return p.float32s(), nil
}

// readCentered returns the n x 2 matrix m, moved so that its mean is 0, and the
// mean that there was.
func readCentered(name string, m mat.Matrix, n int) (p *points, mean []float64, err error) {
	p, err = readPoints(name, m)
	if err != nil {
		return nil, nil, err
	}
	if p.n != n || p.dim != 2 {
		return nil, nil, fmt.Errorf("tsne: %s: got %d x %d, want %d x 2, a row for each point", name, p.n, p.dim, n)
	}
	for i, v := range p.x {
		if math.Abs(v) > maxExtent {
			return nil, nil, fmt.Errorf("tsne: %s: row %d, column %d (counted from 0) is %v, want a magnitude of at most %g", name, i/2, i%2, v, maxExtent)
		}
	}
	return p, p.center(), nil
}

// float32s returns the coordinates rounded.
func (p *points) float32s() []float32 {
	x := make([]float32, len(p.x))
	for i, v := range p.x {
		x[i] = float32(v)
	}
	return x
}

// Trustworthiness returns how far the k nearest neighbours in an embedding are
// near in the points as well: 1 if all are among the k nearest there, less by
// the ranks of those that are not (Venna & Kaski 2001). Rows of both matrices
// belong to each other; of equally near points the one with the lower index
// counts as nearer. k is at least 1 and below half the number of points.
//
// It is scikit-learn's measure of that name. The time grows with n².
func Trustworthiness(points, embedding mat.Matrix, k int) (float64, error) {
	p, err := readInput(points)
	if err != nil {
		return 0, err
	}
	y, err := readPoints("embedding", embedding)
	switch {
	case err != nil:
		return 0, err
	case y.n != p.n:
		return 0, fmt.Errorf("tsne: embedding: got %d rows, want %d, one for each point", y.n, p.n)
	case k < 1 || 2*k >= p.n:
		return 0, fmt.Errorf("tsne: trustworthiness: got %d neighbours, want at least 1 and below half of %d points", k, p.n)
	}
	lists, err := nearestNeighbors(context.Background(), y, k)
	if err != nil {
		return 0, err
	}
	sum := excessRanks(p, lists)
	n, kf := float64(p.n), float64(k)
	return 1 - 2*float64(sum)/(n*kf*(2*n-3*kf-1)), nil
}

func (p *points) distance2(i, j int) float64 { return squaredDistance(p.row(i), p.row(j)) }

func squaredDistance(a, b []float64) (sum float64) {
	for c, v := range a {
		sum += (v - b[c]) * (v - b[c])
	}
	return sum
}

// NeighborAccuracy returns the share of points whose label is the most frequent
// one among their k nearest others in the embedding, or in any points of at least
// one column; of equally frequent labels the least counts. k is at least 1 and below
// the number of points.
func NeighborAccuracy(embedding mat.Matrix, labels []int, k int) (float64, error) {
	y, err := readPoints("embedding", embedding)
	switch {
	case err != nil:
		return 0, err
	case len(labels) != y.n:
		return 0, fmt.Errorf("tsne: labels: got %d, want %d, one for each point", len(labels), y.n)
	case k < 1 || k >= y.n:
		return 0, fmt.Errorf("tsne: neighbour accuracy: got %d neighbours, want at least 1 and below %d points", k, y.n)
	}
	lists, err := nearestNeighbors(context.Background(), y, k)
	if err != nil {
		return 0, err
	}
	right := 0
	for i, label := range labels {
		if majority(labels, lists.index[i*k:(i+1)*k]) == label {
			right++
		}
	}
	return float64(right) / float64(y.n), nil
}

// majority returns the most frequent label of the members, the least of several.
func majority(labels []int, members []int32) (best int) {
	votes := make(map[int]int, len(members))
	for _, m := range members {
		votes[labels[m]]++
	}
	most := 0
	for label, count := range votes {
		if count > most || count == most && label < best {
			best, most = label, count
		}
	}
	return best
}
