// This file holds what all fused operations have in common.

package graph

import (
	"fmt"
	"hash"
	"hash/fnv"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// The types that our operations take and return.
var (
	scalar hm.Type = tensor.Float32
	vector hm.Type = G.TensorType{Dims: 1, Of: tensor.Float32}
	matrix hm.Type = G.TensorType{Dims: 2, Of: tensor.Float32}
)

// operation is the part of gorgonia.Op that is the same for all of ours.
//
// Gorgonia merges nodes whose operations have the same hash and the same
// inputs, so the name must tell every parameter that changes the result. It
// must not hold any of {}|<>, which Gorgonia's graph drawing cannot take.
type operation struct {
	name   string
	inputs []hm.Type
	result hm.Type
}

// Arity returns the number of inputs.
func (o *operation) Arity() int { return len(o.inputs) }

// Type returns a new type on every call: Gorgonia's inference changes it.
func (o *operation) Type() hm.Type {
	return hm.NewFnType(append(append([]hm.Type{}, o.inputs...), o.result)...)
}

// ReturnsPtr gives the result a register of its own in the tape machine.
func (o *operation) ReturnsPtr() bool { return true }

// CallsExtern would cost a hand-over between goroutines if it were true.
func (o *operation) CallsExtern() bool { return false }

// OverwritesInput returns -1: every operation owns its result's memory.
func (o *operation) OverwritesInput() int { return -1 }

// WriteHash writes what tells this operation from others.
func (o *operation) WriteHash(h hash.Hash) { h.Write([]byte(o.name)) }

// Hashcode hashes what WriteHash writes.
func (o *operation) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

// String returns the operation's name.
func (o *operation) String() string { return o.name }

// owner is an operation whose result is always the same value, which nobody
// else writes.
type owner interface{ value() G.Value }

// part is an operation that hands out a result which another operation,
// its only input, has computed beside its own. So an operation can have
// several results though a node of Gorgonia has one.
type part struct {
	operation
	of *tensor.Dense
}

// newPart returns the operation for the named part of an operation whose
// result is a matrix.
func newPart(name string, of *tensor.Dense) *part {
	result := matrix
	if of.Dims() == 1 {
		result = vector
	}
	return &part{operation{name: name, inputs: []hm.Type{matrix}, result: result}, of}
}

func (o *part) value() G.Value { return o.of }

// InferShape returns the part's shape.
func (o *part) InferShape(...G.DimSizer) (tensor.Shape, error) { return o.of.Shape().Clone(), nil }

// Do returns the part; its computation has run as the input's.
func (o *part) Do(...G.Value) (G.Value, error) { return o.of, nil }

// newBuffer returns memory for a result.
func newBuffer(shape ...int) *tensor.Dense {
	return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(shape...))
}

// floats returns the memory of a matrix or vector.
func floats(v G.Value) []float32 { return v.(*tensor.Dense).Float32s() }

// matrixOf returns a matrix for kernels.
func matrixOf(v G.Value) simd.Matrix {
	t := v.(*tensor.Dense)
	shape := t.Shape()
	return simd.Dense(t.Float32s(), shape[0], shape[1])
}

// shapesOf checks that an operation was given matrices and vectors of the
// dimensions that it wants.
func shapesOf(op G.Op, sizes []G.DimSizer, dims ...int) ([]tensor.Shape, error) {
	shapes, err := G.DimSizersToShapes(sizes)
	if err != nil {
		return nil, fmt.Errorf("graph: %v: %w", op, err)
	}
	if len(shapes) != len(dims) {
		return nil, fmt.Errorf("graph: %v: %d inputs, want %d", op, len(shapes), len(dims))
	}
	for i, d := range dims {
		if shapes[i].Dims() != d {
			return nil, fmt.Errorf("graph: %v: input %d of shape %v, want %d dimensions", op, i, shapes[i], d)
		}
	}
	return shapes, nil
}

// sameShape checks that two inputs of an operation, matrices, have one shape.
func sameShape(op G.Op, sizes []G.DimSizer) (tensor.Shape, error) {
	shapes, err := shapesOf(op, sizes, 2, 2)
	if err != nil {
		return nil, err
	}
	if !shapes[0].Eq(shapes[1]) {
		return nil, fmt.Errorf("graph: %v: inputs of shapes %v and %v, want one shape", op, shapes[0], shapes[1])
	}
	return shapes[0], nil
}
