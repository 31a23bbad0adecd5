// This file reads what numpy wrote, writes the same bytes, and reads back what
// it wrote itself.

package npy

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func bits32(b ...uint32) []float32 {
	f := make([]float32, len(b))
	for i := range b {
		f[i] = math.Float32frombits(b[i])
	}
	return f
}

func bits64(b ...uint64) []float64 {
	f := make([]float64, len(b))
	for i := range b {
		f[i] = math.Float64frombits(b[i])
	}
	return f
}

// The values of testdata/make.py.
var (
	specialFloat32 = bits32(0, 1<<31, 0x7F800000, 0xFF800000, 1, 0x7F7FFFFF, 0x7FC12345, 0x7F812345)
	specialFloat64 = bits64(0, 1<<63, 0x7FF0000000000000, 0xFFF0000000000000, 1, 0x7FEFFFFFFFFFFFFF,
		0x7FF8123456789ABC, 0x7FF0123456789ABC)
	bytes2x3 = Array{[]int{2, 3}, []byte{0, 1, 2, 3, 4, 5}}
)

// recorded are the files of testdata that numpy.save would write the same.
var recorded = []struct {
	file string
	want Array
}{
	{"u1_2d.npy", bytes2x3},
	{"u1_3d.npy", Array{[]int{2, 3, 4}, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}}},
	{"u1_0d.npy", Array{[]int{}, []byte{7}}},
	{"f4_special.npy", Array{[]int{8}, specialFloat32}},
	{"f8_special.npy", Array{[]int{8}, specialFloat64}},
	{"f4_2d.npy", Array{[]int{4, 3}, []float32{0, .125, .25, .375, .5, .625, .75, .875, 1, 1.125, 1.25, 1.375}}},
	{"f8_1d.npy", Array{[]int{5}, []float64{0, .125, .25, .375, .5}}},
	{"f4_empty.npy", Array{[]int{0, 30}, []float32{}}},
	{"f8_36d.npy", Array{slices.Repeat([]int{1}, 36), []float64{.5}}},
	{"f8_57d.npy", Array{slices.Repeat([]int{1}, 57), []float64{.5}}},
}

// sameBits compares floats by their bits, so that a NaN equals itself and no
// other.
var sameBits = cmp.Options{
	cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }),
	cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
}

func diff(want, got Array) string { return cmp.Diff(want, got, sameBits) }

var upTo24 = []float32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}

func TestReadRecorded(t *testing.T) {
	rows := append(slices.Clone(recorded), []struct {
		file string
		want Array
	}{
		{"u1_2d_v2.npy", bytes2x3},
		{"u1_2d_v3.npy", bytes2x3},
		{"fortran.npy", bytes2x3},
		{"fortran_3d.npy", Array{[]int{2, 3, 4}, upTo24}},
		{"int32.npy", Array{[]int{2, 2}, []float64{math.MinInt32, 0, 7, math.MaxInt32}}},
		{"int64.npy", Array{[]int{3}, []float64{-1 << 53, -1, 1 << 53}}},
	}...)
	for _, c := range rows {
		t.Run(c.file, func(t *testing.T) {
			path := filepath.Join("testdata", c.file)
			a, err := ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := diff(c.want, *a); d != "" {
				t.Errorf("ReadFile (-want +got):\n%s", d)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			a, err = Read(bytes.NewReader(b), -1)
			if err != nil {
				t.Fatal(err)
			}
			if d := diff(c.want, *a); d != "" {
				t.Errorf("Read of unknown size (-want +got):\n%s", d)
			}
			// With the size known, what follows the array is the caller's.
			rest := bytes.NewReader(append(b, "next"...))
			if _, err := Read(rest, int64(len(b))); err != nil {
				t.Fatal(err)
			}
			if rest.Len() != len("next") {
				t.Errorf("%d bytes left, want %d", rest.Len(), len("next"))
			}
		})
	}
}

func TestWriteEqualsNumpySave(t *testing.T) {
	for _, c := range recorded {
		t.Run(c.file, func(t *testing.T) {
			want, err := os.ReadFile(filepath.Join("testdata", c.file))
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := Write(&got, c.want.Shape, c.want.Data); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got  %q\nwant %q", got.Bytes(), want)
			}
		})
	}
}

