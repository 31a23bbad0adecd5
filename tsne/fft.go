// This file is the fast Fourier transform that the mesh needs: complex, in
// float32, of many columns at once.
//
// It is Stockham's form of the algorithm (Van Loan, Computational Frameworks
// for the Fast Fourier Transform, 1992, section 1.7): each pass reads one
// buffer and writes another in such an order that the result needs no sorting.
// All inner loops run over contiguous elements, those of width columns or more.

package tsne

import "math"

// complexes holds complex numbers, the real and imaginary parts apart.
type complexes struct{ re, im []float32 }

func newComplexes(n int) complexes {
	return complexes{make([]float32, n), make([]float32, n)}
}

// swapped exchanges the parts. Transforming the swapped numbers is the inverse
// transform, swapped, times the length.
func (c complexes) swapped() complexes { return complexes{c.im, c.re} }

// from returns the numbers from element i on, count of them.
func (c complexes) from(i, count int) complexes {
	return complexes{c.re[i:][:count:count], c.im[i:][:count:count]}
}

// fft transforms columns of length n, a product of 2, 3 and 4.
type fft struct {
	n      int
	passes []fftPass
}

// fftPass is one pass of butterflies. rotation[p] holds, for the p-th group of
// butterflies, exp(-2πi·p·u/length) for u = 1 to radix-1.
type fftPass struct {
	radix    int
	rotation [][]rotation
}

type rotation struct{ cos, sin float32 }

// newFFT returns the transform of columns of length n. n has no prime factors
// but 2 and 3.
func newFFT(n int) *fft {
	f := &fft{n: n}
	for length := n; length > 1; {
		radix := 2
		switch {
		case length%4 == 0:
			radix = 4
		case length%3 == 0:
			radix = 3
		}
		pass := fftPass{radix: radix, rotation: make([][]rotation, length/radix)}
		for p := range pass.rotation {
			for u := 1; u < radix; u++ {
				sin, cos := math.Sincos(-2 * math.Pi * float64(p*u) / float64(length))
				pass.rotation[p] = append(pass.rotation[p], rotation{float32(cos), float32(sin)})
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

// transform computes X_k = Σ_j x_j exp(-2πi·jk/n) for each of width columns;
// element j of column c is at j·width+c of x, and X likewise in the result. It
// overwrites both x and scratch, each of n·width numbers, and returns the one
// that holds the result.
func (f *fft) transform(x, scratch complexes, width int) complexes {
	length, stride := f.n, width
	for _, pass := range f.passes {
		length /= pass.radix
		for p, rotation := range pass.rotation {
			in := x.from(p*stride, len(x.re)-p*stride)
			out := scratch.from(p*pass.radix*stride, pass.radix*stride)
			switch pass.radix {
			case 2:
				butterflies2(in, out, stride, length*stride, rotation)
			case 3:
				butterflies3(in, out, stride, length*stride, rotation)
			case 4:
				butterflies4(in, out, stride, length*stride, rotation)
			}
		}
		x, scratch = scratch, x
		stride *= pass.radix
	}
	return x
}

// butterflies2 computes count butterflies of radix 2: the u-th output block is
// (Σ_v (-1)^uv · in[v·step+q]) · w[u-1].
func butterflies2(in, out complexes, count, step int, w []rotation) {
	a, b := in.from(0, count), in.from(step, count)
	s, d := out.from(0, count), out.from(count, count)
	for q, ar := range a.re {
		ai, br, bi := a.im[q], b.re[q], b.im[q]
		s.re[q], s.im[q] = ar+br, ai+bi
		d.re[q], d.im[q] = w[0].times(ar-br, ai-bi)
	}
}

// butterflies3 computes count butterflies of radix 3.
func butterflies3(in, out complexes, count, step int, w []rotation) {
	const sin60 = 0.866025403784438646763723170752936183
	a, b, c := in.from(0, count), in.from(step, count), in.from(2*step, count)
	x, y, z := out.from(0, count), out.from(count, count), out.from(2*count, count)
	w1, w2 := w[0], w[1]
	for q, ar := range a.re {
		ai := a.im[q]
		sr, si := b.re[q]+c.re[q], b.im[q]+c.im[q]
		dr, di := sin60*(b.re[q]-c.re[q]), sin60*(b.im[q]-c.im[q])
		mr, mi := ar-.5*sr, ai-.5*si
		x.re[q], x.im[q] = ar+sr, ai+si
		y.re[q], y.im[q] = w1.times(mr+di, mi-dr)
		z.re[q], z.im[q] = w2.times(mr-di, mi+dr)
	}
}

// butterflies4 computes count butterflies of radix 4.
func butterflies4(in, out complexes, count, step int, w []rotation) {
	a, b, c, d := in.from(0, count), in.from(step, count), in.from(2*step, count), in.from(3*step, count)
	x0, x1, x2, x3 := out.from(0, count), out.from(count, count), out.from(2*count, count), out.from(3*count, count)
	w1, w2, w3 := w[0], w[1], w[2]
	for q, ar := range a.re {
		ai := a.im[q]
		acr, aci := ar+c.re[q], ai+c.im[q]
		amr, ami := ar-c.re[q], ai-c.im[q]
		bdr, bdi := b.re[q]+d.re[q], b.im[q]+d.im[q]
		bmr, bmi := b.re[q]-d.re[q], b.im[q]-d.im[q]
		x0.re[q], x0.im[q] = acr+bdr, aci+bdi
		x1.re[q], x1.im[q] = w1.times(amr+bmi, ami-bmr)
		x2.re[q], x2.im[q] = w2.times(acr-bdr, aci-bdi)
		x3.re[q], x3.im[q] = w3.times(amr-bmi, ami+bmr)
	}
}

// times returns (re + i·im)(cos + i·sin).
func (w rotation) times(re, im float32) (float32, float32) {
	return re*w.cos - im*w.sin, re*w.sin + im*w.cos
}
