package graph

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"stackedae/internal/simd"
	"stackedae/model"
)

// TestForwardExportedAddsBlocksToTheBias adds up the products of 256 inputs at a time, from the
// bias on.
func TestForwardExportedAddsBlocksToTheBias(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	matrix := func(rows, columns int) simd.Matrix {
		data := make([]float32, rows*columns)
		for i := range data {
			data[i] = float32(rng.NormFloat64())
		}
		return simd.Dense(data, rows, columns)
	}
	for _, inputs := range []int{30, 256, 257, 784} {
		const rows, units = 5, 50
		x, k, bias := matrix(rows, inputs), matrix(inputs, units), matrix(1, units).Data
		got, part := matrix(rows, units), matrix(rows, units)
		kernel{k, false}.forwardExported(got, x, bias)
		want := slices.Repeat(bias, rows)
		for from := 0; from < inputs; from += 256 {
			to := min(from+256, inputs)
			simd.MatMul(part, x.ColumnSpan(from, to), k.RowSpan(from, to))
			simd.Axpy(want, 1, part.Data)
		}
		if !slices.Equal(got.Data, want) {
			t.Errorf("%d inputs: other bits than blocks added to the bias", inputs)
		}
		kernel{k, false}.forward(part, x, bias)
		if slices.Equal(got.Data, part.Data) {
			t.Errorf("%d inputs: the bits of training, in which a sum begins with the bias", inputs)
		}
	}
}

// TestEncodeHasTheExportedOrder computes the codes of a wide layer alone, and those
// that training has, by bands.
func TestEncodeHasTheExportedOrder(t *testing.T) {
	const rows, inputs, units = 9, 784, 30
	m, err := model.New(model.Stacked(inputs, units), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	images := make([]float32, rows*inputs)
	rng := rand.New(rand.NewPCG(2, 0))
	for i := range images {
		images[i] = rng.Float32()
	}
	for _, machine := range []Machine{TapeMachine, StaticMachine} {
		n, err := New(m, Config{Machine: machine})
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		x, k, bias := simd.Dense(images, rows, inputs), simd.Dense(m.Encoder[0].Kernel.Float32s(), inputs, units), m.Encoder[0].Bias.Float32s()
		exported, trained, second := make([]float32, rows*units), make([]float32, rows*units), make([]float32, rows*units)
		kernel{k, false}.forwardExported(simd.Dense(exported, rows, units), x, bias)
		band := piece{share: 1, shares: bands}
		cut, _ := band.columns(inputs)
		simd.MatMulBias(simd.Dense(trained, rows, units), x.ColumnSpan(0, cut), k.RowSpan(0, cut), bias)
		simd.MatMul(simd.Dense(second, rows, units), x.ColumnSpan(cut, inputs), k.RowSpan(cut, inputs))
		simd.Axpy(trained, 1, second)
		for _, c := range []struct {
			name string
			of   func(context.Context, Inputs) ([]float32, error)
			want []float32
		}{{"Encode", n.Encode, exported}, {"TrainingCodes", n.TrainingCodes, trained}} {
			simd.SELU(c.want, c.want)
			got, err := c.of(t.Context(), Floats{Values: images, Columns: inputs})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v: %s has other bits", machine, c.name)
			}
		}
		if slices.Equal(exported, trained) {
			t.Error("both orders have the same bits")
		}
	}
}
