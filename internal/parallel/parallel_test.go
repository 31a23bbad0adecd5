package parallel

import (
	"runtime"
	"sync/atomic"
	"testing"
)

func TestForCallsEachPieceOnce(t *testing.T) {
	for _, procs := range []int{1, 2, 7} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		for _, n := range []int{0, 1, 2, 100} {
			calls := make([]atomic.Int32, n)
			For(n, func(i int) { calls[i].Add(1) })
			for i := range calls {
				if got := calls[i].Load(); got != 1 {
					t.Errorf("GOMAXPROCS %d, n %d: piece %d was called %d times, want once", procs, n, i, got)
				}
			}
		}
	}
}

func TestChunksCoverTheRange(t *testing.T) {
	for _, c := range []struct{ n, size int }{{0, 3}, {1, 3}, {3, 3}, {10, 3}, {10, 1}, {10, 100}} {
		seen := make([]atomic.Int32, c.n)
		Chunks(c.n, c.size, func(lo, hi int) {
			if hi <= lo || hi-lo > c.size {
				t.Errorf("n %d, size %d: chunk [%d, %d)", c.n, c.size, lo, hi)
			}
			for i := lo; i < hi; i++ {
				seen[i].Add(1)
			}
		})
		for i := range seen {
			if got := seen[i].Load(); got != 1 {
				t.Errorf("n %d, size %d: element %d was in %d chunks, want 1", c.n, c.size, i, got)
			}
		}
	}
}
