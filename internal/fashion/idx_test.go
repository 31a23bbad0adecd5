// This file feeds the IDX reader broken and small files.

package fashion

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

// folder holds unpacked files by name.
type folder map[string][]byte

// smallFolder is a dataset with 5002 training and 3 test images: image i is
// grey i mod 251, label i is i mod 10.
func smallFolder() folder {
	return folder{
		trainImages: images(5002),
		trainLabels: labels(5002),
		testImages:  images(3),
		testLabels:  labels(3),
	}
}

func images(n int) []byte {
	b := header(0x803, uint32(n), Side, Side)
	for i := range n {
		b = append(b, bytes.Repeat([]byte{byte(i % 251)}, Pixels)...)
	}
	return b
}

func labels(n int) []byte {
	b := header(0x801, uint32(n))
	for i := range n {
		b = append(b, byte(i%Classes))
	}
	return b
}

func header(numbers ...uint32) []byte {
	var b []byte
	for _, n := range numbers {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

func zipped(t testing.TB, unpacked []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(unpacked); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (f folder) zip(t testing.TB) fstest.MapFS {
	t.Helper()
	fsys := make(fstest.MapFS)
	for name, b := range f {
		fsys[name] = &fstest.MapFile{Data: zipped(t, b), Mode: 0o644}
	}
	return fsys
}

const (
	trainImages = "train-images-idx3-ubyte.gz"
	trainLabels = "train-labels-idx1-ubyte.gz"
	testImages  = "t10k-images-idx3-ubyte.gz"
	testLabels  = "t10k-labels-idx1-ubyte.gz"
)

// readerErrors has one file each that replaces one of smallFolder's. The error
// is wanted in full, after "fashion: DIR/FILE: ".
var readerErrors = []struct {
	name, file string
	unpacked   []byte
	err        string
}{
	{"labels in the place of images", trainImages, labels(5002), "magic 0x801 at offset 0, want 0x803"},
	{"images in the place of labels", trainLabels, images(5002), "magic 0x803 at offset 0, want 0x801"},
	{"magic with a first byte", testImages, header(0x1000803, 3, Side, Side), "magic 0x1000803 at offset 0, want 0x803"},
	{"magic of another element type", testImages, header(0xd03, 3, Side, Side), "magic 0xd03 at offset 0, want 0x803"},
	{"nothing inside", testLabels, nil, "ends after 0 bytes, want 8 for the header: unexpected EOF"},
	{"header of images cut", trainImages, header(0x803, 5002, Side), "ends after 12 bytes, want 16 for the header: unexpected EOF"},
	{"images of 32 x 28", testImages, header(0x803, 3, 32, 28), "images of 32 x 28 at offset 8, want 28 x 28"},
	{"images of 28 x 29", testImages, header(0x803, 3, 28, 29), "images of 28 x 29 at offset 8, want 28 x 28"},
	{"images cut", testImages, images(3)[:2000], "ends after 2000 bytes, want 2368 for 3 images: unexpected EOF"},
	{"labels cut", testLabels, labels(3)[:10], "ends after 10 bytes, want 11 for 3 labels: unexpected EOF"},
	{"a byte after the images", testImages, append(images(3), 0), "goes on at offset 2368, want the end after 3 images"},
	{"a byte after the labels", trainLabels, append(labels(5002), 0), "goes on at offset 5010, want the end after 5002 labels"},
	{"one label too few", trainLabels, labels(5001), "5001 labels, want 5002, one for each image of train-images-idx3-ubyte.gz"},
	{"one label too many", testLabels, labels(4), "4 labels, want 3, one for each image of t10k-images-idx3-ubyte.gz"},
	{"label 10", testLabels, append(header(0x801, 3), 9, 10, 0), "label 10 at index 1, want 0 to 9"},
	{"claim of 3.4 terabytes", trainImages, header(0x803, 1<<32-1, Side, Side), "4294967295 images at offset 4, want at most 1048576"},
	{"claim of 4 gigabytes", trainLabels, header(0x801, 1<<32-1), "4294967295 labels at offset 4, want at most 1048576"},
	{"gzip bomb", testImages, append(images(3), make([]byte, 16<<20)...), "goes on at offset 2368, want the end after 3 images"},
}

func TestReaderErrors(t *testing.T) {
	for _, c := range readerErrors {
		t.Run(c.name, func(t *testing.T) {
			f := smallFolder()
			f[c.file] = c.unpacked
			checkError(t, f.zip(t), c.file, c.err)
		})
	}
}

// checkError loads fsys, wants the error "fashion: DIR/file: text" and no
// data, and that loading takes less memory than a hostile header claims.
func checkError(t *testing.T, fsys fs.FS, file, text string) {
	t.Helper()
	var d *Data
	var err error
	memory := allocated(func() { d, err = load(fsys, "DIR") })
	want := "fashion: DIR/" + file + ": " + text
	if err == nil || err.Error() != want {
		t.Errorf("got error  %v\nwant error %s", err, want)
	}
	if d != nil {
		t.Errorf("got %d images beside the error, want none", d.All.Len())
	}
	if memory > 8<<20 { // smallFolder's own images are 4 MB
		t.Errorf("took %d bytes of memory, want at most 8 MiB", memory)
	}
}

// TestGzipErrors breaks the packed file.
func TestGzipErrors(t *testing.T) {
	good := zipped(t, labels(5002))
	flip := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 1
		return b
	}
	// A gzip file ends with its checksum and its size, 4 bytes each (RFC 1952
	// section 2.3).
	sum, size := len(good)-8, len(good)-4
	for _, c := range []struct {
		name   string
		packed []byte
		err    string
	}{
		{"empty file", nil, "is empty, want a gzip file"},
		{"not gzip", labels(5002), "is no gzip file: gzip: invalid header"},
		{"gzip header cut", good[:5], "is no gzip file: unexpected EOF"},
		{"cut in the header", good[:12], "ends after 0 bytes, want 8 for the header: unexpected EOF"},
		{"cut in the checksum", good[:sum+2], "bad gzip data after offset 5010: unexpected EOF"},
		{"wrong checksum", flip(sum), "bad gzip data after offset 5010: gzip: invalid checksum"},
		{"wrong size", flip(size), "bad gzip data after offset 5010: gzip: invalid checksum"},
		{"bytes after the gzip data", append(bytes.Clone(good), "more"...), "bad gzip data after offset 5010: unexpected EOF"},
		{"a second gzip file appended", append(bytes.Clone(good), good...), "goes on at offset 5010, want the end after 5002 labels"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := smallFolder().zip(t)
			fsys[trainLabels] = &fstest.MapFile{Data: c.packed, Mode: 0o644}
			checkError(t, fsys, trainLabels, c.err)
		})
	}
}

// TestGzipDamage cuts the packed file, and flips a bit, at every place. No
// damage may give other labels.
func TestGzipDamage(t *testing.T) {
	want := labels(300)
	good := zipped(t, want)
	read := func(packed []byte) ([]byte, error) {
		f, err := newIDXFile(io.NopCloser(bytes.NewReader(packed)), int64(len(packed)), &labelKind)
		if err != nil {
			return nil, err
		}
		b := make([]byte, f.count)
		return b, f.readAll(b)
	}
	if b, err := read(good); err != nil || !bytes.Equal(b, want[8:]) {
		t.Fatalf("undamaged: got %d labels and error %v, want %d and none", len(b), err, len(want)-8)
	}
	for at := range good {
		if _, err := read(good[:at]); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", at, len(good))
		}
		b := bytes.Clone(good)
		b[at] ^= 1
		if got, err := read(b); err == nil && !bytes.Equal(got, want[8:]) {
			t.Errorf("bit 0 of byte %d flipped: no error and other labels", at)
		}
	}
}

