package simd

import (
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

func randomComplexes(rng *rand.Rand, n int) Complexes {
	return Complexes{random(rng, n), random(rng, n)}
}

func fencedComplexes(n int) (Complexes, func() bool) {
	re, stands := fenced(n)
	im, standsToo := fenced(n)
	return Complexes{re, im}, func() bool { return stands() && standsToo() }
}

func (c Complexes) at(i int) complex128 { return complex(float64(c.Re[i]), float64(c.Im[i])) }

// rotations returns exp(-2πi·p·u/length) for p in [0, groups) and u from 1 to
// radix-1.
func rotations(radix, groups, length int) []float32 {
	var w []float32
	for p := range groups {
		for u := 1; u < radix; u++ {
			sin, cos := math.Sincos(-2 * math.Pi * float64(p*u) / float64(length))
			w = append(w, float32(cos), float32(sin))
		}
	}
	return fencedCopy(w)
}

// slowButterfly is the definition of output u of group p, column q.
func slowButterfly(src Complexes, radix, groups, stride, p, u, q int) (sum complex128) {
	for v := range radix {
		sum += src.at(p*stride+q+v*groups*stride) * cmplx.Rect(1, -2*math.Pi*float64(u*v)/float64(radix))
	}
	return sum * cmplx.Rect(1, -2*math.Pi*float64(p*u)/float64(radix*groups))
}

func near64(got, want complex128) bool { return cmplx.Abs(got-want) <= 2e-6*(1+cmplx.Abs(want)) }

func TestFourier(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	eachLevel(t, func(t *testing.T) {
		for _, radix := range []int{2, 3, 4} {
			for _, groups := range []int{1, 2, 5} {
				for _, stride := range []int{16, 48, 80} {
					n := radix * groups * stride
					src := randomComplexes(rng, n)
					dst, stands := fencedComplexes(n)
					Fourier(radix, dst, src, rotations(radix, groups, radix*groups), stride)
					for i := range n {
						p, u, q := i/stride/radix, i/stride%radix, i%stride
						if want := slowButterfly(src, radix, groups, stride, p, u, q); !near64(dst.at(i), want) {
							t.Fatalf("radix %d, %d groups, stride %d: element %d = %v, want %v", radix, groups, stride, i, dst.at(i), want)
						}
					}
					if !stands() {
						t.Fatalf("radix %d, %d groups, stride %d: wrote outside", radix, groups, stride)
					}
				}
			}
		}
	})
}

func TestFourierFirst(t *testing.T) {
	const n = FourierColumns
	rng := rand.New(rand.NewPCG(2, 0))
	eachLevel(t, func(t *testing.T) {
		for _, groups := range []int{1, 3, 4} {
			for _, stride := range []int{16, 21} {
				src := randomComplexes(rng, (2*groups-1)*stride+n)
				padded, _ := fencedComplexes(4 * groups * n)
				clear(padded.Re)
				clear(padded.Im)
				for row := range 2 * groups {
					copy(padded.Re[row*n:][:n], src.Re[row*stride:])
					copy(padded.Im[row*n:][:n], src.Im[row*stride:])
				}
				dst, stands := fencedComplexes(4 * groups * n)
				FourierFirst(dst, src, stride, rotations(4, groups, 4*groups))
				for i := range dst.Re {
					if want := slowButterfly(padded, 4, groups, n, i/n/4, i/n%4, i%n); !near64(dst.at(i), want) {
						t.Fatalf("%d groups, stride %d: element %d = %v, want %v", groups, stride, i, dst.at(i), want)
					}
				}
				if !stands() {
					t.Fatal("wrote outside")
				}
			}
		}
	})
}

func TestFourierLast(t *testing.T) {
	const n = FourierColumns
	rng := rand.New(rand.NewPCG(3, 0))
	eachLevel(t, func(t *testing.T) {
		for _, rows := range []int{4, 12, 20} {
			for _, stride := range []int{16, 21} {
				src := randomComplexes(rng, rows*n)
				dst, stands := fencedComplexes((rows/2-1)*stride + n)
				for i := range dst.Re {
					dst.Re[i], dst.Im[i] = 7, 7
				}
				FourierLast(dst, stride, src)
				for i := range dst.Re {
					row, q := i/stride, i%stride
					if q >= n {
						if dst.at(i) != 7+7i {
							t.Fatalf("%d rows, stride %d: wrote between rows", rows, stride)
						}
						continue
					}
					want := slowButterfly(src, 4, 1, rows/4*n, 0, row/(rows/4), row%(rows/4)*n+q)
					if !near64(dst.at(i), want) {
						t.Fatalf("%d rows, stride %d: row %d, column %d = %v, want %v", rows, stride, row, q, dst.at(i), want)
					}
				}
				if !stands() {
					t.Fatal("wrote outside")
				}
			}
		}
	})
}

func TestFourierScaled(t *testing.T) {
	const n = FourierColumns
	rng := rand.New(rand.NewPCG(4, 0))
	eachLevel(t, func(t *testing.T) {
		for _, rows := range []int{4, 12, 20} {
			src, spectrum := randomComplexes(rng, rows*n), random(rng, (rows/2+1)*n)
			dst, stands := fencedComplexes(rows * n)
			FourierScaled(dst, src, spectrum)
			for i := range dst.Re {
				row, q := i/n, i%n
				want := slowButterfly(src, 4, 1, rows/4*n, 0, row/(rows/4), row%(rows/4)*n+q)
				want *= complex(float64(spectrum[min(row, rows-row)*n+q]), 0)
				if !near64(dst.at(i), want) {
					t.Fatalf("%d rows: row %d, column %d = %v, want %v", rows, row, q, dst.at(i), want)
				}
			}
			if !stands() {
				t.Fatal("wrote outside")
			}
		}
	})
}

func TestSpectraSplitAndJoin(t *testing.T) {
	const n = FourierColumns
	rng := rand.New(rand.NewPCG(5, 0))
	eachLevel(t, func(t *testing.T) {
		for _, half := range []int{8, 24, 48} {
			for _, stride := range []int{half, half + 5} {
				t.Run(fmt.Sprintf("%d frequencies, stride %d", half, stride), func(t *testing.T) {
					joint, length := randomComplexes(rng, (2*half+1)*n), 2*half
					copy(joint.Re[length*n:], joint.Re[:n])
					copy(joint.Im[length*n:], joint.Im[:n])
					first, firstStands := fencedComplexes((n-1)*stride + half)
					second, secondStands := fencedComplexes((n-1)*stride + half)
					SplitSpectra(first, second, stride, joint)
					for c := range n {
						for k := range half {
							z, mirror := joint.at(k*n+c), cmplx.Conj(joint.at((length-k)*n+c))
							if got, want := first.at(c*stride+k), z+mirror; !near64(got, want) {
								t.Fatalf("first, column %d, frequency %d = %v, want %v", c, k, got, want)
							}
							if got, want := second.at(c*stride+k), (z-mirror)/1i; !near64(got, want) {
								t.Fatalf("second, column %d, frequency %d = %v, want %v", c, k, got, want)
							}
						}
						// As spectra of real columns have it.
						first.Im[c*stride], second.Im[c*stride] = 0, 0
					}
					back, backStands := fencedComplexes((length + 1) * n)
					JoinSpectra(back, first, second, stride)
					for i := range length * n {
						want := 2 * joint.at(i)
						if i/n == half {
							want = 0
						}
						if !near64(back.at(i), want) {
							t.Fatalf("joined: frequency %d, column %d = %v, want %v", i/n, i%n, back.at(i), want)
						}
					}
					if !firstStands() || !secondStands() || !backStands() {
						t.Error("wrote outside")
					}
				})
			}
		}
	})
}
