package graph

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"stackedae/model"
)

// newClassifier returns a classifier of three classes on an encoder of random
// weights; without hidden layers a linear one.
func newClassifier(t testing.TB, inputs int, hidden ...int) *model.Classifier {
	t.Helper()
	var layers []model.Dense
	if len(hidden) > 0 {
		layers = newModel(t, model.Stacked(inputs, hidden...)).Encoder
	}
	c, err := model.NewClassifier(inputs, layers, 3, rand.New(rand.NewPCG(5, 6)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// labels returns the classes of rows.
func labels(rows int) Labels {
	l := Labels{Numbers: make([]byte, rows), Classes: 3}
	for i := range l.Numbers {
		l.Numbers[i] = byte(i * i % 3) // 0 or 1
		if i%5 == 4 {
			l.Numbers[i] = 2
		}
	}
	return l
}

// classGradients runs the training graph once, without a step, and returns the
// metrics and the gradients.
func classGradients(t *testing.T, c *model.Classifier, frozen int, ops Operations, batch Inputs, l Labels) (ClassMetrics, [][]float32) {
	t.Helper()
	n, err := NewClassifier(c, frozen, Config{Operations: ops})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	m, err := n.machine(training, batch.Len())
	if err != nil {
		t.Fatal(err)
	}
	m.bind(0, batch, l)
	if err := m.run(); err != nil {
		t.Fatal(err)
	}
	metrics, err := m.metrics()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for _, vg := range m.steps {
		g, err := vg.Grad()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, slices.Clone(floats(g)))
	}
	return ClassMetrics{metrics.Loss, metrics.RoundedAccuracy}, all
}

func TestClassifierGradientsAreCentralDifferences(t *testing.T) {
	for _, hidden := range [][]int{nil, {6}, {7, 4}} {
		for frozen := range len(hidden) + 1 {
			for _, rows := range []int{1, 5, 11} {
				for _, ops := range []Operations{Fused, Stock} {
					c, batch, l := newClassifier(t, 10, hidden...), images(rows, 10), labels(rows)
					name := fmt.Sprintf("%v, %d frozen, %d rows, operations %d", hidden, frozen, rows, ops)
					metrics, got := classGradients(t, c, frozen, ops, batch, l)
					slow, x := slowLayers(c.Layers), rowsOf(batch)
					loss, accuracy := slow.classLoss(x, l.Numbers)
					if math.Abs(metrics.Loss-loss) > 1e-6 || math.Abs(metrics.Accuracy-accuracy) > 1e-6 {
						t.Errorf("%s: %v, want loss %v and accuracy %v", name, metrics, loss, accuracy)
					}
					if len(got) != 2*(len(c.Layers)-frozen) {
						t.Fatalf("%s: %d gradients", name, len(got))
					}
					for w, gradient := range got {
						for i, g := range gradient {
							want := slow.differenceOf(func() float64 {
								loss, _ := slow.classLoss(x, l.Numbers)
								return loss
							}, 2*frozen+w, i)
							if math.Abs(float64(g)-want) > 1e-5*max(1, math.Abs(want)) {
								t.Fatalf("%s: gradient %d[%d] = %v, want %v", name, w, i, g, want)
							}
						}
					}
				}
			}
		}
	}
}

// TestSoftmaxOfLargeLogits takes logits whose exponentials are beyond float64.
func TestSoftmaxOfLargeLogits(t *testing.T) {
	c := newClassifier(t, 1)
	copy(c.Layers[0].Kernel.Float32s(), []float32{0, 2000, -2000})
	l := Labels{Numbers: []byte{0, 1, 2}, Classes: 3}
	metrics, g := classGradients(t, c, 0, Fused, Floats{Values: []float32{1, 1, 1}, Columns: 1}, l)
	if want := (ClassMetrics{Loss: 2000, Accuracy: 1 / 3.}); math.Abs(metrics.Loss-want.Loss) > 1e-9 || math.Abs(metrics.Accuracy-want.Accuracy) > 1e-6 {
		t.Errorf("metrics %v, want %v", metrics, want)
	}
	if want := []float32{-1 / 3., 2 / 3., -1 / 3.}; !slices.EqualFunc(g[1], want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-7 }) {
		t.Errorf("bias gradient %v, want %v", g[1], want)
	}
}

// TestClassifierOnBothMachines trains frozen and released, on bytes and shuffled.
func TestClassifierOnBothMachines(t *testing.T) {
	eachWay(t, "classifier", func(t *testing.T) {
		var want [][]float32
		for _, machine := range []Machine{TapeMachine, StaticMachine} {
			c := newClassifier(t, 300, 20, 6)
			start := slices.Clone(c.Layers[1].Kernel.Float32s())
			var got [][]float32
			for _, frozen := range []int{2, 0} {
				n, err := NewClassifier(c, frozen, Config{LearningRate: 0.1, Machine: machine})
				if err != nil {
					t.Fatal(err)
				}
				defer n.Close()
				batch, l := images(9, 300), labels(9)
				for _, rows := range []int{9, 9, 4} {
					batch.Order = rand.New(rand.NewPCG(uint64(rows), 0)).Perm(9)[:rows]
					l.Order = batch.Order
					metrics, err := n.Train(batch, l)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, []float32{float32(metrics.Loss), float32(metrics.Accuracy)})
				}
				if moved := !slices.Equal(start, c.Layers[1].Kernel.Float32s()); moved != (frozen == 0) {
					t.Errorf("%d frozen layers: the second has moved: %v", frozen, moved)
				}
				metrics, err := n.Evaluate(t.Context(), images(batchRows+7, 300), labels(batchRows+7))
				if err != nil {
					t.Fatal(err)
				}
				slow := slowLayers(c.Layers)
				loss, accuracy := slow.classLoss(rowsOf(images(batchRows+7, 300)), labels(batchRows+7).Numbers)
				if math.Abs(metrics.Loss-loss) > 1e-5 || math.Abs(metrics.Accuracy-accuracy) > 1e-6 {
					t.Errorf("evaluated %v, want %v, %v", metrics, loss, accuracy)
				}
			}
			for _, l := range c.Layers {
				got = append(got, l.Kernel.Float32s(), l.Bias.Float32s())
			}
			if want == nil {
				want = got
			}
			for i := range want {
				if !slices.Equal(got[i], want[i]) {
					t.Errorf("value %d differs from the tape machine's", i)
				}
			}
		}
	})
}

