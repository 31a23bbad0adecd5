// This file holds the graph command.

package main

import (
	"fmt"
	"math/rand/v2"

	"stackedae/graph"
	"stackedae/model"
)

type graphCommand struct {
	hiddenFlag
	BatchSize int  `default:"${batchSize}" help:"Images a step (${default})."`
	Stock     bool `help:"Build the network of Gorgonia's own operations in place of this program's."`
	Tape      bool `help:"Print the program that Gorgonia's tape machine runs in place of the graph."`
}

// Help is shown below the command's usage.
func (graphCommand) Help() string { return "Example: stackedae graph | dot -Tsvg >graph.svg" }

// maxBatch is how many images the program's own data has for a step.
const maxBatch = 55000

// Validate refuses values that make no graph.
func (c *graphCommand) Validate() error {
	if c.BatchSize < 1 || c.BatchSize > maxBatch {
		return fmt.Errorf("--batch-size %d, want 1 to %d", c.BatchSize, maxBatch)
	}
	return c.spec().Validate()
}

func (c *graphCommand) Run(app *app) error {
	m, err := model.New(c.spec(), rand.New(rand.NewPCG(0, weightStream))) // a graph shows no weights
	if err != nil {
		return err
	}
	config := graph.Config{}
	if c.Stock {
		config.Operations = graph.Stock
	}
	network, err := graph.New(m, config)
	if err != nil {
		return err
	}
	defer network.Close()
	if c.Tape {
		return network.WriteTape(app.stdout, c.BatchSize)
	}
	return network.WriteDOT(app.stdout, c.BatchSize)
}
