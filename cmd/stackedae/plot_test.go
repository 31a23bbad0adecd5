package main

import (
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"stackedae/internal/fashion"
	"stackedae/internal/npy"
)

// TestPlotIsMatplotlibs gives the plot command what matplotlib had when it drew
// testdata/matplotlib. How the pictures differ is for package figure's tests.
func TestPlotIsMatplotlibs(t *testing.T) {
	const n = 1000
	data, err := fashion.Load()
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := npy.ReadFile("../../testdata/sklearn/codes/5000/final.npy") // embedding, gradient
	if err != nil {
		t.Fatal(err)
	}
	var points []float32
	for row := range n {
		points = append(points, recorded.Float32s()[4*row:][:2]...)
	}

	dir := t.TempDir()
	for _, file := range []struct {
		name  string
		shape []int
		data  any
	}{
		{embeddingFile, []int{n, 2}, points},
		{labelsFile, []int{n}, data.Valid.Labels[:n]},
		{imagesFile, []int{n, fashion.Side, fashion.Side}, data.Valid.Images[:n*fashion.Side*fashion.Side]},
	} {
		var b bytes.Buffer
		if err := npy.Write(&b, file.shape, file.data); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file.name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stderr bytes.Buffer
	if status := run([]string{"plot", dir, "--no-legend"}, io.Discard, &stderr); status != success {
		t.Fatalf("status %d: %s", status, &stderr)
	}

	for name, theirs := range map[string]string{scatterFile: "scatter.png", thumbnailsFile: "thumbnails.png"} {
		got, want := decodePNG(t, filepath.Join(dir, name)), decodePNG(t, "../../testdata/matplotlib/"+theirs)
		if got.Rect != want.Rect {
			t.Errorf("%s: %v pixels, want %v", name, got.Rect.Size(), want.Rect.Size())
			continue
		}
		differ := 0
		for i, v := range got.Pix {
			if d := int(v) - int(want.Pix[i]); max(d, -d) > 64 {
				differ++
			}
		}
		t.Logf("%s: %d of %d numbers differ by more than a quarter", name, differ, len(got.Pix))
		if 1000*differ > len(got.Pix) {
			t.Errorf("%s: %d of %d numbers differ by more than a quarter, want at most a thousandth of them", name, differ, len(got.Pix))
		}
	}
}

func decodePNG(t *testing.T, path string) *image.RGBA {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	rgba := image.NewRGBA(img.Bounds())
	draw.Draw(rgba, rgba.Rect, img, image.Point{}, draw.Src)
	return rgba
}
