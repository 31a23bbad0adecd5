// This file measures where the time of a training step goes, by wrapping what
// takes it.

package graph

import (
	"slices"
	"strconv"
	"strings"
	"time"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Trace collects how long the parts of training steps take: every operation of
// the graph, binding the batch and the solver. What else a step takes is the
// machine's. Where several processors share a region, it is told by its first
// piece, beside which the others run. A trace is for one network, which gets it in its Config and
// computes the same bits with it; its zero value is ready.
type Trace struct{ parts []*Part }

// Part is what a trace has measured of the nodes of one name. Fused operations
// have their layer's name; stock ones are told by operation and shapes.
type Part struct {
	Name  string
	Calls int
	Time  time.Duration
}

// The names of the parts that are no operation.
const (
	BindPart   = "bind the batch"
	SolverPart = "solver"
)

// Parts returns what was measured since the last Reset.
func (t *Trace) Parts() []Part {
	var parts []Part
	for _, p := range t.parts {
		parts = append(parts, *p)
	}
	return parts
}

// Reset forgets what was measured.
func (t *Trace) Reset() {
	for _, p := range t.parts {
		p.Calls, p.Time = 0, 0
	}
}

// part returns the part of that name, a new one if need be.
func (t *Trace) part(name string) *Part {
	for _, p := range t.parts {
		if p.Name == name {
			return p
		}
	}
	p := &Part{Name: name}
	t.parts = append(t.parts, p)
	return p
}

// since adds a call that began at start.
func (p *Part) since(start time.Time) {
	p.Time += time.Since(start)
	p.Calls++
}

// program returns a program that does the same as p, on the same memory, with
// operations that are traced. A node cannot change its operation, so the nodes
// are new; made in the order of the old ones, they run in the same order.
func (t *Trace) program(p *program, ops Operations) *program {
	traced := *p
	traced.graph = G.NewGraph()
	copies := map[*G.Node]*G.Node{}
	for _, n := range p.graph.AllNodes() {
		options := []G.NodeConsOpt{
			G.In(traced.graph), G.WithType(n.Type()), G.WithShape(n.Shape()...), G.WithName(n.Name()),
			G.WithChildren(replace(operands(p.graph, n), copies)),
		}
		if n.Value() != nil { // a variable or constant
			options = append(options, G.WithValue(n.Value()))
		}
		if op := n.Op(); op != nil {
			if op.Arity() > 0 {
				op = &tracedOp{op, t.part(label(p.graph, n, ops))}
			}
			options = append(options, G.WithOp(op))
		}
		copies[n] = G.NewUniqueNode(options...)
	}
	traced.weights, traced.gradients = replace(p.weights, copies), replace(p.gradients, copies)
	traced.loss, traced.accuracy, traced.output = copies[p.loss], copies[p.accuracy], copies[p.output]
	return &traced
}

func replace(nodes G.Nodes, by map[*G.Node]*G.Node) G.Nodes {
	var replaced G.Nodes
	for _, n := range nodes {
		replaced = append(replaced, by[n])
	}
	return replaced
}

// label names a node for people: by its layer if it is fused, else by its
// operation and the shapes that are not a scalar's, each told once, the
// result's last if it is another.
func label(g *G.ExprGraph, n *G.Node, ops Operations) string {
	if ops == Fused {
		return n.Name()
	}
	name := shortName(n.Op().String())
	var shapes []string
	for _, o := range operands(g, n) {
		if s := shapeName(o.Shape()); s != "" && !slices.Contains(shapes, s) {
			shapes = append(shapes, s)
		}
	}
	if len(shapes) > 0 {
		name += " of " + strings.Join(shapes, ", ")
	}
	if s := shapeName(n.Shape()); s != "" && !slices.Contains(shapes, s) {
		name += " → " + s
	}
	return name
}

// shapeName writes a shape as 32×784, and nothing for a scalar.
func shapeName(s tensor.Shape) string {
	var sizes []string
	for _, size := range s {
		sizes = append(sizes, strconv.Itoa(size))
	}
	return strings.Join(sizes, "×")
}

// tracedOp is an operation that is timed. Where the operation cannot use
// memory that it is given, the machine would do as tracedOp does.
type tracedOp struct {
	G.Op
	part *Part
}

var (
	_ G.UsePreallocDoer = &tracedOp{}
	_ G.UnsafeDoer      = &tracedOp{}
)

// Do runs the operation.
func (o *tracedOp) Do(inputs ...G.Value) (G.Value, error) {
	defer o.part.since(time.Now())
	return o.Op.Do(inputs...)
}

// UsePreallocDo runs the operation on memory for its result.
func (o *tracedOp) UsePreallocDo(result G.Value, inputs ...G.Value) (G.Value, error) {
	defer o.part.since(time.Now())
	if op, ok := o.Op.(G.UsePreallocDoer); ok {
		return op.UsePreallocDo(result, inputs...)
	}
	return o.Op.Do(inputs...)
}

// UnsafeDo runs the operation in an input's place.
func (o *tracedOp) UnsafeDo(inputs ...G.Value) (G.Value, error) {
	defer o.part.since(time.Now())
	if op, ok := o.Op.(G.UnsafeDoer); ok {
		return op.UnsafeDo(inputs...)
	}
	return o.Op.Do(inputs...)
}

// partOf returns an operation's part in its trace, or nil.
func partOf(op G.Op) *Part {
	if t, ok := op.(*tracedOp); ok {
		return t.part
	}
	return nil
}

// untraced returns the operation itself.
func untraced(op G.Op) G.Op {
	if t, ok := op.(*tracedOp); ok {
		return t.Op
	}
	return op
}

// tracedSolver is a solver that is timed.
type tracedSolver struct {
	G.Solver
	part *Part
}

// Step takes the solver's step.
func (s tracedSolver) Step(model []G.ValueGrad) error {
	defer s.part.since(time.Now())
	return s.Solver.Step(model)
}
