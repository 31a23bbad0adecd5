// Package npy reads and writes numpy's files: .npy, one array, and .npz, a zip
// of such arrays.
//
// The format is numpy's, as the module numpy.lib.format describes it
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
// Arrays of bytes, float32, float64, int32 and int64, little-endian and in either
// order, are read in the versions 1, 2 and 3 of the format. Those of bytes and
// floats are written, in C order and version 1, the same bytes as numpy.save
// writes. Every other type and big-endian numbers are refused by name.
//
// A file may come from anywhere, so what a header claims is compared with what
// the file holds before memory is taken. That is why the package exists: npyio
// v0.14.0 panics on some hostile headers and believes the sizes that they claim.
package npy

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// MaxData is the largest size of an array's data in bytes that is read, 1 GiB:
// 20 times the 70,000 images of Fashion-MNIST as bytes.
const MaxData = 1 << 30

// maxDims is the largest number of dimensions, numpy's NPY_MAXDIMS since 2.0.
const maxDims = 64

// The types of elements, as headers name them.
const (
	descrByte    = "|u1"
	descrFloat32 = "<f4"
	descrFloat64 = "<f8"
	descrInt32   = "<i4"
	descrInt64   = "<i8"
)

// wantDescr lists them for messages.
var wantDescr = fmt.Sprintf("want %q, %q, %q, %q or %q", descrByte, descrFloat32, descrFloat64, descrInt32, descrInt64)

// itemSizes are their sizes in bytes.
var itemSizes = map[string]int{descrByte: 1, descrFloat32: 4, descrFloat64: 8, descrInt32: 4, descrInt64: 8}

// An Array is an n-dimensional array.
type Array struct {
	// Shape is the size of each dimension. An array without dimensions has one
	// element.
	Shape []int
	// Data is a []byte, []float32 or []float64 of as many elements as the
	// product of Shape, in C order: the last index runs fastest. Integers in a file
	// become float64, which hold them exactly.
	Data any
}

// Float32s returns the elements as float32: Data itself if it is a []float32,
// otherwise a converted copy, in which float64 are rounded to nearest and bytes
// are 0 to 255.
func (a *Array) Float32s() []float32 { return numbers[float32](a.Data) }

// Float64s returns the elements as float64: Data itself if it is a []float64,
// otherwise a converted copy, in which bytes are 0 to 255.
func (a *Array) Float64s() []float64 { return numbers[float64](a.Data) }

func numbers[T float32 | float64](data any) []T {
	switch data := data.(type) {
	case []T:
		return data
	case []byte:
		return convert[T](data)
	case []float32:
		return convert[T](data)
	case []float64:
		return convert[T](data)
	}
	panic(fmt.Sprintf("npy: Array.Data is %T, want []byte, []float32 or []float64", data))
}

func convert[To, From byte | float32 | float64](from []From) []To {
	to := make([]To, len(from))
	for i, v := range from {
		to[i] = To(v)
	}
	return to
}

// countItems returns the number of elements of an array of the given shape,
// each of itemSize bytes, or an error if there are too many dimensions or more
// than limit bytes. Zeros are left out of the comparison, so that the product
// of any dimensions fits an int.
func countItems(shape []int, itemSize, limit int) (int, error) {
	if len(shape) > maxDims {
		return 0, fmt.Errorf("shape of %d dimensions, want at most %d", len(shape), maxDims)
	}
	count, empty := 1, false
	for _, d := range shape {
		switch {
		case d < 0:
			return 0, fmt.Errorf("shape %s, want no negative dimension", tuple(shape))
		case d == 0:
			empty = true
		case d > limit/itemSize/count:
			return 0, fmt.Errorf("shape %s of %d-byte elements, want at most %d bytes", tuple(shape), itemSize, limit)
		default:
			count *= d
		}
	}
	if empty {
		return 0, nil
	}
	return count, nil
}

// tuple formats a shape as Python does: (), (3,) or (3, 4).
func tuple(shape []int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, d := range shape {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Itoa(d))
	}
	if len(shape) == 1 {
		b.WriteByte(',')
	}
	b.WriteByte(')')
	return b.String()
}

// descrNames tell a reader what a type's letter means.
var descrNames = map[byte]string{
	'b': "boolean", 'i': "signed integer", 'u': "unsigned integer",
	'f': "float", 'c': "complex number", 'O': "Python object",
	'S': "byte string", 'U': "string", 'V': "raw data",
	'M': "date", 'm': "time difference",
}

// checkDescr refuses the types that are not read.
func checkDescr(descr string) error {
	switch {
	case itemSizes[descr] > 0:
		return nil
	case len(descr) < 2:
		return fmt.Errorf("dtype %q, %s", descr, wantDescr)
	case descr[0] == '>':
		return fmt.Errorf("dtype %q (big-endian), %s", descr, wantDescr)
	}
	if name := descrNames[descr[1]]; name != "" {
		return fmt.Errorf("dtype %q (%s), %s", descr, name, wantDescr)
	}
	return fmt.Errorf("dtype %q, %s", descr, wantDescr)
}

var errStructured = errors.New("structured dtype, " + wantDescr)
