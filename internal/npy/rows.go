// This file reads and writes an array a few rows at a time, so that it may be larger
// than the memory.

package npy

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"stackedae/internal/files"
)

// Rows is an open .npy file whose array is read by rows: the elements that have the
// same first index.
type Rows struct {
	name   string // for messages: "npy: " and the path, or "npy"
	file   *os.File
	data   io.ReaderAt
	header *header
}

// maxRows is the largest size of an array in bytes that is read by rows: what a
// header before it leaves of an int.
const maxRows = math.MaxInt - (1 << 17)

// OpenRows opens the .npy file at path, which must be a regular file and hold exactly
// what its header says. The array has at least one dimension and any length; for the
// rest [Read] says what is refused. The caller closes the file.
func OpenRows(path string) (*Rows, error) {
	f, size, err := files.Open(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	r, err := newRows("npy: "+path, f, size)
	if err != nil {
		f.Close()
		return nil, err
	}
	r.file = f
	return r, nil
}

// NewRows opens the .npy file of size bytes that data holds. It need not be closed.
func NewRows(data io.ReaderAt, size int64) (*Rows, error) { return newRows("npy", data, size) }

func newRows(name string, data io.ReaderAt, size int64) (*Rows, error) {
	h, err := readHeader(io.NewSectionReader(data, 0, size), maxRows)
	if err == nil {
		err = h.checkFileSize(uint64(size))
	}
	if err == nil && len(h.shape) == 0 {
		err = errors.New("shape (), want rows")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Rows{name: name, data: data, header: h}, nil
}

// Close closes the file that OpenRows opened.
func (r *Rows) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// Shape returns the size of each dimension of the whole array, the number of rows
// first.
func (r *Rows) Shape() []int { return r.header.shape }

// Read returns the n rows from the row first on, which must be there and of at most
// [MaxData] bytes, as an array of as many dimensions as the whole. The rows of an
// array in Fortran order lie in a piece for every column.
func (r *Rows) Read(first, n int) (*Array, error) {
	a, err := r.read(first, n)
	if err != nil {
		return nil, fmt.Errorf("%s: rows from %d on: %w", r.name, first, err)
	}
	return a, nil
}

func (r *Rows) read(first, n int) (*Array, error) {
	all := r.header
	if first < 0 || n < 0 || first > all.shape[0]-n {
		return nil, fmt.Errorf("%d rows, want them among the %d there are", n, all.shape[0])
	}
	piece := *all
	piece.shape = append([]int{n}, all.shape[1:]...)
	var err error
	size := itemSizes[all.descr]
	if piece.count, err = countItems(piece.shape, size, MaxData); err != nil {
		return nil, err
	}
	if piece.count == 0 {
		return piece.readArray(nil, 0)
	}
	// A run is what lies together in the file of the rows: all, or a column.
	rows, width := all.shape[0], all.count/all.shape[0]
	data := &runs{data: r.data, stride: int64(rows * size)}
	if all.fortran {
		width = 1
	}
	data.at, data.length = all.size+int64(first*width*size), int64(n*width*size)
	a, err := piece.readArray(data, piece.count)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("the file has become shorter, want %d bytes for %s: %w", all.fileSize(), all, io.ErrUnexpectedEOF)
	}
	return a, err
}

// runs reads pieces of a file that are of one length and begin at one distance from
// each other, without an end.
type runs struct {
	data           io.ReaderAt
	at             int64 // where a piece begins
	length, stride int64
	done           int64 // bytes of the piece
}

func (r *runs) Read(b []byte) (int, error) {
	if r.done == r.length {
		r.at, r.done = r.at+r.stride, 0
	}
	n, err := r.data.ReadAt(b[:min(int64(len(b)), r.length-r.done)], r.at+r.done)
	r.done += int64(n)
	return n, err
}

// Writer writes an array a piece at a time.
type Writer[T byte | float32 | float64] struct {
	w           io.Writer
	shape       []int
	done, count int // elements
}

// NewWriter begins an array of the shape given, of which [Write] says what it must be,
// and the same bytes come out.
func NewWriter[T byte | float32 | float64](w io.Writer, shape []int) (*Writer[T], error) {
	descr, _, err := describe([]T(nil))
	if err != nil {
		return nil, fmt.Errorf("npy: write: %w", err)
	}
	count, err := countItems(shape, itemSizes[descr], math.MaxInt)
	if err == nil {
		_, err = w.Write(formatHeader(descr, shape))
	}
	if err != nil {
		return nil, fmt.Errorf("npy: write: %w", err)
	}
	return &Writer[T]{w, shape, 0, count}, nil
}

// Append writes the next elements, in C order.
func (w *Writer[T]) Append(items []T) error {
	w.done += len(items)
	if w.done > w.count {
		return w.wrongCount()
	}
	if err := writeData(w.w, items); err != nil {
		return fmt.Errorf("npy: write: %w", err)
	}
	return nil
}

// Close returns an error unless the array is whole. What it was written to stays open.
func (w *Writer[T]) Close() error {
	if w.done != w.count {
		return w.wrongCount()
	}
	return nil
}

func (w *Writer[T]) wrongCount() error {
	return fmt.Errorf("npy: write: %d elements, want %d for shape %s", w.done, w.count, tuple(w.shape))
}
