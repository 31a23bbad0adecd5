// This file draws the range of a quantity in many trainings.

package figure

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Band implements plot.Plotter, plot.DataRanger and plot.Thumbnailer: the area
// between the lowest and the highest values after the epochs 1, 2, …
type Band struct {
	Low, High []float64
	Color     color.Color
}

// NewBand returns the band of several trainings of as many epochs, at least
// one of each; all values must be finite. It has a light shade of the colour of
// a class (see [Tab10]).
func NewBand(trainings [][]float64, class int) (*Band, error) {
	band, err := newBand(trainings, class)
	if err != nil {
		return nil, fmt.Errorf("figure: band: %w", err)
	}
	return band, nil
}

// newBand is NewBand without the package's name in its errors.
func newBand(trainings [][]float64, class int) (*Band, error) {
	band := new(Band)
	for i, values := range trainings {
		curve, err := newCurve(values, class)
		if err != nil {
			return nil, fmt.Errorf("training %d: %w", i+1, err)
		}
		if i == 0 {
			band.Low, band.High = append(band.Low, values...), append(band.High, values...)
			band.Color = lighter(curve.Color)
		}
		if len(values) != len(band.Low) {
			return nil, fmt.Errorf("training %d has %d epochs, want %d, as the first", i+1, len(values), len(band.Low))
		}
		for j, v := range values {
			band.Low[j], band.High[j] = min(band.Low[j], v), max(band.High[j], v)
		}
	}
	if len(trainings) == 0 {
		return nil, fmt.Errorf("no trainings to draw")
	}
	return band, nil
}

// lighter returns the colour as a quarter of it looks on white.
func lighter(c color.Color) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = 255 / 4
	return n
}

// Plot implements plot.Plotter.
func (b *Band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var outline []vg.Point
	for i, v := range b.High {
		outline = append(outline, vg.Point{X: x(float64(i + 1)), Y: y(v)})
	}
	for i := len(b.Low) - 1; i >= 0; i-- {
		outline = append(outline, vg.Point{X: x(float64(i + 1)), Y: y(b.Low[i])})
	}
	if len(b.Low) == 1 { // of one epoch there is no area
		c.StrokeLines(draw.LineStyle{Color: b.Color, Width: vg.Points(4.5)}, c.ClipLinesXY(outline)...)
		return
	}
	c.FillPolygon(b.Color, c.ClipPolygonXY(outline))
}

// DataRange implements plot.DataRanger.
func (b *Band) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, _ = (&Curve{Values: b.Low}).DataRange()
	_, _, _, ymax = (&Curve{Values: b.High}).DataRange()
	return xmin, xmax, ymin, ymax
}

// Thumbnail implements plot.Thumbnailer.
func (b *Band) Thumbnail(c *draw.Canvas) {
	half := (c.Max.Y - c.Min.Y) / 4
	c.FillPolygon(b.Color, []vg.Point{
		{X: c.Min.X, Y: c.Center().Y - half}, {X: c.Max.X, Y: c.Center().Y - half},
		{X: c.Max.X, Y: c.Center().Y + half}, {X: c.Min.X, Y: c.Center().Y + half},
	})
}
