// This file finds out whether helpers have processors to work on.

package parallel

import (
	"runtime"
	"sync"
	"time"
)

// account compares the processors' time that a team wants with what it gets.
// Caller and helpers do not sleep while a job is done. So if they get much less
// time than passes, other programs want the processors, and a team on less than
// its processors is slower than one goroutine: each waits for the other's turn.
type account struct {
	alone   time.Duration // until when no helpers are to be asked, on the clock
	penalty time.Duration // the last time alone

	// Of the window that is open: when it began, the time of jobs in it, and the
	// program's processor time and the helpers' sleep before it.
	began, jobs, used, slept time.Duration
}

const (
	// leastShare is what a team must get of the time that it wants. Of two
	// processors with a third program on them it gets 2/3.
	leastShare = .75
	// The time alone doubles from shortest to longest with every window that has
	// too little, and halves with the others.
	shortest = 50 * time.Millisecond
	longest  = 800 * time.Millisecond
)

// begin is called when a job begins. A window that is old, or from before the
// time alone, is of no use: nobody has looked at it since.
func (a *account) begin(now time.Duration, n *naps) {
	if now-a.began >= 2*window || a.began < a.alone {
		a.open(now, n)
	}
}

// end is called when that job has ended, which so many helpers were asked to
// help with.
func (a *account) end(began, now time.Duration, helpers int, n *naps) {
	a.jobs += now - began
	if now-a.began < window {
		return
	}
	a.judge(processorTime()-a.used, a.wanted(now, helpers, n), now)
	a.open(now, n)
}

// wanted returns the time that caller and helpers have wanted in the window: that
// of the jobs and that in which helpers were awake, as far as there are
// processors.
func (a *account) wanted(now time.Duration, helpers int, n *naps) time.Duration {
	passed := now - a.began
	awake := time.Duration(helpers)*passed - (n.until(now) - a.slept)
	return min(a.jobs+awake, time.Duration(runtime.NumCPU())*passed)
}

// open opens a window.
func (a *account) open(now time.Duration, n *naps) {
	a.began, a.jobs, a.used, a.slept = now, 0, processorTime(), n.until(now)
}

// judge sets how long the caller is to be alone.
func (a *account) judge(got, wanted, now time.Duration) {
	if float64(got) >= leastShare*float64(wanted) {
		a.penalty /= 2
		return
	}
	a.penalty = min(max(2*a.penalty, shortest), longest)
	a.alone = now + a.penalty
}

// naps is how long helpers have slept, all of them together.
type naps struct {
	mutex    sync.Mutex
	sleepers int
	total    time.Duration // less the time when each of the sleepers began
}

func (n *naps) begin(now time.Duration) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.sleepers++
	n.total -= now
}

func (n *naps) end(now time.Duration) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.sleepers--
	n.total += now
}

// until returns the sleep until now.
func (n *naps) until(now time.Duration) time.Duration {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return n.total + time.Duration(n.sleepers)*now
}

// unknown stands for the processors' time where the system does not tell it: all
// that there is, so that helpers are asked.
func unknown() time.Duration { return time.Duration(runtime.NumCPU()) * clock() }
