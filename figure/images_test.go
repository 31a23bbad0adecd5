package figure

import (
	"image"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

func TestColorsAsMatplotlib(t *testing.T) {
	want := readJSON[struct {
		Tab10 [][3]uint8
		Greys map[string][]int
	}](t, "colors.json")
	for i, c := range Tab10 {
		if got := [3]uint8{c.R, c.G, c.B}; got != want.Tab10[i] || c.A != 255 {
			t.Errorf("Tab10[%d] is %v, alpha %d, want %v, alpha 255", i, got, c.A, want.Tab10[i])
		}
	}
	if classColor(12) != classColor(2) {
		t.Errorf("class 12 is %v, want that of class 2, %v", classColor(12), classColor(2))
	}

	const n = 1024
	ramp32, ramp64 := make([]float32, n), make([]float64, n)
	for i := range n {
		ramp64[i] = float64(i) / (n - 1)
		ramp32[i] = float32(ramp64[i])
	}
	const first, count = 20, 225
	steps, steps32, steps64 := make([]uint8, count), make([]float32, count), make([]float64, count)
	for i := range count {
		steps[i], steps32[i], steps64[i] = uint8(first+i), float32(first+i)/255, float64(first+i)/255
	}
	got := map[string]Images{
		"ramp32":  mustImages(t, ramp32, n, 1),
		"ramp64":  mustImages(t, ramp64, n, 1),
		"image":   mustImages(t, bytesOf(readArray(t, "originals.npy")[:28*28]), 28, 28),
		"steps":   mustImages(t, steps, count, 1),
		"steps32": mustImages(t, steps32, count, 1),
		"steps64": mustImages(t, steps64, count, 1),
	}
	if len(want.Greys) != len(got) {
		t.Errorf("%d recorded images, want %d", len(want.Greys), len(got))
	}
	for name, greys := range want.Greys {
		t.Run(name, func(t *testing.T) {
			for i, grey := range got[name].Image(0).Pix {
				if int(grey) != greys[i] {
					t.Fatalf("pixel %d is %d, want %d", i, grey, greys[i])
				}
			}
		})
	}
}

func TestImageOwnRange(t *testing.T) {
	for _, test := range []struct {
		name   string
		pixels []float64
		want   []uint8
	}{
		{"own minimum and maximum", []float64{-2, 0, 2}, []uint8{255, 127, 0}},
		{"one value", []float64{7, 7, 7}, []uint8{255, 255, 255}},
		{"largest numbers", []float64{-math.MaxFloat64, 0, math.MaxFloat64}, []uint8{255, 127, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			// A first image of another range must not matter.
			got := mustImages(t, append([]float64{0, 50, 100}, test.pixels...), 3, 1).Image(1).Pix
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("got %v, want %v", got, test.want)
					break
				}
			}
		})
	}
}

func TestNewImagesErrors(t *testing.T) {
	for _, test := range []struct {
		name          string
		pixels        []float32
		width, height int
		want          string
	}{
		{"no width", make([]float32, 4), 0, 2, "0 x 2"},
		{"negative height", make([]float32, 4), 2, -2, "2 x -2"},
		{"half an image", make([]float32, 6), 2, 2, "6 pixels"},
		{"overflow", nil, math.MaxInt, math.MaxInt, "0 pixels"},
		{"NaN", []float32{0, 0, 0, 0, 0, float32(math.NaN())}, 2, 1, "image 2: pixel 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := NewImages(test.pixels, test.width, test.height)
			checkError(t, err, test.want)
		})
	}
}

// TestPixelsAreCrisp draws a chequered image across the borders of the
// canvas's pixels: every pixel must have one of the image's two greys.
func TestPixelsAreCrisp(t *testing.T) {
	const n = 28
	checks := image.NewGray(image.Rect(0, 0, n, n))
	for i := range checks.Pix {
		checks.Pix[i] = 40 + 180*uint8((i+i/n)%2)
	}
	for _, dpi := range []int{72, 100, 300} {
		canvas := vgimg.NewWith(vgimg.UseWH(100, 100), vgimg.UseDPI(dpi))
		r := vg.Rectangle{Min: vg.Point{X: 3.3, Y: 7.1}, Max: vg.Point{X: 96.7, Y: 95.9}}
		drawPixels(draw.Crop(draw.New(canvas), 1, 0, 1, 0), r, checks)
		counts := map[uint32]int{}
		size := canvas.Image().Bounds()
		for y := size.Min.Y; y < size.Max.Y; y++ {
			for x := size.Min.X; x < size.Max.X; x++ {
				grey, _, _, _ := canvas.Image().At(x, y).RGBA()
				counts[grey>>8]++
			}
		}
		if len(counts) != 3 {
			t.Errorf("%d dpi: greys and their numbers are %v, want 40, 220 and the white ground", dpi, counts)
		}
		// The two greys cover the rectangle, up to a pixel on each side.
		across, down := r.Size().X.Dots(float64(dpi)), r.Size().Y.Dots(float64(dpi))
		if got := float64(counts[40] + counts[220]); math.Abs(got-across*down) > across+down {
			t.Errorf("%d dpi: image covers %v pixels, want %.0f x %.0f", dpi, got, across, down)
		}
	}
}

func TestResolution(t *testing.T) {
	pixels := vgimg.NewWith(vgimg.UseWH(10, 10), vgimg.UseDPI(123))
	for _, test := range []struct {
		name   string
		canvas vg.Canvas
		want   float64
	}{
		{"pixels", pixels, 123},
		{"part of a part of pixels", draw.Crop(draw.Crop(draw.New(pixels), 1, 0, 1, 0), 1, 0, 1, 0), 123},
		{"PNG", vgimg.PngCanvas{Canvas: pixels}, 123},
		{"SVG", vgsvg.New(10, 10), DPI},
		{"PDF", vgpdf.New(10, 10), DPI},
	} {
		if got := resolution(test.canvas); got != test.want {
			t.Errorf("%s: %v dots per inch, want %v", test.name, got, test.want)
		}
	}
}
