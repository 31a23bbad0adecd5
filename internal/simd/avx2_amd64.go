//go:build !noasm

// This file is the level of AVX2 kernels: what is left to do in Go around the
// assembly of zkernels_amd64.s.

package simd

import "golang.org/x/sys/cpu"

//go:generate go -C _asm run . -out ../zkernels_amd64.s -stubs ../zkernels_amd64.go -pkg simd

// assembly returns the levels that the processor can run.
func assembly() []*kernels {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return nil
	}
	avx2 := kernels{
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
		pixels: func(dst []float32, src []byte) {
			whole := len(src) &^ 7
			pixelsAVX2(dst[:whole], src[:whole])
			pixels(dst[whole:], src[whole:]) // the same bits: both are exact
		},
		crossEntropy: crossEntropyAVX2,
	}
	avx512 := avx2
	avx512.name = "avx512"
	avx512.matMul, avx512.matMulTransA, avx512.matMulTransB = tilesAVX512.matMul, tilesAVX512.matMulTransA, tilesAVX512.matMulTransB
	return []*kernels{&avx2, &avx512}
}

// crossEntropyBlock is how many elements of the cross-entropy go through its
// three loops at a time: few enough for all their arrays to stay in the
// first-level cache.
const crossEntropyBlock = 1024

func crossEntropyAVX2(gradient, logits, targets []float32, factor float32) (sum float64, hits int) {
	var buffer [crossEntropyBlock]float32
	for lo := 0; lo < len(logits); lo += crossEntropyBlock {
		hi := min(lo+crossEntropyBlock, len(logits))
		p, t := buffer[:hi-lo], targets[lo:hi]
		sigmoidAVX2(p, logits[lo:hi])
		sum += crossEntropyLossAVX2(p, t)
		to := p // a gradient that nobody wants
		if gradient != nil {
			to = gradient[lo:hi]
		}
		hits += len(t) - crossEntropyGradientAVX2(to, p, t, factor)
	}
	return sum, hits
}
