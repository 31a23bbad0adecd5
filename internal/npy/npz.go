// This file reads and writes .npz files: zip archives with a file NAME.npy for
// each array NAME, as numpy.savez and numpy.savez_compressed make them.

package npy

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"stackedae/internal/files"
)

// suffix of an array's name in the archive.
const suffix = ".npy"

// An NPZ is an open .npz file.
type NPZ struct {
	name  string   // for messages: "npy: " and the path, or "npy"
	file  *os.File // nil after NewNPZ
	files []*zip.File
}

// OpenNPZ opens the .npz file at path, which must be a regular file. The caller
// closes it.
func OpenNPZ(path string) (*NPZ, error) {
	name := "npy: " + path
	f, size, err := files.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	z, err := newNPZ(name, f, size)
	if err != nil {
		f.Close()
		return nil, err
	}
	z.file = f
	return z, nil
}

// NewNPZ opens the .npz file of size bytes that r holds. It need not be closed.
func NewNPZ(r io.ReaderAt, size int64) (*NPZ, error) { return newNPZ("npy", r, size) }

func newNPZ(name string, r io.ReaderAt, size int64) (*NPZ, error) {
	archive, err := zip.NewReader(r, size)
	// Entries are never written to disk, so their names need not be safe paths.
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("%s: want a .npz file: %w", name, err)
	}
	return &NPZ{name: name, files: archive.File}, nil
}

// Close closes the file that OpenNPZ opened.
func (z *NPZ) Close() error {
	if z.file == nil {
		return nil
	}
	return z.file.Close()
}

// Names returns the names of the arrays in the order of the archive.
func (z *NPZ) Names() []string {
	var names []string
	for _, f := range z.files {
		if name, ok := strings.CutSuffix(f.Name, suffix); ok {
			names = append(names, name)
		}
	}
	return names
}

// Read returns the array with the given name: "arr_0" is the archive's file
// arr_0.npy. Other files are not looked at. What [Read] refuses is refused
// here, and so are a name that is there twice, and sizes or checksums in the
// archive that are not those of the array.
func (z *NPZ) Read(name string) (*Array, error) {
	a, err := z.read(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", z.name, err)
	}
	return a, nil
}

func (z *NPZ) read(name string) (a *Array, err error) {
	err = z.open(name, func(h *header, r io.Reader) error {
		a, err = h.readToEnd(r)
		return err
	})
	return a, err
}

// Shape returns the size of each dimension of the array with the given name, without
// reading its elements. Read may find later that they are not there.
func (z *NPZ) Shape(name string) (shape []int, err error) {
	err = z.open(name, func(h *header, r io.Reader) error {
		shape = h.shape
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", z.name, err)
	}
	return shape, nil
}

// open finds an array and calls do with its header and what comes behind it.
func (z *NPZ) open(name string, do func(*header, io.Reader) error) error {
	var found *zip.File
	for _, f := range z.files {
		if f.Name != name+suffix {
			continue
		}
		if found != nil {
			return fmt.Errorf("array %q is there twice, want it once", name)
		}
		found = f
	}
	if found == nil {
		return fmt.Errorf("no array %q, want %s", name, listNames(z.Names()))
	}
	if err := openEntry(found, do); err != nil {
		return fmt.Errorf("array %q: %w", name, err)
	}
	return nil
}

// openEntry opens a file of the archive. What the archive says of its size has
// to fit the array's header, but neither is known to be true until the file
// has been unpacked, so memory is taken as bytes arrive.
func openEntry(f *zip.File, do func(*header, io.Reader) error) error {
	if f.Flags&1 != 0 { // APPNOTE.TXT section 4.4.4
		return errors.New("encrypted, want it in the clear")
	}
	if f.Method != zip.Store && f.Method != zip.Deflate {
		return fmt.Errorf("compression method %d, want %d (stored) or %d (deflated)", f.Method, zip.Store, zip.Deflate)
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	h, err := readHeader(r, MaxData)
	if err != nil {
		return err
	}
	if err := h.checkFileSize(f.UncompressedSize64); err != nil {
		return err
	}
	return do(h, r)
}

// listNames says which arrays there are, the first eight by name.
func listNames(names []string) string {
	if len(names) == 0 {
		return "a file with arrays: it has none"
	}
	const most = 8
	list := fmt.Sprintf("one of its %d: %q", len(names), names[:min(len(names), most)])
	if len(names) > most {
		list += " …"
	}
	return list
}

// An Entry is a named array to be written.
type Entry struct {
	Name string
	Array
}

// epoch is the date of every entry, the earliest that a zip archive can have
// and the one that numpy.savez gives.
var epoch = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)

// WriteNPZ writes the arrays in their order, uncompressed. Equal arrays give
// equal bytes. A name that is empty or comes twice, or an array that [Write]
// refuses, is an error, and nothing is written.
func WriteNPZ(w io.Writer, entries []Entry) error {
	seen := make(map[string]bool)
	for i, e := range entries {
		if e.Name == "" {
			return fmt.Errorf("npy: write: array %d has no name, want one", i)
		}
		if seen[e.Name] {
			return fmt.Errorf("npy: write: array %q is there twice, want it once", e.Name)
		}
		seen[e.Name] = true
		if err := checkArray(e.Shape, e.Data); err != nil {
			return fmt.Errorf("npy: write: array %q: %w", e.Name, err)
		}
	}
	archive := zip.NewWriter(w)
	for _, e := range entries {
		f, err := archive.CreateHeader(&zip.FileHeader{Name: e.Name + suffix, Method: zip.Store, Modified: epoch})
		if err == nil {
			err = write(f, e.Shape, e.Data)
		}
		if err != nil {
			return fmt.Errorf("npy: write: array %q: %w", e.Name, err)
		}
	}
	if err := archive.Close(); err != nil {
		return fmt.Errorf("npy: write: %w", err)
	}
	return nil
}
