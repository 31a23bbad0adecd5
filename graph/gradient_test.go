package graph

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"stackedae/model"
)

// gradients runs the training graph once, without a step, and returns the
// metrics and every weight's gradient.
func gradients(t testing.TB, m *model.Model, ops Operations, batch Bytes) (Metrics, [][]float32) {
	t.Helper()
	n, err := New(m, Config{Operations: ops})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	machine, err := n.machine(training, batch.Len())
	if err != nil {
		t.Fatal(err)
	}
	machine.bind(0, batch)
	if err := machine.run(); err != nil {
		t.Fatal(err)
	}
	metrics, err := machine.metrics()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float32
	for i, vg := range machine.steps {
		g, err := vg.Grad()
		if err != nil {
			t.Fatalf("weight %d: %v", i, err)
		}
		all = append(all, slices.Clone(floats(g)))
	}
	return metrics, all
}

// distance returns ‖a-b‖ / ‖b‖.
func distance(a []float32, b func(i int) float64) float64 {
	var d, n float64
	for i, v := range a {
		d += (float64(v) - b(i)) * (float64(v) - b(i))
		n += b(i) * b(i)
	}
	return math.Sqrt(d / n)
}

func TestFusedAgreesWithStock(t *testing.T) {
	for _, c := range []struct {
		spec model.Spec
		rows int
	}{{chapter, 1}, {chapter, 24}, {chapter, 32}, {chapter, 500}, {broad, 33}, {tied(chapter), 32}, {tied(broad), 25}} {
		rows := c.rows
		m, batch := newModel(t, c.spec), images(rows, c.spec.Inputs)
		fusedMetrics, fusedGradients := gradients(t, m, Fused, batch)
		stockMetrics, stockGradients := gradients(t, m, Stock, batch)
		if d := math.Abs(fusedMetrics.Loss/stockMetrics.Loss - 1); d > 1e-6 {
			t.Errorf("%d rows: loss %v, stock %v: off by %.2g, want 1e-6", rows, fusedMetrics.Loss, stockMetrics.Loss, d)
		}
		if d := math.Abs(fusedMetrics.RoundedAccuracy - stockMetrics.RoundedAccuracy); d > 1e-6 {
			t.Errorf("%d rows: accuracy %v, stock %v", rows, fusedMetrics.RoundedAccuracy, stockMetrics.RoundedAccuracy)
		}
		worst := 0.0
		for i, w := range m.Weights() {
			d := distance(fusedGradients[i], func(j int) float64 { return float64(stockGradients[i][j]) })
			if !(d <= 1e-4) {
				t.Errorf("%d rows: gradient of %s is %.2g of its norm off stock's, want 1e-4", rows, w.Name, d)
			}
			worst = max(worst, d)
		}
		t.Logf("%d rows: loss off by %.2g relative, gradients by at most %.2g of their norm", rows, math.Abs(fusedMetrics.Loss/stockMetrics.Loss-1), worst)
	}
}

func TestGradientsAreCentralDifferences(t *testing.T) {
	for _, spec := range []model.Spec{
		model.Stacked(12, 5, 3),
		model.Stacked(9, 7, 5, 2),
		model.Stacked(6, 1),
		model.Stacked(1, 1),
		tied(model.Stacked(12, 5, 3)),
		tied(model.Stacked(6, 9)),
		numeric(model.Stacked(12, 5)),
		tied(numeric(model.Stacked(9, 6, 4))),
	} {
		for _, rows := range []int{1, 4, 11} {
			m, batch := newModel(t, spec), images(rows, spec.Inputs)
			for _, ops := range []Operations{Fused, Stock} {
				if ops == Stock && spec.OutputActivation() != model.Sigmoid {
					continue
				}
				slow := newSlow(m, ops == Fused)
				x := rowsOf(batch)
				metrics, got := gradients(t, m, ops, batch)
				loss, accuracy := slow.loss(x)
				name := fmt.Sprintf("%v, %d rows, operations %d", spec, rows, ops)
				if math.Abs(metrics.Loss-loss) > 1e-6 {
					t.Errorf("%s: loss %v, want %v", name, metrics.Loss, loss)
				}
				if math.Abs(metrics.RoundedAccuracy-accuracy) > 1e-6 {
					t.Errorf("%s: accuracy %v, want %v", name, metrics.RoundedAccuracy, accuracy)
				}
				for w, weight := range m.Weights() {
					for i, g := range got[w] {
						if want := slow.difference(x, w, i); math.Abs(float64(g)-want) > 1e-5*max(1, math.Abs(want)) {
							t.Fatalf("%s: gradient of %s[%d] = %v, want %v", name, weight.Name, i, g, want)
						}
					}
				}
			}
		}
	}
}

// TestSaturatedPixels makes logits of ±40, where Keras' formula clips and the
// stock one does not.
func TestSaturatedPixels(t *testing.T) {
	spec := model.Stacked(40, 6, 4)
	m, batch := newModel(t, spec), images(8, 40)
	last := m.Decoder[len(m.Decoder)-1].Bias.Float32s()
	for i := range last {
		switch i % 4 {
		case 0:
			last[i] = 40
		case 1:
			last[i] = -40
		}
	}
	slow := newSlow(m, true)
	x := rowsOf(batch)
	metrics, got := gradients(t, m, Fused, batch)
	// In float32 the clip's upper end 1-1e-7 is 1-2⁻²³: a wrong white pixel
	// costs -log(2⁻²³ + 1e-7) in place of -log(2e-7).
	loss, _ := slow.loss(x)
	black := 0.0
	for _, row := range x {
		for i := 0; i < 40; i += 4 {
			black += 1 - row[i]
		}
	}
	loss += black * (math.Log(2e-7) - math.Log(0x1p-23+1e-7)) / (8 * 40)
	if d := math.Abs(metrics.Loss/loss - 1); d > 1e-5 {
		t.Errorf("loss %v, want %v: off by %.2g", metrics.Loss, loss, d)
	}
	for w, weight := range m.Weights() {
		if d := distance(got[w], func(i int) float64 { return slow.difference(x, w, i) }); d > 1e-4 {
			t.Errorf("gradient of %s is %.2g of its norm off, want 1e-4", weight.Name, d)
		}
	}
	biasGradient := got[len(got)-1]
	for i := range last {
		if i%4 <= 1 && biasGradient[i] != 0 {
			t.Errorf("pixel %d is clipped: gradient of its bias %v, want 0", i, biasGradient[i])
		}
	}
}
