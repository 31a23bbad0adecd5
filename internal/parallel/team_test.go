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

// together is a job of two pieces, each of which waits for the other to begin: it
// takes a helper.
type together struct{ begun [2]atomic.Bool }

func (t *together) Piece(i int) {
	t.begun[i].Store(true)
	for !t.begun[1-i].Load() {
		runtime.Gosched()
	}
}

// TestTeamKeepsItsAccount wakes a helper again and again, and looks at its naps
// and at whether jobs end windows.
func TestTeamKeepsItsAccount(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	busy := team{wake: make(chan struct{}, 1)}
	for range 3 {
		busy.account.alone = 0
		before := clock()
		busy.account.began = before - window*3/2 // as if jobs had gone on since
		if !busy.run(new(together), 2) {
			t.Fatal("a job is refused")
		}
		if got := busy.account.began; got < before {
			t.Errorf("the window that began at %v goes on after %v of jobs, want a new one", got, clock()-got)
		}
		for busy.sleepers.Load() == 0 { // the helper's patience has an end
			runtime.Gosched()
		}
	}
	busy.naps.mutex.Lock()
	defer busy.naps.mutex.Unlock()
	if got := busy.naps.sleepers; got != 1 {
		t.Errorf("%d naps go on, want the helper's one", got)
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
