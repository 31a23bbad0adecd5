// This file holds the fused binary cross-entropy, its gradient, and the
// rounded accuracy that is counted in the same pass.

package graph

import (
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
	lossResult
	gradient *tensor.Dense // of the mean; nil until somebody differentiates
	rows     int
	width    int // of logits and targets
	alone    alone

	logits, targets simd.Matrix // of a run
	blocks          []lossSum   // of rowBlock rows, and of a band of them if they are wide
}

var (
	_ G.SDOp = &crossEntropyOp{}
	_ shared = &crossEntropyOp{}
	_ scorer = &crossEntropyOp{}
)

func newCrossEntropy() *crossEntropyOp {
	return &crossEntropyOp{
		operation:  operation{name: "crossEntropy", inputs: []hm.Type{matrix, matrix}, result: scalar},
		lossResult: newLossResult(),
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
		o.blocks = make([]lossSum, (o.rows+rowBlock-1)/rowBlock*bands)
	}
	return tensor.ScalarShape(), nil
}

// Do computes the loss.
func (o *crossEntropyOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.rows, inputs)
}

func (o *crossEntropyOp) begin(inputs []G.Value) {
	o.logits, o.targets = matrixOf(inputs[0]), matrixOf(inputs[1])
}

// tasks cuts by bands if the gradient is wanted, as a wide layer does then.
// Exponential, logarithm and divisions count as so many multiplications.
func (o *crossEntropyOp) tasks() []task {
	t := task{cut: byRows, work: 80 * o.rows * o.width, do: o.blocksOf, done: func() { o.finish(o.blocks, o.rows*o.width) }}
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

// DiffWRT says that targets are not differentiated by.
func (o *crossEntropyOp) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff makes the forward pass keep its gradient, and adds the operation
// that hands it on: a part of the loss.
//
// A linear layer's logits, which nothing in the graph reads once the loss is
// known, give their memory to the gradient: it is in the processor's cache.
func (o *crossEntropyOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	if err := ofItself(o, upstream); err != nil {
		return nil, err
	}
	if layer, ok := inputs[0].Op().(*denseOp); ok && layer.activation == linear {
		o.gradient = layer.out
	} else {
		o.gradient = newBuffer(inputs[0].Shape()...)
	}
	byLogits, err := gradientOf(output, "crossEntropyGradient", o.gradient)
	return G.Nodes{byLogits, nil}, err
}
