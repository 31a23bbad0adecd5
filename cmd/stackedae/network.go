// This file holds the commands that run a trained model: evaluate,
// reconstruct and encode.

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/model"
)

// open loads the model and returns a network over it.
func (f modelFlag) open() (*graph.Network, error) {
	m, err := model.Load(f.path())
	if f.Model == "" && errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: train one first (stackedae train), or name one by --model", err)
	}
	if err != nil {
		return nil, err
	}
	if m.Spec.Inputs != fashion.Pixels {
		return nil, fmt.Errorf("%s: a model of %d inputs, want one of %d, an input a pixel", f.path(), m.Spec.Inputs, fashion.Pixels)
	}
	return graph.New(m, graph.Config{})
}

type evaluateCommand struct {
	modelFlag
	dataFlag
	Split string `default:"valid" enum:"train,valid,test,all" help:"The part of the data: ${enum} (${default})."`
	reportFlags
}

// Help is shown below the command's usage.
func (evaluateCommand) Help() string { return "Example: stackedae evaluate --split test" }

// evaluation is what evaluate prints as JSON.
type evaluation struct {
	Split           string  `json:"split"`
	Images          int     `json:"images"`
	Loss            float64 `json:"loss"`
	RoundedAccuracy float64 `json:"rounded_accuracy"`
}

func (e evaluation) String() string {
	return fmt.Sprintf("%s: loss %.4f, rounded_accuracy %.4f (%s images)", e.Split, e.Loss, e.RoundedAccuracy, count(e.Images))
}

func (c *evaluateCommand) Run(app *app) error {
	network, err := c.open()
	if err != nil {
		return err
	}
	defer network.Close()
	data, err := loadData(c.Data)
	if err != nil {
		return err
	}
	e, err := evaluate(network, data, c.Split)
	if err != nil {
		return err
	}
	return app.result(c.reportFlags, e, "%v\n", e)
}

func evaluate(network *graph.Network, data *fashion.Data, split string) (evaluation, error) {
	set, err := data.Split(split)
	if err != nil {
		return evaluation{}, err
	}
	metrics, err := network.Evaluate(picturesOf(set).inputs)
	return evaluation{split, set.Len(), metrics.Loss, metrics.RoundedAccuracy}, err
}

type reconstructCommand struct {
	modelFlag
	imageFlags
	Count int `default:"5" help:"How many images, from the first (${default})."`
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (reconstructCommand) Help() string {
	return "Example: stackedae reconstruct --split test --count 10"
}

// Validate refuses counts that make no figure.
func (c *reconstructCommand) Validate() error {
	if c.Count < 1 {
		return fmt.Errorf("--count %d, want at least 1", c.Count)
	}
	return nil
}

func (c *reconstructCommand) Run(app *app) error {
	network, err := c.open()
	if err != nil {
		return err
	}
	defer network.Close()
	images, err := c.load()
	if err != nil {
		return err
	}
	if c.Count > images.inputs.Len() {
		return fmt.Errorf("--count %d, want at most the %d images there are", c.Count, images.inputs.Len())
	}
	if err := app.prepare(c.Out); err != nil {
		return err
	}
	if err := app.reconstruct(network, images.head(c.Count), c.Out); err != nil {
		return err
	}
	return app.result(c.reportFlags, filesReport{app.wrote}, "%s\n", app.files())
}

// filesReport is what commands print as JSON that only write files.
type filesReport struct {
	Files []string `json:"files"`
}

// reconstruct draws images above their reconstructions.
func (a *app) reconstruct(network *graph.Network, images pictures, out string) error {
	reconstructed, err := network.Reconstruct(images.inputs)
	if err != nil {
		return err
	}
	above, err := figure.NewImages(images.bytes, fashion.Side, fashion.Side)
	if err != nil {
		return err
	}
	below, err := figure.NewImages(reconstructed, fashion.Side, fashion.Side)
	if err != nil {
		return err
	}
	f, err := figure.Reconstructions(above, below)
	return a.draw(out, reconstructionsFile, f, err)
}

type encodeCommand struct {
	modelFlag
	imageFlags
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (encodeCommand) Help() string {
	return "With --images there are no labels, and labels.npy of an earlier run is removed.\nExample: stackedae encode --split test --out test"
}

func (c *encodeCommand) Run(app *app) error {
	network, err := c.open()
	if err != nil {
		return err
	}
	defer network.Close()
	images, err := c.load()
	if err != nil {
		return err
	}
	if err := app.prepare(c.Out); err != nil {
		return err
	}
	if _, err := app.encode(network, images, c.Out); err != nil {
		return err
	}
	return app.result(c.reportFlags, filesReport{app.wrote}, "%s\n", app.files())
}

// encode writes the images' codes with the images and their labels, and
// returns the codes.
func (a *app) encode(network *graph.Network, images pictures, out string) ([]float32, error) {
	codes, err := network.Encode(images.inputs)
	if err != nil {
		return nil, err
	}
	n := images.inputs.Len()
	err = errors.Join(
		a.writeNPY(out, codesFile, []int{n, len(codes) / n}, codes),
		a.writeNPY(out, imagesFile, []int{n, fashion.Side, fashion.Side}, images.bytes))
	switch {
	case err != nil:
	case images.labels != nil:
		err = a.writeNPY(out, labelsFile, []int{n}, images.labels)
	default:
		// Another run's labels would colour these images wrongly.
		if err = os.Remove(filepath.Join(out, labelsFile)); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
	}
	return codes, err
}

func (a *app) writeNPY(dir, name string, shape []int, data any) error {
	return a.write(dir, name, func(w io.Writer) error { return npy.Write(w, shape, data) })
}
