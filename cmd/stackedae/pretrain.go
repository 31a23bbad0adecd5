// This file holds the pretrain command.

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"stackedae/figure"
	"stackedae/internal/fashion"
	"stackedae/internal/pretrain"
	"stackedae/train"
)

type pretrainCommand struct {
	fitFlags
	Labels []int `default:"50,100,500,1000,5000" placeholder:"N" help:"Numbers of labelled images (${default})."`
	Steps  int   `default:"8000" placeholder:"N" help:"Steps of each classifier's training; half of the pretrained one's are with its encoder frozen (${default})."`
	Seeds  int   `default:"5" placeholder:"N" help:"Do everything with so many seeds, --seed and those after it (${default})."`
	dataFlag
	outFlag
	figureFlag
	seedFlag
	reportFlags
}

// Help is shown below the command's usage.
func (pretrainCommand) Help() string {
	return "Example: stackedae pretrain --labels 100,500 --seeds 3 --machine static"
}

// Validate refuses values that no data could make right.
func (c *pretrainCommand) Validate() error {
	if c.Seeds < 1 {
		return fmt.Errorf("pretrain: %d seeds, want at least 1", c.Seeds)
	}
	if err := c.settings().Validate(); err != nil {
		return err
	}
	return c.fitFlags.Validate()
}

func (c *pretrainCommand) settings() pretrain.Settings {
	return pretrain.Settings{Labels: c.Labels, Steps: c.Steps, Machine: c.machine()}
}

func (c *pretrainCommand) Run(app *app) error {
	started := time.Now()
	data, err := loadData(c.Data)
	if err != nil {
		return err
	}
	if err := c.settings().Check(data.Train.Labels); err != nil {
		return err
	}
	if err := app.prepare(c.Out, pretrainingFile); err != nil {
		return err
	}
	results, err := c.seeds(app, data)
	if err != nil && len(results) == 0 {
		return err
	}
	stopped := err
	if stopped != nil {
		app.remark = fmt.Sprintf(" of %d of %d seeds", len(results), c.Seeds)
	}
	if err := app.addFigures(c.Out, drawing{pretrainingFile, func() (*figure.Figure, error) {
		return pretrainFigure(c.Labels, results)
	}}); err != nil {
		return err
	}
	// What is finished is kept, also when a signal has come.
	if err := app.flush(context.WithoutCancel(app.ctx)); err != nil {
		return errors.Join(stopped, err)
	}
	report := newPretrainReport(c.Labels, results)
	report.Architecture, report.Steps, report.Seed = c.spec().String(), c.Steps, c.Seed
	report.Seconds, report.Files = time.Since(started).Seconds(), app.wrote
	text := report.String()
	if app.ctx.Err() == nil { // or else standard error tells of the files
		text += app.summary() + "\n"
	}
	return errors.Join(stopped, app.result(c.reportFlags, report, "%s", text))
}

// seeds does everything with one seed after the other, and returns what is finished.
func (c *pretrainCommand) seeds(app *app, data *fashion.Data) (results pretrain.Results, err error) {
	for i := range c.Seeds {
		a, err := c.measure(app, data, c.Seed+uint64(i))
		if err != nil {
			return results, fmt.Errorf("seed %d: %w", c.Seed+uint64(i), err)
		}
		results = append(results, a)
	}
	return results, nil
}

// measure trains an autoencoder from a seed, and measures what its encoder is worth.
func (c *pretrainCommand) measure(app *app, data *fashion.Data, seed uint64) (a pretrain.Accuracies, err error) {
	trained, err := trainFlags{fitFlags: c.fitFlags}.start(seed)
	if err != nil {
		return a, err
	}
	untrained, err := trainFlags{fitFlags: c.fitFlags}.start(seed)
	if err != nil {
		return a, err
	}
	if _, err := app.fit(&train.State{Model: trained}, c.fitFlags, c.reportFlags, data, seed, fitHooks{}); err != nil {
		return a, app.explain(err, trainFlags{fitFlags: c.fitFlags})
	}
	defer app.watch.start(trainingStage)()
	p := app.newProgress(c.reportFlags)
	defer p.clear()
	total := len(c.Labels) * len(pretrain.Ways())
	show := func(done int) {
		place := fmt.Sprintf("%d/%d", done, total)
		p.draw(status{done: done, total: total, name: [2]string{"classifier " + place, place}})
	}
	show(0)
	return pretrain.Measure(app.ctx, trained, untrained, data, c.settings(), seed, show)
}

// pretrainFigure draws accuracies, and the pretrained network's margins over the
// other ways.
func pretrainFigure(labels []int, r pretrain.Results) (*figure.Figure, error) {
	accuracy := figure.SweepPanel{Quantity: "Test accuracy"}
	margin := figure.SweepPanel{Quantity: "Margin of pretrained"}
	for _, w := range pretrain.Ways() {
		accuracy.Measured = append(accuracy.Measured, figure.Measured{Name: w.String(), Runs: r.Runs(w)})
		if w != pretrain.Pretrained {
			margin.Measured = append(margin.Measured, figure.Measured{Name: w.String(), Runs: r.Margins(w)})
		}
	}
	return figure.Sweep("Labelled images", labels, accuracy, margin)
}
