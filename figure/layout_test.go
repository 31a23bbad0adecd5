package figure

import (
	"image"
	"image/color"
	"math"
	"path/filepath"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// drawn is what a figure draws, in order, in points.
type drawn struct {
	circles []vg.Point
	boxes   []vg.Rectangle // filled rectangles
	images  []vg.Rectangle
}

// record draws a figure with its lower left corner at a point of a canvas
// larger than needed.
func record(f *Figure, at vg.Point) drawn {
	var canvas recorder.Canvas
	f.Draw(draw.Crop(draw.NewCanvas(&canvas, 2*f.Width, 2*f.Height), at.X, 0, at.Y, 0))
	var d drawn
	for _, action := range canvas.Actions {
		switch a := action.(type) {
		case *recorder.Fill:
			if len(a.Path) > 1 && a.Path[1].Type == vg.ArcComp {
				d.circles = append(d.circles, a.Path[1].Pos)
			} else {
				r := vg.Rectangle{Min: a.Path[0].Pos, Max: a.Path[0].Pos}
				for _, c := range a.Path[:len(a.Path)-1] {
					r.Min = vg.Point{X: min(r.Min.X, c.Pos.X), Y: min(r.Min.Y, c.Pos.Y)}
					r.Max = vg.Point{X: max(r.Max.X, c.Pos.X), Y: max(r.Max.Y, c.Pos.Y)}
				}
				d.boxes = append(d.boxes, r)
			}
		case *recorder.DrawImage:
			d.images = append(d.images, a.Rectangle)
		}
	}
	return d
}

// snap is how far drawPixels may move a border: half a dot.
const snap = 0.5*72.0/DPI + 1e-3

func TestReconstructionsLayout(t *testing.T) {
	tests := readJSON[layout](t, "layout.json").Reconstructions
	if len(tests) == 0 {
		t.Fatal("no recorded layouts")
	}
	for _, want := range tests {
		images := mustImages(t, make([]uint8, want.N*want.Width*want.Height), want.Width, want.Height)
		got := record(must(t)(Reconstructions(images, images)), vg.Point{}).images
		if len(got) != len(want.Boxes) {
			t.Fatalf("%d columns: %d images, want %d", want.N, len(got), len(want.Boxes))
		}
		for i, box := range want.Boxes {
			if !near(got[i], box, snap) {
				t.Errorf("%d columns of %d x %d pixels: image %d at %.2f, want %.2f",
					want.N, want.Width, want.Height, i, got[i], box)
				break
			}
		}
	}
}

func TestAddMargins(t *testing.T) {
	for _, test := range []struct{ low, high, wantLow, wantHigh float64 }{
		{0, 1, -0.05, 1.05},
		{-10, 30, -12, 32},
		{3, 3, 2.5, 3.5},
	} {
		axis := plot.Axis{Min: test.low, Max: test.high}
		addMargins(&axis)
		if axis.Min != test.wantLow || axis.Max != test.wantHigh {
			t.Errorf("range from %v to %v: axis from %v to %v, want %v to %v",
				test.low, test.high, axis.Min, axis.Max, test.wantLow, test.wantHigh)
		}
	}
}

func checkPoints(t *testing.T, got []vg.Point, name string) {
	t.Helper()
	want := readEmbedding(t, filepath.Join(recorded, name))
	for i, p := range got {
		if x, y := want.At(i, 0), want.At(i, 1); math.Abs(p.X.Points()-x) > 1e-3 || math.Abs(p.Y.Points()-y) > 1e-3 {
			t.Fatalf("point %d at %.3f, want (%.3f, %.3f)", i, p, x, y)
		}
	}
}

func TestScatterLayout(t *testing.T) {
	e := thousand(t)
	e.HideLegend = true
	got := record(must(t)(e.Scatter()), vg.Point{})
	checkPoints(t, got.circles, "scatter-dots.npy")
}

func TestThumbnailsLayout(t *testing.T) {
	e := thousand(t)
	e.HideLegend = true
	got := record(must(t)(e.Thumbnails()), vg.Point{})
	want := readJSON[layout](t, "layout.json").Thumbnails
	checkPoints(t, got.circles, "thumbnails-dots.npy")
	if len(got.images) != len(want.Images) {
		t.Fatalf("%d thumbnails, want %d", len(got.images), len(want.Images))
	}
	for i := range want.Images {
		if !near(got.images[i], want.Images[i], snap) {
			t.Errorf("image of thumbnail %d at %.2f, want %.2f", i, got.images[i], want.Images[i])
		}
		// Each thumbnail is a box with the frame's colour and a white one in
		// it; matplotlib's box is the line between. The first is the ground.
		outer, inner := got.boxes[1+2*i], got.boxes[2+2*i]
		if !near(grow(outer, -1), want.Boxes[i], 1e-3) || !near(grow(inner, 1), want.Boxes[i], 1e-3) {
			t.Errorf("frame of thumbnail %d from %.2f to %.2f, want 2 wide around %.2f", i, inner, outer, want.Boxes[i])
		}
	}
}

// TestPlottersByHand draws plotters that no constructor has seen.
func TestPlottersByHand(t *testing.T) {
	dot := image.NewGray(image.Rect(0, 0, 1, 1))
	for _, test := range []struct {
		name    string
		plotter plot.Plotter
		images  int
	}{
		{"a thumbnail inside and one outside", &Thumbnails{
			Items: []Thumbnail{{XY: plotter.XY{X: 1, Y: 1}, Image: dot}, {XY: plotter.XY{X: 3, Y: 1}, Image: dot}},
			Width: 10,
		}, 1},
		{"no thumbnails", &Thumbnails{}, 0},
		{"a grid with an empty cell", &ImageGrid{Images: []image.Image{dot, nil, dot}, Columns: 2}, 2},
		{"an empty grid", &ImageGrid{}, 0},
		{"no points", &ClassScatter{}, 0},
		{"an empty curve", &Curve{}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := plot.New()
			p.Add(test.plotter)
			p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 2, 0, 2
			f := &Figure{Width: 100, Height: 100, panels: []panel{{p, vg.Rectangle{Max: vg.Point{X: 100, Y: 100}}}}}
			if got := len(record(f, vg.Point{}).images); got != test.images {
				t.Errorf("%d images drawn, want %d", got, test.images)
			}
		})
	}
}

