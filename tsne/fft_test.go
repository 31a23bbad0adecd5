package tsne

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"stackedae/internal/simd"
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
	const width = simd.FourierColumns
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{16, 32, 48, 64, 96, 128, 144, 192, 432} {
		t.Run(fmt.Sprintf("length %d", n), func(t *testing.T) {
			f := newFFT(n)
			column := func(x simd.Complexes, c int) []complex128 {
				var z []complex128
				for i := c; i < len(x.Re); i += width {
					z = append(z, complex(float64(x.Re[i]), float64(x.Im[i])))
				}
				return z
			}
			check := func(what string, got, want []complex128, scale float64) {
				t.Helper()
				for k, w := range want {
					if cmplx.Abs(got[k]/complex(scale, 0)-w) > 1e-6*float64(n)/scale {
						t.Fatalf("%s: element %d = %v, want %v", what, k, got[k]/complex(scale, 0), w)
					}
				}
			}
			x, scratch, columns := newComplexes(n*width), newComplexes(n*width), make([][]complex128, width)
			randomize := func(x simd.Complexes) {
				for i := range x.Re {
					x.Re[i], x.Im[i] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
				}
			}
			randomize(x)
			for c := range columns {
				columns[c] = column(x, c)
			}
			x, scratch = f.transform(x, scratch)
			for c := range columns {
				check("transform", column(x, c), slowDFT(columns[c]), 1)
			}
			const stride = width + 3
			half := newComplexes((n/2-1)*stride + width)
			f.restoreHalf(half, stride, x, scratch)
			for c := range columns {
				for j := range n / 2 {
					check("first half restored", []complex128{complex(float64(half.Re[j*stride+c]), float64(half.Im[j*stride+c]))}, columns[c][j:j+1], float64(n))
				}
			}

			randomize(half)
			spectrum := make([]float32, (n/2+1)*width)
			for i := range spectrum {
				spectrum[i] = rng.Float32()
			}
			for c := range columns {
				clear(columns[c])
				for j := range n / 2 {
					columns[c][j] = complex(float64(half.Re[j*stride+c]), float64(half.Im[j*stride+c]))
				}
			}
			whole, _ := f.transformHalf(half, stride, x, scratch)
			for c := range columns {
				columns[c] = slowDFT(columns[c])
				check("transform of first half", column(whole, c), columns[c], 1)
			}
			scaled, _ := f.transformHalfScaled(half, stride, x, scratch, spectrum)
			for c := range columns {
				for k := range columns[c] {
					columns[c][k] *= complex(float64(spectrum[min(k, n-k)*width+c]), 0)
				}
				check("scaled transform", column(scaled, c), columns[c], 1)
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

// Also with a kernel of a scale so small that anything which it does not multiply
// stands out.
func TestConvolve(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, side := range []int{8, 24, 32, 48, 72} {
		c := newConvolver(side)
		for _, scale := range []float64{1, 1e-20} {
			kernel := func(r2 float64) float64 { return scale / (1 + r2/9) }
			want, g := make([]float64, side*side), make([]float64, side*side)
			clear(c.grid)
			for i := range g {
				g[i] = rng.NormFloat64()
				c.grid[i/side*c.stride+i%side] = float32(g[i])
			}
			for i := range want {
				for j, v := range g {
					dr, dc := float64(i/side-j/side), float64(i%side-j%side)
					want[i] += v * kernel(dr*dr+dc*dc)
				}
			}
			c.setKernel(kernel, func(int) float64 { return 1 })
			c.convolve()
			got := make([]float64, len(want))
			for i := range got {
				got[i] = float64(c.grid[i/side*c.stride+i%side])
			}
			if e := relativeError(got, want); e > 1e-6 {
				t.Errorf("side %d, kernel times %g: convolution is off by %.2g of its norm", side, scale, e)
			}
		}
	}
}
