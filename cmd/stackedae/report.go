// This file holds the report command: one HTML file of what a folder holds.

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/internal/report"
	"stackedae/internal/table"
	"stackedae/model"
)

type reportCommand struct {
	Dir string `arg:"" name:"DIR" help:"A run's folder: its model, codes, images and embedding, and what else run has left there."`
	reportFlags
}

// Help is shown below the command's usage.
func (reportCommand) Help() string {
	return "Without run.json settings and times are left away, without labels.npy the classes, and so on.\n" +
		"Example: stackedae report out"
}

func (c *reportCommand) Run(app *app) error {
	if err := app.prepareDir(c.Dir, reportFile); err != nil {
		return err
	}
	if err := app.report(c.Dir); err != nil {
		return err
	}
	return app.result(c.reportFlags, filesReport{app.wrote}, "%s\n", app.summary())
}

// report writes the report of a folder.
func (a *app) report(dir string) error {
	stop := a.watch.start(reportStage)
	f, err := readFolder(dir)
	if err != nil {
		return err
	}
	losses, err := a.losses(f)
	if err != nil {
		return err
	}
	data := f.data(losses)
	if err := a.add(dir, reportFile, func(w io.Writer) error { return report.Write(w, data) }); err != nil {
		return err
	}
	stop()
	return a.flush(a.ctx)
}

// folder is what a run has left.
type folder struct {
	dir       string
	model     *model.Model
	codes     []float32
	images    []byte
	labels    []byte // nil if unknown
	embedding [][2]float64
	history   []report.Epoch // empty if unknown
	descent   []report.Frame
	record    record // empty if unknown
}

// readFolder reads a run's folder. Model, codes, images and embedding must be
// there, and fit each other.
func readFolder(dir string) (f *folder, err error) {
	f = &folder{dir: dir}
	path := func(name string) string { return filepath.Join(dir, name) }
	if f.model, err = model.Load(path(modelFile)); err != nil {
		return nil, err
	}
	spec := f.model.Spec
	if spec.Inputs != fashion.Pixels {
		return nil, wrongInputs(path(modelFile), spec)
	}
	if f.embedding, err = readPlane(path(embeddingFile)); err != nil {
		return nil, err
	}
	n := len(f.embedding)
	codes, err := npy.ReadFile(path(codesFile))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(codes.Shape, []int{n, spec.CodeUnits()}) {
		return nil, fmt.Errorf("%s: array of shape %v, want %d x %d: a code of the model's for each point of %s", path(codesFile), codes.Shape, n, spec.CodeUnits(), embeddingFile)
	}
	f.codes = codes.Float32s()
	images, err := readImages(path(imagesFile))
	if err != nil {
		return nil, err
	}
	if f.images = images.bytes; images.inputs.Len() != n {
		return nil, fmt.Errorf("%s: %d images, want %d, one a point of %s", path(imagesFile), images.inputs.Len(), n, embeddingFile)
	}
	if f.labels, err = optional(readLabelBytes, path(labelsFile)); err != nil {
		return nil, err
	}
	if f.labels != nil && len(f.labels) != n {
		return nil, fmt.Errorf("%s: %d labels, want %d, one a point of %s", path(labelsFile), len(f.labels), n, embeddingFile)
	}
	if f.history, err = optional(readHistory, path(historyFile)); err != nil {
		return nil, err
	}
	if f.descent, err = readDescent(dir, f.embedding); err != nil {
		return nil, err
	}
	f.record, err = optional(readRecord, path(recordFile))
	return f, err
}

// optional reads a file that need not be there: if it is not, nothing is known.
func optional[T any](read func(path string) (T, error), path string) (known T, err error) {
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return known, nil
	}
	return read(path)
}