func TestMarkerArea(t *testing.T) {
	scatter, err := NewClassScatter(plotter.XYs{{X: 0, Y: 0}}, []int{7}) // grey
	if err != nil {
		t.Fatal(err)
	}
	p := plot.New()
	hideAxes(p)
	p.Add(scatter)
	f := &Figure{Width: vg.Inch, Height: vg.Inch, panels: []panel{{p, vg.Rectangle{Max: vg.Point{X: vg.Inch, Y: vg.Inch}}}}}
	const dpi = 1200
	img := render(t, f, dpi)
	sum := 0.0
	for i := 0; i < len(img.Pix); i += 4 {
		sum += float64(255-img.Pix[i]) / float64(255-Tab10[7].R)
	}
	got := sum * 72 * 72 / dpi / dpi
	if want := readJSON[layout](t, "layout.json").MarkerArea; math.Abs(got-want) > 0.002*want {
		t.Errorf("area of a dot %.4f square points, want %.4f", got, want)
	}
}

func TestLaterPointsAbove(t *testing.T) {
	e := Embedding{
		Points: plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}, {X: 0, Y: 0}},
		Labels: []int{3, 3, 5},
	}
	f := must(t)(e.Scatter())
	at := record(f, vg.Point{}).circles[2]
	img := render(t, f, 72)
	got := img.At(int(at.X.Points()), img.Rect.Dy()-1-int(at.Y.Points()))
	if got != color.Color(Tab10[5]) {
		t.Errorf("colour of two equal points is %v, want %v, that of the later one", got, Tab10[5])
	}
}
