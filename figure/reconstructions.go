// This file composes the figure of images and their reconstructions.

package figure

import (
	"fmt"
	"image"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Reconstructions returns a figure of n columns, originals above, their
// reconstructions below, (n x 1.5) x 3 inches. Both hold n images of one size,
// n at least 1.
func Reconstructions(originals, reconstructions Images) (*Figure, error) {
	n := originals.Len()
	if n == 0 {
		return nil, fmt.Errorf("figure: no images to draw")
	}
	if reconstructions.Len() != n {
		return nil, fmt.Errorf("figure: %d reconstructions of %d images, want one of each", reconstructions.Len(), n)
	}
	w, h := originals.width, originals.height
	if reconstructions.width != w || reconstructions.height != h {
		return nil, fmt.Errorf("figure: reconstructions of %d x %d pixels, want %d x %d as the images",
			reconstructions.width, reconstructions.height, w, h)
	}
	images := make([]image.Image, 2*n)
	for i := range n {
		images[i], images[n+i] = originals.Image(i), reconstructions.Image(i)
	}

	f := &Figure{Width: vg.Length(n) * 1.5 * vg.Inch, Height: 3 * vg.Inch}
	area := tightArea(f.Width, f.Height)
	gapX, gapY := tightGaps(f.Width, f.Height, n, 2, w, h)
	cellX := (area.Size().X - vg.Length(n-1)*gapX) / vg.Length(n)
	cellY := (area.Size().Y - gapY) / 2
	p := plot.New()
	hideAxes(p)
	p.Add(&ImageGrid{
		Images:  images,
		Columns: n,
		GapX:    float64(gapX / cellX),
		GapY:    float64(gapY / cellY),
	})
	f.panels = []panel{{p, area}}
	return f, nil
}
