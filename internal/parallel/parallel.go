// Package parallel runs independent pieces of work on as many processors as
// GOMAXPROCS allows.
//
// How the work is cut is the caller's business and must not change the result:
// where numbers are added across pieces, the pieces must depend on the problem
// alone. Then the result has the same bits whatever GOMAXPROCS is.
package parallel

import "runtime"

// Job is work that can be cut into pieces.
type Job interface {
	// Piece does piece i. Pieces may run at the same time.
	Piece(i int)
}

// Workers returns how many pieces can run at the same time.
func Workers() int { return runtime.GOMAXPROCS(0) }

// Run calls job.Piece(0), …, job.Piece(n-1), each once, in no particular
// order and possibly at the same time, and returns when all have returned; a
// panic of one comes then. It allocates nothing. Handing over costs about a
// microsecond if the last Run has ended within some 300, and ten if not.
//
// A Run does all of its pieces by itself if it is called within a piece, or
// while another goroutine's Run goes on, or if it has more than 65,535 of them,
// or while handing over does not pay because other programs want the
// processors.
func Run(job Job, n int) {
	if n > 1 && n <= mostPieces && Workers() > 1 && everybody.run(job, n) {
		return
	}
	for i := range n {
		job.Piece(i)
	}
}

// body is a function as a Job.
type body func(piece int)

// Piece calls the function.
func (b body) Piece(i int) { b(i) }

// For calls f(0), …, f(n-1) as Run does.
func For(n int, f func(piece int)) { Run(body(f), n) }

// Chunks cuts [0, n) into ranges of size elements, the last one shorter, and
// calls f(lo, hi) for each as Run does. size must be positive.
func Chunks(n, size int, f func(lo, hi int)) {
	For((n+size-1)/size, func(piece int) {
		f(piece*size, min(n, (piece+1)*size))
	})
}
