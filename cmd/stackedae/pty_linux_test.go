package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// pseudoTerminal is a terminal of a size with a program's output on it.
type pseudoTerminal struct {
	t       *testing.T
	tty     *os.File
	written chan string // all of it, once tty is closed
}

func newPseudoTerminal(t *testing.T, columns int) *pseudoTerminal {
	t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	fd := int(control.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: uint16(columns)}); err != nil {
		t.Fatal(err)
	}
	p := &pseudoTerminal{t, tty, make(chan string)}
	go func() {
		defer control.Close()
		all, _ := io.ReadAll(control) // ends with an error when nobody has the terminal any more
		p.written <- string(all)
	}()
	return p
}

// run runs a command line on the terminal and returns all that it has written.
func (p *pseudoTerminal) run(args ...string) string {
	p.t.Helper()
	status := run(args, p.tty, p.tty)
	p.tty.Close()
	written := <-p.written
	if status != success {
		p.t.Fatalf("stackedae %s: status %d\n%s", strings.Join(args, " "), status, written)
	}
	return written
}

// screen returns the lines that a terminal shows after what was written, without
// blanks at their ends, and every state of each that it has shown before a carriage
// return. It fails where something is outside.
func screen(t *testing.T, written string, columns int) (lines, states []string) {
	t.Helper()
	var line []rune
	at := 0
	text := func() string { return strings.TrimRight(string(line), " ") }
	for _, r := range withoutStyle(written) {
		switch r {
		case '\r':
			states = append(states, text())
			at = 0
		case '\n':
			lines = append(lines, text())
			line, at = nil, 0
		case '\x1b':
			t.Fatalf("a code that is no style in %q", written)
		default:
			if at == len(line) {
				line = append(line, ' ')
			}
			line[at] = r
			if at++; at > columns {
				t.Errorf("a line is longer than %d columns: %q", columns, string(line))
			}
		}
	}
	if text() != "" {
		t.Errorf("the last line has no end: %q", text())
	}
	return lines, states
}

// TestTerminal trains on terminals of many widths, with and without colours.
func TestTerminal(t *testing.T) {
	bars := map[int]string{
		120: `^epoch 2/2 \[=*>? *\] +\d+% loss 0\.\d{4} rounded_accuracy 0\.\d{4} [\d,]+ images/s \d+:\d\d left$`,
		80:  `^epoch 2/2 \[=*>? *\] +\d+% loss 0\.\d{4} accuracy 0\.\d{4} [\d,]+k? images/s \d+:\d\d left$`,
		40:  `^2/2 \[=*>? *\] +\d+% loss 0\.\d{4} \d+:\d\d$`,
		20:  `^ +\d+%$`,
	}
	tables := map[int][]string{
		80: {
			`784-4-784, 7,060 parameters, 40 training and 5,000 validation images, seed 42`,
			`epoch    loss  rounded_accuracy  val_loss  val_rounded_accuracy  seconds`,
			`    1  0\.\d{4} +0\.\d{4} +0\.\d{4} +0\.\d{4} +\d+\.\d`,
			`    2  0\.\d{4} +0\.\d{4} +0\.\d{4} +0\.\d{4} +\d+\.\d`,
			`wrote .*`,
		},
		40: {
			`784-4-784, 7,060 parameters, 40 training`,
			`  and 5,000 validation images, seed 42`,
			`       training        validation`,
			`epoch    loss  accur\.    loss  accur\.`,
			`    1  0\.\d{4}  0\.\d{4}  0\.\d{4}  0\.\d{4}`,
			`    2  0\.\d{4}  0\.\d{4}  0\.\d{4}  0\.\d{4}`,
			`wrote out/model.safetensors,`,
			`  out/history.csv,`,
			`  out/training_curves.png`,
		},
	}
	data := filepath.Join(t.TempDir(), "data")
	writeTinyData(func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}, data, "")
	for _, columns := range []int{120, 80, 40, 20, 0} { // 0: it does not tell
		for _, noColor := range []string{"", "1"} {
			t.Run(fmt.Sprintf("%d,NO_COLOR=%s", columns, noColor), func(t *testing.T) {
				t.Setenv("NO_COLOR", noColor)
				t.Setenv("TERM", "xterm")
				t.Chdir(t.TempDir())
				written := newPseudoTerminal(t, columns).run("train", "--data", data, "--hidden", "4", "--epochs", "2", "--batch-size", "8")
				if got := strings.Contains(written, "\x1b"); got != (noColor == "") {
					t.Errorf("codes of styles: %v", got)
				}
				shown := columns
				if shown == 0 {
					shown = defaultColumns
				}
				lines, states := screen(t, written, max(shown, 38)) // the narrow table takes 37
				bar := regexp.MustCompile(bars[shown])
				if !slices.ContainsFunc(states, bar.MatchString) {
					t.Errorf("no bar %s in\n%s", bar, strings.Join(states, "\n"))
				}
				if table, ok := tables[shown]; ok {
					for i, want := range table {
						if i >= len(lines) || !regexp.MustCompile("^"+want+"$").MatchString(lines[i]) {
							t.Errorf("line %d is not %s in\n%s", i, want, strings.Join(lines, "\n"))
						}
					}
				}
			})
		}
	}
}

// TestBarLeavesNothing draws lines that become shorter, and clears them.
func TestBarLeavesNothing(t *testing.T) {
	const columns = 80
	terminal := newPseudoTerminal(t, columns)
	p := (&app{stderr: terminal.tty}).newProgress(reportFlags{})
	long, _ := trainingStatus.line(columns-2, terminalOf(nil))
	p.draw(trainingStatus)
	p.say("short")
	p.draw(trainingStatus)
	p.clear()
	p.clear() // there is nothing any more
	fmt.Fprintln(terminal.tty, "end")
	terminal.tty.Close()
	lines, states := screen(t, <-terminal.written, columns)
	if want := []string{"", long, "short", long, "", "end"}; !slices.Equal(states, want) {
		t.Errorf("the line was %q, want %q", states, want)
	}
	if !slices.Equal(lines, []string{"end"}) {
		t.Errorf("what stays is %q", lines)
	}
}
