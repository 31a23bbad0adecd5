package reference

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/model"
	"stackedae/train"
)

var whole = flag.Bool("whole", false, "train wrong networks as long as the chapter does, 20 epochs")

// TestWrongNetworks compares wrong networks with Keras, by recorded steps with
// the epoch that they begin, and by a run: those that make a difference must be
// outside. A last batch that is dropped is one step of 1,719, but with all others
// the same it changes the validation loss. A cross-entropy from logits differs
// by rounding while no prediction is clipped: no comparison of these numbers can
// tell it from the right network.
func TestWrongNetworks(t *testing.T) {
	data, recordings := loadFashion(t), loadKeras(t)
	epochs := []int{1}
	if *whole {
		epochs = JudgedEpochs()
	}
	for _, test := range []struct {
		name        string
		network     textbook
		steps, runs bool // whether these are outside
	}{
		{"right", textbook{rate: 1.5}, false, false},
		{"ReLU", textbook{rate: 1.5, relu: true}, true, true},
		{"learning rate 1.4", textbook{rate: 1.4}, true, false},
		{"loss summed", textbook{rate: 1.5, summed: true}, true, true},
		{"last batch dropped", textbook{rate: 1.5, dropLast: true}, true, false},
		{"metric not rounded", textbook{rate: 1.5, unrounded: true}, true, true},
		{"from logits", textbook{rate: 1.5, logits: true}, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := test.network.steps(recordings.Steps[0], data)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("steps: %.1e in the first, %.1e in later ones, %.0f pixels, %.1e after an epoch; %s", r.Early, r.Later, r.Pixels, r.Epoch, r.Outside)
			if got := r.Outside != ""; got != test.steps {
				t.Errorf("steps are outside: %v, want %v", got, test.steps)
			}
			h, err := test.network.run(data, epochs[len(epochs)-1], 1)
			if err != nil {
				t.Fatal(err)
			}
			j, err := recordings.Judge([]History{h}, epochs)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range j.Outside() {
				t.Logf("run: %v", v)
			}
			if got := len(j.Outside()) > 0; got != test.runs {
				t.Errorf("the run is outside: %v, want %v", got, test.runs)
			}
		})
	}
}

