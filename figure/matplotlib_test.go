// This file compares our pictures with matplotlib's, both at the usual
// resolution.

package figure

import (
	"flag"
	"image"
	"math"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/plotter"
)

var page = flag.String("page", "", "write a page of our pictures beside matplotlib's to this folder (its path in full)")

// within is how far apart places may be, in pixels.
const within = 2

// TestPicturesAsMatplotlib finds dots, frames and images in the pixels of our
// pictures and, to judge the search itself, in those of matplotlib's, where
// matplotlib says that they are. Then it compares the pictures as a whole: soft
// edges of dots differ, and pixels at the borders of thumbnails, which are
// snapped to the raster.
func TestPicturesAsMatplotlib(t *testing.T) {
	want := readJSON[layout](t, "layout.json")
	e := thousand(t)
	e.HideLegend = true
	above := mustImages(t, bytesOf(readArray(t, "originals.npy")), 28, 28)
	below := mustImages(t, bytesOf(readArray(t, "blurred.npy")), 28, 28)
	var comparisons []comparison
	for _, test := range []struct {
		name   string
		figure *Figure
		check  func(*testing.T, picture)
		share  float64 // of pixels that may differ by more than a quarter
	}{
		{"scatter", must(t)(e.Scatter()), func(t *testing.T, p picture) {
			checkDots(t, p, e, want.Scatter.Axes, "scatter", nil)
		}, 0},
		{"thumbnails", must(t)(e.Thumbnails()), func(t *testing.T, p picture) {
			checkDots(t, p, e, want.Thumbnails.Axes, "thumbnails", want.Thumbnails.Boxes)
			checkThumbnails(t, p, e, want)
		}, .001},
		{"reconstructions", must(t)(Reconstructions(above, below)), func(t *testing.T, p picture) {
			checkReconstructions(t, p, above, below, want)
		}, .001},
	} {
		t.Run(test.name, func(t *testing.T) {
			ours := render(t, test.figure, DPI)
			theirs := decode(t, readFile(t, filepath.Join(recorded, test.name+".png")))
			if ours.Rect != theirs.Rect {
				t.Fatalf("%v pixels, want %v", ours.Rect.Size(), theirs.Rect.Size())
			}
			t.Run("matplotlib", func(t *testing.T) { test.check(t, picture{theirs, DPI}) })
			t.Run("ours", func(t *testing.T) { test.check(t, picture{ours, DPI}) })
			c := compare(test.name, ours, theirs)
			t.Logf("%d of %d pixels differ by more than a quarter", c.AboveQuarter, c.Pixels)
			if float64(c.AboveQuarter) > test.share*float64(c.Pixels) {
				t.Errorf("%d of %d pixels differ by more than a quarter, want at most %v of them", c.AboveQuarter, c.Pixels, test.share)
			}
			comparisons = append(comparisons, c)
		})
	}
	if *page != "" {
		writePage(t, *page, comparisons)
	}
}

func bytesOf(numbers []float64) []uint8 {
	b := make([]uint8, len(numbers))
	for i, v := range numbers {
		b[i] = uint8(v)
	}
	return b
}

// checkDots looks for the dots that stand alone: no other one touches them, and
// no box covers them. A straight line through their places leads to the corners
// of the axes, which nothing else shows.
func checkDots(t *testing.T, p picture, e Embedding, axes [4]float64, name string, boxes [][4]float64) {
	want := readEmbedding(t, filepath.Join(recorded, name+"-dots.npy"))
	radius := pointRadius.Points()
	var dataX, dataY, x, y []float64
	largest := 0.0
	for i := range e.Points {
		if !alone(want, i, 2*radius+1) || covered(want.At(i, 0), want.At(i, 1), radius, boxes) {
			continue
		}
		wantX, wantY := p.dots(want.At(i, 0)), p.dots(want.At(i, 1))
		gotX, gotY := p.dot(wantX, wantY, p.dots(radius+.75))
		largest = max(largest, math.Abs(gotX-wantX), math.Abs(gotY-wantY))
		if got, want := p.at(gotX, gotY), Tab10[e.Labels[i]]; got != want {
			t.Errorf("dot %d has colour %v, want %v", i, got, want)
		}
		dataX, dataY = append(dataX, e.Points[i].X), append(dataY, e.Points[i].Y)
		x, y = append(x, gotX), append(y, gotY)
	}
	if len(x) < 50 {
		t.Fatalf("%d dots stand alone, want at least 50", len(x))
	}
	xmin, xmax, ymin, ymax := plotter.XYRange(e.Points)
	var corners [4]float64
	corners[0], corners[2] = line(dataX, x, xmin-margin*(xmax-xmin), xmax+margin*(xmax-xmin))
	corners[1], corners[3] = line(dataY, y, ymin-margin*(ymax-ymin), ymax+margin*(ymax-ymin))
	off := farthest(corners, p.box(axes))
	t.Logf("%d dots at most %.2f pixels off, corners of the axes %.2f", len(x), largest, off)
	if largest > within || off > within {
		t.Errorf("dots are up to %.2f pixels off, the corners of the axes %.1f, want %.1f", largest, corners, p.box(axes))
	}
}

