// This file draws the expression graph of a training step for Graphviz.

package graph

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	G "gorgonia.org/gorgonia"

	"stackedae/model"
)

// WriteDOT writes the graph of a training step on a batch of rows in Graphviz's
// language DOT: every node of the expression graph with its name, operation and
// shape, and an edge from each operand to what reads it.
//
// Nodes are clustered by what needs them: encoder, decoder and gradient. The loss
// and the accuracy stand between. Forward goes down; the gradient comes back up
// beside it, a layer's beside the layer.
func (n *Network) WriteDOT(w io.Writer, rows int) error {
	p, err := build(n.model, training, rows, n.ops)
	if err != nil {
		return err
	}
	d := newDrawing(p, n.model)
	d.draw(fmt.Sprintf("A training step of %v on %d images", n.model.Spec, rows))
	if _, err := w.Write(d.out.Bytes()); err != nil {
		return fmt.Errorf("graph: writing DOT: %w", err)
	}
	return nil
}

// cluster is a part of the drawing.
type cluster struct {
	name, title string
	fill, color string // of its ground; of its nodes' borders and the edges between them
	nodes       G.Nodes
}

// drawing is a graph on its way to DOT.
type drawing struct {
	graph    *G.ExprGraph
	clusters []*cluster
	of       map[*G.Node]*cluster
	out      bytes.Buffer
}

// newDrawing sorts the nodes into clusters.
func newDrawing(p *program, m *model.Model) *drawing {
	d := &drawing{graph: p.graph, of: map[*G.Node]*cluster{}}
	named := map[string]*G.Node{}
	for _, n := range p.graph.AllNodes() {
		named[n.Name()] = n
	}
	last := func(layers []model.Dense) *G.Node { return named[layers[len(layers)-1].Name] }

	free := &cluster{color: "#555555"} // of the nodes that stand by themselves
	encoder := &cluster{name: "encoder", title: "Encoder", fill: "#e8f1fb", color: "#2b6cb0"}
	decoder := &cluster{name: "decoder", title: "Decoder", fill: "#e9f6ec", color: "#2f855a"}
	gradient := &cluster{name: "gradient", title: "Gradient", fill: "#fdf1e3", color: "#c05621"}
	d.clusters = []*cluster{free, encoder, decoder, gradient}

	d.add(free, named["input"])
	d.addNeeded(encoder, last(m.Encoder))
	d.addNeeded(decoder, last(m.Decoder))
	d.addNeeded(free, p.loss, p.accuracy)
	d.addNeeded(gradient, p.gradients...)
	// What is left is what Grad starts from: a 1, which no fused operation reads.
	d.add(gradient, p.graph.AllNodes()...)
	return d
}

// add puts nodes into a cluster unless they are in one.
func (d *drawing) add(c *cluster, nodes ...*G.Node) {
	for _, n := range nodes {
		if d.of[n] == nil {
			d.of[n] = c
			c.nodes = append(c.nodes, n)
		}
	}
}

// addNeeded puts nodes into a cluster with all that they are computed from,
// unless they are in one.
func (d *drawing) addNeeded(c *cluster, nodes ...*G.Node) {
	for _, n := range nodes {
		if d.of[n] == nil {
			d.addNeeded(c, operands(d.graph, n)...)
			d.add(c, n)
		}
	}
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(&d.out, format, args...) }

func (d *drawing) draw(title string) {
	d.printf("digraph stackedae {\n")
	d.printf("\tgraph [label=%s, labelloc=t, fontname=Helvetica, fontsize=18, newrank=true, nodesep=0.3, ranksep=0.35];\n", quote(title))
	d.printf("\tnode [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=Helvetica, fontsize=11];\n")
	d.printf("\tedge [arrowsize=0.7, color=\"#777777\"];\n")
	for _, c := range d.clusters {
		d.printf("\n")
		if c.name == "" {
			d.nodes(c, "\t")
			continue
		}
		d.printf("\tsubgraph cluster_%s {\n\t\tlabel=%s; fontsize=14; style=\"rounded,filled\"; color=%s; fillcolor=%[3]s;\n", c.name, quote(c.title), quote(c.fill))
		d.nodes(c, "\t\t")
		d.printf("\t}\n")
	}
	d.printf("\n")
	d.edges()
	d.align()
	d.printf("}\n")
}

func (d *drawing) nodes(c *cluster, indent string) {
	for _, n := range c.nodes {
		shape := ""
		if n.Op() == nil { // a variable
			shape = ", shape=ellipse, style=filled"
		}
		d.printf("%s%s [label=%s, color=%s%s];\n", indent, id(n), quote(caption(n)), quote(c.color), shape)
	}
}

func (d *drawing) edges() {
	gradient := d.clusters[len(d.clusters)-1]
	for _, n := range d.graph.AllNodes() {
		for _, o := range operands(d.graph, n) {
			c := d.of[n]
			switch {
			case d.of[o] != gradient && c == gradient:
				// Beside the rest, not below it.
				d.printf("\t%s -> %s [constraint=false, color=\"#dd9b5c\", style=dashed];\n", id(o), id(n))
			case c == gradient:
				d.printf("\t%s -> %s [dir=back, color=%s];\n", id(n), id(o), quote(c.color))
			case o.Op() == nil:
				d.printf("\t%s -> %s;\n", id(o), id(n))
			default:
				d.printf("\t%s -> %s [weight=10];\n", id(o), id(n))
			}
		}
	}
}

// align puts a layer's gradient beside the layer.
func (d *drawing) align() {
	named := map[string]*G.Node{}
	for _, n := range d.graph.AllNodes() {
		named[n.Name()] = n
	}
	for _, n := range d.graph.AllNodes() {
		if g, ok := named[n.Name()+" gradient"]; ok {
			d.printf("\t{ rank=same; %s; %s }\n", id(n), id(g))
		}
	}
}

// id names a node in DOT.
func id(n *G.Node) string { return fmt.Sprintf("n%d", n.ID()) }

// caption returns what stands in a node: its name if we gave it one, its operation
// if there is one, and its shape unless it is a scalar.
func caption(n *G.Node) string {
	lines := []string{title(n)}
	if op := n.Op(); op != nil && op.Arity() > 0 {
		lines = append(lines, shortName(op.String()))
	}
	lines = append(lines, shapeName(n.Shape()))
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// title returns a node's name, and nothing for one that Gorgonia has made up of its
// operation and operands.
func title(n *G.Node) string {
	if n.Op() != nil && strings.HasPrefix(n.Name(), n.Op().String()+"(") {
		return ""
	}
	return n.Name()
}

// shortName returns an operation's name without parameters that are no matter to
// readers: whether a comparison gives floats, and whose gradients are wanted.
func shortName(op string) string {
	op = strings.NewReplacer(",inputGradient=true", "", ",inputGradient=false", "").Replace(op)
	return strings.TrimSuffix(strings.TrimSuffix(op, " true"), " false")
}

// quote writes a string for DOT, where a line break is \n.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
