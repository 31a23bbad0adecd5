package report

import (
	"bytes"
	"context"
	"image/color"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stackedae/graph"
	"stackedae/model"
)

// The example's sizes.
const (
	exampleCount = 300
	exampleSide  = 8
)

// example returns data of a random autoencoder, and the network that decodes in
// Go.
func example(t *testing.T) (*Data, *graph.Network) {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 0))
	m, err := model.New(model.Stacked(exampleSide*exampleSide, 20, 6), rng)
	if err != nil {
		t.Fatal(err)
	}
	network, err := graph.New(m, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { network.Close() })
	d := &Data{
		Title: "An example", Side: exampleSide,
		Classes: []Class{{"circle", color.RGBA{R: 200, A: 255}}, {"square", color.RGBA{G: 150, A: 255}}, {"star", color.RGBA{B: 220, A: 255}}},
		Layers:  []LayerRow{{"encoder.0", "dense, selu", "64 → 20", 1300}},
		Graph:   graphOf(t, model.Stacked(64, 20, 6)),
		Figures: []Fact{{"KL divergence", "1.2345"}},
		Facts:   []Group{{"Settings", []Fact{{"Seed", "7"}}}},
		Stages:  []Stage{{"training", 2}, {"t-SNE", 1}},
		Band:    Band{Name: "3 runs", Low: Curves{[]float64{.2}, []float64{.8}, []float64{.2}, []float64{.8}}, High: Curves{[]float64{.6}, []float64{.9}, []float64{.7}, []float64{.9}}},
		History: Curves{[]float64{.5, .4, .3}, []float64{.8, .9, .9}, []float64{.6, .5, .4}, []float64{.85, .88, .89}},
	}
	for i := range exampleCount {
		for range exampleSide * exampleSide {
			d.Images = append(d.Images, byte(rng.IntN(256)))
		}
		d.Labels = append(d.Labels, byte(i%3))
		d.Losses = append(d.Losses, float32(i%97)/100)
		angle := rng.Float64() * 2 * math.Pi
		d.Embedding = append(d.Embedding, [2]float64{30*float64(i%3) + 9*rng.Float64()*math.Cos(angle), 9 * rng.Float64() * math.Sin(angle)})
	}
	if d.Codes, err = network.Encode(context.Background(), graph.Bytes{Pixels: d.Images, Columns: exampleSide * exampleSide}); err != nil {
		t.Fatal(err)
	}
	// Large enough that reconstructions differ.
	for _, w := range m.Weights() {
		for i := range w.Values {
			w.Values[i] *= 2
		}
	}
	for _, l := range m.Decoder {
		d.Decoder = append(d.Decoder, Layer{l.Units, l.Kernel.Float32s(), l.Bias.Float32s(), string(l.Activation)})
	}
	start := make([][2]float64, exampleCount)
	for i := range start {
		start[i] = [2]float64{rng.NormFloat64(), rng.NormFloat64()}
	}
	d.Descent = []Frame{{50, 12, 3, start}, {100, 1, 1.2345, d.Embedding}}
	return d, network
}

// decode is what Go makes of a code.
func decode(t *testing.T, network *graph.Network, code []float32) []float32 {
	t.Helper()
	image, err := network.Decode(context.Background(), graph.Floats{Values: code, Columns: len(code)})
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// write writes a report into a temporary folder.
func write(t *testing.T, d *Data) (path string) {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSameDataGiveTheSameReport(t *testing.T) {
	d, _ := example(t)
	var a, b bytes.Buffer
	if err := Write(&a, d); err != nil {
		t.Fatal(err)
	}
	if err := Write(&b, d); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two reports of the same data differ")
	}
}

// TestHostileTextStaysText looks for markup in the file that came from data.
// TestBrowserHostile does so in a browser.
func TestHostileTextStaysText(t *testing.T) {
	d, _ := example(t)
	makeHostile(d)
	text, err := os.ReadFile(write(t, d))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script>hacked", "<img", "hacked=1>", "<b>hacked"} {
		if strings.Contains(string(text), bad) {
			t.Errorf("the report contains %q", bad)
		}
	}
}

// makeHostile puts markup into every text.
func makeHostile(d *Data) {
	d.Title = hostile[0]
	for i := range d.Classes {
		d.Classes[i].Name = hostile[i%len(hostile)]
	}
	d.Graph[0].Name, d.Graph[0].Shape = hostile[0], hostile[1]
	d.Layers[0] = LayerRow{hostile[0], hostile[1], hostile[2], 1}
	d.Figures[0] = Fact{hostile[2], hostile[1]}
	d.Facts[0] = Group{hostile[0], []Fact{{hostile[1], hostile[2]}}}
	d.Stages[0].Name = hostile[1]
	d.Band.Name = hostile[0]
}

var hostile = []string{
	"</script><script>hacked=1</script>",
	"\"'><img src=x onerror=hacked=1><!--",
	"</title></style>&lt;b&gt;<b>hacked</b>]]>{{.}}`${hacked=1}`\u2028",
}

