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
	return ResumeGreedy(ctx, &State{Model: m}, data, c, hooks)
}

// ResumeGreedy is to Greedy what Resume is to Run, but that c.Epochs must be as
// many as before: what a stage has learnt changes all that come after it. hooks is
// asked for those of finished stages, too. A hook's Pause is told of the state of
// the whole training, with all of the model, and of all steps; its Step and Epoch
// are told of the stage alone.
func ResumeGreedy(ctx context.Context, s *State, data Data, c Config, hooks func(Stage) []Hook) ([]Result, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := data.check(s.Model.Spec.Inputs); err != nil {
		return nil, err
	}
	stages, err := stagesOf(s.Model, c)
	if err != nil {
		return nil, err
	}
	if err := s.checkStages(len(stages), c); err != nil {
		return nil, err
	}
	var results []Result
	perEpoch := StepsPerEpoch(len(data.Train)/s.Model.Spec.Inputs, c.BatchSize)
	finished, codes := len(s.Stages), data
	for i, stage := range stages {
		var stageHooks []Hook
		if hooks != nil {
			stageHooks = hooks(stage)
		}
		if i == len(stages)-1 {
			codes = data
		}
		if i < finished {
			results = append(results, resultOf(s.Stages[i], len(s.Stages[i])*perEpoch, c))
		} else {
			r, err := s.learn(ctx, stage, codes, perEpoch, stageHooks)
			if results = append(results, r); err != nil {
				return results, fmt.Errorf("train: stage %d of %d: %w", stage.Number, stage.Of, err)
			}
		}
		if i+2 < len(stages) && finished+1 < len(stages) { // a stage to come learns codes
			if codes, err = codes.encode(ctx, stage); err != nil {
				return results, fmt.Errorf("train: codes of stage %d: %w", stage.Number, err)
			}
		}
	}
	return results, nil
}

// checkStages sees that the finished stages can be those of a training of n.
func (s *State) checkStages(n int, c Config) error {
	if finished := len(s.Stages); finished >= n {
		return fmt.Errorf("train: greedy: %d stages are finished, want fewer than all %d", finished, n)
	}
	for i, h := range s.Stages {
		if len(h) != c.Epochs && !newStopper(c.Patience, h).done() {
			return fmt.Errorf("train: greedy: stage %d has ended after %d epochs, want %d", i+1, len(h), c.Epochs)
		}
	}
	return nil
}

// learn takes the state through a stage, and to the beginning of the next.
func (s *State) learn(ctx context.Context, stage Stage, data Data, perEpoch int, hooks []Hook) (Result, error) {
	part := *s // the stage's own
	part.Model, part.Stages = stage.Model, nil
	before := s.Steps(perEpoch) - part.Steps(perEpoch)
	all := []Hook{{Name: "greedy", Pause: func(Pause) error {
		m, stages := s.Model, s.Stages
		*s = part
		s.Model, s.Stages = m, stages
		return nil
	}}}
	for _, h := range hooks {
		if pause := h.Pause; pause != nil {
			h.Pause = func(p Pause) error { return pause(Pause{State: s, Steps: before + p.Steps, Ends: p.Ends}) }
		}
		all = append(all, h)
	}
	r, err := Resume(ctx, &part, data, stage.Config, all...)
	if err == nil && stage.Number < stage.Of {
		s.Stages = append(s.Stages, s.History)
		s.History, s.InEpoch, s.mean, s.best = nil, 0, runningMean{}, nil
		for i := range s.order { // images stand in their order again; what draws orders goes on
			s.order[i] = i
		}
	}
	return r, err
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
	if codes.trainCodes, err = network.TrainingCodes(ctx, inputs(d.Train, d.trainCodes, columns)); err != nil {
		return codes, err
	}
	codes.validCodes, err = network.TrainingCodes(ctx, inputs(d.Valid, d.validCodes, columns))
	return codes, err
}
