// This file holds the plain Go loops, which define what each kernel computes.

package simd

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// SELUScale and SELUAlpha are the constants of SELU, as Keras has them
// (keras/src/activations.py).
const (
	SELUScale = 1.0507009873554805
	SELUAlpha = 1.6732632423543772
)

// generic is the level of these loops; its matrix products are gonum's.
var generic = kernels{
	name: Generic,
	matMul: func(dst, a, b, bias []float32, m, n, k int) {
		if bias == nil {
			clear(dst)
		}
		for i := 0; i < len(dst) && bias != nil; i += n {
			copy(dst[i:], bias)
		}
		gonum.Implementation{}.Sgemm(blas.NoTrans, blas.NoTrans, m, n, k, 1, a, k, b, n, 1, dst, n)
	},
	matMulTransA: func(dst, a, b []float32, m, n, k, lda int) {
		gonum.Implementation{}.Sgemm(blas.Trans, blas.NoTrans, m, n, k, 1, a, lda, b, n, 0, dst, n)
	},
	matMulTransB: func(dst, a, b []float32, m, n, k int) {
		gonum.Implementation{}.Sgemm(blas.NoTrans, blas.Trans, m, n, k, 1, a, k, b, k, 0, dst, n)
	},
	columnSums:   columnSums,
	selu:         selu,
	seluGradient: seluGradient,
	sigmoid:      sigmoid,
	scale:        scale,
	axpy:         axpy,
	pixels:       pixels,
	crossEntropy: crossEntropy,
}

func columnSums(dst, a []float32) {
	clear(dst)
	for len(a) > 0 {
		row := a[:len(dst)]
		for j, v := range row {
			dst[j] += v
		}
		a = a[len(dst):]
	}
}

func selu(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		if v >= 0 {
			dst[i] = SELUScale * v
		} else {
			dst[i] = SELUScale * SELUAlpha * (expNegative(v) - 1)
		}
	}
}

// seluGradient works from the output: for y < 0, selu'(x) = scale·alpha·exp(x)
// = y + scale·alpha.
func seluGradient(dst, y, dy []float32) {
	dst, dy = dst[:len(y)], dy[:len(y)]
	for i, v := range y {
		if v >= 0 {
			dst[i] = SELUScale * dy[i]
		} else {
			dst[i] = (v + SELUScale*SELUAlpha) * dy[i]
		}
	}
}

// sigmoid1 takes the exponential of -|x|, which cannot overflow: 1/(1+e) for
// x >= 0, e/(1+e) below. The numerator is chosen by the sign bit, without a
// branch that would be foretold wrongly half the time.
func sigmoid1(x float32) float32 {
	bits := math.Float32bits(x)
	e := expNegative(math.Float32frombits(bits | 1<<31))
	negative := uint32(int32(bits) >> 31) // all ones or all zeros
	one := math.Float32bits(1)
	numerator := math.Float32frombits(one&^negative | math.Float32bits(e)&negative)
	return numerator / (1 + e)
}

func sigmoid(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = sigmoid1(v)
	}
}

func scale(dst []float32, alpha float32, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		dst[i] = alpha * v
	}
}

// axpy rounds the product before it adds, as two passes would: the conversion
// forbids the compiler to fuse them.
func axpy(y []float32, alpha float32, x []float32) {
	y = y[:len(x)]
	for i, v := range x {
		y[i] += float32(alpha * v)
	}
}

func pixels(dst []float32, src []byte) {
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] = float32(v) / 255
	}
}

// above returns 1 if a number from 0 to 1 rounds, half to even, to 1.
func above(x float32) int {
	if x > 0.5 {
		return 1
	}
	return 0
}

// crossEntropy does its arithmetic in float32, as Keras does: near p = 1 the
// rounding of 1-p decides the loss. Only the sum is kept in float64.
func crossEntropy(gradient, logits, targets []float32, factor float32) (sum float64, hits int) {
	targets = targets[:len(logits)]
	const e float32 = CrossEntropyEpsilon
	for i, z := range logits {
		t := targets[i]
		p := sigmoid1(z)
		q := min(max(p, e), 1-e)
		a, b := q+e, (1-q)+e
		u := 1 - t
		loss := u * log(b)
		if t != 0 { // half of the pixels are black
			loss += t * log(a)
		}
		sum -= float64(loss)
		hits += 1 - (above(p) ^ above(t))
		switch {
		case gradient == nil:
		case p < e || p > 1-e: // not q != p, which would hide a NaN
			gradient[i] = 0
		default:
			gradient[i] = (u*a - t*b) / (a * b) * (p * (1 - p)) * factor
		}
	}
	return sum, hits
}
