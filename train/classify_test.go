package train

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"stackedae/graph"
	"stackedae/model"
)

// stripes returns n images of two classes, wide and narrow stripes, in turn.
func stripes(n int) Labelled {
	var l Labelled
	for i := range n {
		width := 1 + 2*(i%2)
		for j := range columns {
			l.Images = append(l.Images, byte(255*(j/width%2)))
		}
		l.Labels = append(l.Labels, byte(i%2))
	}
	return l
}

func newClassifier(t *testing.T) *model.Classifier {
	t.Helper()
	c, err := model.NewClassifier(columns, newModel(t).Encoder, 2, rand.New(rand.NewPCG(2, 0)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestClassifyAgainstStepByStep repeats the training by hand.
func TestClassifyAgainstStepByStep(t *testing.T) {
	for _, frozen := range []int{0, 2} {
		data := stripes(10)
		c, hand := newClassifier(t), newClassifier(t)
		history, err := Classify(t.Context(), c, frozen, data, Config{Epochs: 3, BatchSize: 4, LearningRate: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		n, err := graph.NewClassifier(hand, frozen, graph.Config{LearningRate: 0.5})
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		for epoch := range 3 {
			var want graph.ClassMetrics
			for first := 0; first < 10; first += 4 {
				rows := min(4, 10-first)
				got, err := n.Train(graph.Bytes{Pixels: data.Images[first*columns : (first+rows)*columns], Columns: columns},
					graph.Labels{Numbers: data.Labels[first : first+rows], Classes: 2})
				if err != nil {
					t.Fatal(err)
				}
				want.Loss += got.Loss * float64(rows) / 10
				want.Accuracy += got.Accuracy * float64(rows) / 10
			}
			if got := history[epoch]; math.Abs(got.Loss-want.Loss) > 1e-12 || math.Abs(got.Accuracy-want.Accuracy) > 1e-12 {
				t.Errorf("%d frozen, epoch %d: %v, want %v", frozen, epoch+1, got, want)
			}
		}
		for i, l := range c.Layers {
			if got, want := l.Kernel.Float32s(), hand.Layers[i].Kernel.Float32s(); got[0] != want[0] {
				t.Errorf("%d frozen: %s differs from the one by hand", frozen, l.Name)
			}
		}
	}
}

// TestClassifyKeepsLabelsWithTheirRows learns shuffled stripes, as bytes and as
// numbers.
func TestClassifyKeepsLabelsWithTheirRows(t *testing.T) {
	data := stripes(20)
	var values []float32
	for _, v := range data.Images {
		values = append(values, float32(v)/255)
	}
	var last [2]graph.ClassMetrics
	for i, d := range []Labelled{data, {Values: values, Labels: data.Labels}} {
		history, err := Classify(t.Context(), newClassifier(t), 0, d, Config{
			Epochs: 20, BatchSize: 6, LearningRate: 0.2, Shuffle: rand.NewPCG(3, 0),
		})
		if err != nil {
			t.Fatal(err)
		}
		if last[i] = history[19]; last[i].Accuracy != 1 {
			t.Errorf("accuracy %v after 20 epochs, want 1", last[i].Accuracy)
		}
	}
	if last[0] != last[1] {
		t.Errorf("bytes give %v, the same as numbers %v", last[0], last[1])
	}
}

func TestClassifyErrors(t *testing.T) {
	c, good := newClassifier(t), Config{Epochs: 1, BatchSize: 4, LearningRate: 0.5}
	data := stripes(10)
	for _, test := range []struct {
		data   Labelled
		config Config
		want   string
	}{
		{Labelled{data.Images, nil, data.Labels[1:]}, good, "120 values and 9 labels, want a label for every 12 values"},
		{Labelled{}, good, "0 values and 0 labels"},
		{data, Config{BatchSize: 1}, "0 epochs"},
		{Labelled{data.Images, nil, []byte{0, 0, 0, 0, 0, 0, 0, 0, 0, 2}}, good, "label 9 is 2, want 0 to 1"},
		{data, Config{Epochs: 300, BatchSize: 4, LearningRate: 1e30}, "a smaller learning rate may help"},
	} {
		if _, err := Classify(t.Context(), c, 0, test.data, test.config); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got %v, want %q", err, test.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Classify(ctx, newClassifier(t), 0, data, good); err == nil || !strings.Contains(err.Error(), "stopped in epoch 1") {
		t.Errorf("cancelled: got %v", err)
	}
}
