// This file holds the checked entry points of the matrix products.

package simd

import (
	"fmt"

	"stackedae/internal/parallel"
)

// Most rows of a product that one goroutine takes at a time: of a batch, and of
// a weight's gradient. A batch of 32 is two pieces.
const (
	batchPiece  = 16
	weightPiece = 96
)

// leastWork is how many multiplications a product must have to be cut: some
// microseconds', and handing over costs as much.
const leastWork = 1 << 18

// evenRows returns the size of even pieces of m rows, at most most each, or m
// if the product is too small to be cut.
func evenRows(m, n, k, most int) int {
	if m <= most || m*n*k < leastWork {
		return m
	}
	pieces := (m + most - 1) / most
	return (m + pieces - 1) / pieces
}

// checkMatMul panics if the slices of a product of m × k and k × n numbers do
// not fit, or if there is nothing to multiply. No rows are allowed.
func checkMatMul(function string, dst, a, b []float32, m, n, k int) {
	if n < 1 || k < 1 {
		panic(fmt.Sprintf("simd: %s: n = %d and k = %d, want at least 1", function, n, k))
	}
	check(function, "dst", len(dst), m*n)
	check(function, "a", len(a), m*k)
	check(function, "b", len(b), k*n)
}

// MatMul sets dst = a·b, where dst is m × n, a is m × k and b is k × n.
func MatMul(dst, a, b []float32, m, n, k int) { matMul("MatMul", dst, a, b, nil, m, n, k) }

// MatMulBias sets dst = a·b and adds bias, which has n elements, to every row,
// where dst is m × n, a is m × k and b is k × n.
func MatMulBias(dst, a, b, bias []float32, m, n, k int) {
	check("MatMulBias", "bias", len(bias), n)
	matMul("MatMulBias", dst, a, b, bias, m, n, k)
}

func matMul(function string, dst, a, b, bias []float32, m, n, k int) {
	checkMatMul(function, dst, a, b, m, n, k)
	rows := evenRows(m, n, k, batchPiece)
	if rows == m {
		active.matMul(dst, a, b, bias, m, n, k)
		return
	}
	parallel.Chunks(m, rows, func(lo, hi int) {
		active.matMul(dst[lo*n:hi*n], a[lo*k:hi*k], b, bias, hi-lo, n, k)
	})
}

// MatMulTransA sets dst = aᵀ·b, where dst is m × n, a is k × m and b is k × n.
func MatMulTransA(dst, a, b []float32, m, n, k int) {
	checkMatMul("MatMulTransA", dst, a, b, m, n, k)
	rows := evenRows(m, n, k, weightPiece)
	if rows == m {
		active.matMulTransA(dst, a, b, m, n, k, m)
		return
	}
	parallel.Chunks(m, rows, func(lo, hi int) {
		active.matMulTransA(dst[lo*n:hi*n], a[lo:], b, hi-lo, n, k, m)
	})
}

// MatMulTransB sets dst = a·bᵀ, where dst is m × n, a is m × k and b is n × k.
func MatMulTransB(dst, a, b []float32, m, n, k int) {
	checkMatMul("MatMulTransB", dst, a, b, m, n, k)
	rows := evenRows(m, n, k, batchPiece)
	if rows == m {
		active.matMulTransB(dst, a, b, m, n, k)
		return
	}
	parallel.Chunks(m, rows, func(lo, hi int) {
		active.matMulTransB(dst[lo*n:hi*n], a[lo*k:hi*k], b, hi-lo, n, k)
	})
}
