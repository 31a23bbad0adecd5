// This file compares the stages and the whole with what scikit-learn recorded
// in testdata/sklearn, whose README says how.

package tsne

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"
)

const sklearnDir = "../testdata/sklearn/"

// sklearnRecord is the content of recorded.json.
type sklearnRecord struct {
	Perplexity       float64
	AffinitiesNorm   float64 `json:"affinities_norm"`
	CosineNorm       float64 `json:"cosine_affinities_norm"`
	Components       string  `json:"components_distances"`
	Start            [][2]float64
	Embedding        [][2]float64
	KLDivergence     float64 `json:"kl_divergence"`
	Gradient         [][2]float64
	Trustworthiness  map[int]float64
	NeighborAccuracy map[int]float64 `json:"neighbor_accuracy"`
	Defaults         struct {
		PCA       float64
		Random    []float64
		Random200 []float64 `json:"random_200"`
	} `json:"default_kl_divergences"`
}

func readRecord(t *testing.T) (r sklearnRecord) {
	t.Helper()
	b, err := os.ReadFile(sklearnDir + "recorded.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// readNumbers reads a CSV file without a header.
func readNumbers(t *testing.T, name string) [][]float64 {
	t.Helper()
	f, err := os.Open(sklearnDir + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([][]float64, len(records))
	for i, record := range records {
		for _, field := range record {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers[i] = append(numbers[i], v)
		}
	}
	return numbers
}

func readDigits(t *testing.T) (*mat.Dense, []int) {
	t.Helper()
	rows := readNumbers(t, "digits.csv")
	digits, labels := mat.NewDense(len(rows), len(rows[0])-1, nil), make([]int, len(rows))
	for i, row := range rows {
		labels[i] = int(row[0])
		digits.SetRow(i, row[1:])
	}
	return digits, labels
}

func denseOf(rows [][2]float64) *mat.Dense {
	m := mat.NewDense(len(rows), 2, nil)
	for i, row := range rows {
		m.SetRow(i, row[:])
	}
	return m
}

func TestAffinitiesAreScikitLearns(t *testing.T) {
	digits, _ := readDigits(t)
	record := readRecord(t)
	p := mustAffinities(t, digits, record.Perplexity)
	got := map[[2]int]float64{}
	square := 0.0
	for i := range p.n {
		for m := p.start[i]; m < p.start[i+1]; m++ {
			square += float64(p.val[m]) * float64(p.val[m])
			if j := int(p.col[m]); i < j {
				got[[2]int{i, j}] = float64(p.val[m])
			}
		}
	}
	if got, want := math.Sqrt(square), record.AffinitiesNorm; math.Abs(got/want-1) > 1e-6 {
		t.Errorf("norm of P = %v, want %v", got, want)
	}
	entries := readNumbers(t, "affinities.csv")
	// Either side may drop an entry that underflows.
	if len(got) != len(entries) {
		t.Errorf("P has %d entries above the diagonal, want %d", len(got), len(entries))
	}
	for _, e := range entries {
		at := [2]int{int(e[0]), int(e[1])}
		if want := e[2]; math.Abs(got[at]-want) > 1e-5*want {
			t.Errorf("P%v = %v, want %v", at, got[at], want)
		}
	}
}

func TestDivergenceAndGradientAreScikitLearns(t *testing.T) {
	digits, _ := readDigits(t)
	record := readRecord(t)
	embedding := denseOf(record.Embedding)
	kl, err := KLDivergence(digits, embedding, record.Perplexity)
	if err != nil {
		t.Fatal(err)
	}
	if want := record.KLDivergence; math.Abs(kl-want) > 1e-6 {
		t.Errorf("KL divergence = %v, want %v", kl, want)
	}

	y, err := readEmbedding("embedding", embedding, len(record.Embedding))
	if err != nil {
		t.Fatal(err)
	}
	want := denseOf(record.Gradient).RawMatrix().Data
	for _, c := range []struct {
		name      string
		mesh      bool
		tolerance float64
	}{
		{"exact", false, 1e-5},
		{"mesh", true, .02}, // attraction and repulsion nearly cancel
	} {
		got := make([]float32, len(y))
		newGradient(mustAffinities(t, digits, record.Perplexity), c.mesh).at(got, y, 1)
		if e := relativeError(float64s(got), want); e > c.tolerance {
			t.Errorf("%s: gradient is off by %.2g of its norm, want at most %g", c.name, e, c.tolerance)
		}
	}
}

func TestStartIsScikitLearns(t *testing.T) {
	digits, _ := readDigits(t)
	start, err := StartPCA(digits)
	if err != nil {
		t.Fatal(err)
	}
	want := denseOf(readRecord(t).Start)
	if e := relativeError(start.RawMatrix().Data, want.RawMatrix().Data); e > 1e-6 {
		t.Errorf("start is off by %.2g of its norm; first row %v, want %v", e, start.RawRowView(0), want.RawRowView(0))
	}
}

func TestQualityIsScikitLearns(t *testing.T) {
	digits, labels := readDigits(t)
	record := readRecord(t)
	embedding := denseOf(record.Embedding)
	for k, want := range record.Trustworthiness {
		// Distances of digits are roots of integers, some equal; scikit-learn
		// ranks these in any order.
		got, err := Trustworthiness(digits, embedding, k)
		if err != nil || math.Abs(got-want) > 1e-5 {
			t.Errorf("Trustworthiness(k=%d) = %v, %v, want %v", k, got, err, want)
		}
	}
	for k, want := range record.NeighborAccuracy {
		got, err := NeighborAccuracy(embedding, labels, k)
		if err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("NeighborAccuracy(k=%d) = %v, %v, want %v", k, got, err, want)
		}
	}
}

func mean(x []float64) (m float64) {
	for _, v := range x {
		m += v / float64(len(x))
	}
	return m
}

// The descent is chaotic: rounding decides between minima that differ by a few
// percent. So the presets are compared by their means.
func TestFinalDivergenceIsScikitLearns(t *testing.T) {
	if testing.Short() {
		t.Skip("17 whole runs")
	}
	digits, _ := readDigits(t)
	record := readRecord(t)
	for _, c := range []struct {
		preset Preset
		runs   []float64 // scikit-learn's
		most   float64
	}{
		{SKLearn, record.Defaults.Random, slices.Max(record.Defaults.Random)},
		{SKLearn02x, record.Defaults.Random200, slices.Max(record.Defaults.Random200)},
		{Default, record.Defaults.Random, 1.01 * mean(record.Defaults.Random)},
	} {
		t.Run(fmt.Sprint(c.preset), func(t *testing.T) {
			var got []float64
			for seed := range uint64(5) {
				r, err := Embed(t.Context(), digits, &Settings{Preset: c.preset, Initial: InitialRandom, Seed: seed})
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("random start %d: %.4f after %d iterations", seed, r.KLDivergence, r.Iterations)
				got = append(got, r.KLDivergence)
			}
			if least := .97 * slices.Min(c.runs); mean(got) > c.most || mean(got) < least {
				t.Errorf("mean KL divergence of 5 random starts = %.4f, want %.4f to %.4f; scikit-learn's runs: %.4f", mean(got), least, c.most, c.runs)
			}
			if c.preset == SKLearn02x {
				return
			}
			r, err := Embed(t.Context(), digits, &Settings{Preset: c.preset})
			if err != nil {
				t.Fatal(err)
			}
			if want := 1.01 * record.Defaults.PCA; r.KLDivergence > want {
				t.Errorf("KL divergence from principal components = %.4f, want at most %.4f", r.KLDivergence, want)
			}
			t.Logf("principal components: %.4f; scikit-learn: %.4f", r.KLDivergence, record.Defaults.PCA)
		})
	}
}
