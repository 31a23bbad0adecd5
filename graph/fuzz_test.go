package graph

import (
	"math/rand/v2"
	"testing"

	"stackedae/model"
)

// FuzzNetwork looks for shapes, orders and settings that panic.
func FuzzNetwork(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6}, 3, []byte{0, 1, 1}, uint8(3), uint8(2), 1.5, uint8(0))
	f.Add([]byte{1, 2, 3, 4}, 4, []byte{}, uint8(1), uint8(1), 0.0, uint8(5))
	f.Add([]byte{}, 0, []byte{9}, uint8(0), uint8(7), -1.0, uint8(255))
	f.Fuzz(func(t *testing.T, pixels []byte, columns int, order []byte, hidden, code uint8, rate float64, how uint8) {
		if len(pixels) > 1<<10 || len(order) > 64 {
			return
		}
		inputs := int(how>>3)%8 + 1
		m, err := model.New(model.Stacked(inputs, int(hidden)%20, int(code)%20), rand.New(rand.NewPCG(1, 2)))
		if err != nil {
			return
		}
		n, err := New(m, Config{
			LearningRate: rate, Operations: Operations(how & 1), Engine: Engine(how >> 1 & 1), Machine: Machine(how >> 2 & 1), Watch: how&128 != 0,
		})
		if err != nil {
			return
		}
		defer n.Close()
		images := Bytes{Pixels: pixels, Columns: columns}
		for _, row := range order {
			images.Order = append(images.Order, int(row)-2)
		}
		n.Train(images)
		n.Gradients(images)
		n.Nodes(len(order) - 1)
		ctx := t.Context()
		for _, values := range []int{len(pixels), int(code)} {
			floats := Floats{Values: make([]float32, values), Columns: columns}
			n.Encode(ctx, floats)
			n.Decode(ctx, floats)
			n.Reconstruct(ctx, floats)
		}
		if _, err := n.Encode(ctx, images); err != nil {
			return
		}
		// What it encodes it can evaluate and reconstruct.
		if _, err := n.Evaluate(ctx, images); err != nil && m.CheckFinite() == nil {
			t.Errorf("evaluate: %v", err)
		}
		if r, err := n.Reconstruct(ctx, images); err != nil || len(r) != images.Len()*inputs {
			t.Errorf("reconstruct: %d numbers of %d images of %d, error %v", len(r), images.Len(), inputs, err)
		}
	})
}
