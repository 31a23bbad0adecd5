// This file holds the type of whole figures and writes them as PNG.

package figure

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/color"
	"image/png"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// DPI is the usual resolution of a written figure, in dots per inch.
const DPI = 300

// maxPixels bounds the memory of a written figure: four bytes a pixel, twice.
const maxPixels = 1 << 28

// Figure is a drawing of a fixed size.
type Figure struct {
	// Width and Height are the size that the drawing was composed for.
	Width, Height vg.Length

	panels  []panel
	overlay func(draw.Canvas) // drawn above the panels, unless nil
}

// panel is a plot and its place in a figure.
type panel struct {
	plot *plot.Plot
	area vg.Rectangle
}

// Draw draws the figure on a white ground at the lower left corner of c.
func (f *Figure) Draw(c draw.Canvas) {
	c.Max = c.Min.Add(vg.Point{X: f.Width, Y: f.Height})
	c.SetColor(color.White)
	c.Fill(c.Path())
	for _, p := range f.panels {
		p.plot.BackgroundColor = nil
		p.plot.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: p.area.Add(c.Min)})
	}
	if f.overlay != nil {
		f.overlay(c)
	}
}

// WritePNG writes the figure as a PNG image of dpi dots per inch, which the
// file states. It holds four bytes a pixel twice in memory and refuses more
// than 2^28 pixels.
func (f *Figure) WritePNG(w io.Writer, dpi int) error {
	if dpi < 1 {
		return fmt.Errorf("figure: %d dots per inch, want at least 1", dpi)
	}
	across, down := math.Round(f.Width.Dots(float64(dpi))), math.Round(f.Height.Dots(float64(dpi)))
	if !(across >= 1 && down >= 1 && across*down <= maxPixels) {
		return fmt.Errorf("figure: %.0f x %.0f pixels at %d dots per inch, want 1 to %d in all", across, down, dpi, maxPixels)
	}
	canvas := vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(dpi))
	f.Draw(draw.New(canvas))

	var encoded bytes.Buffer
	if err := png.Encode(&encoded, canvas.Image()); err != nil {
		return fmt.Errorf("figure: encoding PNG: %w", err)
	}
	// Package image/png writes no resolution. Its chunk follows the signature
	// and the header chunk (PNG specification, 5.6: pHYs before IDAT).
	const header = 8 + 12 + 13
	start := encoded.Next(header)
	for _, part := range [][]byte{start, physicalSize(dpi), encoded.Bytes()} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("figure: writing PNG: %w", err)
		}
	}
	return nil
}

// physicalSize returns the chunk pHYs of a PNG file (PNG specification,
// 11.3.4.3): pixels per metre in x and y, and 1 for the unit metre.
func physicalSize(dpi int) []byte {
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	chunk := []byte{0, 0, 0, 9, 'p', 'H', 'Y', 's'}
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}
