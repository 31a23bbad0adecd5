// This file holds what compare reports, as JSON and as tables.

package main

import (
	"fmt"
	"slices"
	"strings"

	"stackedae/internal/reference"
)

// compareReport is what compare prints as JSON.
type compareReport struct {
	Inside   bool           `json:"inside"`
	Outside  []string       `json:"outside"` // what is, a sentence each
	Runs     int            `json:"runs"`
	Recorded int            `json:"recorded_runs"`
	Limit    float64        `json:"limit_apart,omitempty"` // in standard deviations, of one run
	Numbers  []numberReport `json:"numbers"`
	Steps    []stepsReport  `json:"steps"`
	Files    []string       `json:"files"`
}

// numberReport is one of the four numbers after an epoch. Of one run Apart is
// how many standard deviations it is above the mean, of several P is the test's.
type numberReport struct {
	Stage  string        `json:"stage,omitempty"` // of greedy training
	Epoch  int           `json:"epoch"`
	Since  int           `json:"since,omitempty"` // the epoch whose number is subtracted
	Name   string        `json:"name"`
	Ours   float64       `json:"ours"` // the mean of several runs
	Spread *spreadReport `json:"our_spread,omitempty"`
	Theirs spreadReport  `json:"recorded"`
	Apart  *float64      `json:"apart,omitempty"`
	P      *float64      `json:"p,omitempty"`
	Inside bool          `json:"inside"`
}

type spreadReport struct {
	Mean      float64 `json:"mean"`
	Lowest    float64 `json:"lowest"`
	Highest   float64 `json:"highest"`
	Deviation float64 `json:"standard_deviation"`
}

// stepsReport is how far a model's steps are from the recorded ones.
type stepsReport struct {
	Hidden []int     `json:"hidden"`
	Tied   bool      `json:"tied,omitempty"`
	Steps  int       `json:"steps"`
	Early  float64   `json:"largest_relative_loss_difference_early"`
	Later  float64   `json:"largest_relative_loss_difference_later"`
	Pixels float64   `json:"largest_rounded_pixel_difference"`
	Epoch  []float64 `json:"relative_differences_after_an_epoch,omitempty"` // in the order of Keras' numbers
	Inside bool      `json:"inside"`
}

func spread(s reference.Spread) spreadReport {
	return spreadReport{s.Mean, s.Lowest, s.Highest, s.Deviation}
}

func (r *compareReport) addJudgement(j reference.Judgement) {
	r.Limit = j.Limit
	for _, v := range j.Verdicts {
		r.Numbers = append(r.Numbers, numberReport{
			Stage: v.Stage, Epoch: v.Epoch, Since: v.Since, Name: v.Number.String(), Ours: v.Ours, Theirs: spread(v.Theirs), Apart: &v.Apart, Inside: v.Inside,
		})
		r.judge(v.Inside, v)
	}
}

func (r *compareReport) addDifferences(all []reference.Difference) {
	for _, d := range all {
		ours := spread(d.Ours)
		r.Numbers = append(r.Numbers, numberReport{
			Stage: d.Stage, Epoch: d.Epoch, Since: d.Since, Name: d.Number.String(), Ours: ours.Mean, Spread: &ours, Theirs: spread(d.Theirs), P: &d.P, Inside: !d.Rejected,
		})
		r.judge(!d.Rejected, d)
	}
}

func (r *compareReport) addSteps(all []reference.StepReport) {
	for _, s := range all {
		r.Steps = append(r.Steps, stepsReport{s.Hidden, s.Tied, s.Steps, s.Early, s.Later, s.Pixels, s.Epoch, s.Outside == ""})
		r.judge(s.Outside == "", fmt.Sprintf("from the recorded weights of %s, %s", list(s.Hidden), s.Outside))
	}
	r.Inside = len(r.Outside) == 0
}

