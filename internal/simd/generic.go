// This file holds the plain Go loops, which define what each kernel computes.

package simd

import (
	"math"
	"slices"
	"sync"
)

// SELUScale and SELUAlpha are the constants of SELU, as Keras has them
// (keras/src/activations.py).
const (
	SELUScale = 1.0507009873554805
	SELUAlpha = 1.6732632423543772
)

// generic is the level of these loops.
var generic = kernels{
	name:         Generic,
	matMul:       mul,
	matMulTransA: mulTransA,
	matMulTransB: func(dst, a, b Matrix) { mulTransB(dst, a, b, nil, 0) },
	columnSums:   columnSums,
	selu:         selu,
	seluGradient: seluGradient,
	sigmoid:      sigmoid,
	scale:        scale,
	axpy:         axpy,
	pixels:       pixels,
	prefetch:     func([]byte) {},
	crossEntropy: crossEntropy,

	panelDistances: panelDistances,
	gaussianSums:   gaussianSums,

	multiplyAdd:  multiplyAdd,
	multiplyAdds: 12,

	fourierKernels:   fourierGeneric,
	meshKernels:      meshGeneric,
	embeddingKernels: embeddingGeneric,
}

// mul transposes b first: the loop of mulTransB is worth it, where all
// that a sum needs stands in a row. So does mulTransA with both factors.
func mul(dst, a, b Matrix, bias []float32, alpha float32) {
	memory, bT := transpose(b)
	mulTransB(dst, a, bT, bias, alpha)
	scratch.Put(memory)
}

func mulTransA(dst, a, b Matrix, alpha float32) {
	memoryA, aT := transpose(a)
	memoryB, bT := transpose(b)
	mulTransB(dst, aT, bT, nil, alpha)
	scratch.Put(memoryA)
	scratch.Put(memoryB)
}

// scratch keeps memory, so that a step allocates nothing.
var scratch = sync.Pool{New: func() any { return new([]float32) }}

// transpose returns the transpose of a matrix, and its memory from scratch.
func transpose(m Matrix) (memory *[]float32, t Matrix) {
	memory = scratch.Get().(*[]float32)
	*memory = slices.Grow((*memory)[:0], m.Rows*m.Columns)[:m.Rows*m.Columns]
	t = Dense(*memory, m.Columns, m.Rows)
	for j := range t.Rows {
		column, row := m.Data[j:], t.Row(j)
		at := 0
		for i := range row {
			row[i] = column[at]
			at += m.Stride
		}
	}
	return memory, t
}

// mulTransB sets dst to a·bᵀ, plus bias to every row unless it is nil, or
// adds alpha·a·bᵀ to it if alpha is not 0.
//
// It computes tiles of 2 × 3 numbers, each summed from the first product to the
// last. With larger tiles the compiler keeps sums in memory on amd64. Where a
// tile goes over the edge, its rows and columns outside are the last ones again,
// and are not stored.
func mulTransB(dst, a, b Matrix, bias []float32, alpha float32) {
	m, n := dst.Rows, dst.Columns
	for j := 0; j < n; j += 3 {
		j1, j2 := min(j+1, n-1), min(j+2, n-1)
		b0 := b.Row(j)
		b1, b2 := b.Row(j1)[:len(b0)], b.Row(j2)[:len(b0)]
		var start [3]float32
		if bias != nil {
			start = [...]float32{bias[j], bias[j1], bias[j2]}
		}
		for i := 0; i < m; i += 2 {
			a0, a1 := a.Row(i)[:len(b0)], a.Row(min(i+1, m-1))[:len(b0)]
			s00, s01, s02 := start[0], start[1], start[2]
			s10, s11, s12 := start[0], start[1], start[2]
			for l, y0 := range b0 {
				x0, x1, y1, y2 := a0[l], a1[l], b1[l], b2[l]
				s00 += x0 * y0
				s01 += x0 * y1
				s02 += x0 * y2
				s10 += x1 * y0
				s11 += x1 * y1
				s12 += x1 * y2
			}
			sums := [...][3]float32{{s00, s01, s02}, {s10, s11, s12}}
			for r := range min(2, m-i) {
				row := dst.Row(i + r)[j:min(j+3, n)]
				for c := range row {
					if alpha == 0 {
						row[c] = sums[r][c]
					} else {
						row[c] += float32(alpha * sums[r][c]) // rounded first, as axpy does
					}
				}
			}
		}
	}
}

