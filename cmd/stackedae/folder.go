// This file reads the folder that a run has left.

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/internal/reference"
	"stackedae/internal/report"
	"stackedae/model"
)

// folder is what a run has left.
type folder struct {
	model     *model.Model
	codes     []float32 // n × the model's code units
	images    []byte    // n × 784
	labels    []byte    // n, nil if unknown
	embedding [][2]float64
	history   reference.History // empty if unknown
	descent   []report.Frame    // empty if unknown
	record    record            // empty if unknown
}

// readFolder reads a folder. Model, codes, images and embedding must be there,
// and fit each other.
func readFolder(dir string) (f *folder, err error) {
	f = &folder{}
	path := func(name string) string { return filepath.Join(dir, name) }
	if f.model, err = model.Load(path(modelFile)); err != nil {
		return nil, err
	}
	if f.model.Spec.Inputs != fashion.Pixels {
		return nil, wrongInputs(path(modelFile), f.model.Spec)
	}
	if f.embedding, err = readPlane(path(embeddingFile)); err != nil {
		return nil, err
	}
	n, units := len(f.embedding), f.model.Spec.CodeUnits()
	codes, err := npy.ReadFile(path(codesFile))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(codes.Shape, []int{n, units}) {
		return nil, fmt.Errorf("%s: array of shape %v, want %d x %d: a code of the model's for each point of %s", path(codesFile), codes.Shape, n, units, embeddingFile)
	}
	f.codes = codes.Float32s()
	images, err := readImages(path(imagesFile))
	if err != nil {
		return nil, err
	}
	if f.images = images.bytes; images.inputs.Len() != n {
		return nil, fmt.Errorf("%s: %d images, want %d, one a point of %s", path(imagesFile), images.inputs.Len(), n, embeddingFile)
	}
	if labels := path(labelsFile); exists(labels) {
		numbers, err := readLabels(labels, n)
		if err != nil {
			return nil, err
		}
		for _, l := range numbers {
			f.labels = append(f.labels, byte(l))
		}
	}
	if history := path(historyFile); exists(history) {
		if f.history, err = reference.ReadHistory(history); err != nil {
			return nil, err
		}
	}
	if f.descent, err = readDescent(dir, f.embedding); err != nil {
		return nil, err
	}
	f.record, err = readRecord(dir)
	return f, err
}

// exists reports whether there is a file, of whatever kind.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, os.ErrNotExist)
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
func pairs[T float32 | float64](values []T) [][2]float64 {
	points := make([][2]float64, len(values)/2)
	for i := range points {
		points[i] = [2]float64{float64(values[2*i]), float64(values[2*i+1])}
	}
	return points
}
