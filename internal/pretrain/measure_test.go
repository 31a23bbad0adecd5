package pretrain

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/model"
	"stackedae/train"
)

// stripes returns n images of stripes whose width is the class, half of the pixels noise.
func stripes(n int, rng *rand.Rand) (s fashion.Set) {
	for range n {
		class := rng.IntN(fashion.Classes)
		for p := range fashion.Pixels {
			v := byte(0)
			if rng.IntN(10) < 5 {
				v = byte(rng.IntN(256))
			} else if (p/fashion.Side+p%fashion.Side)/(2+class)%2 == 0 {
				v = 255
			}
			s.Images = append(s.Images, v)
		}
		s.Labels = append(s.Labels, byte(class))
	}
	return s
}

// tiny returns data, and an autoencoder of it after training and before.
func tiny(t *testing.T) (data *fashion.Data, trained, untrained *model.Model) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 0))
	data = &fashion.Data{Train: stripes(120, rng), Test: stripes(50, rng)}
	newModel := func() *model.Model {
		m, err := model.New(model.Stacked(fashion.Pixels, 16, 10), rand.New(rand.NewPCG(2, 0)))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	trained, untrained = newModel(), newModel()
	if _, err := train.Run(t.Context(), trained, train.Data{Train: data.Train.Images, Valid: data.Test.Images}, train.Config{
		Epochs: 100, BatchSize: 20, LearningRate: 0.5, Machine: graph.StaticMachine,
	}); err != nil {
		t.Fatal(err)
	}
	return data, trained, untrained
}

func newExperiment(t *testing.T) (*experiment, []int) {
	t.Helper()
	data, trained, untrained := tiny(t)
	coder, err := graph.New(trained, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { coder.Close() })
	e := &experiment{Settings{Steps: 1}, 7, data, coder, trained, untrained}
	return e, balanced(data.Train.Labels, e.random(choiceStream).Perm(data.Train.Len()), 20)
}

