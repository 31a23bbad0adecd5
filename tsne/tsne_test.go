package tsne

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestEmbedRefuses(t *testing.T) {
	with := func(row, column int, v float64) *mat.Dense {
		data, _ := clusters(100, 3, 2, rand.New(rand.NewPCG(1, 2)))
		data.Set(row, column, v)
		return data
	}
	farStart := mat.NewDense(100, 2, nil)
	farStart.Set(3, 1, 1e13)
	for _, c := range []struct {
		name     string
		points   mat.Matrix
		settings *Settings
		want     string
	}{
		{"nil", nil, nil, "tsne: points: got nil, want a matrix"},
		{"no points", &mat.Dense{}, nil, "tsne: points: got 0 rows, want at least 2"},
		{"one point", mat.NewDense(1, 3, nil), nil, "tsne: points: got 1 rows, want at least 2"},
		{"one column", mat.NewDense(100, 1, nil), nil, "tsne: points: got 1 columns, want at least 2: two components are the least to reduce to two"},
		{"all equal", mat.NewDense(100, 3, nil), nil, "tsne: points: all 100 rows are equal, want at least two different ones"},
		{"NaN", with(17, 2, math.NaN()), nil, "tsne: points: row 17, column 2 (counted from 0) is NaN, want a finite number of magnitude at most 1e+150"},
		{"infinite", with(99, 0, math.Inf(-1)), nil, "tsne: points: row 99, column 0 (counted from 0) is -Inf, want a finite number of magnitude at most 1e+150"},
		{"too large", with(0, 0, 1e200), nil, "tsne: points: row 0, column 0 (counted from 0) is 1e+200, want a finite number of magnitude at most 1e+150"},
		{"settings", with(0, 0, 1), &Settings{Perplexity: 40}, "tsne: perplexity: got 40 for 100 points, want at most 33, a third of the other points"},
		{"start NaN", with(0, 0, 1), &Settings{Start: with(5, 1, math.NaN()).Slice(0, 100, 0, 2)}, "tsne: start: row 5, column 1 (counted from 0) is NaN, want a finite number of magnitude at most 1e+150"},
		{"start too large", with(0, 0, 1), &Settings{Start: farStart}, "tsne: start: row 3, column 1 (counted from 0) is 1e+13, want a magnitude of at most 1e+12"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Embed(t.Context(), c.points, c.settings)
			if r != nil || err == nil || err.Error() != c.want {
				t.Errorf("Embed = %v, %v, want nil and %s", r, err, c.want)
			}
		})
	}
}

// checkFinite reports an embedding with anything but finite numbers.
func checkFinite(t *testing.T, r *Result) {
	t.Helper()
	for i, v := range r.Embedding.RawMatrix().Data {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			t.Fatalf("coordinate %d of row %d is %v", i%2, i/2, v)
		}
	}
	if math.IsNaN(r.KLDivergence) || r.KLDivergence < -1e-6 {
		t.Errorf("KL divergence = %v, want a number of at least 0", r.KLDivergence)
	}
}

