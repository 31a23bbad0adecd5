// This file holds the report command: one HTML file of what a folder holds.

package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"stackedae"
	"stackedae/figure"
	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/parallel"
	"stackedae/internal/reference"
	"stackedae/internal/report"
	"stackedae/model"
	"stackedae/train"
)

type reportCommand struct {
	Dir string `arg:"" name:"DIR" help:"A run's folder: its model, codes, images and embedding, and what else run has left there."`
	reportFlags
}

// Help is shown below the command's usage.
func (reportCommand) Help() string {
	return "Labels, history.csv, descent.npy and run.json may be missing: what they tell is left out.\n\n" +
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
	err := a.addReport(dir)
	stop()
	if err != nil {
		return err
	}
	return a.flush(a.ctx)
}

func (a *app) addReport(dir string) error {
	f, err := readFolder(dir)
	if err != nil {
		return err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	data, err := f.report(a.ctx, filepath.Base(full))
	if err != nil {
		return err
	}
	return a.add(dir, reportFile, func(w io.Writer) error { return report.Write(w, data) })
}

// report computes what the report of a folder of that name shows.
func (f *folder) report(ctx context.Context, name string) (*report.Data, error) {
	network, err := graph.New(f.model, graph.Config{})
	if err != nil {
		return nil, err
	}
	defer network.Close()
	if err := f.checkCodes(ctx, network); err != nil {
		return nil, err
	}
	decoded, err := network.Decode(ctx, graph.Floats{Values: f.codes, Columns: f.model.Spec.CodeUnits()})
	if err != nil {
		return nil, err
	}
	data, err := f.data(name, imageLosses(f.images, decoded))
	if err != nil {
		return nil, err
	}
	// The graph takes memory for a batch, of which the record may claim anything.
	nodes, err := network.Nodes(min(cmp.Or(f.record.Settings.BatchSize, train.DefaultBatchSize), maxBatch))
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		data.Graph = append(data.Graph, report.Node{Name: n.Name, Operation: n.Operation, Shape: n.Shape, Role: report.Role(n.Role), Operands: n.Operands})
	}
	return data, nil
}

// checkCodes encodes a few images, and returns an error if the codes are another
// model's.
func (f *folder) checkCodes(ctx context.Context, network *graph.Network) error {
	n, units := min(16, len(f.embedding)), f.model.Spec.CodeUnits()
	want, err := network.Encode(ctx, graph.Bytes{Pixels: f.images[:n*fashion.Pixels], Columns: fashion.Pixels})
	if err != nil {
		return err
	}
	largest := 0.
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i, v := range want {
		// Rounding is far below; another model is of another order.
		if apart := math.Abs(float64(f.codes[i]) - float64(v)); !(apart <= 1e-3*largest) {
			return fmt.Errorf("%s: number %d of image %d's code is %v, %s makes %v of %s: encode the images with this model",
				codesFile, i%units, i/units, f.codes[i], modelFile, v, imagesFile)
		}
	}
	return nil
}

// imageLosses returns the binary cross-entropy of each image's reconstruction,
// the mean over its pixels. As in Keras, predictions are held 1e-7 away from 0
// and 1 (keras.backend.epsilon).
func imageLosses(images []byte, predictions []float32) []float32 {
	losses := make([]float32, len(images)/fashion.Pixels)
	parallel.Chunks(len(losses), 64, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			sum := 0.
			for k := i * fashion.Pixels; k < (i+1)*fashion.Pixels; k++ {
				p := min(max(float64(predictions[k]), 1e-7), 1-1e-7)
				switch x := float64(images[k]) / 255; x {
				case 0:
					sum -= math.Log(1 - p)
				default:
					sum -= x*math.Log(p) + (1-x)*math.Log(1-p)
				}
			}
			losses[i] = float32(sum / fashion.Pixels)
		}
	})
	return losses
}

