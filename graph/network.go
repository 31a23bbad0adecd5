// This file holds the network as its users see it: a model that trains,
// evaluates, encodes, decodes and reconstructs.

package graph

import (
	"context"
	"errors"
	"fmt"

	"stackedae/model"
)

// batchRows is how many rows go through a graph at a time where nobody asks
// for a batch size: the memory for intermediate results stays small.
const batchRows = 500

// Config says how a network is built. Its zero value is for use without
// training.
type Config struct {
	// LearningRate is VanillaSolver's step: weights -= LearningRate·gradient.
	LearningRate float64
	// Operations is what the layers are made of, Fused unless told otherwise.
	Operations Operations
	// Engine does the solver's arithmetic, KernelEngine unless told otherwise.
	Engine Engine
	// Machine runs the graphs, TapeMachine unless told otherwise.
	Machine Machine
	// Noise is what the input is given in training.
	Noise Noise
	// Trace measures where the time of training steps goes, unless it is nil.
	Trace *Trace
	// Watch looks at what every operation returns. The first that is NaN or
	// infinite ends the step with ErrNotFinite and the operation's name. It wants
	// the TapeMachine, and half of the time more.
	Watch bool
}

// Metrics are what Keras reports of a batch or a set of images.
type Metrics struct {
	Loss            float64 // binary cross-entropy, mean over all pixels, in nats
	RoundedAccuracy float64 // share of pixels that round to the same integer
}

// ErrNotFinite is returned by Train for a batch whose loss is NaN or infinite, and
// is in the error that a watch ends a step with.
var ErrNotFinite = errors.New("not a finite number")

// Network runs a model. It changes the model's weights in Train and only
// there. It must not be used by two goroutines at once, nor two networks over
// one model. Methods that take many batches look at their context between two.
type Network struct {
	*runner
	model *model.Model
	noise *Noise // nil if there is none; its Step is the next one's
}

// New returns a network over m's weights.
func New(m *model.Model, c Config) (*Network, error) {
	if err := c.Noise.Validate(); err != nil {
		return nil, err
	}
	r, err := newRunner(c)
	if err != nil {
		return nil, err
	}
	n := &Network{runner: r, model: m}
	if !c.Noise.none() {
		n.noise = &c.Noise
	}
	return n, nil
}

// CodeUnits returns the width of a code.
func (n *Network) CodeUnits() int { return n.model.Spec.CodeUnits() }

// machine returns the machine for a role and a number of rows.
func (n *Network) machine(r role, rows int) (*machine, error) {
	return n.runner.machine(machineKey{r, rows}, func() (*program, error) { return n.program(r, rows) })
}

// program returns the graph for a role and a number of rows.
func (n *Network) program(r role, rows int) (*program, error) {
	return build(n.model, r, rows, n.ops, n.noise)
}

// Train takes one step of stochastic gradient descent on a batch of images
// and returns their metrics before the step. If the loss is not finite it
// returns ErrNotFinite and leaves the weights alone.
func (n *Network) Train(batch Inputs) (Metrics, error) {
	if err := checkInputs(batch, n.model.Spec.Inputs); err != nil {
		return Metrics{}, err
	}
	m, err := n.machine(training, batch.Len())
	if err != nil {
		return Metrics{}, err
	}
	m.bind(0, batch)
	metrics, err := n.step(m)
	if n.noise != nil {
		n.noise.Step++
	}
	return metrics, err
}

// Evaluate returns the metrics of images.
func (n *Network) Evaluate(ctx context.Context, images Inputs) (Metrics, error) {
	var sum Metrics
	err := n.forward(ctx, evaluation, images, n.model.Spec.Inputs, func(m *machine, first, rows int) error {
		metrics, err := m.metrics()
		sum.Loss += metrics.Loss * float64(rows)
		sum.RoundedAccuracy += metrics.RoundedAccuracy * float64(rows)
		return err
	})
	if err != nil {
		return Metrics{}, err
	}
	count := float64(images.Len())
	return Metrics{sum.Loss / count, sum.RoundedAccuracy / count}, nil
}

// TrainingCodes returns the codes of images, a row of CodeUnits each, with the bits
// that they have in Train, for another network to learn.
func (n *Network) TrainingCodes(ctx context.Context, images Inputs) ([]float32, error) {
	return n.outputs(ctx, trainingCodes, images, n.model.Spec.Inputs, n.CodeUnits())
}

// Encode, Decode and Reconstruct add up in the order of ONNX Runtime, whose numbers
// differ from theirs by the rounding of activations alone.

// Encode returns the codes of images, a row of CodeUnits each.
func (n *Network) Encode(ctx context.Context, images Inputs) ([]float32, error) {
	return n.outputs(ctx, encoding, images, n.model.Spec.Inputs, n.CodeUnits())
}

// Decode returns the images of codes, rows of pixels from 0 to 1.
func (n *Network) Decode(ctx context.Context, codes Inputs) ([]float32, error) {
	return n.outputs(ctx, decoding, codes, n.CodeUnits(), n.model.Spec.Inputs)
}

// Reconstruct returns what encoder and decoder in a row make of images, rows
// of pixels from 0 to 1.
func (n *Network) Reconstruct(ctx context.Context, images Inputs) ([]float32, error) {
	return n.outputs(ctx, autoencoder, images, n.model.Spec.Inputs, n.model.Spec.Inputs)
}

// outputs collects a role's output for rows of width values.
func (n *Network) outputs(ctx context.Context, r role, in Inputs, width, outputWidth int) ([]float32, error) {
	var out []float32
	err := n.forward(ctx, r, in, width, func(m *machine, first, rows int) error {
		if out == nil {
			out = make([]float32, in.Len()*outputWidth)
		}
		copy(out[first*outputWidth:], floats(m.outputValue))
		return nil
	})
	return out, err
}

// forward runs a role over rows of width values, a batch at a time, and calls
// each after every batch with its machine, first row and number of rows.
func (n *Network) forward(ctx context.Context, r role, in Inputs, width int, each func(m *machine, first, rows int) error) error {
	if err := checkInputs(in, width); err != nil {
		return err
	}
	return inBatches(ctx, in.Len(), func(first, rows int) error {
		m, err := n.machine(r, rows)
		if err != nil {
			return err
		}
		m.bind(first, in)
		if err := m.run(); err != nil {
			return err
		}
		return each(m, first, rows)
	})
}

// inBatches calls do for every batchRows rows of n, and looks at the context
// between two calls.
func inBatches(ctx context.Context, n int, do func(first, rows int) error) error {
	for first := 0; first < n; first += batchRows {
		if ctx.Err() != nil {
			return fmt.Errorf("graph: stopped after %d of %d rows: %w", first, n, context.Cause(ctx))
		}
		if err := do(first, min(batchRows, n-first)); err != nil {
			return err
		}
	}
	return nil
}
