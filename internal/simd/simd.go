// This file holds the checked entry points of the element-wise functions and
// sums.

package simd

import (
	"fmt"
	"slices"
	"sync"

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

// elementwise is an element-wise function as work that can be cut.
type elementwise struct {
	level     *kernels
	f         func(l *kernels, dst []float32, alpha float32, x, y []float32)
	dst, x, y []float32 // y may be nil
	alpha     float32
}

// Piece computes piece elements.
func (e *elementwise) Piece(i int) {
	lo, hi := i*piece, min((i+1)*piece, len(e.x))
	var y []float32
	if e.y != nil {
		y = e.y[lo:hi]
	}
	e.f(e.level, e.dst[lo:hi], e.alpha, e.x[lo:hi], y)
}

// elementwises keeps what is done, so that a step allocates nothing.
var elementwises = sync.Pool{New: func() any { return new(elementwise) }}

func (e elementwise) run() {
	if e.level = active; len(e.x) <= piece {
		e.f(e.level, e.dst, e.alpha, e.x, e.y)
		return
	}
	job := elementwises.Get().(*elementwise)
	*job = e
	parallel.Run(job, (len(e.x)+piece-1)/piece)
	*job = elementwise{}
	elementwises.Put(job)
}

// The functions that can be cut, with one type.
func runSELU(l *kernels, dst []float32, _ float32, x, _ []float32) { l.selu(dst, x) }
func runSELUGradient(l *kernels, dst []float32, _ float32, y, dy []float32) {
	l.seluGradient(dst, y, dy)
}
func runSigmoid(l *kernels, dst []float32, _ float32, x, _ []float32)   { l.sigmoid(dst, x) }
func runScale(l *kernels, dst []float32, alpha float32, x, _ []float32) { l.scale(dst, alpha, x) }
func runAxpy(l *kernels, y []float32, alpha float32, x, _ []float32)    { l.axpy(y, alpha, x) }

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
	elementwise{f: runSELU, dst: dst, x: x}.run()
}

// SELUGradient sets dst = dy·selu'(x), given y = selu(x). dst may be dy.
func SELUGradient(dst, y, dy []float32) {
	check("SELUGradient", "dst", len(dst), len(y))
	check("SELUGradient", "dy", len(dy), len(y))
	elementwise{f: runSELUGradient, dst: dst, x: y, y: dy}.run()
}

// Sigmoid sets dst = 1 / (1 + exp(-x)). dst may be x.
func Sigmoid(dst, x []float32) {
	check("Sigmoid", "dst", len(dst), len(x))
	elementwise{f: runSigmoid, dst: dst, x: x}.run()
}

// Scale sets dst = alpha·x. dst may be x.
func Scale(dst []float32, alpha float32, x []float32) {
	check("Scale", "dst", len(dst), len(x))
	elementwise{f: runScale, dst: dst, alpha: alpha, x: x}.run()
}

// Axpy sets y += alpha·x, where each product is rounded before it is added.
func Axpy(y []float32, alpha float32, x []float32) {
	check("Axpy", "y", len(y), len(x))
	elementwise{f: runAxpy, dst: y, alpha: alpha, x: x}.run()
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
	pieces := (len(logits) + piece - 1) / piece
	job := crossEntropies.Get().(*crossEntropyJob)
	*job = crossEntropyJob{active, gradient, logits, targets, factor, slices.Grow(job.partials[:0], pieces)[:pieces]}
	parallel.Run(job, pieces)
	for _, p := range job.partials {
		sum += p.sum
		hits += p.hits
	}
	*job = crossEntropyJob{partials: job.partials}
	crossEntropies.Put(job)
	return sum, hits
}

// crossEntropyJob is the cross-entropy as work that can be cut.
type crossEntropyJob struct {
	level                     *kernels
	gradient, logits, targets []float32
	factor                    float32
	partials                  []partial // a piece's each, added in their order
}

type partial struct {
	sum  float64
	hits int
}

var crossEntropies = sync.Pool{New: func() any { return new(crossEntropyJob) }}

// Piece computes piece elements.
func (j *crossEntropyJob) Piece(i int) {
	lo, hi := i*piece, min((i+1)*piece, len(j.logits))
	var gradient []float32
	if j.gradient != nil {
		gradient = j.gradient[lo:hi]
	}
	p := &j.partials[i]
	p.sum, p.hits = j.level.crossEntropy(gradient, j.logits[lo:hi], j.targets[lo:hi], j.factor)
}
