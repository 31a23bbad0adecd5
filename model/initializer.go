// This file draws the kernels that training starts from.

package model

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Initializer is the name of the distribution that kernels are drawn from, as
// Keras has it.
type Initializer string

// The initializers.
const (
	// GlorotUniform is Keras' default: uniform within ±√(6 / (inputs + units))
	// (Glorot and Bengio, Understanding the difficulty of training deep feedforward
	// neural networks, 2010).
	GlorotUniform Initializer = "glorot_uniform"
	// LeCunNormal is normal of variance 1 / inputs, cut off at two standard
	// deviations: what SELU was derived for (Klambauer et al., Self-Normalizing
	// Neural Networks, 2017), so that activations keep mean 0 and variance 1 from
	// layer to layer.
	LeCunNormal Initializer = "lecun_normal"
)

// Initializers returns all of them, the default first.
func Initializers() []Initializer { return []Initializer{GlorotUniform, LeCunNormal} }

// truncatedDeviation is the standard deviation of a normal distribution of
// variance 1 that is cut off at ±2: scipy.stats.truncnorm.std(-2, 2), as Keras has
// it (keras/src/initializers/initializers.py, VarianceScaling).
const truncatedDeviation = 0.87962566103423978

// Initialize returns a model with the weights that Keras' Dense starts from with
// this kernel_initializer: kernels drawn layer by layer in row-major order, tied
// ones once, and biases zero.
func Initialize(spec Spec, from Initializer, rng *rand.Rand) (*Model, error) {
	if !slices.Contains(Initializers(), from) {
		return nil, fmt.Errorf("model: kernel initializer %q, want one of %q", from, Initializers())
	}
	m, err := zero(spec)
	if err != nil {
		return nil, err
	}
	for _, l := range m.Layers() {
		if !l.Tied {
			from.draw(l, rng)
		}
	}
	return m, nil
}

// draw draws the kernel of a layer.
func (from Initializer) draw(l Dense, rng *rand.Rand) {
	limit := math.Sqrt(6 / float64(l.Inputs+l.Units))
	number := func() float64 { return (2*rng.Float64() - 1) * limit }
	if from == LeCunNormal {
		deviation := math.Sqrt(1/float64(l.Inputs)) / truncatedDeviation
		number = func() float64 {
			for {
				if v := rng.NormFloat64(); math.Abs(v) < 2 {
					return v * deviation
				}
			}
		}
	}
	kernel := l.Kernel.Float32s()
	for i := range kernel {
		kernel[i] = float32(number())
	}
}
