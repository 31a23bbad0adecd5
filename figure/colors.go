// This file holds the colours: matplotlib's maps tab10 and binary.

package figure

import "image/color"

// Tab10 is matplotlib's qualitative colour map tab10.
//
// Class i has the colour Tab10[i%10], so an eleventh class looks like the
// first, as C10 looks like C0 in matplotlib's property cycle. A colour belongs
// to the class's number alone: where matplotlib's scatter stretches the map
// between the smallest and the largest label present, the colours here stay
// when a class is missing.
//
// Source: _tab10_data in matplotlib's _cm.py.
var Tab10 = [10]color.RGBA{
	{R: 31, G: 119, B: 180, A: 255},
	{R: 255, G: 127, B: 14, A: 255},
	{R: 44, G: 160, B: 44, A: 255},
	{R: 214, G: 39, B: 40, A: 255},
	{R: 148, G: 103, B: 189, A: 255},
	{R: 140, G: 86, B: 75, A: 255},
	{R: 227, G: 119, B: 194, A: 255},
	{R: 127, G: 127, B: 127, A: 255},
	{R: 188, G: 189, B: 34, A: 255},
	{R: 23, G: 190, B: 207, A: 255},
}

// classColor returns the colour of a class, which must not be negative.
func classColor(class int) color.Color { return Tab10[class%len(Tab10)] }

// binaryGreys is matplotlib's colour map binary: 256 greys from white to black,
// computed as fractions of 255 and cut off.
//
// Source: _create_lookup_table and Colormap.__call__ in matplotlib's colors.py.
var binaryGreys = func() (greys [256]uint8) {
	const step = 1 / 255.0
	for i := range greys {
		greys[i] = uint8((1 - 255*(float64(i)*step)/255) * 255)
	}
	return greys
}()

// binaryGrey returns the grey of x, which must lie in [0, 1].
func binaryGrey(x float64) uint8 { return binaryGreys[int(min(x*256, 255))] }