// columnSums adds the rows of a, which are stride apart.
func columnSums(dst, a []float32, stride int) {
	clear(dst)
	for ; len(a) > 0; a = a[min(stride, len(a)):] {
		for j, v := range a[:len(dst)] {
			dst[j] += v
		}
	}
}

func selu(dst, x []float32) {
	dst = dst[:len(x)]
	for i, v := range x {
		if v >= 0 {
			dst[i] = SELUScale * v
		} else {
			part, power := exponential(max(v, -expLimit))
			power *= SELUScale * SELUAlpha
			dst[i] = part*power + (power - SELUScale*SELUAlpha)
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

// clamp returns min(max(x, lo), hi), faster where x is seldom outside.
func clamp(x, lo, hi float32) float32 {
	if x < lo {
		return lo
	}
	if x > hi {
		return hi
	}
	return x
}

// sigmoid1 returns 1 / (1 + exp(-x)), of an exponential that cannot overflow.
func sigmoid1(x float32) float32 {
	part, power := exponential(clamp(-x, -expLimit, expLimit))
	return 1 / (part*power + (power + 1))
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

// crossEntropyBlock is how many elements of the cross-entropy are taken at a
// time: more than an image of 28 × 28, and few enough for a product of so many
// numbers of at least one half to be a normal float64, and that of every eighth
// of them a normal float32.
const crossEntropyBlock = 896

// crossEntropy does its arithmetic in float32, as Keras does: near p = 1 the
// rounding of 1-p decides the loss. Only sums are kept in float64.
//
// Where a = q+e and b = 1-q+e, it takes logarithms of the larger of them, which
// is at least one half, and of the ratio of the smaller one to it:
//
//	t·log(a) + (1-t)·log(b) = log(larger) + weight·log(ratio)
//
// The weight is the factor of the smaller one, t or 1-t. Neither term cancels
// the other, and the first needs one logarithm for a block of elements, that of
// their product.
func crossEntropy(gradient, logits, targets Matrix, factor float32) (sum float64, hits int) {
	for i := range logits.Rows {
		var to []float32
		if gradient.Data != nil {
			to = gradient.Row(i)
		}
		s, h := crossEntropyRow(to, logits.Row(i), targets.Row(i), factor)
		sum += s
		hits += h
	}
	return sum, hits
}

func crossEntropyRow(gradient, logits, targets []float32, factor float32) (sum float64, hits int) {
	const e float32 = CrossEntropyEpsilon
	targets = targets[:len(logits)]
	product := 1.0
	for i, z := range logits {
		t := targets[i]
		p := sigmoid1(z)
		q := clamp(p, e, 1-e)
		a, b := q+e, (1-q)+e
		u := 1 - t
		inverse := 1 / (a * b)
		larger, smaller, weight := b, a, t
		if p > 0.5 {
			larger, smaller, weight = a, b, u
		}
		product *= float64(larger)
		if weight != 0 { // half of the pixels are black
			sum -= float64(weight * log(smaller*smaller*inverse))
		}
		hits += 1 - (above(p) ^ above(t))
		if gradient != nil {
			slope := p * (1 - p)
			if p < e || p > 1-e { // not q != p, which would hide a NaN
				slope = 0
			}
			gradient[i] = (u*a - t*b) * inverse * (slope * factor)
		}
		if i%crossEntropyBlock == crossEntropyBlock-1 {
			sum -= math.Log(product)
			product = 1
		}
	}
	return sum - math.Log(product), hits
}
