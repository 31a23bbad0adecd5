package report

import (
	"math/rand/v2"
	"strings"
	"testing"

	"stackedae/graph"
	"stackedae/model"
)

// graphOf returns the nodes of a training step.
func graphOf(t *testing.T, spec model.Spec) (nodes []Node) {
	t.Helper()
	m, err := model.New(spec, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	network, err := graph.New(m, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	all, err := network.Nodes(32)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		nodes = append(nodes, Node{n.Name, n.Operation, n.Shape, Role(n.Role), n.Operands})
	}
	return nodes
}

// TestDiagramHasNoOverlaps lays graphs out, and looks at rows and places.
func TestDiagramHasNoOverlaps(t *testing.T) {
	for _, spec := range []model.Spec{model.Stacked(12, 6), model.Stacked(784, 100, 30), model.Stacked(784, 256, 100, 50, 30)} {
		nodes := graphOf(t, spec)
		d := layOut(nodes)
		edges := 0
		for i, b := range d.Boxes {
			edges += len(b.Operands)
			if b.X < 0 || b.Y < 0 || b.X+boxWidth > d.Width || b.Y+boxHeight > d.Height {
				t.Errorf("%v: %s is at %d, %d, outside %d x %d", spec, b.Name, b.X, b.Y, d.Width, d.Height)
			}
			for _, c := range d.Boxes[:i] {
				if b.X < c.X+boxWidth && c.X < b.X+boxWidth && b.Y < c.Y+boxHeight && c.Y < b.Y+boxHeight {
					t.Errorf("%v: %s lies on %s", spec, b.Name, c.Name)
				}
			}
			if layer, gradient := b.Name, find(d, b.Name+" gradient"); gradient != nil && gradient.row != b.row {
				t.Errorf("%v: %s stands in row %d, its gradient in row %d", spec, layer, b.row, gradient.row)
			}
			if layer, ok := strings.CutSuffix(b.Name, ".kernel"); ok && find(d, layer).row != b.row {
				t.Errorf("%v: %s stands in row %d, its layer in row %d", spec, b.Name, b.row, find(d, layer).row)
			}
		}
		if len(d.Edges) != edges {
			t.Errorf("%v: %d lines, want %d", spec, len(d.Edges), edges)
		}
	}
}

func find(d *diagram, name string) *box {
	for i := range d.Boxes {
		if d.Boxes[i].Name == name {
			return &d.Boxes[i]
		}
	}
	return nil
}
