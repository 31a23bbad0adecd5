// This file holds the train command.

package main

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"time"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/reference"
	"stackedae/model"
	"stackedae/train"
)

// fitFlags say how a model is trained.
type fitFlags struct {
	Epochs       int     `default:"${epochs}" help:"How often every image is seen (${default})."`
	BatchSize    int     `default:"${batchSize}" help:"Images a step (${default})."`
	LearningRate float64 `default:"${learningRate}" help:"Step size of gradient descent (${default})."`
	hiddenFlag
	NoShuffle bool   `help:"Take the images in their order in every epoch."`
	Machine   string `default:"tape" enum:"tape,static" help:"What runs the graphs: Gorgonia's tape machine, or static, faster and with the same bits (${default})."`
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
}

func (f hiddenFlag) spec() model.Spec { return model.Stacked(fashion.Pixels, f.Hidden...) }

// Streams of random numbers: one purpose does not disturb another's.
const (
	weightStream = iota
	shuffleStream
)

func (f fitFlags) config(seed uint64) train.Config {
	c := train.Config{Epochs: f.Epochs, BatchSize: f.BatchSize, LearningRate: f.LearningRate, Machine: f.machine()}
	if !f.NoShuffle {
		c.Shuffle = rand.New(rand.NewPCG(seed, shuffleStream))
	}
	return c
}

// machine returns what runs the graphs.
func (f fitFlags) machine() graph.Machine {
	if f.Machine == "static" {
		return graph.StaticMachine
	}
	return graph.TapeMachine
}

// start returns the model before training.
func (f trainFlags) start(seed uint64) (*model.Model, error) {
	if f.Init != "" {
		return model.LoadNPZ(f.Init, f.spec())
	}
	return model.New(f.spec(), rand.New(rand.NewPCG(seed, weightStream)))
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
	Architecture string        `json:"architecture"`
	Parameters   int           `json:"parameters"`
	Seed         uint64        `json:"seed"`
	History      []epochReport `json:"history"`
	Steps        int           `json:"steps"`
	Seconds      float64       `json:"seconds"`
}

type epochReport struct {
	Epoch              int     `json:"epoch"`
	Loss               float64 `json:"loss"`
	RoundedAccuracy    float64 `json:"rounded_accuracy"`
	ValLoss            float64 `json:"val_loss"`
	ValRoundedAccuracy float64 `json:"val_rounded_accuracy"`
	TrainSeconds       float64 `json:"train_seconds"`
	ValidSeconds       float64 `json:"valid_seconds"`
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
	return app.result(c.reportFlags, all, "%s\n", app.summary())
}

// trainFiles are what train writes.
var trainFiles = []string{modelFile, historyFile, curvesFile, stepsFile}

// fit trains a model with progress.
func (a *app) fit(m *model.Model, f fitFlags, r reportFlags, data *fashion.Data, seed uint64, hooks ...train.Hook) (train.Result, error) {
	config := f.config(seed)
	a.progressf(r, "%v, %s parameters, %s training and %s validation images, seed %d\n",
		m.Spec, count(m.Spec.Parameters()), count(data.Train.Len()), count(data.Valid.Len()), seed)
	p := a.newProgress(r)
	defer p.clear()
	hooks = append([]train.Hook{barHook(p, config.Epochs), a.tableHook(p, r)}, hooks...)
	result, err := train.Run(a.ctx, m, train.Data{Train: data.Train.Images, Valid: data.Valid.Images}, config, hooks...)
	for _, e := range result.History {
		a.watch.add(trainingStage, e.TrainTime)
		a.watch.add(validationStage, e.ValidTime)
	}
	return result, err
}

// train is fit that writes what it leaves. If it is interrupted it writes what
// there is after at least one epoch.
func (a *app) train(m *model.Model, f trainFlags, r reportFlags, data *fashion.Data, seed uint64, out string) (trainReport, error) {
	var steps train.StepLog
	var hooks []train.Hook
	if f.LogSteps {
		hooks = append(hooks, steps.Hook())
	}
	started := time.Now()
	result, err := a.fit(m, f.fitFlags, r, data, seed, hooks...)
	if err != nil && (result.Status != train.Cancelled || len(result.History) == 0) {
		return trainReport{}, err
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
		Steps: result.Steps, Seconds: time.Since(started).Seconds(),
	}
	for _, e := range result.History {
		report.History = append(report.History, epochReport{
			e.Number, e.Train.Loss, e.Train.RoundedAccuracy, e.Valid.Loss, e.Valid.RoundedAccuracy,
			e.TrainTime.Seconds(), e.ValidTime.Seconds(),
		})
	}
	if err := a.addTraining(m, result.History, out); err != nil {
		return report, err
	}
	if f.LogSteps {
		if err := a.add(out, stepsFile, steps.WriteCSV); err != nil {
			return report, err
		}
	}
	// What is finished is kept, also when a signal has come.
	return report, errors.Join(a.flush(context.WithoutCancel(a.ctx)), stopped)
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
