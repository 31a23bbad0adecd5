// This file shows how far a command has come: a bar on a terminal, nothing
// elsewhere.

package main

import (
	"fmt"
	"io"
	"os"

	"github.com/cheggaaa/pb/v3"
	"github.com/cheggaaa/pb/v3/termutil"
	"github.com/mattn/go-isatty"
)

// progress is a bar on standard error. Without a terminal, or if the command
// is quiet, it shows nothing.
type progress struct {
	bar    *pb.ProgressBar
	stderr io.Writer
}

// bars have a name, a bar, what is measured, and the remaining time.
const barTemplate = `{{string . "name"}} {{bar . "[" "=" ">" " " "]"}} {{percent . "%.0f%%"}} {{string . "measured"}} {{rtime . "%s left"}}`

// startProgress starts a bar up to total.
func (a *app) startProgress(f reportFlags, total int) *progress {
	p := &progress{stderr: a.stderr}
	file, ok := a.stderr.(*os.File)
	if !ok || f.Quiet || !isatty.IsTerminal(file.Fd()) {
		return p
	}
	p.bar = pb.New(total).SetTemplateString(barTemplate).SetWriter(file).
		Set(pb.CleanOnFinish, true).Set("name", "").Set("measured", "")
	if width, err := termutil.TerminalWidth(); err == nil {
		p.bar.SetMaxWidth(max(width-len("^C"), 1)) // an interrupt's echo must not begin a line
	}
	p.bar.Start()
	return p
}

// shown reports whether somebody sees the bar.
func (p *progress) shown() bool { return p.bar != nil }

// set moves the bar and says what was measured.
func (p *progress) set(current int, name, format string, args ...any) {
	if p.bar == nil {
		return
	}
	p.bar.Set("name", name).Set("measured", fmt.Sprintf(format, args...)).SetCurrent(int64(current))
}

// clear wipes the bar's line, so that another line can be printed; the bar
// comes back by itself below it.
func (p *progress) clear() {
	if p.bar != nil {
		fmt.Fprint(p.stderr, "\r\x1b[K")
	}
}

// finish takes the bar away.
func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Finish()
		p.clear()
	}
}
