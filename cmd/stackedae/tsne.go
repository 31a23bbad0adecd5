// This file holds the tsne command.

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/table"
	"stackedae/tsne"
)

// tsneFlags are the flags of tsne, which run has too.
type tsneFlags struct {
	Perplexity float64        `default:"30" help:"Effective number of neighbours of a point (${default})."`
	Iterations int            `placeholder:"N" help:"Iterations in all (the preset's: 750 for default, 1000 for the others)."`
	Preset     tsne.Preset    `default:"default" help:"The schedule: default; sklearn, which means what scikit-learn's TSNE() means; or sklearn-0.2x, what it meant before version 1.2 (${default})."`
	Metric     tsne.Metric    `default:"euclidean" help:"The distance: euclidean or cosine (${default})."`
	PCA        int            `name:"pca" placeholder:"N" help:"Take the points' first N principal components in place of their columns."`
	Start      string         `placeholder:"START" help:"Where points begin: pca, random, or a file of n x 2, .npy, .csv or .tsv (the preset's: pca, but random for sklearn-0.2x)."`
	Neighbors  tsne.Neighbors `default:"auto" help:"The search for neighbours: auto, by the number of points; exact; or approximate (${default})."`
	Repulsion  tsne.Repulsion `default:"auto" help:"The sum of the repulsion: auto, by the number of points; exact; or mesh (${default})."`
}

// Validate refuses values that no data could make right.
func (f tsneFlags) Validate() error {
	if !(f.Perplexity > 1) || math.IsInf(f.Perplexity, 1) {
		return fmt.Errorf("--perplexity %v, want a finite number above 1", f.Perplexity)
	}
	if f.Iterations < 0 {
		return fmt.Errorf("--iterations %d, want at least 1, or 0 for the preset's number", f.Iterations)
	}
	if f.PCA < 0 || f.PCA == 1 {
		return fmt.Errorf("--pca %d, want at least 2, or 0 for none", f.PCA)
	}
	return nil
}

// settings returns the settings for n points, or why they do not fit.
func (f tsneFlags) settings(n int, seed uint64) (*tsne.Settings, error) {
	s := &tsne.Settings{
		Preset: f.Preset, Perplexity: f.Perplexity, Iterations: f.Iterations, Metric: f.Metric, PCA: f.PCA,
		Neighbors: f.Neighbors, Repulsion: f.Repulsion, Seed: seed,
	}
	switch f.Start {
	case "":
	case tsne.InitialPCA.String():
		s.Initial = tsne.InitialPCA
	case tsne.InitialRandom.String():
		s.Initial = tsne.InitialRandom
	default:
		start, err := readNumbers(f.Start, table.Auto)
		if err != nil {
			return nil, fmt.Errorf("--start: %w", err)
		}
		s.Start = start
	}
	return s, s.Validate(n)
}

