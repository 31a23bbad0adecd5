package simd

import (
	"slices"
	"testing"
)

// TestPeakFlopsCountsWhatItDoes holds the operations counted against the sums:
// each round adds 1 to every one, and nothing else does.
func TestPeakFlopsCountsWhatItDoes(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, rounds := range []int{0, 1, 2, 1000} {
			sums, intact := fenced(active.multiplyAdds)
			active.multiplyAdd(sums, rounds)
			if i := slices.IndexFunc(sums, func(s float32) bool { return s != float32(rounds) }); i >= 0 || !intact() {
				t.Errorf("%d rounds: sums %v, want each %d", rounds, sums, rounds)
			}
			if got, want := PeakFlops(rounds), float64(2*rounds*len(sums)); got != want {
				t.Errorf("%d rounds: %v operations, want %v", rounds, got, want)
			}
		}
	})
}
