// This file runs a command line: what ends it, and with which exit status.

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
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

// signalError is the cause of a context that a signal has cancelled.
type signalError struct{ signal os.Signal }

func (e signalError) Error() string { return e.signal.String() }

// run runs the command line and returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := untilSignal(context.Background())
	defer stop()
	app := &app{ctx: ctx, stdout: stdout, stderr: stderr, watch: newStopwatch()}
	var g grammar
	parser, err := newParser(&g, app)
	if err != nil {
		return fail(stderr, err)
	}
	command, err := parser.Parse(args)
	if wrong := new(kong.ParseError); errors.As(err, &wrong) {
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
		fmt.Fprintf(stderr, "stackedae: %v: %s\n", stopped, app.summary())
		return signalBase + int(stopped.signal.(syscall.Signal))
	default:
		return fail(stderr, err)
	}
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

// untilSignal returns a context that the first SIGINT or SIGTERM cancels; a
// second one ends the program at once.
func untilSignal(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(signalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}