func TestEmbedOddInput(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	data, _ := clusters(600, 6, 4, rng)
	duplicates := mat.DenseCopyOf(data)
	for i := range 300 {
		duplicates.SetRow(i, data.RawRowView(0))
	}
	twoPlaces := mat.NewDense(600, 2, nil)
	for i := range 600 {
		twoPlaces.SetRow(i, []float64{float64(i % 2), 0})
	}
	line := mat.NewDense(200, 3, nil)
	for i := range 200 {
		line.SetRow(i, []float64{float64(i), float64(2 * i), 0})
	}
	wide := mat.NewDense(40, 300, nil)
	for i := range wide.RawMatrix().Data {
		wide.RawMatrix().Data[i] = rng.NormFloat64()
	}
	outlier := mat.DenseCopyOf(data)
	outlier.Set(0, 0, 1e30)
	startFarApart := StartRandom(600, rng)
	startFarApart.Scale(1e10, startFarApart)
	startFarAway := StartRandom(600, rng)
	for i, v := range startFarAway.RawMatrix().Data {
		startFarAway.RawMatrix().Data[i] = 1e6 + v
	}
	for _, c := range []struct {
		name     string
		points   mat.Matrix
		settings Settings
	}{
		{"half the points equal", duplicates, Settings{}},
		{"two places", twoPlaces, Settings{}},
		{"points on a line", line, Settings{}},
		{"more columns than points", wide, Settings{Perplexity: 5}},
		{"large coordinates", scaled(data, 1e30), Settings{}},
		{"largest coordinates", scaled(data, 1e148), Settings{}},
		{"small coordinates", scaled(data, 1e-150), Settings{}},
		{"outlier", outlier, Settings{}},
		{"two points", mat.NewDense(2, 2, []float64{0, 1, 2, 3}), Settings{Preset: SKLearn, Perplexity: 1.5}},
		{"three points on the mesh", mat.NewDense(3, 2, []float64{0, 1, 2, 3, 9, 9}), Settings{Preset: SKLearn, Perplexity: 1.5, Repulsion: Mesh}},
		{"five points", mat.NewDense(5, 2, []float64{0, 1, 2, 3, 9, 9, 4, 2, 0, 0}), Settings{Perplexity: 1.2}},
		{"all start at one place", data, Settings{Start: mat.NewDense(600, 2, nil)}},
		{"start far apart", data, Settings{Start: startFarApart}},
		{"start far from 0", data, Settings{Start: startFarAway}},
		{"not a mat.Dense", data.T(), Settings{Perplexity: 1.5, Preset: SKLearn}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.settings.Iterations = 80
			r, err := Embed(t.Context(), c.points, &c.settings)
			if err != nil {
				t.Fatal(err)
			}
			checkFinite(t, r)
			n, _ := c.points.Dims()
			if rows, columns := r.Embedding.Dims(); rows != n || columns != 2 {
				t.Errorf("embedding is %d x %d, want %d x 2", rows, columns, n)
			}
		})
	}
}

func TestEmbedGivesTheSameBitsOnAnyNumberOfProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, n := range []int{300, 1500} { // exact sum and mesh
		data, _ := clusters(n, 20, 6, rand.New(rand.NewPCG(1, 2)))
		var first *Result
		for _, procs := range []int{1, 2, 4} {
			runtime.GOMAXPROCS(procs)
			r, err := Embed(t.Context(), data, &Settings{Iterations: 130})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = r
			}
			if !mat.Equal(r.Embedding, first.Embedding) || r.KLDivergence != first.KLDivergence {
				t.Errorf("%d points: GOMAXPROCS %d gives another embedding than 1", n, procs)
			}
		}
	}
}

func TestEmbedSeparatesClusters(t *testing.T) {
	data, labels := clusters(800, 10, 5, rand.New(rand.NewPCG(1, 2)))
	for _, preset := range []Preset{Default, SKLearn} {
		r, err := Embed(t.Context(), data, &Settings{Preset: preset, Iterations: 400})
		if err != nil {
			t.Fatal(err)
		}
		if accuracy, err := NeighborAccuracy(r.Embedding, labels, 10); accuracy < .99 || err != nil {
			t.Errorf("%v: neighbour accuracy = %v, %v, want at least .99", preset, accuracy, err)
		}
		if trust, err := Trustworthiness(data, r.Embedding, 12); trust < .95 || err != nil {
			t.Errorf("%v: trustworthiness = %v, %v, want at least .95", preset, trust, err)
		}
		if kl, err := KLDivergence(data, r.Embedding, DefaultPerplexity); math.Abs(kl-r.KLDivergence) > 1e-6 || err != nil {
			t.Errorf("%v: KLDivergence = %v, %v, the result says %v", preset, kl, err, r.KLDivergence)
		}
	}
}

func TestEmbedOnlyReadsItsInput(t *testing.T) {
	data, _ := clusters(120, 4, 3, rand.New(rand.NewPCG(1, 2)))
	start := StartRandom(120, rand.New(rand.NewPCG(3, 4)))
	settings := Settings{Start: start, Iterations: 20, Schedule: Default.Schedule(120)}
	dataBefore, startBefore, scheduleBefore := mat.DenseCopyOf(data), mat.DenseCopyOf(start), slices.Clone(settings.Schedule)
	if _, err := Embed(t.Context(), data, &settings); err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(data, dataBefore) || !mat.Equal(start, startBefore) || !slices.Equal(settings.Schedule, scheduleBefore) {
		t.Error("Embed changed what it was given")
	}
}

