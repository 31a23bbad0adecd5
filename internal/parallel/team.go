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
// helper comes. It must only wait for pieces that a helper has begun. If the
// system has taken the helper's processor away for another program, that can
// take milliseconds; then the caller sleeps, to leave its own processor to the
// helper, and works alone for a while afterwards.
type team struct {
	callers sync.Mutex // held while a job is done; the fields here are the holder's
	helpers int        // that were started
	alone   time.Time  // until when helpers are not asked
	penalty time.Duration

	job Job // of the pieces that open counts

	_ [64]byte // what is written by others must not share a cache line
	// open is the generation of the job in its upper half, and in its lower
	// half how many of the pieces nobody has begun. With a new generation for
	// every job, nobody can take a piece of one for that of another.
	open atomic.Uint64
	_    [64]byte
	// unfinished is how many of the pieces have not ended.
	unfinished atomic.Int64
	_          [64]byte
	sleepers   atomic.Int32
	wake       chan struct{}
}

var everybody = team{wake: make(chan struct{}, 64)}

const (
	// patience is how many times a helper looks for a job before it sleeps:
	// about 50 µs, longer than anything between two jobs of a training step.
	patience = 2000
	// stalled is how long the caller waits for helpers, beyond the time that
	// it has worked itself, until it takes them for suspended.
	stalled = 200 * time.Microsecond
	// The time alone after a stall doubles from shortest to longest while the
	// stalls go on.
	shortest = 10 * time.Millisecond
	longest  = 640 * time.Millisecond
)

// run does a job's pieces with helpers and reports whether it did: not if they
// are at work for somebody else.
func (t *team) run(job Job, pieces int) bool {
	if !t.callers.TryLock() {
		return false
	}
	defer t.callers.Unlock()
	started := time.Now()
	if started.Before(t.alone) {
		return false
	}
	for ; t.helpers < min(pieces, Workers())-1; t.helpers++ {
		go t.help()
	}
	t.job = job
	t.unfinished.Store(int64(pieces))
	generation := t.open.Load()>>32 + 1
	t.open.Store(generation<<32 | uint64(pieces))
	for range min(int(t.sleepers.Load()), pieces-1) {
		select {
		case t.wake <- struct{}{}:
		default: // enough are being woken
		}
	}
	for t.piece() {
	}
	t.wait(started)
	t.job = nil
	return true
}

// piece does one piece of the job, if there is one that nobody has begun.
func (t *team) piece() bool {
	for {
		open := t.open.Load()
		left := uint32(open)
		if left == 0 {
			return false
		}
		if t.open.CompareAndSwap(open, open-1) {
			t.job.Piece(int(left - 1)) // t.job stays until this piece has ended
			t.unfinished.Add(-1)
			return true
		}
	}
}

// wait returns when all pieces have ended.
func (t *team) wait(started time.Time) {
	for range patience {
		if t.unfinished.Load() == 0 {
			return
		}
		pause()
	}
	waiting := time.Now()
	limit := waiting.Sub(started) + stalled
	for t.unfinished.Load() > 0 {
		if time.Since(waiting) > limit {
			time.Sleep(50 * time.Microsecond)
			continue
		}
		pause()
	}
	now := time.Now()
	if now.Sub(waiting) <= limit {
		return
	}
	if now.Sub(t.alone) > 10*t.penalty { // the last stall is long ago
		t.penalty = 0
	}
	t.penalty = min(max(2*t.penalty, shortest), longest)
	t.alone = now.Add(t.penalty)
}

// help does pieces for ever.
func (t *team) help() {
	for {
		for looked := 0; looked < patience; looked++ {
			if t.piece() {
				looked = 0
			}
			pause()
		}
		t.sleepers.Add(1)
		if uint32(t.open.Load()) == 0 { // a job that came before was not to wake anybody
			<-t.wake
		}
		t.sleepers.Add(-1)
	}
}
