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
	level     *kernels
	kind      kind
	dst, a, b Matrix
	bias      []float32
	alpha     float32
	rows      int // of a piece, but for the last
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
	hi := min(lo+p.rows, p.dst.Rows)
	dst := p.dst.RowSpan(lo, hi)
	switch p.kind {
	case ab:
		p.level.matMul(dst, p.a.RowSpan(lo, hi), p.b, p.bias)
	case abT:
		p.level.matMulTransB(dst, p.a.RowSpan(lo, hi), p.b)
	case aTb:
		var alpha *float32
		if p.alpha != 0 {
			alpha = &p.alpha
		}
		p.level.matMulTransA(dst, p.a.ColumnSpan(lo, hi), p.b, alpha)
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

// run computes p, whose product has terms terms in a sum.
func (p product) run(function string, terms int) {
	m, n := p.dst.Rows, p.dst.Columns
	if n < 1 || terms < 1 {
		panic(fmt.Sprintf("simd: %s: %d columns of sums of %d terms, want at least 1", function, n, terms))
	}
	p.dst.check(function, "dst", m, n)
	switch p.kind {
	case ab:
		p.a.check(function, "a", m, terms)
		p.b.check(function, "b", terms, n)
	case aTb:
		p.a.check(function, "a", terms, m)
		p.b.check(function, "b", terms, n)
	case abT:
		p.a.check(function, "a", m, terms)
		p.b.check(function, "b", n, terms)
	}
	if m == 0 {
		return
	}
	p.level, p.rows = active, m
	if m*n*terms >= leastWork {
		even := (m + parallel.Workers() - 1) / parallel.Workers()
		p.rows = (even + rowUnit - 1) / rowUnit * rowUnit
	}
	job := products.Get().(*product)
	*job = p
	parallel.Run(job, (m+p.rows-1)/p.rows)
	*job = product{}
	products.Put(job)
}

// MatMul sets dst = a·b.
func MatMul(dst, a, b Matrix) {
	product{kind: ab, dst: dst, a: a, b: b}.run("MatMul", a.Columns)
}

// MatMulBias sets dst = a·b and adds bias, which has an element for each
// column, to every row.
func MatMulBias(dst, a, b Matrix, bias []float32) {
	check("MatMulBias", "bias", len(bias), dst.Columns)
	product{kind: ab, dst: dst, a: a, b: b, bias: bias}.run("MatMulBias", a.Columns)
}

// MatMulTransA sets dst = aᵀ·b.
func MatMulTransA(dst, a, b Matrix) {
	product{kind: aTb, dst: dst, a: a, b: b}.run("MatMulTransA", a.Rows)
}

// MatMulTransAAxpy sets dst += alpha·(aᵀ·b), with the bits of MatMulTransA into
// memory of its own and Axpy from there: where dst is a kernel, a step of
// gradient descent without a gradient. alpha is not 0.
func MatMulTransAAxpy(dst Matrix, alpha float32, a, b Matrix) {
	if alpha == 0 {
		panic("simd: MatMulTransAAxpy: alpha = 0, want another number")
	}
	product{kind: aTb, dst: dst, alpha: alpha, a: a, b: b}.run("MatMulTransAAxpy", a.Rows)
}

// MatMulTransB sets dst = a·bᵀ.
func MatMulTransB(dst, a, b Matrix) {
	product{kind: abT, dst: dst, a: a, b: b}.run("MatMulTransB", a.Columns)
}
