// This file holds the train command.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"time"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/files"
	"stackedae/internal/reference"
	"stackedae/model"
	"stackedae/train"
)

// fitFlags say how a model is trained.
type fitFlags struct {
	Epochs       int     `default:"${epochs}" help:"How often every image is seen (${epochsTold})."`
	BatchSize    int     `default:"${batchSize}" help:"Images a step (${default})."`
	LearningRate float64 `default:"${learningRate}" help:"Step size of gradient descent (${default})."`
	specFlags
	Greedy            bool    `help:"Train one pair of layers after the other as an autoencoder of its own, then all together, --epochs each."`
	KernelInitializer string  `default:"glorot_uniform" enum:"${initializers}" help:"What kernels are drawn from at the start: ${enum} (${default})."`
	GaussianNoise     float64 `placeholder:"X" help:"Add normal numbers of standard deviation X to the images in training."`
	Dropout           float64 `placeholder:"X" help:"Set pixels to 0 in training, each with this probability."`
	Patience          int     `placeholder:"N" help:"Stop if the validation loss has not improved for N epochs, with the weights of the best."`
	NoShuffle         bool    `help:"Take the images in their order in every epoch."`
	Machine           string  `default:"tape" enum:"tape,static" help:"What runs the graphs: Gorgonia's tape machine, or static, faster and with the same bits (${default})."`
	Watch             bool    `help:"Look at what every operation returns, and name the first that makes a number infinite or NaN. Slower."`
}

// Validate refuses values that no data could make right.
func (f fitFlags) Validate() error {
	if err := f.config(0).Validate(); err != nil {
		return err
	}
	return f.spec().Validate()
}

// trainFlags are the flags of train, which run has too.
type trainFlags struct {
	fitFlags
	Init     string `placeholder:"FILE.npz" help:"Start from these weights: Keras' get_weights, saved by numpy.savez."`
	LogSteps bool   `help:"Write loss and rounded accuracy of every step to steps.csv."`
	checkpointFlags
}

// Validate refuses values that no data could make right.
func (f trainFlags) Validate() error {
	if err := f.checkpointFlags.Validate(); err != nil {
		return err
	}
	return f.fitFlags.Validate()
}

func (f hiddenFlag) spec() model.Spec { return model.Stacked(fashion.Pixels, f.Hidden...) }

func (f specFlags) spec() model.Spec {
	spec := f.hiddenFlag.spec()
	spec.Tied = f.Tied
	return spec
}

// Streams of random numbers: one purpose does not disturb another's.
const (
	weightStream = iota
	shuffleStream
)

func (f fitFlags) config(seed uint64) train.Config {
	c := train.Config{
		Epochs: f.Epochs, BatchSize: f.BatchSize, LearningRate: f.LearningRate, Machine: f.machine(), Watch: f.Watch, Patience: f.Patience,
		Noise: graph.Noise{Gaussian: f.GaussianNoise, Dropout: f.Dropout, Seed: seed},
	}
	if !f.NoShuffle {
		c.Shuffle = rand.NewPCG(seed, shuffleStream)
	}
	return c
}

// machine returns what runs the graphs. Only the tape machine can be watched; the
// bits are the same.
func (f fitFlags) machine() graph.Machine {
	if f.Machine == "static" && !f.Watch {
		return graph.StaticMachine
	}
	return graph.TapeMachine
}

// start returns the model before training.
func (f trainFlags) start(seed uint64) (*model.Model, error) {
	if f.Init != "" {
		return model.LoadNPZ(f.Init, f.spec())
	}
	return model.Initialize(f.spec(), model.Initializer(f.KernelInitializer), rand.New(rand.NewPCG(seed, weightStream)))
}

type trainCommand struct {
	trainFlags
	dataFlag
	outFlag
	figureFlag
	seedFlag
	reportFlags
}

// Help is shown below the command's usage.
func (trainCommand) Help() string {
	return "Example: stackedae train --epochs 40 --hidden 256,100,30 --out deeper"
}

// trainReport is what train prints as JSON.
type trainReport struct {
	Architecture string         `json:"architecture"`
	Parameters   int            `json:"parameters"`
	Seed         uint64         `json:"seed"`
	Stages       []stageHistory `json:"stages,omitempty"` // of greedy training, before the whole model's
	History      []epochReport  `json:"history"`
	BestEpoch    int            `json:"best_epoch,omitempty"` // whose the weights are, if it has stopped early
	Steps        int            `json:"steps"`
	ResumedAfter int            `json:"resumed_after,omitempty"` // steps
	Seconds      float64        `json:"seconds"`
}

