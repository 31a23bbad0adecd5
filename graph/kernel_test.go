package graph

import (
	"math/rand/v2"
	"slices"
	"testing"

	"stackedae/internal/simd"
)

// TestInferAddsBlocksToTheBias adds up the products of 256 inputs at a time, from the
// bias on.
func TestInferAddsBlocksToTheBias(t *testing.T) {
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
		kernel{k, false}.infer(got, x, bias)
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
