package tsne

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"stackedae/internal/simd"
)

// slowNeighbors sorts all others of point i by distance, then by index.
func slowNeighbors(m *mat.Dense, i, k int) []int32 {
	n, dim := m.Dims()
	distance := make([]float64, n)
	var others []int32
	for j := range n {
		for c := range dim {
			distance[j] += (m.At(i, c) - m.At(j, c)) * (m.At(i, c) - m.At(j, c))
		}
		if j != i {
			others = append(others, int32(j))
		}
	}
	slices.SortStableFunc(others, func(a, b int32) int {
		if distance[a] < distance[b] {
			return -1
		} else if distance[a] > distance[b] {
			return 1
		}
		return 0
	})
	return others[:k]
}

func TestNearestNeighbors(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n, dim int) *mat.Dense {
		m := mat.NewDense(n, dim, nil)
		for i := range m.RawMatrix().Data {
			m.RawMatrix().Data[i] = rng.NormFloat64()
		}
		return m
	}
	lattice := mat.NewDense(400, 2, nil) // full of equal distances
	for i := range 400 {
		lattice.SetRow(i, []float64{float64(i % 20), float64(i / 20)})
	}
	far := random(300, 4) // small clusters that are far apart
	for i := range 300 {
		far.Set(i, 0, far.At(i, 0)+1e7*float64(i%3))
	}
	sphere := random(150, 2000) // all at nearly the same distance from point 0
	for i := range 150 {
		row := sphere.RawRowView(i)
		length := mat.Norm(sphere.RowView(i), 2)
		for j := range row {
			row[j] *= (1 + 1e-9*float64(i*7%150)) / length
			if i == 0 {
				row[j] = 0
			}
		}
	}
	for _, c := range []struct {
		name string
		m    *mat.Dense
		k    int
	}{
		{"on a sphere", sphere, 30},
		{"two points", random(2, 3), 1},
		{"all others", random(7, 3), 6},
		{"one block less one", random(queryPanels*simd.PanelWidth-1, 5), 9},
		{"several blocks", random(2*scanPanels*simd.PanelWidth+3, 5), 40},
		{"odd number of columns", random(100, 1), 10},
		{"equal distances", lattice, 13},
		{"equal points", mat.NewDense(70, 3, nil), 20},
		{"clusters far apart", far, 30},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := readPoints("points", c.m)
			if err != nil {
				t.Fatal(err)
			}
			lists, err := nearestNeighbors(t.Context(), p, c.k)
			if err != nil {
				t.Fatal(err)
			}
			for i := range p.n {
				got, want := lists.index[i*c.k:(i+1)*c.k], slowNeighbors(c.m, i, c.k)
				if !slices.Equal(got, want) {
					t.Fatalf("neighbours of point %d = %v, want %v", i, got, want)
				}
			}
		})
	}
}

func TestNearestNeighborsStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &points{n: 3, dim: 1, x: []float64{1, 2, 3}}
	if _, err := nearestNeighbors(ctx, p, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
}
