// This file holds the checked entry points of the element-wise functions and
// sums.

package simd

import "fmt"

// check panics if a slice of the named function has not the length that the
// shapes want.
func check(function, slice string, got, want int) {
	if got != want {
		panic(fmt.Sprintf("simd: %s: len(%s) = %d, want %d", function, slice, got, want))
	}
}

// ColumnSums sets dst[j] to the sum of column j of a, adding the rows from the
// first to the last.
func ColumnSums(dst []float32, a Matrix) {
	a.check("ColumnSums", "a", a.Rows, len(dst))
	active.columnSums(dst, a.Data, a.Stride)
}

// SELU sets dst = selu(x), the scaled exponential linear unit of Klambauer et
// al., Self-Normalizing Neural Networks (2017). dst may be x.
func SELU(dst, x []float32) {
	check("SELU", "dst", len(dst), len(x))
	active.selu(dst, x)
}

// SELUGradient sets dst = dy·selu'(x), given y = selu(x). dst may be dy.
func SELUGradient(dst, y, dy []float32) {
	check("SELUGradient", "dst", len(dst), len(y))
	check("SELUGradient", "dy", len(dy), len(y))
	active.seluGradient(dst, y, dy)
}

// Sigmoid sets dst = 1 / (1 + exp(-x)). dst may be x.
func Sigmoid(dst, x []float32) {
	check("Sigmoid", "dst", len(dst), len(x))
	active.sigmoid(dst, x)
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

// Prefetch asks for memory that will soon be read, where the level can.
func Prefetch(src []byte) { active.prefetch(src) }

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
// If gradient has Data it is set to the derivative of sum by the logits,
// times factor: zero where p was clipped. It may be logits.
func CrossEntropy(gradient, logits, targets Matrix, factor float32) (sum float64, hits int) {
	logits.check("CrossEntropy", "logits", logits.Rows, logits.Columns)
	targets.check("CrossEntropy", "targets", logits.Rows, logits.Columns)
	if gradient.Data != nil {
		gradient.check("CrossEntropy", "gradient", logits.Rows, logits.Columns)
	}
	return active.crossEntropy(gradient, logits, targets, factor)
}
