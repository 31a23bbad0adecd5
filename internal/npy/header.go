// This file reads and writes the header of a .npy file.
//
// A file starts with "\x93NUMPY", the version (two bytes), and the length of
// what follows up to the data: 16 bits in version 1, 32 in versions 2 and 3,
// little-endian. What follows is a Python dict with the keys descr,
// fortran_order and shape, in ASCII (version 3: UTF-8, which only the names of
// structured types need), filled up with spaces and ended by a newline.

package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const magic = "\x93NUMPY"

// maxHeader is the largest length of a header, that of version 1. Numpy itself
// refuses more than 10,000 bytes unless told otherwise.
const maxHeader = 1<<16 - 1

// A header is what the file says of its array.
type header struct {
	size  int64 // bytes before the data
	descr string
	shape []int
	count int // elements

	fortran bool // the first index runs fastest
}

// fileSize is the number of bytes that the file must have.
func (h *header) fileSize() int64 { return h.size + int64(h.count)*int64(itemSizes[h.descr]) }

// checkFileSize compares what the header claims with the size of its file.
func (h *header) checkFileSize(got uint64) error {
	if want := h.fileSize(); got != uint64(want) {
		return fmt.Errorf("file of %d bytes, want %d for %s", got, want, h)
	}
	return nil
}

// String describes the array for messages.
func (h *header) String() string { return fmt.Sprintf("shape %s of %q", tuple(h.shape), h.descr) }

// readHeader reads and checks everything before the data, of which there may be
// limit bytes.
func readHeader(r io.Reader, limit int) (*header, error) {
	prefix := make([]byte, len(magic)+2, len(magic)+2+4)
	if n, err := io.ReadFull(r, prefix); err != nil {
		return nil, shortError(int64(n), int64(len(prefix)), "magic and version", err)
	}
	if got := string(prefix[:len(magic)]); got != magic {
		return nil, fmt.Errorf("magic %q at offset 0, want %q", got, magic)
	}
	major, minor := prefix[len(magic)], prefix[len(magic)+1]
	if major < 1 || major > 3 || minor != 0 {
		return nil, fmt.Errorf("version %d.%d at offset %d, want 1.0, 2.0 or 3.0", major, minor, len(magic))
	}
	at := len(prefix)
	prefix = prefix[:at+2]
	if major > 1 {
		prefix = prefix[:at+4]
	}
	if n, err := io.ReadFull(r, prefix[at:]); err != nil {
		return nil, shortError(int64(at+n), int64(len(prefix)), "the header's length", err)
	}
	length := uint32(binary.LittleEndian.Uint16(prefix[at:]))
	if major > 1 {
		length = binary.LittleEndian.Uint32(prefix[at:])
	}
	if length > maxHeader {
		return nil, fmt.Errorf("header of %d bytes at offset %d, want at most %d", length, at, maxHeader)
	}
	text := make([]byte, length)
	if n, err := io.ReadFull(r, text); err != nil {
		return nil, shortError(int64(len(prefix)+n), int64(len(prefix)+len(text)), "the header", err)
	}
	h, err := parseHeader(string(text), len(prefix), limit)
	if err != nil {
		return nil, err
	}
	h.size = int64(len(prefix) + len(text))
	return h, nil
}

// parseHeader reads the dict in text, which starts at the given offset of the
// file, and checks that this package can read such an array of at most limit bytes.
func parseHeader(text string, offset, limit int) (*header, error) {
	p := &parser{text: text, offset: offset}
	h := new(header)
	seen := make(map[string]bool)
	p.want("{")
	for !p.accept("}") && p.err == nil {
		at := p.pos
		key := p.quoted()
		if seen[key] {
			p.failAt(at, fmt.Errorf("a second %q, want each key once", key))
		}
		seen[key] = true
		p.want(":")
		switch key {
		case "descr":
			h.descr = p.descr()
		case "fortran_order":
			h.fortran = p.boolean()
		case "shape":
			h.shape = p.tuple()
		default:
			p.failAt(at, fmt.Errorf("key %q, want descr, fortran_order and shape", key))
		}
		if !p.accept(",") {
			p.want("}")
			break
		}
	}
	p.end()
	if p.err != nil {
		return nil, p.err
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return nil, fmt.Errorf("header at offset %d has no %q, want descr, fortran_order and shape", offset, key)
		}
	}
	if err := checkDescr(h.descr); err != nil {
		return nil, err
	}
	var err error
	h.count, err = countItems(h.shape, itemSizes[h.descr], limit)
	if err != nil {
		return nil, err
	}
	return h, nil
}

// growthDigits is the room in characters that numpy leaves for the first
// dimension, so that a file can grow in place (its GROWTH_AXIS_MAX_DIGITS: no
// array is longer than 8*2^64-1 bits).
const growthDigits = len("147573952589676412927")

// alignment of the data, in bytes from the start of the file (numpy's
// ARRAY_ALIGN).
const alignment = 64

// formatHeader returns the bytes before the data as numpy writes them in
// version 1.
func formatHeader(descr string, shape []int) []byte {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, tuple(shape))
	if len(shape) > 0 {
		dict += strings.Repeat(" ", growthDigits-len(strconv.Itoa(shape[0])))
	}
	// Numpy fills an already aligned header with 64 spaces, not with none.
	unpadded := len(magic) + 2 + 2 + len(dict) + 1
	dict += strings.Repeat(" ", alignment-unpadded%alignment) + "\n"

	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	return append(b, dict...)
}
