// This file expresses the network in Gorgonia's own operations, as well as
// they allow. It is the reference that the fused operations are tested
// against and the baseline of benchmarks.

package graph

import (
	"errors"

	G "gorgonia.org/gorgonia"

	"stackedae/internal/simd"
)

// stock implements operations.
type stock struct{}

// expression builds a formula node by node and keeps the first error.
type expression struct{ err error }

func (e *expression) apply(f func(a, b *G.Node) (*G.Node, error), a, b *G.Node) *G.Node {
	if e.err != nil {
		return nil
	}
	var n *G.Node
	n, e.err = f(a, b)
	return n
}

func (e *expression) unary(f func(a *G.Node) (*G.Node, error), a *G.Node) *G.Node {
	return e.apply(func(a, _ *G.Node) (*G.Node, error) { return f(a) }, a, nil)
}

func (e *expression) add(a, b *G.Node) *G.Node { return e.apply(G.Add, a, b) }
func (e *expression) sub(a, b *G.Node) *G.Node { return e.apply(G.Sub, a, b) }
func (e *expression) mul(a, b *G.Node) *G.Node { return e.apply(G.HadamardProd, a, b) }

func constant(v float32) *G.Node { return G.NewConstant(v) }

// dense is activation(x·kernel + bias). What the gradient's consumer wants is
// not asked: Gorgonia's product always has both gradients.
func (stock) dense(x, kernel, bias *G.Node, kind denseKind) (*G.Node, error) {
	var e expression
	if kind.tied {
		kernel = e.unary(func(a *G.Node) (*G.Node, error) { return G.Transpose(a) }, kernel)
	}
	product := e.apply(func(a, b *G.Node) (*G.Node, error) { return G.Mul(a, b) }, x, kernel)
	z := e.apply(func(a, b *G.Node) (*G.Node, error) { return G.BroadcastAdd(a, b, nil, []byte{0}) }, product, bias)
	if kind.activation == selu {
		// Gorgonia has no selection by sign with a gradient, so
		// selu(z) = scale·(max(z, 0) + alpha·(exp(min(z, 0)) - 1)).
		positive := e.unary(G.Rectify, z)
		negative := e.sub(z, positive)
		z = e.add(
			e.mul(constant(simd.SELUScale), positive),
			e.mul(constant(simd.SELUScale*simd.SELUAlpha), e.unary(G.Expm1, negative)))
	}
	return z, e.err
}

func (stock) sigmoid(logits *G.Node) (*G.Node, error) { return G.Sigmoid(logits) }

// crossEntropy takes the logarithms of p+e and 1-p+e without clipping p, for
// Gorgonia has no clip with a gradient. It is always finite, and differs from
// Keras' formula where p lies outside [e, 1-e] only.
func (stock) crossEntropy(logits, targets *G.Node) (*G.Node, error) {
	var e expression
	one, epsilon := constant(1), constant(simd.CrossEntropyEpsilon)
	p := e.unary(G.Sigmoid, logits)
	white := e.mul(targets, e.unary(G.Log, e.add(p, epsilon)))
	black := e.mul(e.sub(one, targets), e.unary(G.Log, e.add(e.sub(one, p), epsilon)))
	loss := e.unary(G.Neg, e.unary(mean, e.add(white, black)))
	return loss, e.err
}

// squaredError is not there: Gorgonia has nothing to round outputs with.
func (stock) squaredError(_, _ *G.Node) (*G.Node, error) {
	return nil, errors.New("stock operations train outputs of sigmoid alone")
}

// roundedAccuracy uses that a number from 0 to 1 rounds, half to even, to 1 if
// it is above 0.5.
func (stock) roundedAccuracy(_, logits, targets *G.Node) (*G.Node, error) {
	var e expression
	above := func(n *G.Node) *G.Node {
		return e.apply(func(a, b *G.Node) (*G.Node, error) { return G.Gt(a, b, true) }, n, constant(0.5))
	}
	p := e.unary(G.Sigmoid, logits)
	hits := e.apply(func(a, b *G.Node) (*G.Node, error) { return G.Eq(a, b, true) }, above(p), above(targets))
	accuracy := e.unary(mean, hits)
	return accuracy, e.err
}

func (stock) softmaxCrossEntropy(logits, targets *G.Node) (*G.Node, error) {
	var e expression
	p := e.unary(func(n *G.Node) (*G.Node, error) { return G.SoftMax(n) }, logits)
	sums := e.unary(func(n *G.Node) (*G.Node, error) { return G.Sum(n, 1) }, e.mul(targets, e.unary(G.Log, p)))
	loss := e.unary(G.Neg, e.unary(func(n *G.Node) (*G.Node, error) { return G.Mean(n) }, sums))
	return loss, e.err
}

// classAccuracy takes targets that are 1 for the class and 0 for others.
func (stock) classAccuracy(_, logits, targets *G.Node) (*G.Node, error) {
	var e expression
	largest := e.unary(func(n *G.Node) (*G.Node, error) { return G.Max(n, 1) }, logits)
	ofTarget := e.unary(func(n *G.Node) (*G.Node, error) { return G.Sum(n, 1) }, e.mul(targets, logits))
	hits := e.apply(func(a, b *G.Node) (*G.Node, error) { return G.Eq(a, b, true) }, ofTarget, largest)
	accuracy := e.unary(func(n *G.Node) (*G.Node, error) { return G.Mean(n) }, hits)
	return accuracy, e.err
}

// mean returns the mean of a matrix: of each row first, because Gorgonia adds
// up one by one in float32, and a sum of 392,000 terms keeps five digits.
func mean(n *G.Node) (*G.Node, error) {
	rows, err := G.Mean(n, 1)
	if err != nil {
		return nil, err
	}
	return G.Mean(rows)
}
