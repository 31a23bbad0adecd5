package files

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLockDir(t *testing.T) {
	dir := t.TempDir()
	lock, err := LockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := LockDir(dir); err == nil || err.Error() != dir+": another stackedae is writing there: wait for it, or name another folder" {
		t.Errorf("locked twice: error %v", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	// What is left of a process that was killed is no lock.
	if err := os.WriteFile(filepath.Join(dir, lockName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if lock, err = LockDir(dir); err != nil {
		t.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, err := LockDir(filepath.Join(dir, "none")); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("no folder: error %v", err)
	}
}

// TestLockIsExclusive has many take and give back the lock, whose file comes and goes:
// never do two have it.
func TestLockIsExclusive(t *testing.T) {
	dir := t.TempDir()
	var holders atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for had := 0; had < 100; {
				lock, err := LockDir(dir)
				if err != nil {
					runtime.Gosched()
					continue
				}
				had++
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d have the lock", n)
				}
				time.Sleep(50 * time.Microsecond)
				holders.Add(-1)
				if err := lock.Unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}
