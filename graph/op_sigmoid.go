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
	out *tensor.Dense
}

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
	simd.Sigmoid(o.out.Float32s(), floats(inputs[0]))
	return o.out, nil
}
