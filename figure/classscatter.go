// This file draws points coloured by class.

package figure

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// pointRadius is that of scatter(s=10): s is the square of the marker's
// diameter, and half of the edge, patch.linewidth = 1 wide and of the same
// colour, lies outside.
var pointRadius = vg.Points((math.Sqrt(10) + 1) / 2)

// ClassScatter implements plot.Plotter, plot.DataRanger and plot.GlyphBoxer: a
// dot for each point in the colour of its class (see [Tab10]), later points
// above earlier ones.
type ClassScatter struct {
	plotter.XYs

	// Classes holds the class of each point, from 0. Nil means 0 for all.
	Classes []int

	// Radius is that of a dot.
	Radius vg.Length
}

// NewClassScatter returns a scatter of dots of matplotlib's size s=10. It
// keeps a copy of the points; classes is nil or has one entry for each.
func NewClassScatter(points plotter.XYer, classes []int) (*ClassScatter, error) {
	xys, err := finite(points)
	if err != nil {
		return nil, err
	}
	if err := checkClasses(classes, len(xys)); err != nil {
		return nil, err
	}
	return &ClassScatter{XYs: xys, Classes: classes, Radius: pointRadius}, nil
}

// finite copies points and fails when there are none or one is not finite.
func finite(points plotter.XYer) (plotter.XYs, error) {
	if points.Len() == 0 {
		return nil, fmt.Errorf("figure: no points to draw")
	}
	xys := make(plotter.XYs, points.Len())
	for i := range xys {
		x, y := points.XY(i)
		if math.IsNaN(x) || math.IsInf(x, 0) || math.IsNaN(y) || math.IsInf(y, 0) {
			return nil, fmt.Errorf("figure: point %d is (%v, %v), want finite coordinates", i, x, y)
		}
		xys[i] = plotter.XY{X: x, Y: y}
	}
	return xys, nil
}

// checkClasses fails unless classes is nil or holds n numbers from 0.
func checkClasses(classes []int, n int) error {
	if classes != nil && len(classes) != n {
		return fmt.Errorf("figure: %d labels for %d points, want one for each", len(classes), n)
	}
	for i, class := range classes {
		if class < 0 {
			return fmt.Errorf("figure: label of point %d is %d, want 0 or more", i, class)
		}
	}
	return nil
}

// class returns the class of point i.
func (s *ClassScatter) class(i int) int {
	if s.Classes == nil {
		return 0
	}
	return s.Classes[i]
}

// dot returns the glyph of a class.
func (s *ClassScatter) dot(class int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: classColor(class), Radius: s.Radius, Shape: draw.CircleGlyph{}}
}

// Plot implements plot.Plotter.
func (s *ClassScatter) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, point := range s.XYs {
		c.DrawGlyph(s.dot(s.class(i)), vg.Point{X: x(point.X), Y: y(point.Y)})
	}
}

// DataRange implements plot.DataRanger.
func (s *ClassScatter) DataRange() (xmin, xmax, ymin, ymax float64) {
	return plotter.XYRange(s)
}

// GlyphBoxes implements plot.GlyphBoxer.
func (s *ClassScatter) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	boxes := make([]plot.GlyphBox, len(s.XYs))
	for i, point := range s.XYs {
		boxes[i] = plot.GlyphBox{
			X:         p.X.Norm(point.X),
			Y:         p.Y.Norm(point.Y),
			Rectangle: s.dot(0).Rectangle(),
		}
	}
	return boxes
}

// Thumbnailer returns the dot of a class for a legend.
func (s *ClassScatter) Thumbnailer(class int) plot.Thumbnailer {
	return dot(s.dot(class))
}

// dot implements plot.Thumbnailer.
type dot draw.GlyphStyle

func (d dot) Thumbnail(c *draw.Canvas) {
	c.DrawGlyphNoClip(draw.GlyphStyle(d), c.Center())
}