// anyArray draws arrays of all three types with any bits at all.
var anyArray = rapid.Custom(func(t *rapid.T) Array {
	shape := rapid.SliceOfN(rapid.IntRange(0, 6), 0, 5).Draw(t, "shape")
	count := 1
	for _, d := range shape {
		count *= d
	}
	switch rapid.IntRange(0, 2).Draw(t, "type") {
	case 0:
		return Array{shape, rapid.SliceOfN(rapid.Byte(), count, count).Draw(t, "bytes")}
	case 1:
		return Array{shape, bits32(rapid.SliceOfN(rapid.Uint32(), count, count).Draw(t, "bits")...)}
	default:
		return Array{shape, bits64(rapid.SliceOfN(rapid.Uint64(), count, count).Draw(t, "bits")...)}
	}
})

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyArray.Draw(t, "array")
		var b bytes.Buffer
		if err := Write(&b, want.Shape, want.Data); err != nil {
			t.Fatal(err)
		}
		for _, size := range []int64{int64(b.Len()), -1} {
			got, err := Read(bytes.NewReader(b.Bytes()), size)
			if err != nil {
				t.Fatal(err)
			}
			if d := diff(want, *got); d != "" {
				t.Fatalf("size %d (-want +got):\n%s", size, d)
			}
		}
	})
}

// TestRoundTripOfManyBuffers crosses the borders of the conversion buffer.
func TestRoundTripOfManyBuffers(t *testing.T) {
	for _, n := range []int{bufferSize/8 - 1, bufferSize / 8, bufferSize/8 + 1, bufferSize, 3*bufferSize + 5} {
		b, f4, f8 := make([]byte, n), make([]float32, n), make([]float64, n)
		for i := range n {
			b[i], f4[i], f8[i] = byte(i%251), float32(i), float64(i)
		}
		for _, want := range []Array{{[]int{n}, b}, {[]int{n}, f4}, {[]int{n}, f8}} {
			var file bytes.Buffer
			if err := Write(&file, want.Shape, want.Data); err != nil {
				t.Fatal(err)
			}
			for _, size := range []int64{int64(file.Len()), -1} {
				got, err := Read(bytes.NewReader(file.Bytes()), size)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(want.Float64s(), got.Float64s()) {
					t.Errorf("%d elements of %T, size %d: read other values than written", n, want.Data, size)
				}
			}
		}
	}
}

func TestConversions(t *testing.T) {
	// 1 + 2^-24 lies between two float32, at equal distance: 1 is even.
	f4, f8 := []float32{.5, 3}, []float64{1 + 0x1p-24, -.25}
	for _, c := range []struct {
		data  any
		want4 []float32
		want8 []float64
	}{
		{[]byte{0, 255}, []float32{0, 255}, []float64{0, 255}},
		{f4, f4, []float64{.5, 3}},
		{f8, []float32{1, -.25}, f8},
	} {
		a := Array{[]int{2}, c.data}
		if got := a.Float32s(); !slices.Equal(got, c.want4) {
			t.Errorf("Float32s of %T: %v, want %v", c.data, got, c.want4)
		}
		if got := a.Float64s(); !slices.Equal(got, c.want8) {
			t.Errorf("Float64s of %T: %v, want %v", c.data, got, c.want8)
		}
	}
	if a := (&Array{[]int{2}, f4}); &a.Float32s()[0] != &f4[0] {
		t.Error("Float32s of []float32 is a copy, want Data itself")
	}
	if a := (&Array{[]int{2}, f8}); &a.Float64s()[0] != &f8[0] {
		t.Error("Float64s of []float64 is a copy, want Data itself")
	}
}

// benchArrays are 55 MB each, the size of all images of Fashion-MNIST.
func benchArrays() []Entry {
	const n, pixels = 70000, 784
	return []Entry{
		{"type=uint8", Array{[]int{n, pixels}, make([]byte, n*pixels)}},
		{"type=float32", Array{[]int{n, pixels / 4}, make([]float32, n*pixels/4)}},
		{"type=float64", Array{[]int{n, pixels / 8}, make([]float64, n*pixels/8)}},
	}
}

func BenchmarkRead(b *testing.B) {
	for _, a := range benchArrays() {
		var file bytes.Buffer
		if err := Write(&file, a.Shape, a.Data); err != nil {
			b.Fatal(err)
		}
		b.Run(a.Name, func(b *testing.B) {
			b.SetBytes(int64(file.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(bytes.NewReader(file.Bytes()), int64(file.Len())); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	for _, a := range benchArrays() {
		b.Run(a.Name, func(b *testing.B) {
			var file bytes.Buffer
			for b.Loop() {
				file.Reset()
				if err := Write(&file, a.Shape, a.Data); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(file.Len()))
		})
	}
}

func ExampleWrite() {
	var file bytes.Buffer
	if err := Write(&file, []int{2, 3}, []float32{0, 1, 2, 3, 4, 5}); err != nil {
		fmt.Println(err)
		return
	}
	a, err := Read(&file, int64(file.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(a.Shape, a.Data)
	// Output: [2 3] [0 1 2 3 4 5]
}
