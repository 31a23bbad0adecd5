// This file reads what matplotlib and numpy recorded, and compares images.

package figure

import (
	"bytes"
	"encoding/json"
	"flag"
	"image"
	"image/draw"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/vg"

	"stackedae/internal/npy"
)

var update = flag.Bool("update", false, "write the golden files of this package anew")

// recorded is the folder of what matplotlib and numpy recorded, and codes that
// of scikit-learn's embeddings.
const (
	recorded = "../testdata/matplotlib"
	codes    = "../testdata/sklearn/codes"
)

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readJSON[T any](t *testing.T, name string) (v T) {
	t.Helper()
	if err := json.Unmarshal(readFile(t, filepath.Join(recorded, name)), &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// readArray returns the numbers of a .npy file.
func readArray(t *testing.T, name string) []float64 {
	t.Helper()
	array, err := npy.ReadFile(filepath.Join(recorded, name))
	if err != nil {
		t.Fatal(err)
	}
	return array.Float64s()
}

// readEmbedding returns the first two columns of a .npy file.
func readEmbedding(t *testing.T, path string) mat.Matrix {
	t.Helper()
	array, err := npy.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := array.Shape[0]
	return mat.NewDense(n, array.Shape[1], array.Float64s()).Slice(0, n, 0, 2)
}

// layout is layout.json: places in points, rectangles as picture has them.
type layout struct {
	Scatter, Thumbnails struct {
		Axes [4]float64
		// Of thumbnails: the middle of the frame's line, and the image.
		Boxes, Images [][4]float64
	}
	Shown           []int
	MarkerArea      float64 `json:"marker_area"`
	Reconstructions []struct {
		N, Width, Height int
		Boxes            [][4]float64
	}
}

var classes = []string{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"}

// thousand returns what the recorded figures show: the first thousand points
// of the embedding, their labels and the images that have a thumbnail.
func thousand(t *testing.T) Embedding {
	t.Helper()
	recordedLabels := readArray(t, "labels.npy")
	n := len(recordedLabels)
	embedding := mat.DenseCopyOf(readEmbedding(t, filepath.Join(codes, "5000/final.npy")))
	points, err := Scale[float32](embedding.Slice(0, n, 0, 2))
	if err != nil {
		t.Fatal(err)
	}
	labels := make([]int, n)
	for i, v := range recordedLabels {
		labels[i] = int(v)
	}
	pixels := make([]float64, n*28*28)
	shown := readArray(t, "thumbnails.npy")
	for i, number := range readJSON[layout](t, "layout.json").Shown {
		copy(pixels[number*28*28:], shown[i*28*28:(i+1)*28*28])
	}
	return Embedding{Points: points, Labels: labels, Classes: classes, Images: mustImages(t, pixels, 28, 28)}
}

func mustImages[T Pixel](t *testing.T, pixels []T, width, height int) Images {
	t.Helper()
	images, err := NewImages(pixels, width, height)
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// must returns a function that fails the test on an error.
func must(t *testing.T) func(*Figure, error) *Figure {
	return func(f *Figure, err error) *Figure {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

// render returns the pixels of a figure.
func render(t *testing.T, f *Figure, dpi int) *image.RGBA {
	t.Helper()
	var b bytes.Buffer
	if err := f.WritePNG(&b, dpi); err != nil {
		t.Fatal(err)
	}
	return decode(t, b.Bytes())
}

func decode(t *testing.T, data []byte) *image.RGBA {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	rgba := image.NewRGBA(img.Bounds())
	draw.Draw(rgba, rgba.Rect, img, image.Point{}, draw.Src)
	return rgba
}

// differ returns the number of pixels of which a channel differs by more than
// tolerance, and the rectangle around them.
func differ(a, b *image.RGBA, tolerance int) (n int, where image.Rectangle) {
	for y := a.Rect.Min.Y; y < a.Rect.Max.Y; y++ {
		for x := a.Rect.Min.X; x < a.Rect.Max.X; x++ {
			p, q := a.Pix[a.PixOffset(x, y):], b.Pix[b.PixOffset(x, y):]
			for channel := range 4 {
				if d := int(p[channel]) - int(q[channel]); max(d, -d) > tolerance {
					n++
					where = where.Union(image.Rect(x, y, x+1, y+1))
					break
				}
			}
		}
	}
	return n, where
}

// checkGolden compares a figure with testdata/name.png. Glyphs of text and the
// edges of shapes may differ a little between releases of gonum/plot.
func checkGolden(t *testing.T, name string, f *Figure) {
	t.Helper()
	const dpi, tolerance = 60, 24
	var b bytes.Buffer
	if err := f.WritePNG(&b, dpi); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".png")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, got := decode(t, readFile(t, path)), decode(t, b.Bytes())
	if got.Rect != want.Rect {
		t.Fatalf("%s: %v pixels, want %v", name, got.Rect.Size(), want.Rect.Size())
	}
	if n, where := differ(got, want, tolerance); n > 0 {
		gotPath := path + ".got"
		if err := os.WriteFile(gotPath, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s: %d pixels within %v differ by more than %d; see %s", name, n, where, tolerance, gotPath)
	}
}

// near reports whether two rectangles agree to within tolerance points.
func near(got vg.Rectangle, want [4]float64, tolerance float64) bool {
	for i, v := range [4]vg.Length{got.Min.X, got.Min.Y, got.Max.X, got.Max.Y} {
		if math.Abs(v.Points()-want[i]) > tolerance {
			return false
		}
	}
	return true
}
