package graph

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"stackedae/internal/simd"
	"stackedae/model"
)

// eachWay runs a test under every level of kernels and several GOMAXPROCS.
func eachWay(t *testing.T, name string, test func(t *testing.T)) {
	level, err := simd.Level()
	if err != nil {
		t.Skip(err)
	}
	defer simd.Use(level)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, level := range simd.Levels() {
		for _, procs := range []int{1, 2, 3} {
			if err := simd.Use(level); err != nil {
				t.Fatal(err)
			}
			runtime.GOMAXPROCS(procs)
			t.Run(fmt.Sprintf("%s/impl=%s/procs=%d", name, level, procs), test)
		}
	}
}

// TestStaticMachineHasTheTapeMachinesBits trains and uses a model on both
// machines.
func TestStaticMachineHasTheTapeMachinesBits(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		spec   model.Spec
	}{
		"fused":                  {Config{LearningRate: 1.5}, chapter},
		"fused, broad":           {Config{LearningRate: 0.1}, broad},
		"fused, deep":            {Config{LearningRate: 0.5}, model.Stacked(30, 17, 9, 4)},
		"fused, tied":            {Config{LearningRate: 1.5}, tied(chapter)},
		"fused, broad and tied":  {Config{LearningRate: 0.1}, tied(broad)},
		"fused, numeric":         {Config{LearningRate: 0.05}, numeric(model.Stacked(100, 30))},
		"fused, standard engine": {Config{LearningRate: 1.5, Engine: StandardEngine}, model.Stacked(30, 9)},
		"fused, no step":         {Config{}, model.Stacked(30, 9)},
		"fused, 0 in float32":    {Config{LearningRate: 1e-50}, model.Stacked(30, 9)},
		"stock":                  {Config{LearningRate: 1.5, Operations: Stock, Engine: StandardEngine}, model.Stacked(30, 9, 4)},
		"stock, tied":            {Config{LearningRate: 1.5, Operations: Stock, Engine: StandardEngine}, tied(model.Stacked(30, 9, 4))},
	} {
		eachWay(t, name, func(t *testing.T) {
			var want []any
			for _, machine := range []Machine{TapeMachine, StaticMachine} {
				m := newModel(t, c.spec)
				c.config.Machine = machine
				n, err := New(m, c.config)
				if err != nil {
					t.Fatal(err)
				}
				defer n.Close()
				var got []any
				for _, rows := range []int{8, 8, 5, 8} {
					metrics, err := n.Train(images(rows, c.spec.Inputs))
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, metrics)
				}
				for _, w := range m.Weights() {
					got = append(got, slices.Clone(w.Values))
				}
				metrics, err := n.Evaluate(t.Context(), images(batchRows+3, c.spec.Inputs))
				if err != nil {
					t.Fatal(err)
				}
				reconstructed, err := n.Reconstruct(t.Context(), images(3, c.spec.Inputs))
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, metrics, reconstructed)
				if want == nil {
					want = got
				}
				for i := range want {
					if !same(got[i], want[i]) {
						t.Errorf("value %d differs from the tape machine's: %s, want %s", i, short(got[i]), short(want[i]))
					}
				}
			}
		})
	}
}

// short writes a value's beginning.
func short(v any) string {
	const most = 80
	text := fmt.Sprint(v)
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

func same(a, b any) bool {
	if x, ok := a.([]float32); ok {
		return slices.Equal(x, b.([]float32))
	}
	return a == b
}
