package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := Write(file, []byte("old")); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink("file", link); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, 0o640); err != nil {
			t.Fatal(err)
		}
		if err := Write(link, []byte("new")); err != nil {
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
		if err := Write(path, []byte("x")); err == nil || !strings.HasPrefix(err.Error(), path+": ") {
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

// faulty is a disk whose operation of a number fails, and with ever all after it.
type faulty struct {
	System
	n, fails int // the number of operations so far, and the one to fail, from 1
	ever     bool
	log      []string
}

var errFault = errors.New("this fault was put in")

func (f *faulty) next(name string) error {
	f.n++
	f.log = append(f.log, name)
	if f.n == f.fails || f.ever && f.n > f.fails {
		return errFault
	}
	return nil
}

func (f *faulty) Create(path string, perm fs.FileMode) (File, error) {
	if err := f.next("create"); err != nil {
		return nil, err
	}
	file, err := f.System.Create(path, perm)
	return &faultyFile{file, f}, err
}

func (f *faulty) Rename(from, to string) error {
	if err := f.next("rename"); err != nil {
		return err
	}
	return f.System.Rename(from, to)
}

func (f *faulty) Remove(path string) error {
	if err := f.next("remove"); err != nil {
		return err
	}
	return f.System.Remove(path)
}

func (f *faulty) SyncDir(path string) error {
	if err := f.next("sync folder"); err != nil {
		return err
	}
	return f.System.SyncDir(path)
}

// faultyFile is a file of a faulty disk. A write that fails has written half.
type faultyFile struct {
	File
	disk *faulty
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.disk.next("write"); err != nil {
		n, _ := f.File.Write(b[:len(b)/2])
		return n, err
	}
	return f.File.Write(b)
}

func (f *faultyFile) Chmod(perm fs.FileMode) error {
	if err := f.disk.next("chmod"); err != nil {
		return err
	}
	return f.File.Chmod(perm)
}

func (f *faultyFile) Sync() error {
	if err := f.disk.next("sync"); err != nil {
		return err
	}
	return f.File.Sync()
}

func (f *faultyFile) Close() error {
	return errors.Join(f.File.Close(), f.disk.next("close"))
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
			d := &faulty{fails: fails, ever: ever}
			restore := Exchange(d)
			err := Write(path, []byte("after"))
			restore()
			got, readErr := os.ReadFile(path)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if d.n < fails {
				if err != nil || string(got) != "after" || fmt.Sprint(d.log) != operations {
					t.Errorf("without a fault: %v, %q, operations %v, want %s", err, got, d.log, operations)
				}
				break
			}
			place := d.log[fails-1]
			if !errors.Is(err, errFault) || !strings.HasPrefix(err.Error(), path+": ") {
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
	for _, name := range []string{".a.1.part", ".a.18446744073709551615.part", ".b.2.part", ".a.part", "a.1.part", ".a.x.part", "a"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := Sweep(dir, func(name string) bool { return name == "a" }); err != nil {
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
	if !parts.MatchString(filepath.Base(partOf("dir/file"))) {
		t.Errorf("%s is no name that Sweep knows", partOf("dir/file"))
	}
	if err := Sweep(filepath.Join(dir, "none"), nil); err == nil || !strings.Contains(err.Error(), "none: no such file") {
		t.Errorf("no folder: error %v", err)
	}
}

func TestMkdirAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	d := &faulty{}
	defer Exchange(d)()
	for range 2 {
		if err := MkdirAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		t.Errorf("%v, %v", info, err)
	}
	if fmt.Sprint(d.log) != "[sync folder]" {
		t.Errorf("operations %v, want the folder above written once", d.log)
	}
	file := filepath.Join(dir, "file")
	if err := Write(file, nil); err != nil {
		t.Fatal(err)
	}
	if err := MkdirAll(file); err == nil || !strings.Contains(err.Error(), file+": ") {
		t.Errorf("in the place of a file: error %v", err)
	}
}
