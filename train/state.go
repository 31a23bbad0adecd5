// This file holds what a run is between two of its steps.

package train

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"stackedae/model"
)

// State is a run between two steps. Resume goes on from there, in this process
// or, from a checkpoint, in another. Run and Resume change it as they train.
type State struct {
	Model   *model.Model
	Stages  []History // of greedy training, those of the stages that are finished
	History History   // of the epochs that are finished; of greedy training, in this stage
	// InEpoch is how many steps are taken of the epoch after them. If it is all,
	// the validation is to come.
	InEpoch int

	mean    runningMean // of these steps
	best    []float32   // all weights after the best epoch, if the run has Config.Patience
	order   []int       // of the images, in this epoch or the last; nil before the first of all or without shuffling
	shuffle rand.PCG    // what draws the next order
}

// Begun is how many epochs are finished or begun; of greedy training, in this stage.
func (s *State) Begun() int {
	if s.InEpoch > 0 {
		return len(s.History) + 1
	}
	return len(s.History)
}

// Steps returns how many steps are taken in all, with perEpoch of them an epoch.
func (s *State) Steps(perEpoch int) int { return s.epochs()*perEpoch + s.InEpoch }

// epochs returns how many are finished in all.
func (s *State) epochs() int {
	n := len(s.History)
	for _, h := range s.Stages {
		n += len(h)
	}
	return n
}

// fit sees that the state can be one of a run over so many images, and hands the
// order of the images and its source over to the run.
func (s *State) fit(images *batches, c Config) error {
	if n := len(s.Stages); n > 0 {
		return fmt.Errorf("train: %d stages of greedy training are finished, which only ResumeGreedy goes on with", n)
	}
	if begun := s.Begun(); begun > c.Epochs {
		return fmt.Errorf("train: %d epochs, want at least the %d that are begun", c.Epochs, begun)
	}
	if s.InEpoch < 0 || s.InEpoch > images.count() {
		return fmt.Errorf("train: %d steps of an epoch are taken, want 0 to %d", s.InEpoch, images.count())
	}
	if seen := min(s.InEpoch*images.size, len(images.order)); s.mean.images != seen {
		return fmt.Errorf("train: a mean over %d images, want the %d of the epoch's first %d steps", s.mean.images, seen, s.InEpoch)
	}
	if s.Begun() == 0 && s.order == nil {
		return nil
	}
	if c.Patience > 0 && len(s.History) > 0 {
		if err := checkBest(s.best, s.Model); err != nil {
			return err
		}
	}
	if shuffled := s.order != nil; shuffled != (c.Shuffle != nil) {
		return errors.New("train: a run that was shuffled goes on only with Config.Shuffle, and one that was not without")
	}
	if s.order == nil {
		return nil
	}
	if err := permutation(s.order, len(images.order)); err != nil {
		return err
	}
	copy(images.order, s.order)
	*c.Shuffle = s.shuffle
	return nil
}

// permutation returns an error unless order has each of n images once.
func permutation(order []int, n int) error {
	if len(order) != n {
		return fmt.Errorf("train: an order of %d images, want %d", len(order), n)
	}
	seen := make([]bool, n)
	for _, image := range order {
		if image < 0 || image >= n || seen[image] {
			return fmt.Errorf("train: image %d is twice in the order, or is none of %d", image, n)
		}
		seen[image] = true
	}
	return nil
}

// take puts the order of the images and its source into the state.
func (s *State) take(images *batches, c Config) {
	if c.Shuffle != nil {
		s.order, s.shuffle = images.order, *c.Shuffle
	}
}
