// This file draws small framed images at points of a plot.

package figure

import (
	"fmt"
	"image"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Thumbnail is an image with a frame, centred at a point of a plot.
type Thumbnail struct {
	plotter.XY
	Image image.Image
	Frame color.Color
}

// Thumbnails implements plot.Plotter, plot.DataRanger and plot.GlyphBoxer:
// images in white boxes with a coloured frame, later ones above earlier ones.
// One whose centre lies outside the plot is not drawn.
type Thumbnails struct {
	Items []Thumbnail

	// Width is that of an image; its height keeps its proportions.
	Width vg.Length

	// Padding is the white space between an image and the middle of its frame.
	Padding vg.Length

	// FrameWidth is the width of the frame's line.
	FrameWidth vg.Length
}

// NewThumbnails returns thumbnails of the images that [PickThumbnails] picks
// for points, framed in the colour of their class. Their sizes are those of
// matplotlib's AnnotationBbox around a 28 x 28 OffsetImage with a frame of
// width 2: 28 points wide, padded by 0.4 times the font size of 10.
//
// There is one image for each point; classes is as in [NewClassScatter].
func NewThumbnails(points plotter.XYer, classes []int, images Images) (*Thumbnails, error) {
	xys, err := finite(points)
	if err != nil {
		return nil, err
	}
	if err := checkClasses(classes, len(xys)); err != nil {
		return nil, err
	}
	if images.Len() != len(xys) {
		return nil, fmt.Errorf("figure: %d images for %d points, want one for each", images.Len(), len(xys))
	}
	t := &Thumbnails{
		Width:      vg.Points(28),
		Padding:    vg.Points(0.4 * fontSize),
		FrameWidth: vg.Points(2),
	}
	for _, i := range PickThumbnails(xys) {
		class := 0
		if classes != nil {
			class = classes[i]
		}
		t.Items = append(t.Items, Thumbnail{XY: xys[i], Image: images.Image(i), Frame: classColor(class)})
	}
	return t, nil
}

// box returns the middle line of the frame of a thumbnail at a point of the
// canvas.
func (t *Thumbnails) box(item Thumbnail, at vg.Point) vg.Rectangle {
	size := item.Image.Bounds().Size()
	height := t.Width * vg.Length(size.Y) / vg.Length(size.X)
	return centered(at, t.Width+2*t.Padding, height+2*t.Padding)
}

// outline returns the frame's outer border.
func (t *Thumbnails) outline(item Thumbnail, at vg.Point) vg.Rectangle {
	return grow(t.box(item, at), t.FrameWidth/2)
}

// Plot implements plot.Plotter.
func (t *Thumbnails) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, item := range t.Items {
		at := vg.Point{X: x(item.X), Y: y(item.Y)}
		if !c.Contains(at) {
			continue
		}
		box := t.box(item, at)
		// Two filled rectangles have sharp corners, which a stroke has not on
		// every canvas.
		c.SetColor(item.Frame)
		c.Fill(grow(box, t.FrameWidth/2).Path())
		c.SetColor(color.White)
		c.Fill(grow(box, -t.FrameWidth/2).Path())
		drawPixels(c, grow(box, -t.Padding), item.Image)
	}
}

// DataRange implements plot.DataRanger.
func (t *Thumbnails) DataRange() (xmin, xmax, ymin, ymax float64) {
	points := make(plotter.XYs, len(t.Items))
	for i, item := range t.Items {
		points[i] = item.XY
	}
	return plotter.XYRange(points)
}

// GlyphBoxes implements plot.GlyphBoxer.
func (t *Thumbnails) GlyphBoxes(p *plot.Plot) []plot.GlyphBox {
	boxes := make([]plot.GlyphBox, len(t.Items))
	for i, item := range t.Items {
		boxes[i] = plot.GlyphBox{
			X:         p.X.Norm(item.X),
			Y:         p.Y.Norm(item.Y),
			Rectangle: t.outline(item, vg.Point{}),
		}
	}
	return boxes
}
