// This file holds the experiment of one seed.

package pretrain

import (
	"context"
	"fmt"
	"math"
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
	headStream
	shuffleStream
)

// Measure trains classifiers of the training images, in all ways for all numbers
// of labels, and measures the test images. The encoders are those of an
// autoencoder after training and before; both stay as they are. The seed decides
// which images are labelled, and on the softmax layers' weights and the order of
// the images: in all ways alike, so that a seed makes a pair of any two. progress
// is told how many classifiers are done.
func Measure(ctx context.Context, trained, untrained *model.Model, data *fashion.Data, s Settings, seed uint64, progress func(done int)) (a Accuracies, err error) {
	if err := s.Check(data.Train.Labels); err != nil {
		return a, err
	}
	coder, err := graph.New(trained, graph.Config{Machine: s.Machine})
	if err != nil {
		return a, err
	}
	defer coder.Close()
	e := experiment{s, seed, data, coder, trained, untrained}
	order := e.random(choiceStream).Perm(data.Train.Len())
	done := 0
	for _, n := range s.Labels {
		rows := balanced(data.Train.Labels, order, n)
		for _, w := range Ways() {
			accuracy, err := e.measure(ctx, w, rows)
			if err != nil {
				return a, fmt.Errorf("pretrain: %v, %d labels: %w", w, n, err)
			}
			a[w] = append(a[w], accuracy)
			done++
			progress(done)
		}
	}
	return a, nil
}

// experiment is what all classifiers of a seed share.
type experiment struct {
	settings           Settings
	seed               uint64
	data               *fashion.Data
	coder              *graph.Network // of the trained model
	trained, untrained *model.Model
}

// random returns a stream of random numbers, from its beginning.
func (e *experiment) random(stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(e.seed, stream))
}

// measure trains a classifier of a way with the training images that rows names,
// and returns its accuracy on the test images.
func (e *experiment) measure(ctx context.Context, w Way, rows []int) (float64, error) {
	epochs := max(minEpochs, e.settings.Steps/train.StepsPerEpoch(len(rows), batchSize))
	c, err := e.train(ctx, w, rows, w.phases(len(e.trained.Encoder), epochs))
	if err != nil {
		return 0, err
	}
	return e.accuracy(ctx, w, c)
}

// accuracy returns the share of test images that a classifier of a way gets right.
func (e *experiment) accuracy(ctx context.Context, w Way, c *model.Classifier) (float64, error) {
	network, err := graph.NewClassifier(c, 0, graph.Config{Machine: e.settings.Machine})
	if err != nil {
		return 0, err
	}
	defer network.Close()
	var inputs graph.Inputs = imagesOf(e.data.Test, nil)
	if w == LinearOnCodes {
		if inputs, err = e.encode(ctx, e.data.Test, nil); err != nil {
			return 0, err
		}
	}
	metrics, err := network.Evaluate(ctx, inputs, graph.Labels{Numbers: e.data.Test.Labels, Classes: fashion.Classes})
	images := float64(e.data.Test.Len())
	return math.Round(metrics.Accuracy*images) / images, err // of whole images, without float32's rounding
}

// train returns a classifier of a way that has learnt the training images that
// rows names.
func (e *experiment) train(ctx context.Context, w Way, rows []int, phases []phase) (*model.Classifier, error) {
	var set train.Labelled
	for _, row := range rows {
		set.Labels = append(set.Labels, e.data.Train.Labels[row])
		if w != LinearOnCodes {
			set.Images = append(set.Images, e.data.Train.Image(row)...)
		}
	}
	inputs := fashion.Pixels
	var layers []model.Dense
	switch w {
	case Pretrained:
		layers = e.trained.Encoder
	case Random:
		layers = e.untrained.Encoder
	case LinearOnCodes:
		codes, err := e.encode(ctx, e.data.Train, rows)
		if err != nil {
			return nil, err
		}
		set.Values, inputs = codes.Values, codes.Columns
	}
	c, err := model.NewClassifier(inputs, layers, fashion.Classes, e.random(headStream))
	if err != nil {
		return nil, err
	}
	shuffle := rand.NewPCG(e.seed, shuffleStream)
	for _, p := range phases {
		if _, err := train.Classify(ctx, c, p.frozen, set, train.Config{
			Epochs: p.epochs, BatchSize: batchSize, LearningRate: p.rate,
			Shuffle: shuffle, Machine: e.settings.Machine,
		}); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// encode returns codes of the images that rows names, or of all.
func (e *experiment) encode(ctx context.Context, set fashion.Set, rows []int) (graph.Floats, error) {
	codes, err := e.coder.Encode(ctx, imagesOf(set, rows))
	return graph.Floats{Values: codes, Columns: e.trained.Spec.CodeUnits()}, err
}

func imagesOf(set fashion.Set, rows []int) graph.Bytes {
	return graph.Bytes{Pixels: set.Images, Columns: fashion.Pixels, Order: rows}
}
