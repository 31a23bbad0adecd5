package tsne

import (
	"math"
	"math/rand/v2"
	"testing"
)

// slowDivergence is the definition: Σ p ln(p/q).
func slowDivergence(p *affinities, y []float64) (kl float64) {
	w := func(i, j int) float64 {
		dx, dy := y[2*i]-y[2*j], y[2*i+1]-y[2*j+1]
		return 1 / (1 + dx*dx + dy*dy)
	}
	z := 0.0
	for i := range p.n {
		for j := range p.n {
			if i != j {
				z += w(i, j)
			}
		}
	}
	for i := range p.n {
		for m := p.start[i]; m < p.start[i+1]; m++ {
			if v := float64(p.val[m]); v > 0 {
				kl += v * math.Log(v/(w(i, int(p.col[m]))/z))
			}
		}
	}
	return kl
}

func TestGradientIsThatOfTheDivergence(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(60, 5, 3, rng)
	p := mustAffinities(t, data, 8)
	y := diskEmbedding(60, rng)
	y64 := float64s(y)

	g := newGradient(p, false)
	got := make([]float32, len(y))
	z := g.at(got, y, 1)
	if kl, want := p.divergence(y, z), slowDivergence(p, y64); math.Abs(kl-want) > 1e-6 {
		t.Errorf("divergence = %v, want %v", kl, want)
	}
	const step = 1e-5
	want := make([]float64, len(y))
	for i := range y {
		at := y64[i]
		y64[i] = at + step
		above := slowDivergence(p, y64)
		y64[i] = at - step
		want[i] = (above - slowDivergence(p, y64)) / (2 * step)
		y64[i] = at
	}
	if e := relativeError(float64s(got), want); e > 1e-5 {
		t.Errorf("gradient is off by %.2g of its norm from finite differences", e)
	}

	// Exaggeration multiplies attraction, which the gradient is linear in.
	twice, thrice := make([]float32, len(y)), make([]float32, len(y))
	g.at(twice, y, 2)
	g.at(thrice, y, 3)
	for i := range y {
		if d := (thrice[i] - twice[i]) - (twice[i] - got[i]); math.Abs(float64(d)) > 1e-6 {
			t.Fatalf("component %d: gradients with exaggeration 1, 2 and 3 are %v, %v and %v, want equal distances", i, got[i], twice[i], thrice[i])
		}
	}
}
