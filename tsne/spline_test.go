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

func TestSplineWeights(t *testing.T) {
	const step = 1e-4
	for f := 0.; f < 1; f += 1. / 64 {
		w, s := splineWeights(float32(f)), splineSlopes(float32(f))
		for i, at := range []float64{f + 1, f, f - 1, f - 2} {
			if want := slowSpline(at); math.Abs(float64(w[i])-want) > 1e-7 {
				t.Errorf("weight %d at %v = %v, want %v", i, f, w[i], want)
			}
			want := (slowSpline(at+step) - slowSpline(at-step)) / (2 * step)
			if math.Abs(float64(s[i])-want) > 1e-4 {
				t.Errorf("slope %d at %v = %v, want %v", i, f, s[i], want)
			}
		}
	}
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

func TestGridReadsWhatItSpreads(t *testing.T) {
	g := grid{side: 16, value: make([]float32, 256), x: -1, y: 2, step: .5}
	g.add(1.3, 4.1)
	sum := float32(0)
	for _, v := range g.value {
		sum += v
	}
	if math.Abs(float64(sum)-1) > 1e-6 {
		t.Errorf("sum of a spread point = %v, want 1", sum)
	}

	// Splines follow a plane exactly.
	for i := range g.value {
		x, y := g.x+float32(i/g.side-1)*g.step, g.y+float32(i%g.side-1)*g.step
		g.value[i] = 3*x - 2*y
	}
	value, dx, dy := g.read(1.3, 4.1)
	for _, c := range []struct {
		name      string
		got, want float32
	}{{"value", value, 3*1.3 - 2*4.1}, {"slope by x", dx, 3}, {"slope by y", dy, -2}} {
		if math.Abs(float64(c.got-c.want)) > 1e-5 {
			t.Errorf("%s of a plane = %v, want %v", c.name, c.got, c.want)
		}
	}
}
