// This file holds the checked entry points of the matrix products.

package simd

import "fmt"

// checkProduct panics if dst is not rows × columns numbers, each the sum of
// terms, or if there is nothing to add up. No rows are allowed.
func checkProduct(function string, dst Matrix, rows, columns, terms int) {
	if columns < 1 || terms < 1 {
		panic(fmt.Sprintf("simd: %s: %d columns of sums of %d terms, want at least 1", function, columns, terms))
	}
	dst.check(function, "dst", rows, columns)
}

// MatMul sets dst = a·b.
func MatMul(dst, a, b Matrix) { matMul("MatMul", dst, a, b, nil, 0) }

// MatMulAdd sets dst += a·b, with the bits of MatMul into memory of its own and Axpy
// from there.
func MatMulAdd(dst, a, b Matrix) { matMul("MatMulAdd", dst, a, b, nil, 1) }

// MatMulBias sets dst = a·b and adds bias, which has an element for each
// column, to every row.
func MatMulBias(dst, a, b Matrix, bias []float32) {
	check("MatMulBias", "bias", len(bias), dst.Columns)
	matMul("MatMulBias", dst, a, b, bias, 0)
}

func matMul(function string, dst, a, b Matrix, bias []float32, alpha float32) {
	checkProduct(function, dst, a.Rows, b.Columns, a.Columns)
	a.check(function, "a", a.Rows, a.Columns)
	b.check(function, "b", a.Columns, b.Columns)
	if a.Rows > 0 {
		active.matMul(dst, a, b, bias, alpha)
	}
}

// MatMulTransA sets dst = aᵀ·b.
func MatMulTransA(dst, a, b Matrix) { matMulTransA("MatMulTransA", dst, a, b, 0) }

// MatMulTransAAxpy sets dst += alpha·(aᵀ·b), with the bits of MatMulTransA into
// memory of its own and Axpy from there: where dst is a kernel, a step of
// gradient descent without a gradient. alpha is not 0.
func MatMulTransAAxpy(dst Matrix, alpha float32, a, b Matrix) {
	if alpha == 0 {
		panic("simd: MatMulTransAAxpy: alpha = 0, want another number")
	}
	matMulTransA("MatMulTransAAxpy", dst, a, b, alpha)
}

func matMulTransA(function string, dst, a, b Matrix, alpha float32) {
	checkProduct(function, dst, a.Columns, b.Columns, a.Rows)
	a.check(function, "a", a.Rows, a.Columns)
	b.check(function, "b", a.Rows, b.Columns)
	if a.Columns > 0 {
		active.matMulTransA(dst, a, b, alpha)
	}
}

// MatMulTransB sets dst = a·bᵀ.
func MatMulTransB(dst, a, b Matrix) {
	checkProduct("MatMulTransB", dst, a.Rows, b.Rows, a.Columns)
	a.check("MatMulTransB", "a", a.Rows, a.Columns)
	b.check("MatMulTransB", "b", b.Rows, a.Columns)
	if a.Rows > 0 {
		active.matMulTransB(dst, a, b)
	}
}
