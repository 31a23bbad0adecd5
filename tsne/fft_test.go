package tsne

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// slowDFT is the definition.
func slowDFT(x []complex128) []complex128 {
	n := len(x)
	out := make([]complex128, n)
	for k := range out {
		for j, v := range x {
			out[k] += v * cmplx.Rect(1, -2*math.Pi*float64(j*k%n)/float64(n))
		}
	}
	return out
}

func TestTransform(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct{ n, width int }{
		{2, 1}, {3, 1}, {4, 1}, {6, 5}, {16, 16}, {48, 3}, {96, 16}, {128, 2}, {144, 1}, {162, 1},
	} {
		t.Run(fmt.Sprintf("length %d, %d columns", c.n, c.width), func(t *testing.T) {
			x, scratch := newComplexes(c.n*c.width), newComplexes(c.n*c.width)
			columns := make([][]complex128, c.width)
			for j := range c.n {
				for col := range c.width {
					re, im := float32(rng.NormFloat64()), float32(rng.NormFloat64())
					x.re[j*c.width+col], x.im[j*c.width+col] = re, im
					columns[col] = append(columns[col], complex(float64(re), float64(im)))
				}
			}
			f := newFFT(c.n)
			got := f.transform(x, scratch, c.width)
			for col := range columns {
				for k, want := range slowDFT(columns[col]) {
					g := complex(float64(got.re[k*c.width+col]), float64(got.im[k*c.width+col]))
					if cmplx.Abs(g-want) > 1e-6*float64(c.n) {
						t.Fatalf("column %d, frequency %d = %v, want %v", col, k, g, want)
					}
				}
			}
			other := x
			if &got.re[0] == &x.re[0] {
				other = scratch
			}
			back := f.transform(got.swapped(), other, c.width).swapped()
			for col := range columns {
				for j, want := range columns[col] {
					g := complex(float64(back.re[j*c.width+col]), float64(back.im[j*c.width+col]))
					if cmplx.Abs(g/complex(float64(c.n), 0)-want) > 1e-6 {
						t.Fatalf("column %d, element %d transformed back = %v, want %v", col, j, g, want)
					}
				}
			}
		})
	}
}

func TestFFTLength(t *testing.T) {
	for _, c := range []struct{ n, want int }{{1, 16}, {16, 16}, {17, 32}, {49, 64}, {80, 96}, {177, 192}, {200, 256}, {700, 768}} {
		if got := fftLength(c.n); got != c.want {
			t.Errorf("fftLength(%d) = %d, want %d", c.n, got, c.want)
		}
	}
}

func TestConvolve(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	kernel := func(r2 float64) float64 { return 1 / (1 + r2/9) }
	for _, side := range []int{8, 24, 48} {
		g := make([]float32, side*side)
		for i := range g {
			g[i] = float32(rng.NormFloat64())
		}
		want := make([]float64, len(g))
		for i := range want {
			for j, v := range g {
				dr, dc := float64(i/side-j/side), float64(i%side-j%side)
				want[i] += float64(v) * kernel(dr*dr+dc*dc)
			}
		}
		c := newConvolver(side)
		c.setKernel(kernel, func(int) float64 { return 1 })
		c.convolve(g)
		if e := relativeError(float64s(g), want); e > 1e-6 {
			t.Errorf("side %d: convolution is off by %.2g of its norm", side, e)
		}
	}
}
