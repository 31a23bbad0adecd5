package train

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"stackedae/graph"
	"stackedae/model"
)

const columns = 12

// newModel returns a small autoencoder for images of columns pixels.
func newModel(t testing.TB) *model.Model {
	t.Helper()
	m, err := model.New(model.Stacked(columns, 6, 3), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// images returns n images that can be compressed: stripes of two widths.
func images(n int) []byte {
	rng := rand.New(rand.NewPCG(2, 0))
	pixels := make([]byte, 0, n*columns)
	for range n {
		width, grey := 1+rng.IntN(5), byte(100+rng.IntN(156))
		for j := range columns {
			v := byte(0)
			if j/width%2 == 0 {
				v = grey
			}
			pixels = append(pixels, v)
		}
	}
	return pixels
}

func data(n int) Data { return Data{Train: images(n), Valid: images(7)} }

func TestEpochSeesEveryImageOnce(t *testing.T) {
	for _, c := range []struct{ images, size, batches, last int }{
		{55_000, 32, 1719, 24}, // the chapter's
		{64, 32, 2, 32},
		{10, 32, 1, 10},
		{3, 1, 3, 1},
		{3, math.MaxInt, 1, 3},
	} {
		b := newBatches(make([]byte, c.images*columns), columns, c.size)
		if got := b.count(); got != c.batches {
			t.Errorf("%d images by %d: %d batches, want %d", c.images, c.size, got, c.batches)
		}
		rng := rand.NewPCG(3, 0)
		var before []int
		for epoch := range 2 {
			b.shuffle(rng)
			var order []int
			for i := range b.count() {
				batch := b.batch(i)
				want := min(c.size, c.images)
				if i == c.batches-1 {
					want = c.last
				}
				if batch.Len() != want {
					t.Fatalf("%d images by %d: batch %d of %d, want %d", c.images, c.size, i, batch.Len(), want)
				}
				order = append(order, batch.(*graph.Bytes).Order...)
			}
			if c.images > 20 && slices.Equal(order, before) {
				t.Errorf("epoch %d has the order of the one before", epoch+1)
			}
			before = slices.Clone(order)
			slices.Sort(order)
			for i, v := range order {
				if i != v {
					t.Fatalf("%d images by %d: image %d is missing or doubled", c.images, c.size, i)
				}
			}
		}
	}
}

// TestShuffleIsFrozen holds the order of a seed; see model.TestNewIsFrozen.
func TestShuffleIsFrozen(t *testing.T) {
	b := newBatches(make([]byte, 8*columns), columns, 8)
	rng := rand.NewPCG(42, 1)
	b.shuffle(rng)
	first := slices.Clone(b.order)
	b.shuffle(rng)
	if got, want := fmt.Sprint(first, b.order), "[1 2 6 0 5 7 4 3] [7 3 4 5 1 6 2 0]"; got != want {
		t.Errorf("orders %s, want %s", got, want)
	}
}

// TestHistoryAgainstStepByStep repeats a run by hand.
func TestHistoryAgainstStepByStep(t *testing.T) {
	const epochs, size = 3, 4
	d := data(10) // batches of 4, 4 and 2
	m := newModel(t)
	r, err := Run(t.Context(), m, d, Config{Epochs: epochs, BatchSize: size, LearningRate: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	if r.Status != Completed || r.Steps != 9 || len(r.History) != epochs {
		t.Fatalf("status %v, %d steps, %d epochs", r.Status, r.Steps, len(r.History))
	}
	hand := newModel(t)
	n, err := graph.New(hand, graph.Config{LearningRate: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	for e := range epochs {
		var want graph.Metrics
		for first := 0; first < 10; first += size {
			rows := min(size, 10-first)
			got, err := n.Train(graph.Bytes{Pixels: d.Train[first*columns : (first+rows)*columns], Columns: columns})
			if err != nil {
				t.Fatal(err)
			}
			want.Loss += got.Loss * float64(rows) / 10
			want.RoundedAccuracy += got.RoundedAccuracy * float64(rows) / 10
		}
		valid, err := n.Evaluate(t.Context(), graph.Bytes{Pixels: d.Valid, Columns: columns})
		if err != nil {
			t.Fatal(err)
		}
		got := r.History[e]
		if got.Number != e+1 || got.Valid != valid || math.Abs(got.Train.Loss-want.Loss) > 1e-12 || math.Abs(got.Train.RoundedAccuracy-want.RoundedAccuracy) > 1e-12 {
			t.Errorf("epoch %d: %v, want train %v, valid %v", e+1, got, want, valid)
		}
	}
	if first, last := r.History[0].Train.Loss, r.History[epochs-1].Train.Loss; last >= first {
		t.Errorf("loss went from %v to %v", first, last)
	}
}

func TestSameSeedSameBits(t *testing.T) {
	want := ""
	for _, procs := range []int{1, 2, 2} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		m := newModel(t)
		r, err := Run(t.Context(), m, data(50), Config{Epochs: 2, BatchSize: 8, LearningRate: 0.5, Shuffle: rand.NewPCG(7, 0)})
		if err != nil {
			t.Fatal(err)
		}
		got := outcome(t, m, r)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("GOMAXPROCS %d: other weights or history", procs)
		}
	}
}

// TestEpochMeanIsOfImages adds up the batches of two epochs, whose last are shorter:
// neither the mean of the batches' means nor of the running means is right.
func TestEpochMeanIsOfImages(t *testing.T) {
	var log StepLog
	if _, err := Run(t.Context(), newModel(t), data(10), Config{Epochs: 2, BatchSize: 4, LearningRate: 0.5}, log.Hook()); err != nil {
		t.Fatal(err)
	}
	if len(log) != 6 || log[2].Images != 2 {
		t.Fatalf("steps %+v, want six, every third of two images", log)
	}
	for epoch := range 2 {
		var loss, accuracy, images, means float64
		steps := log[3*epoch:][:3]
		for _, s := range steps {
			n := float64(s.Images)
			loss, accuracy, images, means = loss+n*s.Batch.Loss, accuracy+n*s.Batch.RoundedAccuracy, images+n, means+s.Batch.Loss/3
			if got := s.EpochMean; math.Abs(got.Loss-loss/images) > 1e-12 || math.Abs(got.RoundedAccuracy-accuracy/images) > 1e-12 {
				t.Errorf("step %d: mean %v, want loss %v and accuracy %v", s.Number, got, loss/images, accuracy/images)
			}
		}
		if got := steps[2].EpochMean.Loss; math.Abs(got-means) < 1e-6 {
			t.Errorf("epoch %d: the mean of the batches' means, %v, is as good: the test says nothing", epoch+1, means)
		}
	}
}

func TestHooks(t *testing.T) {
	var log StepLog
	var epochs []int
	var calls []string
	r, err := Run(t.Context(), newModel(t), data(10), Config{Epochs: 2, BatchSize: 4, LearningRate: 0.5},
		log.Hook(),
		Hook{Name: "a", Step: func(s Step) error { calls = append(calls, "a"); return nil }},
		Hook{Name: "b", Step: func(s Step) error { calls = append(calls, "b"); return nil }},
		Hook{Name: "epochs", Epoch: func(e Epoch) error { epochs = append(epochs, e.Number); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(epochs, []int{1, 2}) {
		t.Errorf("epochs %v, want 1 and 2", epochs)
	}
	if got := strings.Join(calls, ""); got != strings.Repeat("ab", 6) {
		t.Errorf("calls %s, want a before b for 6 steps", got)
	}
	if len(log) != 6 || log[5].Number != 6 || log[5].InEpoch != 3 || log[5].PerEpoch != 3 || log[5].Images != 2 || log[5].Epoch != 2 {
		t.Errorf("steps %+v", log)
	}
	if log[2].EpochMean != r.History[0].Train {
		t.Errorf("mean at the epoch's last step %v, want the epoch's %v", log[2].EpochMean, r.History[0].Train)
	}
	var csv bytes.Buffer
	if err := log[:1].WriteCSV(&csv); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("step,loss,rounded_accuracy\n1,%v,%v\n", log[0].Batch.Loss, log[0].Batch.RoundedAccuracy); csv.String() != want {
		t.Errorf("steps as CSV %q, want %q", csv.String(), want)
	}

	full := errors.New("disk full")
	for want, h := range map[string]Hook{
		`train: hook "saver" at step 1: disk full`:     {Name: "saver", Step: func(Step) error { return full }},
		`train: hook "saver" after epoch 1: disk full`: {Name: "saver", Epoch: func(Epoch) error { return full }},
		`train: hook "saver" after step 1: disk full`:  {Name: "saver", Pause: func(Pause) error { return full }},
	} {
		r, err := Run(t.Context(), newModel(t), data(10), Config{Epochs: 2, BatchSize: 4, LearningRate: 0.5}, h)
		if !errors.Is(err, full) || err.Error() != want || r.Status != Failed {
			t.Errorf("status %v, error %v, want %s", r.Status, err, want)
		}
	}
}

// TestEpochTimes has hooks take time: those of steps count, that of an epoch
// comes when the epoch's times have been taken.
func TestEpochTimes(t *testing.T) {
	const pause = 2 * time.Millisecond
	var told []Epoch
	r, err := Run(t.Context(), newModel(t), data(10), Config{Epochs: 2, BatchSize: 4, LearningRate: 0.5},
		Hook{Name: "slow", Step: func(Step) error { time.Sleep(pause); return nil }},
		Hook{Name: "told", Epoch: func(e Epoch) error { told = append(told, e); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range r.History {
		if e.TrainTime < 3*pause || e.ValidTime <= 0 {
			t.Errorf("epoch %d: %v of training, %v of validation, want at least %v and some", e.Number, e.TrainTime, e.ValidTime, 3*pause)
		}
	}
	if !slices.Equal(told, r.History) {
		t.Errorf("hooks were told %v, want %v", told, r.History)
	}
}

func TestCancelStopsBetweenSteps(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, err := Run(ctx, newModel(t), data(10), Config{Epochs: 5, BatchSize: 4, LearningRate: 0.5},
		Hook{Name: "stop", Step: func(s Step) error {
			if s.Number == 4 {
				cancel()
			}
			return nil
		}})
	if !errors.Is(err, context.Canceled) || r.Status != Cancelled || r.Steps != 4 || len(r.History) != 1 {
		t.Errorf("status %v, %d steps, %d epochs, error %v; want cancelled after 4 steps and 1 epoch", r.Status, r.Steps, len(r.History), err)
	}
}

// TestDivergenceIsFoundBeforeHooks has the loss become NaN in an epoch's second
// batch, or, with one batch an epoch, the weights infinite in its only step.
func TestDivergenceIsFoundBeforeHooks(t *testing.T) {
	for _, batch := range []int{4, 40} {
		called := false
		r, err := Run(t.Context(), newModel(t), data(40), Config{Epochs: 3, BatchSize: batch, LearningRate: math.MaxFloat64},
			Hook{Name: "checkpoint", Epoch: func(Epoch) error {
				called = true
				return nil
			}})
		if r.Status != Diverged || err == nil || !strings.Contains(err.Error(), "smaller learning rate") {
			t.Errorf("batches of %d: status %v, error %v, want diverged", batch, r.Status, err)
		}
		if called {
			t.Errorf("batches of %d: a hook saw weights that are not finite", batch)
		}
	}
}

func TestBadConfig(t *testing.T) {
	good := Config{Epochs: 1, BatchSize: 1, LearningRate: 1}
	set := func(f func(*Config)) Config { c := good; f(&c); return c }
	for _, c := range []struct {
		name   string
		config Config
		data   Data
		want   string
	}{
		{"no epochs", set(func(c *Config) { c.Epochs = 0 }), data(4), "0 epochs"},
		{"no batch", set(func(c *Config) { c.BatchSize = 0 }), data(4), "batch size 0"},
		{"NaN", set(func(c *Config) { c.LearningRate = math.NaN() }), data(4), "learning rate NaN"},
		{"negative", set(func(c *Config) { c.LearningRate = -1 }), data(4), "learning rate -1"},
		{"infinite", set(func(c *Config) { c.LearningRate = math.Inf(1) }), data(4), "learning rate +Inf"},
		{"no images", good, Data{Valid: images(1)}, "0 bytes of training images"},
		{"part of an image", good, Data{Train: images(1), Valid: images(2)[1:]}, "23 bytes of validation images, want images of 12"},
	} {
		if _, err := Run(t.Context(), newModel(t), c.data, c.config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}
