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
	// dense returns activation(x·kernel + bias).
	dense(x, kernel, bias *G.Node, kind denseKind) (*G.Node, error)
	// sigmoid returns predictions for logits.
	sigmoid(logits *G.Node) (*G.Node, error)
	// crossEntropy returns the mean loss of sigmoid(logits).
	crossEntropy(logits, targets *G.Node) (*G.Node, error)
	// squaredError returns the mean squared error of outputs that are no logits.
	squaredError(outputs, targets *G.Node) (*G.Node, error)
	// softmaxCrossEntropy returns the mean over rows of the cross-entropy of
	// softmax(logits).
	softmaxCrossEntropy(logits, targets *G.Node) (*G.Node, error)
	// roundedAccuracy returns the share of elements where output and target round
	// to the same integer. loss is crossEntropy's or squaredError's node for the
	// same two.
	roundedAccuracy(loss, logits, targets *G.Node) (*G.Node, error)
	// classAccuracy returns the share of rows whose largest logit is that of the
	// target's class. loss is softmaxCrossEntropy's node for the same two.
	classAccuracy(loss, logits, targets *G.Node) (*G.Node, error)
}

// fused implements operations by those of op_*.go.
type fused struct{}

func (fused) dense(x, kernel, bias *G.Node, kind denseKind) (*G.Node, error) {
	return G.ApplyOp(newDense(kind), x, kernel, bias)
}

func (fused) sigmoid(logits *G.Node) (*G.Node, error) { return G.ApplyOp(newSigmoid(), logits) }

func (fused) crossEntropy(logits, targets *G.Node) (*G.Node, error) {
	return G.ApplyOp(newCrossEntropy(), logits, targets)
}

func (fused) squaredError(outputs, targets *G.Node) (*G.Node, error) {
	return G.ApplyOp(newSquaredError(), outputs, targets)
}

func (fused) softmaxCrossEntropy(logits, targets *G.Node) (*G.Node, error) {
	return G.ApplyOp(newSoftmaxCrossEntropy(), logits, targets)
}

func (fused) roundedAccuracy(loss, _, _ *G.Node) (*G.Node, error) { return counted(loss) }
func (fused) classAccuracy(loss, _, _ *G.Node) (*G.Node, error)   { return counted(loss) }

// counted returns the accuracy that a loss has counted.
func counted(loss *G.Node) (*G.Node, error) {
	op, ok := loss.Op().(scorer)
	if !ok {
		return nil, fmt.Errorf("loss is %v, want a fused one", loss.Op())
	}
	return G.ApplyOp(newAccuracy(op), loss)
}

// role is what a graph is for.
type role int

const (
	training      role = iota // loss, accuracy and the gradients by all weights
	evaluation                // loss and accuracy
	trainingCodes             // images to codes, in training's order of sums
	encoding                  // images to codes
	decoding                  // codes to images
	autoencoder               // images to images
)

// exported reports whether there is an exported model that does the same.
func (r role) exported() bool { return r == encoding || r == decoding || r == autoencoder }

// program is an expression graph with the nodes that its user wants.
type program struct {
	graph     *G.ExprGraph
	input     *tensor.Dense // rows × width, bound to the input node
	targets   *tensor.Dense // rows × classes, of a classifier; else the input is the target
	weights   G.Nodes       // that are trained: kernel and bias, layer by layer, of tied layers the bias alone
	gradients G.Nodes       // of training: by the weights, in their order
	loss      *G.Node       // of training and evaluation
	accuracy  *G.Node
	output    *G.Node // of the others
}

// build returns the graph of m for a role and a batch of rows. Training has the
// noise, unless it is nil.
func build(m *model.Model, r role, rows int, ops operations, noise *Noise) (*program, error) {
	if rows < 1 {
		return nil, fmt.Errorf("graph: a batch of %d rows, want at least 1", rows)
	}
	layers := m.Layers()
	switch r {
	case encoding, trainingCodes:
		layers = m.Encoder
	case decoding:
		layers = m.Decoder
	}
	p := &program{graph: G.NewGraph(), input: newBuffer(rows, layers[0].Inputs)}
	x := p.matrix("input", p.input)
	first := x
	if r == training && noise != nil {
		var err error
		if first, err = G.ApplyOpWithName(newNoise(noise), "noise", x); err != nil {
			return nil, fmt.Errorf("graph: noise: %w", err)
		}
	}
	h, err := p.stack(first, layers, r.exported(), 0, ops)
	if err != nil {
		return nil, err
	}
	switch {
	case r == training || r == evaluation:
		o := objective{ops.crossEntropy, ops.roundedAccuracy, "rounded_accuracy"}
		if layers[len(layers)-1].Activation != model.Sigmoid {
			o.loss = ops.squaredError
		}
		err = p.score(o, h, x, r == training)
	case layers[len(layers)-1].Activation == model.Sigmoid:
		if p.output, err = ops.sigmoid(h); err != nil {
			err = fmt.Errorf("graph: output: %w", err)
		}
	default:
		p.output = h
	}
	return p, err
}