// tsneCommand takes points to two dimensions.
type tsneCommand struct {
	Points string `arg:"" name:"POINTS" help:"The points, a row each: .npy of n x columns, .csv or .tsv."`
	tsneFlags
	Seed      uint64       `default:"42" help:"Seed of a random start (${default})."`
	Header    table.Header `default:"auto" help:"Whether the first line of .csv and .tsv names the columns: auto, if none of its fields is a number; yes; or no (${default})."`
	Labels    string       `placeholder:"FILE" help:"The points' classes, whole numbers: .npy of n, .csv or .tsv of one column. Tells how many points have most neighbours of their class."`
	Transform string       `placeholder:"FILE" help:"More points of the same columns, to be placed into the embedding without changing it."`
	Record    bool         `help:"Also write descent.npy and descent.csv to the embedding's folder: the embedding after every 50th iteration, for the report."`
	Embedding string       `placeholder:"FILE" help:"Write the embedding to this file, .npy, .csv or .tsv (embedding, as POINTS are, in --out)."`
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (tsneCommand) Help() string {
	return "With .csv or .tsv POINTS the embedding is one too.\n\n" +
		"Example: stackedae tsne out/codes.npy --perplexity 50 --labels out/labels.npy\n\n" +
		"Example: stackedae tsne train.csv --transform new.csv --embedding map.csv"
}

// Validate refuses values that no data could make right.
func (c *tsneCommand) Validate() error {
	if extension := filepath.Ext(c.Embedding); c.Embedding != "" && !strings.EqualFold(extension, formatExtension(c.Embedding)) {
		return fmt.Errorf("--embedding %s, want a name that ends in .npy, .csv or .tsv", c.Embedding)
	}
	return c.tsneFlags.Validate()
}

// tsneReport is what tsne prints as JSON.
type tsneReport struct {
	Points           int         `json:"points"`
	Columns          int         `json:"columns"`
	Preset           tsne.Preset `json:"preset"`
	Metric           tsne.Metric `json:"metric"`
	PCA              int         `json:"pca"` // components, 0 for none
	Perplexity       float64     `json:"perplexity"`
	Iterations       int         `json:"iterations"`
	Status           string      `json:"status"`
	KLDivergence     float64     `json:"kl_divergence"`
	Approximate      bool        `json:"approximate"` // neighbours, so the divergence is an estimate
	NeighborAccuracy *float64    `json:"neighbor_accuracy,omitempty"`
	Transformed      int         `json:"transformed,omitempty"` // points
}

func (r tsneReport) String() string {
	exact := "exact"
	if r.Approximate {
		exact = "estimated"
	}
	return fmt.Sprintf("t-SNE of %s points: %s KL divergence %.4f after %d iterations (%s)", count(r.Points), exact, r.KLDivergence, r.Iterations, r.Status)
}

// neighbors is how many neighbours vote on a point's class.
const neighbors = 10

// accuracyText tells a neighbour accuracy.
func accuracyText(accuracy float64) string {
	return fmt.Sprintf("%d-neighbour class accuracy of the embedding %.4f", neighbors, accuracy)
}

func (c *tsneCommand) Run(app *app) error {
	points, err := readNumbers(c.Points, c.Header)
	if err != nil {
		return err
	}
	n := points.rows()
	settings, err := c.settings(n, c.Seed)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Points, err)
	}
	var labels []int
	if c.Labels != "" {
		if labels, err = readWhole(c.Labels, c.Header, n); err != nil {
			return fmt.Errorf("--labels: %w", err)
		}
	}
	var more numbers
	if c.Transform != "" {
		if more, err = c.readMore(points); err != nil {
			return fmt.Errorf("--transform: %w", err)
		}
	}
	dir, name, placedName, err := c.outputs(app)
	if err != nil {
		return err
	}
	header := !points.table || points.names != nil
	embedding, report, err := app.embed(settings, c.reportFlags, points, plane{dir, name, header, c.Record})
	if err != nil {
		return fmt.Errorf("%s: %w", c.Points, err)
	}
	if labels != nil {
		accuracy, err := tsne.NeighborAccuracy(embedding, labels, neighbors)
		if err != nil {
			return fmt.Errorf("--labels: %w", err)
		}
		report.NeighborAccuracy = &accuracy
	}
	if c.Transform != "" {
		if err := app.place(settings, points, embedding, more, plane{dir, placedName, header, false}); err != nil {
			return fmt.Errorf("--transform: %s: %w", c.Transform, err)
		}
		report.Transformed = more.rows()
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	app.printf(c.reportFlags, "%v\n", report)
	if report.NeighborAccuracy != nil {
		app.printf(c.reportFlags, "%s\n", accuracyText(*report.NeighborAccuracy))
	}
	if report.Transformed > 0 {
		app.printf(c.reportFlags, "placed %s more points\n", count(report.Transformed))
	}
	all := struct {
		tsneReport
		filesReport
	}{report, filesReport{app.wrote}}
	return app.result(c.reportFlags, all, "%s\n", app.summary())
}

// readMore reads the points to be placed, and refuses those that could not
// before an embedding is made for them.
func (c *tsneCommand) readMore(points numbers) (numbers, error) {
	more, err := readNumbers(c.Transform, c.Header)
	if err != nil {
		return more, err
	}
	_, want := points.Dims()
	n, columns := more.Dims()
	if columns != want {
		return more, fmt.Errorf("%s: %d columns, want %d as in %s", c.Transform, columns, want, c.Points)
	}
	for i := range n {
		zero := true
		for j := range columns {
			v := more.At(i, j)
			if !(math.Abs(v) <= tsne.MaxCoordinate) {
				return more, fmt.Errorf("%s: row %d, column %d (counted from 0) is %v, want a finite number of magnitude at most %g", c.Transform, i, j, v, tsne.MaxCoordinate)
			}
			zero = zero && v == 0
		}
		if zero && c.Metric == tsne.Cosine && c.PCA == 0 {
			return more, fmt.Errorf("%s: row %d (counted from 0) is zero, want a direction: cosine distances need one", c.Transform, i)
		}
	}
	return more, nil
}

// placedBase is the name, but for its extension, of the file of points that were
// placed into an embedding.
const placedBase = "transformed"

