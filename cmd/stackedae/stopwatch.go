// This file tells where a command's time goes.

package main

import (
	"fmt"
	"strings"
	"time"
)

// stage is a kind of work.
type stage int

const (
	imagesStage     stage = iota // reading and unpacking
	trainingStage                // steps
	validationStage              // after epochs
	inferenceStage               // evaluating, reconstructing and encoding
	tsneStage
	figuresStage // drawing, and packing as PNG
	filesStage   // writing
	restStage    // all else
)

var stageNames = [...]string{"images", "training", "validation", "inference", "t-SNE", "figures", "files", "rest"}

// stopwatch adds up the time that stages take. No two of them overlap.
type stopwatch struct {
	started time.Time
	spent   [restStage]time.Duration
}

func newStopwatch() stopwatch { return stopwatch{started: time.Now()} }

// start starts a stage and returns what ends it and tells how long it took.
func (w *stopwatch) start(s stage) (stop func() time.Duration) {
	started := time.Now()
	return func() time.Duration {
		d := time.Since(started)
		w.add(s, d)
		return d
	}
}

// add adds time that was measured elsewhere.
func (w *stopwatch) add(s stage, d time.Duration) { w.spent[s] += d }

// stageReport is a stage's time as JSON.
type stageReport struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// report returns all stages and the time since the start, which is their sum.
func (w *stopwatch) report() (stages []stageReport, total time.Duration) {
	total = time.Since(w.started)
	rest := total
	for s, d := range w.spent {
		stages = append(stages, stageReport{stageNames[s], d.Seconds()})
		rest -= d
	}
	return append(stages, stageReport{stageNames[restStage], rest.Seconds()}), total
}

// stageTable lays stages out as a table of three lines, names, seconds and shares of
// the total; or of a line a stage, where columns, those of a terminal or 0 for none,
// are not enough.
func stageTable(stages []stageReport, total time.Duration, columns int) string {
	lines := [][]string{{"", "seconds", "share"}}
	for _, s := range stages {
		lines = append(lines, []string{s.Name, fmt.Sprintf("%.2f", s.Seconds), fmt.Sprintf("%.0f%%", 100*s.Seconds/total.Seconds())})
	}
	turned := make([][]string, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			turned[i] = append(turned[i], cell)
		}
	}
	wide := align(turned, 2)
	if first, _, _ := strings.Cut(wide, "\n"); columns == 0 || columns >= cells(first) {
		return wide
	}
	return align(lines, 2)
}
