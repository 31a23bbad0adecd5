// This file holds what training does with checkpoints: which run one belongs to,
// and how to go on from it.

package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strconv"

	"stackedae/internal/fashion"
	"stackedae/model"
	"stackedae/train"
)

// checkpointFlags are the flags of train and run that keep what is trained.
type checkpointFlags struct {
	Resume          bool `help:"Go on from the newest checkpoint in --out, to the same bits."`
	Checkpoints     int  `default:"${checkpoints}" placeholder:"N" help:"Keep the newest N checkpoints in --out, 0 for none (${default})."`
	CheckpointSteps int  `placeholder:"N" help:"Save one every N steps, too."`
}

// defaultCheckpoints is how many are kept: if the newest is damaged there are more.
const defaultCheckpoints = 3

// Validate refuses negative numbers.
func (f checkpointFlags) Validate() error {
	if f.Checkpoints < 0 {
		return fmt.Errorf("--checkpoints %d, want at least 0", f.Checkpoints)
	}
	if f.Checkpoints == 0 && f.CheckpointSteps > 0 {
		return errors.New("--checkpoint-steps with --checkpoints 0: none are kept, want one of both")
	}
	if f.CheckpointSteps < 0 {
		return fmt.Errorf("--checkpoint-steps %d, want at least 1, or 0 for epochs", f.CheckpointSteps)
	}
	return nil
}

// keeper returns what keeps the checkpoints of training m, or nil if there are to
// be none and none is asked for.
func (f trainFlags) keeper(m *model.Model, data *fashion.Data, seed uint64, out string, log *train.StepLog) *train.Keeper {
	if f.Checkpoints == 0 && !f.Resume {
		return nil
	}
	return &train.Keeper{
		Dir: filepath.Join(out, checkpointsDir), Keep: f.Checkpoints, Steps: f.CheckpointSteps,
		Settings: f.settings(m, data, seed), Log: log,
	}
}

