// Package pretrain measures what training without labels is worth where labels
// are few: the same classifier from an autoencoder's encoder and from the random
// weights that this began with, beside linear classifiers.
//
// All classifiers are trained by plain stochastic gradient descent, 32 images a
// step, for a fixed number of steps; nothing is stopped or chosen by the test
// images, which are looked at once, at the end. See [Way] for what each is given.
package pretrain

import (
	"errors"
	"fmt"

	"stackedae/graph"
	"stackedae/internal/fashion"
)

// Way is a way to a classifier.
type Way int

// The ways.
const (
	Pretrained     Way = iota // the encoder with a softmax layer: that alone is trained at first, then all
	Random                    // the same layers from random weights, all trained
	LinearOnCodes             // softmax on the encoder's codes
	LinearOnPixels            // softmax on the pixels
	ways
)

// Ways returns all ways.
func Ways() []Way { return []Way{Pretrained, Random, LinearOnCodes, LinearOnPixels} }

// String returns the way in a few words.
func (w Way) String() string {
	return [ways]string{"pretrained", "random weights", "linear on codes", "linear on pixels"}[w]
}

// The learning rates, chosen among .003, .01, .03 and .1 by the validation images,
// with three autoencoders and nine choices of labelled images that the program
// does not draw by itself. Codes are large, 5 in the square mean: a high rate
// diverges.
const (
	frozenRate   = 0.01 // of softmax on codes
	releasedRate = 0.1  // of all layers
	pixelRate    = 0.03
)

// batchSize is the number of labelled images a step.
const batchSize = 32

// phase is a part of a classifier's training.
type phase struct {
	frozen int // the first layers, so many, stay as they are
	steps  int
	rate   float64
}

// Settings say what is measured.
type Settings struct {
	Labels  []int // numbers of labelled images, ascending
	Steps   int   // of training all layers; the pretrained network takes as many before, with its encoder frozen
	Machine graph.Machine
}

// Validate returns an error that says what is wrong with s, or nil.
func (s Settings) Validate() error {
	if len(s.Labels) == 0 {
		return errors.New("pretrain: no numbers of labels, want at least one")
	}
	for i, n := range s.Labels {
		if n < fashion.Classes {
			return fmt.Errorf("pretrain: %d labels, want at least one a class, %d", n, fashion.Classes)
		}
		if i > 0 && n <= s.Labels[i-1] {
			return fmt.Errorf("pretrain: %d labels after %d, want each number above the one before", n, s.Labels[i-1])
		}
	}
	if s.Steps < 1 {
		return fmt.Errorf("pretrain: %d steps, want at least 1", s.Steps)
	}
	return nil
}
