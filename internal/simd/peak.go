// This file measures what the machine can do at most.

package simd

import "fmt"

// PeakFlops runs rounds of the active level's multiply-adds, fused if those of
// its products are, on the calling goroutine. They are independent enough to
// keep all units busy, and touch nothing but registers. It returns how many
// operations they were, two for each multiply-add; the caller takes the time.
// The goroutine cannot be interrupted meanwhile: a million rounds take a few
// milliseconds.
func PeakFlops(rounds int) float64 {
	if rounds < 0 {
		panic(fmt.Sprintf("simd: PeakFlops: %d rounds, want at least 0", rounds))
	}
	sums := make([]float32, active.multiplyAdds)
	active.multiplyAdd(sums, rounds)
	return 2 * float64(rounds) * float64(len(sums))
}

// one is a variable, or the compiler would leave out multiplications by it.
var one float32 = 1

func multiplyAdd(sums []float32, rounds int) {
	x := one
	var s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11 float32
	for range rounds {
		s0 = s0*x + x
		s1 = s1*x + x
		s2 = s2*x + x
		s3 = s3*x + x
		s4 = s4*x + x
		s5 = s5*x + x
		s6 = s6*x + x
		s7 = s7*x + x
		s8 = s8*x + x
		s9 = s9*x + x
		s10 = s10*x + x
		s11 = s11*x + x
	}
	copy(sums, []float32{s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11})
}
