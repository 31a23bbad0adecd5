// This file builds expression graphs: a model's layers, a role and a number
// of rows become named nodes.

package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/model"
)

// Operations chooses what the layers are made of.
type Operations int

// The ways to express a network; see the package comment.
const (
	Fused Operations = iota
	Stock
)

// operations is a way to express a network's parts as nodes. Matrices have a
// row for each image or code.
type operations interface {
	// dense returns activation(x·kernel + bias). inputGradient says whether
	// the gradient by x is wanted.
	dense(x, kernel, bias *G.Node, a activation, inputGradient bool) (*G.Node, error)
	// sigmoid returns predictions for logits.
	sigmoid(logits *G.Node) (*G.Node, error)
	// crossEntropy returns the mean loss of sigmoid(logits).
	crossEntropy(logits, targets *G.Node) (*G.Node, error)
	// roundedAccuracy returns the share of elements where sigmoid(logits) and
	// the targets round to the same integer. loss is crossEntropy's node for
	// the same two.
	roundedAccuracy(loss, logits, targets *G.Node) (*G.Node, error)
}

// fused implements operations by those of op_*.go.
type fused struct{}

func (fused) dense(x, kernel, bias *G.Node, a activation, inputGradient bool) (*G.Node, error) {
	return G.ApplyOp(newDense(a, inputGradient), x, kernel, bias)
}

func (fused) sigmoid(logits *G.Node) (*G.Node, error) { return G.ApplyOp(newSigmoid(), logits) }

func (fused) crossEntropy(logits, targets *G.Node) (*G.Node, error) {
	return G.ApplyOp(newCrossEntropy(), logits, targets)
}

func (fused) roundedAccuracy(loss, _, _ *G.Node) (*G.Node, error) {
	counted, ok := loss.Op().(*crossEntropyOp)
	if !ok {
		return nil, fmt.Errorf("loss is %v, want a fused cross-entropy", loss.Op())
	}
	return G.ApplyOp(newAccuracy(counted), loss)
}

// role is what a graph is for.
type role int

const (
	training    role = iota // loss, accuracy and the gradients by all weights
	evaluation              // loss and accuracy
	encoding                // images to codes
	decoding                // codes to images
	autoencoder             // images to images
)

// program is an expression graph with the nodes that its user wants.
type program struct {
	graph     *G.ExprGraph
	input     *tensor.Dense // rows × width, bound to the input node
	weights   G.Nodes       // kernel and bias, layer by layer
	gradients G.Nodes       // of training: by the weights, in their order
	loss      *G.Node       // of training and evaluation
	accuracy  *G.Node
	output    *G.Node // of the others
}

// build returns the graph of m for a role and a batch of rows.
func build(m *model.Model, r role, rows int, ops operations) (*program, error) {
	if rows < 1 {
		return nil, fmt.Errorf("graph: a batch of %d rows, want at least 1", rows)
	}
	layers := m.Layers()
	switch r {
	case encoding:
		layers = m.Encoder
	case decoding:
		layers = m.Decoder
	}
	width := layers[0].Inputs
	p := &program{graph: G.NewGraph(), input: newBuffer(rows, width)}
	x := G.NewMatrix(p.graph, tensor.Float32, G.WithName("input"), G.WithShape(rows, width), G.WithValue(p.input))

	h, err := p.stack(x, layers, ops)
	if err != nil {
		return nil, err
	}
	switch {
	case r == training || r == evaluation:
		err = p.score(h, x, ops, r == training)
	case layers[len(layers)-1].Activation == model.Sigmoid:
		if p.output, err = ops.sigmoid(h); err != nil {
			err = fmt.Errorf("graph: output: %w", err)
		}
	default:
		p.output = h
	}
	return p, err
}

// score adds the loss, its gradients if wanted, and the accuracy.
func (p *program) score(logits, targets *G.Node, ops operations, gradients bool) (err error) {
	if p.loss, err = ops.crossEntropy(logits, targets); err != nil {
		return fmt.Errorf("graph: loss: %w", err)
	}
	G.WithName("loss")(p.loss)
	if gradients {
		// Before the accuracy is there: Grad refuses a graph with a part that
		// cannot be differentiated.
		if p.gradients, err = G.Grad(p.loss, p.weights...); err != nil {
			return fmt.Errorf("graph: gradients: %w", err)
		}
	}
	if p.accuracy, err = ops.roundedAccuracy(p.loss, logits, targets); err != nil {
		return fmt.Errorf("graph: rounded accuracy: %w", err)
	}
	G.WithName("rounded_accuracy")(p.accuracy)
	return nil
}

// stack puts layers on x and returns the last one's output: logits if its
// activation is the sigmoid.
func (p *program) stack(x *G.Node, layers []model.Dense, ops operations) (*G.Node, error) {
	h := x
	for i, l := range layers {
		kernel := G.NewMatrix(p.graph, tensor.Float32, G.WithName(l.Name+".kernel"), G.WithShape(l.Inputs, l.Units), G.WithValue(l.Kernel))
		bias := G.NewVector(p.graph, tensor.Float32, G.WithName(l.Name+".bias"), G.WithShape(l.Units), G.WithValue(l.Bias))
		p.weights = append(p.weights, kernel, bias)
		a := linear
		if l.Activation == model.SELU {
			a = selu
		}
		var err error
		if h, err = ops.dense(h, kernel, bias, a, i > 0); err != nil {
			return nil, fmt.Errorf("graph: %s: %w", l.Name, err)
		}
		G.WithName(l.Name)(h)
	}
	return h, nil
}
