// This file holds the commands that run a trained model: evaluate,
// reconstruct and encode.

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/files"
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

type encodeCommand struct {
	modelFlag
	imageFlags
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (encodeCommand) Help() string {
	return "Removes labels.npy and embedding.npy of an earlier run that belong to other images.\n\nExample: stackedae encode --split test --out test"
}

// encodeReport is what encode prints as JSON.
type encodeReport struct {
	Images  int     `json:"images"`
	Seconds float64 `json:"seconds"` // of computing
}

func (r encodeReport) String() string {
	return fmt.Sprintf("encoded %s images in %.2f seconds", count(r.Images), r.Seconds)
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
	if err := app.prepare(c.Out, codesFile, imagesFile, labelsFile); err != nil {
		return err
	}
	codes, report, err := app.encode(network, images, c.Out)
	if err != nil {
		return err
	}
	if err := removeStrangers(c.Out, codes, images.labels != nil); err != nil {
		return err
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	all := struct {
		encodeReport
		filesReport
	}{report, filesReport{app.wrote}}
	return app.result(c.reportFlags, all, "%v\n%s\n", report, app.summary())
}

// encode readies the images' codes with the images and their labels, and
// returns the codes.
func (a *app) encode(network *graph.Network, images pictures, out string) ([]float32, encodeReport, error) {
	stop := a.watch.start(inferenceStage)
	codes, err := network.Encode(a.ctx, images.inputs)
	n := images.inputs.Len()
	report := encodeReport{n, stop().Seconds()}
	if err != nil {
		return nil, report, err
	}
	if err := a.addNPY(out, codesFile, []int{n, len(codes) / n}, codes); err != nil {
		return nil, report, err
	}
	if err := a.addNPY(out, imagesFile, []int{n, fashion.Side, fashion.Side}, images.bytes); err != nil {
		return nil, report, err
	}
	if images.labels == nil {
		return codes, report, nil
	}
	return codes, report, a.addNPY(out, labelsFile, []int{n}, images.labels)
}

// removeStrangers removes what an earlier run has left in the folder and would
// be drawn with these codes although it belongs to others: the labels, unless
// new ones are there, and the embedding, unless the codes are the same.
func removeStrangers(dir string, codes []float32, labelled bool) error {
	var strangers []string
	if !labelled {
		strangers = append(strangers, labelsFile)
	}
	if old, err := npy.ReadFile(filepath.Join(dir, codesFile)); err != nil || !slices.Equal(old.Float32s(), codes) {
		strangers = append(strangers, embeddingFile, descentFile, descentTable)
	}
	for _, name := range strangers {
		if err := files.Remove(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) addNPY(dir, name string, shape []int, data any) error {
	defer a.watch.start(filesStage)()
	return a.add(dir, name, func(w io.Writer) error { return npy.Write(w, shape, data) })
}
