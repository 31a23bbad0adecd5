package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// TestEncodeKeepsLittle encodes files of images of which the longer alone takes more
// memory than the program may.
func TestEncodeKeepsLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector and an emulator take memory too")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "stackedae")
	copyFile(t, program)
	writeTinyData(check, "data", "")
	peakOf := func(args ...string) (peak int) {
		t.Helper()
		cmd := exec.Command(program, args...)
		var output bytes.Buffer
		cmd.Stdout, cmd.Stderr = &output, &output
		check(cmd.Start())
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for {
			peak = max(peak, highWater(cmd.Process.Pid))
			select {
			case err := <-ended:
				if err != nil || peak == 0 {
					t.Fatalf("stackedae %v: %v, peak %d kB, %s", args, err, peak, &output)
				}
				return peak
			case <-time.After(time.Millisecond):
			}
		}
	}
	peakOf("train", "--data", "data", "--hidden", "4,2", "--epochs", "1", "--quiet")
	const limit = 128 << 10 // kB
	for _, n := range []int{10_000, 250_000} {
		mkzeros(check, "images.npy", []int{n, 784}, false)
		if peak := peakOf("encode", "--images", "images.npy", "--out", "codes", "--codes-only"); peak > limit {
			t.Errorf("%d images of 784 bytes: %d kB of memory, want at most %d", n, peak, limit)
		}
	}
}

// highWater returns the most memory in kB that a running process has had, or 0 if it
// has ended. Rusage.Maxrss would not do: it begins with that of the process that made
// it, this one.
func highWater(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // not there any more
	m := regexp.MustCompile(`VmHWM:\s*(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kB, _ := strconv.Atoi(string(m[1])) // digits
	return kB
}
