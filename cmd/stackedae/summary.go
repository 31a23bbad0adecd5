// This file holds the summary command.

package main

import (
	"stackedae/internal/fashion"
	"stackedae/model"
)

type summaryCommand struct {
	hiddenFlag
	Model string `placeholder:"FILE" help:"Show this model in place of --hidden's."`
}

// Help is shown below the command's usage.
func (summaryCommand) Help() string { return "Example: stackedae summary --hidden 256,100,30" }

// Validate refuses layers that make no model.
func (c *summaryCommand) Validate() error { return c.spec().Validate() }

func (c *summaryCommand) Run(app *app) error {
	spec := c.spec()
	if c.Model != "" {
		m, err := model.Load(c.Model)
		if err != nil {
			return err
		}
		spec = m.Spec
	}
	return spec.Summary(app.stdout, fashion.Side)
}