// readPlane reads points in the plane.
func readPlane(path string) ([][2]float64, error) {
	array, err := npy.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(array.Shape) != 2 || array.Shape[0] == 0 || array.Shape[1] != 2 {
		return nil, fmt.Errorf("%s: array of shape %v, want n x 2", path, array.Shape)
	}
	return pairs(array.Float64s()), nil
}

// pairs returns x, y, x, y, … as points.
func pairs(values []float64) [][2]float64 {
	points := make([][2]float64, len(values)/2)
	for i := range points {
		points[i] = [2]float64{values[2*i], values[2*i+1]}
	}
	return points
}

func readLabelBytes(path string) ([]byte, error) {
	array, err := npy.ReadFile(path)
	if err != nil {
		return nil, err
	}
	labels, ok := array.Data.([]byte)
	if !ok || len(array.Shape) != 1 {
		return nil, fmt.Errorf("%s: %T of shape %v, want n bytes", path, array.Data, array.Shape)
	}
	return labels, nil
}

// readHistory reads history.csv.
func readHistory(path string) ([]report.Epoch, error) {
	t, err := table.ReadFile(path, table.Auto)
	if err != nil {
		return nil, err
	}
	if t.Columns != 5 {
		return nil, fmt.Errorf("%s: %d columns, want 5", path, t.Columns)
	}
	epochs := make([]report.Epoch, t.Rows)
	for i := range epochs {
		v := t.Values[i*t.Columns:]
		epochs[i] = report.Epoch{Loss: v[1], RoundedAccuracy: v[2], ValLoss: v[3], ValRoundedAccuracy: v[4]}
	}
	return epochs, nil
}

// losses returns the loss of what the decoder makes of each code.
func (a *app) losses(f *folder) ([]float32, error) {
	network, err := graph.New(f.model, graph.Config{})
	if err != nil {
		return nil, err
	}
	defer network.Close()
	images, err := network.Decode(a.ctx, graph.Floats{Values: f.codes, Columns: f.model.Spec.CodeUnits()})
	if err != nil {
		return nil, err
	}
	return pixelLosses(f.images, images), nil
}

// data returns what the report shows.
func (f *folder) data(losses []float32) *report.Data {
	d := &report.Data{
		Title: "Stacked autoencoder " + f.model.Spec.String(),
		Side:  fashion.Side, Images: f.images, Labels: f.labels,
		Codes: f.codes, Losses: losses, Embedding: f.embedding,
		Descent: f.descent, History: f.history,
		Figures: f.figures(), Layers: layerRows(f.model), Facts: f.facts(),
	}
	if f.labels == nil {
		d.Classes = []report.Class{{Name: "all images", Color: figure.Tab10[0]}}
	} else {
		for i, name := range fashion.ClassNames {
			d.Classes = append(d.Classes, report.Class{Name: name, Color: figure.Tab10[i]})
		}
	}
	for _, l := range f.model.Decoder {
		d.Decoder = append(d.Decoder, report.Layer{Units: l.Units, Kernel: l.Kernel.Float32s(), Bias: l.Bias.Float32s(), Activation: string(l.Activation)})
	}
	for _, s := range f.record.Stages {
		d.Stages = append(d.Stages, report.Stage{Name: s.Name, Seconds: s.Seconds})
	}
	if len(f.history) > 0 && f.isChapters() {
		d.Band = kerasBand()
	}
	return d
}

// layerRows is the model's table.
func layerRows(m *model.Model) []report.LayerRow {
	var rows []report.LayerRow
	for _, l := range m.Layers() {
		name := strings.NewReplacer("selu", "SELU", "sigmoid", "sigmoid").Replace(string(l.Activation))
		rows = append(rows, report.LayerRow{
			Name: l.Name, Kind: "dense, " + name, Shape: fmt.Sprintf("%d → %d", l.Inputs, l.Units), Parameters: (l.Inputs + 1) * l.Units,
		})
	}
	return append(rows, report.LayerRow{Name: "all", Parameters: m.Spec.Parameters()})
}

var _ = bytes.Equal
