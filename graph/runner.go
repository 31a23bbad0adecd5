// This file holds what runs the graphs of any network: the choices of a Config,
// and a machine for every role and number of rows.

package graph

import (
	"errors"
	"fmt"
	"math"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// runner has the machines of a network.
type runner struct {
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

func newRunner(c Config) (*runner, error) {
	if !(c.LearningRate >= 0) || math.IsInf(c.LearningRate, 1) {
		return nil, fmt.Errorf("graph: learning rate %v, want a finite number from 0 on", c.LearningRate)
	}
	r := &runner{
		config: c,
		// No batch size for the solver: the loss is a mean already.
		solver:   G.NewVanillaSolver(G.WithLearnRate(c.LearningRate)),
		machines: map[machineKey]*machine{},
	}
	switch c.Operations {
	case Fused:
		r.ops = fused{}
	case Stock:
		r.ops = stock{}
	default:
		return nil, fmt.Errorf("graph: operations %d, want Fused or Stock", c.Operations)
	}
	switch c.Engine {
	case KernelEngine:
		r.engine = engine{}
	case StandardEngine:
		r.engine = G.StandardEngine{}
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
		r.solver = tracedSolver{r.solver, c.Trace.part(SolverPart)}
	}
	return r, nil
}

// Close gives the machines back. The weights stay as they are.
func (r *runner) Close() error {
	var errs []error
	for _, m := range r.machines {
		errs = append(errs, m.close())
	}
	clear(r.machines)
	return errors.Join(errs...)
}

// machine returns the machine for a role and a number of rows, which is built
// at first use.
func (r *runner) machine(key machineKey, build func() (*program, error)) (*machine, error) {
	if m, ok := r.machines[key]; ok {
		return m, nil
	}
	p, err := build()
	if err != nil {
		return nil, err
	}
	c := r.config
	if key.role != training {
		c.Trace = nil
	}
	if c.Trace != nil {
		p = c.Trace.program(p, c.Operations)
	}
	m, err := compile(p, c, r.engine)
	if err != nil {
		return nil, err
	}
	r.machines[key] = m
	return m, nil
}

// step runs a training machine and takes the solver's step; see Network.Train.
func (r *runner) step(m *machine) (Metrics, error) {
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
	if err := r.solver.Step(m.steps); err != nil {
		return metrics, fmt.Errorf("graph: solver: %w", err)
	}
	return metrics, nil
}
