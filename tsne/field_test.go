package tsne

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The field's force and potential beside the sum over all points, as far as the
// places reach where new points come to lie.
func TestFieldFollowsTheSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	disk := diskEmbedding(3000, rng)
	stretch := func(factor float32) []float32 {
		y := make([]float32, len(disk))
		for i, v := range disk {
			y[i] = factor * v
		}
		return y
	}
	withFar := append(stretch(1), 1e6, 0, 0, -2e5, 1e6, 1)
	for _, c := range []struct {
		name  string
		y     []float32
		error float64 // of force and potential, as a part of the potential
	}{
		{"disk", disk, 5e-3},
		{"small", stretch(1e-2), 1e-4},
		{"one place", make([]float32, 200), 1e-4},
		{"extent of 600", stretch(3), 5e-3},
		{"extent of 2000", stretch(10), 5e-3},
		{"extent of 20000", stretch(100), 5e-3},
		{"a few points far away", withFar, 5e-3},
		{"three points", []float32{0, 0, 1, 3, -2, 1}, 1e-4},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newField(c.y)
			if near := f.cutoff > 0; near != (f.grid.step > smoothStep) {
				t.Errorf("cutoff %v at the step %v", f.cutoff, f.grid.step)
			}
			worst, at := 0.0, ""
			for i := range 400 {
				// At a point, beside one, and anywhere in and around all.
				j := 2 * rng.IntN(len(c.y)/2)
				x, y := float64(c.y[j]), float64(c.y[j+1])
				switch i % 4 {
				case 1:
					x, y = x+rng.NormFloat64(), y+rng.NormFloat64()
				case 2:
					x, y = x+20*rng.NormFloat64(), y+20*rng.NormFloat64()
				case 3:
					x, y = 3*x, 3*y
				}
				phi, fx, fy := f.at(x, y)
				wantPhi, wantX, wantY := repulsionBy(c.y, x, y)
				e := max(math.Abs(phi-wantPhi), math.Hypot(fx-wantX, fy-wantY)) / wantPhi
				if !(e <= worst) {
					worst, at = e, fmt.Sprintf("(%g, %g): %g, %g, %g, want %g, %g, %g", x, y, phi, fx, fy, wantPhi, wantX, wantY)
				}
			}
			t.Logf("largest error %.2g at %s; step %v, side %d", worst, at, f.grid.step, f.grid.side)
			if !(worst <= c.error) {
				t.Errorf("largest error %.2g of the potential at %s, want at most %g", worst, at, c.error)
			}
		})
	}
}