func (r *compareReport) judge(inside bool, sentence any) {
	if !inside {
		r.Outside = append(r.Outside, fmt.Sprint(sentence))
	}
}

// String returns the tables.
func (r *compareReport) String() string {
	var b strings.Builder
	if r.Limit > 0 {
		fmt.Fprintf(&b, "epoch  number                  ours     mean   lowest  highest       sd   apart\n")
	} else {
		fmt.Fprintf(&b, "epoch  number                  ours   lowest  highest       sd     mean   lowest  highest       sd       p\n")
	}
	stage, changes := "", false
	for _, n := range r.Numbers {
		if n.Stage != stage {
			stage = n.Stage
			fmt.Fprintf(&b, "stage %s\n", stage)
		}
		epoch := fmt.Sprint(n.Epoch)
		if n.Since > 0 {
			epoch, changes = fmt.Sprintf("%d-%d", n.Since, n.Epoch), true
		}
		fmt.Fprintf(&b, "%5s  %-20s %7.4f", epoch, n.Name, n.Ours)
		if s := n.Spread; s != nil {
			fmt.Fprintf(&b, "  %7.4f  %7.4f  %.5f", s.Lowest, s.Highest, s.Deviation)
		}
		t := n.Theirs
		fmt.Fprintf(&b, "  %7.4f  %7.4f  %7.4f  %.5f", t.Mean, t.Lowest, t.Highest, t.Deviation)
		if n.Apart != nil {
			fmt.Fprintf(&b, "  %+6.2f", *n.Apart)
		} else {
			fmt.Fprintf(&b, "  %6.4f", *n.P)
		}
		if !n.Inside {
			b.WriteString("  outside")
		}
		b.WriteByte('\n')
	}
	if changes {
		b.WriteString("Two epochs are the change from one to the other.\n")
	}
	if r.Limit > 0 {
		fmt.Fprintf(&b, "Beside %d recorded runs; inside is up to %.2f of their standard deviations apart: the %.0f%% prediction interval of all %d numbers.\n",
			r.Recorded, r.Limit, 100*reference.Confidence, len(r.Numbers))
	} else {
		fmt.Fprintf(&b, "%d runs beside %d recorded ones, p by Mann and Whitney; outside by Holm at %.0f%% for all %d numbers.\n",
			r.Runs, r.Recorded, 100-100*reference.Confidence, len(r.Numbers))
	}
	if len(r.Steps) == 0 {
		return b.String()
	}
	fmt.Fprintf(&b, "\nFrom recorded weights, unshuffled: largest relative difference of a step's loss, largest\n")
	var bounds []float64 // after an epoch, if it is recorded of any model
	b.WriteString("difference of a batch's rounded pixels")
	if slices.ContainsFunc(r.Steps, func(s stepsReport) bool { return s.Epoch != nil }) {
		bounds = reference.EpochBounds[:]
		b.WriteString(", and relative differences after an epoch")
	}
	b.WriteByte('\n')
	fmt.Fprintf(&b, "%-10s  %11s  %11s  %6s", "hidden", fmt.Sprintf("steps 1-%d", reference.EarlySteps), "later steps", "pixels")
	for n := range bounds {
		fmt.Fprintf(&b, "  %v", reference.Number(n))
	}
	fmt.Fprintf(&b, "\n%-10s  %11.0e  %11.0e  %6d", "at most", reference.EarlyBound, reference.LaterBound, reference.PixelBound)
	for n, bound := range bounds {
		fmt.Fprintf(&b, "  %*.0e", len(reference.Number(n).String()), bound)
	}
	b.WriteByte('\n')
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "%-10s  %11.1e  %11.1e  %6.0f", list(s.Hidden), s.Early, s.Later, s.Pixels)
		for n, difference := range s.Epoch {
			fmt.Fprintf(&b, "  %*.1e", len(reference.Number(n).String()), difference)
		}
		if !s.Inside {
			b.WriteString("  outside")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
