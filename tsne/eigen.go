// This file finds the leading eigenvectors of a symmetric matrix.

package tsne

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
)

const (
	// eigenTolerance bounds |Av - λv| of an eigenvector found by iteration,
	// relative to λ; eigenRounding, relative to the largest eigenvalue, is what
	// the rounding of Av may add.
	eigenTolerance = 1e-10
	eigenRounding  = 1e-13
	// subspaceProducts are the products with the matrix after which the whole
	// decomposition follows. Noise, whose eigenvalues are as close to each other as
	// those of any data, takes a third of them.
	subspaceProducts = 300
	// A filter is of a degree up to filterDegree, such that the largest eigenvalue
	// gains no more than filterGain on the least: its vector, which others hold as
	// much of as rounding leaves, must not cover them.
	filterDegree = 12
	filterGain   = 1e8
)

// leadingEigenvectors returns, as columns, unit eigenvectors of a for its count
// largest eigenvalues, the largest first. a has no negative ones. It looks at ctx
// between products.
func leadingEigenvectors(ctx context.Context, a *mat.SymDense, count int) (*mat.Dense, error) {
	size := a.SymmetricDim()
	// Twice as many vectors, and a few: the more, the faster they converge.
	if block := 2*count + 8; 4*block < size {
		if vectors, err := iterateSubspace(ctx, a, count, block); vectors != nil || err != nil {
			return vectors, err
		}
	}
	_, vectors, err := eigenvectors(a)
	if err != nil {
		return nil, err
	}
	return mat.DenseCopyOf(vectors.Slice(0, size, 0, count)), nil
}

// eigenvectors returns all eigenvalues of a and its unit eigenvectors as columns,
// the largest first.
func eigenvectors(a mat.Symmetric) (values []float64, vectors *mat.Dense, err error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(a, true) {
		size := a.SymmetricDim()
		return nil, nil, fmt.Errorf("the eigenvectors of their %d x %d covariance did not converge", size, size)
	}
	values, vectors = eigen.Values(nil), new(mat.Dense) // ascending
	eigen.VectorsTo(vectors)
	slices.Reverse(values)
	for i := range a.SymmetricDim() {
		slices.Reverse(vectors.RawRowView(i))
	}
	return values, vectors, nil
}

// iterateSubspace is simultaneous iteration with Rayleigh-Ritz steps (Saad,
// Numerical Methods for Large Eigenvalue Problems, 2011, section 5.2) and a
// Chebyshev filter in place of powers (Zhou, Saad, Tiago & Chelikowsky,
// Self-consistent-field calculations using Chebyshev-filtered subspace iteration,
// 2006). It returns nil if it has not converged.
//
// Vectors are rows here, of which products are faster than of columns.
func iterateSubspace(ctx context.Context, a *mat.SymDense, count, block int) (*mat.Dense, error) {
	size := a.SymmetricDim()
	rng := rand.New(rand.NewPCG(0, 0)) // any start that is not orthogonal to the axes
	vectors := mat.NewDense(block, size, nil)
	for i := range vectors.RawMatrix().Data {
		vectors.RawMatrix().Data[i] = rng.NormFloat64()
	}
	dense := mat.DenseCopyOf(a) // products of these are shared by all processors
	for products := 1; products <= subspaceProducts; products++ {
		orthonormalize(vectors, rng)
		var image, small, ritz, ritzImage mat.Dense
		image.Mul(vectors, dense)
		small.Mul(&image, vectors.T())
		values, turn, err := eigenvectors(symmetric(&small))
		if err != nil {
			return nil, err
		}
		ritz.Mul(turn.T(), vectors)
		ritzImage.Mul(turn.T(), &image)
		if converged(values[:count], &ritz, &ritzImage) {
			return mat.DenseCopyOf(ritz.Slice(0, count, 0, size).T()), nil
		}
		least := values[block-1]
		if !(least > eigenRounding*values[0]) { // nothing is to be filtered out
			vectors = &ritzImage
			continue
		}
		degree := 1 + int(math.Log(2*filterGain)/math.Acosh(2*values[0]/least-1))
		degree = min(filterDegree, degree)
		products += degree - 1
		if vectors, err = filter(ctx, dense, &ritz, &ritzImage, least, degree); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// converged reports whether the images of unit vectors are these times the
// values, as near as eigenTolerance asks.
func converged(values []float64, vectors, images *mat.Dense) bool {
	for c, value := range values {
		var residual mat.VecDense
		residual.AddScaledVec(images.RowView(c), -value, vectors.RowView(c))
		if !(mat.Norm(&residual, 2) <= eigenTolerance*value+eigenRounding*values[0]) {
			return false
		}
	}
	return true
}

// filter returns v·p(a) for the Chebyshev polynomial p of a degree that is small
// from 0 to least and grows beyond; va is v·a.
func filter(ctx context.Context, a, v, va *mat.Dense, least float64, degree int) (*mat.Dense, error) {
	half := least / 2 // a/half - 1 has those eigenvalues from -1 to 1
	shifted := func(v, va *mat.Dense) *mat.Dense {
		var s mat.Dense
		s.Scale(1/half, va)
		s.Sub(&s, v)
		return &s
	}
	last, p := v, shifted(v, va)
	for range degree - 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		var product mat.Dense
		product.Mul(p, a)
		next := shifted(p, &product)
		next.Scale(2, next)
		next.Sub(next, last)
		last, p = p, next
	}
	return p, nil
}

// symmetric returns the mean of m and mᵀ.
func symmetric(m *mat.Dense) *mat.SymDense {
	size, _ := m.Dims()
	s := mat.NewSymDense(size, nil)
	for i := range size {
		for j := i; j < size; j++ {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}

// orthonormalize makes the rows of m orthonormal by Gram and Schmidt's method, done
// twice for the sake of rounding. One that depends on those before it becomes a
// random one.
func orthonormalize(m *mat.Dense, rng *rand.Rand) {
	for c := range m.RawMatrix().Rows {
		v := m.RowView(c).(*mat.VecDense)
		for {
			before := mat.Norm(v, 2)
			for range 2 {
				for b := range c {
					other := m.RowView(b)
					v.AddScaledVec(v, -mat.Dot(v, other), other)
				}
			}
			if length := mat.Norm(v, 2); length > 1e-12*before {
				v.ScaleVec(1/length, v)
				break
			}
			for i := range v.RawVector().Data {
				v.RawVector().Data[i] = rng.NormFloat64()
			}
		}
	}
}
