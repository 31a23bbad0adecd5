// This file holds what pretrain reports, as JSON and as tables.

package main

import (
	"fmt"
	"math"
	"strings"

	"stackedae/internal/pretrain"
)

// pretrainReport is what pretrain prints as JSON.
type pretrainReport struct {
	Architecture string         `json:"architecture"`
	Steps        int            `json:"steps"`
	Seed         uint64         `json:"seed"` // the first
	Seeds        int            `json:"seeds"`
	Labels       []labelsReport `json:"labels"`
	Seconds      float64        `json:"seconds"`
	Files        []string       `json:"files"`
}

// labelsReport is what a number of labelled images gives.
type labelsReport struct {
	Labels  int            `json:"labels"`
	Ways    []wayAccuracy  `json:"test_accuracy"`
	Margins []marginReport `json:"margin_of_pretrained"`
}

type wayAccuracy struct {
	Way string `json:"way"`
	seedsReport
}

// marginReport is the pretrained network's accuracy less that of another way, seed
// by seed.
type marginReport struct {
	Over string `json:"over"`
	seedsReport
	Positive int `json:"positive"` // of the seeds
}

// seedsReport is a number of each seed.
type seedsReport struct {
	Values    []float64 `json:"values"`
	Mean      float64   `json:"mean"`
	Deviation *float64  `json:"standard_deviation,omitempty"` // not of one seed
}

func seedsReportOf(s pretrain.Spread) seedsReport {
	r := seedsReport{Values: s.Values, Mean: s.Mean}
	if !math.IsNaN(s.Deviation) {
		r.Deviation = &s.Deviation
	}
	return r
}

// format writes mean and deviation, the mean in a format of its own.
func (r seedsReport) format(mean string) string {
	text := fmt.Sprintf(mean, r.Mean)
	if r.Deviation != nil {
		text += fmt.Sprintf(" ± %.3f", *r.Deviation)
	}
	return text
}

func newPretrainReport(labels []int, results pretrain.Results) *pretrainReport {
	r := &pretrainReport{Seeds: len(results)}
	for i, n := range labels {
		l := labelsReport{Labels: n}
		for _, w := range pretrain.Ways() {
			l.Ways = append(l.Ways, wayAccuracy{w.String(), seedsReportOf(pretrain.At(results.Runs(w), i))})
			if w != pretrain.Pretrained {
				s := pretrain.At(results.Margins(w), i)
				l.Margins = append(l.Margins, marginReport{w.String(), seedsReportOf(s), s.Positive()})
			}
		}
		r.Labels = append(r.Labels, l)
	}
	return r
}

// String returns the tables.
func (r *pretrainReport) String() string {
	header, over := []string{"labels"}, []string{"labels"}
	for _, w := range r.Labels[0].Ways {
		header = append(header, w.Way)
	}
	for _, m := range r.Labels[0].Margins {
		over = append(over, m.Over)
	}
	accuracies, margins := [][]string{header}, [][]string{over}
	for _, l := range r.Labels {
		labels := fmt.Sprintf("%6s", count(l.Labels))
		accuracy, margin := []string{labels}, []string{labels}
		for _, w := range l.Ways {
			accuracy = append(accuracy, w.format("%.3f"))
		}
		for _, m := range l.Margins {
			text := m.format("%+.3f")
			if r.Seeds > 1 {
				text += fmt.Sprintf("  %d/%d", m.Positive, r.Seeds)
			}
			margin = append(margin, text)
		}
		accuracies, margins = append(accuracies, accuracy), append(margins, margin)
	}
	spread, paired := "", ""
	if r.Seeds > 1 {
		spread = ", mean ± standard deviation"
		paired = ", seed by seed: mean ± standard deviation,\nand in how many seeds it is above 0"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Test accuracy%s of %s\n%s", spread, plural(r.Seeds, "seed"), align(accuracies, 2))
	fmt.Fprintf(&b, "\nMargin of pretrained over the others%s\n%s", paired, align(margins, 2))
	fmt.Fprintf(&b, "\n%s and %s in %.0f seconds\n", plural(r.Seeds, "autoencoder"),
		plural(r.Seeds*len(r.Labels)*len(r.Labels[0].Ways), "classifier"), r.Seconds)
	return b.String()
}
