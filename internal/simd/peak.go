// This file measures what the machine can do at most.

package simd

import "fmt"

// PeakFlops runs rounds of the active level's multiply-adds, fused where it has
// assembly, on the calling goroutine. They are independent enough to keep all
// units busy, and touch nothing but registers. It returns how many operations
// they were, two for each multiply-add; the caller takes the time. The
// goroutine cannot be interrupted meanwhile: a million rounds take a few
// milliseconds.
func PeakFlops(rounds int) float64 {
	if rounds < 0 {
		panic(fmt.Sprintf("simd: PeakFlops: %d rounds, want at least 0", rounds))
	}
	sums := make([]float32, active.multiplyAdds)
	active.multiplyAdd(sums, rounds)
	return 2 * float64(rounds) * float64(len(sums))
}

func multiplyAdd(sums []float32, rounds int) {
	one := float32(1)
	var s [8]float32
	s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for range rounds {
		s0 = s0*one + one
		s1 = s1*one + one
		s2 = s2*one + one
		s3 = s3*one + one
		s4 = s4*one + one
		s5 = s5*one + one
		s6 = s6*one + one
		s7 = s7*one + one
	}
	copy(sums, []float32{s0, s1, s2, s3, s4, s5, s6, s7})
}
