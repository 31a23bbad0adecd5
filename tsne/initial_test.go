package tsne

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// The stream of numbers is part of the package's promise: these may not change.
func TestStartRandomIsFrozen(t *testing.T) {
	got := StartRandom(2, rand.New(rand.NewPCG(1, 2)))
	want := mat.NewDense(2, 2, []float64{3.794454983553108e-05, 7.473804659119399e-06, 2.0006841200604143e-05, -0.00011253144115495104})
	if !mat.EqualApprox(got, want, 1e-18) {
		t.Errorf("start = %v, want %v", got.RawMatrix().Data, want.RawMatrix().Data)
	}
	if got := StartRandom(0, nil); !got.IsEmpty() {
		t.Errorf("start of no points = %v, want an empty matrix", got)
	}
}

func TestStartPCA(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	tall, _ := clusters(200, 7, 3, rng)
	wide, _ := clusters(20, 50, 3, rng)
	for _, c := range []struct {
		name   string
		points *mat.Dense
	}{{"more points than columns", tall}, {"more columns than points", wide}, {"square", tall.Slice(0, 7, 0, 7).(*mat.Dense)}} {
		t.Run(c.name, func(t *testing.T) {
			scores := textbookComponents(t, c.points)
			all, err := PrincipalComponents(c.points, min(c.points.Dims()))
			if err != nil {
				t.Fatal(err)
			}
			if e := relativeError(all.RawMatrix().Data, scores.RawMatrix().Data); e > 1e-9 {
				t.Errorf("components are off by %.2g of their norm", e)
			}
			got, err := StartPCA(c.points)
			if err != nil {
				t.Fatal(err)
			}
			want := mat.DenseCopyOf(scores.Slice(0, got.RawMatrix().Rows, 0, 2))
			_, deviation := stat.PopMeanStdDev(mat.Col(nil, 0, want), nil)
			want.Scale(1e-4/deviation, want)
			if e := relativeError(got.RawMatrix().Data, want.RawMatrix().Data); e > 1e-9 {
				t.Errorf("start is off by %.2g of its norm", e)
			}
		})
	}
}

// textbookComponents returns points along all their principal components, as gonum
// finds these.
func textbookComponents(t *testing.T, points *mat.Dense) *mat.Dense {
	t.Helper()
	var pc stat.PC
	if !pc.PrincipalComponents(points, nil) {
		t.Fatal("no principal components")
	}
	var axes mat.Dense
	pc.VectorsTo(&axes)
	n, dim := points.Dims()
	_, count := axes.Dims()
	scores := mat.NewDense(n, count, nil)
	for c := range count {
		axis := mat.Col(nil, c, &axes)
		largest := 0
		for i := range dim {
			if math.Abs(axis[i]) > math.Abs(axis[largest]) {
				largest = i
			}
		}
		along := make([]float64, n)
		for i := range n {
			along[i] = mat.Dot(points.RowView(i), mat.NewVecDense(dim, axis))
		}
		mean := stat.Mean(along, nil)
		for i, s := range along {
			scores.Set(i, c, math.Copysign(1, axis[largest])*(s-mean))
		}
	}
	return scores
}

func TestPrincipalComponentsErrors(t *testing.T) {
	for _, c := range []struct {
		points     mat.Matrix
		components int
		want       string
	}{
		{mat.NewDense(3, 4, nil), 0, "principal components: got 0 of points of 4 columns, want at least 1 and at most as many"},
		{mat.NewDense(3, 4, nil), 5, "principal components: got 5 of points of 4 columns"},
		{mat.NewDense(2, 2, []float64{1, math.NaN(), 0, 0}), 1, "row 0, column 1 (counted from 0) is NaN"},
		{nil, 1, "got nil, want a matrix"},
	} {
		got, err := PrincipalComponents(c.points, c.components)
		if err == nil || !strings.Contains(err.Error(), c.want) || got != nil {
			t.Errorf("%d components: %v and error %v, want %q", c.components, got, err, c.want)
		}
	}
}

func TestStartPCAOfALine(t *testing.T) {
	line := mat.NewDense(3, 4, []float64{0, 0, 0, 0, 1, -2, 0, 1, 2, -4, 0, 2})
	got, err := StartPCA(line)
	if err != nil {
		t.Fatal(err)
	}
	// The second loading is the largest: it points to where column 1 grows.
	want := mat.NewDense(3, 2, []float64{1.2247448713915891e-4, 0, 0, 0, -1.2247448713915891e-4, 0})
	if !mat.EqualApprox(got, want, 1e-10) {
		t.Errorf("start = %v, want %v", got.RawMatrix().Data, want.RawMatrix().Data)
	}
}
