package parallel

import (
	"syscall"
	"time"
)

// window is over how long an account compares. Windows counts in ticks of 16 ms.
const window = 200 * time.Millisecond

// processorTime returns how long the program's threads have run on processors.
func processorTime() time.Duration {
	process, err := syscall.GetCurrentProcess()
	if err != nil {
		return unknown()
	}
	var creation, exit, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(process, &creation, &exit, &kernel, &user); err != nil {
		return unknown()
	}
	return ticks(kernel) + ticks(user)
}

// ticks returns a span of time that is counted in units of 100 ns.
func ticks(f syscall.Filetime) time.Duration {
	return 100 * time.Duration(uint64(f.HighDateTime)<<32|uint64(f.LowDateTime))
}
