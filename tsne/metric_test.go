package tsne

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// mustFrame returns the points of m made ready.
func mustFrame(t testing.TB, m mat.Matrix, metric Metric, pca int) (*frame, *points) {
	t.Helper()
	x, err := inputRows(m)
	if err != nil {
		t.Fatal(err)
	}
	f, p, err := newFrame(t.Context(), x, metric, pca)
	if err != nil {
		t.Fatal(err)
	}
	return f, p
}

func TestCosineIsScikitLearns(t *testing.T) {
	digits, _ := readDigits(t)
	_, p := mustFrame(t, digits, Cosine, 0)
	const k = 10
	lists, err := nearestNeighbors(t.Context(), p, k)
	if err != nil {
		t.Fatal(err)
	}
	for m, row := range readNumbers(t, "cosine.csv") {
		i, j, want := int(row[0]), int32(row[1]), row[2]
		if i != m/k || lists.index[m] != j {
			t.Errorf("neighbour %d of digit %d is %d, want %d of %d", m%k, m/k, lists.index[m], j, i)
		}
		if got := float64(lists.dist2[m]) / 2; math.Abs(got-want) > 1e-6*want {
			t.Errorf("cosine distance of %d and %d = %v, want %v", i, j, got, want)
		}
	}

	record := readRecord(t)
	p.squareCosine = true
	a, err := newAffinities(t.Context(), p, record.Perplexity, int(3*record.Perplexity+1))
	if err != nil {
		t.Fatal(err)
	}
	square := 0.0
	for _, v := range a.val {
		square += float64(v) * float64(v)
	}
	if got, want := math.Sqrt(square), record.CosineNorm; math.Abs(got/want-1) > 1e-6 {
		t.Errorf("norm of P = %v, want %v", got, want)
	}
}

func TestCosineLengthsDoNotMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(60, 5, 3, rng)
	stretched := mat.DenseCopyOf(data)
	for i := range 60 {
		row := stretched.RawRowView(i)
		factor := math.Ldexp(1, rng.IntN(600)-300)
		for j := range row {
			row[j] *= factor
		}
	}
	_, a := mustFrame(t, data, Cosine, 0)
	_, b := mustFrame(t, stretched, Cosine, 0)
	if !slices.Equal(a.x, b.x) {
		t.Error("points that differ by powers of two in length are not the same")
	}
}

func TestFrameRefuses(t *testing.T) {
	zero, _ := clusters(20, 3, 2, rand.New(rand.NewPCG(1, 2)))
	zero.SetRow(7, []float64{0, 0, 0})
	ray := mat.NewDense(20, 3, nil)
	for i := range 20 {
		s := float64(i + 1)
		ray.SetRow(i, []float64{s, .3 * s, .7 * s})
	}
	for _, c := range []struct {
		name   string
		points mat.Matrix
		metric Metric
		pca    int
		want   string
	}{
		{"zero row", zero, Cosine, 0, "tsne: points: row 7 (counted from 0) is zero, want a direction: cosine distances need one"},
		{"one direction", ray, Cosine, 0, "tsne: points: all 20 rows have the same direction, want at least two different ones for cosine distances"},
		{"too many components", zero, Euclidean, 4, "tsne: PCA: got 4 components of points of 3 columns, want at most as many"},
		{"equal with PCA", mat.NewDense(20, 3, nil), Euclidean, 2, "tsne: points: all 20 rows are equal, want at least two different ones"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x, err := inputRows(c.points)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = newFrame(t.Context(), x, c.metric, c.pca)
			if err == nil || err.Error() != c.want {
				t.Errorf("error = %v, want %s", err, c.want)
			}
		})
	}
	bad := mat.DenseCopyOf(zero)
	bad.Set(3, 1, math.NaN())
	x, _ := inputRows(bad)
	if _, _, err := newFrame(t.Context(), x, Euclidean, 2); err == nil || !strings.HasPrefix(err.Error(), "tsne: points: row 3, column 1 (counted from 0) is NaN") {
		t.Errorf("NaN before PCA: %v", err)
	}
}

