// This file holds the fused binary cross-entropy, its gradient, and the
// rounded accuracy that is counted in the same pass.

package graph

import (
	"fmt"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// crossEntropyOp is the mean binary cross-entropy of sigmoid(logits) and
// targets, both of rows × units, as Keras clips it: see simd.CrossEntropy. The
// same pass keeps the gradient by the logits and the rounded accuracy.
type crossEntropyOp struct {
	operation
	loss     *G.F32
	accuracy *G.F32        // share of elements where prediction and target round alike
	gradient *tensor.Dense // of the mean; nil until somebody differentiates
	count    int           // of elements
}

var _ G.SDOp = &crossEntropyOp{}

func newCrossEntropy() *crossEntropyOp {
	return &crossEntropyOp{
		operation: operation{name: "crossEntropy", inputs: []hm.Type{matrix, matrix}, result: scalar},
		loss:      new(G.F32),
		accuracy:  new(G.F32),
	}
}

// InferShape checks that logits and targets have one shape.
func (o *crossEntropyOp) InferShape(sizes ...G.DimSizer) (tensor.Shape, error) {
	shape, err := sameShape(o, sizes)
	if err != nil {
		return nil, err
	}
	o.count = shape.TotalSize()
	return tensor.ScalarShape(), nil
}

// Do computes the loss.
func (o *crossEntropyOp) Do(inputs ...G.Value) (G.Value, error) {
	var gradient []float32
	if o.gradient != nil {
		gradient = o.gradient.Float32s()
	}
	sum, hits := simd.CrossEntropy(gradient, floats(inputs[0]), floats(inputs[1]), 1/float32(o.count))
	*o.loss = G.F32(sum / float64(o.count))
	*o.accuracy = G.F32(float64(hits) / float64(o.count))
	return o.loss, nil
}

// DiffWRT says that targets are not differentiated by.
func (o *crossEntropyOp) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff makes the forward pass keep its gradient, and adds the operation
// that hands it on. The loss is among its inputs so that the tape runs it
// first.
func (o *crossEntropyOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	o.gradient = newBuffer(inputs[0].Shape()...)
	op := &crossEntropyGradientOp{
		operation: operation{name: "crossEntropyGradient", inputs: []hm.Type{scalar, scalar}, result: matrix},
		gradient:  o.gradient,
	}
	byLogits, err := G.ApplyOpWithName(op, output.Name()+" gradient", output, upstream)
	return G.Nodes{byLogits, nil}, err
}

// crossEntropyGradientOp is upstream times the gradient that the forward pass
// has kept.
type crossEntropyGradientOp struct {
	operation
	gradient *tensor.Dense
}

// InferShape returns the logits' shape.
func (o *crossEntropyGradientOp) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return o.gradient.Shape().Clone(), nil
}

// Do scales the kept gradient; most often upstream is 1.
func (o *crossEntropyGradientOp) Do(inputs ...G.Value) (G.Value, error) {
	upstream, ok := inputs[1].(*G.F32)
	if !ok {
		return nil, fmt.Errorf("graph: %v: upstream gradient is a %T, want a float32 scalar", o, inputs[1])
	}
	if *upstream != 1 {
		simd.Scale(o.gradient.Float32s(), float32(*upstream), o.gradient.Float32s())
	}
	return o.gradient, nil
}

// accuracyOp hands out the rounded accuracy that the cross-entropy, its only
// input, has counted.
type accuracyOp struct {
	operation
	value *G.F32
}

func newAccuracy(of *crossEntropyOp) *accuracyOp {
	return &accuracyOp{operation{name: "roundedAccuracy", inputs: []hm.Type{scalar}, result: scalar}, of.accuracy}
}

// InferShape returns a scalar's.
func (o *accuracyOp) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

// Do returns the accuracy; it has been counted as the input was computed.
func (o *accuracyOp) Do(...G.Value) (G.Value, error) { return o.value, nil }
