package tsne

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// uniform returns n points spread evenly over a cube.
func uniform(n, dim int, rng *rand.Rand) *mat.Dense {
	m := mat.NewDense(n, dim, nil)
	for i := range m.RawMatrix().Data {
		m.RawMatrix().Data[i] = rng.Float64()
	}
	return m
}

// lonely returns points of which a few are far from all others and from each
// other, and many are equal.
func lonely(n, dim int, rng *rand.Rand) *mat.Dense {
	m := uniform(n, dim, rng)
	for i := range 6 {
		m.Set(i, 0, math.Pow(10, float64(2+i)))
	}
	for i := n / 2; i < n/2+n/10; i++ {
		m.SetRow(i, m.RawRowView(n/2))
	}
	return m
}

// apart returns tight clusters far from each other, and points that are far from
// all of them and begin as centres of lists of their own.
func apart(n, dim int, rng *rand.Rand) *mat.Dense {
	m := uniform(n, dim, rng)
	for i := range n {
		m.Set(i, 0, m.At(i, 0)+100*float64(i%10))
	}
	step := n / listsFor(n)
	for i := range 10 {
		m.Set(i*step, 1, 1e5*float64(2+i))
	}
	return m
}

// approximate returns the approximate lists of points and their exact ones, both
// by the points' own numbers.
func approximate(t *testing.T, m *mat.Dense, k int) (got, want *neighborLists) {
	t.Helper()
	p, err := readInput(m)
	if err != nil {
		t.Fatal(err)
	}
	if want, err = nearestNeighbors(t.Context(), p, k); err != nil {
		t.Fatal(err)
	}
	lists, order, err := approximateNeighbors(t.Context(), p, k)
	if err != nil {
		t.Fatal(err)
	}
	if sorted := slices.Sorted(slices.Values(order)); !slices.IsSorted(sorted) || len(slices.Compact(sorted)) != p.n || sorted[0] != 0 || sorted[p.n-1] != int32(p.n-1) {
		t.Fatal("the order is no permutation")
	}
	got = &neighborLists{k: k, index: make([]int32, p.n*k), dist2: make([]float32, p.n*k)}
	for i, old := range order {
		for m := range k {
			got.index[int(old)*k+m] = order[lists.index[i*k+m]]
			got.dist2[int(old)*k+m] = lists.dist2[i*k+m]
		}
	}
	return got, want
}

func TestApproximateNeighborsAreNearlyAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	clustered, _ := clusters(6000, 30, 40, rng)
	for _, c := range []struct {
		name string
		m    *mat.Dense
		k    int
	}{
		{"clusters", clustered, 31},
		{"uniform", uniform(3000, 30, rng), 31},
		{"plane", uniform(5000, 2, rng), 91},
		{"lonely points and equal ones", lonely(2000, 5, rng), 40},
		{"lists of one point", apart(3000, 3, rng), 40},
		{"all others", uniform(50, 3, rng), 49},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, want := approximate(t, c.m, c.k)
			found := 0
			for i := range got.index {
				row := i / c.k * c.k
				at := slices.Index(want.index[row:row+c.k], got.index[i])
				switch {
				case i > row && got.dist2[i] < got.dist2[i-1]:
					t.Fatalf("point %d: distances descend", i/c.k)
				case int(got.index[i]) == i/c.k || slices.Contains(got.index[row:i], got.index[i]):
					t.Fatalf("point %d has neighbour %d, itself or twice", i/c.k, got.index[i])
				case at >= 0 && got.dist2[i] != want.dist2[row+at]:
					t.Fatalf("points %d and %d: squared distance %v, want %v", i/c.k, got.index[i], got.dist2[i], want.dist2[row+at])
				// Of points as far as the last it does not matter which are listed.
				case at >= 0 || got.dist2[i] <= want.dist2[row+c.k-1]:
					found++
				}
			}
			recall := float64(found) / float64(len(got.index))
			t.Logf("recall %.4f", recall)
			if recall < .99 {
				t.Errorf("recall %.4f, want at least .99", recall)
			}
		})
	}
}

func TestApproximateNeighborsDoNotDependOnGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	m, _ := clusters(3000, 10, 20, rand.New(rand.NewPCG(1, 2)))
	var first *neighborLists
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		got, _ := approximate(t, m, 20)
		if first == nil {
			first = got
		}
		if !slices.Equal(got.index, first.index) || !slices.Equal(got.dist2, first.dist2) {
			t.Errorf("GOMAXPROCS %d: other neighbours than with 1", procs)
		}
	}
}

func TestListOfPoint(t *testing.T) {
	s := &search{panels: &panels{first: []int{0, 0, 3, 3, 3, 5, 6}}}
	for number, want := range []int{1, 1, 1, 4, 4, 5} {
		if got := s.listOf(number); got != want {
			t.Errorf("point %d is in list %d, want %d", number, got, want)
		}
	}
}

func TestApproximateNeighborsStop(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := readInput(uniform(500, 3, rand.New(rand.NewPCG(1, 2))))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := approximateNeighbors(ctx, p, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

// TestEmbedWithApproximateNeighbors checks that what Embed gives belongs to the
// caller's rows, although it works in another order.
func TestEmbedWithApproximateNeighbors(t *testing.T) {
	m, labels := clusters(1500, 10, 8, rand.New(rand.NewPCG(1, 2)))
	settings := &Settings{Neighbors: ApproximateNeighbors, Iterations: 400}
	var last Snapshot
	settings.Recorder = RecorderFunc(func(s Snapshot) error {
		last = s
		return nil
	})
	got, err := Embed(t.Context(), m, settings)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Embed(t.Context(), m, &Settings{Iterations: 400})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Approximate || want.Approximate {
		t.Errorf("Approximate = %v and %v, want true and false", got.Approximate, want.Approximate)
	}
	if got.Iterations == 400 && !mat.Equal(got.Embedding, last.Embedding) {
		t.Error("the last snapshot is another embedding than the result")
	}
	for _, r := range []*Result{got, want} {
		accuracy, err := NeighborAccuracy(r.Embedding, labels, 10)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := KLDivergence(m, r.Embedding, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("approximate %v: accuracy %.3f, divergence %.4f, exactly %.4f", r.Approximate, accuracy, r.KLDivergence, exact)
		if accuracy < .95 {
			t.Errorf("approximate %v: neighbour accuracy %.3f, want .95", r.Approximate, accuracy)
		}
		if math.Abs(r.KLDivergence/exact-1) > .02 {
			t.Errorf("approximate %v: divergence %v, exactly %v", r.Approximate, r.KLDivergence, exact)
		}
	}
}

// Every point begins where the caller has put it, whatever order is worked in.
func TestApproximateNeighborsKeepTheStart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	m, _ := clusters(500, 5, 8, rng)
	start := dense(diskEmbedding(500, rng))
	got, err := Embed(t.Context(), m, &Settings{
		Neighbors: ApproximateNeighbors, Start: start,
		Schedule: []Phase{{Iterations: 1, LearningRate: 1e-6}},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, mean, err := readCentered("start", start, 500)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 500 {
		for c := range 2 {
			if want := start.At(i, c) - mean[c]; math.Abs(got.Embedding.At(i, c)-want) > 1e-4 {
				t.Fatalf("row %d, column %d = %v, want %v", i, c, got.Embedding.At(i, c), want)
			}
		}
	}
}
