// This file draws a quantity that several runs have measured at several settings.

package figure

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Spread implements plot.Plotter, plot.DataRanger, plot.GlyphBoxer and
// plot.Thumbnailer: a line with dots through the means, and a bar from the lowest
// to the highest value at each.
type Spread struct {
	X, Mean, Low, High []float64

	// LineStyle is that of the line; dots and bars have its colour.
	draw.LineStyle

	// Radius is that of the dots.
	Radius vg.Length

	// Shift moves everything to the right, so that bars of several quantities
	// stand side by side.
	Shift vg.Length
}

// NewSpread returns the spread of runs, each of which has a value for every x, in
// the colour of a class (see [Tab10]). All numbers must be finite.
func NewSpread(x []float64, runs [][]float64, class int) (*Spread, error) {
	s, err := newSpread(x, runs, class)
	if err != nil {
		return nil, fmt.Errorf("figure: spread: %w", err)
	}
	return s, nil
}

// newSpread is NewSpread without the package's name in its errors.
func newSpread(x []float64, runs [][]float64, class int) (*Spread, error) {
	switch {
	case class < 0:
		return nil, fmt.Errorf("class is %d, want 0 or more", class)
	case len(x) == 0 || len(runs) == 0:
		return nil, errors.New("no values to draw")
	}
	s := &Spread{
		X:         x,
		LineStyle: draw.LineStyle{Color: classColor(class), Width: vg.Points(1.5)},
		Radius:    vg.Points(2.25),
	}
	for i, at := range x {
		if math.IsNaN(at) || math.IsInf(at, 0) {
			return nil, fmt.Errorf("setting %d is %v, want a finite number", i+1, at)
		}
		mean, low, high := 0., math.Inf(1), math.Inf(-1)
		for j, values := range runs {
			if len(values) != len(x) {
				return nil, fmt.Errorf("run %d has %d values, want %d, one a setting", j+1, len(values), len(x))
			}
			v := values[i]
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("value of run %d at setting %d is %v, want a finite number", j+1, i+1, v)
			}
			mean += v / float64(len(runs))
			low, high = min(low, v), max(high, v)
		}
		s.Mean, s.Low, s.High = append(s.Mean, mean), append(s.Low, low), append(s.High, high)
	}
	return s, nil
}

func (s *Spread) dot() draw.GlyphStyle {
	return draw.GlyphStyle{Color: s.Color, Radius: s.Radius, Shape: draw.CircleGlyph{}}
}

// Plot implements plot.Plotter.
func (s *Spread) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	bar := s.LineStyle
	bar.Width, bar.Dashes = s.Width/2, nil
	var points []vg.Point
	for i, at := range s.X {
		points = append(points, vg.Point{X: x(at) + s.Shift, Y: y(s.Mean[i])})
		c.StrokeLine2(bar, x(at)+s.Shift, y(s.Low[i]), x(at)+s.Shift, y(s.High[i]))
	}
	c.StrokeLines(s.LineStyle, points)
	for _, point := range points {
		c.DrawGlyph(s.dot(), point)
	}
}

// DataRange implements plot.DataRanger.
func (s *Spread) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, ymin, xmax, ymax = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, at := range s.X {
		xmin, xmax = min(xmin, at), max(xmax, at)
		ymin, ymax = min(ymin, s.Low[i]), max(ymax, s.High[i])
	}
	return xmin, xmax, ymin, ymax
}

// GlyphBoxes implements plot.GlyphBoxer.
func (s *Spread) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	var boxes []plot.GlyphBox
	for i, at := range s.X {
		box := s.dot().Rectangle()
		boxes = append(boxes, plot.GlyphBox{X: p.X.Norm(at), Y: p.Y.Norm(s.Mean[i]), Rectangle: box.Add(vg.Point{X: s.Shift})})
	}
	return boxes
}

// Thumbnail implements plot.Thumbnailer.
func (s *Spread) Thumbnail(c *draw.Canvas) {
	c.StrokeLine2(s.LineStyle, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
	c.DrawGlyph(s.dot(), c.Center())
}
