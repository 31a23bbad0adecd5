// This file holds what the fused losses have in common: each counts the accuracy
// in the pass that computes it, and keeps its gradient.

package graph

import (
	"fmt"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// lossSum is what a block adds to the loss and the accuracy.
type lossSum struct {
	loss float64
	hits int
}

// lossResult is a loss and an accuracy, means over the elements of a batch.
type lossResult struct{ loss, accuracy *G.F32 }

func newLossResult() lossResult { return lossResult{new(G.F32), new(G.F32)} }

// scorer is a loss that has counted an accuracy.
type scorer interface{ score() lossResult }

func (r lossResult) score() lossResult { return r }
func (r lossResult) value() G.Value    { return r.loss }

// finish adds up the blocks of count elements.
func (r lossResult) finish(blocks []lossSum, count int) {
	var sum lossSum
	for _, b := range blocks {
		sum.loss += b.loss
		sum.hits += b.hits
	}
	*r.loss, *r.accuracy = G.F32(sum.loss/float64(count)), G.F32(float64(sum.hits)/float64(count))
}

// ofItself returns an error unless a loss is differentiated as such, not as a
// part of something else.
func ofItself(loss G.Op, upstream *G.Node) error {
	if one, err := float(upstream.Value()); err != nil || one != 1 {
		return fmt.Errorf("graph: %v is differentiated for something else than itself", loss)
	}
	return nil
}

// gradientOf adds the operation that hands on the gradient that a loss has kept.
func gradientOf(loss *G.Node, name string, gradient *tensor.Dense) (*G.Node, error) {
	op := newPart(name, gradient)
	op.inputs = []hm.Type{scalar}
	return G.ApplyOpWithName(op, loss.Name()+" gradient", loss)
}

// accuracyOp hands out the accuracy that a loss, its only input, has counted.
type accuracyOp struct {
	operation
	accuracy *G.F32
}

func newAccuracy(of scorer) *accuracyOp {
	return &accuracyOp{operation{name: "accuracy", inputs: []hm.Type{scalar}, result: scalar}, of.score().accuracy}
}

// InferShape returns a scalar's.
func (o *accuracyOp) InferShape(...G.DimSizer) (tensor.Shape, error) {
	return tensor.ScalarShape(), nil
}

func (o *accuracyOp) value() G.Value { return o.accuracy }

// Do returns the accuracy; it has been counted as the input was computed.
func (o *accuracyOp) Do(...G.Value) (G.Value, error) { return o.accuracy, nil }
