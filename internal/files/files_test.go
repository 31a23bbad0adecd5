package files

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("12345"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(file, 5); err != nil || string(got) != "12345" {
		t.Errorf("Read = %q, %v", got, err)
	}
	cases := map[string]struct {
		path string
		want string
	}{
		"missing": {filepath.Join(dir, "none"), "no such file"},
		"folder":  {dir, "is no regular file"},
		"large":   {file, "5 bytes, want at most 4"},
	}
	if runtime.GOOS != "windows" {
		zero := filepath.Join(dir, "zero")
		if err := os.Symlink("/dev/zero", zero); err != nil {
			t.Fatal(err)
		}
		cases["endless device"] = struct{ path, want string }{zero, "is no regular file"}
	}
	for name, c := range cases {
		data, err := Read(c.path, 4)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: error %v, want one with %q and without the path", name, err, c.want)
		}
		if data != nil {
			t.Errorf("%s: data beside the error", name)
		}
	}
	if _, err := Read(filepath.Join(dir, "none"), 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: error %v, want fs.ErrNotExist in it", err)
	}
}

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
		if err := Write(link, []byte("new")); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != "new" {
			t.Errorf("through a link: %q, %v, want new", got, err)
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
