// This file holds the fused sigmoid, which turns logits into predictions. It
// has no gradient: training goes through the cross-entropy.

package graph

import (
	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// sigmoidOp is sigmoid(logits), element by element.
type sigmoidOp struct {
	operation
	alone alone
	x     []float32
	out   *tensor.Dense
}

var _ shared = &sigmoidOp{}

func newSigmoid() *sigmoidOp {
	return &sigmoidOp{operation: operation{name: "sigmoid", inputs: []hm.Type{matrix}, result: matrix}}
}

// InferShape takes the result's memory.
func (o *sigmoidOp) InferShape(sizes ...G.DimSizer) (tensor.Shape, error) {
	s, err := shapesOf(o, sizes, 2)
	if err != nil {
		return nil, err
	}
	if o.out == nil {
		o.out = newBuffer(s[0]...)
	}
	return s[0].Clone(), nil
}

// Do computes the predictions.
func (o *sigmoidOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.out.Shape()[0], inputs)
}

func (o *sigmoidOp) value() G.Value { return o.out }

func (o *sigmoidOp) begin(inputs []G.Value) {
	o.x = floats(inputs[0])
}

// tasks counts an exponential and a division as so many multiplications.
func (o *sigmoidOp) tasks() []task {
	rows, units := o.out.Shape()[0], o.out.Shape()[1]
	return []task{{cut: byRows, work: 30 * rows * units, do: func(p piece) {
		simd.Sigmoid(o.out.Float32s()[p.lo*units:p.hi*units], o.x[p.lo*units:p.hi*units])
	}}}
}
