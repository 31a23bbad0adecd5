// This file says what can be fed to a network.

package graph

import (
	"fmt"

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
	for _, row := range b.Order[first:][:len(dst)/b.Columns] {
		simd.Pixels(dst[:b.Columns], b.Pixels[row*b.Columns:][:b.Columns])
		dst = dst[b.Columns:]
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
