// Package bench measures ways to take the same training step, on the same
// images from the same weights.
//
// Machines have slow phases, of milliseconds to minutes, so the ways take turns
// in several rounds, and what is told of a way is a distribution.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"stackedae/graph"
	"stackedae/internal/simd"
	"stackedae/model"
)

const (
	rounds = 10
	// warmUp is how many steps a turn begins with that do not count: they find
	// the caches full of another way's weights.
	warmUp = 3
	// manySteps is room for the steps of a turn that ends by time: the fastest
	// way takes some thousands.
	manySteps = 1 << 17

	learningRate = 1.5
	weightSeed   = 42
)

// Settings say what is measured and for how long.
type Settings struct {
	Ways []Way
	Spec model.Spec
	// Images are what is trained on, over and over, in their Order, which must
	// be there. Rows of them make a step.
	Images graph.Bytes
	Rows   int
	// Time is for all steps of all ways together. A way takes one step a round
	// at least.
	Time time.Duration
	// Steps, unless 0, is how many steps each way takes, however long.
	Steps int
	// Trace also takes as many traced steps, to tell where the time goes.
	Trace bool
	// Progress, unless nil, is told before each turn how many were taken.
	Progress func(taken, turns int, way Way)
}

// Report is what a bench has measured.
type Report struct {
	Results []Result // of the ways, in their order
	Peaks   []Peak   // for every number of threads that a way has
}

// Bench is ways that are ready to be measured.
type Bench struct {
	settings Settings
	runners  []*runner
	peaks    map[int][]float64 // by threads, of each round
	times    []time.Duration   // room for those of a turn
}

// runner is a network that takes steps in a way.
type runner struct {
	way     Way
	network *graph.Network
	trace   *graph.Trace
	images  graph.Bytes
	rows    int
	taken   int         // steps, counted or not
	batch   graph.Bytes // of the step

	times              []time.Duration
	means              []float64 // of each round, in seconds
	allocations, bytes uint64
	traced             []TraceResult // of each round
}

// New makes a network for each way.
func New(s Settings) (*Bench, error) {
	if len(s.Ways) == 0 || s.Images.Len() == 0 || s.Rows < 1 {
		return nil, fmt.Errorf("bench: %d ways, %d images, %d a step, want at least one of each", len(s.Ways), s.Images.Len(), s.Rows)
	}
	b := &Bench{settings: s, peaks: map[int][]float64{}, times: make([]time.Duration, 0, max(manySteps, s.Steps/rounds+1))}
	for _, w := range s.Ways {
		traces := []*graph.Trace{nil}
		if s.Trace {
			traces = append(traces, new(graph.Trace))
		}
		for _, t := range traces {
			r, err := newRunner(w, s, t)
			if err != nil {
				return nil, errors.Join(err, b.Close())
			}
			b.runners = append(b.runners, r)
		}
		b.peaks[w.Threads] = nil
	}
	return b, nil
}

func newRunner(w Way, s Settings, trace *graph.Trace) (*runner, error) {
	m, err := model.New(s.Spec, rand.New(rand.NewPCG(weightSeed, 0)))
	if err != nil {
		return nil, err
	}
	c := w.Config
	c.LearningRate, c.Trace = learningRate, trace
	network, err := graph.New(m, c)
	if err != nil {
		return nil, err
	}
	return &runner{way: w, network: network, trace: trace, images: s.Images, rows: min(s.Rows, s.Images.Len()), batch: s.Images}, nil
}

// Close gives the networks back.
func (b *Bench) Close() error {
	var errs []error
	for _, r := range b.runners {
		errs = append(errs, r.network.Close())
	}
	return errors.Join(errs...)
}

// Run measures. It looks at the context between steps, and leaves GOMAXPROCS
// and the level of kernels as it found them.
func (b *Bench) Run(ctx context.Context) (Report, error) {
	level, err := simd.Level()
	if err != nil {
		return Report{}, err
	}
	defer simd.Use(level)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	levels := simd.Levels()
	fastest := levels[len(levels)-1]
	if err := simd.Use(fastest); err != nil {
		return Report{}, err
	}
	peakSize := peakRounds()

	for round := range rounds {
		for i, r := range b.runners {
			if b.settings.Progress != nil {
				b.settings.Progress(round*len(b.runners)+i, rounds*len(b.runners), r.way)
			}
			if err := b.turn(ctx, r, round); err != nil {
				return Report{}, fmt.Errorf("bench: %s: %w", r.way.Name, err)
			}
		}
		if err := simd.Use(fastest); err != nil {
			return Report{}, err
		}
		for threads, flops := range b.peaks {
			b.peaks[threads] = append(flops, peak(threads, peakSize))
		}
	}
	return b.report(), nil
}

// turn takes a way's steps of a round.
func (b *Bench) turn(ctx context.Context, r *runner, round int) error {
	if err := r.way.use(); err != nil {
		return err
	}
	steps, limit := math.MaxInt, b.settings.Time/time.Duration(rounds*len(b.runners))
	if n := b.settings.Steps; n > 0 {
		steps, limit = n*(round+1)/rounds-n*round/rounds, math.MaxInt64
	}
	runtime.GC() // nobody pays for another's garbage; what it takes from pools comes back in the warm-up
	for range warmUp {
		if err := r.step(); err != nil {
			return err
		}
	}
	if r.trace != nil {
		r.trace.Reset()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	times := b.times[:0]
	for begin := time.Now(); len(times) < steps && (len(times) == 0 || time.Since(begin) < limit); {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		start := time.Now()
		if err := r.step(); err != nil {
			return err
		}
		times = append(times, time.Since(start))
	}
	runtime.ReadMemStats(&after)
	r.allocations += after.Mallocs - before.Mallocs
	r.bytes += after.TotalAlloc - before.TotalAlloc
	b.times = times // with the room that it has
	r.times = append(r.times, times...)
	if len(times) == 0 { // fewer steps than rounds
		return nil
	}
	r.means = append(r.means, mean(times))
	if r.trace != nil {
		r.traced = append(r.traced, TraceResult{Steps: len(times), Total: total(times), Parts: r.trace.Parts()})
	}
	return nil
}

// step trains on the next batch.
func (r *runner) step() error {
	first := r.taken % (r.images.Len() / r.rows) * r.rows
	r.batch.Order = r.images.Order[first : first+r.rows]
	r.taken++
	_, err := r.network.Train(&r.batch) // by its address: it is not copied to the heap
	return err
}

// report sums up.
func (b *Bench) report() Report {
	var report Report
	for _, r := range b.runners {
		if r.trace != nil { // it follows the runner that is not traced
			slices.SortFunc(r.traced, func(a, b TraceResult) int { return cmp.Compare(a.Mean(), b.Mean()) })
			middle := quantile(r.traced, 0.5)
			report.Results[len(report.Results)-1].Trace = &middle
			continue
		}
		slices.Sort(r.times)
		n := float64(len(r.times))
		report.Results = append(report.Results, Result{
			Way: r.way, Times: r.times, TypicalMean: median(r.means), Allocations: float64(r.allocations) / n, Bytes: float64(r.bytes) / n,
		})
	}
	for _, threads := range slices.Sorted(maps.Keys(b.peaks)) {
		report.Peaks = append(report.Peaks, Peak{threads, median(b.peaks[threads])})
	}
	return report
}
