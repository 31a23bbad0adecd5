// This file fits the width of each point's Gaussian to the perplexity
// (van der Maaten & Hinton 2008, section 2).

package tsne

import (
	"math"

	"stackedae/internal/parallel"
)

const (
	// entropyTolerance and bisectionSteps are PERPLEXITY_TOLERANCE and n_steps
	// in scikit-learn's sklearn/manifold/_utils.pyx. A finer search would be as
	// good, but its affinities would no longer be scikit-learn's.
	entropyTolerance = 1e-5
	bisectionSteps   = 100
	perplexityBlock  = 64 // points fitted by one piece of work
)

// conditionals returns p(j|i) for the neighbours j of every point i, in the
// lists' order: Gaussian weights exp(-β_i d²), normalised to sum 1 over a
// point's neighbours, with β_i such that their entropy is ln(perplexity).
//
// Where no β has that entropy, as among many equal points, the last β tried is
// as close as it gets: the weights are those of the nearest points alone, or
// all equal.
func conditionals(lists *neighborLists, perplexity float64) []float64 {
	p := make([]float64, len(lists.dist2))
	n := len(lists.dist2) / lists.k
	parallel.Chunks(n, perplexityBlock, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			row := i * lists.k
			gaussianWeights(p[row:row+lists.k], lists.dist2[row:row+lists.k], math.Log(perplexity))
		}
	})
	return p
}

// gaussianWeights sets p to the weights of one point. dist2 ascends.
func gaussianWeights(p []float64, dist2 []float32, entropy float64) {
	p = p[:len(dist2)]
	// Distances count from the nearest, which cancels in the normalised weights
	// and keeps their sum at 1 or above.
	nearest := float64(dist2[0])
	beta, low, high := 1.0, 0.0, math.Inf(1)
	for range bisectionSteps {
		sum, weighted := 0.0, 0.0
		for j, d := range dist2 {
			d := float64(d) - nearest
			p[j] = math.Exp(-beta * d)
			sum += p[j]
			weighted += d * p[j]
		}
		for j := range p {
			p[j] /= sum
		}
		excess := math.Log(sum) + beta*weighted/sum - entropy
		switch {
		case math.Abs(excess) <= entropyTolerance:
			return
		case excess > 0:
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
