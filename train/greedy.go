// This file holds greedy training, a layer at a time.

package train

import (
	"context"
	"fmt"

	"stackedae/graph"
	"stackedae/model"
)

// The learning rates of the book's notebook for greedy training. The first
// autoencoder's is DefaultLearningRate.
const (
	InnerLearningRate = 0.05 // of autoencoders over codes
	StackLearningRate = 0.1  // of the stack, which has learnt already
)

// Stage is a part of greedy training.
type Stage struct {
	Number, Of int          // from 1
	Model      *model.Model // a pair of layers; in the last stage all of them
	Config     Config
}

// Greedy trains m layer by layer (Hinton and Salakhutdinov, Reducing the
// Dimensionality of Data with Neural Networks, 2006, as the book's notebook
// does it): the encoder's first layer and its mirror in the decoder as an
// autoencoder of the images; the second layer and its mirror as one of the codes
// that the first gives, by the mean squared error and at InnerLearningRate; and
// so on; and at last all layers together at StackLearningRate. Each stage takes
// c.Epochs epochs; c.LearningRate is the first's.
//
// hooks is asked for each stage's hooks; it may be nil. The results are those of
// the stages that have begun. The order of the images comes from c.Shuffle in all
// of them.
func Greedy(ctx context.Context, m *model.Model, data Data, c Config, hooks func(Stage) []Hook) ([]Result, error) {
	stages, err := stagesOf(m, c)
	if err != nil {
		return nil, err
	}
	var results []Result
	codes := data
	for i, s := range stages {
		last := i == len(stages)-1
		if last {
			codes = data
		}
		var stageHooks []Hook
		if hooks != nil {
			stageHooks = hooks(s)
		}
		r, err := Run(ctx, s.Model, codes, s.Config, stageHooks...)
		if results = append(results, r); err != nil {
			return results, fmt.Errorf("train: stage %d of %d: %w", s.Number, s.Of, err)
		}
		if i+2 < len(stages) {
			if codes, err = codes.encode(ctx, s); err != nil {
				return results, fmt.Errorf("train: codes of stage %d: %w", s.Number, err)
			}
		}
	}
	return results, nil
}

// stagesOf returns the stages, in their order.
func stagesOf(m *model.Model, c Config) ([]Stage, error) {
	n := len(m.Encoder) + 1
	var stages []Stage
	for i := range m.Encoder {
		pair, err := m.Pair(i)
		if err != nil {
			return nil, fmt.Errorf("train: greedy: %w", err)
		}
		s := Stage{Number: i + 1, Of: n, Model: pair, Config: c}
		if i > 0 {
			s.Config.LearningRate = InnerLearningRate
		}
		stages = append(stages, s)
	}
	c.LearningRate = StackLearningRate
	return append(stages, Stage{Number: n, Of: n, Model: m, Config: c}), nil
}

// encode returns the codes that a stage gives of its data.
func (d Data) encode(ctx context.Context, s Stage) (codes Data, err error) {
	network, err := graph.New(s.Model, graph.Config{Operations: s.Config.Operations, Machine: s.Config.Machine})
	if err != nil {
		return codes, err
	}
	defer network.Close()
	columns := s.Model.Spec.Inputs
	if codes.trainCodes, err = network.Encode(ctx, inputs(d.Train, d.trainCodes, columns)); err != nil {
		return codes, err
	}
	codes.validCodes, err = network.Encode(ctx, inputs(d.Valid, d.validCodes, columns))
	return codes, err
}
