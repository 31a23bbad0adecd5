// This file holds the tsne command.

package main

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/npy"
	"stackedae/tsne"
)

// tsneFlags are the flags of tsne, which run has too.
type tsneFlags struct {
	Perplexity float64 `default:"30" help:"Effective number of neighbours of a point (${default})."`
	Iterations int     `placeholder:"N" help:"Iterations in all (the preset's: 750 for default, 1000 for sklearn)."`
	Preset     string  `default:"default" enum:"default,sklearn" help:"The schedule: default, or sklearn, which means what scikit-learn's TSNE() means (${default})."`
}

// Validate refuses values that no data could make right.
func (f tsneFlags) Validate() error {
	if !(f.Perplexity > 1) || math.IsInf(f.Perplexity, 1) {
		return fmt.Errorf("--perplexity %v, want a finite number above 1", f.Perplexity)
	}
	if f.Iterations < 0 {
		return fmt.Errorf("--iterations %d, want at least 1, or 0 for the preset's number", f.Iterations)
	}
	return nil
}

func (f tsneFlags) settings() (*tsne.Settings, error) {
	preset, err := tsne.ParsePreset(f.Preset)
	return &tsne.Settings{Preset: preset, Perplexity: f.Perplexity, Iterations: f.Iterations}, err
}

// check refuses settings that do not fit n points.
func (f tsneFlags) check(n int) error {
	settings, err := f.settings()
	if err != nil {
		return err
	}
	return settings.Validate(n)
}

type tsneCommand struct {
	Codes string `arg:"" name:"CODES.npy" help:"The points: .npy of n x columns."`
	tsneFlags
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (tsneCommand) Help() string {
	return "Example: stackedae tsne out/codes.npy --perplexity 50"
}

// tsneReport is what tsne prints as JSON.
type tsneReport struct {
	Points       int     `json:"points"`
	Columns      int     `json:"columns"`
	Preset       string  `json:"preset"`
	Perplexity   float64 `json:"perplexity"`
	Iterations   int     `json:"iterations"`
	Status       string  `json:"status"`
	KLDivergence float64 `json:"kl_divergence"`
}

func (r tsneReport) String() string {
	return fmt.Sprintf("t-SNE of %s points: exact KL divergence %.4f after %d iterations (%s)", count(r.Points), r.KLDivergence, r.Iterations, r.Status)
}

func (c *tsneCommand) Run(app *app) error {
	codes, err := npy.ReadFile(c.Codes)
	if err != nil {
		return err
	}
	if len(codes.Shape) != 2 || codes.Shape[0] == 0 || codes.Shape[1] == 0 {
		return fmt.Errorf("%s: array of shape %v, want n x columns", c.Codes, codes.Shape)
	}
	if err := c.check(codes.Shape[0]); err != nil {
		return fmt.Errorf("%s: %w", c.Codes, err)
	}
	if err := app.prepare(c.Out, embeddingFile); err != nil {
		return err
	}
	points := mat.NewDense(codes.Shape[0], codes.Shape[1], codes.Float64s())
	_, report, err := app.embed(c.tsneFlags, c.reportFlags, points, c.Out)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Codes, err)
	}
	if err := app.flush(app.ctx); err != nil {
		return err
	}
	all := struct {
		tsneReport
		filesReport
	}{report, filesReport{app.wrote}}
	return app.result(c.reportFlags, all, "%v\n%s\n", report, app.summary())
}

// embed takes points to two dimensions with progress and readies the embedding.
func (a *app) embed(f tsneFlags, r reportFlags, points *mat.Dense, out string) (*mat.Dense, tsneReport, error) {
	settings, err := f.settings()
	if err != nil {
		return nil, tsneReport{}, err
	}
	var p *progress
	settings.Recorder = tsne.RecorderFunc(func(s tsne.Snapshot) error {
		if p == nil {
			p = a.startProgress(r, s.Total)
		}
		p.set(s.Iteration, "t-SNE", "kl_divergence %.4f", s.KLDivergence)
		if !p.shown() && s.Iteration%250 == 0 {
			a.progressf(r, "t-SNE iteration %d/%d: kl_divergence %.4f\n", s.Iteration, s.Total, s.KLDivergence)
		}
		return a.failed
	})
	stop := a.watch.start(tsneStage)
	result, err := tsne.Embed(a.ctx, points, settings)
	stop()
	if p != nil {
		p.finish()
	}
	if err != nil {
		return nil, tsneReport{}, err
	}
	n, columns := points.Dims()
	report := tsneReport{n, columns, f.Preset, f.Perplexity, result.Iterations, result.Status.String(), result.KLDivergence}
	return result.Embedding, report, a.addNPY(out, embeddingFile, []int{n, 2}, result.Embedding.RawMatrix().Data)
}
