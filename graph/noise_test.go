package graph

import (
	"math"
	"slices"
	"strings"
	"testing"

	"stackedae/model"
)

// noisy returns what the first layer sees in a number of training steps on the
// same batch.
func noisy(t *testing.T, c Config, batch Bytes, steps int) (seen [][]float32) {
	t.Helper()
	n, err := New(newModel(t, model.Stacked(batch.Columns, 6)), c)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for range steps {
		if _, err := n.Train(batch); err != nil {
			t.Fatal(err)
		}
		m, err := n.machine(training, batch.Len())
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range m.graph.AllNodes() {
			if node.Name() == "noise" {
				seen = append(seen, slices.Clone(floats(node.Value())))
			}
		}
	}
	if len(seen) != steps {
		t.Fatalf("noise in %d of %d steps", len(seen), steps)
	}
	return seen
}

func TestGaussianNoise(t *testing.T) {
	batch := images(60, 400)
	const deviation = 0.2
	seen := noisy(t, Config{Noise: Noise{Gaussian: deviation, Seed: 1}}, batch, 2)
	var added [2][]float64
	for step, values := range seen {
		var sum, squares, fourth float64
		for i, v := range values {
			d := float64(v) - float64(batch.Pixels[i])/255
			added[step] = append(added[step], d)
			sum += d
			squares += d * d
			fourth += d * d * d * d
		}
		n := float64(len(values))
		if mean := sum / n; math.Abs(mean) > 4*deviation/math.Sqrt(n) {
			t.Errorf("mean %v, want 0", mean)
		}
		if got := math.Sqrt(squares / n); math.Abs(got/deviation-1) > 0.02 {
			t.Errorf("standard deviation %v, want %v", got, deviation)
		}
		if kurtosis := n * fourth / (squares * squares); math.Abs(kurtosis-3) > 0.15 {
			t.Errorf("kurtosis %v, want a normal distribution's 3", kurtosis)
		}
	}
	// Independent from step to step, row to row and band to band.
	for name, offset := range map[string]int{"step": -1, "row": 400, "band": 192} {
		var product float64
		for i, d := range added[0] {
			other := added[1][i]
			if offset > 0 {
				other = added[0][(i+offset)%len(added[0])]
			}
			product += d * other / (deviation * deviation)
		}
		if correlation := product / float64(len(added[0])); math.Abs(correlation) > 0.03 {
			t.Errorf("correlation from %s to %[1]s %v, want 0", name, correlation)
		}
	}
}

func TestDropout(t *testing.T) {
	batch := images(60, 400)
	for i := range batch.Pixels {
		batch.Pixels[i] |= 1 // so that a 0 has been dropped
	}
	const rate = 0.3
	values := noisy(t, Config{Noise: Noise{Dropout: rate, Seed: 1}}, batch, 1)[0]
	dropped := 0
	for i, v := range values {
		want := float64(batch.Pixels[i]) / 255 / (1 - rate)
		switch {
		case v == 0:
			dropped++
		case math.Abs(float64(v)-want) > 1e-6:
			t.Fatalf("value %d is %v, want 0 or %v", i, v, want)
		}
	}
	if share := float64(dropped) / float64(len(values)); math.Abs(share-rate) > 0.015 {
		t.Errorf("%v dropped, want %v", share, rate)
	}
}

