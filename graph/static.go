// This file holds a machine of our own, which runs a graph as a few regions.

package graph

import (
	"fmt"
	"slices"

	gonum "gonum.org/v1/gonum/graph"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// staticMachine is a gorgonia.VM. It runs the operations of a graph in the order
// in which the tape machine does, and leaves their values in the nodes. What the
// tape machine pays in every run, a goroutine, a locked thread, registers and
// lists of inputs, it pays once. And processors take their rows or bands through
// many operations without waiting for each other between two: the chapter's
// training step is five regions.
//
// It never lets an operation overwrite an input. What operations compute for
// weights it computes last, and then what is made of that: the sum of a tied
// kernel's gradients.
type staticMachine struct {
	engine tensor.Engine
	phases []phase
	next   int // the phase to go on with
}

var _ G.VM = &staticMachine{}

// phase is operations that are run together.
type phase interface {
	run() error
	computes(n *G.Node) bool
}

// newStaticMachine compiles a program. Its first phases bind what it is given.
func newStaticMachine(p *program, bindings []*binding, e tensor.Engine) (*staticMachine, error) {
	sorted, err := G.Sort(p.graph)
	if err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	slices.Reverse(sorted) // Sort puts what is needed last
	m, rows := &staticMachine{engine: e}, bindings[0].rows
	for _, b := range bindings {
		m.addTask(b.tasks[0], rows)
	}
	var weights []task
	var sums []phase           // of what the tasks for weights compute
	late := map[*G.Node]bool{} // the nodes of those two
	for _, n := range sorted {
		if n.Op() == nil || n.Op().Arity() == 0 { // a variable or constant
			m.setEngine(n.Value())
			continue
		}
		i := newInstruction(p.graph, n)
		if op, ok := untraced(n.Op()).(owner); ok { // it is there before it is computed
			if err := m.let(n, op.value()); err != nil {
				return nil, err
			}
		}
		switch op := untraced(n.Op()).(type) {
		case *part, *accuracyOp: // computed with another
		case shared:
			tasks := op.tasks()
			for k, t := range tasks {
				t.part, t.first = partOf(n.Op()), k == 0
				last := m.addTask(t, rows)
				if k == 0 {
					last.begins = append(last.begins, i)
				}
				if k == len(tasks)-1 {
					last.ends = append(last.ends, n)
				}
			}
			if op, ok := op.(weighted); ok {
				t := op.weightTask()
				t.part = partOf(n.Op())
				weights = append(weights, t)
				late[n] = true
			}
		default:
			single := &singlePhase{i, m}
			if slices.ContainsFunc(i.operands, func(o *G.Node) bool { return late[o] }) {
				sums = append(sums, single)
				late[n] = true
			} else {
				m.phases = append(m.phases, single)
			}
		}
	}
	for _, t := range weights {
		m.addTask(t, rows)
	}
	m.phases = append(m.phases, sums...)
	return m, nil
}

// addTask adds a task to the last phase or one after it, and returns that.
func (m *staticMachine) addTask(t task, rows int) *regionPhase {
	var last *regionPhase
	if n := len(m.phases); n > 0 {
		last, _ = m.phases[n-1].(*regionPhase)
	}
	if last == nil || !last.takes(t) {
		last = &regionPhase{region: region{rows: rows}}
		m.phases = append(m.phases, last)
	}
	last.tasks = append(last.tasks, t)
	return last
}

// instruction is one operation with room for its inputs.
type instruction struct {
	node     *G.Node
	operands G.Nodes
	inputs   []G.Value
}

func newInstruction(g *G.ExprGraph, n *G.Node) instruction {
	from := operands(g, n)
	return instruction{n, from, make([]G.Value, len(from))}
}

// operands returns the nodes that n's operation takes.
func operands(g *G.ExprGraph, n *G.Node) G.Nodes {
	var nodes G.Nodes
	for _, o := range gonum.NodesOf(g.From(n.ID())) {
		nodes = append(nodes, o.(*G.Node))
	}
	return nodes
}

// load returns the inputs' values.
func (i *instruction) load() []G.Value {
	for j, o := range i.operands {
		i.inputs[j] = o.Value()
	}
	return i.inputs
}

// regionPhase is a region of tasks.
type regionPhase struct {
	region
	begins []instruction // whose first task is here
	ends   G.Nodes       // whose last task is here, but for their weights'
}

func (p *regionPhase) run() error {
	for k := range p.begins {
		i := &p.begins[k]
		untraced(i.node.Op()).(shared).begin(i.load())
	}
	p.region.run()
	return nil
}

func (p *regionPhase) computes(n *G.Node) bool { return slices.Contains(p.ends, n) }

// singlePhase is an operation that is no region's.
type singlePhase struct {
	instruction
	machine *staticMachine
}

func (p *singlePhase) run() error {
	v, err := p.node.Op().Do(p.load()...)
	if err != nil {
		return fmt.Errorf("%v: %w", p.node, err)
	}
	return p.machine.let(p.node, v)
}

func (p *singlePhase) computes(n *G.Node) bool { return p.node == n }

// let gives a node a value.
func (m *staticMachine) let(n *G.Node, v G.Value) error {
	if n.Value() == v { // our operations hand out the same memory every time
		return nil
	}
	m.setEngine(v)
	if err := G.UnsafeLet(n, v); err != nil {
		return fmt.Errorf("%v: %w", n, err)
	}
	return nil
}

func (m *staticMachine) setEngine(v G.Value) {
	if t, ok := v.(tensor.Tensor); ok {
		tensor.WithEngine(m.engine)(t)
	}
}

// RunAll runs what is left of the program.
func (m *staticMachine) RunAll() error { return m.runTo(nil) }

// runTo runs the program to the phase that computes n, or what is left of it.
func (m *staticMachine) runTo(n *G.Node) error {
	for m.next < len(m.phases) {
		p := m.phases[m.next]
		m.next++
		if err := p.run(); err != nil {
			return err
		}
		if n != nil && p.computes(n) {
			return nil
		}
	}
	return nil
}

// Reset makes the next run begin at the program's start.
func (m *staticMachine) Reset() { m.next = 0 }

// Close has nothing to give back.
func (m *staticMachine) Close() error { return nil }

// descend makes the operations that compute the gradients by all of p's
// weights take the solver's step with them, and reports whether they can.
func (m *staticMachine) descend(p *program, learningRate float32) bool {
	var ops []*denseGradientOp
	for _, g := range p.gradients {
		if op, ok := untraced(g.Op()).(*denseGradientOp); ok {
			ops = append(ops, op)
		}
	}
	if len(ops) == 0 || 2*len(ops) != len(p.weights) {
		return false
	}
	for _, op := range ops {
		op.descent = -learningRate
	}
	return true
}
