package parallel

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// counts is a job that counts how often each piece is done. A piece does the
// job inside, if there is one, which is of as many pieces.
type counts struct {
	calls  []atomic.Int32
	inside []*counts // one for each piece, or nil
}

func newCounts(pieces int, nested bool) *counts {
	c := &counts{calls: make([]atomic.Int32, pieces)}
	if nested {
		for range pieces {
			c.inside = append(c.inside, newCounts(pieces, false))
		}
	}
	return c
}

func (c *counts) Piece(i int) {
	c.calls[i].Add(1)
	for range 10 { // some time, or helpers would not be worth asking
		pause()
	}
	if c.inside != nil {
		Run(c.inside[i], len(c.calls))
	}
}

// check wants all pieces to have been done once.
func (c *counts) check(t *testing.T, when string) {
	t.Helper()
	for i := range c.calls {
		if got := c.calls[i].Load(); got != 1 {
			t.Errorf("%s: piece %d of %d was done %d times, want once", when, i, len(c.calls), got)
		}
	}
	for _, inside := range c.inside {
		inside.check(t, when)
	}
}

// TestRunDoesEachPieceOnce has several goroutines run one job after another.
// It looks at a job when its Run returns, for pieces left out, and again at the
// end, for those that a helper took late.
func TestRunDoesEachPieceOnce(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(procs)
		for _, goroutines := range []int{1, 3} {
			var all sync.WaitGroup
			jobs := make([][]*counts, goroutines)
			for g := range jobs {
				all.Go(func() {
					for round := range 1000 {
						pieces := []int{2, 3, 2, 40}[round%4]
						job := newCounts(pieces, round%9 == 0)
						Run(job, pieces)
						job.check(t, "after its Run")
						jobs[g] = append(jobs[g], job)
					}
				})
			}
			all.Wait()
			for _, done := range jobs {
				for _, job := range done {
					job.check(t, "at the end")
				}
			}
		}
	}
}

// empty is a job of nothing.
type empty struct{}

func (empty) Piece(int) {}

// TestRunAllocatesNothing counts as testing.AllocsPerRun does, which would set
// GOMAXPROCS to 1, where no helper is asked.
func TestRunAllocatesNothing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const runs = 1000
	var job Job = empty{}
	Run(job, 2) // starts the helper
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		Run(job, 2)
	}
	runtime.ReadMemStats(&after)
	if got := (after.Mallocs - before.Mallocs) / runs; got > 0 {
		t.Errorf("%d allocations a Run, want none", got)
	}
}

// failing panics in one of its pieces.
type failing struct{ piece int }

func (f failing) Piece(i int) {
	if i == f.piece {
		panic("piece failed")
	}
	time.Sleep(100 * time.Microsecond)
}

// TestPanicComesToTheCaller recovers and runs on.
func TestPanicComesToTheCaller(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	for i := range 40 {
		func() {
			defer func() {
				if p := recover(); p != "piece failed" {
					t.Errorf("piece %d of 4: panics with %v, want piece failed", i%4, p)
				}
			}()
			Run(failing{i % 4}, 4)
		}()
		var calls [8]atomic.Int32
		For(len(calls), func(i int) { calls[i].Add(1) })
		for j := range calls {
			if got := calls[j].Load(); got != 1 {
				t.Fatalf("piece %d of the next job: %d calls, want 1", j, got)
			}
		}
	}
}

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

// TestAccountWindows enters jobs of a helper that sleeps half of the time, and
// looks at what is wanted.
func TestAccountWindows(t *testing.T) {
	var a account
	var n naps
	now := time.Second
	a.begin(now, &n)
	if a.began != now {
		t.Fatalf("the first window began at %v, want %v", a.began, now)
	}
	a.used = -time.Hour // more than any job wants
	n.begin(now)
	n.end(now + window/2)
	if got := n.until(now + window); got != window/2 {
		t.Errorf("naps of %v, want %v", got, window/2)
	}
	a.end(now, now+window/2, 1, &n)
	if a.jobs != window/2 || a.began != now {
		t.Errorf("half a window: jobs of %v since %v, want %v since %v", a.jobs, a.began, window/2, now)
	}
	a.end(now+window/2, now+window, 1, &n)
	if a.jobs != 0 || a.began != now+window || a.slept != window/2 || a.alone != 0 {
		t.Errorf("after the window: jobs of %v since %v, naps of %v, alone until %v, want 0, %v, %v, 0", a.jobs, a.began, a.slept, a.alone, now+window, window/2)
	}
	n.begin(now + window) // asleep to the end: the caller alone wants time, and gets less
	a.used = processorTime() - window/2
	a.end(now+window, now+2*window, 1, &n)
	if want := now + 2*window + shortest; a.alone != want {
		t.Errorf("half of the caller's time: alone until %v, want %v", a.alone, want)
	}
	a.begin(a.alone, &n)
	if a.began != a.alone {
		t.Errorf("the window after the time alone began at %v, want %v", a.began, a.alone)
	}
}

// TestAloneMeansRefusal has a team whose caller is to be alone.
func TestAloneMeansRefusal(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // no helper begins
	alone := team{account: account{alone: clock() + time.Hour}}
	if alone.run(empty{}, 2) {
		t.Error("a job is done with helpers in the time alone")
	}
	alone.account.alone = clock()
	if !alone.run(empty{}, 2) {
		t.Error("a job is refused after the time alone")
	}
}

// BenchmarkRun times handing over.
func BenchmarkRun(b *testing.B) {
	b.Run("pieces=2", func(b *testing.B) {
		var job Job = empty{}
		for b.Loop() {
			Run(job, 2)
		}
	})
}
