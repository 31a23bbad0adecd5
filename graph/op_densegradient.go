// This file holds the gradient of the fused dense layer.

package graph

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// denseGradientOp is the gradient of a dense layer. With d the gradient by
// x·kernel + bias, which is upstream times the activation's slope:
//
//	kernel gradient = xᵀ·d
//	bias gradient   = column sums of d
//	input gradient  = d·kernelᵀ
//
// The kernel's gradient may be promised: then it is not computed in a run, but
// where it is added (see promise). If descent is not 0 the operation takes the
// step of gradient descent by itself: it adds descent times the gradients to
// kernel and bias.
type denseGradientOp struct {
	operation
	activation activation
	promised   bool
	descent    float32
	biasNode   *G.Node
	kernel     *tensor.Dense // inputs × units: the operation's own result
	bias       *tensor.Dense // units
	input      *tensor.Dense // rows × inputs, or nil if nobody wants it
	slope      *tensor.Dense // d; nil for the linear activation, where it is upstream
	alone      *alone

	x, weights, output, upstream, d simd.Matrix // of a run; weights are the kernel itself
}

var _ weightwise = &denseGradientOp{}

func newDenseGradient(of *denseOp, x tensor.Shape, kernel, bias *G.Node) *denseGradientOp {
	o := &denseGradientOp{
		operation: operation{
			name:   of.name + "Gradient",
			inputs: []hm.Type{matrix, matrix, matrix, matrix},
			result: matrix,
		},
		activation: of.activation,
		biasNode:   bias,
		kernel:     newBuffer(kernel.Shape()...),
		bias:       newBuffer(bias.Shape()...),
	}
	if of.inputGradient {
		o.input = newBuffer(x...)
	}
	if of.activation != linear {
		o.slope = newBuffer(x[0], bias.Shape()[0])
	}
	o.alone = newAlone(o, x[0])
	return o
}

// InferShape returns the kernel's shape.
func (o *denseGradientOp) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return o.kernel.Shape().Clone(), nil
}

// Do computes all three gradients and returns the kernel's.
func (o *denseGradientOp) Do(inputs ...G.Value) (G.Value, error) { return o.alone.do(inputs) }

func (o *denseGradientOp) value() G.Value { return o.kernel }

func (o *denseGradientOp) begin(inputs []G.Value) {
	o.x, o.weights, o.output, o.upstream = matrixOf(inputs[0]), matrixOf(inputs[1]), matrixOf(inputs[2]), matrixOf(inputs[3])
	o.d = o.upstream
	if o.slope != nil {
		o.d = matrixOf(o.slope)
	}
}

func (o *denseGradientOp) doRows(lo, hi int) {
	d := o.d.RowSpan(lo, hi)
	if o.slope != nil {
		simd.SELUGradient(d.Data, o.output.RowSpan(lo, hi).Data, o.upstream.RowSpan(lo, hi).Data)
	}
	if o.input != nil {
		simd.MatMulTransB(matrixOf(o.input).RowSpan(lo, hi), d, o.weights)
	}
}

func (o *denseGradientOp) end() {}

func (o *denseGradientOp) rowWork() int {
	if o.input == nil {
		return 0
	}
	return o.weights.Rows * o.weights.Columns
}

// doWeights computes the gradients by a share of the kernel and of the bias.
func (o *denseGradientOp) doWeights(share, shares int) {
	if o.descent != 0 {
		o.addKernelShare(o.weights, o.descent, share, shares)
	} else if !o.promised {
		kernel, x, d := o.kernelShare(matrixOf(o.kernel), share, shares)
		simd.MatMulTransA(kernel, x, d)
	}
	lo, hi := shareOf(o.d.Columns, share, shares)
	bias := o.bias.Float32s()[lo:hi]
	simd.ColumnSums(bias, o.d.ColumnSpan(lo, hi))
	if o.descent != 0 {
		simd.Axpy(floats(o.biasNode.Value())[lo:hi], o.descent, bias)
	}
}

// addKernelShare adds alpha times a share of the kernel's gradient to a kernel.
func (o *denseGradientOp) addKernelShare(kernel simd.Matrix, alpha float32, share, shares int) {
	kernel, x, d := o.kernelShare(kernel, share, shares)
	simd.MatMulTransAAxpy(kernel, alpha, x, d)
}

// kernelShare returns a share of a kernel and what of x and d its gradient
// takes. The longer side is cut, for then a processor reads least of what others
// have written.
func (o *denseGradientOp) kernelShare(kernel simd.Matrix, share, shares int) (_, x, d simd.Matrix) {
	if kernel.Rows >= kernel.Columns {
		lo, hi := shareOf(kernel.Rows, share, shares)
		return kernel.RowSpan(lo, hi), o.x.ColumnSpan(lo, hi), o.d
	}
	lo, hi := shareOf(kernel.Columns, share, shares)
	return kernel.ColumnSpan(lo, hi), o.x, o.d.ColumnSpan(lo, hi)
}

func (o *denseGradientOp) weightWork() int {
	if o.promised {
		return 0
	}
	return o.kernelWork()
}

// kernelWork returns the multiplications that the kernel's gradient takes.
func (o *denseGradientOp) kernelWork() int { return o.x.Rows * o.x.Columns * o.d.Columns }