// outputs returns the folder and the files to be written there, and sees that
// they can be.
func (c *tsneCommand) outputs(app *app) (dir, embedding, placed string, err error) {
	extension := formatExtension(cmp.Or(c.Embedding, c.Points))
	flag := "--out"
	dir, embedding, placed = c.Out, embeddingBase+extension, placedBase+extension
	if c.Embedding != "" {
		flag = "--embedding"
		dir, embedding = filepath.Split(filepath.Clean(c.Embedding))
		dir = filepath.Clean(dir)
	}
	files := []string{embedding}
	if c.Transform != "" {
		files = append(files, placed)
		if embedding == placed {
			return "", "", "", fmt.Errorf("%s: %s is where the points of --transform go, want another name", flag, c.Embedding)
		}
	}
	if c.Record {
		files = append(files, descentFile, descentTable)
	}
	for _, name := range files {
		if path := filepath.Join(dir, name); c.reads(path) {
			return "", "", "", fmt.Errorf("%s: %s is read as well, want another name for what is written", flag, path)
		}
	}
	if err := app.prepareDir(dir, files...); err != nil {
		return "", "", "", fmt.Errorf("%s: %w", flag, err)
	}
	return dir, embedding, placed, nil
}

// reads reports whether the command reads a file that it should not replace:
// all but a start, which an embedding may follow.
func (c *tsneCommand) reads(path string) bool {
	written, err := os.Stat(path)
	return err == nil && slices.ContainsFunc([]string{c.Points, c.Labels, c.Transform}, func(input string) bool {
		read, err := os.Stat(input)
		return err == nil && os.SameFile(read, written)
	})
}

// plane is a file of points in two dimensions.
type plane struct {
	dir, name string
	header    bool // where the format has one
	descent   bool // keep how it came about, too
}

// embed takes points to two dimensions with progress and writes the embedding,
// or, if a signal ends it during the descent, the embedding so far.
func (a *app) embed(settings *tsne.Settings, r reportFlags, points mat.Matrix, file plane) (*mat.Dense, tsneReport, error) {
	p := a.newProgress(r)
	show := descentBar(p)
	total := 0
	var frames []tsne.Snapshot
	settings.Recorder = tsne.RecorderFunc(func(s tsne.Snapshot) error {
		total = s.Total
		if file.descent {
			frames = append(frames, s)
		}
		show(s)
		if !p.shown() && s.Iteration%250 == 0 {
			a.progressf(r, "t-SNE iteration %d/%d: kl_divergence %.4f\n", s.Iteration, s.Total, s.KLDivergence)
		}
		return a.failed
	})
	n, columns := points.Dims()
	p.say(fmt.Sprintf("t-SNE: nearest neighbours of %s points", count(n)))
	stop := a.watch.start(tsneStage)
	result, err := tsne.Embed(a.ctx, points, settings)
	stop()
	p.clear()
	if err != nil && (result == nil || result.Status != tsne.Canceled || total == 0) {
		return nil, tsneReport{}, err
	}
	// What there is is written at once, also when a signal has come: nothing that
	// follows may lose it.
	kept := errors.Join(a.addPlane(file.dir, file.name, result.Embedding, file.header), a.flush(context.WithoutCancel(a.ctx)))
	if err != nil {
		a.remark = fmt.Sprintf(" as after %d of %d iterations", result.Iterations, total)
	}
	if kept != nil || err != nil {
		return nil, tsneReport{}, errors.Join(err, kept)
	}
	if file.descent {
		if err := a.addDescent(file.dir, frames, result); err != nil {
			return nil, tsneReport{}, err
		}
	}
	return result.Embedding, tsneReport{
		Points: n, Columns: columns, Preset: settings.Preset, Metric: settings.Metric, PCA: settings.PCA,
		Perplexity: settings.Perplexity, Iterations: result.Iterations, Status: result.Status.String(), KLDivergence: result.KLDivergence, Approximate: result.Approximate,
	}, nil
}

// descentBar returns what moves the bar. The first snapshot begins the measuring of
// speed: what comes before a descent takes long too.
func descentBar(p *progress) func(tsne.Snapshot) {
	var run pace
	return func(s tsne.Snapshot) {
		if run.started.IsZero() {
			run.begin(s.Iteration)
		}
		place := fmt.Sprintf("%d/%d", s.Iteration, s.Total)
		divergence := fmt.Sprintf(" %.4f", s.KLDivergence)
		p.draw(status{
			done: s.Iteration, total: s.Total, name: [2]string{"t-SNE " + place, place},
			loss:  [2]string{"KL divergence" + divergence, "KL" + divergence},
			speed: speed(run.rate(s.Iteration), "iterations"), left: run.left(s.Iteration, s.Total),
		})
	}
}

// place readies the coordinates of more points in the embedding of points.
func (a *app) place(settings *tsne.Settings, points mat.Matrix, embedding *mat.Dense, more mat.Matrix, file plane) error {
	defer a.watch.start(tsneStage)()
	m, err := tsne.NewMap(points, embedding, settings)
	if err != nil {
		return err
	}
	placed, err := m.Transform(a.ctx, more, nil)
	if err != nil {
		return err
	}
	return a.addPlane(file.dir, file.name, placed, file.header)
}
