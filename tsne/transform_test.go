package tsne

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// clusterMap returns the map of the first n of 5-dimensional points in clusters,
// whose embedding has a disk for each cluster, and the other points.
func clusterMap(t testing.TB, n, others int, settings *Settings) (*Map, *mat.Dense, *mat.Dense) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	data, labels := clusters(n+others, 5, 4, rng)
	embedding := mat.NewDense(n, 2, nil)
	for i := range n {
		embedding.Set(i, 0, 100+30*float64(labels[i]%2)+3*rng.NormFloat64())
		embedding.Set(i, 1, -50+30*float64(labels[i]/2)+3*rng.NormFloat64())
	}
	m, err := NewMap(data.Slice(0, n, 0, 5), embedding, settings)
	if err != nil {
		t.Fatal(err)
	}
	return m, embedding, data.Slice(n, n+others, 0, 5).(*mat.Dense)
}

// slowTransform is openTSNE's transform of one point: exact sums in float64, the
// perplexity fitted by another search.
func slowTransform(references, embedding *mat.Dense, point []float64, perplexity, exaggeration, rate float64, iterations int) [2]float64 {
	n, _ := references.Dims()
	order, dist2 := make([]int, n), make([]float64, n)
	for j := range n {
		order[j] = j
		for c, v := range references.RawRowView(j) {
			dist2[j] += (v - point[c]) * (v - point[c])
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if dist2[a] < dist2[b] {
			return -1
		}
		return 1
	})
	order = order[:int(3*perplexity)]
	p := make([]float64, len(order))
	low, high := 0., 1e6
	for range 200 {
		beta, sum, entropy := (low+high)/2, 0., 0.
		for i, j := range order {
			p[i] = math.Exp(-beta * (dist2[j] - dist2[order[0]]))
			sum += p[i]
		}
		for i := range p {
			p[i] /= sum
			if p[i] > 0 {
				entropy -= p[i] * math.Log(p[i])
			}
		}
		if entropy > math.Log(perplexity) {
			low = beta
		} else {
			high = beta
		}
	}
	var y, update [2]float64
	gain := [2]float64{1, 1}
	for d := range y {
		var values []float64
		for _, j := range order {
			values = append(values, embedding.At(j, d))
		}
		slices.Sort(values)
		y[d] = (values[(len(values)-1)/2] + values[len(values)/2]) / 2
	}
	for range iterations {
		var g, force [2]float64
		z := 0.
		for j := range n {
			dx, dy := y[0]-embedding.At(j, 0), y[1]-embedding.At(j, 1)
			w := 1 / (1 + dx*dx + dy*dy)
			z += w
			force[0] += w * w * dx
			force[1] += w * w * dy
		}
		for i, j := range order {
			dx, dy := y[0]-embedding.At(j, 0), y[1]-embedding.At(j, 1)
			pw := exaggeration * p[i] / (1 + dx*dx + dy*dy)
			g[0] += pw * dx
			g[1] += pw * dy
		}
		g[0] -= force[0] / z
		g[1] -= force[1] / z
		if length := math.Hypot(g[0], g[1]); length > .25 {
			g[0] *= .25 / length
			g[1] *= .25 / length
		}
		for d := range y {
			if update[d] == 0 || update[d]*g[d] < 0 {
				gain[d] += .2
			} else {
				gain[d] = .8*gain[d] + .01
			}
			update[d] = .8*update[d] - rate*gain[d]*g[d]
			y[d] += update[d]
		}
	}
	return y
}

func TestTransformFollowsTheTextbook(t *testing.T) {
	m, embedding, others := clusterMap(t, 300, 40, nil)
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(340, 5, 4, rng)
	references := data.Slice(0, 300, 0, 5).(*mat.Dense)
	for _, c := range []struct {
		name     string
		settings *TransformSettings
		want     func(point []float64) [2]float64
	}{
		{"defaults", nil, func(point []float64) [2]float64 {
			return slowTransform(references, embedding, point, 5, 6, .1, 250)
		}},
		{"others", &TransformSettings{Perplexity: 8, Exaggeration: 2, LearningRate: .05, Iterations: 80}, func(point []float64) [2]float64 {
			return slowTransform(references, embedding, point, 8, 2, .05, 80)
		}},
	} {
		placed, err := m.Transform(t.Context(), others, c.settings)
		if err != nil {
			t.Fatal(err)
		}
		near := 0
		for i := range 40 {
			want := c.want(others.RawRowView(i))
			if math.Hypot(placed.At(i, 0)-want[0], placed.At(i, 1)-want[1]) < .02 {
				near++
			}
		}
		// A gain's turn hangs on a sign, so an error of the mesh can lead a point
		// between two clumps elsewhere.
		if near < 38 {
			t.Errorf("%s: %d of 40 points lie where the textbook has them, want nearly all", c.name, near)
		}
	}
}

