// This file says what a stream can show to people.

package main

import (
	"io"
	"os"
	"regexp"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-isatty"
)

// terminal is a stream that somebody looks at. The zero value is none: a file, a
// pipe, or nothing.
type terminal struct {
	file  *os.File
	color bool
}

// terminalOf returns the terminal that a stream goes to. It has no colours if the
// environment has NO_COLOR (no-color.org) or TERM is dumb, nor on Windows, whose old
// consoles show the codes.
func terminalOf(w io.Writer) terminal {
	file, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(file.Fd()) {
		return terminal{}
	}
	return terminal{file, os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && runtime.GOOS != "windows"}
}

// defaultColumns is the width of a terminal that does not tell its own.
const defaultColumns = 80

// columns returns the terminal's width as it is now, and 0 if there is none.
func (t terminal) columns() int {
	if t.file == nil {
		return 0
	}
	if n := terminalWidth(t.file); n > 0 {
		return n
	}
	return defaultColumns
}

// style is a way to write: parameters of the code SGR (ECMA-48, 8.3.117).
type style string

const (
	bold  style = "1"
	green style = "32"
)

// paint returns text in a style, if the terminal has any.
func (t terminal) paint(s style, text string) string {
	if !t.color {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// wrap breaks the lines of a text at blanks so that none is longer than columns,
// but for words that are, and indents what is broken off. Where columns is 0 the
// text stays as it is.
func wrap(text string, columns int) string {
	if columns == 0 {
		return text
	}
	const indent = "  "
	var b strings.Builder
	for line := range strings.Lines(text) {
		for cells(line) > columns {
			at := blankBefore(line, columns)
			if at < 0 {
				break
			}
			b.WriteString(strings.TrimRight(line[:at], " ") + "\n")
			line = indent + line[at+1:]
		}
		b.WriteString(line)
	}
	return b.String()
}

// cells returns how many characters a line shows, without its end.
func cells(line string) int {
	return utf8.RuneCountInString(strings.TrimRight(withoutStyle(line), "\n"))
}

var styleCode = regexp.MustCompile("\x1b\\[[0-9;]*m")

// withoutStyle undoes paint.
func withoutStyle(text string) string { return styleCode.ReplaceAllString(text, "") }

// blankBefore returns the index of the last blank at which a line longer than columns
// can be broken, or of the one behind a word that is too long, or -1.
func blankBefore(line string, columns int) int {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	if at := strings.LastIndexByte(string([]rune(line)[:columns+1]), ' '); at > indent {
		return at
	}
	if at := strings.IndexByte(line[indent:], ' '); at > 0 {
		return indent + at
	}
	return -1
}
