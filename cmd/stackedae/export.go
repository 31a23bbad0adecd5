// This file holds the export command: a model in the formats of other
// programs.

package main

import (
	"io"

	"stackedae/internal/onnx"
	"stackedae/model"
)

type exportCommand struct {
	modelFlag
	Format string `required:"" enum:"${formats}" placeholder:"NAME" help:"npz: model.npz, the weights in the order of Keras' get_weights; onnx: encoder.onnx, decoder.onnx and autoencoder.onnx, for any number of images; safetensors: model.safetensors, a checkpoint's without the state of training."`
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (exportCommand) Help() string {
	return "Example: stackedae export --model out/model.safetensors --format onnx --out onnx"
}

// exported is a file that export writes of a model.
type exported struct {
	name  string
	write func(m *model.Model, w io.Writer) error
}

// exports are the files of each format.
var exports = map[string][]exported{
	"npz":         {{"model.npz", (*model.Model).WriteNPZ}},
	"safetensors": {{modelFile, writeSafetensors}},
	"onnx":        {{"encoder.onnx", onnx.Encoder}, {"decoder.onnx", onnx.Decoder}, {"autoencoder.onnx", onnx.Autoencoder}},
}

// writeSafetensors writes the file of a model.
func writeSafetensors(m *model.Model, w io.Writer) error {
	data, err := m.MarshalBinary()
	if err == nil {
		_, err = w.Write(data)
	}
	return err
}

func (c *exportCommand) Run(app *app) error {
	m, err := c.read()
	if err != nil {
		return err
	}
	files := exports[c.Format]
	var names []string
	for _, f := range files {
		names = append(names, f.name)
	}
	if err := app.prepare(c.Out, names...); err != nil {
		return err
	}
	for _, f := range files {
		if err := app.add(c.Out, f.name, func(w io.Writer) error { return f.write(m, w) }); err != nil {
			return err
		}
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	return app.result(c.reportFlags, filesReport{app.wrote}, "%s\n", app.summary())
}