// Points of the same set, read again, lie where they were.
func TestFrameReadsOtherPoints(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(80, 6, 3, rng)
	wide, _ := clusters(30, 70, 3, rng)
	for _, c := range []struct {
		name   string
		points *mat.Dense
		metric Metric
		pca    int
	}{
		{"euclidean", data, Euclidean, 0},
		{"scaled", scaled(data, 1e-60), Euclidean, 0},
		{"cosine", data, Cosine, 0},
		{"components", data, Euclidean, 3},
		{"cosine of components", data, Cosine, 3},
		{"more columns than points", wide, Euclidean, 10},
	} {
		f, p := mustFrame(t, c.points, c.metric, c.pca)
		again, err := f.read("new points", c.points.Slice(10, 11, 0, p0(c.points)))
		if err != nil {
			t.Fatal(err)
		}
		if e := relativeError(again.x, p.row(10)); e > 1e-12 {
			t.Errorf("%s: row 10, read again, is off by %.2g of its norm", c.name, e)
		}
	}
	f, _ := mustFrame(t, data, Euclidean, 0)
	if _, err := f.read("new points", wide); err == nil || err.Error() != "tsne: new points: got 70 columns, want 6, as the points of the embedding have" {
		t.Errorf("other columns: %v", err)
	}
}

func p0(m mat.Matrix) int { _, c := m.Dims(); return c }

func TestPCAIsScikitLearns(t *testing.T) {
	digits, _ := readDigits(t)
	_, p := mustFrame(t, digits, Euclidean, 10)
	for i, want := range readRecord(t).Components {
		if got := math.Sqrt(p.distance2(0, i+1)); math.Abs(got-want) > 1e-9*want {
			t.Fatalf("distance of digits 0 and %d in 10 components = %v, want %v", i+1, got, want)
		}
	}
}

// All components are a rotation: distances stay.
func TestAllComponentsKeepDistances(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(50, 6, 3, rng)
	wide, _ := clusters(9, 20, 3, rng)
	for _, data := range []*mat.Dense{data, wide, scaled(data, 1e140), scaled(data, 1e-30)} {
		_, columns := data.Dims()
		_, a := mustFrame(t, data, Euclidean, 0)
		_, b := mustFrame(t, data, Euclidean, columns)
		want := a.distance2(0, 3) / a.distance2(1, 2)
		if got := b.distance2(0, 3) / b.distance2(1, 2); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("ratio of distances %v becomes %v", want, got)
		}
	}
}

// Neither squares that underflow nor such as overflow turn the axes.
func TestComponentsOfEveryScale(t *testing.T) {
	data, _ := clusters(60, 6, 3, rand.New(rand.NewPCG(1, 2)))
	_, want := mustFrame(t, data, Euclidean, 2)
	for _, scale := range []float64{1e-170, 1e-30, 1e30, 1e148} {
		_, got := mustFrame(t, scaled(data, scale), Euclidean, 2)
		for i := range 20 {
			a, b := got.distance2(i, i+1)/got.distance2(0, 50), want.distance2(i, i+1)/want.distance2(0, 50)
			if math.Abs(a/b-1) > 1e-9 {
				t.Fatalf("times %g: ratio of distances %v, want %v", scale, a, b)
			}
		}
	}
}

// The blocks of float32 products give the axes of the sums in float64.
func TestProductsInBlocks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, dim = 1300, 640 // just above exactProducts
	scale := make([]float64, dim)
	for j := range scale {
		scale[j] = 1 / (1 + float64(j)/4)
	}
	data := mat.NewDense(n, dim, nil)
	for i := range n {
		for j := range dim {
			data.Set(i, j, scale[j]*rng.NormFloat64())
		}
	}
	l := lines{count: n, length: dim, read: func(dst []float64, i int) { copy(dst, data.RawRowView(i)) }}
	got, err := l.products(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var want mat.SymDense
	want.SymOuterK(1, data.T())
	largest := want.At(0, 0)
	for i := range dim {
		for j := range dim {
			if e := math.Abs(got.At(i, j)-want.At(i, j)) / largest; e > 2e-7 {
				t.Fatalf("product %d, %d is off by %.2g of the largest", i, j, e)
			}
		}
	}
}
