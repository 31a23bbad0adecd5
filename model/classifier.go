// This file holds classifiers: an encoder, or any layers, with softmax on top.

package model

import (
	"fmt"
	"math/rand/v2"

	"gorgonia.org/tensor"
)

// Softmax is the activation of a classifier's last layer.
const Softmax Activation = "softmax"

// Classifier is dense layers, the last with softmax: its outputs are the
// probabilities of the classes.
type Classifier struct{ Layers []Dense }

// NewClassifier returns a classifier for rows of inputs values: copies of the
// layers given, such as an encoder's, and a softmax layer with a unit a class
// that starts as Keras' Dense does. Without layers it is a linear classifier.
func NewClassifier(inputs int, layers []Dense, classes int, rng *rand.Rand) (*Classifier, error) {
	c := new(Classifier)
	for i, l := range layers {
		if l.Inputs != inputs || l.Tied {
			return nil, fmt.Errorf("model: classifier: layer %d (%s) takes %d inputs, tied %v, want %d of its own", i, l.Name, l.Inputs, l.Tied, inputs)
		}
		l.Kernel, l.Bias = copyOf(l.Kernel), copyOf(l.Bias)
		c.Layers = append(c.Layers, l)
		inputs = l.Units
	}
	if inputs < 1 || inputs > MaxUnits || classes < 2 || classes > MaxUnits {
		return nil, fmt.Errorf("model: classifier of %d classes from %d inputs, want 2 to %d and 1 to %[3]d", classes, inputs, MaxUnits)
	}
	head := newDense("classifier", inputs, LayerSpec{classes, Softmax})
	GlorotUniform.draw(head, rng)
	c.Layers = append(c.Layers, head)
	return c, nil
}

// Inputs returns the number of values in a row.
func (c *Classifier) Inputs() int { return c.Layers[0].Inputs }

// Classes returns the number of classes.
func (c *Classifier) Classes() int { return c.Layers[len(c.Layers)-1].Units }

// copyOf returns a tensor of the same values. Clone would share the engine, which
// machines set.
func copyOf(t *tensor.Dense) *tensor.Dense {
	c := zeros(t.Shape()...)
	copy(c.Float32s(), t.Float32s())
	return c
}