// TestClassifierLeavesTheEncoderAlone trains a classifier on top of a model.
func TestClassifierLeavesTheEncoderAlone(t *testing.T) {
	m := newModel(t, model.Stacked(10, 6, 4))
	before := slices.Clone(m.Encoder[0].Kernel.Float32s())
	c, err := model.NewClassifier(10, m.Encoder, 3, rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	n, err := NewClassifier(c, 0, Config{LearningRate: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if _, err := n.Train(images(5, 10), labels(5)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(before, m.Encoder[0].Kernel.Float32s()) || slices.Equal(before, c.Layers[0].Kernel.Float32s()) {
		t.Error("training changes the model's encoder, or not the classifier's copy")
	}
}

func TestClassifierBadInput(t *testing.T) {
	c := newClassifier(t, 10, 4)
	n, err := NewClassifier(c, 0, Config{LearningRate: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	wrong := labels(4)
	wrong.Numbers[2] = 3
	train := func(in Inputs, l Labels) func() error {
		return func() error { _, err := n.Train(in, l); return err }
	}
	for name, test := range map[string]struct {
		f    func() error
		want string
	}{
		"too wide":        {train(images(4, 11), labels(4)), "rows of 11 values, want 10"},
		"too few labels":  {train(images(4, 10), labels(3)), "3 labels of 3 classes, want 4 of 3"},
		"other classes":   {train(images(4, 10), Labels{Numbers: make([]byte, 4), Classes: 2}), "4 labels of 2 classes, want 4 of 3"},
		"no class":        {train(images(4, 10), wrong), "label 2 is 3, want 0 to 2"},
		"evaluated":       {func() error { _, err := n.Evaluate(t.Context(), images(4, 10), wrong); return err }, "label 2 is 3, want 0 to 2"},
		"all frozen":      {func() error { _, err := NewClassifier(c, 2, Config{}); return err }, "2 frozen layers, want 0 to 1"},
		"negative frozen": {func() error { _, err := NewClassifier(c, -1, Config{}); return err }, "-1 frozen layers"},
	} {
		if err := test.f(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
	c.Layers[1].Bias.Float32s()[0] = float32(math.NaN())
	if _, err := n.Train(images(4, 10), labels(4)); !errors.Is(err, ErrNotFinite) {
		t.Errorf("NaN: got %v, want ErrNotFinite", err)
	}
}
