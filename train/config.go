// This file holds what can be set about a training run.

package train

import (
	"fmt"
	"math"
	"math/rand/v2"

	"stackedae/graph"
)

// The settings of the book's chapter.
const (
	DefaultEpochs       = 20
	DefaultBatchSize    = 32
	DefaultLearningRate = 1.5
)

// Config holds the settings of a training run. There are no hidden defaults:
// a zero where a positive number is wanted is an error.
type Config struct {
	// Epochs is how often every image is seen, at least 1.
	Epochs int
	// BatchSize is the number of images a step, at least 1. The last batch of
	// an epoch takes what is left; if there are fewer images in all, a step
	// takes them all.
	BatchSize int
	// LearningRate is the step size of plain stochastic gradient descent, a
	// finite number from 0 on. 0 leaves the weights as they are.
	LearningRate float64
	// Shuffle draws every epoch's order of the images. nil takes them as they
	// stand.
	Shuffle *rand.PCG
	// Patience ends the run when the validation loss has not improved for so many
	// epochs, and gives the model the weights of the best one: Keras' EarlyStopping
	// with restore_best_weights. 0 runs all epochs.
	Patience int
	// Noise is what the images are given in training; they stay clean as targets.
	// In Greedy's inner stages it is the codes, as in Vincent et al., Stacked
	// Denoising Autoencoders, 2010.
	Noise graph.Noise
	// Operations, Engine and Machine say what the graphs are made of and what
	// runs them; see package graph.
	Operations graph.Operations
	Engine     graph.Engine
	Machine    graph.Machine
	// Watch looks at what every operation and every step returns, so that the
	// first number that is not finite is found where it is made; see graph.Config.
	Watch bool
}

// Validate returns an error that says what is wrong with c, or nil.
func (c Config) Validate() error {
	switch {
	case c.Epochs < 1:
		return fmt.Errorf("train: %d epochs, want at least 1", c.Epochs)
	case c.BatchSize < 1:
		return fmt.Errorf("train: batch size %d, want at least 1", c.BatchSize)
	case !(c.LearningRate >= 0) || math.IsInf(c.LearningRate, 1):
		return fmt.Errorf("train: learning rate %v, want a finite number from 0 on", c.LearningRate)
	case c.Patience < 0:
		return fmt.Errorf("train: patience %d, want at least 0", c.Patience)
	}
	return c.Noise.Validate()
}
