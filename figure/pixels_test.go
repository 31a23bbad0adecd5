// This file finds dots, frames and images in the pixels of a picture.

package figure

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot/vg"
)

// picture is a figure in pixels. Places in it are given in dots from its lower
// left corner, as rectangles of the left, lower, right and upper border.
type picture struct {
	*image.RGBA
	dpi float64
}

// dots converts points to dots.
func (p picture) dots(points float64) float64 { return points * p.dpi / vg.Inch.Points() }

// box converts a rectangle from points to dots.
func (p picture) box(points [4]float64) (dots [4]float64) {
	for i, v := range points {
		dots[i] = p.dots(v)
	}
	return dots
}

// at returns the colour of the pixel that holds a place.
func (p picture) at(x, y float64) color.RGBA {
	return p.RGBAAt(int(math.Floor(x)), p.Rect.Dy()-1-int(math.Floor(y)))
}

var white = color.RGBA{R: 255, G: 255, B: 255, A: 255}

// dot returns the middle of the ink within a distance of a place.
func (p picture) dot(x, y, within float64) (cx, cy float64) {
	var ink, sumX, sumY float64
	for py := math.Floor(y-within) + .5; py < y+within; py++ {
		for px := math.Floor(x-within) + .5; px < x+within; px++ {
			if math.Hypot(px-x, py-y) > within {
				continue
			}
			c := p.at(px, py)
			v := float64(3*255 - int(c.R) - int(c.G) - int(c.B))
			ink, sumX, sumY = ink+v, sumX+v*px, sumY+v*py
		}
	}
	return sumX / ink, sumY / ink
}

// frame returns the inner borders of a frame of a colour, around white, whose
// middle line lies about at a box.
func (p picture) frame(box [4]float64, c color.RGBA) (inner [4]float64, err error) {
	for side := range inner {
		at := [2]float64{(box[0] + box[2]) / 2, (box[1] + box[3]) / 2}
		axis, outwards := side%2, float64(2*(side/2)-1)
		at[axis] = box[side] - outwards*p.dots(2.5) // in the middle of the white
		if got := p.at(at[0], at[1]); got != white {
			return inner, fmt.Errorf("colour %v at (%.0f, %.0f), want white", got, at[0], at[1])
		}
		covered := 0.0 // parts of the pixels on the way that the frame covers
		for start := at[axis]; p.at(at[0], at[1]) != c; at[axis] += outwards {
			if math.Abs(at[axis]-start) > p.dots(3) {
				return inner, fmt.Errorf("no frame of colour %v beside (%.0f, %.0f)", c, at[0], at[1])
			}
			got := p.at(at[0], at[1])
			covered += float64(3*255-int(got.R)-int(got.G)-int(got.B)) / float64(3*255-int(c.R)-int(c.G)-int(c.B))
		}
		// The border of the first pixel that is all frame, less those.
		inner[side] = math.Floor(at[axis]) + float64(1-side/2) - outwards*covered
	}
	return inner, nil
}

// corners returns the borders of an enlarged image that lies about in a box,
// from the places at which its rows and its columns change from one grey to
// another.
func (p picture) corners(img *image.Gray, box [4]float64) (corners [4]float64, err error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	cellX, cellY := (box[2]-box[0])/float64(w), (box[3]-box[1])/float64(h)
	grey := func(x, y int) uint8 { return img.GrayAt(x, y).Y }

	corners[0], corners[2], err = borders(w, h, grey, box[0], cellX, func(along float64, line int) color.RGBA {
		return p.at(along, box[3]-(float64(line)+.5)*cellY)
	})
	if err != nil {
		return corners, fmt.Errorf("across: %w", err)
	}
	corners[1], corners[3], err = borders(h, w, func(y, x int) uint8 { return grey(x, h-1-y) }, box[1], cellY, func(along float64, line int) color.RGBA {
		return p.at(box[0]+(float64(line)+.5)*cellX, along)
	})
	if err != nil {
		err = fmt.Errorf("upwards: %w", err)
	}
	return corners, err
}

// borders fits a straight line to the places at which the n cells of lines
// change, and returns where the first cell begins and the last one ends.
func borders(n, lines int, grey func(along, line int) uint8, start, cell float64, at func(along float64, line int) color.RGBA) (from, to float64, err error) {
	var numbers, places []float64
	for i := range lines {
		var want, got []float64
		for k := 1; k < n; k++ {
			if grey(k-1, i) != grey(k, i) {
				want = append(want, float64(k))
			}
		}
		// The outermost cells are looked at from their middle, so that what lies
		// beside the image does not count.
		first, last := math.Floor(start+cell/2), math.Floor(start+(float64(n)-.5)*cell)
		for x := first + 1; x <= last; x++ {
			if at(x-1, i) != at(x, i) {
				got = append(got, x)
			}
		}
		if len(got) != len(want) {
			return 0, 0, fmt.Errorf("line %d changes %d times, want %d", i, len(got), len(want))
		}
		numbers, places = append(numbers, want...), append(places, got...)
	}
	if len(numbers) < 2 {
		return 0, 0, fmt.Errorf("%d changes, want some", len(numbers))
	}
	from, to = line(numbers, places, 0, float64(n))
	return from, to, nil
}

// line fits a straight line to points and returns its values at two places.
func line(x, y []float64, from, to float64) (yFrom, yTo float64) {
	a, b := stat.LinearRegression(x, y, nil, false)
	return a + b*from, a + b*to
}

// farthest returns the largest distance between the borders of two boxes.
func farthest(a, b [4]float64) float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = math.Abs(a[i] - b[i])
	}
	return slices.Max(d)
}
