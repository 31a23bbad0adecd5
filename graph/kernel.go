// This file holds a layer's kernel as products of matrices take it: as it
// stands, or transposed.

package graph

import (
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// kernel is the inputs × units weights of a layer, or a part of them.
type kernel struct {
	simd.Matrix // units × inputs if tied
	tied        bool
}

// layerShape returns inputs and units of a layer with a kernel of that shape.
func layerShape(kernel tensor.Shape, tied bool) (inputs, units int) {
	if tied {
		return kernel[1], kernel[0]
	}
	return kernel[0], kernel[1]
}

// gradientFactors returns a and b of the gradient by k, which is aᵀ·b, given the
// layer's input and the gradient d by its product.
func (k kernel) gradientFactors(x, d simd.Matrix) (a, b simd.Matrix) {
	if k.tied {
		return d, x
	}
	return x, d
}

// ofInputs returns the weights of some of the inputs.
func (k kernel) ofInputs(from, to int) kernel {
	if k.tied {
		return kernel{k.ColumnSpan(from, to), true}
	}
	return kernel{k.RowSpan(from, to), false}
}

// ofUnits returns the weights of some of the units.
func (k kernel) ofUnits(from, to int) kernel {
	if k.tied {
		return kernel{k.RowSpan(from, to), true}
	}
	return kernel{k.ColumnSpan(from, to), false}
}

// forward sets y = x·k + bias, without the bias if it is nil.
func (k kernel) forward(y, x simd.Matrix, bias []float32) {
	switch {
	case k.tied:
		simd.MatMulTransB(y, x, k.Matrix)
		if bias == nil {
			return
		}
		for i := range y.Rows {
			simd.Axpy(y.Row(i), 1, bias)
		}
	case bias == nil:
		simd.MatMul(y, x, k.Matrix)
	default:
		simd.MatMulBias(y, x, k.Matrix, bias)
	}
}

// exportedTerms is how many products ONNX Runtime adds one after the other: the
// MLAS_SGEMM_PACKED_STRIDEK of onnxruntime/core/mlas/lib/mlasi.h.
const exportedTerms = 256

// forwardExported is forward in the order of ONNX Runtime's Gemm, so that an exported
// model gives the same numbers there but for the rounding of activations: sums of
// blocks of inputs are added to the bias one after the other. Tied kernels of more
// inputs than a block are not cut.
func (k kernel) forwardExported(y, x simd.Matrix, bias []float32) {
	if k.tied {
		k.forward(y, x, bias)
		return
	}
	for i := range y.Rows {
		copy(y.Row(i), bias)
	}
	for from := 0; from < x.Columns; from += exportedTerms {
		to := min(from+exportedTerms, x.Columns)
		simd.MatMulAdd(y, x.ColumnSpan(from, to), k.RowSpan(from, to))
	}
}

// backward sets dx = d·kᵀ.
func (k kernel) backward(dx, d simd.Matrix) {
	if k.tied {
		simd.MatMul(dx, d, k.Matrix)
		return
	}
	simd.MatMulTransB(dx, d, k.Matrix)
}
