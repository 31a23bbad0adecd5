// This file holds the run command: the chapter from front to back.

package main

import (
	"fmt"
	"time"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/tsne"
)

type runCommand struct {
	trainFlags
	tsneFlags
	dataFlag
	outFlag
	figureFlag
	seedFlag
	reportFlags
}

// Help is shown below the command's usage.
func (runCommand) Help() string { return "Example: stackedae run --epochs 5 --out short" }

// Validate refuses values that no data could make right.
func (c *runCommand) Validate() error {
	if err := c.trainFlags.Validate(); err != nil {
		return err
	}
	if code := c.Hidden[len(c.Hidden)-1]; code < 2 {
		return fmt.Errorf("--hidden: codes of %d number, want at least 2 to embed them; train takes 1", code)
	}
	return c.tsneFlags.Validate()
}

// runReport is what run prints as JSON.
type runReport struct {
	Train            trainReport   `json:"train"`
	Test             evaluation    `json:"test"`
	TSNE             tsneReport    `json:"tsne"`
	NeighborAccuracy float64       `json:"neighbor_accuracy"`
	Stages           []stageReport `json:"stages"` // their seconds add up to Seconds
	Seconds          float64       `json:"seconds"`
	Files            []string      `json:"files,omitempty"`
}

// runFiles are what run writes.
var runFiles = append([]string{reconstructionsFile, codesFile, labelsFile, imagesFile, embeddingFile, descentFile, descentTable, scatterFile, thumbnailsFile, recordFile, reportFile}, trainFiles...)

// reconstructions is how many images the chapter reconstructs.
const reconstructions = 5

func (c *runCommand) Run(app *app) error {
	stop := app.watch.start(imagesStage)
	data, err := loadData(c.Data)
	stop()
	if err != nil {
		return err
	}
	// Before the training, not after it.
	settings, err := c.tsneFlags.settings(data.Valid.Len(), c.Seed)
	if err != nil {
		return err
	}
	m, err := c.start(c.Seed)
	if err != nil {
		return err
	}
	if err := app.prepare(c.Out, runFiles...); err != nil {
		return err
	}
	report, err := app.train(m, c.trainFlags, c.reportFlags, data, c.Seed, c.Out)
	if err != nil {
		return err
	}
	network, err := graph.New(m, graph.Config{Machine: c.machine()})
	if err != nil {
		return err
	}
	defer network.Close()
	all := runReport{Train: report}
	if all.Test, err = app.evaluate(network, data, "test"); err != nil {
		return err
	}
	app.printf(c.reportFlags, "%v\n", all.Test)

	valid := picturesOf(data.Valid)
	if _, err := app.reconstruct(network, valid.head(reconstructions), c.Out); err != nil {
		return err
	}
	codes, _, err := app.encode(network, valid, c.Out)
	if err != nil {
		return err
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	points := stored[float32]{codes, m.Spec.CodeUnits()}
	embedding, embedded, err := app.embed(settings, c.reportFlags, points, plane{c.Out, embeddingFile, false, true})
	if err != nil {
		return err
	}
	all.TSNE = embedded
	labels := ints(data.Valid.Labels)
	if all.NeighborAccuracy, err = tsne.NeighborAccuracy(embedding, labels, neighbors); err != nil {
		return err
	}
	app.printf(c.reportFlags, "%v\n%s\n", all.TSNE, accuracyText(all.NeighborAccuracy))

	e := figure.Embedding{Labels: labels}
	if e.Points, err = figure.Scale[float64](embedding); err != nil {
		return err
	}
	if e.Images, err = figure.NewImages(data.Valid.Images, fashion.Side, fashion.Side); err != nil {
		return err
	}
	if err := app.plot(e, c.Out); err != nil {
		return err
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	var total time.Duration
	all.Stages, total = app.watch.report()
	all.Seconds = total.Seconds()
	if err := app.addRecord(c, all); err != nil {
		return err
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	if err := app.report(c.Out); err != nil {
		return err
	}
	stages, total := app.watch.report()
	all.Stages, all.Seconds, all.Files = stages, total.Seconds(), app.wrote
	app.progressf(c.reportFlags, "%s", stageTable(stages, total, terminalOf(app.stdout).columns()))
	return app.result(c.reportFlags, all, "%s in %.1f seconds\n", app.summary(), all.Seconds)
}
