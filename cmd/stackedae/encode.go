// This file holds the encode command.

package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
)

type encodeCommand struct {
	modelFlag
	imageFlags
	CodesOnly bool `help:"Write codes.npy alone, without a copy of the images, which plot and report want, and their labels."`
	outFlag
	reportFlags
}

// Help is shown below the command's usage.
func (encodeCommand) Help() string {
	return "An .npy of --images may be longer than the memory. Removes files of an earlier run in the folder that belong to other codes: labels, images and the embedding.\n\n" +
		"Example: stackedae encode --split test --out test\n\nExample: stackedae encode --images many.npy --codes-only"
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
	encode := c.whole
	if c.Images != "" && !isPNG(c.Images) {
		encode = c.stream
	}
	report, err := encode(app, network)
	if err != nil {
		return err
	}
	all := struct {
		encodeReport
		filesReport
	}{report, filesReport{app.wrote}}
	return app.result(c.reportFlags, all, "%v\n%s\n", report, app.summary())
}

// prepare makes the folder ready before the work.
func (c *encodeCommand) prepare(app *app) error {
	return app.prepare(c.Out, codesFile, imagesFile, labelsFile)
}

// whole encodes images that fit the memory.
func (c *encodeCommand) whole(app *app, network *graph.Network) (encodeReport, error) {
	images, err := c.load()
	if err != nil {
		return encodeReport{}, err
	}
	if err := c.prepare(app); err != nil {
		return encodeReport{}, err
	}
	if c.CodesOnly {
		images.bytes, images.labels = nil, nil
	}
	_, report, err := app.encode(network, images, c.Out)
	if err != nil {
		return report, err
	}
	return report, app.flush(app.ctx)
}

// encode readies the images' codes, and their grey values and labels where there are
// some, removes what belongs to other codes, and returns the codes.
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
	written := []string{codesFile}
	if images.bytes != nil {
		if err := a.addNPY(out, imagesFile, []int{n, fashion.Side, fashion.Side}, images.bytes); err != nil {
			return nil, report, err
		}
		written = append(written, imagesFile)
	}
	if images.labels != nil {
		if err := a.addNPY(out, labelsFile, []int{n}, images.labels); err != nil {
			return nil, report, err
		}
		written = append(written, labelsFile)
	}
	old, err := npy.ReadFile(filepath.Join(out, codesFile))
	if err == nil && slices.Equal(old.Float32s(), codes) {
		return codes, report, nil
	}
	a.strangers = append(a.strangers, strangers(out, written)...)
	return codes, report, nil
}

// strangers returns the paths of what an earlier run has left in the folder and would
// be drawn with new codes although it belongs to others, but for the files that are
// written anew.
func strangers(dir string, written []string) (paths []string) {
	for _, name := range []string{labelsFile, imagesFile, embeddingFile, descentFile, descentTable} {
		if !slices.Contains(written, name) {
			paths = append(paths, filepath.Join(dir, name))
		}
	}
	return paths
}
