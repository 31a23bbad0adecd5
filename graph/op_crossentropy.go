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
	rows     int
	width    int // of logits and targets
	alone    alone

	logits, targets simd.Matrix       // of a run
	blocks          []crossEntropySum // of rowBlock rows, and of a band of them if they are wide
}

// crossEntropySum is what a block adds to the loss and the accuracy.
type crossEntropySum struct {
	loss float64
	hits int
}

var (
	_ G.SDOp = &crossEntropyOp{}
	_ shared = &crossEntropyOp{}
)

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
	if o.blocks == nil {
		o.rows, o.width = shape[0], shape[1]
		o.blocks = make([]crossEntropySum, (o.rows+rowBlock-1)/rowBlock*bands)
	}
	return tensor.ScalarShape(), nil
}

// Do computes the loss.
func (o *crossEntropyOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.rows, inputs)
}

func (o *crossEntropyOp) value() G.Value { return o.loss }

func (o *crossEntropyOp) begin(inputs []G.Value) {
	o.logits, o.targets = matrixOf(inputs[0]), matrixOf(inputs[1])
}

// tasks cuts by bands if the gradient is wanted, as a wide layer does then.
// Exponential, logarithm and divisions count as so many multiplications.
func (o *crossEntropyOp) tasks() []task {
	t := task{cut: byRows, work: 80 * o.rows * o.width, do: o.blocksOf, done: o.finish}
	switch {
	case o.width < leastBanded:
	case o.gradient != nil:
		t.cut, t.apart = byBands, true
	default:
		t.do = func(p piece) {
			o.blocksOf(p.band(0))
			o.blocksOf(p.band(1))
		}
	}
	return []task{t}
}

// blocksOf computes the blocks of a piece.
func (o *crossEntropyOp) blocksOf(p piece) {
	factor := 1 / float32(o.rows*o.width)
	for block := p; block.lo < p.hi; block.lo += rowBlock {
		block.hi = min(block.lo+rowBlock, p.hi)
		var gradient simd.Matrix
		if o.gradient != nil {
			gradient = block.part(matrixOf(o.gradient))
		}
		sum := &o.blocks[block.lo/rowBlock*bands+p.share]
		sum.loss, sum.hits = simd.CrossEntropy(gradient, block.part(o.logits), block.part(o.targets), factor)
	}
}

// finish adds up the blocks.
func (o *crossEntropyOp) finish() {
	var sum crossEntropySum
	for _, b := range o.blocks {
		sum.loss += b.loss
		sum.hits += b.hits
	}
	count := float64(o.rows * o.width)
	*o.loss, *o.accuracy = G.F32(sum.loss/count), G.F32(float64(sum.hits)/count)
}

// DiffWRT says that targets are not differentiated by.
func (o *crossEntropyOp) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff makes the forward pass keep its gradient, and adds the operation
// that hands it on: a part of the loss.
//
// A linear layer's logits, which nothing in the graph reads once the loss is
// known, give their memory to the gradient: it is in the processor's cache.
func (o *crossEntropyOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	if one, err := float(upstream.Value()); err != nil || one != 1 {
		return nil, fmt.Errorf("graph: %v is differentiated for something else than itself", o)
	}
	if layer, ok := inputs[0].Op().(*denseOp); ok && layer.activation == linear {
		o.gradient = layer.out
	} else {
		o.gradient = newBuffer(inputs[0].Shape()...)
	}
	op := newPart("crossEntropyGradient", o.gradient)
	op.inputs = []hm.Type{scalar}
	byLogits, err := G.ApplyOpWithName(op, output.Name()+" gradient", output)
	return G.Nodes{byLogits, nil}, err
}

// accuracyOp hands out the rounded accuracy that the cross-entropy, its only
// input, has counted.
type accuracyOp struct {
	operation
	accuracy *G.F32
}

func newAccuracy(of *crossEntropyOp) *accuracyOp {
	return &accuracyOp{operation{name: "roundedAccuracy", inputs: []hm.Type{scalar}, result: scalar}, of.accuracy}
}

// InferShape returns a scalar's.
func (o *accuracyOp) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (o *accuracyOp) value() G.Value { return o.accuracy }

// Do returns the accuracy; it has been counted as the input was computed.
func (o *accuracyOp) Do(...G.Value) (G.Value, error) { return o.accuracy, nil }
