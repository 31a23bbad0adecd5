package graph

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/model"
)

// chapter is the architecture of the book's chapter.
var chapter = model.Stacked(784, 100, 30)

// broad has layers of every kind that are cut into bands: from wide to wide and
// narrow, by the longer side of either kind, in encoder and decoder.
var broad = model.Stacked(300, 290, 310, 260, 5)

// tied returns the architecture with the encoder's kernels in the decoder.
func tied(s model.Spec) model.Spec {
	s.Tied = true
	return s
}

// numeric returns the architecture with outputs that are any numbers.
func numeric(s model.Spec) model.Spec {
	s.Decoder = slices.Clone(s.Decoder)
	s.Decoder[len(s.Decoder)-1].Activation = model.SELU
	return s
}

// newModel returns a model with biases that are not zero, so that a forgotten
// one shows.
func newModel(t testing.TB, spec model.Spec) *model.Model {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	m, err := model.New(spec, rng)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range m.Layers() {
		for i := range l.Bias.Float32s() {
			l.Bias.Float32s()[i] = float32(rng.NormFloat64() * 0.1)
		}
	}
	return m
}

// images returns rows of grey values, half of them black as in Fashion-MNIST.
func images(rows, columns int) Bytes {
	rng := rand.New(rand.NewPCG(3, 4))
	b := Bytes{Pixels: make([]byte, rows*columns), Columns: columns}
	for i := range b.Pixels {
		if rng.IntN(2) == 0 {
			b.Pixels[i] = byte(rng.IntN(256))
		}
	}
	return b
}

