// This file draws a legend in a box, in rows and columns.

package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// legend is a list of names and what they stand for.
type legend []legendEntry

type legendEntry struct {
	name  string
	thumb plot.Thumbnailer
}

// Measures of a legend.
const (
	legendPadding vg.Length = 0.4 * fontSize // legend.borderpad of matplotlib
	legendRow     vg.Length = 1.3 * fontSize
	legendThumb   vg.Length = 1.6 * fontSize // width of the sample of an entry
	legendInset   vg.Length = 0.2 * fontSize // around the sample
	legendGap     vg.Length = 0.8 * fontSize // between columns
	legendBorder  vg.Length = 0.4 * fontSize // to the border of the canvas
)

// sans returns the style of text of a size in points.
func sans(size vg.Length) text.Style {
	return text.Style{
		Color:   color.Black,
		Font:    font.Font{Typeface: "Liberation", Variant: "Sans", Size: size},
		Handler: plot.DefaultTextHandler,
	}
}

// rows returns the number of rows that the entries fill in so many columns.
func (l legend) rows(columns int) int { return (len(l) + columns - 1) / columns }

// columnWidths returns the width of each column. Entries fill column by
// column.
func (l legend) columnWidths(columns int) []vg.Length {
	widths := make([]vg.Length, columns)
	for i, entry := range l {
		column := i / l.rows(columns)
		widths[column] = max(widths[column], legendThumb+sans(fontSize).Width(entry.name))
	}
	return widths
}

// size returns the size of the legend's box.
func (l legend) size(columns int) vg.Point {
	size := vg.Point{
		X: 2*legendPadding + vg.Length(columns-1)*legendGap,
		Y: 2*legendPadding + vg.Length(l.rows(columns))*legendRow,
	}
	for _, width := range l.columnWidths(columns) {
		size.X += width
	}
	return size
}

// draw draws the legend with its lower left corner at a point. The box is
// that of matplotlib: legend.framealpha 0.8, legend.edgecolor 0.8.
func (l legend) draw(c draw.Canvas, corner vg.Point, columns int) {
	box := vg.Rectangle{Min: corner, Max: corner.Add(l.size(columns))}
	c.SetColor(color.NRGBA{R: 255, G: 255, B: 255, A: 204})
	c.Fill(box.Path())
	c.SetLineStyle(draw.LineStyle{Color: color.Gray{Y: 204}, Width: 1})
	c.Stroke(box.Path())
	l.drawEntries(c, corner, columns)
}

// drawEntries draws the legend without its box.
func (l legend) drawEntries(c draw.Canvas, corner vg.Point, columns int) {
	style := sans(fontSize)
	rows := l.rows(columns)
	x := corner.X + legendPadding
	for column, width := range l.columnWidths(columns) {
		top := corner.Y + legendPadding + vg.Length(rows)*legendRow
		for row := 0; row < rows && column*rows+row < len(l); row++ {
			entry := l[column*rows+row]
			line := vg.Rectangle{
				Min: vg.Point{X: x, Y: top - vg.Length(row+1)*legendRow},
				Max: vg.Point{X: x + legendThumb, Y: top - vg.Length(row)*legendRow},
			}
			thumb := draw.Canvas{Canvas: c.Canvas, Rectangle: grow(line, -legendInset)}
			entry.thumb.Thumbnail(&thumb)
			// Half the height of a capital letter, about 0.7 of the font size,
			// lies below the line's middle.
			baseline := center(line).Y - 0.35*fontSize
			c.SetColor(style.Color)
			c.FillString(plot.DefaultTextHandler.Cache().Lookup(style.Font, fontSize),
				vg.Point{X: line.Max.X, Y: baseline}, entry.name)
		}
		x += width + legendGap
	}
}

// place returns the number of columns and the lower left corner with which the
// legend's box covers the least ink of its canvas. Of several such places, it
// takes the one with the fewest columns, and then the one nearest to a corner
// of the canvas: upper right, upper left, lower right or lower left, in this
// order.
func (l legend) place(ink *ink) (columns int, corner vg.Point, err error) {
	ink.sum()
	covered, distance := -1, vg.Length(0)
	for k := 1; k <= len(l); k++ {
		if k > 1 && l.rows(k) == l.rows(k-1) {
			continue // a column more does not make it lower
		}
		size := l.size(k)
		room := vg.Point{X: ink.width - 2*legendBorder - size.X, Y: ink.height - 2*legendBorder - size.Y}
		if room.X < 0 || room.Y < 0 {
			continue
		}
		for _, y := range steps(room.Y) {
			for _, x := range steps(room.X) {
				at := vg.Point{X: legendBorder + x, Y: legendBorder + y}
				n := ink.covered(vg.Rectangle{Min: at, Max: at.Add(size)})
				d := min(x, room.X-x) + min(y, room.Y-y)
				if covered < 0 || n < covered || n == covered && k == columns && d < distance {
					covered, distance, columns, corner = n, d, k, at
				}
			}
		}
	}
	if covered < 0 {
		size := l.size(1)
		return 0, vg.Point{}, fmt.Errorf("figure: legend of %d classes does not fit: in one column %.0f x %.0f points, want less than %.0f x %.0f",
			len(l), size.X.Points(), size.Y.Points(), ink.width.Points(), ink.height.Points())
	}
	return columns, corner, nil
}

// steps returns places from room to 0, both included, about a point apart.
func steps(room vg.Length) []vg.Length {
	n := max(1, math.Floor(room.Points()))
	places := make([]vg.Length, 0, int(n)+1)
	for i := n; i >= 0; i-- {
		places = append(places, room*vg.Length(i/n))
	}
	return places
}
