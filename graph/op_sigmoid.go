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
	alone *alone
	x     []float32
	out   *tensor.Dense
}

var _ rowwise = &sigmoidOp{}

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
		o.alone = newAlone(o, s[0][0])
	}
	return s[0].Clone(), nil
}

// Do computes the predictions.
func (o *sigmoidOp) Do(inputs ...G.Value) (G.Value, error) { return o.alone.do(inputs) }

func (o *sigmoidOp) value() G.Value { return o.out }

func (o *sigmoidOp) begin(inputs []G.Value) {
	o.x = floats(inputs[0])
}

func (o *sigmoidOp) doRows(lo, hi int) {
	units := o.out.Shape()[1]
	simd.Sigmoid(o.out.Float32s()[lo*units:hi*units], o.x[lo*units:hi*units])
}

func (o *sigmoidOp) end() {}

// rowWork counts an exponential and a division as so many multiplications.
func (o *sigmoidOp) rowWork() int { return 30 * o.out.Shape()[1] }
