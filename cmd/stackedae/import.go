// This file holds the import command: a model of other programs' formats.

package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"stackedae/internal/fashion"
	"stackedae/internal/files"
	"stackedae/model"
)

type importCommand struct {
	File   string `arg:"" name:"FILE" help:"The weights: .npz of Keras' get_weights, saved by numpy.savez, or .safetensors."`
	Hidden []int  `placeholder:"UNITS" help:"Units of the encoder's layers, the code last, for an .npz whose decoder does not mirror the encoder."`
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (importCommand) Help() string {
	return "The architecture is that of the arrays' shapes: SELU, and sigmoid in the end. Removes what training has left in the folder of another model: its history and figure.\n\n" +
		"Example: stackedae import keras.npz --out keras"
}

// importReport is what import prints as JSON.
type importReport struct {
	Architecture string `json:"architecture"`
	filesReport
}

func (c *importCommand) Run(app *app) error {
	m, err := model.Import(c.File, c.Hidden)
	if errors.Is(err, model.ErrSplit) {
		return fmt.Errorf("%w: name them by --hidden", err)
	}
	if err != nil {
		return err
	}
	if m.Spec.Inputs != fashion.Pixels {
		return wrongInputs(c.File, m.Spec)
	}
	if err := app.prepare(c.Out, modelFile); err != nil {
		return err
	}
	if err := app.add(c.Out, modelFile, func(w io.Writer) error { return writeSafetensors(m, w) }); err != nil {
		return err
	}
	if !app.outputs[0].isThere() {
		for _, name := range []string{historyFile, stepsFile, curvesFile} {
			if err := files.Remove(filepath.Join(c.Out, name)); err != nil {
				return err
			}
		}
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	report := importReport{m.Spec.String(), filesReport{app.wrote}}
	return app.result(c.reportFlags, report, "%s, %s parameters\n%s\n", report.Architecture, count(m.Spec.Parameters()), app.summary())
}
