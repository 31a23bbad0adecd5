// This file holds the checked entry points of the element-wise functions and
// sums.

package simd

import (
	"fmt"

	"stackedae/internal/parallel"
)

// piece is how many elements of an element-wise function one goroutine takes
// at a time: eight images of 28 × 28 pixels, so that a batch of 32 is four, and
// enough work for handing it over to pay.
const piece = 8 * 28 * 28

// check panics if a slice of the named function has not the length that the
// shapes want.
func check(function, slice string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("simd: %s: len(%s) = %d, want %d", function, slice, got, want))
	}
}

// ColumnSums sets dst[j] to the sum of column j of the matrix a, which has
// len(dst) columns, adding the rows from the first to the last.
func ColumnSums(dst, a []float32) {
	if len(dst) == 0 || len(a)%len(dst) != 0 {
		panic(fmt.Sprintf("simd: ColumnSums: len(a) = %d, want rows of %d", len(a), len(dst)))
	}
	active.columnSums(dst, a)
}

// SELU sets dst = selu(x), the scaled exponential linear unit of Klambauer et
// al., Self-Normalizing Neural Networks (2017). dst may be x.
func SELU(dst, x []float32) {
	check("SELU", "dst", len(dst), len(x))
	if len(x) <= piece {
		active.selu(dst, x)
		return
	}
	parallel.Chunks(len(x), piece, func(lo, hi int) { active.selu(dst[lo:hi], x[lo:hi]) })
}

// SELUGradient sets dst = dy·selu'(x), given y = selu(x). dst may be dy.
func SELUGradient(dst, y, dy []float32) {
	check("SELUGradient", "dst", len(dst), len(y))
	check("SELUGradient", "dy", len(dy), len(y))
	if len(y) <= piece {
		active.seluGradient(dst, y, dy)
		return
	}
	parallel.Chunks(len(y), piece, func(lo, hi int) { active.seluGradient(dst[lo:hi], y[lo:hi], dy[lo:hi]) })
}

// Sigmoid sets dst = 1 / (1 + exp(-x)). dst may be x.
func Sigmoid(dst, x []float32) {
	check("Sigmoid", "dst", len(dst), len(x))
	if len(x) <= piece {
		active.sigmoid(dst, x)
		return
	}
	parallel.Chunks(len(x), piece, func(lo, hi int) { active.sigmoid(dst[lo:hi], x[lo:hi]) })
}

// Scale sets dst = alpha·x. dst may be x.
func Scale(dst []float32, alpha float32, x []float32) {
	check("Scale", "dst", len(dst), len(x))
	active.scale(dst, alpha, x)
}

// Axpy sets y += alpha·x, where each product is rounded before it is added.
func Axpy(y []float32, alpha float32, x []float32) {
	check("Axpy", "y", len(y), len(x))
	active.axpy(y, alpha, x)
}

// Pixels sets dst[i] = src[i] / 255, a grey value from 0 to 1.
func Pixels(dst []float32, src []byte) {
	check("Pixels", "dst", len(dst), len(src))
	active.pixels(dst, src)
}

// CrossEntropyEpsilon is Keras' backend epsilon, by which its binary
// cross-entropy clips predictions and moves arguments of the logarithm
// (keras/src/backend.py, binary_crossentropy).
const CrossEntropyEpsilon = 1e-7

// CrossEntropy is Keras' binary cross-entropy of the predictions p =
// sigmoid(logits) and the targets t in [0, 1], in the form that it takes when
// it does not see the logits. With e = CrossEntropyEpsilon and q = p clipped
// to [e, 1-e] it returns
//
//	sum = -Σ t·log(q+e) + (1-t)·log(1-q+e)
//
// and the number of hits, elements where p and t round (half to even) to the
// same integer.
//
// If gradient is not nil it is set to the derivative of sum by the logits,
// times factor: zero where p was clipped. It may be logits.
func CrossEntropy(gradient, logits, targets []float32, factor float32) (sum float64, hits int) {
	check("CrossEntropy", "targets", len(targets), len(logits))
	if gradient != nil {
		check("CrossEntropy", "gradient", len(gradient), len(logits))
	}
	if len(logits) <= piece {
		return active.crossEntropy(gradient, logits, targets, factor)
	}
	type partial struct {
		sum  float64
		hits int
	}
	partials := make([]partial, (len(logits)+piece-1)/piece)
	parallel.Chunks(len(logits), piece, func(lo, hi int) {
		var g []float32
		if gradient != nil {
			g = gradient[lo:hi]
		}
		p := &partials[lo/piece]
		p.sum, p.hits = active.crossEntropy(g, logits[lo:hi], targets[lo:hi], factor)
	})
	for _, p := range partials {
		sum += p.sum
		hits += p.hits
	}
	return sum, hits
}
