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
// milliseconds. So the team looks whether it gets the processors that it wants
// (see account), and if not the caller works alone for a while.
type team struct {
	callers sync.Mutex // held while a job is done; the fields here are the holder's
	helpers int        // that were started
	account account

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
	_          [64]byte
	panicked   atomic.Pointer[any] // what the first piece that has panicked has said
	sleepers   atomic.Int32
	wake       chan struct{}
	naps       naps
}

const (
	// patience is how many times a helper looks for a job before it sleeps:
	// some 300 µs, longer than Gorgonia lets pass between two jobs of a step.
	patience = 10000
	// drowsy is how long the caller waits awake; then it leaves its processor
	// to a helper that may have none.
	drowsy = 200 * time.Microsecond
)

var everybody = team{wake: make(chan struct{}, 64)}

var programStart = time.Now()

// clock returns the time since the program's start.
func clock() time.Duration { return time.Since(programStart) }

// run does a job's pieces with helpers and reports whether it did: not if they
// are at work for somebody else, or have no processors of their own.
func (t *team) run(job Job, pieces int) bool {
	if !t.callers.TryLock() {
		return false
	}
	defer t.callers.Unlock()
	began := clock()
	if began < t.account.alone {
		return false
	}
	for ; t.helpers < min(pieces, Workers())-1; t.helpers++ {
		go t.help()
	}
	t.account.begin(began, &t.naps)
	t.job = job
	t.unfinished.Store(int64(pieces))
	t.open.Store(uint32(pieces))
	for range min(int(t.sleepers.Load()), pieces-1) {
		select {
		case t.wake <- struct{}{}:
		default: // enough are being woken
		}
	}
	for t.piece(true) {
	}
	t.wait()
	t.job = nil
	t.account.end(began, clock(), t.helpers, &t.naps)
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
			t.do(piece)
			return true
		}
	}
}

// do does a piece that was taken; the job stays until it has ended. A panic is
// the caller's to have, when all pieces have ended.
func (t *team) do(piece int) {
	defer func() {
		if p := recover(); p != nil {
			said := p // on the heap only now
			t.panicked.CompareAndSwap(nil, &said)
		}
		t.unfinished.Add(-1)
	}()
	t.job.Piece(piece)
}

// wait returns when all pieces have ended.
func (t *team) wait() {
	var began time.Duration
	for looked := 1; t.unfinished.Load() > 0; looked++ {
		pause()
		if looked%256 != 0 {
			continue
		}
		if now := clock(); began == 0 {
			began = now
		} else if now-began > drowsy {
			time.Sleep(drowsy / 4)
		}
	}
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
		t.sleep()
	}
}

// sleep lets a helper sleep until it is woken, unless there is something to do.
func (t *team) sleep() {
	t.naps.begin(clock())
	t.sleepers.Add(1)
	if open := span(t.open.Load()); open.first() == open.end() { // a job that came before was not to wake anybody
		<-t.wake
	}
	t.sleepers.Add(-1)
	t.naps.end(clock())
}
