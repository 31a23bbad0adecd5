// This file says what can be fed to a network.

package graph

import (
	"fmt"

	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// Inputs is a list of rows to feed to a network: images as rows of pixels from
// 0 to 1, or codes. It is asked for a batch at a time, so that images can stay
// bytes until they are used.
type Inputs interface {
	// Len returns the number of rows.
	Len() int
	// Width returns the number of values in a row.
	Width() int
	// CopyRow fills dst with a row's values from a column on. It may be called
	// for several rows and parts of them at the same time.
	CopyRow(dst []float32, row, column int)
}

// Bytes are images of grey values 0 to 255, which the network sees divided by
// 255.
type Bytes struct {
	Pixels  []byte // rows of Columns
	Columns int
	Order   []int // the rows to take, in this order; nil takes all as they stand
}

// Len returns the number of images.
func (b Bytes) Len() int {
	if b.Order != nil {
		return len(b.Order)
	}
	return len(b.Pixels) / b.Columns
}

// Width returns the number of pixels of an image.
func (b Bytes) Width() int { return b.Columns }

// CopyRow scales part of an image into dst.
func (b Bytes) CopyRow(dst []float32, row, column int) {
	if b.Order == nil {
		simd.Pixels(dst, b.Pixels[row*b.Columns+column:][:len(dst)])
		return
	}
	// Shuffled rows are in far memory, and come in the time that some others
	// take.
	const ahead = 8
	part := func(row int) []byte { return b.Pixels[b.Order[row]*b.Columns+column:][:len(dst)] }
	if row+ahead < len(b.Order) {
		simd.Prefetch(part(row + ahead))
	}
	simd.Pixels(dst, part(row))
}

// Floats are rows of values that are fed as they are.
type Floats struct {
	Values  []float32 // rows of Columns
	Columns int
	Order   []int // the rows to take, in this order; nil takes all as they stand
}

// Len returns the number of rows.
func (f Floats) Len() int {
	if f.Order != nil {
		return len(f.Order)
	}
	return len(f.Values) / f.Columns
}

// Width returns the number of values in a row.
func (f Floats) Width() int { return f.Columns }

// CopyRow copies part of a row into dst.
func (f Floats) CopyRow(dst []float32, row, column int) {
	if f.Order != nil {
		row = f.Order[row]
	}
	copy(dst, f.Values[row*f.Columns+column:])
}

// binding fills a graph's input with rows of a batch.
type binding struct {
	region
	dst   simd.Matrix
	in    Inputs
	first int // the row of in that goes to dst's first
}

// newBinding cuts a training batch as a layer above it does.
func newBinding(dst *tensor.Dense, trained bool, t *Trace) *binding {
	b := &binding{dst: matrixOf(dst)}
	copied := task{
		work: 20 * b.dst.Rows * b.dst.Columns, // reading from far memory
		do:   b.copy,
		done: func() { b.in = nil },
	}
	if trained && b.dst.Columns >= leastBanded {
		copied.cut = byBands
	}
	if t != nil {
		copied.part, copied.first = t.part(BindPart), true
	}
	b.region = region{tasks: []task{copied}, rows: b.dst.Rows}
	return b
}

// copy fills a piece.
func (b *binding) copy(p piece) {
	from, to := p.columns(b.dst.Columns)
	for i := p.lo; i < p.hi; i++ {
		b.in.CopyRow(b.dst.Row(i)[from:to], b.first+i, from)
	}
}

// checkInputs returns an error if in cannot be fed to a network that wants
// rows of width values.
func checkInputs(in Inputs, width int) error {
	if in.Width() != width {
		return fmt.Errorf("graph: rows of %d values, want %d", in.Width(), width)
	}
	if in.Len() == 0 {
		return fmt.Errorf("graph: no rows, want at least one")
	}
	if in, ok := in.(interface{ check() error }); ok {
		return in.check()
	}
	return nil
}

// check returns an error unless all images are whole, and those of the order there.
func (b Bytes) check() error {
	if err := checkWhole(len(b.Pixels), b.Columns); err != nil {
		return err
	}
	return checkOrder(b.Order, len(b.Pixels)/b.Columns)
}

func (f Floats) check() error {
	if err := checkWhole(len(f.Values), f.Columns); err != nil {
		return err
	}
	return checkOrder(f.Order, len(f.Values)/f.Columns)
}

// checkOrder returns an error unless all elements are among so many rows.
func checkOrder(order []int, rows int) error {
	for i, row := range order {
		if uint(row) >= uint(rows) {
			return fmt.Errorf("graph: element %d of the order is row %d, want one of %d (counted from 0)", i, row, rows)
		}
	}
	return nil
}

func checkWhole(values, columns int) error {
	if values%columns != 0 {
		return fmt.Errorf("graph: %d values, want rows of %d", values, columns)
	}
	return nil
}
