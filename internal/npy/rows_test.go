// This file reads and writes arrays a few rows at a time, and compares with what is
// read and written at once.

package npy

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// inPieces reads all rows, n at a time, and puts them together.
func inPieces(r *Rows, n int) (Array, error) {
	whole, err := r.Read(0, 0)
	if err != nil {
		return Array{}, err
	}
	rows := r.Shape()[0]
	for first := 0; first < rows; first += n {
		a, err := r.Read(first, min(n, rows-first))
		if err != nil {
			return Array{}, err
		}
		switch data := a.Data.(type) {
		case []byte:
			whole.Data = append(whole.Data.([]byte), data...)
		case []float32:
			whole.Data = append(whole.Data.([]float32), data...)
		case []float64:
			whole.Data = append(whole.Data.([]float64), data...)
		}
	}
	return Array{r.Shape(), whole.Data}, nil
}

// TestRows reads the files of testdata in pieces of every size.
func TestRows(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.npy")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, path := range paths {
		want, err := ReadFile(path)
		r, errRows := OpenRows(path)
		if err != nil || len(want.Shape) == 0 {
			if errRows == nil { // an element is refused when it is read
				_, errRows = inPieces(r, 1)
				r.Close()
			}
			if errRows == nil {
				t.Errorf("%s is read by rows, otherwise %v", path, err)
			}
			continue
		}
		if errRows != nil {
			t.Fatal(errRows)
		}
		for n := 1; n <= want.Shape[0]+1; n++ {
			got, err := inPieces(r, n)
			if err != nil {
				t.Fatal(err)
			}
			if d := diff(*want, got); d != "" {
				t.Errorf("%s, %d rows at a time (-at once +by rows):\n%s", path, n, d)
			}
			compared++
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if compared < 30 {
		t.Errorf("%d comparisons, want more", compared)
	}
}

// longFile is a header with numbers behind it that take no memory: byte i of the data
// is i/2^20.
type longFile struct {
	head []byte
	data int64
}

func (f longFile) ReadAt(b []byte, at int64) (int, error) {
	for i := range b {
		switch p := at + int64(i) - int64(len(f.head)); {
		case p < 0:
			b[i] = f.head[at+int64(i)]
		case p < f.data:
			b[i] = byte(p >> 20)
		default:
			return i, io.EOF
		}
	}
	return len(b), nil
}

// TestRowsBeyondMemory reads rows of an array of 100 GiB.
func TestRowsBeyondMemory(t *testing.T) {
	if ^uint(0)>>32 == 0 {
		t.Skip("an int has 32 bits")
	}
	const rows, columns = 100 << 20, 1 << 10
	for _, c := range []struct {
		order string
		want  func(row, column int) byte
	}{
		{"False", func(row, column int) byte { return byte(row >> 10) }},
		{"True", func(row, column int) byte { return byte((column*rows + row) >> 20) }},
	} {
		head := file(fmt.Sprintf("{'descr': '|u1', 'fortran_order': %s, 'shape': (%d, %d)}", c.order, rows, columns))
		long := longFile{head, rows * columns}
		size := int64(len(head)) + long.data
		r, err := NewRows(long, size)
		if err != nil {
			t.Fatal(err)
		}
		const first, n = rows - 3<<9, 3 << 9
		a, err := r.Read(first, n)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(a.Shape, []int{n, columns}) {
			t.Fatalf("shape %v", a.Shape)
		}
		for i, v := range a.Data.([]byte) {
			if want := c.want(first+i/columns, i%columns); v != want {
				t.Fatalf("Fortran order %s: row %d, column %d is %d, want %d", c.order, first+i/columns, i%columns, v, want)
			}
		}
		checkError(t, fmt.Sprintf("npy: file of %d bytes, want %d for shape (%d, %d) of \"|u1\"", size-1, size, rows, columns), func() (*Array, error) {
			_, err := NewRows(long, size-1)
			return nil, err
		})
		checkError(t, fmt.Sprintf("npy: rows from 0 on: shape (%d, %d) of 1-byte elements, want at most %d bytes", 1<<21, columns, MaxData), func() (*Array, error) {
			return r.Read(0, 1<<21)
		})
		long.data-- // has become shorter
		r.data = long
		checkError(t, fmt.Sprintf("npy: rows from %d on: the file has become shorter, want %d bytes for shape (%d, %d) of \"|u1\": unexpected EOF", rows-1, size, rows, columns), func() (*Array, error) {
			return r.Read(rows-1, 1)
		})
	}
}

func TestRowsErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cut.npy")
	var b bytes.Buffer
	if err := Write(&b, []int{3, 2}, []float32{1, 2, 3, 4, 5, 6}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes()[:b.Len()-1], 0o644); err != nil {
		t.Fatal(err)
	}
	open := func() (*Array, error) { _, err := OpenRows(path); return nil, err }
	checkError(t, "npy: "+path+`: file of 151 bytes, want 152 for shape (3, 2) of "<f4"`, open)
	path = filepath.Join(t.TempDir(), "none.npy")
	if _, err := open(); err == nil || !strings.HasPrefix(err.Error(), "npy: "+path+": ") {
		t.Errorf("no file: error %v", err)
	}
	path = "testdata/u1_0d.npy"
	checkError(t, "npy: testdata/u1_0d.npy: shape (), want rows", open)

	r, err := NewRows(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]int{{-1, 1}, {0, -1}, {0, 4}, {3, 1}, {math.MaxInt, 1}, {1, math.MaxInt}} {
		checkError(t, fmt.Sprintf("npy: rows from %d on: %d rows, want them among the 3 there are", c[0], c[1]), func() (*Array, error) { return r.Read(c[0], c[1]) })
	}
}

