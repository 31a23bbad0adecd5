package tsne

import (
	"math"
	"math/cmplx"
	"testing"
)

// slowSpline is the cubic B-spline by its pieces.
func slowSpline(x float64) float64 {
	switch x = math.Abs(x); {
	case x < 1:
		return 2./3 - x*x + x*x*x/2
	case x < 2:
		return (2 - x) * (2 - x) * (2 - x) / 6
	}
	return 0
}

func TestSplineTransform(t *testing.T) {
	const n = 48
	for k := range n {
		want := complex(0, 0)
		for j := -2; j <= 2; j++ {
			want += cmplx.Rect(slowSpline(float64(j)), -2*math.Pi*float64(j*k)/n)
		}
		if got := splineTransform(k, n); cmplx.Abs(complex(got, 0)-want) > 1e-15 {
			t.Errorf("transform at %d = %v, want %v", k, got, want)
		}
	}
}