// TestFilesThatAreNotThere checks the other things that a folder may lack.
func TestFilesThatAreNotThere(t *testing.T) {
	for _, s := range sources {
		fsys := smallFolder().zip(t)
		delete(fsys, s.name)
		checkError(t, fsys, s.name, "file does not exist")
		fsys[s.name] = &fstest.MapFile{Mode: fs.ModeDir | 0o755}
		checkError(t, fsys, s.name, "is no regular file, want one")
		fsys[s.name] = &fstest.MapFile{Mode: fs.ModeNamedPipe | 0o644}
		checkError(t, fsys, s.name, "is no regular file, want one")
	}
}

// TestNumbersOfImages checks the limits of the counts.
func TestNumbersOfImages(t *testing.T) {
	f := smallFolder()
	f[trainImages], f[trainLabels] = images(5000), labels(5000)
	checkError(t, f.zip(t), trainImages, "5000 images, want more than 5000: the last 5000 are for validation")

	f = smallFolder()
	f[testImages], f[testLabels] = images(0), labels(0)
	checkError(t, f.zip(t), testImages, "0 images, want at least 1")

	f = smallFolder()
	f[trainImages] = header(0x803, MaxImages, Side, Side)
	fsys := f.zip(t)
	size := len(fsys[trainImages].Data)
	checkError(t, fsys, trainImages, fmt.Sprintf("1048576 images at offset 4 make 822083600 bytes, want at most %d, what %d bytes of gzip can hold", size*1032, size))

	f = smallFolder()
	f[trainImages], f[trainLabels] = images(5001), labels(5001)
	d, err := load(f.zip(t), "DIR")
	if err != nil {
		t.Fatalf("5001 training images: %v", err)
	}
	if d.Train.Len() != 1 || d.Valid.Len() != 5000 {
		t.Errorf("5001 training images: %d and %d, want 1 and 5000", d.Train.Len(), d.Valid.Len())
	}
}

