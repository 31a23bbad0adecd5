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
const PixelBound = 5

// EpochBounds are those of the relative differences of the four numbers after an
// unshuffled epoch of the chapter's images. Rounding has grown by then: the
// learning rate is so high that training amplifies it.
var EpochBounds = [numbers]float64{Loss: 1e-4, RoundedAccuracy: 2e-4, ValLoss: 5e-4, ValRoundedAccuracy: 2e-3}

// StepReport is how far a program's steps are from the recorded ones.
type StepReport struct {
	Hidden []int
	Steps  int
	// Early is the largest relative difference of the loss in the first EarlySteps,
	// Later that in the others.
	Early, Later float64
	// Pixels is the largest difference in the number of rounded pixels of a batch.
	Pixels float64
	// Epoch is the relative differences after an epoch; nil if it is not recorded.
	Epoch []float64
	// Outside tells of the first step and number out of bounds; empty if none is.
	Outside string
}

// outside keeps the first sentence.
func (r *StepReport) outside(format string, args ...any) {
	if r.Outside == "" {
		r.Outside = fmt.Sprintf(format, args...)
	}
}

// Compare compares the metrics of steps, which must be at least as many as are
// recorded, and the history of the epoch that begins with them, if that is
// recorded.
func (s Steps) Compare(steps []train.Step, epoch History) (StepReport, error) {
	if len(steps) < len(s.Loss) {
		return StepReport{}, fmt.Errorf("reference: %d steps, want the %d that are recorded", len(steps), len(s.Loss))
	}
	r := StepReport{Hidden: s.Hidden, Steps: len(s.Loss)}
	for i, step := range steps[:len(s.Loss)] {
		loss, bound, largest := math.Abs(step.Batch.Loss/s.Loss[i]-1), LaterBound, &r.Later
		if i < EarlySteps {
			bound, largest = EarlyBound, &r.Early
		}
		pixels := math.Abs(step.Batch.RoundedAccuracy-s.RoundedAccuracy[i]) * float64(step.Images*fashion.Pixels)
		*largest, r.Pixels = max(*largest, loss), max(r.Pixels, pixels)
		if !(loss <= bound) {
			r.outside("loss of step %d is %.9g, %.2g of it from %.9g, want at most %.0e", i+1, step.Batch.Loss, loss, s.Loss[i], bound)
		}
		if !(pixels <= PixelBound) {
			r.outside("rounded_accuracy of step %d is %.9g, %.0f pixels from %.9g, want at most %d", i+1, step.Batch.RoundedAccuracy, pixels, s.RoundedAccuracy[i], PixelBound)
		}
	}
	for n, want := range s.Epoch {
		if epoch.Epochs() != 1 {
			return r, fmt.Errorf("reference: %d epochs after the steps, want the one that is recorded", epoch.Epochs())
		}
		difference := math.Abs(epoch[n][0]/want - 1)
		r.Epoch = append(r.Epoch, difference)
		if !(difference <= EpochBounds[n]) {
			r.outside("%v after an epoch is %.6g, %.2g of it from %.6g, want at most %.0e", Number(n), epoch[n][0], difference, want, EpochBounds[n])
		}
	}
	return r, nil
}

// Train takes the recorded steps, unshuffled and from the recorded weights, and
// compares them. If an epoch is recorded it goes on to its end. c says how to
// train the chapter's network, but for epochs and order; its learning rate is
// changed in proportion where the recording has another than the chapter's.
func (s Steps) Train(ctx context.Context, data train.Data, c train.Config) (StepReport, error) {
	m, err := s.Start()
	if err != nil {
		return StepReport{}, err
	}
	c.Epochs, c.Shuffle = 1, nil
	c.LearningRate *= s.LearningRate / train.DefaultLearningRate
	need := len(s.Loss) * c.BatchSize * fashion.Pixels
	if len(data.Train) < need {
		return StepReport{}, fmt.Errorf("reference: %d training images, want %d for the %d recorded steps", len(data.Train)/fashion.Pixels, need/fashion.Pixels, len(s.Loss))
	}
	if s.Epoch == nil {
		data = train.Data{Train: data.Train[:need], Valid: data.Valid[:fashion.Pixels]}
	}
	var log train.StepLog
	result, err := train.Run(ctx, m, data, c, log.Hook())
	if err != nil {
		return StepReport{}, err
	}
	return s.Compare(log, HistoryOf(result.History))
}
