// This file draws a quantity that is known after each epoch of a training.

package figure

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve implements plot.Plotter, plot.DataRanger, plot.GlyphBoxer and
// plot.Thumbnailer: a line through the values of the epochs 1, 2, …, with a dot
// at each as long as there is room.
type Curve struct {
	Values []float64

	// LineStyle is that of the line; the dots have its colour.
	draw.LineStyle

	// Radius is that of the dots.
	Radius vg.Length
}

// NewCurve returns the curve of the values after epoch 1, 2, …, which must be
// finite, in the colour of a class (see [Tab10]).
func NewCurve(values []float64, class int) (*Curve, error) {
	curve, err := newCurve(values, class)
	if err != nil {
		return nil, fmt.Errorf("figure: curve: %w", err)
	}
	return curve, nil
}

// newCurve is NewCurve without the package's name in its errors.
func newCurve(values []float64, class int) (*Curve, error) {
	if class < 0 {
		return nil, fmt.Errorf("class is %d, want 0 or more", class)
	}
	if len(values) == 0 {
		return nil, errors.New("no epochs to draw")
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("value of epoch %d is %v, want a finite number", i+1, v)
		}
	}
	return &Curve{
		Values:    values,
		LineStyle: draw.LineStyle{Color: classColor(class), Width: vg.Points(1.5)},
		Radius:    vg.Points(2.25),
	}, nil
}

func (v *Curve) dot() draw.GlyphStyle {
	return draw.GlyphStyle{Color: v.Color, Radius: v.Radius, Shape: draw.CircleGlyph{}}
}

// Plot implements plot.Plotter.
func (v *Curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	points := make([]vg.Point, len(v.Values))
	for i, value := range v.Values {
		points[i] = vg.Point{X: x(float64(i + 1)), Y: y(value)}
	}
	c.StrokeLines(v.LineStyle, c.ClipLinesXY(points)...)
	if last := len(points) - 1; last > 0 && points[last].X-points[0].X < 4*v.Radius*vg.Length(last) {
		return // the dots would run into each other
	}
	for _, point := range points {
		c.DrawGlyph(v.dot(), point)
	}
}

// DataRange implements plot.DataRanger.
func (v *Curve) DataRange() (xmin, xmax, ymin, ymax float64) {
	ymin, ymax = math.Inf(1), math.Inf(-1)
	for _, value := range v.Values {
		ymin, ymax = min(ymin, value), max(ymax, value)
	}
	return 1, float64(len(v.Values)), ymin, ymax
}

// GlyphBoxes implements plot.GlyphBoxer.
func (v *Curve) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	boxes := make([]plot.GlyphBox, len(v.Values))
	for i, value := range v.Values {
		boxes[i] = plot.GlyphBox{
			X:         p.X.Norm(float64(i + 1)),
			Y:         p.Y.Norm(value),
			Rectangle: v.dot().Rectangle(),
		}
	}
	return boxes
}

// Thumbnail implements plot.Thumbnailer.
func (v *Curve) Thumbnail(c *draw.Canvas) {
	c.StrokeLine2(v.LineStyle, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
	c.DrawGlyph(v.dot(), c.Center())
}
