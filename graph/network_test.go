package graph

import (
	"bytes"
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