func TestWriteRefuses(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(*Data)
		want  string
	}{
		{"no points", func(d *Data) { d.Embedding = nil }, "report: 0 points and images of side 8, want at least one of each"},
		{"few images", func(d *Data) { d.Images = d.Images[1:] }, "report: 19199 bytes of images, want 19200"},
		{"few codes", func(d *Data) { d.Codes = d.Codes[1:] }, "report: 1799 numbers of codes, want 1500"},
		{"no codes", func(d *Data) { d.Codes = nil }, "report: 0 numbers of codes, want 300"},
		{"few losses", func(d *Data) { d.Losses = d.Losses[1:] }, "report: 299 losses, want 300"},
		{"no decoder", func(d *Data) { d.Decoder = nil }, "report: a decoder of no layers, want at least one"},
		{"half a decoder", func(d *Data) { d.Decoder = d.Decoder[:1] }, "report: 20 units of the decoder's last layer, want 64"},
		{"small kernel", func(d *Data) { d.Decoder[0].Kernel = d.Decoder[0].Kernel[1:] }, "report: decoder layer 0: kernel of 119 and bias of 20 numbers, want 120 and 20"},
		{"activation", func(d *Data) { d.Decoder[0].Activation = "relu" }, `report: decoder layer 0: activation "relu", want selu or sigmoid`},
		{"few labels", func(d *Data) { d.Labels = d.Labels[1:] }, "report: 299 labels, want 300"},
		{"label", func(d *Data) { d.Labels[4] = 3 }, "report: label 4 (counted from 0) is 3, want 0 to 2"},
		{"no classes", func(d *Data) { d.Classes = nil }, "report: no classes, want at least one"},
		{"NaN", func(d *Data) { d.Embedding[2][1] = math.NaN() }, "report: embedding: point 2 (counted from 0) is"},
		{"infinite", func(d *Data) { d.Embedding[2][0] = math.Inf(1) }, "report: embedding: point 2 (counted from 0) is"},
		{"frame", func(d *Data) { d.Descent[0].Embedding = d.Descent[0].Embedding[1:] }, "report: descent: frame 0: 299 points, want 300"},
		{"frame's divergence", func(d *Data) { d.Descent[0].KLDivergence = math.NaN() }, "report: descent: frame 0: exaggeration 12, KL divergence NaN, want finite numbers"},
		{"frame's exaggeration", func(d *Data) { d.Descent[0].Exaggeration = math.Inf(1) }, "report: descent: frame 0: exaggeration +Inf, KL"},
		{"graph", func(d *Data) { d.Graph[1].Operands = []int{99} }, "report: graph: node 1 reads node 99 of 27"},
		{"half a band", func(d *Data) { d.Band.Low = Curves{} }, "report: band: highest: 1 epochs, want 0"},
		{"short curve", func(d *Data) { d.History.ValLoss = d.History.ValLoss[1:] }, "report: history: 2 epochs, want 3"},
		{"NaN in a curve", func(d *Data) { d.History.ValLoss[1] = math.NaN() }, "report: history: epoch 2 is NaN, want finite numbers"},
	} {
		t.Run(row.name, func(t *testing.T) {
			d, _ := example(t)
			row.spoil(d)
			var b bytes.Buffer
			if err := Write(&b, d); err == nil || !strings.HasPrefix(err.Error(), row.want) || b.Len() > 0 {
				t.Errorf("got %v and %d bytes, want %s", err, b.Len(), row.want)
			}
		})
	}
}

// TestPositionsKeepShape has the longer side fill the grid and the shorter lie in
// its middle.
func TestPositionsKeepShape(t *testing.T) {
	got := positions([][2]float64{{-10, 1}, {30, 1}, {10, 11}, {10, -9}})
	want := []uint16{0, 32768, 65535, 32768, 32768, 49151, 32768, 16384}
	for i, w := range want {
		if v := int(got[2*i]) | int(got[2*i+1])<<8; v < int(w)-1 || v > int(w)+1 {
			t.Errorf("number %d is %d, want %d", i, v, w)
		}
	}
	for _, v := range positions([][2]float64{{3, 3}, {3, 3}}) {
		if v != 0x7f && v != 0xff && v != 0x80 && v != 0 {
			t.Errorf("equal points are at %x", v)
		}
	}
}

func TestThinKeepsTheLastFrame(t *testing.T) {
	frames := make([]Frame, 15)
	for i := range frames {
		frames[i].Iteration = i
	}
	for _, most := range []int{1, 4, 14, 15, 20} {
		got := thin(frames, maxDescent/most)
		if len(got) != min(most, 15) || got[len(got)-1].Iteration != 14 {
			t.Errorf("at most %d: %d frames, the last %d", most, len(got), got[len(got)-1].Iteration)
		}
		for i := range len(got) - 1 {
			if got[i].Iteration >= got[i+1].Iteration {
				t.Errorf("at most %d: frame %d is %d, before %d", most, i, got[i].Iteration, got[i+1].Iteration)
			}
		}
	}
}