// TestUntiedIsNotTied judges runs of the model with kernels of its own in the
// decoder by those of the tied one, and steps of it from the same weights.
func TestUntiedIsNotTied(t *testing.T) {
	tied := loadWay(t, "tied")
	for _, run := range loadKeras(t).Runs {
		j, err := tied.Judge(run.Histories, tied.JudgedEpochs())
		if err != nil {
			t.Fatal(err)
		}
		if len(j.Outside()) == 0 {
			t.Errorf("Keras' untied run of seed %d is inside the tied ones", run.Seed)
		}
	}
	s := tied.Steps[0]
	start, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	report, err := (&textbook{rate: 1.5}).compare(untie(t, start), s, loadFashion(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("steps: %.1e in the first, %.1e in later ones, %.0f pixels; %s", report.Early, report.Later, report.Pixels, report.Outside)
	if report.Outside == "" {
		t.Error("steps of an untied model are inside")
	}
}

// untie returns a model of the same weights whose decoder has kernels of its own.
func untie(t *testing.T, tied *model.Model) *model.Model {
	spec := tied.Spec
	spec.Tied = false
	m, err := model.New(spec, rand.New(rand.NewPCG(1, 1)))
	if err != nil {
		t.Fatal(err)
	}
	n := len(m.Encoder)
	for i := range m.Encoder {
		copy(m.Encoder[i].Kernel.Data().([]float32), tied.Encoder[i].Kernel.Data().([]float32))
		copy(m.Encoder[i].Bias.Data().([]float32), tied.Encoder[i].Bias.Data().([]float32))
		copy(m.Decoder[i].Bias.Data().([]float32), tied.Decoder[i].Bias.Data().([]float32))
		kernel, transposed := tied.Encoder[i].Kernel.Data().([]float32), m.Decoder[n-1-i].Kernel.Data().([]float32)
		units := tied.Encoder[i].Kernel.Shape()[1]
		for j, v := range kernel {
			transposed[j%units*(len(kernel)/units)+j/units] = v
		}
	}
	return m
}

// TestUntunedStackIsTold judges each of Keras' greedy runs by the others, with a
// stack that stays as its first epoch has left it.
func TestUntunedStackIsTold(t *testing.T) {
	recordings := loadWay(t, "greedy")
	for i, run := range recordings.Runs {
		others := &Recordings{Stages: recordings.Stages, Runs: slices.Delete(slices.Clone(recordings.Runs), i, i+1)}
		var untuned History
		for n, values := range run.Final() {
			untuned[n] = slices.Repeat(values[:1], recordings.Epochs())
		}
		run.Histories = append(slices.Clone(run.Histories[:2]), untuned)
		if len(outside(t, others, run.Histories, recordings.JudgedEpochs()...)) == 0 {
			t.Errorf("seed %d: a stack that is not fine-tuned is inside", run.Seed)
		}
	}
}

// outside returns the numbers that reject a run.
func outside(t *testing.T, r *Recordings, run []History, epochs ...int) []Verdict {
	t.Helper()
	j, err := r.Judge(run, epochs)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range j.Outside() {
		t.Log(v)
	}
	return j.Outside()
}

// TestWrongGreedy compares a stack without the stages before with Keras' greedy
// training; with -whole also greedy training, and that without the stack's.
func TestWrongGreedy(t *testing.T) {
	data, recordings := loadFashion(t), loadWay(t, "greedy")
	set := train.Data{Train: data.Train.Images, Valid: data.Valid.Images}
	config := train.Config{
		Epochs: 1, BatchSize: train.DefaultBatchSize, LearningRate: train.StackLearningRate,
		Shuffle: rand.NewPCG(1, 1), Machine: graph.StaticMachine,
	}
	start := func() *model.Model {
		m, err := model.New(model.Stacked(fashion.Pixels, 100, 30), rand.New(rand.NewPCG(1, 0)))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	random, err := train.Run(t.Context(), start(), set, config)
	if err != nil {
		t.Fatal(err)
	}
	if len(outside(t, recordings.Final(), []History{HistoryOf(random.History)}, 1)) == 0 {
		t.Error("a stack without the stages before is inside")
	}
	if !*whole {
		return
	}

	config.Epochs, config.LearningRate = recordings.Epochs(), train.DefaultLearningRate
	m := start()
	var untuned History // of the stack before its training
	results, err := train.Greedy(t.Context(), m, set, config, func(s train.Stage) []train.Hook {
		if s.Number == s.Of {
			untuned = measured(t, m, set, config.Epochs)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var run []History
	for _, r := range results {
		run = append(run, HistoryOf(r.History))
	}
	if len(outside(t, recordings, run, recordings.JudgedEpochs()...)) > 0 {
		t.Error("greedy training is outside")
	}
	if run[len(run)-1] = untuned; len(outside(t, recordings, run, recordings.JudgedEpochs()...)) == 0 {
		t.Errorf("a stack that is not fine-tuned is inside: %v", untuned)
	}
}

// measured returns the history of a model that stays as it is.
func measured(t *testing.T, m *model.Model, data train.Data, epochs int) (h History) {
	n, err := graph.New(m, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	var now []float64
	for _, images := range [][]byte{data.Train, data.Valid} {
		metrics, err := n.Evaluate(t.Context(), graph.Bytes{Pixels: images, Columns: fashion.Pixels})
		if err != nil {
			t.Fatal(err)
		}
		now = append(now, metrics.Loss, metrics.RoundedAccuracy)
	}
	for n, v := range now {
		h[n] = slices.Repeat([]float64{v}, epochs)
	}
	return h
}
