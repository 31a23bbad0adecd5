// This file holds the goroutines that share the work.

package parallel

import (
	"sync"
	"sync/atomic"
	"time"
)

// team is the goroutines that help a caller with its job.
//
// A helper that sleeps takes some ten microseconds to wake, as long as a matrix
// product of this module. So helpers wait awake for the next job, for a little
// while. Nothing depends on them: the caller takes pieces too, all of them if no
// helper comes.
//
// But the caller must wait for pieces that a helper has begun, and if the system
// has taken the helper's processor away for another program, that is
// milliseconds. So helpers have an account of the time that they have saved and
// the time that was waited for them. If it is overdrawn the caller works alone
// for a while, and for longer if that does not help.
type team struct {
	callers sync.Mutex // held while a job is done; the fields here are the holder's
	helpers int        // that were started
	balance time.Duration
	alone   time.Duration // until when no helpers are asked, on the clock
	penalty time.Duration // the last time alone
	good    time.Duration // of work with helpers since then

	job Job // of the open pieces

	_ [64]byte // what is written by others must not share a cache line
	// open is the span of the pieces that nobody has begun. Who takes one may do
	// so after another job has begun, and gets a piece of that. The caller takes
	// the first and helpers the last, so that in one job after another a
	// processor finds much of what it needs in its own cache.
	open atomic.Uint32
	_    [64]byte
	// unfinished is how many of the pieces have not ended.
	unfinished atomic.Int64
	helped     atomic.Int64 // nanoseconds that helpers have worked on the job
	_          [64]byte
	panicked   atomic.Pointer[any] // what the first piece that has panicked has said
	sleepers   atomic.Int32
	wake       chan struct{}
}

const (
	// patience is how many times a helper looks for a job before it sleeps:
	// some 300 µs, longer than Gorgonia lets pass between two jobs of a step.
	patience = 10000
	// credit is the most that an account holds, what helpers may cost at once:
	// less than a turn of another program. trial is what it holds after a time alone.
	credit = 2 * time.Millisecond
	trial  = 500 * time.Microsecond
	// The time alone doubles from shortest to longest while the account is
	// overdrawn soon after it, and halves again otherwise.
	shortest = 10 * time.Millisecond
	longest  = 640 * time.Millisecond
	// drowsy is how long the caller waits awake; then it leaves its processor
	// to a helper that may have none.
	drowsy = 200 * time.Microsecond
)

var everybody = team{balance: credit, wake: make(chan struct{}, 64)}

var programStart = time.Now()

// clock returns the time since the program's start.
func clock() time.Duration { return time.Since(programStart) }

// run does a job's pieces with helpers and reports whether it did: not if they
// are at work for somebody else, or cost more than they save.
func (t *team) run(job Job, pieces int) bool {
	if !t.callers.TryLock() {
		return false
	}
	defer t.callers.Unlock()
	began := clock()
	if began < t.alone {
		return false
	}
	for ; t.helpers < min(pieces, Workers())-1; t.helpers++ {
		go t.help()
	}
	t.job = job
	t.helped.Store(0)
	t.unfinished.Store(int64(pieces))
	t.open.Store(uint32(pieces))
	for range min(int(t.sleepers.Load()), pieces-1) {
		select {
		case t.wake <- struct{}{}:
		default: // enough are being woken
		}
	}
	own := 0
	for t.piece(true) {
		own++
	}
	ended := clock()
	t.wait(ended)
	t.job = nil
	t.settle(ended-began, ended, own, pieces)
	if p := t.panicked.Swap(nil); p != nil {
		panic(*p)
	}
	return true
}

// span is the pieces from first to before end: two halves.
type span uint32

// mostPieces is how many pieces a span can have.
const mostPieces = 1<<16 - 1

func (s span) first() int { return int(s >> 16) }
func (s span) end() int   { return int(s & mostPieces) }

// piece does the first piece of the job that nobody has begun, or the last, if
// there is one.
func (t *team) piece(first bool) bool {
	for {
		open := span(t.open.Load())
		if open.first() == open.end() {
			return false
		}
		piece, rest := open.end()-1, open-1
		if first {
			piece, rest = open.first(), open+1<<16
		}
		if t.open.CompareAndSwap(uint32(open), uint32(rest)) {
			if first {
				t.do(piece, nil)
			} else {
				t.do(piece, &t.helped)
			}
			return true
		}
	}
}

// do does a piece that was taken, and adds the time to a sum unless that is nil;
// the job stays until the piece has ended. A panic is the caller's to have, when
// all have ended.
func (t *team) do(piece int, sum *atomic.Int64) {
	began := clock()
	defer func() {
		if sum != nil {
			sum.Add(int64(clock() - began))
		}
		if p := recover(); p != nil {
			said := p // on the heap only now
			t.panicked.CompareAndSwap(nil, &said)
		}
		t.unfinished.Add(-1)
	}()
	t.job.Piece(piece)
}

// wait returns when all pieces have ended. It begins at the given time.
func (t *team) wait(began time.Duration) {
	for looked := 1; t.unfinished.Load() > 0; looked++ {
		pause()
		if looked%256 == 0 && clock()-began > drowsy {
			time.Sleep(drowsy / 4)
		}
	}
}

// settle enters a job into the account: the caller has worked for a time on own
// of the pieces, and has waited since. What was saved is what the other pieces
// would have taken the caller, or what they have taken helpers: the smaller one,
// for either may have lost its processor meanwhile.
func (t *team) settle(worked, ended time.Duration, own, pieces int) {
	now := clock()
	saved := now - ended // if it did none itself, the wait was the work
	if own > 0 {
		saved = min(worked*time.Duration(pieces-own)/time.Duration(own), time.Duration(t.helped.Load()))
	}
	t.balance = min(t.balance+saved-(now-ended), credit)
	t.good += worked
	if t.balance > 0 {
		return
	}
	if t.good < 10*t.penalty {
		t.penalty = min(2*t.penalty, longest)
	} else {
		t.penalty = max(t.penalty/2, shortest)
	}
	t.alone, t.balance, t.good = now+t.penalty, trial, 0
}

// help does pieces for ever.
func (t *team) help() {
	for {
		for looked := 0; looked < patience; looked++ {
			if t.piece(false) {
				looked = 0
			}
			pause()
		}
		t.sleepers.Add(1)
		if open := span(t.open.Load()); open.first() == open.end() { // a job that came before was not to wake anybody
			<-t.wake
		}
		t.sleepers.Add(-1)
	}
}
