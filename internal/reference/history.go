// This file holds the four numbers of a run's epochs, and reads them.

package reference

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"stackedae/internal/files"
	"stackedae/train"
)

// Number is one of the four numbers that Keras reports of an epoch.
type Number int

// The numbers, in Keras' order.
const (
	Loss Number = iota
	RoundedAccuracy
	ValLoss
	ValRoundedAccuracy
	numbers
)

// String returns Keras' name of the number.
func (n Number) String() string {
	return [numbers]string{"loss", "rounded_accuracy", "val_loss", "val_rounded_accuracy"}[n]
}

// History is what was measured after each epoch, the first epoch first: a list
// for each Number, all of the same length.
type History [numbers][]float64

// Epochs returns the number of epochs.
func (h History) Epochs() int { return len(h[Loss]) }

// validate returns an error unless all numbers are finite and there for the
// same epochs, at least one.
func (h History) validate() error {
	if h.Epochs() == 0 {
		return fmt.Errorf("no epochs of %v, want at least one", Loss)
	}
	for n, values := range h {
		if len(values) != h.Epochs() {
			return fmt.Errorf("%d epochs of %v, want %d, as of %v", len(values), Number(n), h.Epochs(), Loss)
		}
		for i, v := range values {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%v of epoch %d is %v, want a finite number", Number(n), i+1, v)
			}
		}
	}
	return nil
}

// HistoryOf returns a run's numbers.
func HistoryOf(epochs train.History) (h History) {
	for _, e := range epochs {
		for n, v := range [numbers]float64{e.Train.Loss, e.Train.RoundedAccuracy, e.Valid.Loss, e.Valid.RoundedAccuracy} {
			h[n] = append(h[n], v)
		}
	}
	return h
}

// maxHistoryBytes is far more than a history of a million epochs.
const maxHistoryBytes = 1 << 27

// ReadHistory reads comma-separated values with a line of names: history.csv of
// this program, or what Keras' CSVLogger or pandas.DataFrame(history.history)
// write. Columns of other names are ignored. A column epoch must count the
// epochs, from 1 or as Keras does from 0.
func ReadHistory(path string) (History, error) {
	f, size, err := files.Open(path)
	if err != nil {
		return History{}, fmt.Errorf("reference: %s: %w", path, err)
	}
	defer f.Close()
	if size > maxHistoryBytes {
		return History{}, fmt.Errorf("reference: %s: %d bytes, want at most %d", path, size, maxHistoryBytes)
	}
	h, err := readHistory(io.LimitReader(f, size))
	if err != nil {
		return History{}, fmt.Errorf("reference: %s: %w", path, err)
	}
	return h, nil
}

func readHistory(r io.Reader) (h History, err error) {
	rows := csv.NewReader(r)
	names, err := rows.Read()
	if err == io.EOF {
		return h, fmt.Errorf("empty, want a line of names: epoch and the four of Keras")
	}
	if err != nil {
		return h, err
	}
	var columns [numbers]int
	for n := range columns {
		name := Number(n).String()
		if columns[n] = slices.Index(names, name); columns[n] < 0 {
			return h, fmt.Errorf("no column %s in the first line", name)
		}
	}
	epoch, first := slices.Index(names, "epoch"), 0
	for line := 0; ; line++ {
		row, err := rows.Read()
		if err == io.EOF {
			return h, h.validate()
		}
		if err != nil {
			return h, err
		}
		if epoch >= 0 {
			number, err := strconv.Atoi(row[epoch])
			if line == 0 && (number == 0 || number == 1) {
				first = number
			}
			if err != nil || number != first+line {
				return h, fmt.Errorf("line %d: epoch %q, want %d", line+2, row[epoch], first+line)
			}
		}
		for n, column := range columns {
			value, err := strconv.ParseFloat(row[column], 64)
			if err != nil {
				return h, fmt.Errorf("line %d: %v is %q, want a number", line+2, Number(n), row[column])
			}
			h[n] = append(h[n], value)
		}
	}
}