// alone reports whether no other point is nearer to point i than apart.
func alone(points mat.Matrix, i int, apart float64) bool {
	n, _ := points.Dims()
	for j := range n {
		if j != i && math.Hypot(points.At(j, 0)-points.At(i, 0), points.At(j, 1)-points.At(i, 1)) < apart {
			return false
		}
	}
	return true
}

// covered reports whether a dot touches a box or the outer half of its frame.
func covered(x, y, radius float64, boxes [][4]float64) bool {
	d := radius + 2
	for _, b := range boxes {
		if x > b[0]-d && x < b[2]+d && y > b[1]-d && y < b[3]+d {
			return true
		}
	}
	return false
}

// checkThumbnails looks at frames and images.
func checkThumbnails(t *testing.T, p picture, e Embedding, want layout) {
	const half = 1 // of a frame's line, in points
	largest := 0.0
	for k, number := range want.Shown {
		box := p.box(want.Thumbnails.Boxes[k])
		inner, err := p.frame(box, Tab10[e.Labels[number]])
		if err != nil {
			t.Errorf("thumbnail of image %d: %v", number, err)
			continue
		}
		middle := [4]float64{inner[0] - p.dots(half), inner[1] - p.dots(half), inner[2] + p.dots(half), inner[3] + p.dots(half)}
		off := farthest(middle, box)
		largest = max(largest, off)
		if off > within {
			t.Errorf("frame of image %d at %.1f, want %.1f", number, middle, box)
		}
		largest = max(largest, checkImage(t, p, e.Images.Image(number), want.Thumbnails.Images[k]))
	}
	t.Logf("%d thumbnails at most %.2f pixels off", len(want.Shown), largest)
}

func checkReconstructions(t *testing.T, p picture, above, below Images, want layout) {
	largest := 0.0
	for _, r := range want.Reconstructions {
		if r.N != above.Len() || r.Width != 28 || r.Height != 28 {
			continue
		}
		for i := range r.N {
			largest = max(largest, checkImage(t, p, above.Image(i), r.Boxes[i]), checkImage(t, p, below.Image(i), r.Boxes[r.N+i]))
		}
	}
	t.Logf("images at most %.2f pixels off", largest)
	if largest == 0 {
		t.Error("no images")
	}
}

// checkImage wants the corners of an image near those of a box given in points,
// and the very greys of its pixels. It returns how far off the corners are.
func checkImage(t *testing.T, p picture, img *image.Gray, in [4]float64) float64 {
	t.Helper()
	box := p.box(in)
	got, err := p.corners(img, box)
	if err != nil {
		t.Errorf("image at %.1f: %v", box, err)
		return math.Inf(1)
	}
	off := farthest(got, box)
	if off > within {
		t.Errorf("image at %.1f, want %.1f", got, box)
	}
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			grey := img.GrayAt(x, y).Y
			at := p.at(got[0]+(float64(x)+.5)/w*(got[2]-got[0]), got[3]-(float64(y)+.5)/h*(got[3]-got[1]))
			if at.R != grey || at.G != grey || at.B != grey {
				t.Errorf("image at %.1f: pixel (%d, %d) is %v, want grey %d", box, x, y, at, grey)
				return off
			}
		}
	}
	return off
}
