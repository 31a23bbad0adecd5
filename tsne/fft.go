// This file is the fast Fourier transform that the mesh needs: complex, in
// float32, of 16 columns at once.
//
// It is Stockham's form of the algorithm (Van Loan, Computational Frameworks
// for the Fast Fourier Transform, 1992, section 1.7): each pass reads one
// buffer and writes another in such an order that the result needs no sorting.
// The passes are kernels of package simd. A transform begins and ends with
// radix 4, whose passes leave out what is zero or not wanted when columns are
// half padding.

package tsne

import (
	"math"

	"stackedae/internal/simd"
)

func newComplexes(n int) simd.Complexes {
	return simd.Complexes{Re: make([]float32, n), Im: make([]float32, n)}
}

// part returns the numbers from element i on, count of them.
func part(c simd.Complexes, i, count int) simd.Complexes {
	return simd.Complexes{Re: c.Re[i:][:count], Im: c.Im[i:][:count]}
}

// fft transforms columns of length n.
type fft struct {
	n      int
	passes []fftPass
}

// fftPass is one pass of butterflies. rotations holds, for the p-th group of
// butterflies, exp(-2πi·p·u/length) for u = 1 to radix-1.
type fftPass struct {
	radix     int
	rotations []float32
}

// newFFT returns the transform of columns of length n, an fftLength.
func newFFT(n int) *fft {
	f := &fft{n: n}
	radices, rest := []int{4}, n/16
	for ; rest%3 == 0; rest /= 3 {
		radices = append(radices, 3)
	}
	for ; rest%4 == 0; rest /= 4 {
		radices = append(radices, 4)
	}
	if rest == 2 {
		radices = append(radices, 2)
	}
	length := n
	for _, radix := range append(radices, 4) {
		pass := fftPass{radix: radix}
		for p := range length / radix {
			for u := 1; u < radix; u++ {
				sin, cos := math.Sincos(-2 * math.Pi * float64(p*u) / float64(length))
				pass.rotations = append(pass.rotations, float32(cos), float32(sin))
			}
		}
		f.passes = append(f.passes, pass)
		length /= radix
	}
	return f
}

// fftLength returns the least length of at least n that is 16·2^a·3^b.
func fftLength(n int) int {
	for length := (n + 15) / 16; ; length++ {
		rest := length
		for rest%2 == 0 {
			rest /= 2
		}
		for rest%3 == 0 {
			rest /= 3
		}
		if rest == 1 {
			return 16 * length
		}
	}
}

// run does the passes from first to before last and returns the buffer that
// holds the result, then the other one.
func (f *fft) run(x, scratch simd.Complexes, first, last int) (result, other simd.Complexes) {
	stride := simd.FourierColumns
	for i, pass := range f.passes[:last] {
		if i >= first {
			simd.Fourier(pass.radix, scratch, x, pass.rotations, stride)
			x, scratch = scratch, x
		}
		stride *= pass.radix
	}
	return x, scratch
}

// transform computes X_k = Σ_j x_j exp(-2πi·jk/n) for each column; element j of
// column c is at 16j+c of x, and X likewise in the result, which is in x or
// scratch. It overwrites both.
func (f *fft) transform(x, scratch simd.Complexes) (result, other simd.Complexes) {
	return f.run(x, scratch, 0, len(f.passes))
}

// transformHalf does the same for columns whose second half is zero. The first
// is in src, in n/2 rows that are stride apart.
func (f *fft) transformHalf(src simd.Complexes, stride int, x, scratch simd.Complexes) (result, other simd.Complexes) {
	simd.FourierFirst(x, src, stride, f.passes[0].rotations)
	return f.run(x, scratch, 1, len(f.passes))
}

// transformHalfScaled multiplies the result of transformHalf by the spectrum of
// frequencies 0 to n/2.
func (f *fft) transformHalfScaled(src simd.Complexes, stride int, x, scratch simd.Complexes, spectrum []float32) (result, other simd.Complexes) {
	simd.FourierFirst(x, src, stride, f.passes[0].rotations)
	x, scratch = f.run(x, scratch, 1, len(f.passes)-1)
	simd.FourierScaled(scratch, x, spectrum)
	return scratch, x
}

// restoreHalf computes the first half of the inverse transform, times n, into
// dst, in rows that are stride apart. It overwrites x and scratch.
func (f *fft) restoreHalf(dst simd.Complexes, stride int, x, scratch simd.Complexes) {
	x, _ = f.run(x.Swapped(), scratch.Swapped(), 0, len(f.passes)-1)
	simd.FourierLast(dst.Swapped(), stride, x)
}
