package train

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"stackedae/graph"
	"stackedae/model"
)

// TestDivergenceTells checks the step, the numbers of layers and what is named, on
// both machines, and that the checkpoint before stays.
func TestDivergenceTells(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, c := range []struct {
		name   string
		rate   float64
		spoil  func(m *model.Model) // after step 6
		watch  bool
		step   int
		want   string
		layers string // largest weight and gradient
	}{
		{name: "a NaN in a kernel is in the next loss", rate: 0.5, step: 7, want: "loss NaN",
			spoil:  func(m *model.Model) { m.Encoder[1].Kernel.Float32s()[3] = nan },
			layers: "encoder.0 finite NaN, encoder.1 NaN NaN, decoder.0 finite NaN, decoder.1 finite NaN"},
		{name: "a watch names the operation", rate: 0.5, watch: true, step: 7, want: "operation encoder.1 has returned NaN",
			spoil:  func(m *model.Model) { m.Encoder[1].Kernel.Float32s()[3] = nan },
			layers: "encoder.0 finite NaN, encoder.1 NaN NaN, decoder.0 finite NaN, decoder.1 finite NaN"},
		// Clipped, an infinite logit has a finite loss, and no gradient.
		{name: "an infinite bias does not outlive a step", rate: 0.5, step: 7, want: "decoder.1.bias: element 2 is +Inf, want a finite number",
			spoil:  func(m *model.Model) { m.Decoder[1].Bias.Float32s()[2] = inf },
			layers: "encoder.0 finite finite, encoder.1 finite finite, decoder.0 finite finite, decoder.1 Inf finite"},
		{name: "a step beyond float32", rate: math.MaxFloat64, step: 1, want: "bias: element",
			layers: "encoder.0 NaN NaN, encoder.1 Inf NaN, decoder.0 Inf NaN, decoder.1 Inf NaN"},
		{name: "a watch sees weights", rate: math.MaxFloat64, watch: true, step: 1, want: "encoder.0.kernel: element",
			layers: "encoder.0 NaN NaN, encoder.1 Inf NaN, decoder.0 Inf NaN, decoder.1 Inf NaN"},
	} {
		for _, machine := range []graph.Machine{graph.TapeMachine, graph.StaticMachine} {
			if c.watch && machine != graph.TapeMachine {
				continue
			}
			m := newModel(t)
			d, config := small(true)
			config.LearningRate, config.Watch, config.Machine = c.rate, c.watch, machine
			keeper := &Keeper{Dir: filepath.Join(t.TempDir(), "checkpoints"), Keep: 1}
			r, err := Run(t.Context(), m, d, config, keeper.Hook(), Hook{Name: "spoil", Step: func(s Step) error {
				if s.Number == 6 {
					c.spoil(m)
				}
				return nil
			}})
			var told *Divergence
			if !errors.As(err, &told) || r.Status != Diverged {
				t.Errorf("%s: status %v, error %v, want diverged", c.name, r.Status, err)
				continue
			}
			var layers []string
			for _, l := range told.Layers {
				layers = append(layers, fmt.Sprintf("%s %s %s", l.Layer, kind(l.Weight), kind(l.Gradient)))
			}
			epoch := (c.step + smallEpoch - 1) / smallEpoch
			if told.Step != c.step || told.Epoch != epoch || told.LearningRate != c.rate || strings.Join(layers, ", ") != c.layers {
				t.Errorf("%s: step %d, epoch %d, learning rate %v, layers %s; want %d, %d, %v, %s",
					c.name, told.Step, told.Epoch, told.LearningRate, layers, c.step, epoch, c.rate, c.layers)
			}
			if text := err.Error(); !strings.Contains(text, c.want) || !strings.Contains(text, fmt.Sprintf("step %d (epoch %d) at learning rate %v", c.step, epoch, c.rate)) || strings.Contains(text, "\n") {
				t.Errorf("%s: %s, want %q in it", c.name, text, c.want)
			}
			if want := map[bool]string{true: "04"}[c.step > smallEpoch]; folder(t, keeper.Dir) != want {
				t.Errorf("%s: checkpoints %s, want %s", c.name, folder(t, keeper.Dir), want)
			}
		}
	}
}

// kind says whether a number is finite.
func kind(v float64) string {
	if finite(v) {
		return "finite"
	}
	return strings.TrimPrefix(fmt.Sprint(v), "+")
}

// TestDivergenceHasTheGradient compares the numbers of layers with those of a network
// for the batch that was taken last.
// TestEndOfEpochTells spoils a kernel after an epoch's last step, when no loss can
// tell of it any more.
func TestEndOfEpochTells(t *testing.T) {
	for _, c := range []struct {
		value float32
		want  string
	}{
		{float32(math.Inf(1)), "encoder.0.kernel: element 3 is +Inf, want a finite number"},
		{math.MaxFloat32, "validation: loss NaN"},
	} {
		m := newModel(t)
		d, config := small(false)
		r, err := Run(t.Context(), m, d, config, Hook{Name: "spoil", Step: func(s Step) error {
			if s.Number == smallEpoch {
				kernel := m.Encoder[0].Kernel.Float32s()
				for i := range kernel[3:] {
					kernel[3+i] = c.value
				}
			}
			return nil
		}})
		if r.Status != Diverged || !strings.Contains(err.Error(), c.want) || r.Steps != smallEpoch {
			t.Errorf("%v: status %v after %d steps, error %v, want %q", c.value, r.Status, r.Steps, err, c.want)
		}
	}
}

func TestDivergenceHasTheGradient(t *testing.T) {
	m := newModel(t)
	d := data(8)
	r, err := begin(&State{Model: m}, d, Config{Epochs: 1, BatchSize: 4, LearningRate: 0.5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.network.Close()
	r.last = 1
	var told *Divergence
	if !errors.As(r.diverged(errors.New("found")), &told) {
		t.Fatal("no divergence")
	}
	gradients, err := r.network.Gradients(graph.Bytes{Pixels: d.Train[4*columns:], Columns: columns})
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range told.Layers {
		kernel, bias := 2*i, 2*i+1
		weight := max(largest(m.Weights()[kernel].Values), largest(m.Weights()[bias].Values))
		gradient := max(largest(gradients[kernel].Values), largest(gradients[bias].Values))
		if l.Weight != weight || l.Gradient != gradient || weight == 0 || gradient == 0 {
			t.Errorf("%+v, want %v and %v", l, weight, gradient)
		}
	}
	if got := largest([]float32{1, -3, 2}); got != 3 {
		t.Errorf("largest %v, want 3", got)
	}
}

// TestCheckpointsAreFinite spoils a kernel just before a checkpoint is due.
func TestCheckpointsAreFinite(t *testing.T) {
	m := newModel(t)
	d, config := small(true)
	keeper := &Keeper{Dir: t.TempDir(), Keep: 9, Steps: 1}
	r, err := Run(t.Context(), m, d, config, keeper.Hook(), Hook{Name: "spoil", Step: func(s Step) error {
		if s.Number == 6 {
			m.Encoder[0].Kernel.Float32s()[0] = float32(math.Inf(-1))
		}
		return nil
	}})
	if r.Status != Diverged || err == nil || !strings.Contains(err.Error(), "step 6 (epoch 2)") || !strings.Contains(err.Error(), "encoder.0.kernel: element 0 is -Inf") {
		t.Errorf("status %v, error %v", r.Status, err)
	}
	if got := folder(t, keeper.Dir); got != "01 02 03 04 05" {
		t.Errorf("checkpoints %s, want 01 to 05", got)
	}
}
