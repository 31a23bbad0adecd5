// This file computes with rectangles.

package figure

import (
	"image"

	"gonum.org/v1/plot/vg"
)

// fit returns the largest rectangle of the proportions of size that fits into
// r, in its middle.
func fit(r vg.Rectangle, size image.Point) vg.Rectangle {
	pixel := min(r.Size().X/vg.Length(size.X), r.Size().Y/vg.Length(size.Y))
	return centered(center(r), pixel*vg.Length(size.X), pixel*vg.Length(size.Y))
}

// center returns the middle of r.
func center(r vg.Rectangle) vg.Point {
	return vg.Point{X: (r.Min.X + r.Max.X) / 2, Y: (r.Min.Y + r.Max.Y) / 2}
}

// centered returns the rectangle of the given size around a point.
func centered(at vg.Point, width, height vg.Length) vg.Rectangle {
	half := vg.Point{X: width / 2, Y: height / 2}
	return vg.Rectangle{Min: at.Sub(half), Max: at.Add(half)}
}

// grow returns r with all borders moved outwards.
func grow(r vg.Rectangle, by vg.Length) vg.Rectangle {
	return centered(center(r), r.Size().X+2*by, r.Size().Y+2*by)
}
