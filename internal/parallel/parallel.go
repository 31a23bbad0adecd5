// Package parallel runs independent pieces of work on as many goroutines as
// GOMAXPROCS allows.
//
// How the work is cut is the caller's business and must depend on the problem
// alone: then each piece is computed by one goroutine in one order, and the
// result has the same bits whatever GOMAXPROCS is.
package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// For calls body(0), …, body(n-1), each once, in no particular order and
// possibly at the same time, and returns when all have returned. With one
// piece or GOMAXPROCS 1 it is a plain loop.
func For(n int, body func(piece int)) {
	workers := min(n, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for i := range n {
			body(i)
		}
		return
	}
	var next atomic.Int64
	work := func() {
		for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
			body(int(i))
		}
	}
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

// Chunks cuts [0, n) into ranges of size elements, the last one shorter, and
// calls body(lo, hi) for each as For does. size must be positive.
func Chunks(n, size int, body func(lo, hi int)) {
	For((n+size-1)/size, func(piece int) {
		body(piece*size, min(n, (piece+1)*size))
	})
}
