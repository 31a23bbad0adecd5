// This file reads and writes archives: numpy's, our own, and broken ones.

package npy

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestReadRecordedNPZ reads numpy's archives, and from named.npz only what can
// be read: its third array, of Python objects, is in nobody's way.
func TestReadRecordedNPZ(t *testing.T) {
	codes, labels := Array{[]int{8}, specialFloat32}, bytes2x3
	weights := []Entry{{"arr_0", Array{[]int{2, 4}, specialFloat64}}, {"arr_1", codes}, {"arr_2", labels}}
	for _, c := range []struct {
		file  string
		names []string
		want  []Entry
	}{
		{"stored.npz", []string{"arr_0", "arr_1", "arr_2"}, weights},
		{"compressed.npz", []string{"arr_0", "arr_1", "arr_2"}, weights},
		{"named.npz", []string{"codes", "labels", "other"}, []Entry{{"labels", labels}, {"codes", codes}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			z, err := OpenNPZ(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			if got := z.Names(); !slices.Equal(got, c.names) {
				t.Errorf("names %q, want %q", got, c.names)
			}
			for _, e := range c.want {
				a, err := z.Read(e.Name)
				if err != nil {
					t.Fatal(err)
				}
				if d := diff(e.Array, *a); d != "" {
					t.Errorf("%s (-want +got):\n%s", e.Name, d)
				}
			}
			if err := z.Close(); err != nil {
				t.Error(err)
			}
			if _, err := z.Read(c.names[0]); err == nil {
				t.Error("reading after Close: no error")
			}
		})
	}
}

// entry is a zip header and the bytes after it, written as they are.
type entry struct {
	zip.FileHeader
	body []byte
}

// stored is an entry that is what it says.
func stored(name string, body []byte) entry {
	return entry{zip.FileHeader{Name: name, CRC32: crc32.ChecksumIEEE(body), CompressedSize64: uint64(len(body)), UncompressedSize64: uint64(len(body))}, body}
}

// with is e after a change.
func (e entry) with(change func(*entry)) entry {
	change(&e)
	return e
}

func archive(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateRaw(&e.FileHeader)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// deflated is an entry whose body unpacks to unpacked.
func deflated(t testing.TB, name string, unpacked []byte) entry {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	if err == nil {
		_, err = w.Write(unpacked)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return stored(name, packed.Bytes()).with(func(e *entry) {
		e.Method = zip.Deflate
		e.CRC32 = crc32.ChecksumIEEE(unpacked)
		e.UncompressedSize64 = uint64(len(unpacked))
	})
}

// good is an array of three bytes, in a file of 68.
var good = file(dict("|u1", "(3,)"), 1, 2, 3)

// archiveErrors are archives in which reading "x" fails with the error that is
// wanted in full, after "npy: ".
var archiveErrors = []struct {
	name    string
	archive func(t testing.TB) []byte
	err     string
}{
	{"no arrays", func(t testing.TB) []byte { return archive(t, stored("x", good)) },
		`no array "x", want a file with arrays: it has none`},
	{"other arrays", func(t testing.TB) []byte { return archive(t, stored("arr_0.npy", good), stored("y.npy", good)) },
		`no array "x", want one of its 2: ["arr_0" "y"]`},
	{"many other arrays", func(t testing.TB) []byte {
		var e []entry
		for i := range 20 {
			e = append(e, stored(fmt.Sprintf("%d.npy", i), good))
		}
		return archive(t, e...)
	}, `no array "x", want one of its 20: ["0" "1" "2" "3" "4" "5" "6" "7"] …`},
	{"twice", func(t testing.TB) []byte { return archive(t, stored("x.npy", good), stored("x.npy", good)) },
		`array "x" is there twice, want it once`},
	{"not an array", func(t testing.TB) []byte { return archive(t, stored("x.npy", []byte("Hello, world"))) },
		`array "x": magic "Hello," at offset 0, want "\x93NUMPY"`},
	{"data cut", func(t testing.TB) []byte { return archive(t, stored("x.npy", good[:len(good)-1])) },
		`array "x": file of 67 bytes, want 68 for shape (3,) of "|u1"`},
	{"data too long", func(t testing.TB) []byte { return archive(t, stored("x.npy", append(slices.Clone(good), 4))) },
		`array "x": file of 69 bytes, want 68 for shape (3,) of "|u1"`},
	{"wrong checksum", func(t testing.TB) []byte {
		return archive(t, stored("x.npy", good).with(func(e *entry) { e.CRC32++ }))
	}, `array "x": after 68 bytes: zip: checksum error`},
	{"encrypted", func(t testing.TB) []byte {
		return archive(t, stored("x.npy", good).with(func(e *entry) { e.Flags |= 1 }))
	}, `array "x": encrypted, want it in the clear`},
	{"bzip2", func(t testing.TB) []byte {
		return archive(t, stored("x.npy", good).with(func(e *entry) { e.Method = 12 }))
	}, `array "x": compression method 12, want 0 (stored) or 8 (deflated)`},
	{"header and archive claim 1 GiB", func(t testing.TB) []byte {
		b := file(dict("|u1", "(1073741824,)"), 1, 2, 3)
		return archive(t, stored("x.npy", b).with(func(e *entry) { e.UncompressedSize64 += 1<<30 - 3 }))
	}, `array "x": ends after 77 bytes, want 1073741898 for shape (1073741824,) of "|u1": unexpected EOF`},
	{"archive claims 2^63 bytes", func(t testing.TB) []byte {
		return archive(t, stored("x.npy", good).with(func(e *entry) { e.UncompressedSize64 = 1 << 63 }))
	}, `array "x": file of 9223372036854775808 bytes, want 68 for shape (3,) of "|u1"`},
	{"bomb with its size in the archive", func(t testing.TB) []byte {
		return archive(t, deflated(t, "x.npy", append(slices.Clone(good), make([]byte, 8<<20)...)))
	}, `array "x": file of 8388676 bytes, want 68 for shape (3,) of "|u1"`},
	{"bomb with the header's size in the archive", func(t testing.TB) []byte {
		e := deflated(t, "x.npy", append(slices.Clone(good), make([]byte, 8<<20)...))
		return archive(t, e.with(func(e *entry) { e.UncompressedSize64 = uint64(len(good)) }))
	}, `array "x": after 68 bytes: zip: not a valid zip file`},
	{"deflated data missing", func(t testing.TB) []byte {
		e := deflated(t, "x.npy", good)
		return archive(t, e.with(func(e *entry) { e.body, e.CompressedSize64 = nil, 0 }))
	}, `array "x": ends after 0 bytes, want 8 for magic and version: unexpected EOF`},
}

func TestArchiveErrors(t *testing.T) {
	for _, c := range archiveErrors {
		t.Run(c.name, func(t *testing.T) {
			b := c.archive(t)
			checkError(t, "npy: "+c.err, func() (*Array, error) {
				z, err := NewNPZ(bytes.NewReader(b), int64(len(b)))
				if err != nil {
					return nil, err
				}
				return z.Read("x")
			})
			path := filepath.Join(t.TempDir(), "weights.npz")
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			checkError(t, "npy: "+path+": "+c.err, func() (*Array, error) {
				z, err := OpenNPZ(path)
				if err != nil {
					return nil, err
				}
				defer z.Close()
				return z.Read("x")
			})
		})
	}
}

func TestOpenNPZErrors(t *testing.T) {
	dir := t.TempDir()
	missing, text := filepath.Join(dir, "missing.npz"), filepath.Join(dir, "text.npz")
	if err := os.WriteFile(text, []byte("no archive"), 0o644); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		missing: "no such file or directory",
		dir:     "is no regular file, want one",
		text:    "want a .npz file: zip: not a valid zip file",
	} {
		z, err := OpenNPZ(path)
		if want = "npy: " + path + ": " + want; err == nil || err.Error() != want {
			t.Errorf("got error  %v\nwant error %s", err, want)
		}
		if z != nil {
			t.Errorf("%s: got an archive beside the error", path)
		}
	}
}

func TestRoundTripNPZ(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		arrays := rapid.SliceOfN(anyArray, 0, 4).Draw(t, "arrays")
		entries := make([]Entry, len(arrays))
		for i, a := range arrays {
			entries[i] = Entry{fmt.Sprintf("arr_%d", i), a}
		}
		var first, second bytes.Buffer
		for _, w := range []*bytes.Buffer{&first, &second} {
			if err := WriteNPZ(w, entries); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatal("equal arrays give different archives")
		}
		z, err := NewNPZ(bytes.NewReader(first.Bytes()), int64(first.Len()))
		if err != nil {
			t.Fatal(err)
		}
		if len(z.Names()) != len(entries) {
			t.Fatalf("%d arrays, want %d", len(z.Names()), len(entries))
		}
		for _, e := range entries {
			a, err := z.Read(e.Name)
			if err != nil {
				t.Fatal(err)
			}
			if d := diff(e.Array, *a); d != "" {
				t.Fatalf("%s (-want +got):\n%s", e.Name, d)
			}
		}
	})
}

