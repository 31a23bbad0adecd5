package tsne

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// checkResult reports coordinates that are no numbers or lie apart without
// reason, and a divergence that is none.
func checkResult(t testing.TB, r *Result, n int) {
	t.Helper()
	if rows, columns := r.Embedding.Dims(); rows != n || columns != 2 {
		t.Fatalf("embedding is %d x %d, want %d x 2", rows, columns, n)
	}
	for i, v := range r.Embedding.RawMatrix().Data {
		if math.IsNaN(v) || math.Abs(v) > maxExtent {
			t.Fatalf("row %d, column %d of the embedding is %v", i/2, i%2, v)
		}
	}
	if math.IsNaN(r.KLDivergence) || math.IsInf(r.KLDivergence, 0) || r.KLDivergence < -1e-6 {
		t.Fatalf("KL divergence = %v", r.KLDivergence)
	}
}

// oddPoints are sets that stress a stage each, of any number of rows.
var oddPoints = []struct {
	name  string
	value func(rng *rand.Rand, i, j, n int) float64
}{
	{"many duplicates", func(_ *rand.Rand, i, j, _ int) float64 { return float64(i % 3 * (1 + j)) }},
	{"all but one equal", func(_ *rand.Rand, i, j, n int) float64 {
		if i == n-1 {
			return 1
		}
		return 0
	}},
	{"a constant column", func(rng *rand.Rand, _, j, _ int) float64 {
		if j == 1 {
			return 7
		}
		return rng.NormFloat64()
	}},
	{"on a line", func(_ *rand.Rand, i, j, _ int) float64 { return float64(i * (j - 1)) }},
	{"columns of 1e30 and 1e-30", func(rng *rand.Rand, _, j, _ int) float64 {
		return rng.NormFloat64() * math.Pow(10, 30*float64(1-j))
	}},
	{"all of 1e-30", func(rng *rand.Rand, _, _, _ int) float64 { return 1e-30 * rng.NormFloat64() }},
	{"all of 1e150", func(rng *rand.Rand, _, _, _ int) float64 { return 1e149 * rng.NormFloat64() }},
	{"smallest numbers", func(_ *rand.Rand, i, j, _ int) float64 { return 5e-324 * float64(i*(j+1)%5) }},
	{"one far away", func(rng *rand.Rand, i, _, n int) float64 {
		if i == n-1 {
			return 1e6
		}
		return rng.NormFloat64()
	}},
	{"one farther away than float32 reaches", func(rng *rand.Rand, i, _, n int) float64 {
		if i == n/2 {
			return 1e100
		}
		return rng.NormFloat64()
	}},
	{"a common offset", func(rng *rand.Rand, _, _, _ int) float64 { return 1e12 + rng.NormFloat64() }},
	{"each twice as far as the last", func(_ *rand.Rand, i, j, _ int) float64 { return math.Ldexp(float64(1+j), i%200) }},
}

// Whatever the points are, the result is one, for few points by the exact sum
// and for more by the mesh, and so is a new point's place in it.
func TestOddPoints(t *testing.T) {
	for _, odd := range oddPoints {
		t.Run(odd.name, func(t *testing.T) {
			for _, c := range []struct {
				points   int
				settings Settings
			}{
				{5, Settings{}},
				{100, Settings{}},
				{100, Settings{PCA: 2, Iterations: 100}},
				{5, Settings{Preset: SKLearn}},
				{100, Settings{Preset: SKLearn, Iterations: 300}},
				{100, Settings{Preset: SKLearn02x, Iterations: 300}},
				{100, Settings{Metric: Cosine, Iterations: 100}},
				{100, Settings{Repulsion: Mesh, Iterations: 100}},
				{100, Settings{Neighbors: ApproximateNeighbors, Iterations: 100}},
				{500, Settings{Iterations: 150}},
			} {
				n, s := c.points, &c.settings
				if testing.Short() && n > 5 && s.Iterations != 100 {
					continue
				}
				rng := rand.New(rand.NewPCG(1, 2))
				points := mat.NewDense(n, 3, nil)
				for i := range n {
					for j := range 3 {
						points.Set(i, j, odd.value(rng, i, j, n))
					}
				}
				s.Perplexity = min(20, float64(n-1)/3)
				r, err := Embed(t.Context(), points, s)
				if err != nil {
					if s.Metric == Cosine && strings.Contains(err.Error(), "direction") {
						continue // there is no other than one, or a row has none
					}
					t.Fatalf("%d points, %+v: %v", n, s, err)
				}
				checkResult(t, r, n)
				m, err := NewMap(points, r.Embedding, s)
				if err != nil {
					t.Fatal(err)
				}
				placed, err := m.Transform(t.Context(), points.Slice(0, 2, 0, 3), nil)
				if err != nil {
					t.Fatal(err)
				}
				for i, v := range placed.RawMatrix().Data {
					if math.IsNaN(v) || math.IsInf(v, 0) {
						t.Fatalf("%d points, %+v: new point %d lies at %v", n, s, i/2, placed.RawRowView(i/2))
					}
				}
			}
		})
	}
}

// anyFloats returns the bytes as floats: NaN, infinities and all magnitudes.
func anyFloats(data []byte) (values []float64) {
	for ; len(data) >= 8; data = data[8:] {
		values = append(values, math.Float64frombits(binary.BigEndian.Uint64(data)))
	}
	return values
}

// smallNumbers returns the bytes as whole numbers, many of them equal, of one
// scale from 2^-500 to 2^499.
func smallNumbers(data []byte, scale uint16) (values []float64) {
	for _, b := range data {
		values = append(values, math.Ldexp(float64(int8(b)), int(scale%1000)-500))
	}
	return values
}

