// This file holds what a model is trained on.

package train

import (
	"fmt"

	"stackedae/graph"
)

// Data is what a model is trained on: images as rows of grey values 0 to 255,
// at least one of each kind. They are inputs and targets at once; that they are
// all alike, black say, is no error.
type Data struct {
	Train []byte
	Valid []byte // measured after each epoch

	// trainCodes and validCodes take the place of the two where a model is trained
	// on codes of another one.
	trainCodes, validCodes []float32
}

// check returns an error unless all rows are of columns values.
func (d Data) check(columns int) error {
	for _, set := range []struct {
		name  string
		bytes int
	}{{"training", len(d.Train)}, {"validation", len(d.Valid)}} {
		if n := set.bytes; d.trainCodes == nil && (n == 0 || n%columns != 0) {
			return fmt.Errorf("train: %d bytes of %s images, want images of %d", n, set.name, columns)
		}
	}
	return nil
}

// batches returns the training rows, so many at a time.
func (d Data) batches(columns, size int) *batches {
	if d.trainCodes != nil {
		return newFloatBatches(d.trainCodes, columns, size)
	}
	return newBatches(d.Train, columns, size)
}

// inputs returns the rows of one of the two sets as they stand.
func inputs(pixels []byte, codes []float32, columns int) graph.Inputs {
	if codes != nil {
		return graph.Floats{Values: codes, Columns: columns}
	}
	return graph.Bytes{Pixels: pixels, Columns: columns}
}
