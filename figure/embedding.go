// This file composes the figures of an embedding.

package figure

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Embedding is what the two figures of an embedding show.
type Embedding struct {
	// Points are the embedding as Scale returns it.
	Points plotter.XYs

	// Labels holds the class of each point, from 0. Nil draws all points in
	// one colour, without a legend.
	Labels []int

	// Classes holds the classes' names by number. Nil means that they have no
	// names; then there is no legend.
	Classes []string

	// Images holds the image of each point. Scatter does not use it.
	Images Images

	// HideLegend leaves the legend away. The rest of the figure is the same
	// with and without it.
	HideLegend bool
}

// Scatter returns a figure of the points, 6.4 x 4.8 inches, without axes.
func (e Embedding) Scatter() (*Figure, error) {
	f := &Figure{Width: 6.4 * vg.Inch, Height: 4.8 * vg.Inch}
	scatter, err := e.points()
	if err != nil {
		return nil, err
	}
	return e.compose(f, subplotArea(f.Width, f.Height), scatter, nil)
}

// Thumbnails returns a figure of the points and the images of some of them
// (see [PickThumbnails]), 10 x 8 inches, without axes.
func (e Embedding) Thumbnails() (*Figure, error) {
	f := &Figure{Width: 10 * vg.Inch, Height: 8 * vg.Inch}
	scatter, err := e.points()
	if err != nil {
		return nil, err
	}
	thumbnails, err := NewThumbnails(e.Points, e.Labels, e.Images)
	if err != nil {
		return nil, err
	}
	// A square thumbnail is smaller than the 5 % margin around the points, so
	// that tight_layout has nothing to make room for.
	return e.compose(f, tightArea(f.Width, f.Height), scatter, thumbnails)
}

// points checks the embedding and returns a plotter of its points.
func (e Embedding) points() (*ClassScatter, error) {
	scatter, err := NewClassScatter(e.Points, e.Labels)
	if err != nil {
		return nil, err
	}
	xmin, xmax, ymin, ymax := scatter.DataRange()
	if low, high := min(xmin, ymin), max(xmax, ymax); low != 0 || high != 1 {
		return nil, fmt.Errorf("figure: coordinates from %v to %v, want 0 to 1 as Scale returns them", low, high)
	}
	for i, label := range e.Labels {
		if e.Classes != nil && label >= len(e.Classes) {
			return nil, fmt.Errorf("figure: label of point %d is %d, want less than %d, the number of class names",
				i, label, len(e.Classes))
		}
	}
	return scatter, nil
}

// compose puts the plotters into the area of the figure and the legend where
// it covers least of them. thumbnails may be nil.
func (e Embedding) compose(f *Figure, area vg.Rectangle, scatter *ClassScatter, thumbnails *Thumbnails) (*Figure, error) {
	p := plot.New()
	hideAxes(p)
	p.Add(scatter)
	addMargins(&p.X)
	addMargins(&p.Y)
	if thumbnails != nil {
		p.Add(thumbnails)
	}
	f.panels = []panel{{p, area}}

	legend := e.classes(scatter)
	if len(legend) == 0 {
		return f, nil
	}
	ink := newInk(f.Width, f.Height)
	data := p.DataCanvas(draw.Canvas{Rectangle: area})
	x, y := p.Transforms(&data)
	for _, point := range scatter.XYs {
		ink.disc(vg.Point{X: x(point.X), Y: y(point.Y)}, scatter.Radius)
	}
	if thumbnails != nil {
		for _, item := range thumbnails.Items {
			ink.rectangle(thumbnails.outline(item, vg.Point{X: x(item.X), Y: y(item.Y)}))
		}
	}
	columns, corner, err := legend.place(ink)
	if err != nil {
		return nil, err
	}
	f.overlay = func(c draw.Canvas) { legend.draw(c, corner.Add(c.Min), columns) }
	return f, nil
}

// classes returns a legend of the classes that occur, empty if none is wanted.
func (e Embedding) classes(scatter *ClassScatter) legend {
	if e.HideLegend || e.Classes == nil {
		return nil
	}
	occurs := make([]bool, len(e.Classes))
	for _, label := range e.Labels {
		occurs[label] = true
	}
	var l legend
	for class, name := range e.Classes {
		if occurs[class] {
			l = append(l, legendEntry{name, scatter.Thumbnailer(class)})
		}
	}
	return l
}