func TestAffinitiesAreNeverWritten(t *testing.T) {
	data, _ := clusters(120, 4, 3, rand.New(rand.NewPCG(1, 2)))
	p := mustAffinities(t, data, 10)
	before := slices.Clone(p.val)
	phases := []Phase{{Iterations: 3, Exaggeration: 12, LearningRate: 10}}
	d := newDescent(newGradient(p, false), &choices{phases: phases}, nil, diskEmbedding(120, rand.New(rand.NewPCG(1, 2))))
	if _, err := d.run(t.Context(), phases); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.val, before) {
		t.Error("the exaggerated phase changed P")
	}
}

func TestEmbedRecords(t *testing.T) {
	data, _ := clusters(600, 5, 3, rand.New(rand.NewPCG(1, 2)))
	var seen []Snapshot
	recorder := RecorderFunc(func(s Snapshot) error {
		seen = append(seen, s)
		return nil
	})
	r, err := Embed(t.Context(), data, &Settings{Iterations: 310, Recorder: recorder})
	if err != nil {
		t.Fatal(err)
	}
	type place struct {
		iteration, total int
		exaggeration     float64
	}
	var got []place
	for _, s := range seen {
		got = append(got, place{s.Iteration, s.Total, math.Round(100*s.Exaggeration) / 100})
	}
	if want := []place{{50, 310, 12}, {100, 310, 12}, {150, 310, 3.55}, {200, 310, 1.03}, {250, 310, 1}, {300, 310, 1}}; !slices.Equal(got, want) {
		t.Errorf("records of %v, want %v", got, want)
	}
	for _, s := range seen[4:] {
		// An iteration changes the divergence by little.
		exact, err := KLDivergence(data, s.Embedding, DefaultPerplexity)
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s.KLDivergence/exact-1) > .01 || !(s.GradientNorm > 0) {
			t.Errorf("iteration %d: divergence %v, gradient norm %v, want about %v and a positive number", s.Iteration, s.KLDivergence, s.GradientNorm, exact)
		}
	}
	plain, err := Embed(t.Context(), data, &Settings{Iterations: 310})
	if err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(plain.Embedding, r.Embedding) {
		t.Error("a recorder changes the embedding")
	}
}

func TestEmbedEndsEarly(t *testing.T) {
	data, _ := clusters(120, 5, 3, rand.New(rand.NewPCG(1, 2)))
	boom := errors.New("boom")
	for _, c := range []struct {
		name       string
		settings   func(cancel func()) Settings
		cause      error
		status     Status
		iterations int
	}{
		{"canceled", func(cancel func()) Settings {
			return Settings{Recorder: RecorderFunc(func(s Snapshot) error {
				if s.Iteration == 100 {
					cancel()
				}
				return nil
			})}
		}, context.Canceled, Canceled, 100},
		{"recorder", func(func()) Settings {
			return Settings{Recorder: RecorderFunc(func(Snapshot) error { return boom })}
		}, boom, RecorderFailed, 50},
		{"diverged", func(func()) Settings {
			return Settings{Preset: SKLearn, Schedule: []Phase{{Iterations: 99, LearningRate: 1e300}}}
		}, nil, Diverged, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			settings := c.settings(cancel)
			r, err := Embed(ctx, data, &settings)
			if err == nil || c.cause != nil && !errors.Is(err, c.cause) {
				t.Fatalf("error = %v, want one that wraps %v", err, c.cause)
			}
			if r == nil || r.Status != c.status || r.Iterations != c.iterations || !math.IsNaN(r.KLDivergence) || !r.Status.Early() {
				t.Errorf("result = %+v, want status %v after %d iterations and no divergence", r, c.status, c.iterations)
			}
		})
	}
	t.Run("canceled before the start", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if r, err := Embed(ctx, data, nil); r != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("Embed = %v, %v, want nil and %v", r, err, context.Canceled)
		}
	})
}

func TestStatusNames(t *testing.T) {
	for s := Finished; s <= Diverged; s++ {
		if name := fmt.Sprint(s); name == "" || name == fmt.Sprintf("Status(%d)", int(s)) {
			t.Errorf("status %d has no name", int(s))
		}
	}
	if got := (Diverged + 1).String(); got != "Status(7)" {
		t.Errorf("unknown status is called %q", got)
	}
	if Finished.Early() {
		t.Error("Finished is called early")
	}
}
