// This file runs a command line: what ends it, and with which exit status.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"syscall"
	"unicode"

	"github.com/alecthomas/kong"
)

// Exit statuses.
const (
	success    = 0
	failure    = 1
	wrongUsage = 2
	signalBase = 128 // plus the signal's number, as shells have it
)

// run runs the command line and returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	app := &app{ctx: ctx, stdout: stdout, stderr: stderr, watch: newStopwatch(), wrote: []string{}} // [] in JSON
	var g grammar
	parser, err := newParser(&g, app)
	if err != nil {
		return fail(stderr, err)
	}
	command, err := parser.Parse(args)
	// Kong makes that the help could not be written an error of usage too.
	if wrong := new(kong.ParseError); errors.As(err, &wrong) && !errors.As(err, new(*fs.PathError)) {
		fmt.Fprintf(stderr, "stackedae: %s (see stackedae --help)\n", oneLine(err.Error()))
		return wrongUsage
	}
	if err != nil {
		return fail(stderr, err)
	}
	err = command.Run()
	app.unlock()
	if err != nil {
		app.leave()
	}
	var stopped signalError
	switch {
	case err == nil:
		return success
	case errors.As(context.Cause(ctx), &stopped) && (errors.Is(err, context.Canceled) || errors.As(err, &stopped)):
		text := app.summary()
		for _, other := range failures(err) {
			text += "; but " + other.Error()
		}
		fmt.Fprintf(stderr, "stackedae: %v: %s\n", stopped, oneLine(text))
		return signalBase + int(stopped.signal.(syscall.Signal))
	default:
		return fail(stderr, err)
	}
}

// failures returns what an error of a command that was interrupted tells besides, as
// of a file that could not be written then.
func failures(err error) (others []error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			others = append(others, failures(e)...)
		}
		return others
	}
	if errors.Is(err, context.Canceled) || errors.As(err, new(signalError)) {
		return nil
	}
	return []error{err}
}

// fail prints an error in one line.
func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "stackedae: %s\n", oneLine(err.Error()))
	return failure
}

// oneLine joins lines and shows control characters, which a file's name may
// hold, as escapes. A first word that stands twice, the command's and the
// package's, is told once.
func oneLine(text string) string {
	text = strings.ReplaceAll(text, "\n", "; ")
	if first, rest, ok := strings.Cut(text, ": "); ok && strings.HasPrefix(rest, first+": ") {
		text = rest
	}
	var b strings.Builder
	for _, r := range text {
		if unicode.IsControl(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
