// This file holds the tensor engine that does VanillaSolver's arithmetic.

package graph

import (
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// Engine chooses what does the solver's arithmetic.
type Engine int

// The engines: this package's, and Gorgonia's own.
const (
	KernelEngine Engine = iota
	StandardEngine
)

// engine is Gorgonia's standard engine with the two operations that
// VanillaSolver uses, gradient *= -η and weight += gradient, done by kernels.
// Everything else, and every form of the two that VanillaSolver does not use,
// goes to the standard engine. The results have the standard engine's bits.
type engine struct {
	G.StandardEngine
	// gradients are tensors that nobody reads between the two operations, so
	// that both can be done in one pass when the second comes.
	gradients map[tensor.Tensor]bool
	scaled    tensor.Tensor // the gradient whose multiplication is yet to be done
	factor    float32
}

func newEngine() *engine { return &engine{gradients: map[tensor.Tensor]bool{}} }

// MulScalar multiplies a tensor in place.
func (e *engine) MulScalar(t tensor.Tensor, scalar any, leftTensor bool, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	alpha, ok := scalar.(float32)
	values := inPlace(t, opts)
	if !ok || values == nil {
		return e.StandardEngine.MulScalar(t, scalar, leftTensor, opts...)
	}
	if e.gradients[t] && e.scaled == nil {
		e.scaled, e.factor = t, alpha
		return t, nil
	}
	simd.Scale(values, alpha, values)
	return t, nil
}

// Add adds a tensor to another in place.
func (e *engine) Add(a, b tensor.Tensor, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	factor := float32(1)
	if e.scaled != nil && e.scaled == b {
		factor, e.scaled = e.factor, nil
	}
	sum, term := inPlace(a, opts), contiguous(b)
	if sum == nil || term == nil || !a.Shape().Eq(b.Shape()) {
		if factor != 1 {
			simd.Scale(term, factor, term)
		}
		return e.StandardEngine.Add(a, b, opts...)
	}
	simd.Axpy(sum, factor, term)
	return a, nil
}

// inPlace returns the values of t if the options say that the result takes
// their place and nothing else, and t is such that kernels can work on it;
// else nil.
func inPlace(t tensor.Tensor, opts []tensor.FuncOpt) []float32 {
	if len(opts) != 1 {
		return nil
	}
	o := tensor.ParseFuncOpts(opts...)
	reuse, incr := o.IncrReuse()
	if o.Safe() || reuse != nil || incr || o.Same() {
		return nil
	}
	return contiguous(t)
}

// contiguous returns the values of a float32 matrix or vector without gaps,
// else nil.
func contiguous(t tensor.Tensor) []float32 {
	d, ok := t.(*tensor.Dense)
	if !ok || d.Dtype() != tensor.Float32 || d.IsScalar() || d.RequiresIterator() {
		return nil
	}
	return d.Float32s()
}
