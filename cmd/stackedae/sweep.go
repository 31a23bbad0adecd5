// This file holds the sweep command: networks of several code sizes, and what
// their codes are worth.

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/train"
	"stackedae/tsne"
)

type sweepCommand struct {
	Codes    []int `default:"2,5,10,20,30,50,100" placeholder:"UNITS" help:"Sizes of the code, each larger than the one before (${default})."`
	Seeds    int   `default:"3" placeholder:"N" help:"Train each with so many seeds, --seed and those after it (${default})."`
	fitFlags `kong:"set='hidden=100',set='andCode= above the code'"`
	tsneFlags
	dataFlag
	outFlag
	figureFlag
	seedFlag
	reportFlags
}

// Help is shown below the command's usage.
func (sweepCommand) Help() string {
	return "Example: stackedae sweep --codes 2,10,50 --seeds 1 --machine static --out sizes"
}

// Validate refuses values that no data could make right.
func (c *sweepCommand) Validate() error {
	if c.Seeds < 1 {
		return fmt.Errorf("--seeds %d, want at least 1", c.Seeds)
	}
	if len(c.Codes) == 0 {
		return errors.New("--codes names none, want at least one")
	}
	for i, code := range c.Codes {
		if code < 2 {
			return fmt.Errorf("--codes: codes of %d number, want at least 2 to embed them", code)
		}
		if i > 0 && code <= c.Codes[i-1] {
			return fmt.Errorf("--codes: %d after %d, want each larger than the one before", code, c.Codes[i-1])
		}
		if err := c.fitOf(code).Validate(); err != nil {
			return err
		}
	}
	if least := c.Codes[0]; c.PCA > least {
		return fmt.Errorf("--pca %d, want at most %d, the size of the smallest code", c.PCA, least)
	}
	return c.tsneFlags.Validate()
}

// fitOf returns how a network of a code size is trained.
func (c *sweepCommand) fitOf(code int) fitFlags {
	f := c.fitFlags
	f.Hidden = append(slices.Clip(f.Hidden), code)
	return f
}

func (c *sweepCommand) Run(app *app) error {
	data, err := loadData(c.Data)
	if err != nil {
		return err
	}
	// Before the trainings, not after them.
	if _, err := c.tsneFlags.settings(data.Valid.Len(), c.Seed); err != nil {
		return err
	}
	if err := app.prepare(c.Out, sweepTable, sweepFile); err != nil {
		return err
	}
	p := app.newProgress(c.reportFlags)
	defer p.clear()
	p.say("neighbours of pixels and principal components")
	report := sweepReport{Hidden: c.Hidden}
	if err := report.compareWith(data, c.Codes); err != nil {
		return err
	}
	if err := c.runs(app, p, data, &report); err != nil {
		return c.keep(app, &report, err)
	}
	if report.summarize(); len(report.Codes) == 0 {
		return fmt.Errorf("sweep: %s", report.leftOut())
	}
	if err := app.add(c.Out, sweepTable, report.writeCSV); err != nil {
		return err
	}
	undrawn := app.addFigures(c.Out, drawing{sweepFile, report.figure})
	if err := errors.Join(undrawn, app.flush(context.WithoutCancel(app.ctx))); err != nil {
		return err
	}
	report.Files = app.wrote
	return app.result(c.reportFlags, &report, "%v%s\n", &report, app.summary())
}

// runs trains and measures all networks, those of a seed after each other, and
// tells of each in a line. One that fails does not end the others.
func (c *sweepCommand) runs(app *app, p *progress, data *fashion.Data, report *sweepReport) error {
	all := c.Seeds * len(c.Codes)
	p.clear()
	app.progressf(c.reportFlags, "%s\n", terminalOf(app.stdout).paint(bold, sweepHeader))
	var whole pace
	for i := range c.Seeds {
		for _, code := range c.Codes {
			run := sweepRun{Code: code, Seed: c.Seed + uint64(i)}
			started := time.Now()
			var err error
			run.Numbers, err = c.measure(app, p, data, run, report.MeanLoss, sweepHook(p, &whole, run, len(report.Runs), all, c.Epochs))
			if app.ctx.Err() != nil {
				return context.Cause(app.ctx)
			}
			if err != nil {
				run.Error = err.Error()
			}
			run.Seconds = time.Since(started).Seconds()
			report.Runs = append(report.Runs, run)
			p.clear()
			app.progressf(c.reportFlags, "%5d%v\n", len(report.Runs), run)
			if app.failed != nil {
				return app.failed
			}
		}
	}
	return nil
}

// sweepHook moves the bar, which is of all trainings, in one after k others.
func sweepHook(p *progress, whole *pace, r sweepRun, k, all, epochs int) train.Hook {
	return train.Hook{Name: "progress bar", Step: func(s train.Step) error {
		steps := epochs * s.PerEpoch
		done, total := k*steps+s.Number, all*steps
		if whole.started.IsZero() {
			whole.begin(done)
		}
		if p.due() {
			place := fmt.Sprintf("%d/%d", s.Epoch, epochs)
			loss := fmt.Sprintf("loss %.4f", s.EpochMean.Loss)
			p.draw(status{
				done: done, total: total, name: [2]string{fmt.Sprintf("code %d, seed %d, epoch %s", r.Code, r.Seed, place), place},
				loss: [2]string{loss, loss}, left: whole.left(done, total),
			})
		}
		return nil
	}}
}

// leastGain is the part of the mean image's loss that a network must save to have
// learnt anything. With few numbers in a code all of them may come to lie where
// SELU is flat: then every image is decoded to the mean one, and stays so.
const leastGain = .01

