package files_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"stackedae/internal/faulty"
	"stackedae/internal/files"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := files.Write(file, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink("file", link); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, 0o640); err != nil {
			t.Fatal(err)
		}
		if err := files.Write(link, []byte("new")); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != "new" {
			t.Errorf("through a link: %q, %v, want new", got, err)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
			t.Errorf("permissions %v, %v, want them as they were", info.Mode(), err)
		}
	}
	for name, path := range map[string]string{"a folder": dir, "below a file": filepath.Join(file, "x"), "in no folder": filepath.Join(dir, "none", "x")} {
		if err := files.Write(path, []byte("x")); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: error %v, want one that begins with the path", name, err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "file" && e.Name() != "link" {
			t.Errorf("%s is left behind", e.Name())
		}
	}
}

// TestWriteWithFaults fails each operation of writing a file in turn: what was there
// before stays until the new file is whole, and nothing is left of that.
func TestWriteWithFaults(t *testing.T) {
	const operations = "[create chmod write sync close rename sync folder]"
	for _, ever := range []bool{false, true} {
		for fails := 1; ; fails++ {
			dir := t.TempDir()
			path := filepath.Join(dir, "file")
			if err := os.WriteFile(path, []byte("before"), 0o644); err != nil {
				t.Fatal(err)
			}
			d := &faulty.Disk{Fails: fails, Ever: ever}
			restore := files.Exchange(d)
			err := files.Write(path, []byte("after"))
			restore()
			got, readErr := os.ReadFile(path)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if len(d.Log) < fails {
				if err != nil || string(got) != "after" || fmt.Sprint(d.Log) != operations {
					t.Errorf("without a fault: %v, %q, operations %v, want %s", err, got, d.Log, operations)
				}
				break
			}
			place := d.Log[fails-1]
			if !errors.Is(err, faulty.Err) || !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("%s fails: error %v, want the fault's with the path", place, err)
			}
			if want := map[bool]string{false: "before", true: "after"}[place == "sync folder"]; string(got) != want {
				t.Errorf("%s fails: the file has %q, want %q", place, got, want)
			}
			entries, readErr := os.ReadDir(dir)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if len(entries) != 1 && !ever { // then not even what there is can be removed
				t.Errorf("%s fails: %v is left", place, entries)
			}
		}
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{".a.1.part", ".a.18446744073709551615.part", ".b.2.part", ".probe.3.part", ".a.part", "a.1.part", ".a.x.part", "a"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Sweep(dir, func(name string) bool { return name == "a" }); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if got, want := fmt.Sprint(left), "[.a.part .a.x.part .b.2.part a a.1.part]"; got != want {
		t.Errorf("left %s, want %s", got, want)
	}
	if err := files.Sweep(filepath.Join(dir, "none"), nil); err == nil || !strings.Contains(err.Error(), "none: no such file") {
		t.Errorf("no folder: error %v", err)
	}
}

func TestMkdirAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	d := &faulty.Disk{}
	defer files.Exchange(d)()
	for range 2 {
		if err := files.MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Errorf("%v, %v", info, err)
	}
	if fmt.Sprint(d.Log) != "[mkdir sync folder]" {
		t.Errorf("operations %v, want the folder above written once", d.Log)
	}
	file := filepath.Join(dir, "file")
	if err := files.Write(file, nil); err != nil {
		t.Fatal(err)
	}
	if err := files.MkdirAll(file); err == nil || !strings.Contains(err.Error(), file+": ") {
		t.Errorf("in the place of a file: error %v", err)
	}
}

// TestPending writes a file a piece at a time: what was there stays until Commit, and
// after Discard.
func TestPending(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	content := func() string {
		t.Helper()
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, e := range entries {
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			name, part := e.Name(), strings.HasSuffix(e.Name(), ".part")
			if part {
				name = "part"
			}
			all = append(all, name+" "+string(data))
		}
		return strings.Join(all, ", ")
	}
	long := strings.Repeat("x", 1<<16)
	for _, c := range []struct {
		before    string // "" for no file
		pieces    []string
		unchanged bool
		commit    bool
		after     string
	}{
		{"", []string{"a", "b"}, false, false, ""},
		{"", []string{"a", "b"}, false, true, "file ab"},
		{"ab", []string{"a", "b"}, true, true, "file ab"},
		{"ab", []string{"a", "c"}, false, false, "file ab"},
		{"ab", []string{"a", "c"}, false, true, "file ac"},
		{"ab", []string{"a", "b", "c"}, false, true, "file abc"},
		{long, []string{long}, true, true, "file " + long},
		{long + "a", []string{long, "a"}, true, true, "file " + long + "a"},
		{long + "a", []string{long, "b"}, false, true, "file " + long + "b"},
	} {
		os.Remove(path)
		if c.before != "" {
			if err := os.WriteFile(path, []byte(c.before), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		before := content()
		p, err := files.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range c.pieces {
			if _, err := p.Write([]byte(piece)); err != nil {
				t.Fatal(err)
			}
		}
		written := strings.Join(c.pieces, "")
		if got, want := content(), strings.TrimSuffix("part "+written+", "+before, ", "); got != want {
			t.Errorf("before Commit: %.100s, want %.100s", got, want)
		}
		if unchanged, err := p.Unchanged(); err != nil || unchanged != c.unchanged {
			t.Errorf("%.100s in the place of %.100s: unchanged %v, error %v", written, c.before, unchanged, err)
		}
		if c.commit {
			if err := p.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		p.Discard()
		if got := content(); got != c.after {
			t.Errorf("%.100s in the place of %.100s, committed %v: %.100s, want %.100s", written, c.before, c.commit, got, c.after)
		}
	}
}
