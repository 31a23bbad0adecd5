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
	// CopyRows fills dst, len(dst)/Width() rows, with the rows from first on.
	// It may be called for several spans of rows at the same time.
	CopyRows(dst []float32, first int)
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

// CopyRows scales the images from first on into dst.
func (b Bytes) CopyRows(dst []float32, first int) {
	if b.Order == nil {
		simd.Pixels(dst, b.Pixels[first*b.Columns:][:len(dst)])
		return
	}
	// Shuffled rows are in far memory, and come in the time that some others
	// take.
	const ahead = 4
	order := b.Order[first:][:len(dst)/b.Columns]
	row := func(i int) []byte { return b.Pixels[order[i]*b.Columns:][:b.Columns] }
	for i := range min(ahead, len(order)) {
		simd.Prefetch(row(i))
	}
	for i := range order {
		if i+ahead < len(order) {
			simd.Prefetch(row(i + ahead))
		}
		simd.Pixels(dst[i*b.Columns:(i+1)*b.Columns], row(i))
	}
}

// Floats are rows of values that are fed as they are.
type Floats struct {
	Values  []float32 // rows of Columns
	Columns int
}

// Len returns the number of rows.
func (f Floats) Len() int { return len(f.Values) / f.Columns }

// Width returns the number of values in a row.
func (f Floats) Width() int { return f.Columns }

// CopyRows copies the rows from first on into dst.
func (f Floats) CopyRows(dst []float32, first int) {
	copy(dst, f.Values[first*f.Columns:][:len(dst)])
}

// binding fills a graph's input with rows of a batch.
type binding struct {
	region
	dst   []float32
	width int
	part  *Part // of a trace, or nil
	in    Inputs
	first int // the row of in that goes to dst's first
}

func newBinding(dst *tensor.Dense, t *Trace) *binding {
	shape := dst.Shape()
	b := &binding{dst: dst.Float32s(), width: shape[1], region: region{rows: shape[0]}}
	if t != nil {
		b.part = t.part(BindPart)
	}
	b.add(b, b.part)
	return b
}

func (b *binding) doRows(lo, hi int) { b.in.CopyRows(b.dst[lo*b.width:hi*b.width], b.first+lo) }

func (b *binding) end() { b.in = nil }

// rowWork counts reading from far memory.
func (b *binding) rowWork() int { return 20 * b.width }

// checkInputs returns an error if in cannot be fed to a network that wants
// rows of width values.
func checkInputs(in Inputs, width int) error {
	if in.Width() != width {
		return fmt.Errorf("graph: rows of %d values, want %d", in.Width(), width)
	}
	if in.Len() == 0 {
		return fmt.Errorf("graph: no rows, want at least one")
	}
	return nil
}
