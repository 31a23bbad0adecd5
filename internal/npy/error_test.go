// This file feeds the reader files that lie and files of other kinds, and the
// writer arrays that are none.

package npy

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// file makes a version 1.0 file of the given dict and bytes of data.
func file(dict string, data ...byte) []byte {
	b := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(dict)))
	return append(append(b, dict...), data...)
}

// dict makes a header with 50 bytes before the shape's tuple.
func dict(descr, shape string) string {
	return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + "}"
}

// readerErrors are files with the error that is wanted in full, after "npy: ".
// The dict starts at offset 10.
var readerErrors = []struct {
	name string
	file []byte
	err  string
}{
	{"empty", nil, "ends after 0 bytes, want 8 for magic and version: unexpected EOF"},
	{"other kind of file", []byte("PK\x03\x04 a zip archive"), `magic "PK\x03\x04 a" at offset 0, want "\x93NUMPY"`},
	{"version 0", []byte("\x93NUMPY\x00\x00"), "version 0.0 at offset 6, want 1.0, 2.0 or 3.0"},
	{"version 1.1", []byte("\x93NUMPY\x01\x01"), "version 1.1 at offset 6, want 1.0, 2.0 or 3.0"},
	{"version 4", []byte("\x93NUMPY\x04\x00"), "version 4.0 at offset 6, want 1.0, 2.0 or 3.0"},
	{"no length", []byte("\x93NUMPY\x01\x00"), "ends after 8 bytes, want 10 for the header's length: unexpected EOF"},
	{"half a length", []byte("\x93NUMPY\x02\x00\x01\x00"), "ends after 10 bytes, want 12 for the header's length: unexpected EOF"},
	{"header longer than the file", []byte("\x93NUMPY\x01\x00\xff\xff{'descr'"), "ends after 18 bytes, want 65545 for the header: unexpected EOF"},
	{"header of 4 GB", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff"), "header of 4294967295 bytes at offset 8, want at most 65535"},
	{"header of 64 KiB", []byte("\x93NUMPY\x02\x00\x00\x00\x01\x00"), "header of 65536 bytes at offset 8, want at most 65535"},
	{"header of length 0", file(""), `header at offset 10: ends, want "{"`},
	{"garbage", file("\x00\xff garbage"), `header at offset 10: "\x00\xff garba", want "{"`},
	{"empty dict", file("{}"), `header at offset 10 has no "descr", want descr, fortran_order and shape`},
	{"no fortran_order", file("{'descr': '<f4', 'shape': (3,)}"), `header at offset 10 has no "fortran_order", want descr, fortran_order and shape`},
	{"no shape", file("{'descr': '<f4', 'fortran_order': False}"), `header at offset 10 has no "shape", want descr, fortran_order and shape`},
	{"key twice", file("{'shape': (3,), 'shape': (4,)}"), `header at offset 26: a second "shape", want each key once`},
	{"unknown key", file("{'dtype': '<f4'}"), `header at offset 11: key "dtype", want descr, fortran_order and shape`},
	{"no colon", file("{'descr' '<f4'}"), `header at offset 19: "'<f4'}", want ":"`},
	{"no comma", file("{'descr': '<f4' 'shape': (3,)}"), `header at offset 26: "'shape':", want "}"`},
	{"two commas", file("{'descr': '<f4',, 'shape': (3,)}"), `header at offset 26: ", 'shape", want a string`},
	{"dict not closed", file("{'descr': '<f4', "), `header at offset 27: ends, want a string`},
	{"string not closed", file("{'descr': '<f4"), "header at offset 24: ends, want the string's closing '"},
	{"string with an escape", file(`{'\x64escr': '<f4'}`), `header at offset 12: "\\x64escr", want a string without escapes`},
	{"code after the dict", file(dict("<f4", "(0,)") + " or exit()"), `header at offset 66: "or exit(", want the end`},
	{"fortran_order as a number", file("{'fortran_order': 0}"), `header at offset 28: "0}", want True or False`},
	{"descr as a number", file("{'descr': 4}"), `header at offset 20: "4}", want a string`},
	{"descr empty", file(dict("", "(3,)")), `dtype "", want "|u1", "<f4", "<f8", "<i4" or "<i8"`},
	{"descr unknown", file(dict("<g16", "(3,)")), `dtype "<g16", want "|u1", "<f4", "<f8", "<i4" or "<i8"`},
	{"array of arrays", file("{'descr': ('<f4', (2,))}"), "header at offset 20: structured dtype, want \"|u1\", \"<f4\", \"<f8\", \"<i4\" or \"<i8\""},
	{"shape as a number", file(dict("<f4", "3")), `header at offset 60: "3}", want "("`},
	{"shape as a number in parentheses", file(dict("<f4", "(3)")), `header at offset 62: ")}", want ","`},
	{"shape as a list", file(dict("<f4", "[3]")), `header at offset 60: "[3]}", want "("`},
	{"shape not closed", file(dict("<f4", "(3, 4")), `header at offset 65: "}", want ")"`},
	{"shape of a comma", file(dict("<f4", "(,)")), `header at offset 61: ",)}", want a dimension`},
	{"dimension negative", file(dict("<f4", "(-1,)")), `header at offset 61: "-1,)}", want a dimension`},
	{"dimension with a point", file(dict("<f4", "(3.0,)")), `header at offset 62: ".0,)}", want ","`},
	{"dimension in hexadecimal", file(dict("<f4", "(0x3,)")), `header at offset 62: "x3,)}", want ","`},
	{"dimension in octal", file(dict("<f4", "(017,)")), `header at offset 61: "017,)}", want a dimension`},
	{"dimension of 2^63", file(dict("|u1", "(9223372036854775808,)")), "header at offset 61: dimension of 19 digits, want one that fits an int"},
	{"65 dimensions", file(dict("|u1", "("+strings.Repeat("1,", 65)+")"), 0), "shape of 65 dimensions, want at most 64"},
	{"product of 2^64", file(dict("|u1", "(4294967296, 4294967296)")), "shape (4294967296, 4294967296) of 1-byte elements, want at most 1073741824 bytes"},
	{"bytes of 2^64", file(dict("<f8", "(2305843009213693952,)")), "shape (2305843009213693952,) of 8-byte elements, want at most 1073741824 bytes"},
	{"overflow hidden by a zero", file(dict("<f8", "(4294967296, 4294967296, 0)")), "shape (4294967296, 4294967296, 0) of 8-byte elements, want at most 1073741824 bytes"},
	{"overflow hidden by a zero before it", file(dict("<f8", "(0, 4294967296, 4294967296)")), "shape (0, 4294967296, 4294967296) of 8-byte elements, want at most 1073741824 bytes"},
	{"one row more than 1 GiB", file(dict("<f4", "(268435457,)")), "shape (268435457,) of 4-byte elements, want at most 1073741824 bytes"},
	{"claim of 1 GiB", file(dict("<f4", "(268435456,)"), 1, 2, 3), `file of 76 bytes, want 1073741897 for shape (268435456,) of "<f4"`},
	{"data cut", file(dict("|u1", "(2, 3)"), 1, 2, 3, 4, 5), `file of 72 bytes, want 73 for shape (2, 3) of "|u1"`},
	{"data too long", file(dict("|u1", "(2, 3)"), 1, 2, 3, 4, 5, 6, 7), `file of 74 bytes, want 73 for shape (2, 3) of "|u1"`},
	{"data where there is none", file(dict("<f8", "(0, 30)"), 1), `file of 69 bytes, want 68 for shape (0, 30) of "<f8"`},
}

func TestReaderErrors(t *testing.T) {
	for _, c := range readerErrors {
		t.Run(c.name, func(t *testing.T) {
			checkError(t, "npy: "+c.err, func() (*Array, error) {
				return Read(bytes.NewReader(c.file), int64(len(c.file)))
			})
		})
		// Without a size the same files are refused, if need be at their end.
		t.Run(c.name+", size unknown", func(t *testing.T) {
			want := "npy: " + c.err
			switch c.name {
			case "claim of 1 GiB":
				want = `npy: ends after 76 bytes, want 1073741897 for shape (268435456,) of "<f4": unexpected EOF`
			case "data cut":
				want = `npy: ends after 72 bytes, want 73 for shape (2, 3) of "|u1": unexpected EOF`
			case "data too long":
				want = `npy: goes on at offset 73, want the end after shape (2, 3) of "|u1"`
			case "data where there is none":
				want = `npy: goes on at offset 68, want the end after shape (0, 30) of "<f8"`
			}
			checkError(t, want, func() (*Array, error) { return Read(bytes.NewReader(c.file), -1) })
		})
	}
}

// checkError wants read to fail with the given error, to give no array, and to
// take little memory.
func checkError(t *testing.T, want string, read func() (*Array, error)) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a, err := read()
	runtime.ReadMemStats(&after)
	if err == nil || err.Error() != want {
		t.Errorf("got error  %v\nwant error %s", err, want)
	}
	if a != nil {
		t.Errorf("got an array of shape %v beside the error, want none", a.Shape)
	}
	if memory := after.TotalAlloc - before.TotalAlloc; memory > 1<<20 {
		t.Errorf("took %d bytes of memory, want at most 1 MiB", memory)
	}
}

