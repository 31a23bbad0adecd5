package model

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestNewClassifier(t *testing.T) {
	m := mustNew(t, Stacked(20, 8, 3))
	c, err := NewClassifier(20, m.Encoder, 10, newRand())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Layers) != 3 || c.Inputs() != 20 || c.Classes() != 10 || c.Layers[2].Activation != Softmax {
		t.Errorf("%d layers from %d inputs to %d classes, the last %q", len(c.Layers), c.Inputs(), c.Classes(), c.Layers[2].Activation)
	}
	for i, l := range m.Encoder {
		if k := c.Layers[i].Kernel; k == l.Kernel || !slices.Equal(k.Float32s(), l.Kernel.Float32s()) {
			t.Errorf("%s is no copy", l.Name)
		}
	}
	limit, largest := math.Sqrt(6./13), 0.
	for _, v := range c.Layers[2].Kernel.Float32s() {
		largest = max(largest, math.Abs(float64(v)))
	}
	if largest > limit || largest < 0.8*limit {
		t.Errorf("largest weight %v, want nearly %v", largest, limit)
	}
	if linear, err := NewClassifier(784, nil, 10, newRand()); err != nil || len(linear.Layers) != 1 || linear.Inputs() != 784 {
		t.Errorf("linear classifier %v, %v", linear, err)
	}
}

func TestNewClassifierRefuses(t *testing.T) {
	m, tied := mustNew(t, Stacked(20, 8, 3)), mustNew(t, tied(Stacked(20, 8, 3)))
	for _, test := range []struct {
		inputs  int
		layers  []Dense
		classes int
		want    string
	}{
		{19, m.Encoder, 10, "layer 0 (encoder.0) takes 20 inputs"},
		{3, tied.Decoder, 10, "layer 0 (decoder.0) takes 3 inputs, tied true"},
		{0, nil, 10, "10 classes from 0 inputs"},
		{20, m.Encoder, 1, "1 classes from 3 inputs"},
	} {
		if c, err := NewClassifier(test.inputs, test.layers, test.classes, newRand()); c != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
}
