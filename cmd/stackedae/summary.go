// This file holds the summary command.

package main

import (
	"stackedae/internal/fashion"
	"stackedae/model"
)

type summaryCommand struct {
	Hidden []int  `placeholder:"UNITS" xor:"model" help:"Units of the encoder's layers, the code last (${hidden})."`
	Tied   bool   `xor:"tied" help:"Give the decoder the encoder's kernels."`
	Model  string `placeholder:"FILE" xor:"model,tied" help:"Show this model in place of --hidden's."`
}

// Help is shown below the command's usage.
func (summaryCommand) Help() string { return "Example: stackedae summary --hidden 256,100,30" }

// Validate refuses layers that make no model.
func (c *summaryCommand) Validate() error { return c.spec().Validate() }

// spec returns the layers that --hidden names, or else the chapter's.
func (c *summaryCommand) spec() model.Spec {
	hidden := c.Hidden
	if hidden == nil {
		hidden = chapterHidden
	}
	spec := model.Stacked(fashion.Pixels, hidden...)
	spec.Tied = c.Tied
	return spec
}

func (c *summaryCommand) Run(app *app) error {
	spec := c.spec()
	if c.Model != "" {
		m, err := model.Load(c.Model)
		if err != nil {
			return err
		}
		if m.Spec.Inputs != fashion.Pixels {
			return wrongInputs(c.Model, m.Spec)
		}
		spec = m.Spec
	}
	return spec.Summary(app.stdout, fashion.Side)
}
