// This file places panels on a canvas as matplotlib does.

package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// matplotlib's default settings, from its matplotlibrc.
const (
	fontSize = 10 // font.size and legend.fontsize, in points

	// figure.subplot.*: borders of the panels as parts of the canvas, and the
	// space between panels as parts of a panel.
	subplotLeft, subplotRight = 0.125, 0.9
	subplotBottom, subplotTop = 0.11, 0.88
	subplotSpace              = 0.2

	margin = 0.05 // axes.xmargin, axes.ymargin: part of the range of the data
)

// tightPad is the space that tight_layout leaves around and between panels.
const tightPad vg.Length = 1.08 * fontSize

// subplotArea returns the area of the panels of a canvas without
// tight_layout.
func subplotArea(width, height vg.Length) vg.Rectangle {
	return vg.Rectangle{
		Min: vg.Point{X: subplotLeft * width, Y: subplotBottom * height},
		Max: vg.Point{X: subplotRight * width, Y: subplotTop * height},
	}
}

// tightArea returns the area of the panels of a canvas with tight_layout.
func tightArea(width, height vg.Length) vg.Rectangle {
	return vg.Rectangle{
		Min: vg.Point{X: tightPad, Y: tightPad},
		Max: vg.Point{X: width - tightPad, Y: height - tightPad},
	}
}

// tightGaps returns the space that tight_layout leaves between the columns and
// between the rows of a grid of images of w x h pixels.
//
// Before tight_layout, an image fills its panel in one direction and leaves
// some of it in the other. tight_layout (_auto_adjust_subplotpars in
// matplotlib's _tight_layout.py) subtracts what two neighbours leave from the
// space between them. It does so once, although the panels grow afterwards.
func tightGaps(width, height vg.Length, columns, rows, w, h int) (x, y vg.Length) {
	area := subplotArea(width, height).Size()
	cell := vg.Point{
		X: area.X / (vg.Length(columns) + subplotSpace*vg.Length(columns-1)),
		Y: area.Y / (vg.Length(rows) + subplotSpace*vg.Length(rows-1)),
	}
	pixel := min(cell.X/vg.Length(w), cell.Y/vg.Length(h))
	return tightPad - (cell.X - pixel*vg.Length(w)), tightPad - (cell.Y - pixel*vg.Length(h))
}

// addMargins widens the range of an axis from that of its data as
// matplotlib's autoscale does. A range of no width is widened so that the data
// lie in its middle.
func addMargins(axis *plot.Axis) {
	by := margin * (axis.Max - axis.Min)
	if by == 0 {
		by = 0.5
	}
	axis.Min -= by
	axis.Max += by
}

// hideAxes leaves the whole canvas to the data.
func hideAxes(p *plot.Plot) {
	p.HideAxes()
	p.X.Padding, p.Y.Padding = 0, 0
}