// FuzzEmbed embeds up to 64 points of every scale. An error is one of the
// package's; a result is one.
func FuzzEmbed(f *testing.F) {
	f.Add([]byte("a few points, some of them alike, alike"), uint8(3), uint8(0), uint16(0), 2.)
	f.Add(slices.Repeat([]byte{1, 2, 3, 250}, 40), uint8(4), uint8(1), uint16(90), 1.5)
	f.Add(slices.Repeat([]byte{0x7f, 0xe0, 1, 2, 3, 4, 5, 6}, 30), uint8(2), uint8(7), uint16(2000), 5.)
	f.Add(slices.Repeat([]byte{0, 0, 0, 0, 0, 0, 0, 9}, 70), uint8(2), uint8(64+8), uint16(0), 30.)
	f.Add(slices.Repeat([]byte{1, 2, 3, 250, 7}, 60), uint8(3), uint8(3<<4), uint16(500), 3.)
	f.Fuzz(func(t *testing.T, data []byte, columns, choices uint8, exponent uint16, perplexity float64) {
		dim := 2 + int(columns)%6
		var values []float64
		if choices&64 != 0 {
			values = anyFloats(data)
		} else {
			values = smallNumbers(data, exponent)
		}
		n := min(64, len(values)/dim)
		if n == 0 {
			return
		}
		points := mat.NewDense(n, dim, values[:n*dim])
		s := &Settings{
			Preset: Preset(choices % 3), Metric: Metric(choices >> 2 & 1), Perplexity: perplexity,
			Iterations: 20, Repulsion: Repulsion(choices >> 3 & 1 * 2), Initial: Initial(choices >> 4 & 3), PCA: int(choices >> 7 * 2),
		}
		if s.Initial > InitialRandom { // in place of one that there is not
			s.Initial, s.Neighbors = InitialByPreset, ApproximateNeighbors
		}
		r, err := Embed(t.Context(), points, s)
		if err != nil {
			if (r != nil) != (r != nil && r.Status == Diverged) {
				t.Fatalf("Embed = %+v, %v", r, err)
			}
			return
		}
		checkResult(t, r, n)
		m, err := NewMap(points, r.Embedding, s)
		if err != nil {
			t.Fatal(err)
		}
		placed, err := m.Transform(t.Context(), points, &TransformSettings{Iterations: 5})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range placed.RawMatrix().Data {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("a point was placed at %v", v)
			}
		}
	})
}

// FuzzTransform places up to 16 points of every scale into a map of up to 48, of
// any embedding. An error is one of the package's; a place is finite.
func FuzzTransform(f *testing.F) {
	f.Add([]byte("a few points, some of them alike, alike"), []byte("new ones"), []byte("where the few points are"), uint8(2), uint16(500), uint16(500), uint16(500), 0.)
	f.Add(slices.Repeat([]byte{1, 2, 3, 250}, 40), []byte{0x7f, 0xe0, 0, 0, 0, 0, 0, 9}, slices.Repeat([]byte{5}, 60), uint8(64+3), uint16(0), uint16(999), uint16(520), 2.)
	f.Add(slices.Repeat([]byte{0}, 40), slices.Repeat([]byte{0, 1}, 8), slices.Repeat([]byte{0, 100}, 30), uint8(8), uint16(0), uint16(0), uint16(980), 1.1)
	f.Fuzz(func(t *testing.T, old, added, places []byte, choices uint8, oldScale, addedScale, placeScale uint16, perplexity float64) {
		dim := 1 + int(choices)%6
		points, more, embedding := smallNumbers(old, oldScale), smallNumbers(added, addedScale), smallNumbers(places, placeScale)
		if choices&64 != 0 {
			more = anyFloats(added)
		}
		if choices&128 != 0 {
			embedding = anyFloats(places)
		}
		n, m := min(48, len(points)/dim, len(embedding)/2), min(16, len(more)/dim)
		if n == 0 || m == 0 {
			return
		}
		space, err := NewMap(mat.NewDense(n, dim, points[:n*dim]), mat.NewDense(n, 2, embedding[:2*n]), &Settings{Metric: Metric(choices >> 3 & 1)})
		if err != nil {
			return
		}
		placed, err := space.Transform(t.Context(), mat.NewDense(m, dim, more[:m*dim]), &TransformSettings{Perplexity: perplexity, Iterations: 20})
		if err != nil {
			if placed != nil {
				t.Fatalf("Transform = %v, %v", placed, err)
			}
			return
		}
		for _, v := range placed.RawMatrix().Data {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("a point was placed at %v", v)
			}
		}
	})
}

// A descent that ends too early leaves the embedding it had, whole.
func TestStoppedDescentLeavesWhatItHad(t *testing.T) {
	data, _ := clusters(100, 4, 3, rand.New(rand.NewPCG(1, 2)))
	enough := errors.New("enough")
	var last *mat.Dense
	r, err := Embed(t.Context(), data, &Settings{Recorder: RecorderFunc(func(s Snapshot) error {
		last = s.Embedding
		if s.Iteration == 200 {
			return enough
		}
		return nil
	})})
	if !errors.Is(err, enough) || r == nil || r.Status != RecorderFailed || r.Iterations != 200 {
		t.Fatalf("Embed = %+v, %v", r, err)
	}
	if !mat.Equal(r.Embedding, last) {
		t.Error("the embedding is not the one last recorded")
	}
}
