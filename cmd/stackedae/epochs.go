// This file shows a training: a bar while it goes on, and a line an epoch.

package main

import (
	"fmt"
	"math"

	"stackedae/train"
)

// barHook moves the bar.
func barHook(p *progress, epochs int) train.Hook {
	t := trainingPace{epochs: epochs}
	return train.Hook{Name: "progress bar", Step: func(s train.Step) error {
		t.step(s)
		if p.due() {
			p.draw(t.status(s))
		}
		return nil
	}}
}

// trainingPace measures how fast a training goes.
type trainingPace struct {
	epochs     int
	images     int     // seen in the epoch
	run, epoch pace    // in steps, and in images: without validation
	rate       float64 // images a second, the last epoch's until this one's is known
}

// step counts a step. A run may go on at any.
func (t *trainingPace) step(s train.Step) {
	if t.run.started.IsZero() {
		t.run.begin(s.Number)
	}
	if s.InEpoch == 1 || t.epoch.started.IsZero() {
		t.images = s.Images
		t.epoch.begin(t.images)
		return
	}
	t.images += s.Images
	t.rate = t.epoch.rate(t.images)
}

// status returns what to show after a step. Loss and accuracy are means over the
// images of the epoch so far; the remaining time goes by the whole run.
func (t *trainingPace) status(s train.Step) status {
	place := fmt.Sprintf("%d/%d", s.Epoch, t.epochs)
	loss := fmt.Sprintf("loss %.4f", s.EpochMean.Loss)
	accuracy := fmt.Sprintf("accuracy %.4f", s.EpochMean.RoundedAccuracy)
	total := t.epochs * s.PerEpoch
	return status{
		done: s.Number, total: total, name: [2]string{"epoch " + place, place}, loss: [2]string{loss, loss},
		metric: [2]string{"rounded_" + accuracy, accuracy},
		speed:  speed(t.rate, "images"), left: t.run.left(s.Number, total),
	}
}

// epochTable is a table of a line an epoch.
type epochTable struct {
	header []string
	line   func(e train.Epoch, paint func(string) string) string // the validation loss painted
}

// newEpochTable returns a table for a terminal of so many columns, 0 for none.
func newEpochTable(columns int) epochTable {
	wide := epochTable{
		header: []string{"epoch    loss  rounded_accuracy  val_loss  val_rounded_accuracy  seconds"},
		line: func(e train.Epoch, paint func(string) string) string {
			return fmt.Sprintf("%5d  %.4f  %16.4f%s  %20.4f  %7.1f", e.Number, e.Train.Loss, e.Train.RoundedAccuracy,
				paint(fmt.Sprintf("  %8.4f", e.Valid.Loss)), e.Valid.RoundedAccuracy, (e.TrainTime + e.ValidTime).Seconds())
		},
	}
	if columns == 0 || columns >= cells(wide.header[0]) {
		return wide
	}
	return epochTable{
		header: []string{
			"       training        validation",
			"epoch    loss  accur.    loss  accur.",
		},
		line: func(e train.Epoch, paint func(string) string) string {
			return fmt.Sprintf("%5d  %.4f  %.4f%s  %.4f", e.Number, e.Train.Loss, e.Train.RoundedAccuracy,
				paint(fmt.Sprintf("  %.4f", e.Valid.Loss)), e.Valid.RoundedAccuracy)
		},
	}
}

// tableHook prints a line after every epoch that comes after those before. In colour
// the least validation loss so far is green.
func (a *app) tableHook(p *progress, r reportFlags, before train.History) train.Hook {
	screen := terminalOf(a.stdout)
	table := newEpochTable(screen.columns())
	least := math.Inf(1)
	for _, e := range before {
		least = min(least, e.Valid.Loss)
	}
	return train.Hook{Name: "table", Epoch: func(e train.Epoch) error {
		p.clear()
		if e.Number == len(before)+1 {
			for _, line := range table.header {
				a.progressf(r, "%s\n", screen.paint(bold, line))
			}
		}
		paint := func(text string) string { return text }
		if e.Valid.Loss < least {
			least = e.Valid.Loss
			paint = func(text string) string { return screen.paint(green, text) }
		}
		a.progressf(r, "%s\n", table.line(e, paint))
		return a.failed
	}}
}
