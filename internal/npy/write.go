// This file writes one array.

package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Write writes an array in .npy format, version 1.0, the same bytes as
// numpy.save writes. data is a []byte, []float32 or []float64 in C order; it
// is an error if its length is not the product of shape, or if shape has more
// than 64 dimensions.
func Write(w io.Writer, shape []int, data any) error {
	if err := checkArray(shape, data); err != nil {
		return fmt.Errorf("npy: write: %w", err)
	}
	if err := write(w, shape, data); err != nil {
		return fmt.Errorf("npy: write: %w", err)
	}
	return nil
}

// describe returns the type and the number of the elements in data.
func describe(data any) (descr string, count int, err error) {
	switch data := data.(type) {
	case []byte:
		return descrByte, len(data), nil
	case []float32:
		return descrFloat32, len(data), nil
	case []float64:
		return descrFloat64, len(data), nil
	}
	return "", 0, fmt.Errorf("data %T, want []byte, []float32 or []float64", data)
}

// checkArray reports why an array cannot be written.
func checkArray(shape []int, data any) error {
	descr, got, err := describe(data)
	if err != nil {
		return err
	}
	want, err := countItems(shape, itemSizes[descr], math.MaxInt)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%d elements, want %d for shape %s", got, want, tuple(shape))
	}
	return nil
}

// write writes an array that checkArray has passed.
func write(w io.Writer, shape []int, data any) error {
	descr, _, err := describe(data)
	if err != nil {
		return err
	}
	if _, err := w.Write(formatHeader(descr, shape)); err != nil {
		return err
	}
	return writeData(w, data)
}

// writeData writes elements of one of the types that describe knows.
func writeData(w io.Writer, data any) (err error) {
	switch data := data.(type) {
	case []float32:
		return writeItems(w, data, 4, func(dst []byte, src []float32) {
			for i, v := range src {
				binary.LittleEndian.PutUint32(dst[4*i:], math.Float32bits(v))
			}
		})
	case []float64:
		return writeItems(w, data, 8, func(dst []byte, src []float64) {
			for i, v := range src {
				binary.LittleEndian.PutUint64(dst[8*i:], math.Float64bits(v))
			}
		})
	case []byte:
		_, err = w.Write(data)
	}
	return err
}

// writeItems writes elements of size bytes. encode turns the elements in src
// into the bytes in dst.
func writeItems[T any](w io.Writer, items []T, size int, encode func(dst []byte, src []T)) error {
	buffer := make([]byte, min(len(items)*size, bufferSize))
	for len(items) > 0 {
		n := min(len(items), len(buffer)/size)
		dst := buffer[:n*size]
		encode(dst, items[:n])
		if _, err := w.Write(dst); err != nil {
			return err
		}
		items = items[n:]
	}
	return nil
}
