// This file describes architectures: layers as data.

package model

import (
	"fmt"
	"slices"
)

// Activation is the name of a layer's activation function, as Keras has it.
type Activation string

// The activations that a layer may have.
const (
	SELU    Activation = "selu"
	Sigmoid Activation = "sigmoid"
)

// LayerSpec is a dense layer without its weights.
type LayerSpec struct {
	Units      int        `json:"units"`
	Activation Activation `json:"activation"`
}

// Spec is an architecture. Every layer has SELU activation but the decoder's
// last, which has as many units as the network has inputs: it has sigmoid, and
// its outputs are read as probabilities, unless the inputs are codes of another
// network and no grey values from 0 to 1. Then it has SELU too.
type Spec struct {
	Inputs  int         `json:"inputs"`
	Encoder []LayerSpec `json:"encoder"`
	Decoder []LayerSpec `json:"decoder"`
	// Tied says that the decoder has no kernels of its own: each of its layers
	// takes the kernel of the encoder's layer that it mirrors, transposed.
	Tied bool `json:"tied,omitempty"`
}

// Limits that Validate holds, far above any sensible autoencoder and low
// enough that a file's claims cannot exhaust the memory.
const (
	MaxUnits      = 1 << 16
	MaxLayers     = 64      // of the encoder, and of the decoder
	MaxParameters = 1 << 27 // half a gigabyte of float32
)

// Stacked returns the symmetric autoencoder whose encoder has the hidden
// layers given, the last being the code; the decoder mirrors the encoder.
// Stacked(784, 100, 30) is 784-100-30-100-784.
func Stacked(inputs int, hidden ...int) Spec {
	s := Spec{Inputs: inputs}
	for _, units := range hidden {
		s.Encoder = append(s.Encoder, LayerSpec{units, SELU})
	}
	for i := len(hidden) - 2; i >= 0; i-- {
		s.Decoder = append(s.Decoder, LayerSpec{hidden[i], SELU})
	}
	s.Decoder = append(s.Decoder, LayerSpec{inputs, Sigmoid})
	return s
}

// Validate returns an error that says what is wrong with s, or nil.
func (s Spec) Validate() error {
	if err := s.validate(); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

// validate is Validate with errors that do not say model.
func (s Spec) validate() error {
	if s.Inputs < 1 || s.Inputs > MaxUnits {
		return fmt.Errorf("%d inputs, want 1 to %d", s.Inputs, MaxUnits)
	}
	for _, stretch := range []struct {
		name   string
		layers []LayerSpec
	}{{"encoder", s.Encoder}, {"decoder", s.Decoder}} {
		if n := len(stretch.layers); n < 1 || n > MaxLayers {
			return fmt.Errorf("%s of %d layers, want 1 to %d", stretch.name, n, MaxLayers)
		}
		for i, l := range stretch.layers {
			if l.Units < 1 || l.Units > MaxUnits {
				return fmt.Errorf("%s layer %d of %d units, want 1 to %d", stretch.name, i, l.Units, MaxUnits)
			}
			last := stretch.name == "decoder" && i == len(stretch.layers)-1
			switch {
			case l.Activation == SELU, last && l.Activation == Sigmoid:
			case last:
				return fmt.Errorf("%s layer %d has activation %q, want %q or %q", stretch.name, i, l.Activation, Sigmoid, SELU)
			default:
				return fmt.Errorf("%s layer %d has activation %q, want %q", stretch.name, i, l.Activation, SELU)
			}
		}
	}
	if last := s.Decoder[len(s.Decoder)-1].Units; last != s.Inputs {
		return fmt.Errorf("the decoder ends in %d units, want one an input: %d", last, s.Inputs)
	}
	if s.Tied {
		if err := s.validateMirror(); err != nil {
			return fmt.Errorf("tied: %w", err)
		}
	}
	if n := s.Parameters(); n > MaxParameters {
		return fmt.Errorf("%d parameters, want at most %d", n, MaxParameters)
	}
	return nil
}

// validateMirror returns an error unless every layer of the decoder has the
// shape of the encoder's layer that it mirrors, from its units to its inputs.
func (s Spec) validateMirror() error {
	widths := []int{s.Inputs}
	for _, l := range s.Encoder {
		widths = append(widths, l.Units)
	}
	if len(s.Decoder) != len(s.Encoder) {
		return fmt.Errorf("decoder of %d layers, want the encoder's %d", len(s.Decoder), len(s.Encoder))
	}
	for i, l := range s.Decoder {
		if want := widths[len(s.Encoder)-1-i]; l.Units != want {
			return fmt.Errorf("decoder layer %d of %d units, want %d, as many as its mirror takes", i, l.Units, want)
		}
	}
	return nil
}

// OutputActivation returns the activation of the decoder's last layer.
func (s Spec) OutputActivation() Activation { return s.Decoder[len(s.Decoder)-1].Activation }

// CodeUnits returns the width of the code, the encoder's last layer.
func (s Spec) CodeUnits() int { return s.Encoder[len(s.Encoder)-1].Units }

// Parameters returns the number of weights, kernels and biases together. Tied
// ones count once.
func (s Spec) Parameters() int {
	n := parameters(s.Inputs, s.Encoder)
	if !s.Tied {
		return n + parameters(s.CodeUnits(), s.Decoder)
	}
	for _, l := range s.Decoder {
		n += l.Units
	}
	return n
}

// parameters counts the weights of a stretch of layers over that many inputs.
func parameters(inputs int, layers []LayerSpec) (n int) {
	for _, l := range layers {
		n += (inputs + 1) * l.Units
		inputs = l.Units
	}
	return n
}

// String returns the widths of all layers: 784-100-30-100-784, and whether they
// are tied.
func (s Spec) String() string {
	text := fmt.Sprint(s.Inputs)
	for _, l := range slices.Concat(s.Encoder, s.Decoder) {
		text += fmt.Sprintf("-%d", l.Units)
	}
	if s.Tied {
		text += " tied"
	}
	return text
}
