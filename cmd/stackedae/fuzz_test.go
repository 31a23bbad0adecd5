// This file feeds random bytes to the readers of what a run's folder holds, as far as
// they are not packages' own.

package main

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/internal/report"
	"stackedae/model"
	"stackedae/tsne"
)

// smallFolder is the folder of a run over three images.
func smallFolder(t testing.TB) *folder {
	t.Helper()
	return folderOf(t, model.Stacked(fashion.Pixels, 2))
}

// folderOf is smallFolder of any architecture.
func folderOf(t testing.TB, spec model.Spec) *folder {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 0))
	m, err := model.New(spec, rng)
	if err != nil {
		t.Fatal(err)
	}
	f := &folder{model: m, embedding: [][2]float64{{1, 2}, {3, 4}, {5, 6}}}
	for range 3 * fashion.Pixels {
		f.images = append(f.images, byte(rng.IntN(256)))
	}
	network, err := graph.New(m, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	if f.codes, err = network.Encode(t.Context(), graph.Bytes{Pixels: f.images, Columns: fashion.Pixels}); err != nil {
		t.Fatal(err)
	}
	return f
}

var manifestElement = regexp.MustCompile(`<script type="application/json" id="manifest">([^\n]*)</script>`)

// checkReport sees that the report of a folder holds what its script reads.
func checkReport(t *testing.T, f *folder) {
	t.Helper()
	data, err := f.report(t.Context(), "name")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := report.Write(&b, data); err != nil {
		t.Fatal(err)
	}
	var manifest map[string]any
	if m := manifestElement.FindSubmatch(b.Bytes()); m == nil || json.Unmarshal(m[1], &manifest) != nil || manifest["count"] != 3. {
		t.Errorf("the page's manifest is %.200s", m)
	}
}

// FuzzRecord makes reports with any run.json.
func FuzzRecord(f *testing.F) {
	c := &runCommand{}
	c.Hidden, c.BatchSize, c.Data = []int{2}, 32, "<script>"
	r, err := c.record(runReport{Stages: []stageReport{{"training", 1.5}}}, map[string]string{modelFile: "sum"})
	if err != nil {
		f.Fatal(err)
	}
	data, err := json.Marshal(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"settings": {"batch_size": 3}, "stages": [{"name": "x", "seconds": -1e308}, {"name": "</script>", "seconds": 0}]}`))
	small := smallFolder(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		r, err := unmarshalRecord(b)
		if err != nil {
			return
		}
		with := *small
		with.record = r
		with.record.SHA256 = map[string]string{modelFile: "the folder's"}
		with.record.Settings.BatchSize = min(r.Settings.BatchSize, 100) // see TestReportOfLargeBatch
		checkReport(t, &with)
	})
}

// FuzzDescent reads any descent.npy and descent.csv.
func FuzzDescent(f *testing.F) {
	a := &app{}
	var frames []tsne.Snapshot
	for i, embedding := range [][]float64{{0, 1, 2, 3, 4, 5}, {1, 2, 3, 4, 5, 6}} {
		frames = append(frames, tsne.Snapshot{Iteration: 50 * (i + 1), Exaggeration: 12, KLDivergence: 1, Embedding: mat.NewDense(3, 2, embedding)})
	}
	if err := a.addDescent("", frames, &tsne.Result{Embedding: frames[1].Embedding, Iterations: 100, KLDivergence: .5}); err != nil {
		f.Fatal(err)
	}
	array, lines := a.outputs[0].data, string(a.outputs[1].data)
	f.Add(array, lines)
	for _, odd := range []string{"NaN", "Inf", "-3", "1e300", "0.5"} {
		for _, field := range []string{"50,", ",1\n", ",12,"} {
			f.Add(array, strings.Replace(lines, field, strings.NewReplacer("50", odd, "12", odd, "1", odd).Replace(field), 1))
		}
	}
	small, dir := smallFolder(f), f.TempDir()
	f.Fuzz(func(t *testing.T, array []byte, lines string) {
		if len(array)+len(lines) > 1<<16 {
			return
		}
		writeFiles(t, dir, map[string]string{descentFile: string(array), descentTable: lines})
		descent, err := readDescent(dir, small.embedding)
		if err != nil || descent == nil {
			return
		}
		with := *small
		with.descent = descent
		for i, frame := range descent {
			for _, v := range frame.Embedding {
				if math.IsNaN(v[0]-v[0]) || math.IsNaN(v[1]-v[1]) {
					return // which report.Write refuses
				}
			}
			if frame.Iteration < 0 || len(frame.Embedding) != 3 {
				t.Errorf("frame %d is after %d iterations, of %d points", i, frame.Iteration, len(frame.Embedding))
			}
		}
		checkReport(t, &with)
	})
}

// FuzzImages reads any .npy or PNG as images.
func FuzzImages(f *testing.F) {
	for _, shape := range [][]int{{2, fashion.Pixels}, {1, fashion.Side, fashion.Side}} {
		n := shape[0] * fashion.Pixels
		for _, values := range []any{make([]byte, n), make([]float32, n)} {
			var b bytes.Buffer
			if err := npy.Write(&b, shape, values); err != nil {
				f.Fatal(err)
			}
			f.Add(b.Bytes(), false)
		}
	}
	bounds := image.Rect(0, 0, fashion.Side, fashion.Side)
	for _, picture := range []image.Image{
		image.NewGray(bounds), image.NewGray16(bounds), image.NewNRGBA(bounds), image.NewPaletted(bounds, color.Palette{color.Black, color.White}),
		image.NewGray(image.Rect(0, 0, 1, 5)),
	} {
		var b bytes.Buffer
		if err := png.Encode(&b, picture); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes(), true)
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte, isPNG bool) {
		name := map[bool]string{true: "x.png", false: "x.npy"}[isPNG]
		writeFiles(t, dir, map[string]string{name: string(b)})
		p, err := readImages(filepath.Join(dir, name))
		if err != nil {
			return
		}
		if n := p.inputs.Len(); n < 1 || len(p.bytes) != n*fashion.Pixels || isPNG && n != 1 {
			t.Errorf("%d images of %d pixels in all", n, len(p.bytes))
		}
		p.head(1)
	})
}

// FuzzPlot reads any embedding and labels, and lays out the figure.
func FuzzPlot(f *testing.F) {
	for _, values := range []any{[]float64{1, 2, 3, 4, 5, 6}, []float32{1, 2, 3, 4, 5, 1e30}} {
		var b bytes.Buffer
		if err := npy.Write(&b, []int{3, 2}, values); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes(), "label\n0\n9\n1\n")
		f.Add(b.Bytes(), "1\n-1\nNaN\n")
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, embedding []byte, labels string) {
		if len(embedding)+len(labels) > 1<<12 {
			return
		}
		writeFiles(t, dir, map[string]string{embeddingFile: string(embedding), "labels.csv": labels})
		e, err := readEmbedding(filepath.Join(dir, embeddingFile))
		if err != nil {
			return
		}
		if e.Labels, err = readLabels(filepath.Join(dir, "labels.csv"), len(e.Points)); err != nil {
			return
		}
		if err := (&app{}).plot(e, dir); err != nil {
			t.Error(err)
		}
	})
}

func writeFiles(t *testing.T, dir string, contents map[string]string) {
	t.Helper()
	for name, text := range contents {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
