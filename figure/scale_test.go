package figure

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot/plotter"
)

func TestPickThumbnailsAsNumpy(t *testing.T) {
	want := readJSON[map[string]map[string][]int](t, "thumbnails.json")
	if len(want) == 0 {
		t.Fatal("no recorded embeddings")
	}
	for name, picks := range want {
		t.Run(name, func(t *testing.T) {
			embedding := readEmbedding(t, filepath.Join(recorded, name+".npy"))
			single, err := Scale[float32](embedding)
			if err != nil {
				t.Fatal(err)
			}
			if got := PickThumbnails(single); !slices.Equal(got, picks["float32"]) {
				t.Errorf("float32: got %v, want %v", got, picks["float32"])
			}
			double, err := Scale[float64](embedding)
			if err != nil {
				t.Fatal(err)
			}
			if got := PickThumbnails(double); !slices.Equal(got, picks["float64"]) {
				t.Errorf("float64: got %v, want %v", got, picks["float64"])
			}
		})
	}
	// Without such a set, the precision would not be tested.
	if slices.Equal(want["lattice"]["float32"], want["lattice"]["float64"]) {
		t.Error("lattice: the same picks in both precisions, want different ones")
	}
}

// TestThumbnailsOfCodes has embeddings that scikit-learn made of the codes of a
// trained model.
func TestThumbnailsOfCodes(t *testing.T) {
	for _, n := range []string{"1000", "5000"} {
		var record struct{ Thumbnails map[string][]int }
		if err := json.Unmarshal(readFile(t, filepath.Join(codes, n, "recorded.json")), &record); err != nil {
			t.Fatal(err)
		}
		if len(record.Thumbnails) != 2 {
			t.Errorf("%s codes: %d recorded embeddings, want 2", n, len(record.Thumbnails))
		}
		for name, want := range record.Thumbnails {
			points, err := Scale[float32](readEmbedding(t, filepath.Join(codes, n, name+".npy")))
			if err != nil {
				t.Fatal(err)
			}
			if got := PickThumbnails(points); !slices.Equal(got, want) {
				t.Errorf("%s codes, %s: thumbnails %v, want %v", n, name, got, want)
			}
		}
	}
}

func TestPickThumbnails(t *testing.T) {
	root := math.Sqrt(0.02)
	for _, test := range []struct {
		name   string
		points plotter.XYs
		want   []int
	}{
		{"none", nil, nil},
		{"the corner (1, 1) is taken", plotter.XYs{{X: 1, Y: 1}, {X: 0.9, Y: 0.9}, {X: 0.89, Y: 0.89}}, []int{2}},
		{"distance to every place", plotter.XYs{{X: 0, Y: 0}, {X: root - 1e-6, Y: 0}, {X: root + 1e-6, Y: 0}, {X: 0, Y: 1e-3}}, []int{0, 2}},
		{"a place not picked is not taken", plotter.XYs{{X: 0, Y: 0}, {X: 0.1, Y: 0}, {X: 0.2, Y: 0}}, []int{0, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := PickThumbnails(test.points); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestScale(t *testing.T) {
	got, err := Scale[float64](mat.NewDense(3, 2, []float64{-1, 0, 3, 1, 7, 2}))
	want := plotter.XYs{{X: 0, Y: 0.125}, {X: 0.5, Y: 0.25}, {X: 1, Y: 0.375}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v and error %v, want %v: one minimum and maximum for both coordinates", got, err, want)
	}
	again, err := Scale[float64](mat.NewDense(3, 2, []float64{0, 0.125, 0.5, 0.25, 1, 0.375}))
	if err != nil || !slices.Equal(again, want) {
		t.Errorf("scaled twice: got %v and error %v, want %v", again, err, want)
	}
	// One coordinate may be constant: the points still differ.
	if _, err := Scale[float32](mat.NewDense(2, 2, []float64{4, 1, 4, 2})); err != nil {
		t.Errorf("constant x: %v, want no error", err)
	}
}

func TestScaleErrors(t *testing.T) {
	for _, test := range []struct {
		name      string
		embedding mat.Matrix
		want      string
	}{
		{"empty", &mat.Dense{}, "no points"},
		{"three columns", mat.NewDense(2, 3, nil), "2 x 3"},
		{"NaN", mat.NewDense(2, 2, []float64{0, 1, math.NaN(), 3}), "point 1"},
		{"infinite", mat.NewDense(2, 2, []float64{0, 1, 2, math.Inf(-1)}), "point 1"},
		{"too large for float32", mat.NewDense(2, 2, []float64{0, 1, 2, 1e39}), "point 1"},
		{"span too large for float32", mat.NewDense(2, 2, []float64{0, 1, 3e38, -3e38}), "spans"},
		{"one point", mat.NewDense(1, 2, []float64{1, 2}), "all points are equal"},
		{"equal points", mat.NewDense(2, 2, []float64{1, 2, 1, 2}), "all points are equal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			points, err := Scale[float32](test.embedding)
			checkError(t, err, test.want)
			if points != nil {
				t.Errorf("%d points beside the error", len(points))
			}
		})
	}
}

// checkError fails unless err is one line that starts with the package's name
// and holds want.
func checkError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", want)
	}
	text := err.Error()
	if !strings.HasPrefix(text, "figure: ") || !strings.Contains(text, want) || strings.Contains(text, "\n") ||
		strings.Count(text, "figure:") != 1 {
		t.Errorf("error %q, want one line, %q after %q", text, want, "figure: ")
	}
}
