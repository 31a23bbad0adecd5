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
	"strings"

	"github.com/google/renameio/v2/maybe"

	"stackedae/figure"
)

// app is the world of one command.
type app struct {
	ctx    context.Context
	stdout io.Writer // results
	stderr io.Writer // progress and errors
	wrote  []string  // files, in order
}

// printf prints a result for people, unless the command prints JSON or is told
// to be quiet.
func (a *app) printf(f reportFlags, format string, args ...any) {
	if !f.JSON && !f.Quiet {
		fmt.Fprintf(a.stdout, format, args...)
	}
}

// result prints what the command was called for: text for people, or v as
// JSON.
func (a *app) result(f reportFlags, v any, format string, args ...any) error {
	if !f.JSON {
		_, err := fmt.Fprintf(a.stdout, format, args...)
		return err
	}
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// files returns the sentence that tells what was written.
func (a *app) files() string {
	if len(a.wrote) == 0 {
		return "nothing was written"
	}
	return "wrote " + strings.Join(a.wrote, ", ")
}

// prepare makes the folder dir and sees that files can be written there, so
// that minutes of work do not end at a folder that could not take them.
func (a *app) prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	probe, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// write writes a file of the folder dir, whole or not at all.
func (a *app) write(dir, name string, content func(io.Writer) error) error {
	var b bytes.Buffer
	path := filepath.Join(dir, name)
	if err := content(&b); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := maybe.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return err
	}
	a.wrote = append(a.wrote, path)
	return nil
}

// draw writes a figure.
func (a *app) draw(dir, name string, f *figure.Figure, err error) error {
	if err != nil {
		return err
	}
	return a.write(dir, name, func(w io.Writer) error { return f.WritePNG(w, figure.DPI) })
}