// TestRefusedByType reads what numpy wrote and this package does not read.
func TestRefusedByType(t *testing.T) {
	for file, want := range map[string]string{
		"int64_beyond.npy":  "integer 9007199254740993, want none beyond 2^53",
		"big_endian_f4.npy": `dtype ">f4" (big-endian), want "|u1", "<f4", "<f8", "<i4" or "<i8"`,
		"big_endian_f8.npy": `dtype ">f8" (big-endian), want "|u1", "<f4", "<f8", "<i4" or "<i8"`,
		"bool.npy":          `dtype "|b1" (boolean), want "|u1", "<f4", "<f8", "<i4" or "<i8"`,
		"float16.npy":       `dtype "<f2" (float), want "|u1", "<f4", "<f8", "<i4" or "<i8"`,
		"object.npy":        `dtype "|O" (Python object), want "|u1", "<f4", "<f8", "<i4" or "<i8"`,
		"structured.npy":    `header at offset 20: structured dtype, want "|u1", "<f4", "<f8", "<i4" or "<i8"`,
		"structured_v3.npy": `header at offset 22: structured dtype, want "|u1", "<f4", "<f8", "<i4" or "<i8"`,
	} {
		t.Run(file, func(t *testing.T) {
			path := filepath.Join("testdata", file)
			checkError(t, "npy: "+path+": "+want, func() (*Array, error) { return ReadFile(path) })
		})
	}
}

