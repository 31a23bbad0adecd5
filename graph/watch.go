// This file finds out what made a number that is not finite.

package graph

import (
	"fmt"
	"regexp"
	"slices"

	"stackedae/model"
)

// found is what Gorgonia's watches say. They have no error of their own.
var found = regexp.MustCompile(`^(NaN|Inf) found in value\. Node: (.*) :: .*\([0-9a-f]+\)$`)

// watched turns what a watch has found into an error with ErrNotFinite.
func watched(err error) error {
	if m := found.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("operation %s has returned %s, %w", m[2], m[1], ErrNotFinite)
	}
	return err
}

// Gradients returns the gradient of a batch's mean loss by each weight, under the
// names and in the shapes of the model's Weights. They are not looked at: where
// the loss is not finite they are not either. It builds a graph of its own, as
// Train's need not ever hold a gradient.
func (n *Network) Gradients(batch Inputs) ([]model.Weight, error) {
	if err := checkInputs(batch, n.model.Spec.Inputs); err != nil {
		return nil, err
	}
	p, err := n.program(training, batch.Len())
	if err != nil {
		return nil, err
	}
	m, err := compile(p, Config{Engine: n.config.Engine}, n.engine)
	if err != nil {
		return nil, err
	}
	defer m.close()
	m.bind(0, batch)
	if err := m.run(); err != nil {
		return nil, err
	}
	gradients := n.model.Weights()
	for i, step := range m.steps {
		v, err := step.Grad()
		if err != nil {
			return nil, fmt.Errorf("graph: %s: %w", gradients[i].Name, err)
		}
		gradients[i].Values = slices.Clone(floats(v))
	}
	return gradients, nil
}
