package tsne

import (
	"math"
	"math/rand/v2"
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
			got, err := StartPCA(c.points)
			if err != nil {
				t.Fatal(err)
			}
			n, dim := c.points.Dims()
			var pc stat.PC
			if !pc.PrincipalComponents(c.points, nil) {
				t.Fatal("no principal components")
			}
			var axes mat.Dense
			pc.VectorsTo(&axes)
			want := mat.NewDense(n, 2, nil)
			scale := 0.0
			for col := range 2 {
				axis := mat.Col(nil, col, &axes)
				largest := 0
				for i := range dim {
					if math.Abs(axis[i]) > math.Abs(axis[largest]) {
						largest = i
					}
				}
				scores := make([]float64, n)
				for i := range n {
					scores[i] = mat.Dot(c.points.RowView(i), mat.NewVecDense(dim, axis))
				}
				mean, deviation := stat.PopMeanStdDev(scores, nil)
				if col == 0 {
					scale = 1e-4 / deviation
				}
				for i, s := range scores {
					want.Set(i, col, math.Copysign(scale, axis[largest])*(s-mean))
				}
			}
			if e := relativeError(got.RawMatrix().Data, want.RawMatrix().Data); e > 1e-9 {
				t.Errorf("start is off by %.2g of its norm", e)
			}
		})
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
