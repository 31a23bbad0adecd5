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
//	kernel gradient = xᵀ·d, transposed if the layer is tied
//	bias gradient   = column sums of d
//	input gradient  = d·kernelᵀ
//
// Where d is wide, the input gradient is summed over its two bands, which are
// added at last.
//
// The kernel's gradient may be promised: then it is not computed in a run, but
// where it is added (see promise). If descent is not 0 the operation takes the
// step of gradient descent by itself: it adds descent times the gradients to
// kernel and bias.
type denseGradientOp struct {
	operation
	tied          bool
	promised      bool
	descent       float32
	biasNode      *G.Node
	inputs, units int           // of the layer
	kernel        *tensor.Dense // the kernel's gradient, of its shape: the operation's own result
	bias          *tensor.Dense // units
	input         *tensor.Dense // rows × inputs, or nil if nobody wants it
	second        *tensor.Dense // the input gradient's sums over the second band of d; nil unless d is wide
	slope         *tensor.Dense // d; nil for the linear activation, where it is upstream
	rows          int
	alone         alone

	x, output, upstream, d simd.Matrix // of a run
	weights                kernel      // the kernel itself
}

var _ weighted = &denseGradientOp{}

func newDenseGradient(of *denseOp, x tensor.Shape, kernel, bias *G.Node) *denseGradientOp {
	inputs, units := layerShape(kernel.Shape(), of.tied)
	o := &denseGradientOp{
		operation: operation{
			name:   of.name + "Gradient",
			inputs: []hm.Type{matrix, matrix, matrix, matrix},
			result: matrix,
		},
		tied:     of.tied,
		biasNode: bias,
		inputs:   inputs,
		units:    units,
		kernel:   newBuffer(kernel.Shape()...),
		bias:     newBuffer(units),
		rows:     x[0],
	}
	if of.inputGradient {
		o.input = newBuffer(x...)
		if isWide(inputs, units) {
			o.second = newBuffer(x...)
		}
	}
	if of.activation != linear {
		o.slope = newBuffer(x[0], units)
	}
	return o
}

// InferShape returns the kernel's shape.
func (o *denseGradientOp) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return o.kernel.Shape().Clone(), nil
}

// Do computes all three gradients and returns the kernel's.
func (o *denseGradientOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.rows, inputs)
}

func (o *denseGradientOp) value() G.Value { return o.kernel }

func (o *denseGradientOp) begin(inputs []G.Value) {
	o.x, o.output, o.upstream = matrixOf(inputs[0]), matrixOf(inputs[2]), matrixOf(inputs[3])
	o.weights = kernel{matrixOf(inputs[1]), o.tied}
	o.d = o.upstream
	if o.slope != nil {
		o.d = matrixOf(o.slope)
	}
}

// tasks are those of d and the input gradient.
func (o *denseGradientOp) tasks() []task {
	inputs, units := o.inputs, o.units
	slope, product := 0, 0
	if o.slope != nil {
		slope = o.rows * units
	}
	if o.input != nil {
		product = o.rows * inputs * units
	}
	all := task{cut: byRows, work: slope + product, do: func(p piece) {
		o.differentiate(p)
		if o.input != nil {
			o.weights.backward(matrixOf(o.input).RowSpan(p.lo, p.hi), o.d.RowSpan(p.lo, p.hi))
		}
	}}
	switch {
	case isWide(inputs, units) && o.input == nil:
		all.cut, all.apart = byBands, true
	case isWide(inputs, units):
		return []task{
			{cut: byBands, apart: true, work: slope + product, do: func(p piece) {
				o.differentiate(p)
				o.sumBand(p)
			}},
			{cut: byRows, work: o.rows * inputs, do: func(p piece) {
				sum := matrixOf(o.input).RowSpan(p.lo, p.hi).Data
				simd.Axpy(sum, 1, matrixOf(o.second).RowSpan(p.lo, p.hi).Data)
			}},
		}
	case isTall(inputs, units) && o.input != nil:
		return []task{
			{cut: byRows, work: slope, do: o.differentiate},
			{cut: byBands, work: product, do: func(p piece) {
				from, to := p.columns(inputs)
				o.weights.ofInputs(from, to).backward(p.part(matrixOf(o.input)), o.d.RowSpan(p.lo, p.hi))
			}},
		}
	}
	return []task{all}
}

// differentiate computes a piece of d.
func (o *denseGradientOp) differentiate(p piece) {
	if o.slope == nil {
		return
	}
	d, y, upstream := p.part(o.d), p.part(o.output), p.part(o.upstream)
	for i := range d.Rows {
		simd.SELUGradient(d.Row(i), y.Row(i), upstream.Row(i))
	}
}

// sumBand sums the input gradient over a band of d for the piece's rows.
func (o *denseGradientOp) sumBand(p piece) {
	from, to := p.columns(o.d.Columns)
	sum := o.input
	if p.share > 0 {
		sum = o.second
	}
	o.weights.ofUnits(from, to).backward(matrixOf(sum).RowSpan(p.lo, p.hi), p.part(o.d))
}

// weightTask computes the gradients by kernel and bias, or takes the step.
func (o *denseGradientOp) weightTask() task {
	return task{cut: byWeights, work: o.weightWork(), do: o.doWeights}
}

func (o *denseGradientOp) weightWork() int {
	if o.promised {
		return o.rows * o.units
	}
	return o.kernelWork()
}

// kernelWork returns the multiplications that the kernel's gradient takes.
func (o *denseGradientOp) kernelWork() int { return o.rows * o.kernel.Shape().TotalSize() }

// doWeights computes a share of the gradients by kernel and bias.
func (o *denseGradientOp) doWeights(p piece) {
	if o.descent != 0 {
		o.addKernelShare(o.weights.Matrix, o.descent, p)
	} else if kernel, a, b := o.kernelShare(matrixOf(o.kernel), p); !o.promised && kernel.Columns > 0 {
		simd.MatMulTransA(kernel, a, b)
	}
	from, to := p.columns(o.d.Columns)
	bias := o.bias.Float32s()[from:to]
	simd.ColumnSums(bias, o.d.ColumnSpan(from, to))
	if o.descent != 0 {
		simd.Axpy(floats(o.biasNode.Value())[from:to], o.descent, bias)
	}
}

// addKernelShare adds alpha times a share of the kernel's gradient to a kernel.
func (o *denseGradientOp) addKernelShare(kernel simd.Matrix, alpha float32, p piece) {
	if kernel, a, b := o.kernelShare(kernel, p); kernel.Columns > 0 {
		simd.MatMulTransAAxpy(kernel, alpha, a, b)
	}
}

// kernelShare returns a share of a kernel, or of its gradient, which is aᵀ·b. It
// has no columns if the share is empty.
func (o *denseGradientOp) kernelShare(kernel simd.Matrix, p piece) (_, a, b simd.Matrix) {
	a, b = o.weights.gradientFactors(o.x, o.d)
	if kernel.Rows >= kernel.Columns {
		from, to := p.columns(kernel.Rows)
		return kernel.RowSpan(from, to), a.ColumnSpan(from, to), b
	}
	from, to := p.columns(kernel.Columns)
	return kernel.ColumnSpan(from, to), a, b.ColumnSpan(from, to)
}
