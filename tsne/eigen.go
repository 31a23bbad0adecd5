// This file finds the leading eigenvectors of a symmetric matrix.

package tsne

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

const (
	// eigenTolerance bounds |Av - λv| of an eigenvector found by iteration,
	// relative to the largest eigenvalue.
	eigenTolerance = 1e-10
	// subspaceSteps are about as many as the whole decomposition takes time; it
	// follows where eigenvalues are too close to each other for the iteration.
	subspaceSteps = 60
)

// leadingEigenvectors returns, as columns, unit eigenvectors of a for its count
// largest eigenvalues, the largest first. a has no negative ones.
func leadingEigenvectors(a *mat.SymDense, count int) (*mat.Dense, error) {
	size := a.SymmetricDim()
	// Twice as many vectors, and a few: the more, the faster they converge.
	if block := 2*count + 8; 4*block < size {
		if vectors, ok := iterateSubspace(a, count, block); ok {
			return vectors, nil
		}
	}
	vectors, err := eigenvectors(a)
	if err != nil {
		return nil, err
	}
	return mat.DenseCopyOf(vectors.Slice(0, size, 0, count)), nil
}

// eigenvectors returns all unit eigenvectors of a as columns, that of the
// largest eigenvalue first.
func eigenvectors(a mat.Symmetric) (*mat.Dense, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(a, true) {
		size := a.SymmetricDim()
		return nil, fmt.Errorf("the eigenvectors of their %d x %d covariance did not converge", size, size)
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors) // eigenvalues ascend
	size := a.SymmetricDim()
	for i := range size {
		row := vectors.RawRowView(i)
		for l, r := 0, size-1; l < r; l, r = l+1, r-1 {
			row[l], row[r] = row[r], row[l]
		}
	}
	return &vectors, nil
}

// iterateSubspace is simultaneous iteration with Rayleigh-Ritz steps (Saad,
// Numerical Methods for Large Eigenvalue Problems, 2011, section 5.2). It
// reports false if it has not converged.
func iterateSubspace(a *mat.SymDense, count, block int) (*mat.Dense, bool) {
	size := a.SymmetricDim()
	rng := rand.New(rand.NewPCG(0, 0)) // any start that is not orthogonal to the axes
	basis := mat.NewDense(size, block, nil)
	for i := range basis.RawMatrix().Data {
		basis.RawMatrix().Data[i] = rng.NormFloat64()
	}
	dense := mat.DenseCopyOf(a) // products of these are shared by all processors
	for range subspaceSteps {
		if !orthonormalize(basis) {
			return nil, false
		}
		var image, small, ritz, next mat.Dense
		image.Mul(dense, basis)
		small.Mul(basis.T(), &image)
		turn, err := eigenvectors(symmetric(&small))
		if err != nil {
			return nil, false
		}
		ritz.Mul(basis, turn)
		next.Mul(&image, turn)
		if converged(&ritz, &next, count) {
			return mat.DenseCopyOf(ritz.Slice(0, size, 0, count)), true
		}
		basis = &next
	}
	return nil, false
}

// converged reports whether the images of the first unit vectors are multiples
// of them, as near as eigenTolerance asks.
func converged(vectors, images *mat.Dense, count int) bool {
	largest := mat.Dot(vectors.ColView(0), images.ColView(0))
	for c := range count {
		v, av := vectors.ColView(c), images.ColView(c)
		var residual mat.VecDense
		residual.AddScaledVec(av, -mat.Dot(v, av), v)
		if !(mat.Norm(&residual, 2) <= eigenTolerance*largest) {
			return false
		}
	}
	return true
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

// orthonormalize makes the columns of m orthonormal by Gram and Schmidt's method,
// done twice for the sake of rounding. It reports false if they are dependent.
func orthonormalize(m *mat.Dense) bool {
	t := mat.DenseCopyOf(m.T())
	count, _ := t.Dims()
	for c := range count {
		v := t.RowView(c).(*mat.VecDense)
		before := mat.Norm(v, 2)
		for range 2 {
			for b := range c {
				other := t.RowView(b)
				v.AddScaledVec(v, -mat.Dot(v, other), other)
			}
		}
		length := mat.Norm(v, 2)
		if !(length > 1e-12*before) || math.IsInf(length, 1) {
			return false
		}
		v.ScaleVec(1/length, v)
	}
	m.Copy(t.T())
	return true
}
