// This file holds what a running command needs of the world: where to print,
// what stops it, and what it has written.

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"stackedae/figure"
	"stackedae/internal/files"
)

// app is the world of one command.
type app struct {
	ctx    context.Context
	stdout io.Writer // results
	stderr io.Writer // progress and errors
	failed error     // the first that printing met
	watch  stopwatch

	figureFormat string // png or svg, as figureFlag has it

	locks     []locked // the folders that prepare has locked
	made      string   // the folder that prepare has made
	outputs   []output // to be written by flush
	strangers []string // files of other codes, to be removed by flush
	wrote     []string // files that flush has written, in order
	remark    string   // what to know of them, if anything
	kept      string   // the checkpoint to go on from, if the command has stopped early
}

// locked is a folder with its lock.
type locked struct {
	folder os.FileInfo
	lock   *files.Lock
}

// output is a file that is ready to be written.
type output struct {
	path string
	data []byte
}

// printf prints a result for people, unless the command prints JSON. On a terminal
// it does not break words.
func (a *app) printf(f reportFlags, format string, args ...any) {
	if f.JSON {
		return
	}
	text := wrap(fmt.Sprintf(format, args...), terminalOf(a.stdout).columns())
	if _, err := io.WriteString(a.stdout, text); a.failed == nil {
		a.failed = err
	}
}

// progressf prints how far the work has come, unless the command is to be
// quiet.
func (a *app) progressf(f reportFlags, format string, args ...any) {
	if !f.Quiet {
		a.printf(f, format, args...)
	}
}

// result prints what the command was called for: text for people, or v as
// JSON.
func (a *app) result(f reportFlags, v any, format string, args ...any) error {
	if !f.JSON {
		a.printf(f, format, args...)
		return a.failed
	}
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// summary returns the sentence that tells what was written.
func (a *app) summary() string {
	var parts []string
	if len(a.wrote) > 0 {
		parts = append(parts, "wrote "+oneLine(strings.Join(a.wrote, ", "))+a.remark)
	}
	if a.kept != "" {
		parts = append(parts, "kept "+oneLine(a.kept)+": the same command with --resume goes on from there")
	}
	if parts == nil {
		return "nothing was written"
	}
	return strings.Join(parts, "; ")
}

// prepare makes the folder dir of --out, locks it and sees that the files named can
// be written there, so that minutes of work do not end at a folder that could not
// take them, or that another process writes to as well.
func (a *app) prepare(dir string, names ...string) error {
	if err := a.prepareDir(dir, names...); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// prepareDir is prepare for the folder of any flag, which the caller names.
func (a *app) prepareDir(dir string, names ...string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		a.made = dir
	}
	if err := files.MkdirAll(dir); err != nil {
		return err
	}
	for _, name := range names {
		if _, err := files.Target(filepath.Join(dir, a.nameOf(name))); err != nil {
			return err
		}
	}
	if err := a.lock(dir); err != nil {
		return err
	}
	// What is left of a process that was killed.
	ours := func(file string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return a.nameOf(name) == file })
	}
	if err := files.Sweep(dir, ours); err != nil {
		return err
	}
	if err := files.Probe(dir); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	return nil
}

// lock locks a folder until unlock.
func (a *app) lock(dir string) error {
	folder, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(a.locks, func(l locked) bool { return os.SameFile(l.folder, folder) }) {
		return nil
	}
	lock, err := files.LockDir(dir)
	if err != nil {
		return err
	}
	a.locks = append(a.locks, locked{folder, lock})
	return nil
}

// unlock gives all locks back.
func (a *app) unlock() {
	for _, l := range a.locks {
		l.lock.Unlock() // it ends with the process anyway
	}
	a.locks = nil
}

// leave takes the folder back that prepare has made, if nothing is in it.
func (a *app) leave() {
	if a.made != "" && len(a.wrote) == 0 {
		os.Remove(filepath.Join(a.made, checkpointsDir)) // refuses a folder with files in it
		os.Remove(a.made)
	}
}

// add readies a file of the folder dir for flush.
func (a *app) add(dir, name string, content func(io.Writer) error) error {
	o, err := newOutput(dir, name, content)
	if err != nil {
		return err
	}
	a.outputs = append(a.outputs, o)
	return nil
}

func newOutput(dir, name string, content func(io.Writer) error) (output, error) {
	var b bytes.Buffer
	path := filepath.Join(dir, name)
	if err := content(&b); err != nil {
		return output{}, fmt.Errorf("%s: %w", path, err)
	}
	return output{path, b.Bytes()}, nil
}

// nameOf returns the name of a file in the format of figures, if it is one of those.
func (a *app) nameOf(name string) string {
	if base, ok := strings.CutSuffix(name, ".png"); ok && a.figureFormat == "svg" {
		return base + ".svg"
	}
	return name
}

// drawing is a figure that is to be drawn, and the file for it.
type drawing struct {
	file string
	draw func() (*figure.Figure, error)
}

// addFigures draws figures side by side, and readies them.
func (a *app) addFigures(dir string, drawings ...drawing) error {
	defer a.watch.start(figuresStage)()
	runtime.GC() // a picture takes 14 MB: what nobody needs any more, as images of 55, makes room
	outputs, errs := make([]output, len(drawings)), make([]error, len(drawings))
	var group sync.WaitGroup
	for i, d := range drawings {
		group.Go(func() {
			var f *figure.Figure
			if f, errs[i] = d.draw(); errs[i] == nil {
				outputs[i], errs[i] = newOutput(dir, a.nameOf(d.file), func(w io.Writer) error {
					if a.figureFormat == "svg" {
						return f.WriteSVG(w)
					}
					return f.WritePNG(w, figure.DPI)
				})
			}
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	a.outputs = append(a.outputs, outputs...)
	return nil
}

// skipUnchanged leaves out the files that are there already with the same content.
func (a *app) skipUnchanged() { a.outputs = slices.DeleteFunc(a.outputs, output.isThere) }

// isThere reports whether the file is there already with the same content.
func (o output) isThere() bool {
	there, err := files.Read(o.path, int64(len(o.data)))
	return err == nil && bytes.Equal(there, o.data)
}

// flush writes all files that are ready, each whole or not at all, unless ctx
// has ended. Nothing is put in its place, and no stranger removed, before all of them
// could be written beside it.
func (a *app) flush(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	defer a.watch.start(filesStage)()
	var pending []*files.Pending
	for _, o := range a.outputs {
		p, err := files.Create(o.path)
		if err != nil {
			return err
		}
		defer p.Discard()
		if _, err := p.Write(o.data); err != nil {
			return err
		}
		if err := p.Close(); err != nil {
			return err
		}
		pending = append(pending, p)
	}
	for _, path := range a.strangers {
		if err := files.Remove(path); err != nil {
			return err
		}
	}
	for i, p := range pending {
		if err := p.Commit(); err != nil {
			return err
		}
		a.wrote = append(a.wrote, a.outputs[i].path)
	}
	a.outputs, a.strangers = nil, nil
	return nil
}
