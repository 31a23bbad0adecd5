// This file holds weights: kernels and biases, layer by layer.

package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gorgonia.org/tensor"
)

// Dense is a layer with its weights. They are shared: every graph over the
// model binds these very tensors, and training changes them in place.
type Dense struct {
	LayerSpec
	Name   string        // encoder.0, encoder.1, …, decoder.0, …
	Inputs int           // the layer before has as many units
	Kernel *tensor.Dense // float32, Inputs × Units
	Bias   *tensor.Dense // float32, Units
}

// Model is an architecture with weights.
type Model struct {
	Spec    Spec
	Encoder []Dense
	Decoder []Dense
}

// New returns a model with the weights that Keras' Dense starts from: kernels
// uniform within ±√(6 / (inputs + units)) (Glorot and Bengio, Understanding
// the difficulty of training deep feedforward neural networks, 2010), drawn
// layer by layer in row-major order, and biases zero.
func New(spec Spec, rng *rand.Rand) (*Model, error) {
	m, err := zero(spec)
	if err != nil {
		return nil, err
	}
	for _, l := range m.Layers() {
		limit := math.Sqrt(6 / float64(l.Inputs+l.Units))
		kernel := l.Kernel.Float32s()
		for i := range kernel {
			kernel[i] = float32((2*rng.Float64() - 1) * limit)
		}
	}
	return m, nil
}

// zero returns a model of the architecture with all weights zero.
func zero(spec Spec) (*Model, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	return &Model{
		Spec:    spec,
		Encoder: denses("encoder", spec.Inputs, spec.Encoder),
		Decoder: denses("decoder", spec.CodeUnits(), spec.Decoder),
	}, nil
}

func denses(stretch string, inputs int, layers []LayerSpec) []Dense {
	ds := make([]Dense, len(layers))
	for i, l := range layers {
		ds[i] = Dense{
			LayerSpec: l,
			Name:      fmt.Sprintf("%s.%d", stretch, i),
			Inputs:    inputs,
			Kernel:    tensor.New(tensor.WithShape(inputs, l.Units), tensor.Of(tensor.Float32)),
			Bias:      tensor.New(tensor.WithShape(l.Units), tensor.Of(tensor.Float32)),
		}
		inputs = l.Units
	}
	return ds
}

// Layers returns the layers of the whole autoencoder, encoder first.
func (m *Model) Layers() []Dense { return slices.Concat(m.Encoder, m.Decoder) }

// Weight is one named tensor of a model.
type Weight struct {
	Name   string // encoder.0.kernel, encoder.0.bias, …
	Shape  []int
	Values []float32 // the tensor's own memory
}

// Weights returns kernel and bias, layer by layer: the order of Keras'
// get_weights.
func (m *Model) Weights() []Weight {
	var ws []Weight
	for _, l := range m.Layers() {
		ws = append(ws,
			Weight{l.Name + ".kernel", []int{l.Inputs, l.Units}, l.Kernel.Float32s()},
			Weight{l.Name + ".bias", []int{l.Units}, l.Bias.Float32s()})
	}
	return ws
}

// ErrNotFinite is in the error of CheckFinite.
var ErrNotFinite = errors.New("want a finite number")

// CheckFinite returns an error that names the first weight that is NaN or
// infinite, or nil.
func (m *Model) CheckFinite() error {
	for _, w := range m.Weights() {
		for i, v := range w.Values {
			if v-v != 0 {
				return fmt.Errorf("%s: element %d is %v, %w", w.Name, i, v, ErrNotFinite)
			}
		}
	}
	return nil
}
