// This file makes the files that scripts read: data, arrays and pictures.

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"stackedae/internal/npy"
)

// The tiny dataset: enough for the 5,000 validation images and a few more.
const (
	tinyTrain = 5040
	tinyTest  = 40
)

func mkdata(ts *testscript.TestScript, neg bool, args []string) {
	fault := ""
	if len(args) > 1 {
		fault = args[1]
	}
	writeTinyData(ts.Check, ts.MkAbs(args[0]), fault)
}

// writeTinyData writes four IDX files of patterns that an autoencoder can learn. A
// fault breaks the training images, or the training labels if it says so; "even" is
// none, but gives every class as many images.
func writeTinyData(check func(error), dir, fault string) {
	check(os.MkdirAll(dir, 0o755))
	rng := rand.New(rand.NewPCG(1, 0))
	for _, set := range []struct {
		name string
		n    int
	}{{"train", tinyTrain}, {"t10k", tinyTest}} {
		images := binary.BigEndian.AppendUint32(nil, 0x803)
		for _, v := range []int{set.n, 28, 28} {
			images = binary.BigEndian.AppendUint32(images, uint32(v))
		}
		labels := binary.BigEndian.AppendUint32(nil, 0x801)
		labels = binary.BigEndian.AppendUint32(labels, uint32(set.n))
		for i := range set.n {
			class := rng.IntN(10)
			if fault == "even" {
				class = i % 10
			}
			labels = append(labels, byte(class))
			for p := range 784 {
				v := byte(0)
				if (p/28+p%28)/(2+class)%2 == 0 {
					v = byte(100 + rng.IntN(100))
				}
				images = append(images, v)
			}
		}
		wrap := func(b []byte) []byte {
			var z bytes.Buffer
			w, err := gzip.NewWriterLevel(&z, gzip.BestSpeed)
			check(err)
			_, err = w.Write(b)
			check(errors.Join(err, w.Close()))
			return z.Bytes()
		}
		imageFile, labelFile := wrap(images), wrap(labels)
		if set.name == "train" {
			switch fault {
			case "", "even":
			case "notgzip":
				imageFile = images
			case "magic":
				images[3] = 1
				imageFile = wrap(images)
			case "truncated":
				imageFile = wrap(images[:len(images)-100])
			case "cut":
				imageFile = imageFile[:len(imageFile)/2]
			case "counts":
				binary.BigEndian.PutUint32(labels[4:], uint32(set.n-1))
				labelFile = wrap(labels[:len(labels)-1])
			case "label":
				labels[8+3] = 10
				labelFile = wrap(labels)
			case "size":
				binary.BigEndian.PutUint32(images[8:], 14)
				imageFile = wrap(images)
			case "gigabytes":
				binary.BigEndian.PutUint32(images[4:], 0xffffffff)
				imageFile = wrap(images)
			default:
				check(fmt.Errorf("unknown fault %q", fault))
			}
		}
		check(os.WriteFile(dir+"/"+set.name+"-images-idx3-ubyte.gz", imageFile, 0o644))
		check(os.WriteFile(dir+"/"+set.name+"-labels-idx1-ubyte.gz", labelFile, 0o644))
	}
}

// mkarray writes an .npy file of a shape such as 20x4. Kinds: normal (float32,
// in five clusters), nan or inf (one of them), equal, bytes, unit (floats from 0 to
// 1), duplicates (three different rows), constant (the second column), scales (the
// first column times 1e30, the second times 1e-30), far (the last row, by 1e6),
// beyond (unit, but for the last, which is 2), bool, gigabytes (a header that claims
// them), zeros (bytes that take no room on a disk), cut (one of those is missing).
func mkarray(ts *testscript.TestScript, neg bool, args []string) {
	path := ts.MkAbs(args[0])
	var shape []int
	n := 1
	for s := range strings.SplitSeq(args[1], "x") {
		v, err := strconv.Atoi(s)
		ts.Check(err)
		shape = append(shape, v)
		n *= v
	}
	if args[2] == "zeros" || args[2] == "cut" {
		mkzeros(ts.Check, path, shape, args[2] == "cut")
		return
	}
	rng := rand.New(rand.NewPCG(1, 0))
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64() + 10*float64(i/shape[len(shape)-1]%5))
	}
	var data any = values
	header := func(descr, shape string) []byte {
		h := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape)
		h += strings.Repeat(" ", 117-len(h)) + "\n"
		return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(h)), 0), h...)
	}
	var raw []byte
	switch kind := args[2]; kind {
	case "normal":
	case "nan":
		values[n/2] = float32(math.NaN())
	case "inf":
		values[n/2] = float32(math.Inf(1))
	case "duplicates", "constant", "scales", "far":
		columns := shape[1]
		for i := range values {
			switch row, column := i/columns, i%columns; {
			case kind == "duplicates":
				values[i] = float32(row % 3 * (1 + column))
			case kind == "constant" && column == 1:
				values[i] = 7
			case kind == "scales" && column == 0:
				values[i] *= 1e30
			case kind == "scales" && column == 1:
				values[i] *= 1e-30
			case kind == "far" && row == shape[0]-1:
				values[i] += 1e6
			}
		}
	case "equal":
		for i := range values {
			values[i] = 3
		}
	case "unit", "beyond":
		for i := range values {
			values[i] = float32(rng.Float64())
		}
		if kind == "beyond" {
			values[n-1] = 2
		}
	case "bytes":
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i % 10)
		}
		data = b
	case "bool":
		raw = append(header("|b1", "(2, 2)"), make([]byte, 4)...)
	case "gigabytes":
		raw = append(header("<f4", "(1000000000, 30)"), make([]byte, 16)...)
	default:
		ts.Fatalf("unknown kind %q", kind)
	}
	if raw == nil {
		var b bytes.Buffer
		ts.Check(npy.Write(&b, shape, data))
		raw = b.Bytes()
	}
	ts.Check(os.WriteFile(path, raw, 0o644))
}

// mkzeros writes an .npy file of bytes that are 0, as a file with a hole. If it is cut
// the last is missing.
func mkzeros(check func(error), path string, shape []int, cut bool) {
	f, err := os.Create(path)
	check(err)
	_, err = npy.NewWriter[byte](f, shape)
	check(err)
	size, err := f.Seek(0, io.SeekCurrent)
	check(err)
	n := int64(1)
	for _, d := range shape {
		n *= int64(d)
	}
	if cut {
		n--
	}
	check(errors.Join(f.Truncate(size+n), f.Close()))
}

// mkweights writes kernels and biases of layers between so many units.
func mkweights(ts *testscript.TestScript, neg bool, args []string) {
	var weights []npy.Entry
	add := func(shape ...int) {
		n := 1
		for _, d := range shape {
			n *= d
		}
		weights = append(weights, npy.Entry{Name: fmt.Sprintf("arr_%d", len(weights)), Array: npy.Array{Shape: shape, Data: make([]float32, n)}})
	}
	before := 0
	for i, text := range args[1:] {
		units, err := strconv.Atoi(text)
		ts.Check(err)
		if i > 0 {
			add(before, units)
			add(units)
		}
		before = units
	}
	var b bytes.Buffer
	ts.Check(npy.WriteNPZ(&b, weights))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

func mkpng(ts *testscript.TestScript, neg bool, args []string) {
	width, err := strconv.Atoi(args[1])
	ts.Check(err)
	height, err := strconv.Atoi(args[2])
	ts.Check(err)
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i)
	}
	var b bytes.Buffer
	ts.Check(png.Encode(io.Writer(&b), picture))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}