func mustTrain(t *testing.T, e *experiment, w Way, rows []int, phases ...phase) *model.Classifier {
	t.Helper()
	c, err := e.train(t.Context(), w, rows, phases)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// weights returns a copy of what a layer has learnt.
func weights(l model.Dense) []float32 {
	return slices.Concat(l.Kernel.Float32s(), l.Bias.Float32s())
}

// distance returns the largest difference of two layers' weights.
func distance(a, b model.Dense) (d float64) {
	other := weights(b)
	for i, v := range weights(a) {
		d = max(d, math.Abs(float64(v-other[i])))
	}
	return d
}

// TestFrozenLayersStay looks at the classifiers' layers after each phase.
func TestFrozenLayersStay(t *testing.T) {
	e, rows := newExperiment(t)
	before := weights(e.trained.Encoder[0])
	for _, test := range []struct {
		way     Way
		encoder []model.Dense
		phases  []phase
		moves   bool
	}{
		{Pretrained, e.trained.Encoder, []phase{{0, 5, 0}}, false},
		{Pretrained, e.trained.Encoder, []phase{{2, 5, 0.1}}, false},
		{Pretrained, e.trained.Encoder, []phase{{2, 5, 0.1}, {0, 5, 0.1}}, true},
		{Random, e.untrained.Encoder, []phase{{0, 5, 0}}, false},
		{Random, e.untrained.Encoder, []phase{{0, 5, 0.1}}, true},
	} {
		c := mustTrain(t, e, test.way, rows, test.phases...)
		if len(c.Layers) != len(test.encoder)+1 {
			t.Fatalf("%v: %d layers, want the encoder's %d and softmax", test.way, len(c.Layers), len(test.encoder))
		}
		for i, l := range test.encoder {
			if moved := distance(c.Layers[i], l) > 0; moved != test.moves {
				t.Errorf("%v after %v: layer %d has moved: %v, want %v", test.way, test.phases, i, moved, test.moves)
			}
		}
	}
	if !slices.Equal(weights(e.trained.Encoder[0]), before) {
		t.Error("the autoencoder has moved")
	}
}

// TestFrozenIsLinearOnCodes trains the same softmax layer below a frozen encoder
// and on its codes.
func TestFrozenIsLinearOnCodes(t *testing.T) {
	e, rows := newExperiment(t)
	frozen := mustTrain(t, e, Pretrained, rows, phase{2, 50, 0.1}).Layers[2]
	linear := mustTrain(t, e, LinearOnCodes, rows, phase{0, 50, 0.1}).Layers[0]
	start := mustTrain(t, e, LinearOnCodes, rows, phase{0, 50, 0}).Layers[0]
	if d, moved := distance(frozen, linear), distance(start, linear); d > 1e-5*moved || moved == 0 {
		t.Errorf("weights differ by up to %.2g, and have moved by %.2g", d, moved)
	}
}

// TestStepsByHand takes two steps of softmax regression on the pixels of all
// labelled images in float64.
func TestStepsByHand(t *testing.T) {
	e, rows := newExperiment(t)
	const rate = 0.1
	start := mustTrain(t, e, LinearOnPixels, rows, phase{0, 1, 0}).Layers[0]
	var want []float64
	for _, v := range weights(start) {
		want = append(want, float64(v))
	}
	const classes, pixels = fashion.Classes, fashion.Pixels
	for range 2 {
		gradient := make([]float64, len(want))
		for _, row := range rows {
			var p [classes]float64
			sum := 0.
			for class := range classes {
				z := want[pixels*classes+class]
				for i, v := range e.data.Train.Image(row) {
					z += float64(v) / 255 * want[i*classes+class]
				}
				p[class] = math.Exp(z)
				sum += p[class]
			}
			for class := range classes {
				d := p[class] / sum
				if class == int(e.data.Train.Labels[row]) {
					d--
				}
				d /= float64(len(rows))
				for i, v := range e.data.Train.Image(row) {
					gradient[i*classes+class] += float64(v) / 255 * d
				}
				gradient[pixels*classes+class] += d
			}
		}
		for i, g := range gradient {
			want[i] -= rate * g
		}
	}
	for i, got := range weights(mustTrain(t, e, LinearOnPixels, rows, phase{0, 2, rate}).Layers[0]) {
		if math.Abs(float64(got)-want[i]) > 1e-6 {
			t.Fatalf("weight %d is %v after two steps, want %v", i, got, want[i])
		}
	}
}

// TestMeasure holds that a seed's numbers are the same again, on either machine, and
// that they tell of the test images.
func TestMeasure(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 38,400 steps")
	}
	data, trained, untrained := tiny(t)
	s := Settings{Labels: []int{10, 40}, Steps: 600}
	measure := func(seed uint64, s Settings) Accuracies {
		t.Helper()
		done := 0
		a, err := Measure(t.Context(), trained, untrained, data, s, seed, func(n int) {
			if done++; n != done {
				t.Errorf("progress %d, want %d", n, done)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if done != 8 {
			t.Errorf("%d classifiers, want 8", done)
		}
		return a
	}
	first := measure(3, s)
	for _, w := range Ways() {
		if len(first[w]) != 2 {
			t.Fatalf("%v: %d numbers, want 2", w, len(first[w]))
		}
		if last := first[w][1]; last < 0.4 || last > 1 {
			t.Errorf("%v: accuracy %v with 40 labels, want at least 0.4", w, last)
		}
	}
	s.Machine = graph.StaticMachine
	if again := measure(3, s); !reflect.DeepEqual(again, first) {
		t.Errorf("again %v, want %v", again, first)
	}
	if other := measure(4, s); reflect.DeepEqual(other, first) {
		t.Errorf("another seed gives the same numbers, %v", other)
	}
	for i := range data.Test.Labels {
		data.Test.Labels[i] = (data.Test.Labels[i] + 1) % fashion.Classes
	}
	for w, wrong := range measure(3, s) {
		for i := range wrong {
			if wrong[i]+first[w][i] > 1 {
				t.Errorf("%v: accuracy %v by right labels and %v by wrong ones", Way(w), first[w][i], wrong[i])
			}
		}
	}
}

// TestMeasureStops wants the cause of what has stopped it.
func TestMeasureStops(t *testing.T) {
	data, trained, untrained := tiny(t)
	s := Settings{Labels: []int{10}, Steps: 1000}
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped by the test")
	cause := func(done int) {
		if done == 1 {
			cancel(stopped)
		}
	}
	_, err := Measure(ctx, trained, untrained, data, s, 3, cause)
	if !errors.Is(err, stopped) || !strings.HasPrefix(err.Error(), "pretrain: random weights, 10 labels: ") {
		t.Errorf("got %v, want where it has stopped, and why", err)
	}
	s.Labels = []int{10, 121}
	if _, err := Measure(t.Context(), trained, untrained, data, s, 3, func(int) { t.Error("began") }); err == nil {
		t.Error("more labels than images: no error")
	}
}
