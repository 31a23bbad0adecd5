// This file compares single steps.

package reference

import (
	"context"
	"fmt"
	"math"

	"stackedae/internal/fashion"
	"stackedae/train"
)

// Bounds of the largest relative difference of a step's loss. Rounding alone,
// one unit in the last place of the weights, makes 2e-7 in the first EarlySteps
// and 2e-6 up to 200, because training amplifies it.
const (
	EarlySteps = 100
	EarlyBound = 1e-6
	LaterBound = 5e-6
)

// PixelBound is how many of a batch's pixels may round otherwise than Keras':
// those predicted within rounding of one half.
const PixelBound = 10

// StepReport is how far a program's steps are from the recorded ones.
type StepReport struct {
	Hidden []int
	Steps  int
	// Early is the largest relative difference of the loss in the first EarlySteps,
	// Later that in the others.
	Early, Later float64
	// Pixels is the largest difference in the number of rounded pixels of a batch.
	Pixels float64
	// Outside tells of the first step that is out of bounds; empty if none is.
	Outside string
}

// Compare compares the metrics of steps, which must be as many, of batches of
// that many pixels.
func (s Steps) Compare(steps []train.Step) (StepReport, error) {
	if len(steps) != len(s.Loss) {
		return StepReport{}, fmt.Errorf("reference: %d steps, want the %d that are recorded", len(steps), len(s.Loss))
	}
	r := StepReport{Hidden: s.Hidden, Steps: len(steps)}
	for i, step := range steps {
		loss, bound, largest := math.Abs(step.Batch.Loss/s.Loss[i]-1), LaterBound, &r.Later
		if i < EarlySteps {
			bound, largest = EarlyBound, &r.Early
		}
		pixels := math.Abs(step.Batch.RoundedAccuracy-s.RoundedAccuracy[i]) * float64(step.Images*fashion.Pixels)
		*largest, r.Pixels = max(*largest, loss), max(r.Pixels, pixels)
		switch {
		case r.Outside != "":
		case !(loss <= bound):
			r.Outside = fmt.Sprintf("loss of step %d is %.9g, %.2g of it from %.9g, want at most %.0e", i+1, step.Batch.Loss, loss, s.Loss[i], bound)
		case !(pixels <= PixelBound):
			r.Outside = fmt.Sprintf("rounded_accuracy of step %d is %.9g, %.0f pixels from %.9g, want at most %d", i+1, step.Batch.RoundedAccuracy, pixels, s.RoundedAccuracy[i], PixelBound)
		}
	}
	return r, nil
}

// Train takes the recorded steps, unshuffled and from the recorded weights, and
// compares them. images are the training images, pixels from 0 to 255; c says
// how to train, but for epochs and order.
func (s Steps) Train(ctx context.Context, images []byte, c train.Config) (StepReport, error) {
	m, err := s.Start()
	if err != nil {
		return StepReport{}, err
	}
	c.Epochs, c.Shuffle = 1, nil
	need := len(s.Loss) * c.BatchSize * fashion.Pixels
	if len(images) < need {
		return StepReport{}, fmt.Errorf("reference: %d training images, want %d for the %d recorded steps", len(images)/fashion.Pixels, need/fashion.Pixels, len(s.Loss))
	}
	var log train.StepLog
	data := train.Data{Train: images[:need], Valid: images[:fashion.Pixels]}
	if _, err := train.Run(ctx, m, data, c, log.Hook()); err != nil {
		return StepReport{}, err
	}
	return s.Compare(log)
}
