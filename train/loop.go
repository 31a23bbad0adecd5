// This file holds the training loop: epochs and batches, nothing else.

package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stackedae/graph"
	"stackedae/model"
)

// Result is what a run leaves beside the model's weights.
type Result struct {
	History History // of the epochs that were finished
	Steps   int     // that were taken, also in an unfinished epoch
	Status  Status
	Best    int // the epoch of the weights, if the run has stopped early; else 0
}

// Run trains m in place as Keras' fit does: every epoch takes all training
// images in batches, in a new order if c.Shuffle is set, and then measures
// the validation images.
//
// The context is looked at between steps. If Run returns an error, the result
// tells how far it has come and the weights are those after its last step;
// unless an epoch has just ended they may not be finite. A loss that is not
// finite ends the run before the weights take that step.
func Run(ctx context.Context, m *model.Model, data Data, c Config, hooks ...Hook) (Result, error) {
	r := Result{Status: Failed}
	if err := c.Validate(); err != nil {
		return r, err
	}
	columns := m.Spec.Inputs
	if err := data.check(columns); err != nil {
		return r, err
	}
	network, err := graph.New(m, graph.Config{
		LearningRate: c.LearningRate, Operations: c.Operations, Engine: c.Engine, Machine: c.Machine, Noise: c.Noise,
	})
	if err != nil {
		return r, err
	}
	defer network.Close()

	images, valid := data.batches(columns, c.BatchSize), inputs(data.Valid, data.validCodes, columns)
	early := newStopper(c.Patience)
	for epoch := 1; epoch <= c.Epochs; epoch++ {
		started := time.Now()
		if c.Shuffle != nil {
			images.shuffle(c.Shuffle)
		}
		e := Epoch{Number: epoch}
		if e.Train, err = r.runEpoch(ctx, network, images, epoch, hooks); err != nil {
			return r, err
		}
		e.TrainTime = time.Since(started)
		if err := m.CheckFinite(); err != nil {
			r.Status = Diverged
			return r, fmt.Errorf("train: after epoch %d at learning rate %v: %w; a smaller learning rate may help", epoch, c.LearningRate, err)
		}
		started = time.Now()
		if e.Valid, err = network.Evaluate(ctx, valid); err != nil {
			if ctx.Err() != nil {
				r.Status = Cancelled
			}
			return r, fmt.Errorf("train: validation after epoch %d: %w", epoch, err)
		}
		e.ValidTime = time.Since(started)
		r.History = append(r.History, e)
		if err := callEpoch(hooks, e); err != nil {
			return r, err
		}
		if early.stops(e, m) {
			r.Status, r.Best = NoProgress, early.epoch
			return r, nil
		}
	}
	r.Status = Completed
	return r, nil
}

// runEpoch takes the steps of one epoch and returns the mean of their metrics.
func (r *Result) runEpoch(ctx context.Context, network *graph.Network, images *batches, epoch int, hooks []Hook) (graph.Metrics, error) {
	var mean runningMean
	for i := range images.count() {
		if err := ctx.Err(); err != nil {
			r.Status = Cancelled
			return mean.mean(), fmt.Errorf("train: stopped after %d of epoch %d's %d steps: %w", i, epoch, images.count(), context.Cause(ctx))
		}
		batch := images.batch(i)
		metrics, err := network.Train(batch)
		if errors.Is(err, graph.ErrNotFinite) {
			r.Status = Diverged
			return mean.mean(), fmt.Errorf("train: step %d (epoch %d): loss %v: %w; a smaller learning rate may help", r.Steps+1, epoch, metrics.Loss, err)
		}
		if err != nil {
			return mean.mean(), fmt.Errorf("train: step %d (epoch %d): %w", r.Steps+1, epoch, err)
		}
		r.Steps++
		mean.add(metrics, batch.Len())
		step := Step{
			Number: r.Steps, Epoch: epoch, InEpoch: i + 1, PerEpoch: images.count(),
			Images: batch.Len(), Batch: metrics, EpochMean: mean.mean(),
		}
		if err := callStep(hooks, step); err != nil {
			return mean.mean(), err
		}
	}
	return mean.mean(), nil
}
