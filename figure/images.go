// This file turns arrays of grey values into images.

package figure

import (
	"fmt"
	"image"
	"math"
)

// Pixel is a grey value: a byte or a floating-point number of any range.
type Pixel interface{ uint8 | float32 | float64 }

// Images are grey images of one size. The zero value holds none.
type Images struct {
	width, height, count int
	at                   func(pixel int) float64
	float32s             bool // computed with as matplotlib does; else float64s
}

// NewImages returns the images in pixels, which lie one after another, each
// row by row from its upper left corner: len(pixels) is a multiple of
// width*height. The pixels are kept, not copied.
func NewImages[T Pixel](pixels []T, width, height int) (Images, error) {
	if width < 1 || height < 1 {
		return Images{}, fmt.Errorf("figure: images of %d x %d pixels, want at least 1 x 1", width, height)
	}
	size := width * height
	if size/height != width || len(pixels)%size != 0 {
		return Images{}, fmt.Errorf("figure: %d pixels, want a multiple of %d x %d", len(pixels), width, height)
	}
	for i, v := range pixels {
		if x := float64(v); math.IsNaN(x) || math.IsInf(x, 0) {
			return Images{}, fmt.Errorf("figure: image %d: pixel %d is %v, want a finite number", i/size, i%size, x)
		}
	}
	_, float64s := any(pixels).([]float64)
	return Images{
		width:    width,
		height:   height,
		count:    len(pixels) / size,
		at:       func(i int) float64 { return float64(pixels[i]) },
		float32s: !float64s,
	}, nil
}

// Len returns the number of images.
func (m Images) Len() int { return m.count }

// Image returns image i as matplotlib's imshow shows it with the colour map
// binary: its smallest value white, its largest black, with matplotlib's
// roundings. An image of one value is white. Image panics unless 0 <= i < m.Len().
func (m Images) Image(i int) *image.Gray {
	if i < 0 || i >= m.count {
		panic(fmt.Sprintf("figure: image %d of %d", i, m.count))
	}
	size := m.width * m.height
	first := i * size
	low, high := m.at(first), m.at(first)
	for p := first; p < first+size; p++ {
		low, high = min(low, m.at(p)), max(high, m.at(p))
	}
	// Halves, because the difference of two large values can overflow.
	span := high/2 - low/2
	grey := image.NewGray(image.Rect(0, 0, m.width, m.height))
	for p := range grey.Pix {
		x := 0.0
		if span > 0 {
			x = m.rounded(m.rounded(m.at(first+p)/2-low/2) / span)
		}
		grey.Pix[p] = binaryGrey(x)
	}
	return grey
}

// rounded returns x as an array of matplotlib's would hold it: Normalize in its
// colors.py makes float32 of bytes and leaves other numbers what they are.
func (m Images) rounded(x float64) float64 {
	if m.float32s {
		return float64(float32(x))
	}
	return x
}