// TestWriter writes the recorded arrays in pieces of every size.
func TestWriter(t *testing.T) {
	for _, c := range recorded {
		want, err := os.ReadFile(filepath.Join("testdata", c.file))
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= 25; n++ {
			var b bytes.Buffer
			var err error
			switch data := c.want.Data.(type) {
			case []byte:
				err = writePieces(&b, c.want.Shape, data, n)
			case []float32:
				err = writePieces(&b, c.want.Shape, data, n)
			case []float64:
				err = writePieces(&b, c.want.Shape, data, n)
			}
			if err != nil || !bytes.Equal(b.Bytes(), want) {
				t.Errorf("%s, %d elements at a time: error %v, or other bytes", c.file, n, err)
			}
		}
	}
}

func writePieces[T byte | float32 | float64](w io.Writer, shape []int, data []T, n int) error {
	out, err := NewWriter[T](w, shape)
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(data, n) {
		if err := out.Append(piece); err != nil {
			return err
		}
	}
	return out.Close()
}

func TestWriterErrors(t *testing.T) {
	for _, c := range []struct {
		shape []int
		items int
		err   string
	}{
		{[]int{-1}, 0, "shape (-1,), want no negative dimension"},
		{[]int{2, 3}, 7, "7 elements, want 6 for shape (2, 3)"},
		{[]int{2, 3}, 5, "5 elements, want 6 for shape (2, 3)"},
	} {
		checkError(t, "npy: write: "+c.err, func() (*Array, error) {
			var b bytes.Buffer
			err := writePieces(&b, c.shape, make([]byte, c.items), 4)
			if n := b.Len() % alignment; n > 5 {
				t.Errorf("%d of %d bytes are written, want none of a piece that is too long", n, c.items)
			}
			return nil, err
		})
	}
	for room := range 1 + 6 { // the header and the elements
		w := &fullWriter{room}
		if err := writePieces(w, []int{3, 2}, []float32{1, 2, 3, 4, 5, 6}, 1); err == nil || !strings.HasPrefix(err.Error(), "npy: write: ") {
			t.Fatalf("full after %d writes: error %v", room, err)
		}
	}
}
