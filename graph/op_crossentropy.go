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
	loss     *G.F32
	accuracy *G.F32        // share of elements where prediction and target round alike
	gradient *tensor.Dense // of the mean; nil until somebody differentiates
	alone    *alone
	rows     int
	units    int

	logits, targets []float32
	blocks          []crossEntropySum // of rowBlock rows each
}

// crossEntropySum is what a block of rows adds to the loss and the accuracy.
type crossEntropySum struct {
	loss float64
	hits int
}

var (
	_ G.SDOp  = &crossEntropyOp{}
	_ rowwise = &crossEntropyOp{}
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
	if o.alone == nil {
		o.rows, o.units = shape[0], shape[1]
		o.blocks = make([]crossEntropySum, (o.rows+rowBlock-1)/rowBlock)
		o.alone = newAlone(o, o.rows)
	}
	return tensor.ScalarShape(), nil
}

// Do computes the loss.
func (o *crossEntropyOp) Do(inputs ...G.Value) (G.Value, error) { return o.alone.do(inputs) }

func (o *crossEntropyOp) value() G.Value { return o.loss }

func (o *crossEntropyOp) begin(inputs []G.Value) error {
	o.logits, o.targets = floats(inputs[0]), floats(inputs[1])
	return nil
}

func (o *crossEntropyOp) doRows(lo, hi int) {
	factor := 1 / float32(o.rows*o.units)
	for ; lo < hi; lo += rowBlock {
		from, to := lo*o.units, min(lo+rowBlock, hi)*o.units
		var gradient []float32
		if o.gradient != nil {
			gradient = o.gradient.Float32s()[from:to]
		}
		b := &o.blocks[lo/rowBlock]
		b.loss, b.hits = simd.CrossEntropy(gradient, o.logits[from:to], o.targets[from:to], factor)
	}
}

func (o *crossEntropyOp) end() {
	var sum crossEntropySum
	for _, b := range o.blocks {
		sum.loss += b.loss
		sum.hits += b.hits
	}
	count := float64(o.rows * o.units)
	*o.loss, *o.accuracy = G.F32(sum.loss/count), G.F32(float64(sum.hits)/count)
}

// rowWork counts exponential, logarithm and divisions as so many
// multiplications.
func (o *crossEntropyOp) rowWork() int { return 80 * o.units }

// DiffWRT says that targets are not differentiated by.
func (o *crossEntropyOp) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff makes the forward pass keep its gradient, and adds the operation
// that hands it on. The loss is among its inputs so that the tape runs it
// first.
//
// A linear layer's logits, which nothing in the graph reads once the loss is
// known, give their memory to the gradient: it is in the processor's cache.
func (o *crossEntropyOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	if layer, ok := inputs[0].Op().(*denseOp); ok && layer.activation == linear {
		o.gradient = layer.out
	} else {
		o.gradient = newBuffer(inputs[0].Shape()...)
	}
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
	alone    *alone
	gradient *tensor.Dense
	upstream float32
}

var _ rowwise = &crossEntropyGradientOp{}

// InferShape returns the logits' shape.
func (o *crossEntropyGradientOp) InferShape(...G.DimSizer) (tensor.Shape, error) {
	if o.alone == nil {
		o.alone = newAlone(o, o.gradient.Shape()[0])
	}
	return o.gradient.Shape().Clone(), nil
}

// Do scales the kept gradient.
func (o *crossEntropyGradientOp) Do(inputs ...G.Value) (G.Value, error) { return o.alone.do(inputs) }

func (o *crossEntropyGradientOp) value() G.Value { return o.gradient }

func (o *crossEntropyGradientOp) begin(inputs []G.Value) error {
	upstream, err := float(inputs[1])
	o.upstream = float32(upstream)
	return err
}

func (o *crossEntropyGradientOp) doRows(lo, hi int) {
	if o.upstream == 1 { // most often
		return
	}
	units := o.gradient.Shape()[1]
	rows := o.gradient.Float32s()[lo*units : hi*units]
	simd.Scale(rows, o.upstream, rows)
}

func (o *crossEntropyGradientOp) end() {}

func (o *crossEntropyGradientOp) rowWork() int { return 0 }

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

// Do returns the accuracy; it has been counted as the input was computed.
func (o *accuracyOp) Do(...G.Value) (G.Value, error) { return o.accuracy, nil }
