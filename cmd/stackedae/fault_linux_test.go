package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stackedae/model"
)

// TestRealFaults has the system itself refuse: files that become too large, a disk
// that is full, and a folder without permission. What was there before stays.
func TestRealFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a few times")
	}
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil { // for a user who is nobody
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "stackedae")
	copyFile(t, program)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	writeTinyData(check, data, "")
	train := func(out string, more ...string) []string {
		return append([]string{program, "train", "--data", data, "--epochs", "1", "--quiet", "--out", out}, more...)
	}
	const mounted = "stackedae-test-tmpfs"
	for _, c := range []struct {
		name    string
		prepare func(out string) bool // false if it cannot be had here
		wrap    func(cmd *exec.Cmd)
		want    string
	}{
		{"a limit of 64 or 128 kB a file", func(string) bool { return true }, func(cmd *exec.Cmd) {
			cmd.Path, cmd.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -f 128 && exec "$0" "$@"`}, cmd.Args...)
		}, "checkpoints/step-000000002.safetensors: file too large"},
		{"a full disk", func(out string) bool {
			if err := syscall.Mount(mounted, out, "tmpfs", 0, "size=400k"); err != nil {
				t.Logf("no full disk: %v", err)
				return false
			}
			t.Cleanup(func() { syscall.Unmount(out, 0) })
			return true
		}, func(*exec.Cmd) {}, "checkpoints/step-000000002.safetensors: no space left on device"},
		{"no permission", func(out string) bool { return os.Chmod(out, 0o555) == nil }, func(cmd *exec.Cmd) {
			if os.Geteuid() == 0 {
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			}
		}, "permission denied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := filepath.Join(dir, strings.ReplaceAll(c.name, " ", "-"))
			check(os.Mkdir(out, 0o755))
			if !c.prepare(out) {
				t.Skip("not on this system")
			}
			if !strings.HasPrefix(c.name, "no permission") {
				run := exec.Command(program, train(out, "--hidden", "4,2")[1:]...) // small enough
				if text, err := run.CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, text)
				}
			}
			before := content(t, out)
			args := train(out, "--hidden", "100,30")
			cmd := exec.Command(args[0], args[1:]...)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			c.wrap(cmd)
			err := cmd.Run()
			text := stderr.String()
			if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != failure || !strings.HasSuffix(text, c.want+"\n") || strings.Count(text, "\n") != 1 {
				t.Errorf("ended with %v, standard error %q, want status 1 and %q", err, text, c.want)
			}
			after := content(t, out)
			for name, data := range before {
				if after[name] != data {
					t.Errorf("%s has changed or is gone", name)
				}
			}
			for name := range after {
				if _, ok := before[name]; !ok {
					t.Errorf("%s is left", name)
				}
			}
		})
	}
}

// TestUnreadableFolder writes into folders that the user may write to but not list:
// they cannot be synced, nor can the one above a new folder.
func TestUnreadableFolder(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program a few times")
	}
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil { // for a user who is nobody
			t.Fatal(err)
		}
	}
	program, data := filepath.Join(dir, "stackedae"), filepath.Join(dir, "data")
	copyFile(t, program)
	writeTinyData(func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}, data, "")
	drop := filepath.Join(dir, "drop")
	if err := os.Mkdir(drop, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(drop, 0o333); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{drop, drop, filepath.Join(drop, "new")} { // a second time what is there is replaced
		cmd := exec.Command(program, "train", "--data", data, "--hidden", "4,2", "--epochs", "2", "--quiet", "--out", out)
		if os.Geteuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		if text, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(text), "wrote ") {
			t.Errorf("%s: %v, %s", out, err, text)
		}
		for _, file := range []string{modelFile, "checkpoints/step-000000004.safetensors"} {
			if _, err := model.Load(filepath.Join(out, file)); err != nil {
				t.Error(err)
			}
		}
	}
	if err := os.Chmod(drop, 0o755); err != nil { // to be removed
		t.Fatal(err)
	}
}

// TestFullStandardOutput prints to a full disk.
func TestFullStandardOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	defer full.Close()
	for _, args := range [][]string{{"--help"}, {"train", "--help"}, {"summary"}} {
		var stderr strings.Builder
		const want = "stackedae: write /dev/full: no space left on device\n"
		if status := run(args, full, &stderr); status != failure || stderr.String() != want {
			t.Errorf("%v: status %d, %q, want %d, %q", args, status, stderr.String(), failure, want)
		}
	}
}

// copyFile copies the test's program, which TestMain makes be stackedae by its name, to
// where anybody can run it.
func copyFile(t *testing.T, to string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, from); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
