package graph

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"stackedae/model"
)

// TestNodesAreTheChapters lists the nodes of 784-100-30-100-784 by hand.
func TestNodesAreTheChapters(t *testing.T) {
	m, err := model.New(chapter, rand.New(rand.NewPCG(0, 0)))
	if err != nil {
		t.Fatal(err)
	}
	n, err := New(m, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	nodes, err := n.Nodes(32)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, node := range nodes {
		var read []string
		for _, o := range node.Operands {
			read = append(read, nodes[o].Name)
		}
		slices.Sort(read)
		got = append(got, fmt.Sprint(node.Name, "|", node.Operation, "|", node.Shape, "|", node.Role, "|", read))
	}
	for _, want := range []string{
		"input||32×784|0|[]",
		"encoder.0.kernel||784×100|1|[]",
		"encoder.0.bias||100|1|[]",
		"encoder.0|dense[selu]|32×100|2|[encoder.0.bias encoder.0.kernel input]",
		"decoder.1|dense[linear]|32×784|2|[decoder.0 decoder.1.bias decoder.1.kernel]",
		"loss|crossEntropy||2|[decoder.1 input]",
		"rounded_accuracy|accuracy||2|[loss]",
		"loss gradient|crossEntropyGradient|32×784|3|[loss]",
		"decoder.0 gradient|dense[selu]Gradient|30×100|3|[decoder.0 decoder.0.kernel decoder.1 input gradient encoder.1]",
		"encoder.0 bias gradient|biasGradient|100|3|[encoder.0 gradient]",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("no node %s", want)
		}
	}
	// A layer has two weights, itself, and three gradients, of which the first needs
	// none by its input; besides there are the input, the loss and its gradient, and
	// the accuracy.
	if want := 4*6 - 1 + 4; len(nodes) != want {
		t.Errorf("%d nodes, want %d: %q", len(nodes), want, got)
	}
}