// buildClassifier returns the graph of c for training or evaluation and a batch of
// rows. It does not train the first layers, as many as frozen says.
func buildClassifier(c *model.Classifier, frozen int, r role, rows int, ops operations) (*program, error) {
	p := &program{graph: G.NewGraph(), input: newBuffer(rows, c.Layers[0].Inputs), targets: newBuffer(rows, c.Classes())}
	h, err := p.stack(p.matrix("input", p.input), c.Layers, false, frozen, ops)
	if err != nil {
		return nil, err
	}
	o := objective{ops.softmaxCrossEntropy, ops.classAccuracy, "accuracy"}
	return p, p.score(o, h, p.matrix("targets", p.targets), r == training)
}

// matrix returns the node of a matrix that is bound before every run.
func (p *program) matrix(name string, value *tensor.Dense) *G.Node {
	return G.NewMatrix(p.graph, tensor.Float32, G.WithName(name), G.WithShape(value.Shape()...), G.WithValue(value))
}

// objective is what a network is trained for and measured by.
type objective struct {
	loss         func(logits, targets *G.Node) (*G.Node, error)
	accuracy     func(loss, logits, targets *G.Node) (*G.Node, error)
	accuracyName string
}

// score adds the loss, its gradients if wanted, and the accuracy.
func (p *program) score(o objective, logits, targets *G.Node, gradients bool) (err error) {
	if p.loss, err = o.loss(logits, targets); err != nil {
		return fmt.Errorf("graph: loss: %w", err)
	}
	G.WithName("loss")(p.loss)
	if gradients {
		// Before the accuracy is there: Grad refuses a graph with a part that
		// cannot be differentiated.
		if p.gradients, err = G.Grad(p.loss, p.weights...); err != nil {
			return fmt.Errorf("graph: gradients: %w", err)
		}
		for i, g := range p.gradients {
			if _, ok := g.Op().(owner); !ok { // ours have a name
				G.WithName(p.weights[i].Name() + " gradient")(g)
			}
		}
	}
	if p.accuracy, err = o.accuracy(p.loss, logits, targets); err != nil {
		return fmt.Errorf("graph: %s: %w", o.accuracyName, err)
	}
	G.WithName(o.accuracyName)(p.accuracy)
	return nil
}

// stack puts layers on x and returns the last one's output: logits if its
// activation is sigmoid or softmax. Exported ones are not trained. The first layers, as many as frozen says, are
// not trained. Tied layers share a kernel's node, so that Gorgonia adds up its
// gradients.
func (p *program) stack(x *G.Node, layers []model.Dense, exported bool, frozen int, ops operations) (*G.Node, error) {
	kernels := map[*tensor.Dense]*G.Node{}
	h := x
	for i, l := range layers {
		kernel, ok := kernels[l.Kernel]
		if !ok {
			kernel = G.NewMatrix(p.graph, tensor.Float32, G.WithName(l.Name+".kernel"), G.WithShape(l.Kernel.Shape()...), G.WithValue(l.Kernel))
			kernels[l.Kernel] = kernel
			if i >= frozen {
				p.weights = append(p.weights, kernel)
			}
		}
		bias := G.NewVector(p.graph, tensor.Float32, G.WithName(l.Name+".bias"), G.WithShape(l.Units), G.WithValue(l.Bias))
		if i >= frozen {
			p.weights = append(p.weights, bias)
		}
		kind := denseKind{activation: linear, tied: l.Tied, inputGradient: i > frozen, exported: exported}
		if l.Activation == model.SELU {
			kind.activation = selu
		}
		var err error
		if h, err = ops.dense(h, kernel, bias, kind); err != nil {
			return nil, fmt.Errorf("graph: %s: %w", l.Name, err)
		}
		G.WithName(l.Name)(h)
	}
	return h, nil
}