func TestWriteNPZErrors(t *testing.T) {
	a := bytes2x3
	for _, c := range []struct {
		name    string
		entries []Entry
		err     string
	}{
		{"no name", []Entry{{"a", a}, {"", a}}, "npy: write: array 1 has no name, want one"},
		{"one name twice", []Entry{{"a", a}, {"a", a}}, `npy: write: array "a" is there twice, want it once`},
		{"wrong shape", []Entry{{"a", a}, {"b", Array{[]int{7}, a.Data}}}, `npy: write: array "b": 6 elements, want 7 for shape (7,)`},
	} {
		var b bytes.Buffer
		err := WriteNPZ(&b, c.entries)
		if err == nil || err.Error() != c.err {
			t.Errorf("%s:\ngot error  %v\nwant error %s", c.name, err, c.err)
		}
		if b.Len() > 0 {
			t.Errorf("%s: wrote %d bytes before the error, want none", c.name, b.Len())
		}
	}
	// zip.Writer gathers 4096 bytes before it writes.
	for size, at := range map[int]string{1: "at the end", 1 << 20: "in an array"} {
		err := WriteNPZ(&fullWriter{}, []Entry{{"a", Array{[]int{size}, make([]byte, size)}}})
		if !errors.Is(err, errFull) {
			t.Errorf("writer full %s: got error %v, want it to wrap the writer's", at, err)
		}
	}
}

// TestNPZEntryHeader looks at what WriteNPZ says of its entries.
func TestNPZEntryHeader(t *testing.T) {
	var b bytes.Buffer
	if err := WriteNPZ(&b, []Entry{{"a", bytes2x3}}); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	f := z.File[0]
	if f.Name != "a.npy" || f.Method != zip.Store {
		t.Errorf("name %q, method %d, want %q and %d (stored)", f.Name, f.Method, "a.npy", zip.Store)
	}
	if want := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); !f.Modified.Equal(want) {
		t.Errorf("date %v, want %v", f.Modified, want)
	}
}

func ExampleOpenNPZ() {
	z, err := OpenNPZ("testdata/named.npz")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer z.Close()
	fmt.Println(strings.Join(z.Names(), " "))
	a, err := z.Read("labels")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.Shape, a.Data)
	// Output:
	// codes labels other
	// [2 3] [0 1 2 3 4 5]
}
