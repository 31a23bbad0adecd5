// This file holds the fused softmax cross-entropy, its gradient, and the accuracy
// that is counted in the same pass.

package graph

import (
	"math"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// softmaxCrossEntropyOp is the mean over rows of the cross-entropy of
// softmax(logits) and targets, both of rows × classes, in the form that Keras
// takes where a softmax layer is the last:
//
//	-Σ t·log softmax(z) = Σ t·(log Σ exp(z-m) - (z-m)), m the largest z
//
// Targets are probabilities, which add up to 1 in a row: one of them 1 where the
// class is known. The same pass keeps the gradient by the logits, softmax(z) - t,
// and the share of rows whose largest logit and target are those of one class.
type softmaxCrossEntropyOp struct {
	operation
	lossResult
	gradient      *tensor.Dense // of the mean; nil until somebody differentiates
	rows, classes int
	alone         alone

	logits, targets simd.Matrix // of a run
	blocks          []lossSum   // of rowBlock rows
}

var (
	_ G.SDOp = &softmaxCrossEntropyOp{}
	_ shared = &softmaxCrossEntropyOp{}
	_ scorer = &softmaxCrossEntropyOp{}
)

func newSoftmaxCrossEntropy() *softmaxCrossEntropyOp {
	return &softmaxCrossEntropyOp{
		operation:  operation{name: "softmaxCrossEntropy", inputs: []hm.Type{matrix, matrix}, result: scalar},
		lossResult: newLossResult(),
	}
}

// InferShape checks that logits and targets have one shape.
func (o *softmaxCrossEntropyOp) InferShape(sizes ...G.DimSizer) (tensor.Shape, error) {
	shape, err := sameShape(o, sizes)
	if err != nil {
		return nil, err
	}
	if o.blocks == nil {
		o.rows, o.classes = shape[0], shape[1]
		o.blocks = make([]lossSum, (o.rows+rowBlock-1)/rowBlock)
	}
	return tensor.ScalarShape(), nil
}

// Do computes the loss.
func (o *softmaxCrossEntropyOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.rows, inputs)
}

func (o *softmaxCrossEntropyOp) begin(inputs []G.Value) {
	o.logits, o.targets = matrixOf(inputs[0]), matrixOf(inputs[1])
}

// tasks counts two exponentials an element as so many multiplications.
func (o *softmaxCrossEntropyOp) tasks() []task {
	return []task{{
		cut: byRows, work: 80 * o.rows * o.classes, do: o.blocksOf,
		done: func() { o.finish(o.blocks, o.rows) },
	}}
}

// blocksOf computes the blocks of a piece.
func (o *softmaxCrossEntropyOp) blocksOf(p piece) {
	for lo := p.lo; lo < p.hi; lo += rowBlock {
		var sum lossSum
		for i := lo; i < min(lo+rowBlock, p.hi); i++ {
			z, t := o.logits.Row(i), o.targets.Row(i)
			class := largest(z)
			if class == largest(t) {
				sum.hits++
			}
			total := 0.0
			for _, v := range z {
				total += math.Exp(float64(v) - float64(z[class]))
			}
			logTotal := math.Log(total)
			for j, v := range z {
				logP := float64(v) - float64(z[class]) - logTotal
				if t[j] != 0 {
					sum.loss -= float64(t[j]) * logP
				}
				if o.gradient != nil {
					matrixOf(o.gradient).Row(i)[j] = float32((math.Exp(logP) - float64(t[j])) / float64(o.rows))
				}
			}
		}
		o.blocks[lo/rowBlock] = sum
	}
}

// largest returns where the largest of the values is, the first if there are
// several.
func largest(values []float32) int {
	best := 0
	for i, v := range values {
		if v > values[best] {
			best = i
		}
	}
	return best
}

// DiffWRT says that targets are not differentiated by.
func (o *softmaxCrossEntropyOp) DiffWRT(int) []bool { return []bool{true, false} }

// SymDiff makes the forward pass keep its gradient, and adds the operation
// that hands it on: a part of the loss.
func (o *softmaxCrossEntropyOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	if err := ofItself(o, upstream); err != nil {
		return nil, err
	}
	o.gradient = newBuffer(inputs[0].Shape()...)
	byLogits, err := gradientOf(output, "softmaxCrossEntropyGradient", o.gradient)
	return G.Nodes{byLogits, nil}, err
}
