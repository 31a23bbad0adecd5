// This file makes the embeddings that a descent starts from.

package tsne

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// startDeviation is the standard deviation of a start's first column. It is
// small so that all points can pass each other at first
// (van der Maaten & Hinton 2008, section 3.4; Kobak & Berens 2019).
const startDeviation = 1e-4

// Initial says where a descent starts.
type Initial int

const (
	// InitialByPreset is the preset's choice: InitialPCA, but InitialRandom for
	// SKLearn02x.
	InitialByPreset Initial = iota
	// InitialPCA is StartPCA of what distances are taken from: with
	// Settings.PCA, of these components; with Cosine, of points scaled to length 1.
	InitialPCA
	// InitialRandom is StartRandom, by Settings.Seed.
	InitialRandom
)

// StartPCA returns the start that Embed takes unless told otherwise: the n x 2
// coordinates of the n points along their first two principal components,
// scaled so that the first column has the standard deviation 1e-4
// (Kobak & Berens 2019). Each component points to where its loading of the
// largest magnitude is positive, as in scikit-learn.
//
// Equal points get equal coordinates, and points on a line get a line: the
// second column is then zero up to rounding.
func StartPCA(points mat.Matrix) (*mat.Dense, error) {
	p, err := readInput(points)
	if err != nil {
		return nil, err
	}
	return startPCA(context.Background(), p)
}

// StartRandom returns an n x 2 start of independent normal numbers of mean 0
// and standard deviation 1e-4, as van der Maaten & Hinton (2008) used. It draws
// the rows in order, the first column before the second. With n below 1 the
// matrix is empty.
func StartRandom(n int, rng *rand.Rand) *mat.Dense {
	if n < 1 {
		return &mat.Dense{}
	}
	y := mat.NewDense(n, 2, nil)
	for i := range n {
		y.Set(i, 0, startDeviation*rng.NormFloat64())
		y.Set(i, 1, startDeviation*rng.NormFloat64())
	}
	return y
}

// chooseStart returns the start that settings and preset ask for as n x 2
// numbers, row-major.
func chooseStart(ctx context.Context, s *Settings, c *choices, p *points) ([]float32, error) {
	start := s.Start
	switch {
	case start != nil:
	case c.initial == InitialRandom:
		start = StartRandom(p.n, rand.New(rand.NewPCG(s.Seed, 0)))
	default:
		scores, err := startPCA(ctx, p)
		if err != nil {
			return nil, err
		}
		start = scores
	}
	return readEmbedding("start", start, p.n)
}

// startPCA is StartPCA of centred points.
func startPCA(ctx context.Context, p *points) (*mat.Dense, error) {
	x, err := newRows("points", mat.NewDense(p.n, p.dim, p.x))
	if err != nil {
		return nil, err
	}
	axes, err := fitPCA(ctx, x, 2)
	if err != nil {
		return nil, err
	}
	scores := mat.NewDense(p.n, 2, axes.apply(x).x)
	deviation := mat.Norm(scores.ColView(0), 2) / math.Sqrt(float64(p.n))
	scores.Scale(startDeviation/deviation, scores)
	return scores, nil
}
