// This file reads one array.

package npy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"stackedae/internal/files"
)

// bufferSize is how many bytes are converted at a time.
const bufferSize = 1 << 16

// ReadFile returns the array in the .npy file at path, which must be a regular
// file and hold exactly what its header says. Read says what is refused.
func ReadFile(path string) (*Array, error) {
	a, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("npy: %s: %w", path, err)
	}
	return a, nil
}

func readFile(path string) (*Array, error) {
	f, size, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f, size)
}

// Read returns the array in .npy format that r holds. size is the number of
// bytes in r, and must be what the array's header calls for; then exactly so
// many are read. If size is negative, r is read to its end, which must come
// where the header says.
//
// Formats other than 1.0, 2.0 and 3.0, elements other than bytes, float32,
// float64, int32 and int64, integers beyond 2^53, big-endian numbers, more than 64
// dimensions or more than [MaxData] bytes are errors. Memory is taken for size bytes at once, or,
// if size is negative, as the bytes arrive.
func Read(r io.Reader, size int64) (*Array, error) {
	a, err := read(r, size)
	if err != nil {
		return nil, fmt.Errorf("npy: %w", err)
	}
	return a, nil
}

// read is Read with errors that do not say npy.
func read(r io.Reader, size int64) (*Array, error) {
	if size >= 0 {
		r = io.LimitReader(r, size)
	}
	h, err := readHeader(r, MaxData)
	if err != nil {
		return nil, err
	}
	if size < 0 {
		return h.readToEnd(r)
	}
	if err := h.checkFileSize(uint64(size)); err != nil {
		return nil, err
	}
	return h.readArray(r, h.count)
}

// readToEnd reads the data and wants r to end there. r may hold less than the
// header claims, so memory is taken as bytes arrive, from bufferSize elements on.
func (h *header) readToEnd(r io.Reader) (*Array, error) {
	a, err := h.readArray(r, min(h.count, bufferSize))
	if err != nil {
		return nil, err
	}
	switch _, err := io.ReadFull(r, make([]byte, 1)); {
	case err == nil:
		return nil, fmt.Errorf("goes on at offset %d, want the end after %s", h.fileSize(), h)
	case !errors.Is(err, io.EOF):
		return nil, fmt.Errorf("after %d bytes: %w", h.fileSize(), err)
	}
	return a, nil
}

// readArray reads the data, starting with room for that many elements.
func (h *header) readArray(r io.Reader, room int) (*Array, error) {
	a := &Array{Shape: h.shape}
	var err error
	switch h.descr {
	case descrByte:
		a.Data, err = readItems(r, h, room, func(dst, src []byte) { copy(dst, src) })
	case descrFloat32:
		a.Data, err = readItems(r, h, room, func(dst []float32, src []byte) {
			for i := range dst {
				dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(src[4*i:]))
			}
		})
	case descrFloat64:
		a.Data, err = readItems(r, h, room, func(dst []float64, src []byte) {
			for i := range dst {
				dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(src[8*i:]))
			}
		})
	case descrInt32:
		a.Data, err = readItems(r, h, room, func(dst []float64, src []byte) {
			for i := range dst {
				dst[i] = float64(int32(binary.LittleEndian.Uint32(src[4*i:])))
			}
		})
	case descrInt64:
		var beyond int64 // the last that float64 does not hold, as all up to 2^53
		a.Data, err = readItems(r, h, room, func(dst []float64, src []byte) {
			for i := range dst {
				v := int64(binary.LittleEndian.Uint64(src[8*i:]))
				if v < -1<<53 || v > 1<<53 {
					beyond = v
				}
				dst[i] = float64(v)
			}
		})
		if err == nil && beyond != 0 {
			err = fmt.Errorf("integer %d, want none beyond 2^53", beyond)
		}
	}
	if err != nil {
		return nil, err
	}
	if h.fortran {
		switch data := a.Data.(type) {
		case []byte:
			a.Data = rowMajor(data, h.shape)
		case []float32:
			a.Data = rowMajor(data, h.shape)
		case []float64:
			a.Data = rowMajor(data, h.shape)
		}
	}
	return a, nil
}

// rowMajor returns the elements of an array in Fortran order in C order.
func rowMajor[T any](data []T, shape []int) []T {
	ordered := make([]T, 0, len(data))
	index, at := make([]int, len(shape)), 0 // of the next element, and where it is
	for range data {
		ordered = append(ordered, data[at])
		stride := len(data)
		for d := len(shape) - 1; d >= 0; d-- {
			stride /= shape[d]
			index[d]++
			at += stride
			if index[d] < shape[d] {
				break
			}
			at -= index[d] * stride
			index[d] = 0
		}
	}
	return ordered
}

// readItems reads the elements that h claims. decode turns the bytes in src
// into the elements in dst.
func readItems[T any](r io.Reader, h *header, room int, decode func(dst []T, src []byte)) ([]T, error) {
	items := make([]T, 0, room)
	size := itemSizes[h.descr]
	buffer := make([]byte, min(h.count*size, bufferSize))
	for len(items) < h.count {
		lo := len(items)
		hi := min(h.count, lo+len(buffer)/size)
		src := buffer[:(hi-lo)*size]
		if n, err := io.ReadFull(r, src); err != nil {
			return nil, shortError(h.size+int64(lo*size+n), h.fileSize(), h.String(), err)
		}
		items = slices.Grow(items, hi-lo)[:hi]
		decode(items[lo:hi], src)
	}
	return items, nil
}

// shortError says why reading stopped after got bytes instead of the want bytes
// of what.
func shortError(got, want int64, what string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("ends after %d bytes, want %d for %s: %w", got, want, what, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("after %d bytes: %w", got, err)
}
