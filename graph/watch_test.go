package graph

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"stackedae/model"
)

// TestGradientsAreThoseOfTheStep compares with the nodes of the training graph, for
// every machine, and sees that no step is taken.
func TestGradientsAreThoseOfTheStep(t *testing.T) {
	batch := images(7, 20)
	for _, c := range []Config{
		{LearningRate: 0.5}, {LearningRate: 0.5, Machine: StaticMachine}, {LearningRate: 0.5, Operations: Stock}, {},
	} {
		m := newModel(t, model.Stacked(20, 9, 4))
		_, want := gradients(t, m, c.Operations, batch)
		before := weightsOf(m)
		n, err := New(m, c)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		got, err := n.Gradients(batch)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range m.Weights() {
			if got[i].Name != w.Name || !slices.Equal(got[i].Values, want[i]) {
				t.Errorf("%+v: %s: %v, want %s: %v", c, got[i].Name, got[i].Values, w.Name, want[i])
			}
		}
		if !slices.EqualFunc(before, weightsOf(m), slices.Equal) {
			t.Errorf("%+v: the weights have changed", c)
		}
	}
}

func weightsOf(m *model.Model) (values [][]float32) {
	for _, w := range m.Weights() {
		values = append(values, slices.Clone(w.Values))
	}
	return values
}

// TestWatchNamesTheOperation puts numbers into weights from which an operation,
// forward or backward, makes the first that is not finite.
func TestWatchNamesTheOperation(t *testing.T) {
	fill := func(values []float32, v float32) {
		for i := range values {
			values[i] = v
		}
	}
	stripes := Bytes{Pixels: make([]byte, 4*20), Columns: 20}
	for i := range 20 {
		stripes.Pixels[i], stripes.Pixels[2*20+i] = 255, 255
	}
	for _, c := range []struct {
		name  string
		spoil func(m *model.Model)
		want  string // of fused operations
	}{
		{"NaN in the first layer", func(m *model.Model) { m.Encoder[0].Kernel.Float32s()[5] = float32(math.NaN()) }, "operation encoder.0 has returned NaN"},
		{"overflow in the decoder", func(m *model.Model) {
			fill(m.Decoder[0].Bias.Float32s(), 1e20)
			fill(m.Decoder[1].Kernel.Float32s(), 1e20)
		}, "operation decoder.1 has returned Inf"},
		{"overflow backward", func(m *model.Model) { // forward there are zeros
			for _, w := range m.Weights() {
				clear(w.Values)
			}
			fill(m.Decoder[0].Kernel.Float32s(), 1e10)
			fill(m.Decoder[1].Kernel.Float32s(), 1e38)
		}, "operation decoder.0 input gradient has returned Inf"},
		// Of rows that are white and black in turn, so that the bias' gradient is 0.
		{"overflow of a kernel's gradient", func(m *model.Model) {
			for _, w := range m.Weights() {
				clear(w.Values)
			}
			fill(m.Encoder[1].Kernel.Float32s(), 0.5)
			fill(m.Decoder[0].Kernel.Float32s(), 1)
			fill(m.Decoder[1].Kernel.Float32s(), 1e38)
		}, "operation encoder.0 gradient has returned Inf"},
	} {
		for _, ops := range []Operations{Fused, Stock} {
			m := newModel(t, model.Stacked(20, 9, 4))
			c.spoil(m)
			before := weightsOf(m)
			n, err := New(m, Config{LearningRate: 0.5, Operations: ops, Watch: true})
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			_, err = n.Train(stripes)
			if !errors.Is(err, ErrNotFinite) || !strings.Contains(err.Error(), "has returned") {
				t.Errorf("%s: error %v, want ErrNotFinite and an operation", c.name, err)
			} else if ops == Fused && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
			}
			if !slices.EqualFunc(before, weightsOf(m), func(a, b []float32) bool {
				return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
			}) {
				t.Errorf("%s: the step was taken", c.name)
			}
		}
	}
	if _, err := New(newModel(t, model.Stacked(20, 9, 4)), Config{Watch: true, Machine: StaticMachine}); err == nil {
		t.Error("the static machine takes a watch")
	}
}

func TestWatchedStepsHaveTheSameBits(t *testing.T) {
	var want [][]float32
	for _, watch := range []bool{false, true} {
		m := newModel(t, model.Stacked(20, 9, 4))
		n, err := New(m, Config{LearningRate: 0.5, Watch: watch})
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		for range 3 {
			if _, err := n.Train(images(7, 20)); err != nil {
				t.Fatal(err)
			}
		}
		if !watch {
			want = weightsOf(m)
		} else if !slices.EqualFunc(want, weightsOf(m), slices.Equal) {
			t.Error("watched steps give other weights")
		}
	}
}
