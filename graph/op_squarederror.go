// This file holds the fused mean squared error, its gradient, and the rounded
// accuracy that is counted in the same pass.

package graph

import (
	"math"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// squaredErrorOp is the mean squared error of outputs and targets, both of rows
// × units: Keras' mse. The same pass keeps the gradient by the outputs and the
// rounded accuracy.
type squaredErrorOp struct {
	operation
	lossResult
	gradient    *tensor.Dense // of the mean; nil until somebody differentiates
	rows, units int
	alone       alone

	outputs, targets []float32 // of a run
	blocks           []lossSum // of rowBlock rows
}

var (
	_ G.SDOp = &squaredErrorOp{}
	_ shared = &squaredErrorOp{}
	_ scorer = &squaredErrorOp{}
)

func newSquaredError() *squaredErrorOp {
	return &squaredErrorOp{
		operation:  operation{name: "squaredError", inputs: []hm.Type{matrix, matrix}, result: scalar},
		lossResult: newLossResult(),
	}
}

// InferShape checks that outputs and targets have one shape.
func (o *squaredErrorOp) InferShape(sizes ...G.DimSizer) (tensor.Shape, error) {
	shape, err := sameShape(o, sizes)
	if err != nil {
		return nil, err
	}
	if o.blocks == nil {
		o.rows, o.units = shape[0], shape[1]
		o.blocks = make([]lossSum, (o.rows+rowBlock-1)/rowBlock)
	}
	return tensor.ScalarShape(), nil
}

// Do computes the loss.
func (o *squaredErrorOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.rows, inputs)
}

func (o *squaredErrorOp) begin(inputs []G.Value) {
	o.outputs, o.targets = floats(inputs[0]), floats(inputs[1])
}

// tasks counts an element as so many multiplications.
func (o *squaredErrorOp) tasks() []task {
	return []task{{
		cut: byRows, work: 10 * o.rows * o.units, do: o.blocksOf,
		done: func() { o.finish(o.blocks, o.rows*o.units) },
	}}
}

// blocksOf computes the blocks of a piece.
func (o *squaredErrorOp) blocksOf(p piece) {
	factor := 2 / float32(o.rows*o.units)
	for lo := p.lo; lo < p.hi; lo += rowBlock {
		var sum lossSum
		for i := lo * o.units; i < min(lo+rowBlock, p.hi)*o.units; i++ {
			y, t := o.outputs[i], o.targets[i]
			d := y - t
			sum.loss += float64(d) * float64(d)
			if math.RoundToEven(float64(y)) == math.RoundToEven(float64(t)) {
				sum.hits++
			}
			if o.gradient != nil {
				o.gradient.Float32s()[i] = factor * d
			}
		}
		o.blocks[lo/rowBlock] = sum
	}
}

// DiffWRT says that targets are not differentiated by.
func (o *squaredErrorOp) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff makes the forward pass keep its gradient, and adds the operation
// that hands it on: a part of the loss.
func (o *squaredErrorOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	if err := ofItself(o, upstream); err != nil {
		return nil, err
	}
	o.gradient = newBuffer(inputs[0].Shape()...)
	byOutputs, err := gradientOf(output, "squaredErrorGradient", o.gradient)
	return G.Nodes{byOutputs, nil}, err
}
