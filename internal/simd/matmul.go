// This file holds the checked entry points of the matrix products, and cuts
// them for several processors.

package simd

import (
	"fmt"
	"sync"

	"stackedae/internal/parallel"
)

// product is a matrix product as work that can be cut: every piece computes
// rows of dst. Each number is summed by one goroutine in one order, so the cut
// does not change the result.
type product struct {
	level           *kernels
	kind            kind
	dst, a, b, bias []float32
	alpha           float32
	m, n, k         int
	lda             int // columns of the matrix that a is cut from
	rows            int // of a piece, but for the last
}

// kind is which of the factors is transposed.
type kind int

const (
	ab kind = iota
	aTb
	abT
)

// Piece computes a piece's rows.
func (p *product) Piece(i int) {
	lo := i * p.rows
	hi := min(lo+p.rows, p.m)
	dst, rows := p.dst[lo*p.n:hi*p.n], hi-lo
	switch p.kind {
	case ab:
		p.level.matMul(dst, p.a[lo*p.k:hi*p.k], p.b, p.bias, rows, p.n, p.k)
	case abT:
		p.level.matMulTransB(dst, p.a[lo*p.k:hi*p.k], p.b, rows, p.n, p.k)
	case aTb:
		var alpha *float32
		if p.alpha != 0 {
			alpha = &p.alpha
		}
		p.level.matMulTransA(dst, p.a[lo:], p.b, alpha, rows, p.n, p.k, p.lda)
	}
}

// products keeps products that are done, so that a step allocates nothing.
var products = sync.Pool{New: func() any { return new(product) }}

const (
	// leastWork is how many multiplications a product must have to be cut: some
	// microseconds', and handing over costs one.
	leastWork = 1 << 17
	// rowUnit is what the rows of a piece are a multiple of: tiles' rows.
	rowUnit = 8
)

// run computes p.
func (p product) run(function string) {
	if p.n < 1 || p.k < 1 {
		panic(fmt.Sprintf("simd: %s: n = %d and k = %d, want at least 1", function, p.n, p.k))
	}
	check(function, "dst", len(p.dst), p.m*p.n)
	if p.kind != aTb {
		check(function, "a", len(p.a), p.m*p.k)
	} else if least := (p.k-1)*p.lda + p.m; p.lda < p.m || len(p.a) < least {
		panic(fmt.Sprintf("simd: %s: len(a) = %d in rows of %d, want at least %d in rows of at least %d", function, len(p.a), p.lda, least, p.m))
	}
	check(function, "b", len(p.b), p.k*p.n)
	if p.m == 0 {
		return
	}
	p.level, p.rows = active, p.m
	if p.m*p.n*p.k >= leastWork {
		even := (p.m + parallel.Workers() - 1) / parallel.Workers()
		p.rows = (even + rowUnit - 1) / rowUnit * rowUnit
	}
	job := products.Get().(*product)
	*job = p
	parallel.Run(job, (p.m+p.rows-1)/p.rows)
	*job = product{}
	products.Put(job)
}

// MatMul sets dst = a·b, where dst is m × n, a is m × k and b is k × n.
func MatMul(dst, a, b []float32, m, n, k int) {
	product{kind: ab, dst: dst, a: a, b: b, m: m, n: n, k: k}.run("MatMul")
}

// MatMulBias sets dst = a·b and adds bias, which has n elements, to every row,
// where dst is m × n, a is m × k and b is k × n.
func MatMulBias(dst, a, b, bias []float32, m, n, k int) {
	check("MatMulBias", "bias", len(bias), n)
	product{kind: ab, dst: dst, a: a, b: b, bias: bias, m: m, n: n, k: k}.run("MatMulBias")
}

// MatMulTransA sets dst = aᵀ·b, where dst is m × n, b is k × n, and a is the
// first m columns of a matrix of k rows of lda numbers, of which the last may
// end early: a slice that begins at another column gives other rows of dst.
func MatMulTransA(dst, a, b []float32, m, n, k, lda int) {
	product{kind: aTb, dst: dst, a: a, b: b, m: m, n: n, k: k, lda: lda}.run("MatMulTransA")
}

// MatMulTransAAxpy sets dst += alpha·(aᵀ·b) with the bits of MatMulTransA into
// memory of its own and Axpy from there: where dst is a kernel, a step of
// gradient descent without a gradient. Shapes are MatMulTransA's; alpha is not
// 0.
func MatMulTransAAxpy(dst []float32, alpha float32, a, b []float32, m, n, k, lda int) {
	if alpha == 0 {
		panic("simd: MatMulTransAAxpy: alpha = 0, want another number")
	}
	product{kind: aTb, dst: dst, alpha: alpha, a: a, b: b, m: m, n: n, k: k, lda: lda}.run("MatMulTransAAxpy")
}

// MatMulTransB sets dst = a·bᵀ, where dst is m × n, a is m × k and b is n × k.
func MatMulTransB(dst, a, b []float32, m, n, k int) {
	product{kind: abT, dst: dst, a: a, b: b, m: m, n: n, k: k}.run("MatMulTransB")
}
