// This file feeds the readers random bytes.

package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// addFiles seeds f with the files of testdata that match pattern, and more arguments.
func addFiles(f *testing.F, pattern string, more ...any) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		f.Fatalf("%d files %s in testdata, error %v, want some", len(paths), pattern, err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append([]any{b}, more...)...)
	}
}

// FuzzRead reads any bytes. What is accepted has to be read the same without a
// known size, and to survive being written and read again.
func FuzzRead(f *testing.F) {
	addFiles(f, "*.npy")
	for _, c := range readerErrors {
		f.Add(c.file)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		a, err := Read(bytes.NewReader(b), int64(len(b)))
		again, errAgain := Read(bytes.NewReader(b), -1)
		if (err == nil) != (errAgain == nil) {
			t.Fatalf("with size: error %v; without: %v", err, errAgain)
		}
		if err != nil {
			return
		}
		if d := diff(*a, *again); d != "" {
			t.Errorf("with and without size (-with +without):\n%s", d)
		}
		var written bytes.Buffer
		if err := Write(&written, a.Shape, a.Data); err != nil {
			t.Fatal(err)
		}
		again, err = Read(&written, int64(written.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if d := diff(*a, *again); d != "" {
			t.Errorf("written and read again (-want +got):\n%s", d)
		}
	})
}

// FuzzReadNPZ reads every array of any archive that opens. An array that is
// accepted has to be the same .npy file when the archive is unpacked without
// checks of ours.
func FuzzReadNPZ(f *testing.F) {
	addFiles(f, "*.npz")
	for _, c := range archiveErrors {
		f.Add(c.archive(f))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		z, err := NewNPZ(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for _, name := range z.Names() {
			a, err := z.Read(name)
			if err != nil {
				continue
			}
			archive, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range archive.File {
				if file.Name != name+".npy" {
					continue
				}
				r, err := file.Open()
				if err != nil {
					t.Fatal(err)
				}
				want, err := Read(r, -1)
				if err != nil {
					t.Fatalf("array %q is accepted in the archive and refused outside: %v", name, err)
				}
				if d := diff(*want, *a); d != "" {
					t.Errorf("array %q (-outside +in the archive):\n%s", name, d)
				}
			}
		}
	})
}

// FuzzRows reads any bytes by rows. It has to accept the arrays of at least one
// dimension that Read accepts, and no others, and to read the same.
func FuzzRows(f *testing.F) {
	addFiles(f, "*.npy", byte(1))
	for _, c := range readerErrors {
		f.Add(c.file, byte(1))
	}
	f.Fuzz(func(t *testing.T, b []byte, n byte) {
		if len(b) > 1<<16 {
			return
		}
		a, err := Read(bytes.NewReader(b), int64(len(b)))
		r, errRows := NewRows(bytes.NewReader(b), int64(len(b)))
		if errRows == nil && r.Shape()[0] > len(b) {
			return // rows of no elements would be read for long
		}
		var got Array
		if errRows == nil {
			got, errRows = inPieces(r, int(n)+1)
		}
		if err == nil && len(a.Shape) == 0 {
			err = errors.New("no rows")
		}
		if (err == nil) != (errRows == nil) {
			t.Fatalf("at once: error %v; by rows: %v", err, errRows)
		}
		if err != nil {
			return
		}
		if d := diff(*a, got); d != "" {
			t.Errorf("%d rows at a time (-at once +by rows):\n%s", int(n)+1, d)
		}
	})
}
