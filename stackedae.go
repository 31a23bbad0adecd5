// Package stackedae trains a stacked autoencoder on Fashion-MNIST with
// Gorgonia, takes its codes to two dimensions with t-SNE, and draws both: the
// chapter on autoencoders of Géron's Hands-On Machine Learning, in Go.
//
// One way leads through, front to back:
//
//	images ──> train ──> weights ──> codes ──> t-SNE ──> embedding ──> figures
//
// Package model holds layers and weights, graph runs them as expression
// graphs, train trains them, tsne embeds any points in the plane, and figure
// draws. The program is cmd/stackedae. Package tsne and package figure know
// nothing of the others and can be used alone.
//
// The package itself holds what Keras has recorded of the same training, which
// stackedae compare compares runs with.
package stackedae

import (
	"embed"
	"io/fs"
)

//go:embed testdata/keras/runs.jsonl testdata/keras/epochs.jsonl testdata/keras/steps-* testdata/keras/tied testdata/keras/greedy
var recordings embed.FS

// Keras returns the folder of Keras' recordings: runs.jsonl, epochs.jsonl and pairs
// of steps-*.csv and .npz; the same in the folder tied, and runs.jsonl in a folder a
// stage in greedy. See testdata/keras/README.md.
func Keras() fs.FS {
	folder, err := fs.Sub(recordings, "testdata/keras")
	if err != nil {
		panic(err) // the path is a valid one
	}
	return folder
}
