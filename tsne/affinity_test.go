package tsne

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

func TestGaussianWeights(t *testing.T) {
	for _, c := range []struct {
		name       string
		dist2      []float32
		perplexity float64
		want       []float64 // nil: only the entropy is checked
	}{
		{"two equal neighbours", []float32{3, 3}, 2, []float64{.5, .5}},
		{"equal points", []float32{0, 0, 0, 0}, 2, []float64{.25, .25, .25, .25}},
		{"more equal points than the perplexity", []float32{0, 0, 0, 5}, 2, []float64{1. / 3, 1. / 3, 1. / 3, 0}},
		{"perplexity above the number of neighbours", []float32{1, 2, 5}, 4, []float64{1. / 3, 1. / 3, 1. / 3}},
		// exp(-β) = 1/2 gives weights 2/3, 1/3 and the entropy ln 3 - (2/3) ln 2.
		{"two neighbours", []float32{7, 8}, 3 / math.Pow(2, 2./3), []float64{2. / 3, 1. / 3}},
		{"large distances", []float32{1e20, 2e20, 3e20, 4e20}, 2, nil},
		{"small distances", []float32{1e-20, 2e-20, 3e-20, 4e-20}, 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGaussian(len(c.dist2))
			g.fit(c.dist2, math.Log(c.perplexity))
			got := g.weights
			if c.want == nil {
				entropy := 0.0
				for _, p := range got {
					if p > 0 {
						entropy -= p * math.Log(p)
					}
				}
				if want := math.Log(c.perplexity); math.Abs(entropy-want) > entropyTolerance {
					t.Errorf("entropy = %v, want %v", entropy, want)
				}
			}
			for i, want := range c.want {
				if math.Abs(got[i]-want) > entropyTolerance {
					t.Errorf("weights = %v, want %v", got, c.want)
					break
				}
			}
		})
	}
}

// checkAffinities reports what P must not be.
func checkAffinities(t testing.TB, p *affinities) {
	t.Helper()
	at := map[[2]int32]float32{}
	sum := 0.0
	for i := range p.n {
		columns := p.col[p.start[i]:p.start[i+1]]
		if !slices.IsSorted(columns) || len(slices.Compact(slices.Clone(columns))) != len(columns) {
			t.Fatalf("row %d: columns %v, want them ascending", i, columns)
		}
		for m, j := range columns {
			v := p.val[p.start[i]+m]
			if int(j) == i || !(v >= 0) {
				t.Fatalf("P[%d %d] = %v, want no diagonal and nothing negative", i, j, v)
			}
			at[[2]int32{int32(i), j}] = v
			sum += float64(v)
		}
	}
	if math.Abs(sum-1) > 1e-6 {
		t.Fatalf("sum of P = %v, want 1", sum)
	}
	for ij, v := range at {
		if w, ok := at[[2]int32{ij[1], ij[0]}]; !ok || w != v {
			t.Fatalf("P%v = %v but its mirror image %v", ij, v, w)
		}
	}
}

func TestAffinitiesAreSymmetricAndSumToOne(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(3, 60).Draw(r, "points")
		dim := rapid.IntRange(2, 4).Draw(r, "columns")
		perplexity := rapid.Float64Range(1.1, float64(n)-.5).Draw(r, "perplexity")
		values := rapid.SampledFrom([]*rapid.Generator[float64]{
			rapid.Float64Range(-1, 1),
			rapid.Map(rapid.IntRange(0, 2), func(i int) float64 { return float64(i) }), // many equal points
			rapid.Float64Range(-MaxCoordinate, MaxCoordinate),
		}).Draw(r, "kind")
		m := mat.NewDense(n, dim, rapid.SliceOfN(values, n*dim, n*dim).Draw(r, "values"))
		p, err := readInput(m)
		if err != nil {
			r.Skip(err)
		}
		a, err := newAffinities(t.Context(), p, perplexity, min(n-1, int(3*perplexity+1)))
		if err != nil {
			r.Fatal(err)
		}
		checkAffinities(t, a)
	})
}

func TestSymmetrize(t *testing.T) {
	// p(1|0) = 1, p(0|1) = .25, p(2|1) = .75 and so on; n = 3.
	col := []int32{2, 1, 2, 0, 1, 0}
	val := []float32{.5, .5, .75, .25, 1, 0}
	p, err := symmetrize(t.Context(), 3, col, val)
	if err != nil {
		t.Fatal(err)
	}
	want := &affinities{
		n: 3, start: []int{0, 2, 4, 6}, col: []int32{1, 2, 0, 2, 0, 1},
		val: []float32{.75 / 6, .5 / 6, .75 / 6, 1.75 / 6, .5 / 6, 1.75 / 6},
	}
	if !slices.Equal(p.start, want.start) || !slices.Equal(p.col, want.col) || !slices.Equal(p.val, want.val) {
		t.Errorf("symmetrize = %v, want %v", p, want)
	}
}

// Scaling by a power of two keeps squared distances in the range of float32
// and changes no affinity.
func TestScaleDoesNotMatter(t *testing.T) {
	data, _ := clusters(150, 5, 3, rand.New(rand.NewPCG(1, 2)))
	large := mustAffinities(t, scaled(data, math.Ldexp(1, 100)), 10)
	larger := mustAffinities(t, scaled(data, math.Ldexp(1, 400)), 10)
	small := mustAffinities(t, scaled(data, math.Ldexp(1, -300)), 10)
	for _, got := range []*affinities{larger, small} {
		if !slices.Equal(got.val, large.val) || !slices.Equal(got.col, large.col) {
			t.Error("affinities of scaled points differ")
		}
	}
	plain := mustAffinities(t, data, 10)
	if e := relativeError(large.val, plain.val); e > 1e-4 { // the bisection's path is another
		t.Errorf("affinities of scaled points are off by %.2g of the norm", e)
	}
}

func scaled(m mat.Matrix, factor float64) *mat.Dense {
	var s mat.Dense
	s.Scale(factor, m)
	return &s
}
