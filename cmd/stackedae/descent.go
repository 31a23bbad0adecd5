// This file keeps how an embedding came about: its positions after every 50th
// iteration, and the finished ones.

package main

import (
	"fmt"
	"io"
	"math"
	"path/filepath"

	"stackedae/internal/npy"
	"stackedae/internal/report"
	"stackedae/internal/table"
	"stackedae/tsne"
)

// descentColumns are those of descent.csv, whose lines belong to the frames of
// descent.npy.
var descentColumns = []string{"iteration", "exaggeration", "kl_divergence"}

// addDescent readies snapshots, of which the last becomes the finished embedding,
// as descent.npy (frames x n x 2, float32) and descent.csv.
func (a *app) addDescent(dir string, frames []tsne.Snapshot, result *tsne.Result) error {
	last := tsne.Snapshot{Exaggeration: 1}
	if k := len(frames) - 1; k >= 0 && frames[k].Iteration == result.Iterations {
		last, frames = frames[k], frames[:k]
	}
	last.Iteration, last.KLDivergence, last.Embedding = result.Iterations, result.KLDivergence, result.Embedding
	frames = append(frames, last)

	n, _ := last.Embedding.Dims()
	places := make([]float32, 0, len(frames)*n*2)
	t := table.Table{Rows: len(frames), Columns: len(descentColumns), Names: descentColumns}
	for _, f := range frames {
		for _, v := range f.Embedding.RawMatrix().Data {
			places = append(places, float32(v))
		}
		t.Values = append(t.Values, float64(f.Iteration), f.Exaggeration, f.KLDivergence)
	}
	if err := a.addNPY(dir, descentFile, []int{len(frames), n, 2}, places); err != nil {
		return err
	}
	comma, _ := table.Comma(descentTable)
	return a.add(dir, descentTable, func(w io.Writer) error { return t.Write(w, comma) })
}

// readDescent reads a descent, none if there is none, or if it ended in another
// embedding.
func readDescent(dir string, embedding [][2]float64) ([]report.Frame, error) {
	path, tablePath := filepath.Join(dir, descentFile), filepath.Join(dir, descentTable)
	if !exists(path) || !exists(tablePath) {
		return nil, nil
	}
	array, err := npy.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := table.ReadFile(tablePath, table.Yes)
	if err != nil {
		return nil, err
	}
	n := len(embedding)
	if s := array.Shape; len(s) != 3 || s[0] != t.Rows || s[2] != 2 || t.Columns != len(descentColumns) {
		return nil, fmt.Errorf("%s: array of shape %v, want %d x n x 2, a frame for each of the lines of %d columns in %s", path, s, t.Rows, len(descentColumns), descentTable)
	} else if s[1] != n {
		return nil, nil
	}
	values := array.Float32s()
	frames := make([]report.Frame, t.Rows)
	for k := range frames {
		line := t.Values[k*t.Columns:]
		if !(line[0] >= 0 && line[0] <= math.MaxInt32 && line[0] == math.Trunc(line[0])) || math.IsNaN(line[1]-line[1]+line[2]-line[2]) {
			return nil, fmt.Errorf("%s: %v, %v, %v after %d lines of numbers, want a whole number of iterations, and finite numbers", tablePath, line[0], line[1], line[2], k)
		}
		frames[k] = report.Frame{
			Iteration: int(line[0]), Exaggeration: line[1], KLDivergence: line[2],
			Embedding: pairs(values[k*2*n : (k+1)*2*n]),
		}
	}
	for i, p := range frames[len(frames)-1].Embedding {
		if p != [2]float64{float64(float32(embedding[i][0])), float64(float32(embedding[i][1]))} {
			return nil, nil
		}
	}
	return frames, nil
}
