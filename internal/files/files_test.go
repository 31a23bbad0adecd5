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
