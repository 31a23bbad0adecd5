// This file keeps processors busy beside a measurement.

package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync/atomic"
)

// spinCommand is what a busy program runs: this program once more. It ends with
// its parent, whose end of the pipe closes however the parent dies.
type spinCommand struct{}

func (spinCommand) Run(app *app) error {
	var over atomic.Bool
	context.AfterFunc(app.ctx, func() { over.Store(true) })
	go func() {
		io.Copy(io.Discard, os.Stdin)
		over.Store(true)
	}()
	for !over.Load() {
	}
	return app.ctx.Err()
}

// startBusy starts n programs that keep a processor busy each, until the
// function returned is called.
func startBusy(n int) (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, s := range stops {
			s()
		}
	}
	program, err := os.Executable()
	if err != nil {
		return stop, err
	}
	for range n {
		cmd := exec.Command(program, "spin")
		cmd.Args[0] = os.Args[0] // as this program was called
		pipe, err := cmd.StdinPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			stop()
			return func() {}, err
		}
		stops = append(stops, func() {
			_ = errors.Join(pipe.Close(), cmd.Wait()) // it is over however it ended
		})
	}
	return stop, nil
}
