// This file compares affinities, gradient and final divergence of 1,000 codes
// of a trained model with what scikit-learn recorded of them in
// testdata/sklearn/codes, whose README says how.

package tsne

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"stackedae/internal/npy"
)

// codesRecord is the content of codes/recorded.json.
type codesRecord struct {
	Perplexity     float64
	AffinitiesNorm float64            `json:"affinities_norm"`
	KLDivergences  map[string]float64 `json:"kl_divergences"`
	Random         []float64          `json:"random_kl_divergences"`
}

func readCodesRecord(t *testing.T) (r codesRecord) {
	t.Helper()
	b, err := os.ReadFile(sklearnDir + "codes/recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// readNPY reads an array of two dimensions.
func readNPY(t *testing.T, path string) *mat.Dense {
	t.Helper()
	a, err := npy.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return mat.NewDense(a.Shape[0], a.Shape[1], a.Float64s())
}

func TestAffinitiesOfCodesAreScikitLearns(t *testing.T) {
	record := readCodesRecord(t)
	p := mustAffinities(t, readNPY(t, sklearnDir+"codes/codes.npy"), record.Perplexity)
	square := 0.0
	for _, v := range p.val {
		square += float64(v) * float64(v)
	}
	if got, want := math.Sqrt(square), record.AffinitiesNorm; math.Abs(got/want-1) > 1e-6 {
		t.Errorf("norm of P = %v, want %v", got, want)
	}
	got := map[[2]int]float64{}
	for i := range p.n {
		for m := p.start[i]; m < p.start[i+1]; m++ {
			got[[2]int{i, int(p.col[m])}] = float64(p.val[m])
		}
	}
	entries := readNPY(t, sklearnDir+"codes/affinities.npy") // every 20th row's
	number := map[int]int{}
	for m := range entries.RawMatrix().Rows {
		i, j, want := int(entries.At(m, 0)), int(entries.At(m, 1)), entries.At(m, 2)
		number[i]++
		if got := got[[2]int{i, j}]; math.Abs(got-want) > 1e-4*want {
			t.Errorf("P[%d %d] = %v, want %v", i, j, got, want)
		}
	}
	for i, want := range number {
		if got := p.start[i+1] - p.start[i]; got != want {
			t.Errorf("P has %d entries in row %d, want %d", got, i, want)
		}
	}
}

func TestGradientOfCodesIsScikitLearns(t *testing.T) {
	record := readCodesRecord(t)
	codes := readNPY(t, sklearnDir+"codes/codes.npy")
	p := mustAffinities(t, codes, record.Perplexity)
	for name, divergence := range record.KLDivergences {
		recorded := readNPY(t, sklearnDir+"codes/"+name+".npy") // embedding, gradient
		embedding := recorded.Slice(0, p.n, 0, 2)
		kl, err := KLDivergence(codes, embedding, record.Perplexity)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(kl-divergence) > 1e-6*divergence {
			t.Errorf("%s: KL divergence = %v, want %v", name, kl, divergence)
		}
		y, err := readEmbedding(name, embedding, p.n)
		if err != nil {
			t.Fatal(err)
		}
		want := mat.DenseCopyOf(recorded.Slice(0, p.n, 2, 4)).RawMatrix().Data
		repulsion, z := slowRepulsion(y)
		floats.Scale(4/z, repulsion)

		exact, mesh := gradientOf(p, y, false), gradientOf(p, y, true)
		size, bound := floats.Norm(want, 2), 1e-5
		if name == "final" {
			// Attraction and repulsion nearly cancel at a minimum, and the
			// affinities differ in rounding.
			size, bound = floats.Norm(repulsion, 2), 1e-6
		}
		if e := floats.Distance(exact, want, 2) / size; e > bound {
			t.Errorf("%s: the exact gradient is off by %.2g, want at most %g", name, e, bound)
		}
		// What Mesh states is the error of the repulsion.
		if e := floats.Distance(mesh, want, 2) / floats.Norm(repulsion, 2); e > .01 {
			t.Errorf("%s: the mesh's gradient is off by %.2g of the repulsion, want at most .01", name, e)
		}
	}
}

func gradientOf(p *affinities, y []float32, mesh bool) []float64 {
	gradient := make([]float32, len(y))
	newGradient(p, mesh).at(gradient, y, 1)
	return float64s(gradient)
}

// Random starts end in minima that differ by a percent or two, so means are
// compared.
func TestFinalDivergenceOfCodesIsScikitLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("4 whole runs")
	}
	codes, record := readNPY(t, sklearnDir+"codes/codes.npy"), readCodesRecord(t)
	n, _ := codes.Dims()
	divergence := func(s *Settings) float64 {
		r, err := Embed(t.Context(), codes, s)
		if err != nil {
			t.Fatal(err)
		}
		return r.KLDivergence
	}
	got := divergence(&Settings{Preset: SKLearn})
	if want := 1.01 * record.KLDivergences["final"]; got > want {
		t.Errorf("sklearn: KL divergence = %.4f, want at most %.4f", got, want)
	}
	t.Logf("sklearn: %.4f; scikit-learn: %.4f", got, record.KLDivergences["final"])

	// What SKLearn02x means, in full.
	schedule := SKLearn.Schedule(n)
	for i := range schedule {
		schedule[i].LearningRate = 200
	}
	const starts = 3
	ours, theirs := 0.0, 0.0
	for _, kl := range record.Random {
		theirs += kl / float64(len(record.Random))
	}
	for seed := range uint64(starts) {
		kl := divergence(&Settings{Preset: SKLearn, Schedule: schedule, Start: StartRandom(n, rand.New(rand.NewPCG(seed, 0)))})
		t.Logf("learning rate 200, random start %d: %.4f", seed, kl)
		ours += kl / starts
	}
	if low := .99 * slices.Min(record.Random); ours < low || ours > 1.01*theirs {
		t.Errorf("learning rate 200: mean KL divergence of %d random starts = %.4f, want %.4f to %.4f; scikit-learn's: %.4f",
			starts, ours, low, 1.01*theirs, record.Random)
	}
}
