// This file holds a machine of our own: the compiled graph as a fixed list of
// instructions, run in the calling goroutine.

package graph

import (
	"fmt"

	gonum "gonum.org/v1/gonum/graph"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// staticMachine is a gorgonia.VM. It runs a graph's operations in the order in
// which the tape machine would, and leaves their values in the nodes. What the
// tape machine pays in every run, a goroutine, a locked thread, registers and
// lists of inputs, it pays once. It never lets an operation overwrite an input.
type staticMachine struct {
	instructions []instruction
	next         int // the instruction to go on with
	engine       tensor.Engine
}

var _ G.VM = &staticMachine{}

// instruction is one operation with room for its inputs.
type instruction struct {
	node     *G.Node
	op       G.Op
	operands G.Nodes
	inputs   []G.Value
	result   G.Value // of the last run
}

// newStaticMachine compiles a graph.
func newStaticMachine(g *G.ExprGraph, e tensor.Engine) (*staticMachine, error) {
	sorted, err := G.Sort(g)
	if err != nil {
		return nil, fmt.Errorf("graph: compile: %w", err)
	}
	m := &staticMachine{engine: e}
	for i := len(sorted) - 1; i >= 0; i-- { // Sort puts what is needed last
		n := sorted[i]
		if n.Op() == nil || n.Op().Arity() == 0 { // a variable or constant
			m.setEngine(n.Value())
			continue
		}
		from := operands(g, n)
		m.instructions = append(m.instructions, instruction{
			node: n, op: n.Op(), operands: from, inputs: make([]G.Value, len(from)),
		})
	}
	return m, nil
}

// operands returns the nodes that n's operation takes.
func operands(g *G.ExprGraph, n *G.Node) G.Nodes {
	var nodes G.Nodes
	for _, o := range gonum.NodesOf(g.From(n.ID())) {
		nodes = append(nodes, o.(*G.Node))
	}
	return nodes
}

func (m *staticMachine) setEngine(v G.Value) {
	if t, ok := v.(tensor.Tensor); ok {
		tensor.WithEngine(m.engine)(t)
	}
}

// RunAll runs what is left of the program.
func (m *staticMachine) RunAll() error {
	for m.next < len(m.instructions) {
		if err := m.step(); err != nil {
			return err
		}
	}
	return nil
}

// runTo runs the program to the instruction that computes n, or what is left
// of it if none does.
func (m *staticMachine) runTo(n *G.Node) error {
	for m.next < len(m.instructions) {
		done := m.instructions[m.next].node == n
		if err := m.step(); err != nil || done {
			return err
		}
	}
	return nil
}

// step runs the next instruction.
func (m *staticMachine) step() error {
	i := &m.instructions[m.next]
	for j, o := range i.operands {
		i.inputs[j] = o.Value()
	}
	v, err := i.op.Do(i.inputs...)
	if err != nil {
		return fmt.Errorf("%v: %w", i.node, err)
	}
	if v != i.result { // our operations hand out the same memory every time
		m.setEngine(v)
		if err := G.UnsafeLet(i.node, v); err != nil {
			return fmt.Errorf("%v: %w", i.node, err)
		}
		i.result = v
	}
	m.next++
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
	for _, i := range m.instructions {
		if op, ok := untraced(i.op).(*denseGradientOp); ok {
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
