// This file lists the expression graph of a training step, for programs that draw
// it in a way of their own.

package graph

import G "gorgonia.org/gorgonia"

// Role says what a node is for.
type Role int

// The roles of nodes in a training step.
const (
	Image    Role = iota // the images
	Weight               // kernels and biases
	Forward              // layers, loss and accuracy
	Gradient             // what comes back
)

// Node is a node of an expression graph.
type Node struct {
	Name      string // as this package has named it, or empty
	Operation string // empty for what is given, not computed
	Shape     string // 32×100, empty for a scalar
	Role      Role
	Operands  []int // indices of the nodes that it reads
}

// Nodes returns the graph of a training step on a batch of rows. A node that reads
// nothing and that nothing reads is left out.
func (n *Network) Nodes(rows int) ([]Node, error) {
	p, err := build(n.model, training, rows, n.ops)
	if err != nil {
		return nil, err
	}
	d := newDrawing(p, n.model)
	var kept G.Nodes
	index := map[*G.Node]int{}
	for _, g := range p.graph.AllNodes() {
		if len(operands(p.graph, g)) > 0 || p.graph.To(g.ID()).Len() > 0 {
			index[g] = len(kept)
			kept = append(kept, g)
		}
	}
	nodes := make([]Node, len(kept))
	for i, g := range kept {
		nodes[i] = Node{Name: title(g), Shape: shapeName(g.Shape()), Role: d.role(g, p)}
		if g.Op() != nil {
			nodes[i].Operation = shortName(g.Op().String())
		}
		for _, o := range operands(p.graph, g) {
			nodes[i].Operands = append(nodes[i].Operands, index[o])
		}
	}
	return nodes, nil
}

// role returns what a node is for.
func (d *drawing) role(g *G.Node, p *program) Role {
	switch {
	case d.of[g] == d.clusters[len(d.clusters)-1]:
		return Gradient
	case g.Op() != nil:
		return Forward
	case p.weights.Contains(g):
		return Weight
	}
	return Image
}
