// This file holds the tensor engine that does VanillaSolver's arithmetic.

package graph

import (
	"errors"
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/parallel"
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
type engine struct{ G.StandardEngine }

// MulScalar multiplies a tensor in place.
func (e engine) MulScalar(t tensor.Tensor, scalar any, leftTensor bool, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	alpha, ok := scalar.(float32)
	if values := inPlace(t, opts); ok && values != nil {
		simd.Scale(values, alpha, values)
		return t, nil
	}
	return e.StandardEngine.MulScalar(t, scalar, leftTensor, opts...)
}

// Add adds a tensor to another in place.
func (e engine) Add(a, b tensor.Tensor, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	sum := inPlace(a, opts)
	if p, ok := b.Engine().(*promise); ok {
		if sum == nil {
			return nil, errors.New("graph: a promised gradient is added to something else than a kernel in place")
		}
		p.keep(sum)
		return a, nil
	}
	if term := contiguous(b); sum != nil && term != nil && a.Shape().Eq(b.Shape()) {
		simd.Axpy(sum, 1, term)
		return a, nil
	}
	return e.StandardEngine.Add(a, b, opts...)
}

// promise is the engine of a tensor that stands for a kernel's gradient which
// is yet to be computed. VanillaSolver multiplies it, which is remembered, adds
// it to the kernel, where the product of matrices that the gradient is goes
// without being stored on the way, and sets it to zero, one number in place of
// all. The kernel has the bits that the gradient would give.
//
// It knows nothing else: other solvers want gradients that are there.
type promise struct {
	engine
	op     *denseGradientOp
	factor float32 // of the gradient
	kernel simd.Matrix
	shares int
}

// newPromise makes op promise its kernel's gradient, and returns what stands
// for it.
func newPromise(op *denseGradientOp) *tensor.Dense {
	op.promised = true
	return tensor.New(tensor.Of(tensor.Float32), tensor.WithShape(1), tensor.WithEngine(&promise{op: op}))
}

// MulScalar remembers the factor of the gradient.
func (p *promise) MulScalar(t tensor.Tensor, scalar any, _ bool, opts ...tensor.FuncOpt) (tensor.Tensor, error) {
	alpha, ok := scalar.(float32)
	if !ok || inPlace(t, opts) == nil {
		return nil, fmt.Errorf("graph: a promised gradient times a %T, want it in place and by a float32", scalar)
	}
	p.factor = alpha
	return t, nil
}

// keep adds the gradient to the kernel.
func (p *promise) keep(kernel []float32) {
	p.kernel = simd.Dense(kernel, p.op.weights.Rows, p.op.weights.Columns)
	p.shares = weightShares(workersFor(p.op.kernelWork()))
	parallel.Run(p, p.shares)
}

// Piece adds a share of the gradient to the kernel.
func (p *promise) Piece(i int) {
	p.op.addKernelShare(p.kernel, p.factor, piece{share: i, shares: p.shares})
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
