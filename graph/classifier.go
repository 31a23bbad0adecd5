// This file holds the classifier as its users see it: it trains and evaluates.

package graph

import (
	"context"
	"fmt"

	"stackedae/model"
)

// Labels are the classes of rows, numbers from 0 to Classes-1, as a classifier's
// targets: 1 for the class, 0 for the others.
type Labels struct {
	Numbers []byte
	Classes int
	Order   []int // the rows to take, in this order; nil takes all as they stand
}

// Len returns the number of rows.
func (l Labels) Len() int {
	if l.Order != nil {
		return len(l.Order)
	}
	return len(l.Numbers)
}

// Width returns the number of classes.
func (l Labels) Width() int { return l.Classes }

// CopyRow fills dst with targets of a row from a class on.
func (l Labels) CopyRow(dst []float32, row, class int) {
	if l.Order != nil {
		row = l.Order[row]
	}
	for i := range dst {
		dst[i] = 0
		if class+i == int(l.Numbers[row]) {
			dst[i] = 1
		}
	}
}

// check returns an error if a row is not there or its number is no class.
func (l Labels) check() error {
	if err := checkOrder(l.Order, len(l.Numbers)); err != nil {
		return err
	}
	for i := range l.Len() {
		row := i
		if l.Order != nil {
			row = l.Order[i]
		}
		if n := int(l.Numbers[row]); n >= l.Classes {
			return fmt.Errorf("graph: label %d is %d, want 0 to %d", row, n, l.Classes-1)
		}
	}
	return nil
}

// ClassMetrics are what Keras reports of a classifier for a batch or a set.
type ClassMetrics struct {
	Loss     float64 // categorical cross-entropy, mean over rows, in nats
	Accuracy float64 // share of rows whose most probable class is the right one
}

// Classifier runs a classifier's graphs, as Network does an autoencoder's.
type Classifier struct {
	*runner
	classifier *model.Classifier
	frozen     int
}

// NewClassifier returns a network over the classifier's weights. Training leaves
// the first layers, as many as frozen says, as they are.
func NewClassifier(c *model.Classifier, frozen int, config Config) (*Classifier, error) {
	if frozen < 0 || frozen >= len(c.Layers) {
		return nil, fmt.Errorf("graph: %d frozen layers, want 0 to %d", frozen, len(c.Layers)-1)
	}
	r, err := newRunner(config)
	if err != nil {
		return nil, err
	}
	return &Classifier{r, c, frozen}, nil
}

// machine returns the machine for a role and a number of rows.
func (c *Classifier) machine(r role, rows int) (*machine, error) {
	return c.runner.machine(machineKey{r, rows}, func() (*program, error) {
		return buildClassifier(c.classifier, c.frozen, r, rows, c.ops)
	})
}

// Train takes one step of stochastic gradient descent on a batch of rows with
// their labels and returns their metrics before the step. If the loss is not
// finite it returns ErrNotFinite and leaves the weights alone.
func (c *Classifier) Train(batch Inputs, labels Labels) (ClassMetrics, error) {
	if err := c.check(batch, labels); err != nil {
		return ClassMetrics{}, err
	}
	m, err := c.machine(training, batch.Len())
	if err != nil {
		return ClassMetrics{}, err
	}
	m.bind(0, batch, labels)
	metrics, err := c.step(m)
	return ClassMetrics{metrics.Loss, metrics.RoundedAccuracy}, err
}

// Evaluate returns the metrics of rows with their labels.
func (c *Classifier) Evaluate(ctx context.Context, rows Inputs, labels Labels) (ClassMetrics, error) {
	if err := c.check(rows, labels); err != nil {
		return ClassMetrics{}, err
	}
	var sum ClassMetrics
	err := inBatches(ctx, rows.Len(), func(first, count int) error {
		m, err := c.machine(evaluation, count)
		if err != nil {
			return err
		}
		m.bind(first, rows, labels)
		if err := m.run(); err != nil {
			return err
		}
		metrics, err := m.metrics()
		sum.Loss += metrics.Loss * float64(count)
		sum.Accuracy += metrics.RoundedAccuracy * float64(count)
		return err
	})
	if err != nil {
		return ClassMetrics{}, err
	}
	count := float64(rows.Len())
	return ClassMetrics{sum.Loss / count, sum.Accuracy / count}, nil
}

// check returns an error if rows and labels cannot be fed to the classifier.
func (c *Classifier) check(rows Inputs, labels Labels) error {
	if err := checkInputs(rows, c.classifier.Inputs()); err != nil {
		return err
	}
	if labels.Len() != rows.Len() || labels.Classes != c.classifier.Classes() {
		return fmt.Errorf("graph: %d labels of %d classes, want %d of %d", labels.Len(), labels.Classes, rows.Len(), c.classifier.Classes())
	}
	return labels.check()
}
