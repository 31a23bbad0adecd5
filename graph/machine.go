// This file compiles a graph for the tape machine and runs it.

package graph

import (
	"fmt"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// machine is a compiled graph. Fill input, run, then read the values.
type machine struct {
	program
	vm            G.VM
	lossValue     G.Value
	accuracyValue G.Value
	outputValue   G.Value
	gradient      []G.ValueGrad // the weights with their gradients, for a solver
}

// compile makes a machine of a program. The engine does the solver's work.
func compile(p *program, e tensor.Engine) (*machine, error) {
	m := &machine{program: *p, gradient: G.NodesToValueGrads(p.weights)}
	// A node's memory may serve another once nobody in the graph reads it any
	// more; reading is part of the graph.
	for _, r := range []struct {
		node  *G.Node
		value *G.Value
	}{{p.loss, &m.lossValue}, {p.accuracy, &m.accuracyValue}, {p.output, &m.outputValue}} {
		if r.node != nil {
			G.Read(r.node, r.value)
		}
	}
	prog, locations, err := G.Compile(p.graph)
	if err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	// BindDualValues stays away: with it gradients add up from run to run.
	m.vm = G.NewTapeMachine(p.graph, G.WithPrecompiled(prog, locations), G.WithEngine(e))
	return m, nil
}

// run executes the graph once on what input holds.
func (m *machine) run() error {
	defer m.vm.Reset() // without it the next run would do nothing, silently
	if err := m.vm.RunAll(); err != nil {
		return fmt.Errorf("graph: %w", err)
	}
	return nil
}

// metrics returns the loss and accuracy of the last run.
func (m *machine) metrics() (Metrics, error) {
	loss, ok := m.lossValue.Data().(float32)
	if !ok {
		return Metrics{}, fmt.Errorf("graph: loss is a %T, want a float32 scalar", m.lossValue.Data())
	}
	accuracy, ok := m.accuracyValue.Data().(float32)
	if !ok {
		return Metrics{}, fmt.Errorf("graph: rounded accuracy is a %T, want a float32 scalar", m.accuracyValue.Data())
	}
	return Metrics{Loss: float64(loss), RoundedAccuracy: float64(accuracy)}, nil
}