// measure trains a network and measures it, on the validation images where
// nothing else is said. An error stands beside what was measured before it.
func (c *sweepCommand) measure(app *app, p *progress, data *fashion.Data, r sweepRun, meanLoss float64, bar train.Hook) (map[sweepNumber]float64, error) {
	f := c.fitOf(r.Code)
	m, err := trainFlags{fitFlags: f}.start(r.Seed)
	if err != nil {
		return nil, err
	}
	if _, err := app.fit(&train.State{Model: m}, f, reportFlags{Quiet: true}, data, r.Seed, fitHooks{whole: []train.Hook{bar}}); err != nil {
		return nil, app.explain(err, trainFlags{fitFlags: f})
	}
	network, err := graph.New(m, graph.Config{Machine: f.machine()})
	if err != nil {
		return nil, err
	}
	defer network.Close()
	valid, err := app.evaluate(network, data, "valid")
	if err != nil {
		return nil, err
	}
	test, err := app.evaluate(network, data, "test")
	if err != nil {
		return nil, err
	}
	numbers := map[sweepNumber]float64{valLoss: valid.Loss, valRounded: valid.RoundedAccuracy, testLoss: test.Loss, testRounded: test.RoundedAccuracy}
	if valid.Loss > (1-leastGain)*meanLoss {
		return numbers, fmt.Errorf("learnt nothing: validation loss %.4f, the mean image has %.4f", valid.Loss, meanLoss)
	}
	values, err := network.Encode(app.ctx, picturesOf(data.Valid).inputs)
	if err != nil {
		return numbers, err
	}
	codes, labels := stored[float32]{values, r.Code}, ints(data.Valid.Labels)
	settings, err := c.tsneFlags.settings(data.Valid.Len(), r.Seed)
	if err != nil {
		return numbers, err
	}
	settings.Recorder = tsne.RecorderFunc(func(s tsne.Snapshot) error {
		if p.due() {
			p.say(fmt.Sprintf("code %d, seed %d, t-SNE %d/%d", r.Code, r.Seed, s.Iteration, s.Total))
		}
		return nil
	})
	embedded, err := tsne.Embed(app.ctx, codes, settings)
	if err != nil {
		return numbers, err
	}
	numbers[divergence] = embedded.KLDivergence
	if numbers[codeNeighbors], err = tsne.NeighborAccuracy(codes, labels, neighbors); err != nil {
		return numbers, err
	}
	numbers[embeddingNeighbors], err = tsne.NeighborAccuracy(embedded.Embedding, labels, neighbors)
	return numbers, err
}

// keep writes what has been measured until an interrupt.
func (c *sweepCommand) keep(app *app, r *sweepReport, err error) error {
	if len(r.Runs) == 0 {
		return err
	}
	app.remark = fmt.Sprintf(" of %d of %d trainings", len(r.Runs), c.Seeds*len(c.Codes))
	return errors.Join(err, app.add(c.Out, sweepTable, r.writeCSV), app.flush(context.WithoutCancel(app.ctx)))
}

// compareWith measures the validation images' pixels, and as many principal
// components of them as codes have numbers; and the mean training image as if a
// network gave it for each of them.
func (r *sweepReport) compareWith(data *fashion.Data, codes []int) (err error) {
	mean := make([]float64, fashion.Pixels)
	for i, v := range data.Train.Images {
		mean[i%fashion.Pixels] += float64(v) / 255 / float64(data.Train.Len())
	}
	set := data.Valid
	var given []float32
	for range set.Len() {
		for _, v := range mean {
			given = append(given, float32(v))
		}
	}
	for _, l := range imageLosses(set.Images, given) {
		r.MeanLoss += float64(l) / float64(set.Len())
	}
	pixels, labels := stored[byte]{set.Images, fashion.Pixels}, ints(set.Labels)
	if r.Pixels, err = tsne.NeighborAccuracy(pixels, labels, neighbors); err != nil {
		return err
	}
	most := min(fashion.Pixels, codes[len(codes)-1])
	components, err := tsne.PrincipalComponents(pixels, most)
	if err != nil {
		return err
	}
	for _, code := range codes {
		accuracy, err := tsne.NeighborAccuracy(components.Slice(0, set.Len(), 0, min(code, most)), labels, neighbors)
		if err != nil {
			return err
		}
		r.Codes = append(r.Codes, sweepCode{Code: code, Components: accuracy})
	}
	return nil
}

// figure draws losses beside neighbour accuracies, by code size.
func (r *sweepReport) figure() (*figure.Figure, error) {
	var sizes []int
	var components, pixels []float64
	for _, c := range r.Codes {
		sizes = append(sizes, c.Code)
		components, pixels = append(components, c.Components), append(pixels, r.Pixels)
	}
	return figure.Sweep("Code size", sizes,
		figure.SweepPanel{Quantity: "Loss", Measured: []figure.Measured{
			{Name: "validation", Runs: r.bySeed(valLoss)}, {Name: "test", Runs: r.bySeed(testLoss)},
		}},
		figure.SweepPanel{Quantity: fmt.Sprintf("%d-neighbour class accuracy", neighbors), Measured: []figure.Measured{
			{Name: "codes", Runs: r.bySeed(codeNeighbors)}, {Name: "embedding", Runs: r.bySeed(embeddingNeighbors)},
			{Name: "principal components", Runs: [][]float64{components}}, {Name: "pixels", Runs: [][]float64{pixels}},
		}},
	)
}
