// This file holds the fused dense layer.

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

	x, kernel, y simd.Matrix // of a run
	bias         []float32
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

func (o *denseOp) begin(inputs []G.Value) {
	o.x, o.kernel, o.bias, o.y = matrixOf(inputs[0]), matrixOf(inputs[1]), floats(inputs[2]), matrixOf(o.out)
}

func (o *denseOp) doRows(lo, hi int) {
	y := o.y.RowSpan(lo, hi)
	simd.MatMulBias(y, o.x.RowSpan(lo, hi), o.kernel, o.bias)
	if o.activation == selu {
		simd.SELU(y.Data, y.Data)
	}
}

func (o *denseOp) end() {}

func (o *denseOp) rowWork() int { return o.kernel.Rows * o.kernel.Columns }

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
