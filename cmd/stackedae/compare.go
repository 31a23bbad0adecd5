// This file holds the compare command.

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"stackedae"
	"stackedae/figure"
	"stackedae/internal/fashion"
	"stackedae/internal/reference"
	"stackedae/train"
)

type compareCommand struct {
	fitFlags  `set:"epochsTold=as often as in the recorded runs"`
	History   string `placeholder:"FILE.csv" help:"Compare this history, train's or Keras', in place of training."`
	Seeds     int    `default:"1" placeholder:"N" help:"Train with so many seeds, --seed and those after it, and compare distributions (${default})."`
	At        []int  `placeholder:"EPOCHS" help:"The epochs to judge (${judged}, as far as recorded)."`
	Reference string `placeholder:"DIR" help:"Compare with the recordings in this folder in place of the chapter's network by Keras."`
	dataFlag
	outFlag
	figureFlag
	seedFlag
	reportFlags

	epochsGiven bool // on the command line
}

// Help is shown below the command's usage.
func (compareCommand) Help() string {
	return "Example: stackedae compare --seed 1 --seeds 12 --machine static"
}

// Validate refuses values that no data could make right.
func (c *compareCommand) Validate() error {
	if c.Seeds < 1 {
		return fmt.Errorf("compare: %d seeds, want at least 1", c.Seeds)
	}
	if c.Seeds > 1 && c.History != "" {
		return errors.New("compare: --seeds trains, --history does not, want one of both")
	}
	if c.Patience > 0 {
		return errors.New("compare: --patience: all recorded epochs are compared, want 0")
	}
	return c.fitFlags.Validate()
}

// BeforeApply sees whether --epochs is given, for the default is not always train's.
// (An AfterApply would hide figureFlag's.)
func (c *compareCommand) BeforeApply(line *kong.Context) error {
	c.epochsGiven = slices.ContainsFunc(line.Path, func(p *kong.Path) bool { return p.Flag != nil && p.Flag.Name == "epochs" })
	return nil
}

// errOutside begins what compare says of a run that is not
// Keras'.
var errOutside = errors.New("not the same computation")

func (c *compareCommand) Run(app *app) error {
	recordings, err := c.recordings()
	if err != nil {
		return err
	}
	if !c.epochsGiven {
		c.Epochs = recordings.Epochs()
	}
	if c.At == nil {
		c.At = recordings.JudgedEpochs()
	}
	if err := app.prepare(c.Out, comparisonFile); err != nil {
		return err
	}
	var runs [][]reference.History // a history a stage
	var steps []reference.StepReport
	if c.History != "" {
		h, err := reference.ReadHistory(c.History)
		if err != nil {
			return err
		}
		recordings = recordings.Final()
		runs = append(runs, []reference.History{h})
	} else if runs, steps, err = c.train(app, recordings); err != nil {
		return err
	}
	report := compareReport{Runs: len(runs), Recorded: len(recordings.Runs)}
	if len(runs) == 1 {
		j, err := recordings.Judge(runs[0], c.At)
		if err != nil {
			return err
		}
		report.addJudgement(j)
	} else {
		d, err := recordings.Differences(runs, c.At)
		if err != nil {
			return err
		}
		report.addDifferences(d)
	}
	report.addSteps(steps)

	err = app.addFigures(c.Out, drawing{comparisonFile, func() (*figure.Figure, error) {
		var ours, theirs []figure.History
		for _, run := range runs {
			ours = append(ours, figureHistory(run[len(run)-1]))
		}
		for _, run := range recordings.Runs {
			theirs = append(theirs, figureHistory(run.Final()))
		}
		return figure.ComparedCurves(ours, theirs, fmt.Sprintf("%d recorded runs", len(theirs)))
	}})
	if err != nil {
		return err
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	report.Files = app.wrote
	if err := app.result(c.reportFlags, report, "%v%s\n", &report, app.summary()); err != nil {
		return err
	}
	if len(report.Outside) > 0 {
		return fmt.Errorf("compare: %w: %s", errOutside, strings.Join(report.Outside, "; "))
	}
	return nil
}

// recordings returns those of --reference, or else Keras' of the same way of
// training.
func (c *compareCommand) recordings() (*reference.Recordings, error) {
	load, way := reference.Load, "."
	switch {
	case c.Greedy:
		load, way = reference.LoadGreedy, "greedy"
	case c.Tied:
		way = "tied"
	}
	if c.Reference != "" {
		r, err := load(os.DirFS(c.Reference))
		if err != nil {
			return nil, fmt.Errorf("--reference %s: %w", c.Reference, err)
		}
		return r, nil
	}
	if c.Greedy && c.Tied {
		return nil, errors.New("compare: no run of Keras is recorded for --tied with --greedy, want --reference DIR with some")
	}
	folder, err := fs.Sub(stackedae.Keras(), way)
	if err != nil {
		return nil, err
	}
	return load(folder)
}

// train trains a model a seed, and takes the recorded steps.
func (c *compareCommand) train(app *app, r *reference.Recordings) (runs [][]reference.History, steps []reference.StepReport, err error) {
	if err := r.Check(c.At, c.Seeds, c.Epochs); err != nil {
		return nil, nil, err
	}
	if stages := len(c.Hidden) + 1; c.Greedy && stages != len(r.Stages) {
		return nil, nil, fmt.Errorf("compare: --hidden %s makes %d stages, want %d, as recorded", list(c.Hidden), stages, len(r.Stages))
	}
	data, err := loadData(c.Data)
	if err != nil {
		return nil, nil, err
	}
	// Before the training, which takes longer.
	for _, s := range r.Steps {
		report, err := s.Train(app.ctx, train.Data{Train: data.Train.Images, Valid: data.Valid.Images}, c.config(0))
		if err != nil {
			return nil, nil, outsideIfDiverged(err)
		}
		steps = append(steps, report)
	}
	for i := range c.Seeds {
		seed := c.Seed + uint64(i)
		run, err := c.trainOne(app, data, seed)
		if err != nil {
			return nil, nil, err
		}
		runs = append(runs, run)
	}
	return runs, steps, nil
}

// trainOne trains a model from a seed.
func (c *compareCommand) trainOne(app *app, data *fashion.Data, seed uint64) (run []reference.History, err error) {
	m, err := trainFlags{fitFlags: c.fitFlags}.start(seed)
	if err != nil {
		return nil, err
	}
	result, err := app.fit(&train.State{Model: m}, c.fitFlags, c.reportFlags, data, seed, fitHooks{})
	for _, stage := range result.stages {
		run = append(run, reference.HistoryOf(stage.History))
	}
	return append(run, reference.HistoryOf(result.History)), outsideIfDiverged(err)
}

// outsideIfDiverged tells of a training that has diverged, as no recorded one has.
func outsideIfDiverged(err error) error {
	if errors.As(err, new(*train.Divergence)) {
		return fmt.Errorf("compare: %w: %w", errOutside, err)
	}
	return err
}

// figureHistory returns the numbers as figures take them.
func figureHistory(h reference.History) figure.History {
	return figure.History{
		Loss: h[reference.Loss], RoundedAccuracy: h[reference.RoundedAccuracy],
		ValLoss: h[reference.ValLoss], ValRoundedAccuracy: h[reference.ValRoundedAccuracy],
	}
}
