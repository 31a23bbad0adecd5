// This file compiles a graph for a machine, runs it and reads its values.

package graph

import (
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Machine chooses what runs the graphs.
type Machine int

// The machines: Gorgonia's own, and this package's (static.go), which gives the
// same bits in less time.
const (
	TapeMachine Machine = iota
	StaticMachine
)

// machine is a compiled graph. Bind, run, then read the values.
type machine struct {
	program
	vm        G.VM
	static    *staticMachine // vm, if it is one
	tape      fmt.Stringer   // the program that vm runs, if it is a tape machine
	bindings  []*binding     // of the input and, of a classifier, the targets
	reads     []read
	steps     []G.ValueGrad // the weights with their gradients, for a solver
	descends  bool          // the graph takes the solver's steps itself
	lossValue G.Value
	accuracyValue,
	outputValue G.Value
}

// read is a node whose value the machine's user wants, and where it goes.
type read struct {
	node  *G.Node
	value *G.Value
}

// weightGradient is a weight with its gradient, as solvers want them.
type weightGradient struct {
	weight, gradient *G.Node
	promised         *tensor.Dense // stands for the gradient's value, or nil
}

// Value returns the weight.
func (w weightGradient) Value() G.Value { return w.weight.Value() }

// Grad returns the gradient of the last run.
func (w weightGradient) Grad() (G.Value, error) {
	if w.promised != nil {
		return w.promised, nil
	}
	return w.gradient.Value(), nil
}

// compile makes a machine of a program. The engine does the solver's work.
func compile(p *program, c Config, e tensor.Engine) (*machine, error) {
	m := &machine{program: *p, bindings: []*binding{newBinding(p.input, p.gradients != nil, c.Trace)}}
	if p.targets != nil {
		m.bindings = append(m.bindings, newBinding(p.targets, p.gradients != nil, c.Trace))
	}
	for i, g := range p.gradients {
		m.steps = append(m.steps, &weightGradient{weight: p.weights[i], gradient: g})
	}
	for _, r := range []read{{p.loss, &m.lossValue}, {p.accuracy, &m.accuracyValue}, {p.output, &m.outputValue}} {
		if r.node != nil {
			m.reads = append(m.reads, r)
		}
	}
	var err error
	if c.Machine == StaticMachine {
		if m.static, err = newStaticMachine(p, m.bindings, e); err != nil {
			return nil, err
		}
		m.vm, m.descends = m.static, m.static.descend(p, float32(c.LearningRate))
		return m, nil
	}
	// A gradient that is promised could not be watched. The rate is VanillaSolver's.
	if c.Engine == KernelEngine && float32(c.LearningRate) > 0 && !c.Watch {
		for i, g := range p.gradients {
			if op, ok := untraced(g.Op()).(*denseGradientOp); ok {
				m.steps[i].(*weightGradient).promised = newPromise(op)
			}
		}
	}
	// A node's memory may serve another once nobody in the graph reads it any
	// more; reading is part of the graph.
	for _, r := range m.reads {
		G.Read(r.node, r.value)
	}
	prog, locations, err := G.Compile(p.graph)
	if err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	m.tape = prog
	// BindDualValues stays away: with it gradients add up from run to run.
	options := []G.VMOpt{G.WithPrecompiled(prog, locations), G.WithEngine(e)}
	if c.Watch {
		options = append(options, G.WithNaNWatch(), G.WithInfWatch())
	}
	m.vm = G.NewTapeMachine(p.graph, options...)
	return m, nil
}

// close gives the machine back. It lets go of the tape machine, which has a
// finalizer: the graph that runs in it reads values into m, and Go frees no cycle
// that has a finalizer in it.
func (m *machine) close() error {
	err := m.vm.Close()
	m.vm = nil
	return err
}

// bind chooses what the next run is given, rows from first on: the input and, of a
// classifier, the targets.
func (m *machine) bind(first int, rows ...Inputs) {
	for i, b := range m.bindings {
		b.in, b.first = rows[i], first
	}
}

// run executes the graph once.
func (m *machine) run() error {
	defer m.vm.Reset() // without it the tape machine's next run would do nothing, silently
	if m.static == nil {
		for _, b := range m.bindings {
			b.run()
		}
	}
	if err := m.vm.RunAll(); err != nil {
		return fmt.Errorf("graph: %w", watched(err))
	}
	m.take()
	return nil
}

// take reads the values that a static machine leaves in the nodes.
func (m *machine) take() {
	if m.static == nil {
		return
	}
	for _, r := range m.reads {
		*r.value = r.node.Value()
	}
}

// descend executes a graph that takes the solver's step itself, and returns
// ErrNotFinite before the step if the loss is not finite.
func (m *machine) descend() (Metrics, error) {
	defer m.vm.Reset()
	if err := m.static.runTo(m.loss); err != nil {
		return Metrics{}, fmt.Errorf("graph: %w", err)
	}
	m.take()
	metrics, err := m.metrics()
	if err != nil {
		return Metrics{}, err
	}
	if !finite(metrics.Loss) {
		return metrics, ErrNotFinite
	}
	if err := m.static.RunAll(); err != nil {
		return metrics, fmt.Errorf("graph: %w", err)
	}
	return metrics, nil
}

// metrics returns the loss and accuracy of the last run.
func (m *machine) metrics() (Metrics, error) {
	loss, err := float(m.lossValue)
	if err != nil {
		return Metrics{}, err
	}
	accuracy, err := float(m.accuracyValue)
	return Metrics{Loss: loss, RoundedAccuracy: accuracy}, err
}

// float returns the number in a float32 scalar.
func float(v G.Value) (float64, error) {
	switch v := v.(type) {
	case *G.F32:
		return float64(*v), nil
	case *tensor.Dense:
		if x, ok := v.Data().(float32); ok {
			return float64(x), nil
		}
	}
	return 0, fmt.Errorf("graph: value is a %T, want a float32 scalar", v)
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