// rowsOf returns the same images as the slow network takes them.
func rowsOf(b Bytes) [][]float64 {
	rows := make([][]float64, b.Len())
	for i := range rows {
		rows[i] = make([]float64, b.Columns)
		for j, v := range b.Pixels[i*b.Columns:][:b.Columns] {
			rows[i][j] = float64(float32(v) / 255)
		}
	}
	return rows
}

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
	}{{chapter, 1}, {chapter, 24}, {chapter, 32}, {chapter, 500}, {broad, 33}, {tied(chapter), 32}, {tied(broad), 33}} {
		rows := c.rows
		m, batch := newModel(t, c.spec), images(rows, c.spec.Inputs)
		fusedMetrics, fusedGradients := gradients(t, m, Fused, batch)
		stockMetrics, stockGradients := gradients(t, m, Stock, batch)
		if d := math.Abs(fusedMetrics.Loss/stockMetrics.Loss - 1); d > 1e-6 {
			t.Errorf("%d rows: loss %v, stock %v: off by %.2g, want 1e-6", rows, fusedMetrics.Loss, stockMetrics.Loss, d)
		}
		// A logit that is 0 but for rounding counts as either: one pixel at most.
		pixel := 1 / float64(rows*c.spec.Inputs)
		if d := math.Abs(fusedMetrics.RoundedAccuracy - stockMetrics.RoundedAccuracy); d > 1.01*pixel {
			t.Errorf("%d rows: accuracy %v, stock %v: off by %.2g pixels, want 1", rows, fusedMetrics.RoundedAccuracy, stockMetrics.RoundedAccuracy, d/pixel)
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

func TestTrainIsOneStepOfGradientDescent(t *testing.T) {
	for _, ops := range []Operations{Fused, Stock} {
		m, batch := newModel(t, model.Stacked(20, 8, 3)), images(6, 20)
		want, g := gradients(t, m, ops, batch)
		before := make([][]float32, 0)
		for _, w := range m.Weights() {
			before = append(before, slices.Clone(w.Values))
		}
		n, err := New(m, Config{LearningRate: 1.5, Operations: ops})
		if err != nil {
			t.Fatal(err)
		}
		defer n.Close()
		got, err := n.Train(batch)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("operations %d: metrics %v, want those before the step %v", ops, got, want)
		}
		for w, weight := range m.Weights() {
			for i, v := range weight.Values {
				// VanillaSolver multiplies, then adds.
				if step := float32(-1.5 * g[w][i]); v != before[w][i]+step {
					t.Fatalf("operations %d: %s[%d] = %v, want %v + %v", ops, weight.Name, i, v, before[w][i], step)
				}
			}
		}
	}
}

// TestRepeatedStepsDoNotAddUp would fail if a run's gradients were added to
// the last run's, or if the machine did not run again.
func TestRepeatedStepsDoNotAddUp(t *testing.T) {
	m := newModel(t, model.Stacked(20, 8, 3))
	a, b := images(6, 20), images(6, 20)
	slices.Reverse(b.Pixels)
	wantMetrics, want := gradients(t, m, Fused, b)
	n, err := New(m, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for _, batch := range []Bytes{a, a, b} { // learning rate 0: the weights stay
		got, err := n.Train(batch)
		if err != nil {
			t.Fatal(err)
		}
		if &batch.Pixels[0] == &b.Pixels[0] && got != wantMetrics {
			t.Errorf("metrics of the third run %v, want %v", got, wantMetrics)
		}
	}
	// The same again without a step, to see the gradients.
	machine, err := n.machine(training, 6)
	if err != nil {
		t.Fatal(err)
	}
	machine.bind(0, b)
	if err := machine.run(); err != nil {
		t.Fatal(err)
	}
	for i, vg := range machine.steps {
		value, err := vg.Grad()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(floats(value), want[i]) {
			t.Errorf("gradient of weight %d after three steps differs from a first run's", i)
		}
	}
}

func TestForwardRolesAgreeWithTextbook(t *testing.T) {
	for _, spec := range []model.Spec{model.Stacked(30, 9, 4), tied(model.Stacked(30, 9, 4)), numeric(model.Stacked(30, 9, 4))} {
		t.Run(spec.String(), func(t *testing.T) { forwardRolesAgreeWithTextbook(t, spec) })
	}
}

func forwardRolesAgreeWithTextbook(t *testing.T, spec model.Spec) {
	m, in := newModel(t, spec), images(2*batchRows+7, 30) // two whole batches and a rest
	slow := newSlow(m, true)
	n, err := New(m, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	codes, err := n.Encode(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := n.Decode(t.Context(), Floats{Values: codes, Columns: 4})
	if err != nil {
		t.Fatal(err)
	}
	reconstructed, err := n.Reconstruct(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(codes) != in.Len()*4 || len(decoded) != in.Len()*30 || len(reconstructed) != in.Len()*30 {
		t.Fatalf("lengths %d, %d, %d", len(codes), len(decoded), len(reconstructed))
	}
	x := rowsOf(in)
	for i, row := range x {
		encoder := &slowNetwork{weights: slow.weights, layers: slow.layers[:len(m.Encoder)]}
		for j, want := range encoder.logits(row) {
			if got := float64(codes[i*4+j]); math.Abs(got-want) > 1e-5 {
				t.Fatalf("code (%d, %d) = %v, want %v", i, j, got, want)
			}
		}
		for j, z := range slow.logits(row) {
			want := z
			if spec.OutputActivation() == model.Sigmoid {
				want = 1 / (1 + math.Exp(-z))
			}
			for name, got := range map[string]float32{"reconstructed": reconstructed[i*30+j], "decoded code": decoded[i*30+j]} {
				if math.Abs(float64(got)-want) > 1e-5 {
					t.Fatalf("%s (%d, %d) = %v, want %v", name, i, j, got, want)
				}
			}
		}
	}
	metrics, err := n.Evaluate(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if loss, accuracy := slow.loss(x); math.Abs(metrics.Loss-loss) > 1e-6 || math.Abs(metrics.RoundedAccuracy-accuracy) > 1e-6 {
		t.Errorf("metrics %v, want loss %v, accuracy %v", metrics, loss, accuracy)
	}
}

func TestResultsDoNotDependOnGOMAXPROCS(t *testing.T) {
	t.Run("chapter", func(t *testing.T) { resultsDoNotDependOnGOMAXPROCS(t, chapter) })
	t.Run("broad", func(t *testing.T) { resultsDoNotDependOnGOMAXPROCS(t, broad) })
	t.Run("broad, numeric", func(t *testing.T) { resultsDoNotDependOnGOMAXPROCS(t, numeric(broad)) })
	t.Run("broad, tied", func(t *testing.T) { resultsDoNotDependOnGOMAXPROCS(t, tied(broad)) })
}

func resultsDoNotDependOnGOMAXPROCS(t *testing.T, spec model.Spec) {
	var first []byte
	for _, procs := range []int{1, 2, 5} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		m := newModel(t, spec)
		n, err := New(m, Config{LearningRate: 1.5})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			batch := images(40, spec.Inputs)
			batch.Order = rand.New(rand.NewPCG(uint64(i), 0)).Perm(40)[:32]
			if _, err := n.Train(batch); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := n.Train(images(24, spec.Inputs)); err != nil {
			t.Fatal(err)
		}
		n.Close()
		if err := m.CheckFinite(); err != nil {
			t.Fatal(err)
		}
		data, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = data
		}
		if !bytes.Equal(first, data) {
			t.Errorf("GOMAXPROCS %d: other weights than with 1", procs)
		}
	}
}

// TestDifferentParametersHashDifferently guards against Gorgonia merging two
// operations into one node.
func TestDifferentParametersHashDifferently(t *testing.T) {
	seen := map[uint32]string{}
	bias, input := newBuffer(3), newBuffer(2, 3)
	g := G.NewGraph()
	kernelNode := G.NewMatrix(g, tensor.Float32, G.WithShape(2, 3), G.WithName("kernel"))
	biasNode := G.NewVector(g, tensor.Float32, G.WithShape(3), G.WithName("bias"))
	ops := []G.Op{newSigmoid(), newNoise(&Noise{Gaussian: 0.1}), newNoise(&Noise{Dropout: 0.1}), newCrossEntropy(), newSquaredError(), newSoftmaxCrossEntropy(), newAccuracy(newCrossEntropy()), newPart("biasGradient", bias), newPart("inputGradient", input)}
	for _, a := range []activation{linear, selu} {
		for i := range 4 {
			d := newDense(denseKind{activation: a, tied: i%2 == 0, inputGradient: i/2 == 0})
			ops = append(ops, d, newDenseGradient(d, input.Shape(), kernelNode, biasNode))
		}
	}
	for _, op := range ops {
		if strings.ContainsAny(op.String(), "{}|<>") {
			t.Errorf("%v: a name that the graph drawing cannot take", op)
		}
		if other, ok := seen[op.Hashcode()]; ok {
			t.Errorf("%v and %s have the same hash", op, other)
		}
		seen[op.Hashcode()] = op.String()
	}
}
