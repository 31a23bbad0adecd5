package graph

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"stackedae/model"
)

func TestBytesOrder(t *testing.T) {
	b := Bytes{Pixels: []byte{0, 51, 102, 153, 204, 255}, Columns: 2, Order: []int{2, 0, 2, 1}}
	if got := b.Len(); got != 4 {
		t.Errorf("Len = %d, want 4", got)
	}
	got := make([]float32, 3)
	b.CopyRow(got[:2], 1, 0)
	b.CopyRow(got[2:], 2, 1)
	if want := []float32{0, 0.2, 1}; !slices.Equal(got, want) {
		t.Errorf("row 1 and the end of row 2 = %v, want %v", got, want)
	}
}

func TestBadInput(t *testing.T) {
	m := newModel(t, model.Stacked(20, 8, 3))
	n, err := New(m, Config{LearningRate: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	codes := func(values, columns int, order ...int) Floats {
		return Floats{make([]float32, values), columns, order}
	}
	for name, c := range map[string]struct {
		f    func() error
		want string
	}{
		"image too wide": {func() error { _, err := n.Train(images(2, 21)); return err }, "rows of 21 values, want 20"},
		"no images":      {func() error { _, err := n.Evaluate(t.Context(), images(0, 20)); return err }, "no rows"},
		"code too wide":  {func() error { _, err := n.Decode(t.Context(), codes(8, 4)); return err }, "rows of 4 values, want 3"},
		"no such image":  {func() error { _, err := n.Train(Bytes{make([]byte, 40), 20, []int{1, 2}}); return err }, "element 1 of the order is row 2, want one of 2"},
		"before all":     {func() error { _, err := n.Encode(t.Context(), Bytes{make([]byte, 40), 20, []int{-1}}); return err }, "element 0 of the order is row -1"},
		"half an image":  {func() error { _, err := n.Encode(t.Context(), Bytes{make([]byte, 30), 20, nil}); return err }, "30 values, want rows of 20"},
		"half a code":    {func() error { _, err := n.Decode(t.Context(), codes(4, 3)); return err }, "4 values, want rows of 3"},
		"no such code":   {func() error { _, err := n.Decode(t.Context(), codes(6, 3, 0, 2)); return err }, "element 1 of the order is row 2, want one of 2"},
		"no such label":  {func() error { return Labels{make([]byte, 2), 2, []int{2}}.check() }, "element 0 of the order is row 2, want one of 2"},
		"graph of none":  {func() error { _, err := n.Nodes(-1); return err }, "batch of -1 rows, want at least 1"},
		"stock, numeric": {func() error {
			n, err := New(newModel(t, numeric(model.Stacked(4, 2))), Config{Operations: Stock})
			if err == nil {
				_, err = n.Train(images(1, 4))
			}
			return err
		}, "stock operations train outputs of sigmoid alone"},
		"learning rate": {func() error { _, err := New(m, Config{LearningRate: math.NaN()}); return err }, "learning rate NaN"},
		"operations":    {func() error { _, err := New(m, Config{Operations: 9}); return err }, "operations 9"},
		"engine":        {func() error { _, err := New(m, Config{Engine: -1}); return err }, "engine -1"},
		"machine":       {func() error { _, err := New(m, Config{Machine: 2}); return err }, "machine 2"},
	} {
		if err := c.f(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func TestTrainStopsAtNaNBeforeTheStep(t *testing.T) {
	for _, machine := range []Machine{TapeMachine, StaticMachine} {
		m := newModel(t, model.Stacked(20, 8, 3))
		m.Encoder[0].Bias.Float32s()[0] = float32(math.NaN())
		untouched := slices.Clone(m.Decoder[0].Kernel.Float32s())
		n, err := New(m, Config{LearningRate: 1, Machine: machine})
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		for range 2 {
			if _, err := n.Train(images(2, 20)); !errors.Is(err, ErrNotFinite) {
				t.Errorf("machine %d: error %v, want ErrNotFinite", machine, err)
			}
		}
		if !slices.Equal(untouched, m.Decoder[0].Kernel.Float32s()) {
			t.Errorf("machine %d: the weights have changed", machine)
		}
	}
}
