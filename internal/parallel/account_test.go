package parallel

import (
	"runtime"
	"testing"
	"time"
)

// TestAccount judges windows: one with too little time makes the caller work
// alone, for longer and longer, one with enough halves the next time alone.
func TestAccount(t *testing.T) {
	const wanted = 2 * window
	var a account
	now := time.Second
	judge := func(got, wantPenalty, wantAlone time.Duration) {
		t.Helper()
		a.judge(got, wanted, now)
		if a.penalty != wantPenalty || a.alone != wantAlone {
			t.Errorf("penalty %v and alone until %v, want %v and %v", a.penalty, a.alone, wantPenalty, wantAlone)
		}
	}
	judge(wanted, 0, 0)
	for penalty := shortest; penalty <= longest; penalty *= 2 {
		judge(wanted*2/3, penalty, now+penalty)
	}
	judge(0, longest, now+longest)
	before := a.alone
	now += longest
	judge(wanted*4/5, longest/2, before)
	judge(wanted/2, longest, now+longest)
}

// TestWanted has a helper that sleeps for half of a window, or to its end.
func TestWanted(t *testing.T) {
	const start = time.Second
	var slept, sleeps naps
	slept.begin(start - window) // a nap from before the window does not count
	slept.end(start)
	slept.begin(start)
	slept.end(start + window/2)
	sleeps.begin(start)
	for _, c := range []struct {
		name    string
		naps    *naps
		jobs    time.Duration
		helpers int
		want    time.Duration
	}{
		{"no helper", &naps{}, window / 4, 0, window / 4},
		{"asleep for half of it", &slept, window / 4, 1, window/4 + window/2},
		{"asleep to the end", &sleeps, window / 4, 1, window / 4},
		{"more helpers than processors", &naps{}, window, 1000, time.Duration(runtime.NumCPU()) * window},
	} {
		a := account{began: start, jobs: c.jobs, slept: c.naps.until(start)}
		if c.naps == &slept {
			a.slept = window
		}
		if got := a.wanted(start+window, c.helpers, c.naps); got != c.want {
			t.Errorf("%s: wanted %v, want %v", c.name, got, c.want)
		}
	}
}

// TestWindows has a caller that gets all of the time that it wants, and then half.
func TestWindows(t *testing.T) {
	var a account
	var n naps
	now := time.Second
	a.begin(now, &n)
	if a.began != now {
		t.Fatalf("the first window began at %v, want %v", a.began, now)
	}
	a.end(now, now+window/2, 0, &n)
	if a.jobs != window/2 || a.began != now || a.alone != 0 {
		t.Errorf("half a window: jobs of %v since %v, alone until %v, want %v since %v, 0", a.jobs, a.began, a.alone, window/2, now)
	}
	a.used = processorTime() - window
	a.end(now+window/2, now+window, 0, &n)
	if a.jobs != 0 || a.began != now+window || a.alone != 0 {
		t.Errorf("after a good window: jobs of %v since %v, alone until %v, want 0 since %v, 0", a.jobs, a.began, a.alone, now+window)
	}
	now += window
	a.used = processorTime() - window/2
	a.end(now, now+window, 0, &n)
	if want := now + window + shortest; a.jobs != 0 || a.began != now+window || a.alone != want {
		t.Errorf("after a bad window: jobs of %v since %v, alone until %v, want 0 since %v, %v", a.jobs, a.began, a.alone, now+window, want)
	}
	a.begin(a.alone, &n)
	if a.began != a.alone {
		t.Errorf("the window after the time alone began at %v, want %v", a.began, a.alone)
	}
}

// TestProcessorTimePasses works until time of the processor has passed, which it
// does not if only the system's own is counted.
func TestProcessorTimePasses(t *testing.T) {
	began, deadline := processorTime(), clock()+3*time.Second
	for processorTime()-began < window {
		if clock() > deadline {
			t.Fatalf("3 seconds of work are %v of the processor's time, want at least %v", processorTime()-began, window)
		}
		for range 1_000_000 {
			pause()
		}
	}
}
