package graph

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"stackedae/model"
)

// traceConfigs are the ways of taking a step that differ in what is traced.
var traceConfigs = map[string]Config{
	"fused, tape":   {LearningRate: 1.5},
	"fused, static": {LearningRate: 1.5, Machine: StaticMachine},
	"stock, tape":   {LearningRate: 1.5, Operations: Stock, Engine: StandardEngine},
	"stock, static": {LearningRate: 1.5, Operations: Stock, Engine: StandardEngine, Machine: StaticMachine},
}

// TestTraceKeepsTheBits trains with and without a trace.
func TestTraceKeepsTheBits(t *testing.T) {
	for name, c := range traceConfigs {
		t.Run(name, func(t *testing.T) { traceKeepsTheBits(t, c, chapter) })
		t.Run(name+", tied", func(t *testing.T) { traceKeepsTheBits(t, c, tied(chapter)) })
	}
}

// TestTraceNamesSums looks for the sum of a tied kernel's gradients.
func TestTraceNamesSums(t *testing.T) {
	trace := new(Trace)
	n, err := New(newModel(t, tied(chapter)), Config{LearningRate: 1.5, Trace: trace})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if _, err := n.Train(images(8, 784)); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range trace.Parts() {
		names = append(names, p.Name)
	}
	for _, want := range []string{"encoder.0.kernel gradient", "encoder.1.kernel gradient"} {
		if !slices.Contains(names, want) {
			t.Errorf("no part %q among %q", want, names)
		}
	}
}

func traceKeepsTheBits(t *testing.T, c Config, spec model.Spec) {
	var want []any
	for _, trace := range []*Trace{nil, new(Trace)} {
		m := newModel(t, spec)
		c.Trace = trace
		n, err := New(m, c)
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		var got []any
		for _, rows := range []int{8, 5, 8} {
			metrics, err := n.Train(images(rows, 784))
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, metrics)
		}
		metrics, err := n.Evaluate(t.Context(), images(9, 784))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, metrics)
		for _, w := range m.Weights() {
			got = append(got, slices.Clone(w.Values))
		}
		if want == nil {
			want = got
		}
		for i := range want {
			if !same(got[i], want[i]) {
				t.Errorf("value %d is with a trace %s, want %s", i, short(got[i]), short(want[i]))
			}
		}
	}
}

// TestTraceSeesTheWholeStep looks for the parts that a step must have, for
// their calls, and that their times are within the steps'. With one processor
// there is nobody to wait for, which no part does.
func TestTraceSeesTheWholeStep(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const steps = 3
	for name, c := range traceConfigs {
		t.Run(name, func(t *testing.T) {
			trace := new(Trace)
			c.Trace = trace
			n, err := New(newModel(t, chapter), c)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			batch := images(32, 784)
			if _, err := n.Train(batch); err != nil {
				t.Fatal(err)
			}
			trace.Reset()
			started := time.Now()
			for range steps {
				if _, err := n.Train(batch); err != nil {
					t.Fatal(err)
				}
			}
			took := time.Since(started)

			calls := map[string]int{}
			var sum time.Duration
			for _, p := range trace.Parts() {
				calls[p.Name] = p.Calls
				sum += p.Time
			}
			want := map[string]int{BindPart: 1, SolverPart: 1}
			if c.Operations == Fused {
				for _, layer := range []string{"encoder.0", "encoder.1", "decoder.0", "decoder.1"} {
					want[layer], want[layer+" gradient"], want[layer+" bias gradient"] = 1, 1, 1
				}
				want["loss"], want["loss gradient"], want["rounded_accuracy"] = 1, 1, 1
			} else {
				want["A × B of 32×784, 784×100 → 32×100"] = 1
				want["Aᵀ × B of 32×784, 32×100 → 784×100"] = 1
				want["sigmoid of 32×784"] = 2 // of the logits and, in its gradient, of their negative
				want["Σ[0] of 32×784 → 784"] = 1
				want["> of 32×784"] = 2
			}
			if c.Operations == Fused && c.Machine == StaticMachine {
				want[SolverPart] = 0                                   // the gradients' operations take the step
				want["loss gradient"], want["rounded_accuracy"] = 0, 0 // these hand on what others compute
				for _, layer := range []string{"encoder.0", "encoder.1", "decoder.0", "decoder.1"} {
					want[layer+" bias gradient"] = 0
				}
			}
			for name, n := range want {
				if got, ok := calls[name]; !ok || got != n*steps {
					t.Errorf("%q: %d calls in %d steps, want %d", name, got, steps, n*steps)
				}
			}
			for name := range calls {
				if strings.Contains(name, "%") {
					t.Errorf("part %q has no name for people", name)
				}
			}
			if sum <= 0 || sum > took {
				t.Errorf("parts of %v in steps of %v", sum, took)
			}
			if c.Machine == StaticMachine && c.Operations == Fused && sum < took/4 {
				t.Errorf("parts of %v in steps of %v: most of the work has no part", sum, took)
			}
		})
	}
}

// TestTraceTakesNoMemory compares the allocations of a step with and without a
// trace.
func TestTraceTakesNoMemory(t *testing.T) {
	for name, c := range traceConfigs {
		var allocations []float64
		for _, trace := range []*Trace{nil, new(Trace)} {
			c.Trace = trace
			n, err := New(newModel(t, model.Stacked(12, 6, 3)), c)
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			var batch Inputs = images(4, 12)
			allocations = append(allocations, testing.AllocsPerRun(20, func() {
				if _, err := n.Train(batch); err != nil {
					t.Fatal(err)
				}
			}))
		}
		// Pools may be emptied meanwhile, by the race detector above all. Memory
		// for each of the calls would be a tenth more, and 20 at least.
		if allocations[1] > 5+1.03*allocations[0] {
			t.Errorf("%s: %v allocations a step with a trace, %v without", name, allocations[1], allocations[0])
		}
	}
}
