package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/npy"
	"stackedae/internal/report"
	"stackedae/internal/simd"
	"stackedae/model"
)

// TestImageLossesAreTheNetworks compares the mean of images' losses with the loss
// that the graph measures.
func TestImageLossesAreTheNetworks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	m, err := model.New(model.Stacked(fashion.Pixels, 20, 5), rng)
	if err != nil {
		t.Fatal(err)
	}
	network, err := graph.New(m, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	images := make([]byte, 130*fashion.Pixels)
	for i := range images {
		images[i] = byte(max(rng.IntN(512)-256, 0)) // half of them background
	}
	inputs := graph.Bytes{Pixels: images, Columns: fashion.Pixels}
	want, err := network.Evaluate(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := network.Reconstruct(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.
	losses := imageLosses(images, predictions)
	for _, l := range losses {
		sum += float64(l)
	}
	if got := sum / float64(len(losses)); len(losses) != 130 || math.Abs(got-want.Loss) > 1e-6 {
		t.Errorf("%d losses of mean %v, want 130 of %v", len(losses), got, want.Loss)
	}
	// Predictions that are sure and wrong cost what Keras makes of them: -ln(1e-7).
	if got := imageLosses(make([]byte, fashion.Pixels), ones(fashion.Pixels)); math.Abs(float64(got[0])+math.Log(1e-7)) > 1e-5 {
		t.Errorf("a wrong image costs %v, want %v", got[0], -math.Log(1e-7))
	}
}

func ones(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = 1
	}
	return v
}

// TestReportOfLargeBatch has run.json claim a batch for which there is no memory.
func TestReportOfLargeBatch(t *testing.T) {
	f := smallFolder(t)
	for size, want := range map[string]string{"1099511627776": "55000", "7": "7", "0": "32"} {
		var err error
		if f.record, err = unmarshalRecord([]byte(`{"settings": {"batch_size": ` + size + `}}`)); err != nil {
			t.Fatal(err)
		}
		data, err := f.report(t.Context(), "name")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(data.Graph, func(n report.Node) bool { return n.Shape == want+"×784" }) {
			t.Errorf("batch size %s: no node of %s rows in %v", size, want, data.Graph)
		}
	}
	if _, err := unmarshalRecord([]byte(`{"settings": {"batch_size": -1}}`)); err == nil || err.Error() != "batch size -1, want at least 0" {
		t.Errorf("a batch of -1 images: error %v", err)
	}
}

// TestReportDecodesAsTheNetwork takes the decoder as the page does, by kernels of
// inputs × units, also of tied layers.
func TestReportDecodesAsTheNetwork(t *testing.T) {
	for _, tied := range []bool{false, true} {
		spec := model.Stacked(fashion.Pixels, 20, 5)
		spec.Tied = tied
		f := folderOf(t, spec)
		network, err := graph.New(f.model, graph.Config{})
		if err != nil {
			t.Fatal(err)
		}
		defer network.Close()
		want, err := network.Decode(t.Context(), graph.Floats{Values: f.codes, Columns: 5})
		if err != nil {
			t.Fatal(err)
		}
		data, err := f.report(t.Context(), "name")
		if err != nil {
			t.Fatal(err)
		}
		for i := range f.embedding {
			values := f.codes[5*i:][:5]
			for _, l := range data.Decoder {
				sums := slices.Clone(l.Bias)
				for k, v := range values {
					for j := range sums {
						sums[j] += v * l.Kernel[k*l.Units+j]
					}
				}
				for j, v := range sums {
					switch y := float64(v); {
					case l.Activation == string(model.Sigmoid):
						sums[j] = float32(1 / (1 + math.Exp(-y)))
					case y > 0:
						sums[j] = float32(simd.SELUScale * y)
					default:
						sums[j] = float32(simd.SELUScale * simd.SELUAlpha * math.Expm1(y))
					}
				}
				values = sums
			}
			for k, v := range values {
				if w := want[i*fashion.Pixels+k]; math.Abs(float64(v-w)) > 1e-5 {
					t.Fatalf("tied %t: pixel %d of image %d is %v, want %v", tied, k, i, v, w)
				}
			}
		}
	}
}

// TestReportRefusesOtherCodes makes a report of codes that the model does not give.
func TestReportRefusesOtherCodes(t *testing.T) {
	f := smallFolder(t)
	f.codes[3]++
	if _, err := f.report(t.Context(), "name"); err == nil || !strings.HasPrefix(err.Error(), "codes.npy: number 1 of image 1's code is ") {
		t.Errorf("error %v, want one that names the number", err)
	}
}

// TestReportTellsOfSettings wants a line for each way of training that was used.
func TestReportTellsOfSettings(t *testing.T) {
	f := smallFolder(t)
	facts := func(settings string) string {
		t.Helper()
		var err error
		if f.record, err = unmarshalRecord([]byte(`{"sha256": {"model.safetensors": "sum"}, "settings": {` + settings + `}}`)); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(f.facts()[0])
	}
	plain := facts(`"kernel_initializer": "glorot_uniform", "learning_rate": 1.5`)
	all := facts(`"kernel_initializer": "lecun_normal", "learning_rate": 1.5, "hidden": [100, 30], "greedy": true, "gaussian_noise": 0.25, "dropout": 0.125, "patience": 7`)
	for _, want := range []string{"{First weights lecun_normal}", "{Gaussian noise 0.25}", "{Dropout 0.125}", "{Patience 7}", "{Greedy 3 stages at learning rates 1.5, then 0.05, and 0.1 for the whole"} {
		if !strings.Contains(all, want) || strings.Contains(plain, want) {
			t.Errorf("facts %s, want %s; without it %s", all, want, plain)
		}
	}
}

// TestReadDescentRefuses reads lines that no descent has.
func TestReadDescentRefuses(t *testing.T) {
	dir := t.TempDir()
	var array bytes.Buffer
	if err := npy.Write(&array, []int{1, 1, 2}, []float32{1, 2}); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"NaN,1,1", "-1,1,1", "0.5,1,1", "1e300,1,1", "1,Inf,1", "1,1,NaN"} {
		writeFiles(t, dir, map[string]string{descentFile: array.String(), descentTable: "iteration,exaggeration,kl_divergence\n" + line + "\n"})
		if _, err := readDescent(dir, [][2]float64{{1, 2}}); err == nil || !strings.Contains(err.Error(), descentTable+": ") {
			t.Errorf("%s: error %v, want one with the file", line, err)
		}
	}
}
