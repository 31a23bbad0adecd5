// This file holds the experiment of one seed.

package pretrain

import (
	"context"
	"fmt"
	"math/rand/v2"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/model"
	"stackedae/train"
)

// Accuracies are shares of test images whose class is right: [way][number of
// labels].
type Accuracies [ways][]float64

// Streams of random numbers of a seed, apart from those of the autoencoder.
const (
	choiceStream = 100 + iota
	weightStream
	headStream
	shuffleStream
)

// Measure trains classifiers of the training images, in all ways for all numbers
// of labels, and measures the test images. The encoder is m's, which stays as it
// is. The seed decides which images are labelled, and on weights and order.
// progress is told how many of the classifiers are done.
func Measure(ctx context.Context, m *model.Model, data *fashion.Data, s Settings, seed uint64, progress func(done, of int)) (a Accuracies, err error) {
	if err := s.Validate(); err != nil {
		return a, err
	}
	e, err := newExperiment(ctx, m, data, s, seed)
	if err != nil {
		return a, err
	}
	for i, n := range s.Labels {
		for _, w := range Ways() {
			progress(i*int(ways)+int(w), len(s.Labels)*int(ways))
			accuracy, err := e.measure(ctx, w, n)
			if err != nil {
				return a, fmt.Errorf("pretrain: %v, %d labels: %w", w, n, err)
			}
			a[w] = append(a[w], accuracy)
		}
	}
	return a, nil
}

// experiment is what all classifiers of a seed share.
type experiment struct {
	settings Settings
	seed     uint64
	set      fashion.Set // labelled in the order of choice
	choice   []int
	codes    []float32 // of the set
	test     fashion.Set
	coded    []float32        // the test images' codes
	encoders [2][]model.Dense // of Pretrained and Random
}

func newExperiment(ctx context.Context, m *model.Model, data *fashion.Data, s Settings, seed uint64) (*experiment, error) {
	e := &experiment{settings: s, seed: seed, set: data.Train, test: data.Test}
	e.choice = e.random(choiceStream).Perm(data.Train.Len())
	random, err := model.New(m.Spec, e.random(weightStream))
	if err != nil {
		return nil, err
	}
	e.encoders = [2][]model.Dense{m.Encoder, random.Encoder}
	network, err := graph.New(m, graph.Config{Machine: s.Machine})
	if err != nil {
		return nil, err
	}
	defer network.Close()
	if e.codes, err = network.Encode(ctx, imagesOf(e.set)); err != nil {
		return nil, err
	}
	e.coded, err = network.Encode(ctx, imagesOf(e.test))
	return e, err
}

// random returns a stream of random numbers, from its beginning.
func (e *experiment) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(e.seed, stream))
}

func imagesOf(s fashion.Set) graph.Bytes {
	return graph.Bytes{Pixels: s.Images, Columns: fashion.Pixels}
}

// measure trains a classifier of a way with n labels, and returns its accuracy on
// the test images.
func (e *experiment) measure(ctx context.Context, w Way, n int) (float64, error) {
	rows, err := balanced(e.set.Labels, e.choice, n)
	if err != nil {
		return 0, err
	}
	inputs := fashion.Pixels
	var layers []model.Dense
	test := graph.Inputs(imagesOf(e.test))
	var labelled train.Labelled
	for _, i := range rows {
		labelled.Labels = append(labelled.Labels, e.set.Labels[i])
	}
	if w == LinearOnCodes {
		inputs = len(e.codes) / e.set.Len()
		test = graph.Floats{Values: e.coded, Columns: inputs}
		for _, i := range rows {
			labelled.Values = append(labelled.Values, e.codes[i*inputs:(i+1)*inputs]...)
		}
	} else {
		for _, i := range rows {
			labelled.Images = append(labelled.Images, e.set.Image(i)...)
		}
	}
	if w == Pretrained || w == Random {
		layers = e.encoders[w]
	}
	c, err := model.NewClassifier(inputs, layers, fashion.Classes, e.random(headStream))
	if err != nil {
		return 0, err
	}
	shuffle := rand.NewPCG(e.seed, shuffleStream)
	for _, p := range w.phases(len(layers)) {
		config := train.Config{
			Epochs: max(1, e.settings.Steps/train.StepsPerEpoch(n, batchSize)), BatchSize: batchSize, LearningRate: p.rate,
			Shuffle: shuffle, Machine: e.settings.Machine,
		}
		if _, err := train.Classify(ctx, c, p.frozen, labelled, config); err != nil {
			return 0, err
		}
	}
	network, err := graph.NewClassifier(c, 0, graph.Config{Machine: e.settings.Machine})
	if err != nil {
		return 0, err
	}
	defer network.Close()
	metrics, err := network.Evaluate(ctx, test, graph.Labels{Numbers: e.test.Labels, Classes: fashion.Classes})
	return metrics.Accuracy, err
}

// phase is a part of a classifier's training.
type phase struct {
	frozen int // the first layers, so many, stay as they are
	rate   float64
}

// phases returns the parts of the training of a way, with so many layers below
// the softmax.
func (w Way) phases(layers int) []phase {
	switch w {
	case Pretrained:
		return []phase{{layers, frozenRate}, {0, releasedRate}}
	case Random:
		return []phase{{0, releasedRate}}
	case LinearOnCodes:
		return []phase{{0, frozenRate}}
	default:
		return []phase{{0, pixelRate}}
	}
}

// balanced returns the first n rows of an order in which no class has more than
// its even share. Fewer labels are the beginning of more.
func balanced(labels []byte, order []int, n int) ([]int, error) {
	var chosen []int
	var counts [fashion.Classes]int
	for _, i := range order {
		class := int(labels[i])
		share := n / fashion.Classes
		if class < n%fashion.Classes {
			share++
		}
		if counts[class] == share {
			continue
		}
		counts[class]++
		if chosen = append(chosen, i); len(chosen) == n {
			return chosen, nil
		}
	}
	return nil, fmt.Errorf("%d labels in even shares, but the images' classes have %v of them", n, counts)
}
