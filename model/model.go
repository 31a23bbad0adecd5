// This file holds weights: kernels and biases, layer by layer.

package model

import (
	"errors"
	"fmt"
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
	Kernel *tensor.Dense // float32, Inputs × Units, or Units × Inputs if Tied
	Bias   *tensor.Dense // float32, Units
	// Tied says that Kernel is that of a layer of the encoder, which this layer
	// takes transposed.
	Tied bool
}

// KernelValues returns the kernel as Inputs × Units, row-major: the tensor's own
// memory, of a tied layer a copy.
func (d Dense) KernelValues() []float32 {
	values := d.Kernel.Float32s()
	if !d.Tied {
		return values
	}
	transposed := make([]float32, 0, len(values))
	for i := range d.Inputs {
		for j := range d.Units {
			transposed = append(transposed, values[j*d.Inputs+i])
		}
	}
	return transposed
}

// Model is an architecture with weights.
type Model struct {
	Spec    Spec
	Encoder []Dense
	Decoder []Dense
}

// New returns a model with the weights that Keras starts from unless told
// otherwise: Initialize by GlorotUniform.
func New(spec Spec, rng *rand.Rand) (*Model, error) { return Initialize(spec, GlorotUniform, rng) }

// zero returns a model of the architecture with all weights zero.
func zero(spec Spec) (*Model, error) {
	if err := spec.Validate(); err != nil {
		return nil, err
	}
	m := &Model{Spec: spec, Encoder: denses("encoder", spec.Inputs, spec.Encoder, nil)}
	var tied []Dense
	if spec.Tied {
		tied = m.Encoder
	}
	m.Decoder = denses("decoder", spec.CodeUnits(), spec.Decoder, tied)
	return m, nil
}

// denses returns a stretch of layers. If encoder is not nil they mirror it, with
// its kernels.
func denses(stretch string, inputs int, layers []LayerSpec, encoder []Dense) []Dense {
	ds := make([]Dense, len(layers))
	for i, l := range layers {
		name := fmt.Sprintf("%s.%d", stretch, i)
		if encoder == nil {
			ds[i] = newDense(name, inputs, l)
		} else {
			ds[i] = Dense{LayerSpec: l, Name: name, Inputs: inputs, Kernel: encoder[len(encoder)-1-i].Kernel, Bias: zeros(l.Units), Tied: true}
		}
		inputs = l.Units
	}
	return ds
}

// newDense returns a layer with weights of its own, zero.
func newDense(name string, inputs int, l LayerSpec) Dense {
	return Dense{LayerSpec: l, Name: name, Inputs: inputs, Kernel: zeros(inputs, l.Units), Bias: zeros(l.Units)}
}

func zeros(shape ...int) *tensor.Dense {
	return tensor.New(tensor.WithShape(shape...), tensor.Of(tensor.Float32))
}

// Layers returns the layers of the whole autoencoder, encoder first.
func (m *Model) Layers() []Dense { return slices.Concat(m.Encoder, m.Decoder) }

// Pair returns the autoencoder of the encoder's layer i and the decoder's layer
// that mirrors it, over the same weights: what one of them learns, the other
// knows. Only a model whose decoder mirrors the encoder has pairs.
func (m *Model) Pair(i int) (*Model, error) {
	if err := m.Spec.validateMirror(); err != nil {
		return nil, fmt.Errorf("model: layers in pairs: %w", err)
	}
	if i < 0 || i >= len(m.Encoder) {
		return nil, fmt.Errorf("model: pair %d, want 0 to %d", i, len(m.Encoder)-1)
	}
	outer, inner := m.Encoder[i], m.Decoder[len(m.Decoder)-1-i]
	return &Model{
		Spec: Spec{
			Inputs:  outer.Inputs,
			Encoder: []LayerSpec{outer.LayerSpec},
			Decoder: []LayerSpec{inner.LayerSpec},
			Tied:    m.Spec.Tied,
		},
		Encoder: []Dense{outer},
		Decoder: []Dense{inner},
	}, nil
}

// Weight is one named tensor of a model.
type Weight struct {
	Name   string // encoder.0.kernel, encoder.0.bias, …
	Shape  []int
	Values []float32 // the tensor's own memory
}

// Weights returns kernel and bias, layer by layer, of tied layers the bias alone:
// the order of Keras' get_weights.
func (m *Model) Weights() []Weight {
	var ws []Weight
	for _, l := range m.Layers() {
		if !l.Tied {
			ws = append(ws, Weight{l.Name + ".kernel", []int{l.Inputs, l.Units}, l.Kernel.Float32s()})
		}
		ws = append(ws, Weight{l.Name + ".bias", []int{l.Units}, l.Bias.Float32s()})
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
