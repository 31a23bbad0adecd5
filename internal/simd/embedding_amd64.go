//go:build !noasm

// This file names the assembly for the kernels of fourier.go, mesh.go and
// embedding.go.

package simd

var fourierAVX2 = fourierKernels{
	fourier:        [5]func(_, _, _, _, _ []float32, _ int){2: fourier2AVX2, 3: fourier3AVX2, 4: fourier4AVX2},
	fourierFirst:   fourierFirstAVX2,
	fourierLast:    fourierLastAVX2,
	fourierScaled:  fourierScaledAVX2,
	transposedSums: transposedSumsAssembly,
}

var fourierAVX512 = fourierKernels{
	fourier:        [5]func(_, _, _, _, _ []float32, _ int){2: fourier2AVX512, 3: fourier3AVX512, 4: fourier4AVX512},
	fourierFirst:   fourierFirstAVX512,
	fourierLast:    fourierLastAVX512,
	fourierScaled:  fourierScaledAVX512,
	transposedSums: transposedSumsAssembly,
}

func transposedSumsAssembly(dst, a, b transposedSum, sign float32, blocks int) {
	transposedSumsAVX2(&dst.data[dst.at], &a.data[a.at], &b.data[b.at], dst.row, a.row, b.row, dst.next, a.next, b.next, sign, blocks)
}

// A point at a time needs four lanes, which both levels have.
var (
	meshAVX2   = meshKernels{spread: spreadAVX2, read: readAVX2, near: nearAVX2, student: studentAVX2}
	meshAVX512 = meshKernels{spread: spreadAVX2, read: readAVX2, near: nearAVX512, student: studentAVX512}
)

var embeddingAVX2 = embeddingKernels{
	attract:      attractAVX2,
	stretch:      stretchAVX2,
	weightedLogs: crossEntropyLossAVX2,
	update:       updateAVX2,
	bounds:       boundsAVX2,
}

var embeddingAVX512 = embeddingKernels{
	attract:      attractAVX512,
	stretch:      stretchAVX512,
	weightedLogs: crossEntropyLossAVX512,
	update:       updateAVX512,
	bounds:       boundsAVX512,
}
