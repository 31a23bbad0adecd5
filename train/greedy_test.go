package train

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"stackedae/graph"
	"stackedae/model"
)

// values returns all weights of a model, a copy.
func values(m *model.Model) (all [][]float32) {
	for _, w := range m.Weights() {
		all = append(all, slices.Clone(w.Values))
	}
	return all
}

// TestGreedyAgainstStageByStage repeats greedy training by hand: each stage has
// its layers, data, loss and learning rate, and leaves the other layers alone.
func TestGreedyAgainstStageByStage(t *testing.T) {
	for _, tied := range []bool{false, true} {
		spec := model.Stacked(columns, 6, 4, 2)
		spec.Tied = tied
		start := func() *model.Model {
			m, err := model.New(spec, rand.New(rand.NewPCG(1, 0)))
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		d, c := data(40), Config{Epochs: 2, BatchSize: 8, LearningRate: 0.5}
		var told []string
		m := start()
		results, err := Greedy(t.Context(), m, d, c, func(s Stage) []Hook {
			told = append(told, fmt.Sprintf("%d/%d %v at %v", s.Number, s.Of, s.Model.Spec, s.Config.LearningRate))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		suffix := ""
		if tied {
			suffix = " tied"
		}
		want := []string{
			"1/4 12-6-12" + suffix + " at 0.5", "2/4 6-4-6" + suffix + " at 0.05", "3/4 4-2-4" + suffix + " at 0.05",
			"4/4 12-6-4-2-4-6-12" + suffix + " at 0.1",
		}
		if !slices.Equal(told, want) || len(results) != 4 {
			t.Errorf("%d results of the stages %q, want %q", len(results), told, want)
		}

		hand := start()
		in := graph.Inputs(graph.Bytes{Pixels: d.Train, Columns: columns})
		valid := graph.Inputs(graph.Bytes{Pixels: d.Valid, Columns: columns})
		for i, rate := range []float64{0.5, 0.05, 0.05, 0.1} {
			stage := hand
			if i < 3 {
				if stage, err = hand.Pair(i); err != nil {
					t.Fatal(err)
				}
			} else {
				in, valid = graph.Bytes{Pixels: d.Train, Columns: columns}, graph.Bytes{Pixels: d.Valid, Columns: columns}
			}
			before := values(hand)
			n, err := graph.New(stage, graph.Config{LearningRate: rate})
			if err != nil {
				t.Fatal(err)
			}
			defer n.Close()
			for range c.Epochs {
				for first := 0; first < 40; first += 8 {
					rows := make([]float32, 8*in.Width())
					for r := range 8 {
						in.CopyRow(rows[r*in.Width():(r+1)*in.Width()], first+r, 0)
					}
					if _, err := n.Train(graph.Floats{Values: rows, Columns: in.Width()}); err != nil {
						t.Fatal(err)
					}
				}
			}
			loss, err := n.Evaluate(t.Context(), valid)
			if err != nil {
				t.Fatal(err)
			}
			if got := results[i].History[1].Valid; got != loss {
				t.Errorf("stage %d: validation %v, want %v", i+1, got, loss)
			}
			trained := map[string]bool{}
			for _, l := range stage.Layers() {
				trained[l.Name+".bias"] = true
				if !l.Tied {
					trained[l.Name+".kernel"] = true
				}
			}
			for j, w := range hand.Weights() {
				if changed := !slices.Equal(before[j], w.Values); changed != trained[w.Name] {
					t.Errorf("stage %d changed %s: %v", i+1, w.Name, changed)
				}
			}
			if i < 2 {
				codes := make([][]float32, 2)
				for j, set := range []graph.Inputs{in, valid} {
					if codes[j], err = n.TrainingCodes(t.Context(), set); err != nil {
						t.Fatal(err)
					}
				}
				units := stage.Spec.CodeUnits()
				in, valid = graph.Floats{Values: codes[0], Columns: units}, graph.Floats{Values: codes[1], Columns: units}
			}
		}
		for i, w := range hand.Weights() {
			if !slices.Equal(m.Weights()[i].Values, w.Values) {
				t.Errorf("tied %v: %s differs from the one by hand", tied, w.Name)
			}
		}
	}
}

// TestGreedyShufflesEveryStage compares with unshuffled training, and with the
// same seed stage by stage.
func TestGreedyShufflesEveryStage(t *testing.T) {
	run := func(shuffle *rand.PCG) (losses []float64) {
		results, err := Greedy(t.Context(), newModel(t), data(40), Config{Epochs: 1, BatchSize: 8, LearningRate: 0.5, Shuffle: shuffle}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			losses = append(losses, r.History[0].Valid.Loss)
		}
		return losses
	}
	// A stage has its images in their order before it draws one.
	byHand := func(shuffle *rand.PCG) (losses []float64) {
		d := data(40)
		stages, err := stagesOf(newModel(t), Config{Epochs: 1, BatchSize: 8, LearningRate: 0.5, Shuffle: shuffle})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range stages {
			if i == len(stages)-1 {
				d = data(40)
			}
			r, err := Run(t.Context(), s.Model, d, s.Config)
			if err != nil {
				t.Fatal(err)
			}
			losses = append(losses, r.History[0].Valid.Loss)
			if i+2 < len(stages) {
				if d, err = d.encode(t.Context(), s); err != nil {
					t.Fatal(err)
				}
			}
		}
		return losses
	}
	plain, shuffled, again := run(nil), run(rand.NewPCG(1, 1)), byHand(rand.NewPCG(1, 1))
	for i := range plain {
		if plain[i] == shuffled[i] || shuffled[i] != again[i] {
			t.Errorf("stage %d: validation loss %v, shuffled %v, by hand %v", i+1, plain[i], shuffled[i], again[i])
		}
	}
}

func TestGreedyTellsTheStageOfAnError(t *testing.T) {
	m := newModel(t)
	ctx, cancel := context.WithCancel(t.Context())
	results, err := Greedy(ctx, m, data(40), Config{Epochs: 1, BatchSize: 8, LearningRate: 0.5}, func(s Stage) []Hook {
		if s.Number == 2 {
			cancel()
		}
		return nil
	})
	if len(results) != 2 || results[1].Status != Cancelled || err == nil || !strings.Contains(err.Error(), "train: stage 2 of 3: ") {
		t.Errorf("%d results, error %v, want an error of stage 2 of 3", len(results), err)
	}
	m.Encoder[1].Bias.Float32s()[0] = float32(math.NaN())
	results, err = Greedy(t.Context(), m, data(40), Config{Epochs: 1, BatchSize: 8, LearningRate: 0.5}, nil)
	if len(results) != 2 || results[1].Status != Diverged || err == nil {
		t.Errorf("%d results, error %v, want divergence in the second", len(results), err)
	}
	lopsided := model.Stacked(columns, 6, 3)
	lopsided.Decoder = lopsided.Decoder[1:]
	if m, err = model.New(lopsided, rand.New(rand.NewPCG(1, 0))); err != nil {
		t.Fatal(err)
	}
	if _, err := Greedy(t.Context(), m, data(40), Config{Epochs: 1, BatchSize: 8}, nil); err == nil || !strings.Contains(err.Error(), "decoder of 1 layers, want the encoder's 2") {
		t.Errorf("no mirror: got %v", err)
	}
}
