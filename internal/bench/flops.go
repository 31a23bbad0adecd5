// This file counts and measures floating point operations.

package bench

import (
	"runtime"
	"slices"
	"sync"
	"time"

	"stackedae/internal/simd"
	"stackedae/model"
)

// Flops returns the floating point operations of the matrix products that a
// training step of that many rows needs, a multiply-add being two: a layer's
// output, its kernel's gradient and, but for the first layer, its input's.
// What stock operations compute beyond that does not count.
func Flops(spec model.Spec, rows int) float64 {
	sum := 0.0
	inputs := spec.Inputs
	for i, l := range slices.Concat(spec.Encoder, spec.Decoder) {
		products := 3
		if i == 0 {
			products = 2
		}
		sum += float64(products) * 2 * float64(rows) * float64(inputs) * float64(l.Units)
		inputs = l.Units
	}
	return sum
}

// Peak is the most floating point operations a second that threads reach with
// all operands in registers.
type Peak struct {
	Threads int
	Flops   float64
}

// peakTime is about how long the peak is measured at a time.
const peakTime = 5 * time.Millisecond

// peakRounds returns how many rounds of simd.PeakFlops take about peakTime at
// the level in use.
func peakRounds() int {
	for n := 1 << 10; ; n *= 2 {
		start := time.Now()
		simd.PeakFlops(n)
		if time.Since(start) > peakTime/2 {
			return 2 * n
		}
	}
}

// peak measures the peak on that many threads at the level in use.
func peak(threads, rounds int) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	flops := make([]float64, threads)
	var group sync.WaitGroup
	start := time.Now()
	for i := range threads {
		group.Go(func() { flops[i] = simd.PeakFlops(rounds) })
	}
	group.Wait()
	seconds := time.Since(start).Seconds()
	sum := 0.0
	for _, f := range flops {
		sum += f
	}
	return sum / seconds
}
