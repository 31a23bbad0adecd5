//go:build unix

package parallel

import (
	"syscall"
	"time"
)

// window is over how long an account compares. The time of a goroutine on
// another processor may be known only up to its last tick, 4 ms ago or 10.
const window = 30 * time.Millisecond

// processorTime returns how long the program's threads have run on processors.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return unknown()
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
