// This file holds commands that run a trained model: evaluate and reconstruct.

package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/model"
)

// read loads the model.
func (f modelFlag) read() (*model.Model, error) {
	m, err := model.Load(f.path())
	if f.Model == "" && errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: train one first (stackedae train), or name one by --model", err)
	}
	return m, err
}

// open loads the model and returns a network over it.
func (f modelFlag) open() (*graph.Network, error) {
	m, err := f.read()
	if err != nil {
		return nil, err
	}
	if m.Spec.Inputs != fashion.Pixels {
		return nil, wrongInputs(f.path(), m.Spec)
	}
	if a := m.Spec.OutputActivation(); a != model.Sigmoid {
		return nil, fmt.Errorf("%s: a model whose outputs have activation %q, want %q, grey values", f.path(), a, model.Sigmoid)
	}
	return graph.New(m, graph.Config{})
}

func wrongInputs(path string, spec model.Spec) error {
	return fmt.Errorf("%s: a model of %d inputs, want one of %d, an input a pixel", path, spec.Inputs, fashion.Pixels)
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
	Seconds         float64 `json:"seconds"` // of computing
}

func (e evaluation) String() string {
	return fmt.Sprintf("%s: loss %.4f, rounded_accuracy %.4f (%s images in %.2f seconds)", e.Split, e.Loss, e.RoundedAccuracy, count(e.Images), e.Seconds)
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
	e, err := app.evaluate(network, data, c.Split)
	if err != nil {
		return err
	}
	return app.result(c.reportFlags, e, "%v\n", e)
}

// evaluate measures the network's loss and rounded accuracy on a part of data.
func (a *app) evaluate(network *graph.Network, data *fashion.Data, split string) (evaluation, error) {
	set, err := data.Split(split)
	if err != nil {
		return evaluation{}, err
	}
	stop := a.watch.start(inferenceStage)
	metrics, err := network.Evaluate(a.ctx, picturesOf(set).inputs)
	return evaluation{split, set.Len(), metrics.Loss, metrics.RoundedAccuracy, stop().Seconds()}, err
}

type reconstructCommand struct {
	modelFlag
	imageFlags
	Count int  `default:"5" help:"How many images, from the first (${default})."`
	NPY   bool `name:"npy" help:"Also write the reconstructions as numbers from 0 to 1 to reconstructions.npy."`
	outFlag
	figureFlag
	reportFlags
}

// Help is shown below the command's usage.
func (reconstructCommand) Help() string {
	return "Example: stackedae reconstruct --split test --count 10"
}

// maxCount keeps the figure's width within four metres.
const maxCount = 100

// Validate refuses counts that make no figure.
func (c *reconstructCommand) Validate() error {
	if c.Count < 1 || c.Count > maxCount {
		return fmt.Errorf("--count %d, want 1 to %d", c.Count, maxCount)
	}
	return c.imageFlags.Validate()
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
	if err := app.prepare(c.Out, reconstructionsFile, reconstructedFile); err != nil {
		return err
	}
	reconstructed, err := app.reconstruct(network, images.head(c.Count), c.Out)
	if err != nil {
		return err
	}
	if c.NPY {
		if err := app.addNPY(c.Out, reconstructedFile, []int{c.Count, fashion.Side, fashion.Side}, reconstructed); err != nil {
			return err
		}
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	return app.result(c.reportFlags, filesReport{app.wrote}, "%s\n", app.summary())
}

// filesReport is what commands print as JSON that only write files.
type filesReport struct {
	Files []string `json:"files"`
}

// reconstruct readies the figure of images above their reconstructions, and
// returns these.
func (a *app) reconstruct(network *graph.Network, images pictures, out string) ([]float32, error) {
	stop := a.watch.start(inferenceStage)
	reconstructed, err := network.Reconstruct(a.ctx, images.inputs)
	stop()
	if err != nil {
		return nil, err
	}
	above, err := figure.NewImages(images.bytes, fashion.Side, fashion.Side)
	if err != nil {
		return nil, err
	}
	below, err := figure.NewImages(reconstructed, fashion.Side, fashion.Side)
	if err != nil {
		return nil, err
	}
	return reconstructed, a.addFigures(out, drawing{reconstructionsFile, func() (*figure.Figure, error) { return figure.Reconstructions(above, below) }})
}

func (a *app) addNPY(dir, name string, shape []int, data any) error {
	defer a.watch.start(filesStage)()
	return a.add(dir, name, func(w io.Writer) error { return npy.Write(w, shape, data) })
}