// TestNoiseTrains checks that the target stays clean, that evaluation has no
// noise, and the bits: of both machines, of stock operations but for rounding, of
// a run that begins in the middle.
func TestNoiseTrains(t *testing.T) {
	for _, spec := range []model.Spec{model.Stacked(300, 20), model.Stacked(40, 12, 5)} {
		eachWay(t, spec.String(), func(t *testing.T) {
			noise := Noise{Gaussian: 0.3, Seed: 7}
			var first *model.Model
			for _, c := range []Config{
				{LearningRate: 0.5, Noise: noise},
				{LearningRate: 0.5, Noise: noise, Machine: StaticMachine},
				{LearningRate: 0.5, Noise: noise, Operations: Stock, Engine: StandardEngine},
			} {
				m := newModel(t, spec)
				for part := range 2 { // as if interrupted after two steps
					c.Noise.Step = uint64(2 * part)
					n, err := New(m, c)
					if err != nil {
						t.Fatal(err)
					}
					defer n.Close()
					for _, rows := range [][]int{{9, 9}, {4, 9}}[part] {
						before, err := n.Evaluate(t.Context(), images(rows, spec.Inputs))
						if err != nil {
							t.Fatal(err)
						}
						clean, _ := newSlow(m, true).loss(rowsOf(images(rows, spec.Inputs)))
						if math.Abs(before.Loss-clean) > 1e-5 {
							t.Errorf("evaluated loss %v, want %v without noise", before.Loss, clean)
						}
						metrics, err := n.Train(images(rows, spec.Inputs))
						if err != nil {
							t.Fatal(err)
						}
						if d := math.Abs(metrics.Loss/clean - 1); d < 1e-4 || d > 0.5 {
							t.Errorf("loss %v with noise, %v without", metrics.Loss, clean)
						}
					}
				}
				if first == nil {
					first = m
				}
				for i, w := range m.Weights() {
					want := first.Weights()[i].Values
					d := distance(w.Values, func(j int) float64 { return float64(want[j]) })
					if c.Operations == Fused && !slices.Equal(w.Values, want) || d > 1e-4 {
						t.Errorf("machine %d, operations %d: %s is %.2g of its norm off", c.Machine, c.Operations, w.Name, d)
					}
				}
			}
		})
	}
}

// TestNoiseTargetsAreClean compares the loss with the textbook's of the input that
// the first layer has seen.
func TestNoiseTargetsAreClean(t *testing.T) {
	batch := images(5, 30)
	m := newModel(t, model.Stacked(30, 6))
	slow := newSlow(m, true)
	seen := noisy(t, Config{Noise: Noise{Gaussian: 0.3}}, batch, 1)[0]
	n, err := New(m, Config{Noise: Noise{Gaussian: 0.3}})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	got, err := n.Train(batch)
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for i, row := range rowsOf(batch) {
		input := make([]float64, 30)
		for j := range input {
			input[j] = float64(seen[i*30+j])
		}
		for j, z := range slow.logits(input) {
			p := 1 / (1 + math.Exp(-z))
			want -= row[j]*math.Log(p) + (1-row[j])*math.Log(1-p)
		}
	}
	if want /= 150; math.Abs(got.Loss-want) > 1e-5 {
		t.Errorf("loss %v, want %v", got.Loss, want)
	}
}

func TestNoiseIsFrozen(t *testing.T) {
	got := noisy(t, Config{Noise: Noise{Gaussian: 1, Seed: 42}}, Bytes{Pixels: make([]byte, 8), Columns: 4}, 2)
	want := [][]float32{{0.576601}, {-0.6309317}}
	for step := range want {
		if len(got[step]) != 8 || math.Abs(float64(got[step][0]-want[step][0])) > 1e-6 {
			t.Errorf("step %d begins with %v, want %v", step+1, got[step], want[step])
		}
	}
}

func TestNoiseValidate(t *testing.T) {
	for _, test := range []struct {
		noise Noise
		want  string
	}{
		{Noise{Gaussian: -1}, "gaussian noise -1"},
		{Noise{Gaussian: math.Inf(1)}, "gaussian noise +Inf"},
		{Noise{Dropout: 1}, "dropout 1, want at least 0 and less than 1"},
		{Noise{Dropout: math.NaN()}, "dropout NaN"},
		{Noise{Gaussian: .1, Dropout: .1}, "want one of both"},
	} {
		if _, err := New(newModel(t, model.Stacked(4, 2)), Config{Noise: test.noise}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: got %v, want %q", test.noise, err, test.want)
		}
	}
}
