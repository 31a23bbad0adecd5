// This file tells where a command's time goes.

package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
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
	reportStage  // reading the files again, and making the report of them
	restStage    // all else
)

var stageNames = [...]string{"images", "training", "validation", "inference", "t-SNE", "figures", "files", "report", "rest"}

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
	names, seconds, shares := "\t", "seconds\t", "share\t"
	lines := [][]string{{"", "seconds", "share"}}
	for _, s := range stages {
		line := []string{s.Name, fmt.Sprintf("%.2f", s.Seconds), fmt.Sprintf("%.0f%%", 100*s.Seconds/total.Seconds())}
		names, seconds, shares = names+line[0]+"\t", seconds+line[1]+"\t", shares+line[2]+"\t"
		lines = append(lines, line)
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s\n%s\n%s\n", names, seconds, shares)
	w.Flush() // to memory: no error
	if first, _, _ := strings.Cut(b.String(), "\n"); columns == 0 || cells(first) <= columns {
		return b.String()
	}
	return align(lines, 2)
}
