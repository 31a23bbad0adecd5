package main

import (
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
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
	command := func(args ...string) *exec.Cmd {
		t.Helper()
		cmd := exec.Command(program, args...)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("stackedae %v: %v, %s", args, err, text)
		}
		return cmd
	}
	command("train", "--data", "data", "--hidden", "4,2", "--epochs", "1", "--quiet")
	const limit = 128 << 10 // kB
	for _, n := range []int{10_000, 250_000} {
		mkzeros(check, "images.npy", []int{n, 784}, false)
		encoded := command("encode", "--images", "images.npy", "--out", "codes", "--codes-only")
		if peak := encoded.ProcessState.SysUsage().(*syscall.Rusage).Maxrss; peak > limit {
			t.Errorf("%d images of 784 bytes: %d kB of memory, want at most %d", n, peak, limit)
		}
	}
}
