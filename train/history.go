// This file keeps and writes what a run has measured.

package train

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"stackedae/graph"
)

// Epoch is what one epoch has measured.
type Epoch struct {
	Number int           // from 1
	Train  graph.Metrics // means over the epoch's batches, taken while the weights move
	Valid  graph.Metrics // of the validation images, after the epoch

	TrainTime time.Duration // of the steps, the hooks after them and the order of the images
	ValidTime time.Duration // of measuring the validation images
}

// History is a run's epochs, first to last.
type History []Epoch

// WriteCSV writes the history as comma-separated values under the names that
// Keras gives them, in full precision. Times are left out: equal runs write
// equal bytes.
func (h History) WriteCSV(w io.Writer) error {
	rows := [][]string{{"epoch", "loss", "rounded_accuracy", "val_loss", "val_rounded_accuracy"}}
	for _, e := range h {
		rows = append(rows, []string{
			strconv.Itoa(e.Number),
			number(e.Train.Loss), number(e.Train.RoundedAccuracy),
			number(e.Valid.Loss), number(e.Valid.RoundedAccuracy),
		})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// StepLog is a list of single steps, for who wants more than means.
type StepLog []Step

// Hook returns a hook that appends every step to the log.
func (l *StepLog) Hook() Hook {
	return Hook{Name: "step log", Step: func(s Step) error {
		*l = append(*l, s)
		return nil
	}}
}

// WriteCSV writes step number, loss and rounded accuracy of each batch.
func (l StepLog) WriteCSV(w io.Writer) error {
	rows := [][]string{{"step", "loss", "rounded_accuracy"}}
	for _, s := range l {
		rows = append(rows, []string{strconv.Itoa(s.Number), number(s.Batch.Loss), number(s.Batch.RoundedAccuracy)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// number writes the shortest decimal that reads back as the same float64.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
