// This file fits the width of each point's Gaussian to the perplexity
// (van der Maaten & Hinton 2008, section 2).

package tsne

import (
	"context"
	"math"

	"stackedae/internal/simd"
)

const (
	// entropyTolerance and bisectionSteps are PERPLEXITY_TOLERANCE and n_steps
	// in scikit-learn's sklearn/manifold/_utils.pyx. A finer search would be as
	// good, but its affinities would no longer be scikit-learn's.
	entropyTolerance = 1e-5
	bisectionSteps   = 100
	perplexityBlock  = 256 // points fitted by one piece of work
)

// conditionals returns p(j|i) for the neighbours j of every point i, in the
// lists' order and in the memory of their distances: Gaussian weights
// exp(-β_i d²), normalised to sum 1 over a point's neighbours, with β_i such that
// their entropy is ln(perplexity). The only error is ctx's.
//
// Where no β has that entropy, as among many equal points, the last β tried is
// as close as it gets: the weights are those of the nearest points alone, or
// all equal.
func conditionals(ctx context.Context, lists *neighborLists, perplexity float64) ([]float32, error) {
	n := len(lists.dist2) / lists.k
	err := chunks(ctx, n, perplexityBlock, func(lo, hi int) {
		g := newGaussian(lists.k)
		for i := lo; i < hi; i++ {
			row := lists.dist2[i*lists.k : (i+1)*lists.k]
			g.fit(row, math.Log(perplexity))
			for m, w := range g.weights {
				row[m] = float32(w)
			}
		}
	})
	return lists.dist2, err
}

// gaussian is the Gaussian around one point after another.
type gaussian struct {
	excess  []float32 // squared distances beyond the nearest's, rounded
	weights []float64 // of the neighbours, of sum 1
}

func newGaussian(neighbors int) *gaussian {
	return &gaussian{make([]float32, neighbors), make([]float64, neighbors)}
}

// fit sets the weights of one point by bisection. dist2 ascends.
//
// Far from the aim, bisection has to know no more than on which side it is. So
// weights are summed in float32 until that leaves it in doubt; then float64
// decides. It sees the same β as with float64 alone.
func (g *gaussian) fit(dist2 []float32, entropy float64) {
	for j, d := range dist2 {
		g.excess[j] = d - dist2[0]
	}
	doubt := entropyTolerance + 1e-5 + 1e-8*float64(len(dist2)) // for float32's errors, many times too large
	beta, low, high := 1.0, 0.0, math.Inf(1)
	for step := range bisectionSteps {
		sum, weighted := simd.GaussianSums(g.excess, float32(beta))
		difference := math.Log(sum) + beta*weighted/sum - entropy
		if math.Abs(difference) <= doubt || step == bisectionSteps-1 {
			difference = g.weigh(dist2, beta) - entropy
		}
		switch {
		case math.Abs(difference) <= entropyTolerance:
			return
		case difference > 0:
			low = beta
		default:
			high = beta
		}
		if math.IsInf(high, 1) {
			beta *= 2
		} else {
			beta = (low + high) / 2
		}
	}
}

// weigh sets the weights for a β and returns their entropy. Distances count from
// the nearest, which cancels in the normalised weights and keeps their sum at 1
// or above.
func (g *gaussian) weigh(dist2 []float32, beta float64) float64 {
	nearest := float64(dist2[0])
	sum, weighted := 0.0, 0.0
	for j, d := range dist2 {
		d := float64(d) - nearest
		w := math.Exp(-beta * d)
		g.weights[j] = w
		sum += w
		weighted += d * w
	}
	for j := range g.weights {
		g.weights[j] /= sum
	}
	return math.Log(sum) + beta*weighted/sum
}
