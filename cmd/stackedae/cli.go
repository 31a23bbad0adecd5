// This file holds the grammar of the command line: what the commands share.
// Each command's own flags stand in its file.

package main

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"stackedae/internal/reference"
	"stackedae/internal/simd"
	"stackedae/model"
	"stackedae/train"
)

// grammar is the command line as kong reads it.
type grammar struct {
	Version kong.VersionFlag `help:"Print the versions of program and Go, and the level of kernels."`

	Run         runCommand         `cmd:"" default:"withargs" help:"Do the whole chapter: train, encode, embed and draw. The default."`
	Train       trainCommand       `cmd:"" help:"Train an autoencoder."`
	Evaluate    evaluateCommand    `cmd:"" help:"Measure a model's loss and rounded accuracy."`
	Reconstruct reconstructCommand `cmd:"" help:"Draw images above their reconstructions."`
	Encode      encodeCommand      `cmd:"" help:"Write the codes of images."`
	TSNE        tsneCommand        `cmd:"" name:"tsne" help:"Take codes, or any points, to two dimensions."`
	Plot        plotCommand        `cmd:"" help:"Draw an embedding, plain and with thumbnails."`
	Report      reportCommand      `cmd:"" help:"Make one HTML file of a run's folder, to look at in a browser."`
	Export      exportCommand      `cmd:"" help:"Write a model in another program's format."`
	Import      importCommand      `cmd:"" help:"Read a model in another program's format."`
	Summary     summaryCommand     `cmd:"" help:"Print the model's layers as Keras does."`
	Graph       graphCommand       `cmd:"" help:"Print a training step's graph for Graphviz."`
	Sweep       sweepCommand       `cmd:"" help:"Measure what codes of several sizes are worth."`
	Compare     compareCommand     `cmd:"" help:"Compare training with Keras' recorded runs."`
	Pretrain    pretrainCommand    `cmd:"" help:"Measure what training without labels is worth to classifiers."`
	Bench       benchCommand       `cmd:"" help:"Time a training step in many ways."`
	Spin        spinCommand        `cmd:"" hidden:"" help:"Keep a processor busy until standard input ends; bench --busy runs it."`
}

// newParser returns the parser that fills g, and prints help to app's standard
// output.
func newParser(g *grammar, app *app) (*kong.Kong, error) {
	level, err := simd.Level()
	if err != nil {
		return nil, err
	}
	return kong.New(g,
		kong.Name("stackedae"),
		kong.Description("Train a stacked autoencoder on Fashion-MNIST, and draw what it has learnt."),
		kong.Writers(app.stdout, app.stderr),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Help(printHelp),
		kong.Vars{
			"version":      fmt.Sprintf("stackedae %s, %s %s/%s, kernels %s", moduleVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH, level),
			"judged":       list(reference.JudgedEpochs()),
			"hidden":       list(chapterHidden),
			"andCode":      ", the code last",
			"epochs":       fmt.Sprint(train.DefaultEpochs),
			"epochsTold":   fmt.Sprint(train.DefaultEpochs),
			"batchSize":    fmt.Sprint(train.DefaultBatchSize),
			"initializers": list(model.Initializers()),
			"formats":      strings.Join(slices.Sorted(maps.Keys(exports)), ","),
			"checkpoints":  fmt.Sprint(defaultCheckpoints),
			"learningRate": fmt.Sprint(train.DefaultLearningRate),
		},
		kong.Bind(app),
	)
}

// list writes values as a flag takes them.
func list[T any](values []T) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(values), " ", ","), "[]")
}

// moduleVersion returns the version that the go command has stamped on the
// program.
func moduleVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return cmp.Or(info.Main.Version, "(devel)")
	}
	return "(devel)"
}

// chapterHidden are the chapter's hidden layers, the code last.
var chapterHidden = []int{100, 30}

// The flags that several commands have.
type (
	dataFlag struct {
		Data string `placeholder:"DIR" help:"Read four IDX .gz files of Fashion-MNIST's names and format from this folder in place of the embedded ones."`
	}
	outFlag struct {
		Out string `default:"out" placeholder:"DIR" help:"Write files to this folder (${default})."`
	}
	seedFlag struct {
		Seed uint64 `default:"42" help:"Seed of weights and shuffling (${default})."`
	}
	reportFlags struct {
		Quiet bool `help:"Show no progress, results alone."`
		JSON  bool `name:"json" help:"Print one JSON object in place of the tables."`
	}
	figureFlag struct {
		FigureFormat string `default:"png" enum:"png,svg" help:"Format of figures: ${enum} (${default})."`
	}
	modelFlag struct {
		Model string `placeholder:"FILE" help:"The model (out/model.safetensors)."`
	}
	specFlags struct {
		hiddenFlag
		Tied bool `help:"Give the decoder the encoder's kernels, transposed, and biases of its own."`
	}
	hiddenFlag struct {
		Hidden []int `default:"${hidden}" placeholder:"UNITS" help:"Units of the encoder's layers${andCode}; the decoder mirrors them (${default})."`
	}
)

// AfterApply tells the app before the command runs.
func (f figureFlag) AfterApply(a *app) error {
	a.figureFormat = f.FigureFormat
	return nil
}

// path returns the model's file.
func (f modelFlag) path() string {
	return cmp.Or(f.Model, filepath.Join("out", modelFile))
}

// The names of the files that commands write and read. Figures are .svg if
// --figure-format says so.
const (
	modelFile           = "model.safetensors"
	checkpointsDir      = "checkpoints"
	historyFile         = "history.csv"
	stepsFile           = "steps.csv"
	curvesFile          = "training_curves.png"
	comparisonFile      = "comparison.png"
	pretrainingFile     = "pretraining.png"
	sweepFile           = "sweep.png"
	sweepTable          = "sweep.csv"
	reconstructionsFile = "reconstruction_plot.png"
	reconstructedFile   = "reconstructions.npy"
	codesFile           = "codes.npy"
	labelsFile          = "labels.npy"
	imagesFile          = "images.npy"
	embeddingBase       = "embedding" // of another extension for a table
	embeddingFile       = embeddingBase + ".npy"
	descentFile         = "descent.npy"
	descentTable        = "descent.csv"
	recordFile          = "run.json"
	reportFile          = "report.html"
	scatterFile         = "tsne_plot.png"
	thumbnailsFile      = "visualizacion_mnist_moda.png"
)

// count writes a number with a comma at every thousand.
func count(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
