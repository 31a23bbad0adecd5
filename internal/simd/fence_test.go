package simd

import (
	"math"
	"math/rand/v2"
)

// fence is a NaN that no kernel computes. It is written around every slice:
// one that writes past an output's end changes it, and one that reads past an
// input's end and uses what it finds turns into NaN.
var fence = math.Float32frombits(0x7fc5a5a5)

// fenceWidth is more than a kernel takes at a time.
const fenceWidth = 80

// fenced returns a slice of n with fences on both sides, and a function that
// says whether they stand.
func fenced(n int) ([]float32, func() bool) {
	all := make([]float32, n+2*fenceWidth)
	for i := range all {
		all[i] = fence
	}
	low, x, high := all[:fenceWidth], all[fenceWidth:fenceWidth+n:fenceWidth+n], all[fenceWidth+n:]
	return x, func() bool {
		for i := range fenceWidth {
			if !sameBits(low[i], fence) || !sameBits(high[i], fence) {
				return false
			}
		}
		return true
	}
}

// fencedCopy returns x between fences.
func fencedCopy(x []float32) []float32 {
	y, _ := fenced(len(x))
	copy(y, x)
	return y
}

func sameBits(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) }

// sameNumbers returns the first index at which x and y differ in their bits,
// NaN being one number, or -1.
func sameNumbers(x, y []float32) int {
	for i := range x {
		if !sameBits(x[i], y[i]) && (x[i] == x[i] || y[i] == y[i]) {
			return i
		}
	}
	return -1
}

// random returns n numbers from the normal distribution, between fences.
func random(rng *rand.Rand, n int) []float32 {
	x, _ := fenced(n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// units returns the distance of got from want in units in the last place of
// want as a float32, or of floor if |want| is smaller.
func units(got float32, want, floor float64) float64 {
	w := float32(max(math.Abs(want), floor))
	return math.Abs(float64(got)-want) / float64(math.Nextafter32(w, float32(math.Inf(1)))-w)
}