// TestMaxRatio packs what packs best and checks that it stays below the bound.
func TestMaxRatio(t *testing.T) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	const size = 4 << 20
	w.Write(make([]byte, size))
	w.Close()
	if ratio := size / float64(b.Len()); ratio < 1000 || ratio > maxRatio {
		t.Errorf("zeros pack %.0f to 1, want 1000 to %d", ratio, maxRatio)
	}
}

func TestLoadDir(t *testing.T) {
	dir := t.TempDir()
	for name, f := range smallFolder().zip(t) {
		if err := os.WriteFile(filepath.Join(dir, name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d, err := LoadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d.Train.Len() != 2 || d.Valid.Len() != 5000 || d.Test.Len() != 3 {
		t.Errorf("got %d, %d and %d images, want 2, 5000 and 3", d.Train.Len(), d.Valid.Len(), d.Test.Len())
	}
	for i := range 5005 {
		j := i // the index in its file
		if i >= 5002 {
			j -= 5002
		}
		grey := bytes.Repeat([]byte{byte(j % 251)}, Pixels)
		if !bytes.Equal(d.All.Image(i), grey) || int(d.All.Labels[i]) != j%Classes {
			t.Fatalf("image %d has first pixel %d and label %d, want %d and %d", i, d.All.Image(i)[0], d.All.Labels[i], j%251, j%Classes)
		}
	}

	file := filepath.Join(dir, trainLabels)
	for _, c := range []struct{ name, dir, err string }{
		{"missing folder", filepath.Join(dir, "no"), "fashion: folder " + filepath.Join(dir, "no") + ": no such file or directory, want a folder with the four .gz files of Fashion-MNIST"},
		{"file in place of a folder", file, "fashion: " + file + " is no folder, want one with the four .gz files of Fashion-MNIST"},
		{"missing file", dir, "fashion: " + file + ": no such file or directory"},
	} {
		if c.name == "missing file" {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		d, err := LoadDir(c.dir)
		if err == nil || err.Error() != c.err {
			t.Errorf("%s:\ngot error  %v\nwant error %s", c.name, err, c.err)
		}
		if d != nil {
			t.Errorf("%s: got data beside the error", c.name)
		}
	}
}
