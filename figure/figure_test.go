package figure

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"io"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

func TestWritePNG(t *testing.T) {
	f := &Figure{Width: 1.6 * vg.Inch, Height: 1.2 * vg.Inch}
	var b bytes.Buffer
	if err := f.WritePNG(&b, DPI); err != nil {
		t.Fatal(err)
	}
	if got, want := decode(t, b.Bytes()).Rect.Size(), image.Pt(480, 360); got != want {
		t.Errorf("%v pixels, want %v", got, want)
	}
	// The chunk pHYs stands between header and data: length, name, x and y in
	// pixels per metre, unit metre, checksum.
	i := bytes.Index(b.Bytes(), []byte("pHYs"))
	if i < 0 || i > bytes.Index(b.Bytes(), []byte("IDAT")) {
		t.Fatalf("chunk pHYs at %d, want it before the data", i)
	}
	chunk := b.Bytes()[i : i+4+9]
	x, y := binary.BigEndian.Uint32(chunk[4:]), binary.BigEndian.Uint32(chunk[8:])
	if x != 11811 || y != 11811 || chunk[12] != 1 {
		t.Errorf("%d x %d pixels per unit %d, want 11811 (300 per inch) per unit 1", x, y, chunk[12])
	}
	if got, want := binary.BigEndian.Uint32(b.Bytes()[i+13:]), crc32.ChecksumIEEE(chunk); got != want {
		t.Errorf("checksum %#x, want %#x", got, want)
	}
}

// failing fails after so many bytes.
type failing int

var errFull = errors.New("disk full")

func (f *failing) Write(p []byte) (int, error) {
	if *f -= failing(len(p)); *f < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWritePNGErrors(t *testing.T) {
	small := &Figure{Width: vg.Inch, Height: vg.Inch}
	for _, test := range []struct {
		name   string
		figure *Figure
		dpi    int
		want   string
	}{
		{"no resolution", small, 0, "0 dots per inch"},
		{"negative resolution", small, -300, "-300 dots per inch"},
		{"too many pixels", small, 1 << 20, "1048576 x 1048576 pixels"},
		{"NaN", &Figure{Width: vg.Length(math.NaN()), Height: 72}, 72, "NaN x 72 pixels"},
		{"no pixel", &Figure{Width: 0.1, Height: 0.1}, 72, "0 x 0 pixels"},
	} {
		t.Run(test.name, func(t *testing.T) { checkError(t, test.figure.WritePNG(io.Discard, test.dpi), test.want) })
	}
	for _, room := range []failing{10, 40, 60} {
		err := small.WritePNG(&room, 72)
		checkError(t, err, "disk full")
		if !errors.Is(err, errFull) {
			t.Errorf("error %v does not wrap the writer's", err)
		}
	}
}

func TestGoldens(t *testing.T) {
	e := thousand(t)
	checkGolden(t, "scatter", must(t)(e.Scatter()))
	checkGolden(t, "training", must(t)(TrainingCurves(history(20))))
}

func TestDrawElsewhere(t *testing.T) {
	f := must(t)(thousand(t).Thumbnails())
	by := vg.Point{X: 72, Y: 36} // whole dots, so that images move by as much
	here, there := record(f, vg.Point{}), record(f, by)
	if want := [4]float64{72, 36, 72 + f.Width.Points(), 36 + f.Height.Points()}; !near(there.boxes[0], want, 1e-9) {
		t.Errorf("ground at %.1f, want %.1f", there.boxes[0], want)
	}
	for i, at := range here.circles {
		if d := there.circles[i].Sub(at).Sub(by); max(d.X, -d.X, d.Y, -d.Y) > 1e-9 {
			t.Fatalf("point %d at %.3f and, drawn at %v, at %.3f", i, at, by, there.circles[i])
		}
	}
	for i, r := range here.images {
		if d := there.images[i].Min.Sub(r.Min).Sub(by); max(d.X, -d.X, d.Y, -d.Y) > 1e-9 {
			t.Fatalf("image %d at %.3f and, drawn at %v, at %.3f", i, r, by, there.images[i])
		}
	}
}

func TestDrawVector(t *testing.T) {
	f := must(t)(thousand(t).Thumbnails())
	canvas := vgsvg.New(f.Width, f.Height)
	f.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(b.String(), "<image"), len(readJSON[layout](t, "layout.json").Shown); got != want {
		t.Errorf("%d images in SVG, want %d", got, want)
	}
	for _, name := range classes {
		if !strings.Contains(b.String(), ">"+name+"<") {
			t.Errorf("SVG has no text %q", name)
		}
	}
}

func TestEmbeddingErrors(t *testing.T) {
	two := plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}}
	images := mustImages(t, make([]uint8, 8), 2, 2)
	for _, test := range []struct {
		name string
		e    Embedding
		want string
	}{
		{"no points", Embedding{Images: images}, "no points"},
		{"NaN", Embedding{Points: plotter.XYs{{X: 0, Y: 1}, {X: math.NaN()}}, Images: images}, "point 1"},
		{"infinite", Embedding{Points: plotter.XYs{{X: 0, Y: math.Inf(1)}}, Images: images}, "point 0"},
		{"not scaled", Embedding{Points: plotter.XYs{{X: -3, Y: 0}, {X: 4, Y: 1}}, Images: images}, "from -3 to 4"},
		{"equal", Embedding{Points: plotter.XYs{{X: 1, Y: 1}, {X: 1, Y: 1}}, Images: images}, "from 1 to 1"},
		{"few labels", Embedding{Points: two, Labels: []int{1}, Images: images}, "1 labels for 2 points"},
		{"no labels but not nil", Embedding{Points: two, Labels: []int{}, Images: images}, "0 labels"},
		{"negative label", Embedding{Points: two, Labels: []int{0, -1}, Images: images}, "point 1 is -1"},
		{"label without name", Embedding{Points: two, Labels: []int{0, 2}, Classes: []string{"a", "b"}, Images: images}, "point 1 is 2"},
		{"few images", Embedding{Points: two, Images: mustImages(t, make([]uint8, 4), 2, 2)}, "1 images for 2 points"},
		{"long names", Embedding{Points: two, Labels: []int{0, 0}, Classes: []string{strings.Repeat("w", 500)}, Images: images}, "legend"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, err := test.e.Thumbnails()
			checkError(t, err, test.want)
			if f != nil {
				t.Error("a figure beside the error")
			}
			if test.name == "few images" {
				return // the plain scatter needs none
			}
			_, err = test.e.Scatter()
			checkError(t, err, test.want)
		})
	}
}

func TestReconstructionsErrors(t *testing.T) {
	images := mustImages(t, make([]uint8, 12), 3, 2)
	for _, test := range []struct {
		name         string
		above, below Images
		want         string
	}{
		{"none", Images{}, Images{}, "no images"},
		{"other number", images, mustImages(t, make([]uint8, 6), 3, 2), "1 reconstructions of 2 images"},
		{"other size", images, mustImages(t, make([]uint8, 12), 2, 3), "2 x 3 pixels, want 3 x 2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Reconstructions(test.above, test.below)
			checkError(t, err, test.want)
		})
	}
}