// No new point depends on others, nor on how many threads there are.
func TestNewPointsDoNotSeeEachOther(t *testing.T) {
	m, _, others := clusterMap(t, 300, 40, nil)
	all, err := m.Transform(t.Context(), others, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 40 {
		one, err := m.Transform(t.Context(), others.Slice(i, i+1, 0, 5), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(one.RawRowView(0), all.RawRowView(i)) {
			t.Errorf("point %d alone comes to lie at %v, among others at %v", i, one.RawRowView(0), all.RawRowView(i))
		}
	}
}

// Points of the map itself, placed again, come to lie in their own clusters.
func TestTransformOfTheMapsPoints(t *testing.T) {
	for _, settings := range []*Settings{nil, {Metric: Cosine}, {Preset: SKLearn, Metric: Cosine}, {PCA: 3}, {PCA: 4, Metric: Cosine}} {
		m, embedding, _ := clusterMap(t, 300, 1, settings)
		rng := rand.New(rand.NewPCG(1, 2))
		data, _ := clusters(301, 5, 4, rng)
		placed, err := m.Transform(t.Context(), data.Slice(0, 300, 0, 5), nil)
		if err != nil {
			t.Fatal(err)
		}
		near := 0
		for i := range 300 {
			if math.Hypot(placed.At(i, 0)-embedding.At(i, 0), placed.At(i, 1)-embedding.At(i, 1)) < 12 {
				near++
			}
		}
		if near < 285 {
			t.Errorf("%+v: %d of 300 points lie in their cluster", settings, near)
		}
	}
}

func TestTransformOfOddPoints(t *testing.T) {
	finite := func(name string, m *mat.Dense) {
		t.Helper()
		for i, v := range m.RawMatrix().Data {
			if math.IsNaN(v) || math.Abs(v) > 1e7 {
				t.Errorf("%s: number %d is %v", name, i, v)
			}
		}
	}
	m, _, _ := clusterMap(t, 300, 1, nil)
	odd := mat.NewDense(5, 5, []float64{
		0, 0, 0, 0, 0,
		0, 0, 0, 0, 0,
		1e150, -1e150, 1e150, 0, 0,
		1e-300, 0, 0, 0, 0,
		1e20, 1e20, 1e20, 1e20, 1e20,
	})
	placed, err := m.Transform(t.Context(), odd, nil)
	if err != nil {
		t.Fatal(err)
	}
	finite("odd points", placed)
	if !slices.Equal(placed.RawRowView(0), placed.RawRowView(1)) {
		t.Error("equal points come to lie apart")
	}

	tiny, _ := clusters(60, 5, 2, rand.New(rand.NewPCG(1, 2)))
	duplicates := mat.NewDense(60, 2, nil)
	for i := range 60 {
		duplicates.SetRow(i, []float64{float64(i % 2), 1})
	}
	for _, c := range []struct {
		name      string
		points    *mat.Dense
		embedding *mat.Dense
	}{
		{"duplicates", duplicates, mat.NewDense(60, 2, slices.Repeat([]float64{1, 2, 3, 4}, 30))},
		{"an embedding in one place", duplicates, mat.NewDense(60, 2, slices.Repeat([]float64{1e6, 2}, 60))},
		{"tiny", scaled(tiny, 1e-100), mat.NewDense(60, 2, slices.Repeat([]float64{1, 2, 3, 4, 5, 7}, 20))},
		{"two points", mat.NewDense(2, 2, []float64{0, 1, 2, 3}), mat.NewDense(2, 2, []float64{-1, 0, 1, 0})},
		{"far apart", mat.NewDense(4, 2, []float64{0, 1, 2, 3, 4, 5, 6, 6}), mat.NewDense(4, 2, []float64{-1e6, 0, 1e6, 0, 0, 1e6, 0, 0})},
	} {
		m, err := NewMap(c.points, c.embedding, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, columns := c.points.Dims()
		for _, points := range []mat.Matrix{c.points, odd.Slice(0, 5, 0, columns)} {
			placed, err := m.Transform(t.Context(), points, nil)
			if err != nil {
				t.Fatal(err)
			}
			finite(c.name, placed)
		}
	}
}

func TestTransformRefuses(t *testing.T) {
	m, embedding, others := clusterMap(t, 300, 4, nil)
	bad := mat.DenseCopyOf(others)
	bad.Set(2, 1, math.Inf(1))
	for _, c := range []struct {
		name     string
		points   mat.Matrix
		settings *TransformSettings
		want     string
	}{
		{"nil", nil, nil, "tsne: new points: got nil, want a matrix"},
		{"nothing", &mat.Dense{}, nil, "tsne: new points: got no rows, want at least 1"},
		{"other columns", embedding, nil, "tsne: new points: got 2 columns, want 5, as the points of the embedding have"},
		{"infinite", bad, nil, "tsne: new points: row 2, column 1 (counted from 0) is +Inf, want a finite number of magnitude at most 1e+150"},
		{"low perplexity", others, &TransformSettings{Perplexity: 1}, "tsne: transform: perplexity: got 1 for a map of 300 points, want above 1 and at most 100, a third of them, or 0 for 5"},
		{"high perplexity", others, &TransformSettings{Perplexity: 101}, "tsne: transform: perplexity: got 101 for a map of 300 points, want above 1 and at most 100, a third of them, or 0 for 5"},
		{"iterations", others, &TransformSettings{Iterations: -1}, "tsne: transform: iterations: got -1, want a positive number, or 0 for 250"},
		{"exaggeration", others, &TransformSettings{Exaggeration: math.NaN()}, "tsne: transform: exaggeration: got NaN, want a positive number, or 0 for 6"},
		{"learning rate", others, &TransformSettings{LearningRate: -1}, "tsne: transform: learning rate: got -1, want a positive number, or 0 for 0.1"},
	} {
		placed, err := m.Transform(t.Context(), c.points, c.settings)
		if placed != nil || err == nil || err.Error() != c.want {
			t.Errorf("%s: Transform = %v, %v, want nil and %s", c.name, placed, err, c.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if placed, err := m.Transform(ctx, others, nil); placed != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: Transform = %v, %v", placed, err)
	}
	for _, c := range []struct {
		name              string
		points, embedding mat.Matrix
		settings          *Settings
		want              string
	}{
		{"rows", others, embedding, nil, "tsne: embedding: got 300 x 2, want 4 x 2, a row for each point"},
		{"one point", others.Slice(0, 1, 0, 5), embedding.Slice(0, 1, 0, 2), nil, "tsne: points: got 1 rows, want at least 2"},
		{"metric", others, embedding, &Settings{Metric: 7}, "tsne: metric: got the number 7, want 0 to 1: euclidean or cosine"},
	} {
		if m, err := NewMap(c.points, c.embedding, c.settings); m != nil || err == nil || err.Error() != c.want {
			t.Errorf("%s: NewMap = %v, %v, want nil and %s", c.name, m, err, c.want)
		}
	}
}

func TestNearestAmong(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(700, 7, 3, rng)
	p, err := readPoints("points", data.Slice(0, 600, 0, 7))
	if err != nil {
		t.Fatal(err)
	}
	queries, err := readPoints("queries", data.Slice(600, 700, 0, 7))
	if err != nil {
		t.Fatal(err)
	}
	const k = 15
	lists, err := newSearch(p, newPanels(p, []int{0, p.n}), 0).among(t.Context(), queries, k)
	if err != nil {
		t.Fatal(err)
	}
	for q := range 100 {
		var all []neighbor
		for j := range 600 {
			sum := 0.
			for c, v := range p.row(j) {
				sum += (v - queries.row(q)[c]) * (v - queries.row(q)[c])
			}
			all = append(all, neighbor{sum, int32(j)})
		}
		slices.SortFunc(all, neighbor.compare)
		for m := range k {
			if got := lists.index[q*k+m]; got != all[m].index {
				t.Fatalf("neighbour %d of query %d is %d, want %d", m, q, got, all[m].index)
			}
		}
	}
}