// settings returns what makes the run of m what it is, but for the number of
// epochs; of greedy training that too, since in every stage but the last it decides
// what the next begins with.
func (f trainFlags) settings(m *model.Model, data *fashion.Data, seed uint64) []train.Setting {
	initial := "none"
	if f.Init != "" {
		initial = weightsDigest(m)
	}
	settings := []train.Setting{
		{Name: "--seed", Value: strconv.FormatUint(seed, 10)},
		{Name: "--batch-size", Value: strconv.Itoa(f.BatchSize)},
		{Name: "--learning-rate", Value: decimal(f.LearningRate)},
		{Name: "--hidden", Value: list(f.Hidden)},
		{Name: "--tied", Value: strconv.FormatBool(f.Tied)},
		{Name: "--greedy", Value: strconv.FormatBool(f.Greedy)},
		{Name: "--kernel-initializer", Value: f.KernelInitializer},
		{Name: "--gaussian-noise", Value: decimal(f.GaussianNoise)},
		{Name: "--dropout", Value: decimal(f.Dropout)},
		{Name: "--patience", Value: strconv.Itoa(f.Patience)},
		{Name: "--no-shuffle", Value: strconv.FormatBool(f.NoShuffle)},
		{Name: "--machine", Value: f.Machine},
		{Name: "--init", Value: initial},
		{Name: "--log-steps", Value: strconv.FormatBool(f.LogSteps)},
		{Name: "images of SHA-256", Value: data.Digest()},
	}
	if f.Greedy {
		settings = append(settings, train.Setting{Name: "--epochs", Value: strconv.Itoa(f.Epochs)})
	}
	return settings
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// weightsDigest identifies weights.
func weightsDigest(m *model.Model) string {
	data, err := m.MarshalBinary()
	if err != nil {
		return err.Error() // that of no weights
	}
	return fmt.Sprintf("weights of SHA-256 %x", sha256.Sum256(data))
}

// begin returns the state that training m begins with: that of the newest
// checkpoint, which m gets the weights of, if the command is to go on. It says so.
func (a *app) begin(k *train.Keeper, m *model.Model, f trainFlags, r reportFlags, perEpoch int) (*train.State, error) {
	start := &train.State{Model: m}
	switch {
	case k == nil:
		return start, nil
	case !f.Resume:
		return start, a.announce(*k, f, r, perEpoch)
	}
	c, path, broken, err := k.Newest()
	for _, b := range broken {
		fmt.Fprintf(a.stderr, "stackedae: left out a checkpoint: %s\n", oneLine(b.Error()))
	}
	if errors.Is(err, train.ErrOtherRun) {
		return nil, fmt.Errorf("--resume: %w; without --resume a new run begins", err)
	}
	if err != nil {
		return nil, err
	}
	if n := len(broken); c == nil && n > 0 {
		return nil, fmt.Errorf("--resume: none of %s in %s is whole; without --resume a new run begins", plural(n, "checkpoint"), k.Dir)
	}
	if c == nil {
		a.progressf(r, "no checkpoint in %s: begins with the first step\n", k.Dir)
		return start, nil
	}
	if !reflect.DeepEqual(c.Model.Spec, m.Spec) {
		return nil, fmt.Errorf("--resume: %s: a model %v, want %v", path, c.Model.Spec, m.Spec)
	}
	for i, w := range m.Weights() {
		copy(w.Values, c.Model.Weights()[i].Values)
	}
	c.Model = m
	if begun := c.Begun(); begun > f.Epochs {
		return nil, fmt.Errorf("--epochs %d, want at least the %d that are begun in %s", f.Epochs, begun, path)
	}
	switch over := f.over(&c.State); {
	case !over:
		a.progressf(r, "goes on after %s, from %s\n", f.place(&c.State, perEpoch), path)
	case c.Stopped(f.Patience):
		a.progressf(r, "stopped early after %s, in %s\n", f.place(&c.State, perEpoch), path)
	default:
		a.progressf(r, "all %d epochs are trained, to step %s, in %s\n", f.Epochs, count(c.Steps(perEpoch)), path)
	}
	return &c.State, nil
}

// announce tells of a run in the folder that a new one will replace although it is
// the same and has come further.
func (a *app) announce(k train.Keeper, f trainFlags, r reportFlags, perEpoch int) error {
	k.Log = nil
	c, _, _, err := k.Newest()
	if err != nil && !errors.Is(err, train.ErrOtherRun) {
		return err
	}
	if c != nil && !f.over(&c.State) {
		a.progressf(r, "begins anew; --resume would go on after %s\n", f.place(&c.State, perEpoch))
	}
	return nil
}

// over reports whether training has come to its end.
func (f fitFlags) over(s *train.State) bool {
	last := !f.Greedy || len(s.Stages) == len(f.Hidden) // a stage for each of these comes first
	return last && (len(s.History) == f.Epochs || s.Stopped(f.Patience))
}

// place tells where a run stands.
func (f fitFlags) place(s *train.State, perEpoch int) string {
	place := fmt.Sprintf("step %s, the end of epoch %d", count(s.Steps(perEpoch)), len(s.History))
	if s.InEpoch > 0 {
		place = fmt.Sprintf("step %s, %s of %s in epoch %d", count(s.Steps(perEpoch)), count(s.InEpoch), count(perEpoch), s.Begun())
	}
	if f.Greedy {
		place += fmt.Sprintf(" of stage %d", len(s.Stages)+1)
	}
	return place
}

// timed counts a hook's pauses between epochs as writing of files. Those within one
// count as training.
func (a *app) timed(h train.Hook) train.Hook {
	pause := h.Pause
	h.Pause = func(p train.Pause) error {
		if p.State.InEpoch == 0 {
			defer a.watch.start(filesStage)()
		}
		return pause(p)
	}
	return h
}

// keep remembers the checkpoint that --resume would go on from. It need not be the
// last that this run has saved: a longer one of the same settings may be there still.
func (a *app) keep(k *train.Keeper, epochs int) {
	if k == nil || k.Saved() == "" {
		return
	}
	search := *k
	search.Log = nil
	if c, path, _, err := search.Newest(); err == nil && c != nil && c.Begun() <= epochs {
		a.kept = path
	}
}

// explain adds to an error of training what there is to do.
func (a *app) explain(err error, f trainFlags) error {
	if errors.As(err, new(*train.Divergence)) && !f.Watch {
		err = fmt.Errorf("%w; --watch names the operation that made it", err)
	}
	if a.kept != "" && a.ctx.Err() == nil {
		err = fmt.Errorf("%w; kept %s", err, a.kept)
	}
	return err
}
