// This file makes the embeddings that a descent starts from.

package tsne

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// startDeviation is the standard deviation of a start's first column. It is
// small so that all points can pass each other at first
// (van der Maaten & Hinton 2008, section 3.4; Kobak & Berens 2019).
const startDeviation = 1e-4

// StartPCA returns the start that Embed uses unless told otherwise: the n x 2
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
	return startPCA(p)
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

// chooseStart returns start or, if it is nil, the principal components of p, as
// n x 2 numbers, row-major.
func chooseStart(start mat.Matrix, p *points) ([]float32, error) {
	if start == nil {
		scores, err := startPCA(p)
		if err != nil {
			return nil, err
		}
		start = scores
	}
	return readEmbedding("start", start, p.n)
}

// startPCA is StartPCA of centred points.
func startPCA(p *points) (*mat.Dense, error) {
	scores, err := principalScores(mat.NewDense(p.n, p.dim, p.x))
	if err != nil {
		return nil, err
	}
	deviation := mat.Norm(scores.ColView(0), 2) / math.Sqrt(float64(p.n))
	scores.Scale(startDeviation/deviation, scores)
	return scores, nil
}

// principalScores returns the n x 2 coordinates of the centred points x along
// their first two principal axes, which are eigenvectors of xᵀx. With fewer
// points than columns the smaller matrix x·xᵀ serves: it has the same
// eigenvalues λ, and its unit eigenvectors times √λ are the coordinates.
func principalScores(x *mat.Dense) (*mat.Dense, error) {
	n, dim := x.Dims()
	var product mat.Dense
	if n < dim {
		product.Mul(x, x.T())
	} else {
		product.Mul(x.T(), x)
	}
	size := min(n, dim)
	symmetric := mat.NewSymDense(size, nil)
	for i := range size {
		for j := i; j < size; j++ {
			symmetric.SetSym(i, j, product.At(i, j))
		}
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(symmetric, true) {
		return nil, fmt.Errorf("tsne: points: the eigenvalues of their %d x %d covariance did not converge, want a Start", size, size)
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	values := eigen.Values(nil)

	scores := mat.NewDense(n, 2, nil)
	for c := range 2 {
		last := size - 1 - c // eigenvalues ascend
		var axis, coordinates mat.VecDense
		if n < dim {
			axis.MulVec(x.T(), vectors.ColView(last))
			coordinates.ScaleVec(math.Sqrt(max(0, values[last])), vectors.ColView(last))
		} else {
			axis.CloneFromVec(vectors.ColView(last))
			coordinates.MulVec(x, &axis)
		}
		coordinates.ScaleVec(largestSign(&axis), &coordinates)
		scores.SetCol(c, coordinates.RawVector().Data)
	}
	return scores, nil
}

// largestSign returns the sign, 1 or -1, of v's first element of the largest
// magnitude.
func largestSign(v mat.Vector) float64 {
	largest := 0.0
	for i := range v.Len() {
		if e := v.AtVec(i); math.Abs(e) > math.Abs(largest) {
			largest = e
		}
	}
	return math.Copysign(1, largest)
}
