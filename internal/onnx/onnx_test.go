package onnx

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"stackedae/graph"
	"stackedae/model"
)

// fields are the fields of a decoded message: numbers and bytes.
type fields map[protowire.Number][]any

func decode(t *testing.T, m []byte) fields {
	t.Helper()
	f := fields{}
	for len(m) > 0 {
		number, kind, n := protowire.ConsumeTag(m)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		m = m[n:]
		switch kind {
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(m)
			f[number], m = append(f[number], v), m[n:]
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(m)
			if n < 0 {
				t.Fatal(protowire.ParseError(n))
			}
			f[number], m = append(f[number], v), m[n:]
		default:
			t.Fatalf("field %d of wire type %d", number, kind)
		}
	}
	return f
}

func (f fields) text(number protowire.Number, i int) string { return string(f[number][i].([]byte)) }

// run computes a model as the specification of its operators says, in float64.
func run(t *testing.T, file []byte, x [][]float64) [][]float64 {
	whole := decode(t, file)
	g := decode(t, whole[7][0].([]byte))
	tensors := map[string][]float64{}
	columns := map[string]int{}
	for _, raw := range g[5] {
		tensor := decode(t, raw.([]byte))
		dims := tensor[1][0].([]byte)
		for len(dims) > 0 {
			d, n := protowire.ConsumeVarint(dims)
			dims = dims[n:]
			columns[tensor.text(8, 0)] = int(d) // the last
		}
		data := tensor[9][0].([]byte)
		for i := 0; i < len(data); i += 4 {
			tensors[tensor.text(8, 0)] = append(tensors[tensor.text(8, 0)], float64(math.Float32frombits(binary.LittleEndian.Uint32(data[i:]))))
		}
	}
	values := map[string][][]float64{decode(t, g[11][0].([]byte)).text(1, 0): x}
	for _, raw := range g[1] {
		node := decode(t, raw.([]byte))
		var out [][]float64
		for _, row := range values[node.text(1, 0)] {
			var y []float64
			switch node.text(4, 0) {
			case "Gemm":
				kernel, bias := tensors[node.text(1, 1)], tensors[node.text(1, 2)]
				for j := range columns[node.text(1, 1)] {
					sum := bias[j]
					for i, v := range row {
						sum += v * kernel[i*len(bias)+j]
					}
					y = append(y, sum)
				}
			case "Selu":
				for _, v := range row {
					if v <= 0 {
						v = 1.67326319217681884765625 * math.Expm1(v)
					}
					y = append(y, 1.05070102214813232421875*v)
				}
			case "Sigmoid":
				for _, v := range row {
					y = append(y, 1/(1+math.Exp(-v)))
				}
			default:
				t.Fatalf("operator %s", node.text(4, 0))
			}
			out = append(out, y)
		}
		values[node.text(2, 0)] = out
	}
	return values[decode(t, g[12][0].([]byte)).text(1, 0)]
}

func encoded(t *testing.T, m *model.Model, write func(*model.Model, io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(m, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestModelsCompute decodes what is written and computes it by the book.
func TestModelsCompute(t *testing.T) {
	for _, tied := range []bool{false, true} {
		t.Run(fmt.Sprintf("tied=%t", tied), func(t *testing.T) { checkComputes(t, tied) })
	}
}

func checkComputes(t *testing.T, tied bool) {
	rng := rand.New(rand.NewPCG(1, 2))
	spec := model.Stacked(12, 7, 3)
	spec.Tied = tied
	m, err := model.New(spec, rng)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range m.Weights() { // biases too
		for i := range w.Values {
			w.Values[i] = float32(rng.NormFloat64())
		}
	}
	const n = 5
	images := make([]float32, n*12)
	x := make([][]float64, n)
	for i := range images {
		images[i] = rng.Float32()
		x[i/12] = append(x[i/12], float64(images[i]))
	}
	network, err := graph.New(m, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	input := graph.Floats{Values: images, Columns: 12}
	codes, err := network.Encode(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	reconstructions, err := network.Reconstruct(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	check := func(name string, got [][]float64, want []float32) {
		t.Helper()
		columns := len(want) / n
		if len(got) != n || len(got[0]) != columns {
			t.Fatalf("%s: %d x %d, want %d x %d", name, len(got), len(got[0]), n, columns)
		}
		for i, v := range want {
			if d := math.Abs(got[i/columns][i%columns] - float64(v)); !(d <= 2e-6*(1+math.Abs(float64(v)))) {
				t.Fatalf("%s: element %d is %v, want %v", name, i, got[i/columns][i%columns], v)
			}
		}
	}
	own := run(t, encoded(t, m, Encoder), x)
	check("encoder", own, codes)
	check("decoder", run(t, encoded(t, m, Decoder), own), reconstructions)
	check("autoencoder", run(t, encoded(t, m, Autoencoder), x), reconstructions)
	if !bytes.Equal(encoded(t, m, Encoder), encoded(t, m, Encoder)) {
		t.Error("not the same bytes again")
	}
}

func TestErrors(t *testing.T) {
	m, err := model.New(model.Stacked(4, 2), rand.New(rand.NewPCG(1, 2)))
	if err != nil {
		t.Fatal(err)
	}
	full := fmt.Errorf("disk full")
	if err := Encoder(m, brokenWriter{full}); err != full {
		t.Errorf("got %v, want the writer's error", err)
	}
	m.Encoder[0].Activation = "softmax"
	if err := Encoder(m, io.Discard); err == nil || err.Error() != `onnx: encoder.0: activation "softmax", want one of ONNX` {
		t.Errorf("got %v", err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }
