// This file holds what is measured of a way.

package bench

import (
	"math"
	"slices"
	"time"

	"stackedae/graph"
)

// Result is what was measured of a way.
type Result struct {
	Way
	Times       []time.Duration // of the steps, the shortest first
	TypicalMean float64         // in seconds, the median of the rounds' means, which a pause of the machine does not spoil
	Allocations float64         // a step
	Bytes       float64         // allocated a step
	Trace       *TraceResult    // nil unless Settings.Trace
}

// TraceResult is where the time went of steps that were taken beside the
// measured ones, and took a little longer for being traced. They are those of
// the round with the median of the rounds' means.
type TraceResult struct {
	Steps int
	Total time.Duration
	Parts []graph.Part // in no order
}

// Mean returns the mean time of a step in seconds.
func (t TraceResult) Mean() float64 { return t.Total.Seconds() / float64(t.Steps) }

// Rest returns the time that no part of the steps has taken.
func (t TraceResult) Rest() time.Duration {
	rest := t.Total
	for _, p := range t.Parts {
		rest -= p.Time
	}
	return rest
}

// Total returns the time of all steps.
func (r Result) Total() time.Duration { return total(r.Times) }

// Mean returns the mean time of a step in seconds.
func (r Result) Mean() float64 { return mean(r.Times) }

// Quantile returns the time in seconds that the share q of the steps does not
// exceed.
func (r Result) Quantile(q float64) float64 { return quantile(r.Times, q).Seconds() }

// Median returns the median time of a step in seconds.
func (r Result) Median() float64 { return r.Quantile(0.5) }

func total(times []time.Duration) (sum time.Duration) {
	for _, t := range times {
		sum += t
	}
	return sum
}

func mean(times []time.Duration) float64 { return total(times).Seconds() / float64(len(times)) }

// quantile returns the smallest of the sorted values that is at least as large
// as the share q of them.
func quantile[T any](sorted []T, q float64) T {
	return sorted[max(0, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// median returns the median of values.
func median(values []float64) float64 {
	return quantile(slices.Sorted(slices.Values(values)), 0.5)
}
