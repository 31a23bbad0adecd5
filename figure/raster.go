// This file draws images with hard pixel edges.

package figure

import (
	"image"
	imgdraw "image/draw"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// drawPixels fills the rectangle with the image, enlarged by nearest
// neighbour. Canvases interpolate between pixels, so the image is resampled
// here to the canvas's own pixels, and the rectangle moved to their borders.
func drawPixels(c draw.Canvas, r vg.Rectangle, img image.Image) {
	dpi := resolution(c)
	grid := func(l vg.Length) float64 { return math.Round(l.Dots(dpi)) }
	x0, y0 := grid(r.Min.X), grid(r.Min.Y)
	w, h := max(1, grid(r.Max.X)-x0), max(1, grid(r.Max.Y)-y0)
	at := func(dots float64) vg.Length { return vg.Length(dots/dpi) * vg.Inch }
	c.DrawImage(vg.Rectangle{
		Min: vg.Point{X: at(x0), Y: at(y0)},
		Max: vg.Point{X: at(x0 + w), Y: at(y0 + h)},
	}, nearest(img, int(w), int(h)))
}

// resolution returns the dots per inch of a canvas of pixels, and DPI for any
// other, such as SVG, or PDF with its nominal 72.
func resolution(c vg.Canvas) float64 {
	switch c := c.(type) {
	case draw.Canvas:
		return resolution(c.Canvas)
	case raster:
		return c.DPI()
	}
	return DPI
}

// raster is what vgimg.Canvas has and canvases for vectors lack.
type raster interface {
	DPI() float64
	Image() imgdraw.Image
}

// nearest resamples an image to w x h pixels: each takes the colour at its
// centre.
func nearest(img image.Image, w, h int) *image.RGBA {
	b := img.Bounds()
	in := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	imgdraw.Draw(in, in.Rect, img, b.Min, imgdraw.Src)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	columns := make([]int, w)
	for x := range columns {
		columns[x] = (2*x + 1) * b.Dx() / (2 * w)
	}
	last := -1
	for y := range h {
		line := out.Pix[y*out.Stride:][:out.Stride]
		row := (2*y + 1) * b.Dy() / (2 * h)
		if row == last {
			copy(line, out.Pix[(y-1)*out.Stride:])
			continue
		}
		last = row
		for x, column := range columns {
			copy(line[4*x:][:4], in.Pix[in.PixOffset(column, row):])
		}
	}
	return out
}