func TestReadFileErrors(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.npy")
	checkError(t, "npy: "+missing+": no such file or directory", func() (*Array, error) { return ReadFile(missing) })
	checkError(t, "npy: "+dir+": is no regular file, want one", func() (*Array, error) { return ReadFile(dir) })

	// Every file that numpy wrote, cut anywhere, is refused.
	b, err := os.ReadFile("testdata/f4_2d.npy")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "cut.npy")
	for n := range b {
		if err := os.WriteFile(path, b[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if a, err := ReadFile(path); err == nil || a != nil {
			t.Errorf("cut to %d of %d bytes: got array %v and error %v, want an error alone", n, len(b), a, err)
		}
	}
}

// TestLongestHeader is the header that the row "header of 64 KiB" just misses.
func TestLongestHeader(t *testing.T) {
	d := dict("|u1", "(1,)")
	b := file(d+strings.Repeat(" ", 65535-len(d)), 7)
	a, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(Array{[]int{1}, []byte{7}}, *a); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestReadStopsAtSize says that r holds less than it does.
func TestReadStopsAtSize(t *testing.T) {
	b, err := os.ReadFile("testdata/f4_2d.npy")
	if err != nil {
		t.Fatal(err)
	}
	for size := range len(b) {
		r := bytes.NewReader(b)
		if _, err := Read(r, int64(size)); err == nil {
			t.Errorf("size %d of %d: no error", size, len(b))
		}
		if read := len(b) - r.Len(); read > size {
			t.Errorf("size %d: read %d bytes", size, read)
		}
	}
}

// TestBrokenReader wants the error of a reader to be handed on, wherever it
// comes, and reading not to depend on how many bytes come at a time.
func TestBrokenReader(t *testing.T) {
	b, err := os.ReadFile("testdata/f4_2d.npy")
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for n := range len(b) + 1 {
		r := io.MultiReader(bytes.NewReader(b[:n]), iotest.ErrReader(broken))
		if _, err := Read(r, -1); !errors.Is(err, broken) {
			t.Errorf("broken after %d bytes: got error %v, want it to wrap the reader's", n, err)
		}
	}
	// One byte at a time, and the last one together with the end.
	if _, err := Read(iotest.DataErrReader(iotest.OneByteReader(bytes.NewReader(b))), -1); err != nil {
		t.Errorf("one byte at a time: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape []int
		data  any
		err   string
	}{
		{"too few elements", []int{2, 3}, make([]float32, 5), "npy: write: 5 elements, want 6 for shape (2, 3)"},
		{"too many elements", []int{3}, make([]byte, 4), "npy: write: 4 elements, want 3 for shape (3,)"},
		{"no shape", nil, make([]float64, 2), "npy: write: 2 elements, want 1 for shape ()"},
		{"negative dimensions", []int{-2, -3}, make([]byte, 6), "npy: write: shape (-2, -3), want no negative dimension"},
		{"overflow", []int{math.MaxInt, 2}, []byte{}, "npy: write: shape (9223372036854775807, 2) of 1-byte elements, want at most 9223372036854775807 bytes"},
		{"65 dimensions", slices.Repeat([]int{1}, 65), []byte{1}, "npy: write: shape of 65 dimensions, want at most 64"},
		{"integers", []int{1}, []int{1}, "npy: write: data []int, want []byte, []float32 or []float64"},
		{"nothing", []int{0}, nil, "npy: write: data <nil>, want []byte, []float32 or []float64"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			err := Write(&b, c.shape, c.data)
			if err == nil || err.Error() != c.err {
				t.Errorf("got error  %v\nwant error %s", err, c.err)
			}
			if b.Len() > 0 {
				t.Errorf("wrote %d bytes before the error, want none", b.Len())
			}
		})
	}
}

// TestBrokenWriter reports the error of a writer, wherever it comes.
func TestBrokenWriter(t *testing.T) {
	for _, data := range []any{make([]byte, 100), make([]float32, 100), make([]float64, 100)} {
		for _, room := range []int{0, 1} { // writes before the error
			if err := Write(&fullWriter{room}, []int{100}, data); !errors.Is(err, errFull) {
				t.Errorf("%T, full after %d writes: got error %v, want it to wrap the writer's", data, room, err)
			}
		}
	}
}

var errFull = errors.New("full")

// A fullWriter takes some writes and refuses the rest.
type fullWriter struct{ room int }

func (w *fullWriter) Write(b []byte) (int, error) {
	if w.room == 0 {
		return 0, errFull
	}
	w.room--
	return len(b), nil
}
