// Package pretrain measures what training without labels is worth where labels
// are few: the same classifier from an autoencoder's encoder and from the random
// weights that this began with, beside linear classifiers.
//
// All classifiers are trained by plain stochastic gradient descent for the same
// number of steps. Learning rates are fixed, and were chosen by the validation
// images, for each way by itself: with more labels than those have who have few. The
// test images decide nothing: they are measured once, by the finished classifier.
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
	Pretrained     Way = iota // the encoder with a softmax layer: for half of the steps that alone is trained, then all
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

// Settings say what is measured.
type Settings struct {
	Labels  []int // numbers of labelled images, ascending
	Steps   int   // of each classifier's training, cut to whole epochs, but at least three
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