// stageHistory is a stage of greedy training.
type stageHistory struct {
	Architecture string        `json:"architecture"`
	LearningRate float64       `json:"learning_rate"`
	History      []epochReport `json:"history"`
	BestEpoch    int           `json:"best_epoch,omitempty"` // as the whole model's
	Steps        int           `json:"steps"`
}

type epochReport struct {
	Epoch              int     `json:"epoch"`
	Loss               float64 `json:"loss"`
	RoundedAccuracy    float64 `json:"rounded_accuracy"`
	ValLoss            float64 `json:"val_loss"`
	ValRoundedAccuracy float64 `json:"val_rounded_accuracy"`
	TrainSeconds       float64 `json:"train_seconds,omitempty"` // unless before a break
	ValidSeconds       float64 `json:"valid_seconds,omitempty"`
}

func (c *trainCommand) Run(app *app) error {
	data, err := loadData(c.Data)
	if err != nil {
		return err
	}
	m, err := c.start(c.Seed)
	if err != nil {
		return err
	}
	if err := app.prepare(c.Out, trainFiles...); err != nil {
		return err
	}
	report, err := app.train(m, c.trainFlags, c.reportFlags, data, c.Seed, c.Out)
	if err != nil {
		return err
	}
	all := struct {
		trainReport
		filesReport
	}{report, filesReport{app.wrote}}
	text := app.summary()
	switch nothing := c.Resume && len(app.wrote) == 0; {
	case nothing && (report.BestEpoch > 0 || c.Greedy):
		text = "nothing to do"
	case nothing:
		text = "nothing to do; more --epochs go on"
	}
	return app.result(c.reportFlags, all, "%s\n", text)
}

// trainFiles are what train writes.
var trainFiles = []string{modelFile, historyFile, curvesFile, stepsFile}

// fitted is what training leaves beside the weights.
type fitted struct {
	train.Result               // of the whole model's training
	stages       []fittedStage // of greedy training before that
}

type fittedStage struct {
	train.Stage
	train.Result
}

// fitHooks are hooks of fit.
type fitHooks struct {
	whole []train.Hook // of the whole model's training
	every []train.Hook // of greedy training's stages before that, too; called after those
}

// fit trains on from a state with progress.
func (a *app) fit(state *train.State, f fitFlags, r reportFlags, data *fashion.Data, seed uint64, hooks fitHooks) (done fitted, err error) {
	config := f.config(seed)
	if f.over(state) {
		r.Quiet = true // there is nothing to tell of
	}
	spec := state.Model.Spec
	a.progressf(r, "%v, %s parameters, %s training and %s validation images, seed %d\n",
		spec, count(spec.Parameters()), count(data.Train.Len()), count(data.Valid.Len()), seed)
	p := a.newProgress(r)
	defer p.clear()
	show := func(hooks []train.Hook) []train.Hook {
		return append([]train.Hook{barHook(p, config.Epochs), a.tableHook(p, r, state.History)}, hooks...)
	}
	whole := slices.Concat(hooks.whole, hooks.every)
	set := train.Data{Train: data.Train.Images, Valid: data.Valid.Images}
	var results []train.Result
	if f.Greedy {
		var stages []train.Stage
		results, err = train.ResumeGreedy(a.ctx, state, set, config, func(s train.Stage) []train.Hook {
			p.clear()
			if s.Number > len(state.Stages) {
				a.progressf(r, "stage %d of %d: %v, learning rate %v\n", s.Number, s.Of, s.Model.Spec, s.Config.LearningRate)
			}
			stages = append(stages, s)
			if s.Number == s.Of {
				return show(whole)
			}
			return show(hooks.every)
		})
		for i, s := range stages {
			if s.Number < s.Of {
				done.stages = append(done.stages, fittedStage{s, results[i]})
			} else {
				done.Result = results[i]
			}
		}
	} else {
		done.Result, err = train.Resume(a.ctx, state, set, config, show(whole)...)
		results = []train.Result{done.Result}
	}
	p.clear()
	for i, result := range results {
		stage := ""
		if i < len(done.stages) {
			stage = fmt.Sprintf("stage %d ", i+1)
		}
		if result.Best > 0 {
			a.progressf(r, "%sstopped early, with the weights of epoch %d\n", stage, result.Best)
		}
		for _, e := range result.History {
			a.watch.add(trainingStage, e.TrainTime)
			a.watch.add(validationStage, e.ValidTime)
		}
	}
	return done, err
}

