// This file prints what bench reports as tables.

package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// leastShare is the share of a step below which an operation does not get a
// line of its own.
const leastShare = 0.005

// text returns the report for people.
func (r benchReport) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s/%s, %s, GOMAXPROCS %d, kernels %s of %s\n",
		r.Processor, r.OS, r.Arch, r.GoVersion, r.GOMAXPROCS, r.Level, strings.Join(r.Levels, ", "))
	fmt.Fprintf(&b, "%s, %s images a step", r.Architecture, count(r.BatchSize))
	if r.Busy > 0 {
		fmt.Fprintf(&b, ", beside %s", plural(r.Busy, "busy program"))
	}
	b.WriteString("\npeak:")
	for i, p := range r.Peaks {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, " %.1f GFLOP/s on %s", p.GFLOPS, plural(p.Threads, "thread"))
	}
	fmt.Fprintf(&b, "\n\n%s", r.table())
	for _, w := range r.Ways {
		if w.Ops != nil {
			fmt.Fprintf(&b, "\n%s", w.Ops.table(w.Name))
		}
	}
	return b.String()
}

// table returns a line a way.
func (r benchReport) table() string {
	whole := "s/epoch"
	if r.bySteps {
		whole = "seconds"
	}
	rows := [][]string{{"way", "µs/step", "5%", "95%", "max", whole, "allocs", "GFLOP/s", "peak", "× " + r.Ways[0].Name}}
	for _, w := range r.Ways {
		time, ratio := w.Epoch, w.MedianRatio
		if r.bySteps {
			time, ratio = w.Seconds, w.MeanRatio
		}
		rows = append(rows, []string{
			w.Name, micros(w.Median), micros(w.P5), micros(w.P95), micros(w.Longest), fmt.Sprintf("%.2f", time),
			fmt.Sprintf("%.0f", w.Allocations), fmt.Sprintf("%.1f", w.GFLOPS), fmt.Sprintf("%.0f%%", 100*w.PeakShare), fmt.Sprintf("%.2f", ratio),
		})
	}
	return align(rows, 1) // 80 columns
}

// table returns a line an operation, whose times add up to the step's.
func (o *opReport) table(way string) string {
	rows := [][]string{{way + ", traced", "µs a step", "share", "calls"}}
	line := func(p opTiming) {
		rows = append(rows, []string{p.Name, fmt.Sprintf("%.1f", p.Mean), fmt.Sprintf("%.1f%%", 100*p.Share), fmt.Sprintf("%.0f", p.Calls)})
	}
	var small opTiming
	n := 0
	for _, p := range o.Parts {
		if p.Share >= leastShare {
			line(p)
			continue
		}
		n++
		small.Calls += p.Calls
		small.Mean += p.Mean
		small.Share += p.Share
	}
	if n > 0 {
		small.Name = fmt.Sprintf("%d others", n)
		line(small)
	}
	return align(append(rows, []string{"step", fmt.Sprintf("%.1f", o.Mean), "100.0%", ""}), 2)
}

// plural writes a number of things.
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return count(n) + " " + thing
}

// micros writes a time in microseconds in about three digits.
func micros(us float64) string {
	if us < 100 {
		return fmt.Sprintf("%.1f", us)
	}
	return count(int(us + 0.5))
}

// align returns rows as lines with the first column to the left and the others
// to the right, at least gap blanks apart.
func align(rows [][]string, gap int) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			if i == 0 {
				line = fmt.Sprintf("%-*s", widths[0], cell)
				continue
			}
			line += fmt.Sprintf("%*s", gap+widths[i], cell)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}
