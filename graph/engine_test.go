package graph

import (
	"math/rand/v2"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// randomDense returns a tensor of normal numbers of the given type.
func randomDense(rng *rand.Rand, e tensor.Engine, of tensor.Dtype, shape ...int) *tensor.Dense {
	t := tensor.New(tensor.Of(of), tensor.WithShape(shape...), tensor.WithEngine(e))
	for i := range t.Len() {
		if of == tensor.Float32 {
			t.Float32s()[i] = float32(rng.NormFloat64())
		} else {
			t.Float64s()[i] = rng.NormFloat64()
		}
	}
	return t
}

// TestEngineHasTheStandardEnginesBits repeats what VanillaSolver does, and uses
// of the two operations that it does not make, with both engines.
func TestEngineHasTheStandardEnginesBits(t *testing.T) {
	for name, f := range map[string]func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error){
		"solver's step": func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error) {
			w, g := randomDense(rng, e, tensor.Float32, 78, 43), randomDense(rng, e, tensor.Float32, 78, 43)
			if _, err := tensor.Mul(g, float32(-1.5), tensor.UseUnsafe()); err != nil {
				return nil, err
			}
			return tensor.Add(w, g, tensor.UseUnsafe())
		},
		"vectors": func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error) {
			return tensor.Add(randomDense(rng, e, tensor.Float32, 7), randomDense(rng, e, tensor.Float32, 7), tensor.UseUnsafe())
		},
		"a new result": func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error) {
			return tensor.Add(randomDense(rng, e, tensor.Float32, 5, 3), randomDense(rng, e, tensor.Float32, 5, 3))
		},
		"a given result": func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error) {
			return tensor.Mul(randomDense(rng, e, tensor.Float32, 5, 3), float32(2), tensor.WithReuse(randomDense(rng, e, tensor.Float32, 5, 3)))
		},
		"added to a result": func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error) {
			return tensor.Mul(randomDense(rng, e, tensor.Float32, 5, 3), float32(2), tensor.WithIncr(randomDense(rng, e, tensor.Float32, 5, 3)))
		},
		"float64": func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error) {
			return tensor.Mul(randomDense(rng, e, tensor.Float64, 5, 3), -1.5, tensor.UseUnsafe())
		},
		"columns of a matrix": func(e tensor.Engine, rng *rand.Rand) (tensor.Tensor, error) {
			view, err := randomDense(rng, e, tensor.Float32, 5, 4).Slice(nil, G.S(1, 3))
			if err != nil {
				return nil, err
			}
			return tensor.Mul(view, float32(3), tensor.UseUnsafe())
		},
	} {
		got, err := f(engine{}, rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := f(G.StandardEngine{}, rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatalf("%s, standard engine: %v", name, err)
		}
		if !got.Eq(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// TestEngineTrains checks that the solver works through the engine, with
// gradients that are only promised, and gets the bits that it gets through the
// standard one.
func TestEngineTrains(t *testing.T) {
	var weights [2][]float32
	for i, c := range []struct {
		name   Engine
		engine tensor.Engine
	}{{KernelEngine, engine{}}, {StandardEngine, G.StandardEngine{}}} {
		m := newModel(t, chapter)
		n, err := New(m, Config{LearningRate: 1.5, Engine: c.name})
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		for range 3 {
			if _, err := n.Train(images(8, 784)); err != nil {
				t.Fatal(err)
			}
		}
		if got := m.Encoder[0].Kernel.Engine(); got != c.engine {
			t.Errorf("the weights' engine is %T, want %T", got, c.engine)
		}
		for _, w := range m.Weights() {
			weights[i] = append(weights[i], w.Values...)
		}
	}
	if !slices.Equal(weights[0], weights[1]) {
		t.Error("other weights than by the standard engine")
	}
}
