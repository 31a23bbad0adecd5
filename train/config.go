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
	}
	return nil
}

// Data is what a model is trained on: images as rows of grey values 0 to 255,
// at least one of each kind. They are inputs and targets at once; that they are
// all alike, black say, is no error.
type Data struct {
	Train []byte
	Valid []byte // measured after each epoch
}