// train is fit that keeps checkpoints, goes on from one if it is to, and writes
// what it leaves. If it is interrupted it writes what there is after at least one
// epoch.
func (a *app) train(m *model.Model, f trainFlags, r reportFlags, data *fashion.Data, seed uint64, out string) (trainReport, error) {
	var hooks fitHooks
	var steps *train.StepLog
	if f.LogSteps {
		steps = &train.StepLog{}
		hooks.whole = append(hooks.whole, steps.Hook())
	}
	keeper := f.keeper(m, data, seed, out, steps)
	if keeper != nil && f.Checkpoints > 0 {
		hooks.every = append(hooks.every, a.timed(keeper.Hook()))
	}
	perEpoch := train.StepsPerEpoch(data.Train.Len(), f.BatchSize)
	state, err := a.begin(keeper, m, f, r, perEpoch)
	if err != nil {
		return trainReport{}, err
	}
	resumed := state.Steps(perEpoch)
	started := time.Now()
	result, err := a.fit(state, f.fitFlags, r, data, seed, hooks)
	if err != nil {
		a.keep(keeper, f.Epochs)
	}
	if err != nil && (result.Status != train.Cancelled || len(result.History) == 0) {
		return trainReport{}, a.explain(err, f)
	}
	stopped := err
	if stopped != nil {
		// The epoch that was cut off has not been looked at.
		if err := m.CheckFinite(); err != nil {
			return trainReport{}, errors.Join(stopped, err)
		}
	}
	report := trainReport{
		Architecture: m.Spec.String(), Parameters: m.Spec.Parameters(), Seed: seed,
		History: epochReports(result.History), BestEpoch: result.Best,
		Steps: result.Steps, ResumedAfter: resumed, Seconds: time.Since(started).Seconds(),
	}
	for _, s := range result.stages {
		report.Stages = append(report.Stages, stageHistory{s.Model.Spec.String(), s.Config.LearningRate, epochReports(s.History), s.Best, s.Steps})
	}
	if err := a.addTraining(m, result.History, out); err != nil {
		return report, err
	}
	if f.LogSteps {
		if err := a.add(out, stepsFile, steps.WriteCSV); err != nil {
			return report, err
		}
	}
	if f.Resume {
		a.skipUnchanged()
	}
	// What is finished is kept, also when a signal has come.
	err = a.flush(context.WithoutCancel(a.ctx))
	if err == nil && !f.LogSteps { // what is there is another run's
		err = files.Remove(filepath.Join(out, stepsFile))
	}
	if err == nil && keeper == nil { // as they are
		err = train.RemoveCheckpoints(filepath.Join(out, checkpointsDir))
	}
	return report, errors.Join(err, stopped)
}

func epochReports(history train.History) (reports []epochReport) {
	for _, e := range history {
		reports = append(reports, epochReport{
			e.Number, e.Train.Loss, e.Train.RoundedAccuracy, e.Valid.Loss, e.Valid.RoundedAccuracy,
			e.TrainTime.Seconds(), e.ValidTime.Seconds(),
		})
	}
	return reports
}

// addTraining readies the model, its history and their figure.
func (a *app) addTraining(m *model.Model, history train.History, out string) error {
	data, err := m.MarshalBinary()
	if err != nil {
		return err
	}
	if err := a.add(out, modelFile, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}); err != nil {
		return err
	}
	if err := a.add(out, historyFile, history.WriteCSV); err != nil {
		return err
	}
	return a.addCurves(out, history)
}

func (a *app) addCurves(out string, history train.History) error {
	h := figureHistory(reference.HistoryOf(history))
	return a.addFigures(out, drawing{curvesFile, func() (*figure.Figure, error) { return figure.TrainingCurves(h) }})
}

// loadData returns the embedded images, or those of a folder.
func loadData(dir string) (*fashion.Data, error) {
	if dir == "" {
		return fashion.Load()
	}
	return fashion.LoadDir(dir)
}
