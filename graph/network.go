// This file holds the network as its users see it: a model that trains,
// evaluates, encodes, decodes and reconstructs.

package graph

import (
	"context"
	"errors"
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

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
	model    *model.Model
	config   Config
	ops      operations
	engine   tensor.Engine
	solver   G.Solver
	machines map[machineKey]*machine
}

type machineKey struct {
	role role
	rows int
}

// New returns a network over m's weights.
func New(m *model.Model, c Config) (*Network, error) {
	if !(c.LearningRate >= 0) || math.IsInf(c.LearningRate, 1) {
		return nil, fmt.Errorf("graph: learning rate %v, want a finite number from 0 on", c.LearningRate)
	}
	n := &Network{
		model:  m,
		config: c,
		// No batch size for the solver: the loss is a mean already.
		solver:   G.NewVanillaSolver(G.WithLearnRate(c.LearningRate)),
		machines: map[machineKey]*machine{},
	}
	switch c.Operations {
	case Fused:
		n.ops = fused{}
	case Stock:
		n.ops = stock{}
	default:
		return nil, fmt.Errorf("graph: operations %d, want Fused or Stock", c.Operations)
	}
	switch c.Engine {
	case KernelEngine:
		n.engine = engine{}
	case StandardEngine:
		n.engine = G.StandardEngine{}
	default:
		return nil, fmt.Errorf("graph: engine %d, want KernelEngine or StandardEngine", c.Engine)
	}
	if c.Machine != TapeMachine && c.Machine != StaticMachine {
		return nil, fmt.Errorf("graph: machine %d, want TapeMachine or StaticMachine", c.Machine)
	}
	if c.Watch && c.Machine != TapeMachine {
		return nil, errors.New("graph: Watch wants the TapeMachine")
	}
	if c.Trace != nil {
		n.solver = tracedSolver{n.solver, c.Trace.part(SolverPart)}
	}
	return n, nil
}

// Close gives the machines back. The model stays as it is.
func (n *Network) Close() error {
	var errs []error
	for _, m := range n.machines {
		errs = append(errs, m.close())
	}
	clear(n.machines)
	return errors.Join(errs...)
}

// machine returns the machine for a role and a number of rows, which is built
// at first use.
func (n *Network) machine(r role, rows int) (*machine, error) {
	key := machineKey{r, rows}
	if m, ok := n.machines[key]; ok {
		return m, nil
	}
	p, err := build(n.model, r, rows, n.ops)
	if err != nil {
		return nil, err
	}
	c := n.config
	if r != training {
		c.Trace = nil
	}
	if c.Trace != nil {
		p = c.Trace.program(p, c.Operations)
	}
	m, err := compile(p, c, n.engine)
	if err != nil {
		return nil, err
	}
	n.machines[key] = m
	return m, nil
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
	m.bind(batch, 0)
	if m.descends {
		return m.descend()
	}
	if err := m.run(); err != nil {
		return Metrics{}, err
	}
	metrics, err := m.metrics()
	if err != nil {
		return Metrics{}, err
	}
	if !finite(metrics.Loss) {
		return metrics, ErrNotFinite
	}
	if err := n.solver.Step(m.steps); err != nil {
		return metrics, fmt.Errorf("graph: solver: %w", err)
	}
	return metrics, nil
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

// Encode returns the codes of images, a row of the model's CodeUnits each.
func (n *Network) Encode(ctx context.Context, images Inputs) ([]float32, error) {
	return n.outputs(ctx, encoding, images, n.model.Spec.Inputs, n.model.Spec.CodeUnits())
}

// Decode returns the images of codes, rows of pixels from 0 to 1.
func (n *Network) Decode(ctx context.Context, codes Inputs) ([]float32, error) {
	return n.outputs(ctx, decoding, codes, n.model.Spec.CodeUnits(), n.model.Spec.Inputs)
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
	for first := 0; first < in.Len(); first += batchRows {
		if ctx.Err() != nil {
			return fmt.Errorf("graph: stopped after %d of %d rows: %w", first, in.Len(), context.Cause(ctx))
		}
		rows := min(batchRows, in.Len()-first)
		m, err := n.machine(r, rows)
		if err != nil {
			return err
		}
		m.bind(in, first)
		if err := m.run(); err != nil {
			return err
		}
		if err := each(m, first, rows); err != nil {
			return err
		}
	}
	return nil
}
