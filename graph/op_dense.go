// This file holds the fused dense layer and its gradient.

package graph

import (
	"fmt"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// activation is what a dense operation applies after x·kernel + bias. The
// sigmoid is no part of it: in training the cross-entropy takes logits.
type activation int

const (
	linear activation = iota
	selu
)

func (a activation) String() string { return [...]string{"linear", "selu"}[a] }

// denseOp is activation(x·kernel + bias) for x of rows × inputs, kernel of
// inputs × units and bias of units.
type denseOp struct {
	operation
	activation activation
	// inputGradient says whether anybody wants the gradient by x. The first
	// layer's is the largest product of a step, and nobody does.
	inputGradient bool
	alone         *alone
	out           *tensor.Dense // rows × units

	x, kernel, bias []float32 // of a run
}

var (
	_ G.SDOp  = &denseOp{}
	_ rowwise = &denseOp{}
)

func newDense(a activation, inputGradient bool) *denseOp {
	return &denseOp{
		operation: operation{
			name:   fmt.Sprintf("dense[%v,inputGradient=%v]", a, inputGradient),
			inputs: []hm.Type{matrix, matrix, vector},
			result: matrix,
		},
		activation:    a,
		inputGradient: inputGradient,
	}
}

// InferShape checks the shapes and takes the result's memory.
func (o *denseOp) InferShape(sizes ...G.DimSizer) (tensor.Shape, error) {
	s, err := shapesOf(o, sizes, 2, 2, 1)
	if err != nil {
		return nil, err
	}
	x, kernel, bias := s[0], s[1], s[2]
	if x[1] != kernel[0] || kernel[1] != bias[0] {
		return nil, fmt.Errorf("graph: %v: x %v, kernel %v, bias %v do not fit", o, x, kernel, bias)
	}
	if o.out == nil {
		o.out = newBuffer(x[0], kernel[1])
		o.alone = newAlone(o, x[0])
	}
	return o.out.Shape().Clone(), nil
}

// Do computes the layer.
func (o *denseOp) Do(inputs ...G.Value) (G.Value, error) { return o.alone.do(inputs) }

func (o *denseOp) value() G.Value { return o.out }

func (o *denseOp) begin(inputs []G.Value) error {
	o.x, o.kernel, o.bias = floats(inputs[0]), floats(inputs[1]), floats(inputs[2])
	return nil
}

func (o *denseOp) doRows(lo, hi int) {
	units := len(o.bias)
	width := len(o.kernel) / units
	out := o.out.Float32s()[lo*units : hi*units]
	simd.MatMulBias(out, o.x[lo*width:hi*width], o.kernel, o.bias, hi-lo, units, width)
	if o.activation == selu {
		simd.SELU(out, out)
	}
}

func (o *denseOp) end() {}

func (o *denseOp) rowWork() int { return len(o.kernel) }

// DiffWRT says by which inputs the layer is differentiated.
func (o *denseOp) DiffWRT(int) []bool { return []bool{o.inputGradient, true, true} }

// SymDiff adds one operation for the whole layer's gradient; its node is the
// kernel's, and bias and input take parts of it.
func (o *denseOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	x, kernel := inputs[0], inputs[1]
	op := newDenseGradient(o, x.Shape(), kernel, inputs[2])
	byKernel, err := G.ApplyOpWithName(op, output.Name()+" gradient", x, kernel, output, upstream)
	if err != nil {
		return nil, err
	}
	byBias, err := G.ApplyOpWithName(newPart("biasGradient", op.bias), output.Name()+" bias gradient", byKernel)
	if err != nil {
		return nil, err
	}
	if !o.inputGradient {
		return G.Nodes{nil, byKernel, byBias}, nil
	}
	byInput, err := G.ApplyOpWithName(newPart("inputGradient", op.input), output.Name()+" input gradient", byKernel)
	if err != nil {
		return nil, err
	}
	return G.Nodes{byInput, byKernel, byBias}, nil
}

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
	slope      []float32     // d; nil for the linear activation, where it is upstream
	alone      *alone

	x, weights, output, upstream []float32 // of a run
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
		o.slope = make([]float32, x[0]*bias.Shape()[0])
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

func (o *denseGradientOp) begin(inputs []G.Value) error {
	o.x, o.weights, o.output, o.upstream = floats(inputs[0]), floats(inputs[1]), floats(inputs[2]), floats(inputs[3])
	return nil
}

// sizes returns inputs and units of the layer.
func (o *denseGradientOp) sizes() (width, units int) {
	s := o.kernel.Shape()
	return s[0], s[1]
}

// d returns the gradient by x·kernel + bias.
func (o *denseGradientOp) d() []float32 {
	if o.slope != nil {
		return o.slope
	}
	return o.upstream
}

func (o *denseGradientOp) doRows(lo, hi int) {
	width, units := o.sizes()
	from, to := lo*units, hi*units
	if o.slope != nil {
		simd.SELUGradient(o.slope[from:to], o.output[from:to], o.upstream[from:to])
	}
	if o.input != nil {
		simd.MatMulTransB(o.input.Float32s()[lo*width:hi*width], o.d()[from:to], o.weights, hi-lo, width, units)
	}
}

func (o *denseGradientOp) end() {}

func (o *denseGradientOp) rowWork() int {
	if o.input == nil {
		return 0
	}
	return o.kernel.Shape().TotalSize()
}

// doWeights computes the kernel's gradient for a part of the inputs and, with
// the last part, the bias'.
func (o *denseGradientOp) doWeights(part, parts int) {
	if o.descent != 0 {
		o.addPart(o.weights, o.descent, part, parts)
	} else if !o.promised {
		width, units := o.sizes()
		if lo, hi := span(width, part, parts); hi > lo {
			d := o.d()
			simd.MatMulTransA(o.kernel.Float32s()[lo*units:hi*units], o.x[lo:], d, hi-lo, units, len(d)/units, width)
		}
	}
	if part < parts-1 {
		return
	}
	bias := o.bias.Float32s()
	simd.ColumnSums(bias, o.d())
	if o.descent != 0 {
		simd.Axpy(floats(o.biasNode.Value()), o.descent, bias)
	}
}

// addPart adds alpha times the gradient to a part of the kernel's rows.
func (o *denseGradientOp) addPart(kernel []float32, alpha float32, part, parts int) {
	width, units := o.sizes()
	if lo, hi := span(width, part, parts); hi > lo {
		d := o.d()
		simd.MatMulTransAAxpy(kernel[lo*units:hi*units], alpha, o.x[lo:], d, hi-lo, units, len(d)/units, width)
	}
}

func (o *denseGradientOp) weightWork() int {
	if o.promised {
		return 0
	}
	return o.kernelWork()
}

// kernelWork returns the multiplications that the kernel's gradient takes.
func (o *denseGradientOp) kernelWork() int { return len(o.x) * o.bias.Shape()[0] }
