//go:build !noasm

// This file holds the levels of assembly: what is left to do in Go around
// zkernels_amd64.s.

package simd

import (
	"math"
	"sync"

	"golang.org/x/sys/cpu"
)

//go:generate go -C _asm run . -out ../zkernels_amd64.s -stubs ../zkernels_amd64.go -pkg simd

// assembly returns the levels that the processor can run.
func assembly() []*kernels {
	x86 := cpu.X86
	if !x86.HasAVX2 || !x86.HasFMA {
		return nil
	}
	levels := []*kernels{&avx2}
	if x86.HasAVX512F && x86.HasAVX512DQ && x86.HasAVX512BW && x86.HasAVX512VL && x86.HasPOPCNT && x86.HasBMI2 {
		levels = append(levels, &avx512)
	}
	return levels
}

var avx2 = kernels{
	name:         AVX2,
	matMul:       tilesAVX2.matMul,
	matMulTransA: tilesAVX2.matMulTransA,
	matMulTransB: tilesAVX2.matMulTransB,
	columnSums:   columnSumsAVX2,
	selu:         seluAVX2,
	seluGradient: seluGradientAVX2,
	sigmoid:      sigmoidAVX2,
	scale:        scaleAVX2,
	axpy:         axpyAVX2,
	pixels:       func(dst []float32, src []byte) { wholePixels(pixelsAVX2, 8, dst, src) },
	prefetch:     prefetchAVX2,
	crossEntropy: crossEntropyLoops{sigmoidAVX2, crossEntropyGradientAVX2, crossEntropyLossAVX2}.crossEntropy,

	panelDistances: panelDistancesAVX2,
	gaussianSums:   gaussianSumsAVX2,

	multiplyAdd:  multiplyAddAVX2,
	multiplyAdds: 12 * 8, // registers of so many elements

	fourierKernels:   fourierAVX2,
	meshKernels:      meshAVX2,
	embeddingKernels: embeddingAVX2,
}

var avx512 = kernels{
	name:         AVX512,
	matMul:       tilesAVX512.matMul,
	matMulTransA: tilesAVX512.matMulTransA,
	matMulTransB: tilesAVX512.matMulTransB,
	columnSums:   columnSumsAVX512,
	selu:         seluAVX512,
	seluGradient: seluGradientAVX512,
	sigmoid:      sigmoidAVX512,
	scale:        scaleAVX512,
	axpy:         axpyAVX512,
	pixels:       func(dst []float32, src []byte) { wholePixels(pixelsAVX512, 16, dst, src) },
	prefetch:     prefetchAVX2,
	crossEntropy: crossEntropyLoops{sigmoidAVX512, crossEntropyGradientAVX512, crossEntropyLossAVX512}.crossEntropy,

	panelDistances: panelDistancesAVX512,
	gaussianSums:   gaussianSumsAVX512,

	multiplyAdd:  multiplyAddAVX512,
	multiplyAdds: 12 * 16,

	fourierKernels:   fourierAVX512,
	meshKernels:      meshAVX512,
	embeddingKernels: embeddingAVX512,
}

// wholePixels leaves the elements after the last whole register to the loop,
// which gives the same bits: both are exact.
func wholePixels(f func(dst []float32, src []byte), register int, dst []float32, src []byte) {
	whole := len(src) / register * register
	f(dst[:whole], src[:whole])
	pixels(dst[whole:], src[whole:])
}

// crossEntropyLoops are the loops that the cross-entropy is cut into.
type crossEntropyLoops struct {
	sigmoid  func(dst, x []float32)
	gradient func(gradient, weights, p, targets []float32, factor float32) (product float64, misses int)
	loss     func(weights, ratios []float32) float64
}

// crossEntropyBuffers is what goes from loop to loop: little enough to stay in
// the first-level cache.
type crossEntropyBuffers struct {
	p, weights [crossEntropyBlock]float32
	gradient   [crossEntropyBlock]float32 // one that nobody wants
}

var crossEntropyPool = sync.Pool{New: func() any { return new(crossEntropyBuffers) }}

// crossEntropy works like the function of this name. It takes as many rows, or
// as much of one, at a time as make a block.
func (loops crossEntropyLoops) crossEntropy(gradient, logits, targets Matrix, factor float32) (sum float64, hits int) {
	buffers := crossEntropyPool.Get().(*crossEntropyBuffers)
	defer crossEntropyPool.Put(buffers)
	width := min(logits.Columns, crossEntropyBlock)
	rows := crossEntropyBlock / max(width, 1)
	for i := 0; i < logits.Rows; i += rows {
		for lo := 0; lo < logits.Columns; lo += width {
			hi := min(lo+width, logits.Columns)
			count, product := 0, 1.0
			for r := i; r < min(i+rows, logits.Rows); r++ {
				n := hi - lo
				p, weights, to := buffers.p[count:][:n], buffers.weights[count:][:n], buffers.gradient[:n]
				if gradient.Data != nil {
					to = gradient.Row(r)[lo:hi]
				}
				loops.sigmoid(p, logits.Row(r)[lo:hi])
				factors, misses := loops.gradient(to, weights, p, targets.Row(r)[lo:hi], factor)
				product *= factors
				hits += n - misses
				count += n
			}
			sum -= math.Log(product) + loops.loss(buffers.weights[:count], buffers.p[:count])
		}
	}
	return sum, hits
}
