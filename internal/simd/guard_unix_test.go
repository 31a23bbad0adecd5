//go:build unix

package simd

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// guard is memory between two pages that may not be touched.
type guard struct{ usable []byte }

func newGuard(t *testing.T, bytes int) guard {
	page := syscall.Getpagesize()
	size := (bytes + page - 1) / page * page
	all, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skipf("mmap: %v", err)
	}
	t.Cleanup(func() { syscall.Munmap(all) })
	for _, p := range [][]byte{all[:page], all[page+size:]} {
		if err := syscall.Mprotect(p, syscall.PROT_NONE); err != nil {
			t.Skipf("mprotect: %v", err)
		}
	}
	return guard{all[page : page+size]}
}

// floats returns memory for n numbers that ends at the guard page, or begins
// at one.
func (g guard) floats(n int, atEnd bool) []float32 {
	if n == 0 {
		return nil
	}
	b := g.bytes(4*n, atEnd)
	return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), n)
}

func (g guard) bytes(n int, atEnd bool) []byte {
	if atEnd {
		return g.usable[len(g.usable)-n:]
	}
	return g.usable[:n]
}

// TestNothingOutsideIsTouched puts every slice against a page whose reading or
// writing ends the program.
func TestNothingOutsideIsTouched(t *testing.T) {
	const longest = 70
	var g [4]guard
	for i := range g {
		g[i] = newGuard(t, 4*longest*longest)
	}
	rng := rand.New(rand.NewPCG(8, 0))
	for _, atEnd := range []bool{true, false} {
		numbers := func(i, n int) []float32 {
			x := g[i].floats(n, atEnd)
			for i := range x {
				x[i] = rng.Float32()
			}
			return x
		}
		eachLevel(t, func(t *testing.T) {
			for n := range longest + 1 {
				dst, x, y := numbers(0, n), numbers(1, n), numbers(2, n)
				for _, f := range inPlace {
					f.f(dst, x)
				}
				SELUGradient(dst, x, y)
				Axpy(dst, 0.5, x)
				crossEntropyOf(dst, x, y, 1)
				crossEntropyOf(nil, x, y, 1)
				Pixels(dst, g[3].bytes(n, atEnd))
				GaussianSums(x, 1)
				if n > 0 {
					ColumnSums(dst, Dense(numbers(1, 3*n), 3, n))
				}
			}
			for _, m := range []int{1, 2, 4, 6, 9, 16, 17, 33} {
				for _, n := range []int{1, 3, 7, 8, 9, 15, 16, 17, 31, 49, 70} {
					for _, k := range []int{1, 2, 7, 8, 9, 33} {
						dst, a, b, bias := numbers(0, m*n), numbers(1, m*k), numbers(2, k*n), numbers(3, n)
						MatMulBias(Dense(dst, m, n), Dense(a, m, k), Dense(b, k, n), bias)
						MatMulTransA(Dense(dst, m, n), Dense(a, k, m), Dense(b, k, n))
						MatMulTransAAxpy(Dense(dst, m, n), 1, Dense(a, k, m), Dense(b, k, n))
						MatMulTransB(Dense(dst, m, n), Dense(a, m, k), Dense(b, n, k))
					}
				}
			}
		})
	}
}
