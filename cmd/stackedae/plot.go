// This file holds the plot command.

package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/plotter"

	"stackedae/figure"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/internal/table"
)

type plotCommand struct {
	Dir       string `arg:"" optional:"" name:"DIR" help:"A run's folder: its embedding.npy, and labels.npy and images.npy if they are there."`
	Embedding string `placeholder:"FILE.npy" help:"The embedding, n x 2, in place of the folder's."`
	Labels    string `placeholder:"FILE" help:"The classes, whole numbers from 0 to 9, in place of the folder's: .npy of n, .csv or .tsv of one column."`
	Images    string `placeholder:"FILE.npy" help:"The images, n x 28 x 28, in place of the folder's."`
	NoLegend  bool   `help:"Leave the legend of class names away, as in the chapter's figures."`
	Out       string `placeholder:"DIR" help:"Write the figures to this folder (the run's folder, or else out)."`
	figureFlag
	reportFlags
}

// Help is shown below the command's usage.
func (plotCommand) Help() string {
	return "Without labels all points have one colour; without images there is the plain scatter alone.\n\nExample: stackedae plot out --no-legend"
}

// Validate sees that there is something to draw.
func (c *plotCommand) Validate() error {
	if c.Dir == "" && c.Embedding == "" {
		return errors.New("want a run's folder or --embedding FILE.npy")
	}
	return nil
}

// file returns the file for a flag: what it names, or the folder's if it is
// there.
func (c *plotCommand) file(flag, name string) string {
	if flag != "" || c.Dir == "" {
		return flag
	}
	path := filepath.Join(c.Dir, name)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return ""
	}
	return path
}

func (c *plotCommand) Run(app *app) error {
	path := cmp.Or(c.Embedding, filepath.Join(c.Dir, embeddingFile))
	e, err := readEmbedding(path)
	if err != nil {
		return err
	}
	if e.Labels, err = readLabels(c.file(c.Labels, labelsFile), len(e.Points)); err != nil {
		return err
	}
	if images := c.file(c.Images, imagesFile); images != "" {
		p, err := readImages(images)
		if err != nil {
			return err
		}
		if n := p.inputs.Len(); n != len(e.Points) {
			return fmt.Errorf("%s: %d images, want %d, one a point of %s", images, n, len(e.Points), path)
		}
		if e.Images, err = figure.NewImages(p.bytes, fashion.Side, fashion.Side); err != nil {
			return err
		}
	}
	e.HideLegend = c.NoLegend
	out := cmp.Or(c.Out, c.Dir, "out")
	if err := app.prepare(out, scatterFile, thumbnailsFile); err != nil {
		return err
	}
	if err := app.plot(e, out); err != nil {
		return err
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	return app.result(c.reportFlags, filesReport{app.wrote}, "%s\n", app.summary())
}

// plot readies the figures of an embedding: the plain scatter, and the one with thumbnails if
// there are images.
func (a *app) plot(e figure.Embedding, out string) error {
	e.Classes = fashion.ClassNames[:]
	drawings := []drawing{{scatterFile, e.Scatter}}
	if e.Images.Len() > 0 {
		drawings = append(drawings, drawing{thumbnailsFile, e.Thumbnails})
	}
	return a.addFigures(out, drawings...)
}

// readEmbedding reads an embedding and scales it in its own precision.
func readEmbedding(path string) (e figure.Embedding, err error) {
	array, err := npy.ReadFile(path)
	if err != nil {
		return e, err
	}
	if len(array.Shape) != 2 || array.Shape[0] == 0 || array.Shape[1] != 2 {
		return e, fmt.Errorf("%s: array of shape %v, want n x 2", path, array.Shape)
	}
	points := mat.NewDense(array.Shape[0], 2, array.Float64s())
	var scaled plotter.XYs
	switch array.Data.(type) {
	case []float32:
		scaled, err = figure.Scale[float32](points)
	default:
		scaled, err = figure.Scale[float64](points)
	}
	if err != nil {
		return e, fmt.Errorf("%s: %w", path, err)
	}
	e.Points = scaled
	return e, nil
}

// readLabels reads n class numbers; no file means that there are none.
func readLabels(path string, n int) ([]int, error) {
	if path == "" {
		return nil, nil
	}
	labels, err := readWhole(path, table.Auto, n)
	if err != nil {
		return nil, err
	}
	for i, l := range labels {
		if l < 0 || l >= fashion.Classes {
			return nil, fmt.Errorf("%s: label %d is %d, want 0 to %d", path, i, l, fashion.Classes-1)
		}
	}
	return labels, nil
}

func ints(labels []byte) []int {
	numbers := make([]int, len(labels))
	for i, l := range labels {
		numbers[i] = int(l)
	}
	return numbers
}
