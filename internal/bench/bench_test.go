package bench

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"stackedae/graph"
	"stackedae/internal/simd"
	"stackedae/model"
)

// settings are of a small network on few images, on all ways of this machine.
func settings(t *testing.T) Settings {
	host, err := ThisHost()
	if err != nil {
		t.Skip(err) // no such level of kernels here
	}
	spec := model.Stacked(20, 8, 3)
	images := graph.Bytes{Pixels: make([]byte, 10*spec.Inputs), Columns: spec.Inputs}
	for i := range images.Pixels {
		images.Pixels[i] = byte(i % 256)
	}
	for i := range images.Len() {
		images.Order = append([]int{i}, images.Order...)
	}
	return Settings{Ways: host.Ways(), Spec: spec, Images: images, Rows: 4}
}

func run(t *testing.T, ctx context.Context, s Settings) (Report, error) {
	t.Helper()
	b, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	threads := runtime.GOMAXPROCS(0)
	level, _ := simd.Level()
	report, err := b.Run(ctx)
	if got := runtime.GOMAXPROCS(0); got != threads {
		t.Errorf("GOMAXPROCS is %d afterwards, want %d as before", got, threads)
	}
	if got, _ := simd.Level(); got != level {
		t.Errorf("level of kernels is %s afterwards, want %s as before", got, level)
	}
	return report, err
}

func TestStepsAreCounted(t *testing.T) {
	s := settings(t)
	s.Steps, s.Trace = 203, true
	turns := 0
	s.Progress = func(taken, all int, _ Way) {
		if taken != turns || all != 2*rounds*len(s.Ways) {
			t.Errorf("progress %d of %d turns, want %d of %d", taken, all, turns, 2*rounds*len(s.Ways))
		}
		turns++
	}
	report, err := run(t, t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(report.Results), len(s.Ways); got != want {
		t.Fatalf("%d results, want %d", got, want)
	}
	for i, r := range report.Results {
		if r.Way != s.Ways[i] {
			t.Errorf("result %d is of %v, want %v", i, r.Way, s.Ways[i])
		}
		if len(r.Times) != s.Steps || r.Trace.Steps/(s.Steps/rounds) != 1 {
			t.Errorf("%s: %d steps and a round of %d traced, want %d and a tenth", r.Name, len(r.Times), r.Trace.Steps, s.Steps)
		}
		if !slices.IsSorted(r.Times) || r.Times[0] <= 0 {
			t.Errorf("%s: times %v, want sorted ones above 0", r.Name, r.Times)
		}
		if low, high := r.Times[0].Seconds(), r.Quantile(1); r.TypicalMean < low || r.TypicalMean > high {
			t.Errorf("%s: typical mean %v of times from %v to %v", r.Name, r.TypicalMean, low, high)
		}
		var sum time.Duration
		for _, p := range r.Trace.Parts {
			sum += p.Time
			if p.Calls%r.Trace.Steps != 0 {
				t.Errorf("%s: %d calls of %s in %d steps", r.Name, p.Calls, p.Name, r.Trace.Steps)
			}
		}
		if rest := r.Trace.Rest(); rest <= 0 || sum+rest != r.Trace.Total {
			t.Errorf("%s: parts of %v and a rest of %v, want %v together", r.Name, sum, rest, r.Trace.Total)
		}
		// The tape machine's lists are more than a hundred. Without it there are
		// some only where the race detector empties pools.
		if static := r.Config.Machine == graph.StaticMachine; static != (r.Allocations < 50) {
			t.Errorf("%s: %v allocations a step", r.Name, r.Allocations)
		}
	}
	for i, p := range report.Peaks {
		if p.Threads < 1 || !(p.Flops > 0) || i > 0 && p.Threads <= report.Peaks[i-1].Threads {
			t.Errorf("peaks %v, want one above 0 for each number of threads", report.Peaks)
		}
	}
}

func TestTimeIsKept(t *testing.T) {
	s := settings(t)
	s.Time = 100 * time.Millisecond
	report, err := run(t, t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	var sum time.Duration
	for _, r := range report.Results {
		sum += r.Total()
	}
	// A turn ends with a whole step, which other programs may stretch.
	if sum < s.Time/3 || sum > 30*s.Time {
		t.Errorf("steps of %v, want about %v", sum, s.Time)
	}
}

func TestRunStops(t *testing.T) {
	s := settings(t)
	s.Steps = 1_000_000
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	s.Progress = func(taken, _ int, _ Way) { cancel(cause) }
	if _, err := run(t, ctx, s); !errors.Is(err, cause) {
		t.Errorf("error %v, want %v", err, cause)
	}
}

func TestNewRefusesNothing(t *testing.T) {
	for name, change := range map[string]func(s *Settings){
		"ways":   func(s *Settings) { s.Ways = nil },
		"images": func(s *Settings) { s.Images.Order = []int{} },
		"rows":   func(s *Settings) { s.Rows = 0 },
	} {
		s := settings(t)
		change(&s)
		if _, err := New(s); err == nil {
			t.Errorf("no %s: no error", name)
		}
	}
}

// TestFlops counts the chapter's by hand.
func TestFlops(t *testing.T) {
	const (
		forward  = 2 * 32 * (784*100 + 100*30 + 30*100 + 100*784)
		byKernel = forward
		byInput  = 2 * 32 * (100*30 + 30*100 + 100*784)
	)
	if got := Flops(model.Stacked(784, 100, 30), 32); got != forward+byKernel+byInput {
		t.Errorf("%v operations, want %v", got, forward+byKernel+byInput)
	}
}

func TestQuantile(t *testing.T) {
	ten := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, c := range []struct {
		values []int
		q      float64
		want   int
	}{
		{ten, 0, 1}, {ten, 0.05, 1}, {ten, 0.1, 1}, {ten, 0.11, 2}, {ten, 0.5, 5}, {ten, 0.95, 10}, {ten, 1, 10},
		{ten[:1], 0, 1}, {ten[:1], 0.5, 1}, {ten[:1], 1, 1}, {ten[:3], 0.5, 2},
	} {
		if got := quantile(c.values, c.q); got != c.want {
			t.Errorf("quantile %v of %v is %d, want %d", c.q, c.values, got, c.want)
		}
	}
}
