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

// TestAccount keeps a team's account: what was waited for helpers beyond what
// they have saved makes the team refuse work, for longer and longer.
func TestAccount(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // no helper begins
	account := team{balance: credit}
	overdraw := func() { account.settle(0, clock()-2*credit, 1, 2) }
	work := func(worked time.Duration) { account.settle(worked, clock(), 2, 2) }
	wantPenalty := func(want time.Duration) {
		t.Helper()
		if account.penalty != want || account.balance != trial {
			t.Errorf("penalty %v and balance %v, want %v and %v", account.penalty, account.balance, want, trial)
		}
		if left := account.alone - clock(); left > want {
			t.Errorf("%v alone, want at most %v", left, want)
		}
	}

	account.helped.Store(int64(time.Millisecond))
	for range 10 { // a helper that does one of two pieces, and takes as long
		account.settle(time.Millisecond, clock()-time.Millisecond/2, 1, 2)
	}
	if account.alone != 0 || account.balance > credit {
		t.Errorf("saved as much as waited: alone until %v with a balance of %v, want no penalty and at most %v", account.alone, account.balance, credit)
	}
	for penalty := shortest; penalty <= longest; penalty *= 2 {
		overdraw()
		wantPenalty(penalty)
	}
	overdraw()
	wantPenalty(longest)
	for penalty := longest / 2; penalty >= shortest; penalty /= 2 {
		work(10 * account.penalty)
		overdraw()
		wantPenalty(penalty)
	}
	work(10 * account.penalty)
	overdraw()
	wantPenalty(shortest)

	if account.run(empty{}, 2) && clock() < account.alone {
		t.Error("a job is done with helpers before the penalty is over")
	}
	time.Sleep(account.alone - clock())
	if !account.run(empty{}, 2) {
		t.Error("a job is refused after the penalty")
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
