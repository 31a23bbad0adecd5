// This file draws images in rows and columns.

package figure

import (
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ImageGrid implements plot.Plotter and plot.DataRanger: images in the cells
// of a grid, with hard pixel edges.
//
// A cell is one unit wide and one unit high in the plot's coordinates; the
// lower left corner of the grid is (0, 0). An image keeps its proportions: it
// is drawn as large as its cell allows, in the middle.
type ImageGrid struct {
	// Images fill the grid row by row, from the upper left cell. A nil image
	// leaves its cell empty.
	Images []image.Image

	// Columns is the number of cells in a row; 0 or less means one row of all.
	Columns int

	// GapX and GapY are the space between neighbouring cells, in units.
	GapX, GapY float64
}

// size returns the number of columns and rows.
func (g *ImageGrid) size() (columns, rows int) {
	columns = g.Columns
	if columns < 1 {
		columns = max(1, len(g.Images))
	}
	return columns, (len(g.Images) + columns - 1) / columns
}

// Plot implements plot.Plotter.
func (g *ImageGrid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	columns, rows := g.size()
	for i, img := range g.Images {
		if img == nil || img.Bounds().Empty() {
			continue
		}
		left := float64(i%columns) * (1 + g.GapX)
		bottom := float64(rows-1-i/columns) * (1 + g.GapY)
		cell := vg.Rectangle{
			Min: vg.Point{X: x(left), Y: y(bottom)},
			Max: vg.Point{X: x(left + 1), Y: y(bottom + 1)},
		}
		drawPixels(c, fit(cell, img.Bounds().Size()), img)
	}
}

// DataRange implements plot.DataRanger.
func (g *ImageGrid) DataRange() (xmin, xmax, ymin, ymax float64) {
	columns, rows := g.size()
	return 0, float64(columns) + float64(columns-1)*g.GapX,
		0, float64(rows) + float64(max(0, rows-1))*g.GapY
}
