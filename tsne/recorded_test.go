// This file compares affinities, gradient and final divergence of the codes of
// a trained model with what scikit-learn made of the first 1,000 and of all
// 5,000: testdata/sklearn/codes, whose README says how.

package tsne

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const codesDir = "../testdata/sklearn/codes/"

// codesRecord is the content of the recorded.json of so many codes.
type codesRecord struct {
	Perplexity     float64
	AffinitiesNorm float64            `json:"affinities_norm"`
	KLDivergences  map[string]float64 `json:"kl_divergences"`
	Runs           struct {
		Random    []float64
		Random200 []float64 `json:"random_200"`
	}
}

// eachCodes runs a test for each number of codes; dir is its folder.
func eachCodes(t *testing.T, test func(t *testing.T, codes mat.Matrix, dir string, record codesRecord)) {
	all := readNPY(t, codesDir+"codes.npy")
	for _, n := range []int{1000, 5000} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			dir := codesDir + strconv.Itoa(n) + "/"
			var record codesRecord
			readJSON(t, dir+"recorded.json", &record)
			test(t, all.Slice(0, n, 0, 30), dir, record)
		})
	}
}

func TestAffinitiesOfCodesAreScikitLearns(t *testing.T) {
	eachCodes(t, func(t *testing.T, codes mat.Matrix, dir string, record codesRecord) {
		p := mustAffinities(t, codes, record.Perplexity)
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
		entries := readNPY(t, dir+"affinities.npy") // of 50 rows
		number := map[int]int{}
		for m := range entries.RawMatrix().Rows {
			i, j, want := int(entries.At(m, 0)), int(entries.At(m, 1)), entries.At(m, 2)
			number[i]++
			if got := got[[2]int{i, j}]; math.Abs(got-want) > 1e-4*want {
				t.Errorf("P[%d %d] = %v, want %v", i, j, got, want)
			}
		}
		if len(number) != 50 {
			t.Errorf("%d recorded rows, want 50", len(number))
		}
		for i, want := range number {
			if got := p.start[i+1] - p.start[i]; got != want {
				t.Errorf("P has %d entries in row %d, want %d", got, i, want)
			}
		}
	})
}

func TestGradientOfCodesIsScikitLearns(t *testing.T) {
	eachCodes(t, func(t *testing.T, codes mat.Matrix, dir string, record codesRecord) {
		p := mustAffinities(t, codes, record.Perplexity)
		for _, name := range []string{"early", "final"} {
			embedding, want := readDescent(t, dir+name+".npy")
			kl, err := KLDivergence(codes, embedding, record.Perplexity)
			if err != nil {
				t.Fatal(err)
			}
			if want := record.KLDivergences[name]; math.Abs(kl-want) > 1e-6*want {
				t.Errorf("%s: KL divergence = %v, want %v", name, kl, want)
			}
			got, err := Gradient(codes, embedding, record.Perplexity)
			if err != nil {
				t.Fatal(err)
			}
			e := relativeError(got.RawMatrix().Data, want)
			t.Logf("%s: the gradient is off by %.2g", name, e)
			if e > 1e-5 {
				t.Errorf("%s: the gradient is off by %.2g, want at most 1e-5", name, e)
			}

			// The descent's gradients, of float32, are off by parts of the repulsion:
			// springs of 5,000 points have 19 bits, and Mesh states its error so.
			y, err := readEmbedding(name, embedding, p.n)
			if err != nil {
				t.Fatal(err)
			}
			slow, z := slowRepulsion(y)
			repulsion := 4 / z * floats.Norm(slow, 2)
			t.Logf("%s: the gradient is %.3g of its repulsion", name, floats.Norm(want, 2)/repulsion)
			for _, c := range []struct {
				name  string
				mesh  bool
				bound float64
			}{
				{"exact", false, 5e-6},
				{"mesh", true, .01},
			} {
				e := floats.Distance(gradientOf(p, y, c.mesh), want, 2) / repulsion
				t.Logf("%s, %s: the descent's gradient is off by %.2g of the repulsion", name, c.name, e)
				if e > c.bound {
					t.Errorf("%s, %s: the descent's gradient is off by %.2g of the repulsion, want at most %g", name, c.name, e, c.bound)
				}
			}
		}
	})
}

func gradientOf(p *affinities, y []float32, mesh bool) []float64 {
	gradient := make([]float32, len(y))
	newGradient(p, mesh).at(gradient, y, 1)
	return float64s(gradient)
}

// Random starts end in minima that differ by a percent or two, so their means
// are compared. The best of scikit-learn's runs bounds ours from below: a far
// lower divergence would be another computation.
func TestFinalDivergenceOfCodesIsScikitLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("17 whole runs")
	}
	eachCodes(t, func(t *testing.T, codes mat.Matrix, dir string, record codesRecord) {
		for _, c := range []struct {
			name   string
			s      Settings
			theirs []float64
		}{
			{"sklearn", Settings{Preset: SKLearn}, []float64{record.KLDivergences["final"]}},
			{"sklearn, random start", Settings{Preset: SKLearn, Initial: InitialRandom}, record.Runs.Random},
			{"sklearn-0.2x", Settings{Preset: SKLearn02x}, record.Runs.Random200},
		} {
			if len(c.theirs) == 0 {
				continue // sklearn-0.2x: recorded of 1,000 codes only
			}
			var ours []float64
			for seed := range c.theirs {
				s := c.s
				s.Seed = uint64(seed)
				r, err := Embed(t.Context(), codes, &s)
				if err != nil {
					t.Fatal(err)
				}
				ours = append(ours, r.KLDivergence)
			}
			text := fmt.Sprintf("%s: mean KL divergence = %.4f of %.4f, scikit-learn's %.4f of %.4f",
				c.name, mean(ours), ours, mean(c.theirs), c.theirs)
			t.Log(text)
			if mean(ours) > 1.01*mean(c.theirs) || mean(ours) < .97*floats.Min(c.theirs) {
				t.Error(text + ", want at most 1% more, and no less than 3% below their best")
			}
		}
	})
}
