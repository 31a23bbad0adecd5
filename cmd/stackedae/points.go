// This file reads and writes the numbers that tsne is given and makes: .npy,
// .csv and .tsv, told by the file's name.

package main

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/npy"
	"stackedae/internal/table"
)

// numbers is a file's content: a matrix that reads the elements as they are
// stored, without a copy in float64.
type numbers struct {
	mat.Matrix
	names []string // of a table's columns, nil if it has no header
	table bool
}

// rows are the number of rows.
func (n numbers) rows() int {
	rows, _ := n.Dims()
	return rows
}

// readNumbers reads n x columns numbers. An array of more dimensions is n of
// what one index of the first names: n x 28 x 28 are n x 784.
func readNumbers(path string, header table.Header) (numbers, error) {
	if _, ok := table.Comma(path); ok {
		t, err := table.ReadFile(path, header)
		if err != nil {
			return numbers{}, err
		}
		return numbers{mat.NewDense(t.Rows, t.Columns, t.Values), t.Names, true}, nil
	}
	a, err := npy.ReadFile(path)
	if err != nil {
		return numbers{}, err
	}
	count, columns := 1, 1
	for i, d := range a.Shape {
		count *= d
		if i > 0 {
			columns *= d
		}
	}
	if len(a.Shape) < 2 || count == 0 {
		return numbers{}, fmt.Errorf("%s: array of shape %v, want n x columns", path, a.Shape)
	}
	switch data := a.Data.(type) {
	case []byte:
		return numbers{Matrix: stored[byte]{data, columns}}, nil
	case []float32:
		return numbers{Matrix: stored[float32]{data, columns}}, nil
	}
	return numbers{Matrix: mat.NewDense(a.Shape[0], columns, a.Float64s())}, nil
}

// stored is a matrix of numbers of another type than float64, row-major.
type stored[T byte | float32] struct {
	data    []T
	columns int
}

// Dims, At and T make it a mat.Matrix.
func (s stored[T]) Dims() (rows, columns int) { return len(s.data) / s.columns, s.columns }
func (s stored[T]) At(i, j int) float64       { return float64(s.data[i*s.columns+j]) }
func (s stored[T]) T() mat.Matrix             { return mat.Transpose{Matrix: s} }

// readWhole reads whole numbers, one a point: an .npy of n or n x 1, or a table
// of one column.
func readWhole(path string, header table.Header, n int) ([]int, error) {
	var values []float64
	columns := 1
	if _, ok := table.Comma(path); ok {
		t, err := table.ReadFile(path, header)
		if err != nil {
			return nil, err
		}
		values, columns = t.Values, t.Columns
	} else {
		a, err := npy.ReadFile(path)
		if err != nil {
			return nil, err
		}
		values = a.Float64s()
		if len(a.Shape) > 1 {
			columns = len(values) / max(a.Shape[0], 1)
		}
	}
	if columns != 1 || len(values) != n {
		return nil, fmt.Errorf("%s: %d numbers in %d columns, want %d in one, a label a point", path, len(values), columns, n)
	}
	labels := make([]int, n)
	for i, v := range values {
		if v != math.Trunc(v) || math.Abs(v) > 1<<31 {
			return nil, fmt.Errorf("%s: label %d (counted from 0) is %v, want a whole number", path, i, v)
		}
		labels[i] = int(v)
	}
	return labels, nil
}

// planeNames are the columns of an embedding in a table with a header.
var planeNames = []string{"x", "y"}

// addPlane readies n x 2 numbers as a file of the folder dir, in the format that
// its name asks for. A table gets a header if header says so.
func (a *app) addPlane(dir, name string, m *mat.Dense, header bool) error {
	defer a.watch.start(filesStage)()
	n, _ := m.Dims()
	values := m.RawMatrix().Data
	return a.add(dir, name, func(w io.Writer) error {
		comma, ok := table.Comma(name)
		if !ok {
			return npy.Write(w, []int{n, 2}, values)
		}
		t := table.Table{Rows: n, Columns: 2, Values: values}
		if header {
			t.Names = planeNames
		}
		return t.Write(w, comma)
	})
}

// formatExtension returns the extension of a file's name if it is one of those
// read and written, in small letters, and .npy otherwise.
func formatExtension(path string) string {
	if _, ok := table.Comma(path); ok {
		return strings.ToLower(filepath.Ext(path))
	}
	return ".npy"
}
