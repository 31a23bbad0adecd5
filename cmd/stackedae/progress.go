// This file shows how far a command has come: a bar on a terminal, nothing
// elsewhere.

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// progress is a bar on the last line of standard error. Without a terminal, or if
// the command is quiet, it shows nothing. It is drawn by whoever does the work, so
// that nothing else is printed meanwhile.
type progress struct {
	terminal terminal
	drawn    time.Time // when it was, the last time
	width    int       // of what stands there
}

// drawEvery is how long a bar stays as it is.
const drawEvery = 100 * time.Millisecond

// newProgress returns a bar that is not there yet.
func (a *app) newProgress(f reportFlags) *progress {
	p := &progress{}
	if !f.Quiet {
		p.terminal = terminalOf(a.stderr)
	}
	return p
}

// shown reports whether somebody sees the bar.
func (p *progress) shown() bool { return p.terminal.file != nil }

// due reports whether it is time to draw the bar again.
func (p *progress) due() bool { return p.shown() && time.Since(p.drawn) >= drawEvery }

// draw shows the bar.
func (p *progress) draw(s status) {
	if p.shown() {
		p.write(s.line(p.columns(), p.terminal))
	}
}

// say shows what is done where nothing tells how far it is.
func (p *progress) say(text string) {
	if p.shown() {
		text = text[:min(len(text), p.columns())]
		p.write(text, len(text))
	}
}

// columns returns how wide a bar may be. An interrupt's echo must not begin a line.
func (p *progress) columns() int { return max(0, p.terminal.columns()-len("^C")) }

// write puts a line that takes so many columns in place of what stands there.
func (p *progress) write(line string, width int) {
	fmt.Fprintf(p.terminal.file, "\r%s%s", line, strings.Repeat(" ", max(0, min(p.width, p.columns())-width)))
	p.drawn, p.width = time.Now(), width
}

// clear wipes the bar's line, so that another line can be printed there.
func (p *progress) clear() {
	if p.width > 0 {
		fmt.Fprintf(p.terminal.file, "\r%s\r", strings.Repeat(" ", p.width))
		p.drawn, p.width = time.Time{}, 0
	}
}

// status is what a bar shows; total is at least 1. What is empty is left away.
type status struct {
	done, total int
	name        [2]string     // of the work; the second is short, for narrow terminals
	loss        [2]string     // what becomes less
	metric      [2]string     // what is measured besides
	speed       [2]string     // what is done in a second
	left        time.Duration // the remaining time, 0 if it is not known
}

// The widths that a bar can have, with its ends.
const (
	leastBar = 8
	mostBar  = 50
)

// line returns the status in columns, and how many it takes: what matters least is
// told in short or not at all where there is no room.
func (s status) line(columns int, t terminal) (line string, width int) {
	const bar = "["
	percent, clock, left := fmt.Sprintf("%3d%%", 100*s.done/s.total), "", ""
	if s.left > 0 {
		clock = clockText(s.left)
		left = clock + " left"
	}
	for _, fields := range [][]string{
		{s.name[0], bar, percent, s.loss[0], s.metric[0], s.speed[0], left},
		{s.name[0], bar, percent, s.loss[0], s.metric[1], s.speed[1], left},
		{s.name[0], bar, percent, s.loss[0], s.metric[1], left},
		{s.name[0], bar, percent, s.loss[0], left},
		{s.name[1], bar, percent, s.loss[1], clock},
		{s.name[1], percent, s.loss[1]},
		{percent},
	} {
		fields = slices.DeleteFunc(fields, func(f string) bool { return f == "" })
		width := len(strings.Join(fields, " "))
		if at := slices.Index(fields, bar); at >= 0 {
			n := min(columns-width+len(bar), mostBar)
			if n < leastBar {
				continue
			}
			fields[at] = s.bar(n, t)
			width += n - len(bar)
		}
		if width <= columns {
			return strings.Join(fields, " "), width
		}
	}
	return "", 0
}

// bar returns a bar of so many characters.
func (s status) bar(width int, t terminal) string {
	inside := width - len("[]")
	n := inside * s.done / s.total
	filled := strings.Repeat("=", n)
	if n < inside {
		filled += ">"
	}
	return "[" + t.paint(green, filled) + strings.Repeat(" ", inside-len(filled)) + "]"
}

// clockText writes a time in hours, minutes and seconds.
func clockText(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	if hours := seconds / 3600; hours > 0 {
		return fmt.Sprintf("%d:%02d:%02d", hours, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

// pace measures how fast work goes.
type pace struct {
	started time.Time
	first   int // what was done then
}

// begin starts measuring.
func (p *pace) begin(done int) { p.started, p.first = time.Now(), done }

// rate returns how much was done in a second since the start, 0 if it is not known.
func (p *pace) rate(done int) float64 {
	if d := time.Since(p.started).Seconds(); d > 0 && !p.started.IsZero() {
		return float64(done-p.first) / d
	}
	return 0
}

// left returns how long the rest will take if it goes on like this, 0 if that is not
// known.
func (p *pace) left(done, total int) time.Duration {
	r := p.rate(done)
	if r <= 0 {
		return 0
	}
	return time.Duration(float64(total-done) / r * float64(time.Second))
}

// speed writes how many things are done in a second, and the same in short.
func speed(rate float64, things string) [2]string {
	if rate <= 0 {
		return [2]string{}
	}
	n := int(rate + 0.5)
	short := count(n)
	if n >= 10_000 {
		short = count((n+500)/1000) + "k"
	}
	return [2]string{count(n) + " " + things + "/s", short + " " + things + "/s"}
}
