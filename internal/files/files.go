// Package files opens files from outside with care, writes files whole and locks
// folders.
package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Open opens a regular file and returns its size. A pipe would wait for a
// writer and a device would never end, so they are refused before they are
// opened. Its errors do not name the path: the caller does.
func Open(path string) (*os.File, int64, error) {
	size, err := regularSize(os.Stat(path))
	if err != nil {
		return nil, 0, err
	}
	f, err := os.Open(path)
	return f, size, Reason(err)
}

// OpenFS is Open for a file of fsys.
func OpenFS(fsys fs.FS, name string) (fs.File, int64, error) {
	size, err := regularSize(fs.Stat(fsys, name))
	if err != nil {
		return nil, 0, err
	}
	f, err := fsys.Open(name)
	return f, size, Reason(err)
}

func regularSize(info fs.FileInfo, err error) (int64, error) {
	if err != nil {
		return 0, Reason(err)
	}
	if !info.Mode().IsRegular() {
		return 0, errors.New("is no regular file, want one")
	}
	return info.Size(), nil
}

// Read returns the content of a regular file of at most limit bytes. Its
// errors do not name the path.
func Read(path string, limit int64) ([]byte, error) {
	f, size, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > limit {
		return nil, fmt.Errorf("%d bytes, want at most %d", size, limit)
	}
	// Not more than was announced, should the file grow meanwhile.
	data, err := io.ReadAll(io.LimitReader(f, size))
	return data, Reason(err)
}

// equal reports whether two regular files hold the same bytes, of which it keeps few
// in memory. If a is not there they do not.
func equal(a, b string) (bool, error) {
	f, size, err := Open(a)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	g, otherSize, err := Open(b)
	if err != nil {
		return false, err
	}
	defer g.Close()
	if size != otherSize {
		return false, nil
	}
	const piece = 1 << 16
	x, y := make([]byte, piece), make([]byte, piece)
	for {
		n, err := io.ReadFull(f, x)
		m, otherErr := io.ReadFull(g, y)
		if !bytes.Equal(x[:n], y[:m]) {
			return false, nil
		}
		for _, err := range []error{err, otherErr} {
			switch {
			case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
				return true, nil
			case err != nil:
				return false, err
			}
		}
	}
}

// Reason strips the operation and the path, which the caller tells better,
// from an error of package os or io/fs.
func Reason(err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}
