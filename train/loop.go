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
// tells how far it has come and the weights are those after its last step. A loss
// that is not finite ends the run before the weights take that step. Biases are
// looked at after each step, kernels at the end of an epoch; they all are after
// each step if c.Watch is set.
func Run(ctx context.Context, m *model.Model, data Data, c Config, hooks ...Hook) (Result, error) {
	return Resume(ctx, &State{Model: m}, data, c, hooks...)
}

// Resume is Run for a run that has come to s, or that begins there. With the data
// and the Config of before, but for more epochs, it gives the bits that the run
// would have given without a break. c.Shuffle is set to where it was; the result
// counts the epochs and steps of before, too. Unless the context has ended the
// run, s is no place to resume from after an error.
func Resume(ctx context.Context, s *State, data Data, c Config, hooks ...Hook) (Result, error) {
	r, err := begin(s, data, c, hooks)
	if err != nil {
		return Result{Status: Failed}, err
	}
	defer r.network.Close()
	err = r.train(ctx)
	if err != nil {
		return Result{History: s.History, Steps: r.steps(), Status: statusOf(err)}, err
	}
	result := resultOf(s.History, r.steps(), c)
	if result.Status == NoProgress {
		r.restoreBest()
	}
	return result, nil
}

// resultOf is the result of a run that has come to its end.
func resultOf(h History, steps int, c Config) Result {
	r := Result{History: h, Steps: steps}
	if early := newStopper(c.Patience, h); early.done() {
		r.Status, r.Best = NoProgress, early.epoch
	}
	return r
}

// run is a run with what it needs.
type run struct {
	*State
	config  Config
	network *graph.Network
	images  *batches
	valid   graph.Inputs
	biases  [][]float32
	early   *stopper
	hooks   []Hook
	last    int // the epoch's batch that was taken last, from 0
}

// begin checks what a run is given.
func begin(s *State, data Data, c Config, hooks []Hook) (*run, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	columns := s.Model.Spec.Inputs
	if err := data.check(columns); err != nil {
		return nil, err
	}
	images := data.batches(columns, c.BatchSize)
	if err := s.fit(images, c); err != nil {
		return nil, err
	}
	noise := c.Noise
	noise.Step += uint64(s.Steps(images.count()))
	network, err := graph.New(s.Model, graph.Config{
		LearningRate: c.LearningRate, Operations: c.Operations, Engine: c.Engine, Machine: c.Machine, Watch: c.Watch, Noise: noise,
	})
	if err != nil {
		return nil, err
	}
	r := &run{
		State: s, config: c, network: network, images: images, valid: inputs(data.Valid, data.validCodes, columns),
		early: newStopper(c.Patience, s.History), hooks: hooks,
	}
	for _, l := range s.Model.Layers() {
		r.biases = append(r.biases, l.Bias.Float32s())
	}
	return r, nil
}

// steps returns how many steps are taken in all.
func (r *run) steps() int { return r.Steps(r.images.count()) }

// train runs the epochs that are missing, unless it stops early.
func (r *run) train(ctx context.Context) error {
	for len(r.History) < r.config.Epochs && !r.early.done() {
		e, err := r.epoch(ctx)
		if err != nil {
			return err
		}
		r.History, r.InEpoch, r.mean = append(r.History, e), 0, runningMean{}
		if r.early.look(e) && r.config.Patience > 0 {
			r.keepBest()
		}
		if err := r.pause(len(r.History) == r.config.Epochs || r.early.done()); err != nil {
			return err
		}
		if err := call(r.hooks, func(h Hook) func(Epoch) error { return h.Epoch }, e); err != nil {
			return err
		}
	}
	return nil
}

// epoch takes the steps of an epoch that are missing, and validates.
func (r *run) epoch(ctx context.Context) (Epoch, error) {
	e := Epoch{Number: len(r.History) + 1}
	started := time.Now()
	for r.InEpoch < r.images.count() {
		if ctx.Err() != nil {
			return e, r.stop(ctx, fmt.Sprintf("after %d of epoch %d's %d steps", r.InEpoch, e.Number, r.images.count()))
		}
		if err := r.step(e.Number); err != nil {
			return e, err
		}
		if r.InEpoch < r.images.count() {
			if err := r.pause(false); err != nil {
				return e, err
			}
		}
	}
	e.Train, e.TrainTime = r.mean.mean(), time.Since(started)
	if err := r.Model.CheckFinite(); err != nil {
		return e, r.diverged(err)
	}
	started = time.Now()
	var err error
	e.Valid, err = r.network.Evaluate(ctx, r.valid)
	switch {
	case err != nil && ctx.Err() != nil:
		return e, r.stop(ctx, fmt.Sprintf("in the validation after epoch %d", e.Number))
	case err != nil && !errors.Is(err, graph.ErrNotFinite):
		return e, fmt.Errorf("train: validation after epoch %d: %w", e.Number, err)
	case err != nil:
		return e, r.diverged(fmt.Errorf("validation: %w", err))
	case !finite(e.Valid.Loss):
		return e, r.diverged(fmt.Errorf("validation: loss %v", e.Valid.Loss))
	}
	e.ValidTime = time.Since(started)
	return e, nil
}

// step takes the next step.
func (r *run) step(epoch int) error {
	if r.InEpoch == 0 && r.config.Shuffle != nil {
		r.images.shuffle(r.config.Shuffle)
	}
	r.last = r.InEpoch
	batch := r.images.batch(r.last)
	metrics, err := r.network.Train(batch)
	switch {
	case errors.Is(err, graph.ErrNotFinite):
		if !finite(metrics.Loss) {
			err = fmt.Errorf("loss %v, %w", metrics.Loss, graph.ErrNotFinite)
		}
		return r.diverged(err)
	case err != nil:
		return fmt.Errorf("train: step %d (epoch %d): %w", r.steps()+1, epoch, err)
	}
	r.InEpoch++
	if err := r.checkStep(); err != nil {
		return r.diverged(err)
	}
	r.mean.add(metrics, batch.Len())
	return call(r.hooks, func(h Hook) func(Step) error { return h.Step }, Step{
		Number: r.steps(), Epoch: epoch, InEpoch: r.InEpoch, PerEpoch: r.images.count(),
		Images: batch.Len(), Batch: metrics, EpochMean: r.mean.mean(),
	})
}

// pause tells hooks that the run could be left here.
func (r *run) pause(ends bool) error {
	r.take(r.images, r.config)
	err := call(r.hooks, func(h Hook) func(Pause) error { return h.Pause }, Pause{State: r.State, Steps: r.steps(), Ends: ends})
	if errors.Is(err, model.ErrNotFinite) {
		return r.diverged(err)
	}
	return err
}

// stopped is the error of a run that its context has ended.
type stopped struct {
	where string
	cause error
}

func (s *stopped) Error() string { return fmt.Sprintf("train: stopped %s: %v", s.where, s.cause) }
func (s *stopped) Unwrap() error { return s.cause }

// stop leaves the run.
func (r *run) stop(ctx context.Context, where string) error {
	if err := r.pause(true); err != nil {
		return err
	}
	return &stopped{where, context.Cause(ctx)}
}