// data returns what the report of a folder of that name shows.
func (f *folder) data(name string, losses []float32) (*report.Data, error) {
	d := &report.Data{
		Title: fmt.Sprintf("Stacked autoencoder %v · %s", f.model.Spec, name),
		Side:  fashion.Side, Images: f.images, Labels: f.labels,
		Codes: f.codes, Losses: losses, Embedding: f.embedding, Descent: f.descent, History: curves(f.history),
		Figures: f.figures(), Layers: layerRows(f.model), Facts: f.facts(),
	}
	for _, l := range f.model.Decoder {
		d.Decoder = append(d.Decoder, report.Layer{Units: l.Units, Kernel: l.KernelValues(), Bias: l.Bias.Float32s(), Activation: string(l.Activation)})
	}
	d.Classes = []report.Class{{Name: "all images", Color: figure.Tab10[0]}}
	if f.labels != nil {
		d.Classes = nil
		for i, name := range fashion.ClassNames {
			d.Classes = append(d.Classes, report.Class{Name: name, Color: figure.Tab10[i]})
		}
	}
	for _, s := range f.record.Stages {
		if s.Name != stageNames[reportStage] { // the record was written before
			d.Stages = append(d.Stages, report.Stage{Name: s.Name, Seconds: s.Seconds})
		}
	}
	if f.isChapters() {
		var err error
		if d.Band, err = kerasBand(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// curves returns the numbers as reports take them.
func curves(h reference.History) report.Curves {
	return report.Curves{
		Loss: h[reference.Loss], RoundedAccuracy: h[reference.RoundedAccuracy],
		ValLoss: h[reference.ValLoss], ValRoundedAccuracy: h[reference.ValRoundedAccuracy],
	}
}

// isChapters reports whether it is known that Keras' runs trained in the same way.
func (f *folder) isChapters() bool {
	s := f.record.Settings
	return f.model.Spec.String() == model.Stacked(fashion.Pixels, chapterHidden...).String() &&
		f.record.known() && s.Data == "" && s.Init == "" && s.Shuffle && s.BatchSize == train.DefaultBatchSize && s.LearningRate == train.DefaultLearningRate &&
		!s.Greedy && s.Initializer == string(model.GlorotUniform) && s.Noise == 0 && s.Dropout == 0
}

// kerasBand is the range of Keras' recorded runs.
func kerasBand() (report.Band, error) {
	recordings, err := reference.Load(stackedae.Keras())
	if err != nil {
		return report.Band{}, err
	}
	var low, high reference.History
	for n := range low {
		for i := range recordings.Epochs() {
			var values []float64
			for _, run := range recordings.Runs {
				values = append(values, run.Final()[n][i])
			}
			low[n], high[n] = append(low[n], slices.Min(values)), append(high[n], slices.Max(values))
		}
	}
	return report.Band{Name: fmt.Sprintf("%d runs of Keras", len(recordings.Runs)), Low: curves(low), High: curves(high)}, nil
}

// layerRows is the model's table.
func layerRows(m *model.Model) []report.LayerRow {
	var rows []report.LayerRow
	for _, l := range m.Layers() {
		rows = append(rows, report.LayerRow{
			Name: l.Name, Kind: "dense, " + string(l.Activation), Shape: fmt.Sprintf("%d → %d", l.Inputs, l.Units), Parameters: (l.Inputs + 1) * l.Units,
		})
	}
	return append(rows, report.LayerRow{Name: "all", Shape: fmt.Sprintf("%d → %d", m.Spec.Inputs, m.Spec.Inputs), Parameters: m.Spec.Parameters()})
}

// figures are the numbers that stand first.
func (f *folder) figures() []report.Fact {
	var facts []report.Fact
	add := func(name, format string, value any) {
		facts = append(facts, report.Fact{Name: name, Value: fmt.Sprintf(format, value)})
	}
	if k := f.history.Epochs() - 1; k >= 0 {
		add("Validation loss", "%.4f", f.history[reference.ValLoss][k])
		add("Rounded accuracy", "%.4f", f.history[reference.ValRoundedAccuracy][k])
	}
	if !f.record.known() {
		if k := len(f.descent) - 1; k >= 0 {
			add("KL divergence", "%.4f", f.descent[k].KLDivergence)
		}
		return facts
	}
	add("Test loss", "%.4f", f.record.Test.Loss)
	add("KL divergence", "%.4f", f.record.TSNE.KLDivergence)
	add("Same-class neighbours", "%.1f%%", 100*f.record.NeighborAccuracy)
	return facts
}

// facts are settings, versions and measurements.
func (f *folder) facts() []report.Group {
	if !f.record.known() {
		return []report.Group{{Title: "Settings", Facts: []report.Fact{{Name: recordFile, Value: "is not there, or tells of other files"}}}}
	}
	r, s := f.record, f.record.Settings
	group := func(title string, pairs ...any) (g report.Group) {
		g.Title = title
		for pair := range slices.Chunk(pairs, 2) {
			g.Facts = append(g.Facts, report.Fact{Name: fmt.Sprint(pair[0]), Value: fmt.Sprint(pair[1])})
		}
		return g
	}
	training := []any{"Seed", s.Seed, "Images", cmp.Or(s.Data, "Fashion-MNIST, embedded"), "Architecture", f.model.Spec,
		"Epochs", s.Epochs, "Batch size", s.BatchSize, "Learning rate", s.LearningRate, "First weights", cmp.Or(s.Init, s.Initializer),
		"Order", map[bool]string{true: "shuffled", false: "as stored"}[s.Shuffle], "Machine", s.Machine, "Steps", count(r.Train.Steps)}
	for _, way := range []struct {
		name  string
		used  bool
		value any
	}{
		{"Gaussian noise", s.Noise > 0, s.Noise},
		{"Dropout", s.Dropout > 0, s.Dropout},
		{"Patience", s.Patience > 0, s.Patience},
		{"Stopped early", r.Train.BestEpoch > 0, fmt.Sprintf("with the weights of epoch %d", r.Train.BestEpoch)},
		{"Greedy", s.Greedy, fmt.Sprintf("%d stages at learning rates %v, then %v, and %v for the whole; steps and epochs are the last's",
			len(s.Hidden)+1, s.LearningRate, train.InnerLearningRate, train.StackLearningRate)},
	} {
		if way.used {
			training = append(training, way.name, way.value)
		}
	}
	return []report.Group{
		group("Training", training...),
		group("t-SNE", "Points", count(r.TSNE.Points), "Columns", columnsText(r.TSNE), "Perplexity", r.TSNE.Perplexity, "Preset", r.TSNE.Preset, "Metric", r.TSNE.Metric,
			"Start", cmp.Or(s.Start, "the preset's"), "Neighbours", s.Neighbors, "Repulsion", s.Repulsion,
			"Iterations", fmt.Sprintf("%d, %s", r.TSNE.Iterations, r.TSNE.Status)),
		group("Program", "Version", r.Program.Version, "Go", strings.TrimPrefix(r.Program.Go, "go"), "System", r.Program.System, "Kernels", r.Program.Kernels, "Processors", r.Program.Processors),
	}
}

// columnsText tells how many numbers a point has, and how many t-SNE took.
func columnsText(r tsneReport) string {
	if r.PCA > 0 {
		return fmt.Sprintf("%d, of which %d principal components", r.Columns, r.PCA)
	}
	return fmt.Sprint(r.Columns)
}
