package tsne

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestLeadingEigenvectors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name        string
		size, count int
		value       func(i int) float64
	}{
		{"few", 30, 5, func(i int) float64 { return 1 / float64(1+i) }},
		{"iterated", 200, 4, func(i int) float64 { return 1 / float64(1+i) }},
		{"equal eigenvalues", 200, 4, func(i int) float64 { return float64(1 + 200/(1+i/3)) }},
		{"hardly different ones", 150, 2, func(i int) float64 { return 1 - 1e-4*float64(i) }},
		{"mixed units", 150, 3, func(i int) float64 { return []float64{1e9, 2, 1, .3}[min(i, 3)] / float64(1+i/4) }},
		{"of low rank", 150, 4, func(i int) float64 { return max(0, 3-float64(i)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			basis := mat.NewDense(c.size, c.size, nil)
			for i := range basis.RawMatrix().Data {
				basis.RawMatrix().Data[i] = rng.NormFloat64()
			}
			var qr mat.QR
			qr.Factorize(basis)
			var q mat.Dense
			qr.QTo(&q)
			values := make([]float64, c.size)
			for i := range values {
				values[i] = c.value(i)
			}
			var product mat.Dense
			product.Product(&q, mat.NewDiagDense(c.size, values), q.T())
			a := symmetric(&product)
			got, err := leadingEigenvectors(t.Context(), a, c.count)
			if err != nil {
				t.Fatal(err)
			}
			for m := range c.count {
				v := got.ColView(m)
				var residual mat.VecDense
				residual.MulVec(a, v)
				residual.AddScaledVec(&residual, -values[m], v)
				// Rounding leaves no more of the product than 1e-16 of the largest.
				if r := mat.Norm(&residual, 2); r > 1e-9*values[m]+1e-12*values[0] || math.Abs(mat.Norm(v, 2)-1) > 1e-12 {
					t.Errorf("vector %d: |Av - λv| = %.2g for λ = %v, |v| = %v", m, r, values[m], mat.Norm(v, 2))
				}
			}
		})
	}
}

// The iteration must not give up on eigenvalues as close to each other as the
// largest of the noise of 3,000 points in many columns: their whole decomposition
// takes minutes.
func TestNoiseIsIterated(t *testing.T) {
	const size = 300
	a := mat.NewSymDense(size, nil)
	for i := range size {
		a.SetSym(i, i, 1-.0075*math.Pow(float64(1+i), 2./3))
	}
	got, err := iterateSubspace(t.Context(), a, 2, 12)
	if err != nil || got == nil {
		t.Fatalf("iterateSubspace = %v, %v", got, err)
	}
	for c := range 2 {
		if v := got.At(c, c); math.Abs(math.Abs(v)-1) > 1e-12 {
			t.Errorf("element %d of vector %d is %v, want 1 or -1", c, c, v)
		}
	}
}

func TestPCAStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	x, err := newRows("points", uniform(200, 100, rand.New(rand.NewPCG(1, 2))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fitPCA(ctx, x, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("fitPCA: %v, want %v", err, context.Canceled)
	}
	a := mat.NewSymDense(100, nil)
	for i := range 100 {
		a.SetSym(i, i, 1+1e-3*float64(i))
	}
	if _, err := leadingEigenvectors(ctx, a, 2); !errors.Is(err, context.Canceled) {
		t.Errorf("leadingEigenvectors: %v, want %v", err, context.Canceled)
	}
}
