// This file reads the images that a command is given: a split of the data, an
// .npy file or a PNG.

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/files"
	"stackedae/internal/npy"
)

// imageFlags say which images a command takes.
type imageFlags struct {
	Data   string `placeholder:"DIR" xor:"data" help:"Read four IDX .gz files of Fashion-MNIST's names and format from this folder in place of the embedded ones."`
	Split  string `placeholder:"NAME" xor:"split" help:"The part of the data: train, valid, test or all (valid)."`
	Images string `placeholder:"FILE" xor:"data,split" help:"Images in place of the data: .npy of n x 784 or n x 28 x 28 bytes, or floats from 0 to 1; or a PNG of 28 x 28, white on black as in Fashion-MNIST."`
}

// Validate refuses a part that there is not. Kong's own enumeration would want
// a default, which excludes --images.
func (f imageFlags) Validate() error {
	if f.Split != "" && !slices.Contains([]string{"train", "valid", "test", "all"}, f.Split) {
		return fmt.Errorf("--split %q, want train, valid, test or all", f.Split)
	}
	return nil
}

// pictures are images as a network takes them and as files keep them.
type pictures struct {
	inputs graph.Inputs
	bytes  []byte // grey values, n x 784
	labels []byte // nil if unknown
}

// head returns the first n images.
func (p pictures) head(n int) pictures {
	h := pictures{bytes: p.bytes[:n*fashion.Pixels]}
	switch in := p.inputs.(type) {
	case graph.Floats:
		h.inputs = graph.Floats{Values: in.Values[:n*fashion.Pixels], Columns: fashion.Pixels}
	default:
		h.inputs = graph.Bytes{Pixels: h.bytes, Columns: fashion.Pixels}
	}
	return h
}

func (f imageFlags) load() (pictures, error) {
	if f.Images != "" {
		return readImages(f.Images)
	}
	data, err := loadData(f.Data)
	if err != nil {
		return pictures{}, err
	}
	set, err := data.Split(cmp.Or(f.Split, "valid"))
	if err != nil {
		return pictures{}, err
	}
	return picturesOf(set), nil
}

func picturesOf(set fashion.Set) pictures {
	return pictures{
		inputs: graph.Bytes{Pixels: set.Images, Columns: fashion.Pixels},
		bytes:  set.Images,
		labels: set.Labels,
	}
}

// readImages reads a file of images, known by the end of its name.
func readImages(path string) (pictures, error) {
	if isPNG(path) {
		return readPNG(path)
	}
	array, err := npy.ReadFile(path)
	if err != nil {
		return pictures{}, err
	}
	if err := checkImages(path, array.Shape); err != nil {
		return pictures{}, err
	}
	return picturesIn(path, array, 0)
}

func isPNG(path string) bool { return strings.EqualFold(filepath.Ext(path), ".png") }

// checkImages returns an error unless an array's shape is that of images.
func checkImages(path string, shape []int) error {
	if !(len(shape) == 2 && shape[1] == fashion.Pixels) && !(len(shape) == 3 && slices.Equal(shape[1:], []int{fashion.Side, fashion.Side})) {
		return fmt.Errorf("%s: array of shape %v, want n x %d or n x %d x %[4]d", path, shape, fashion.Pixels, fashion.Side)
	}
	if shape[0] == 0 {
		return fmt.Errorf("%s: no images, want at least one", path)
	}
	return nil
}

// picturesIn returns an array of images as pictures. The first has that number in its
// file.
func picturesIn(path string, array *npy.Array, first int) (pictures, error) {
	if grey, ok := array.Data.([]byte); ok {
		return pictures{inputs: graph.Bytes{Pixels: grey, Columns: fashion.Pixels}, bytes: grey}, nil
	}
	values := array.Float32s()
	grey := make([]byte, len(values))
	for i, v := range values {
		if !(v >= 0 && v <= 1) {
			return pictures{}, fmt.Errorf("%s: image %d, pixel %d is %v, want 0 to 1", path, first+i/fashion.Pixels, i%fashion.Pixels, v)
		}
		grey[i] = byte(math.RoundToEven(float64(v) * 255))
	}
	return pictures{inputs: graph.Floats{Values: values, Columns: fashion.Pixels}, bytes: grey}, nil
}

// maxPNG bounds a PNG of 28 x 28 pixels, whatever else it holds.
const maxPNG = 1 << 20

// readPNG reads one image of 28 x 28 pixels, colours turned to grey.
func readPNG(path string) (pictures, error) {
	data, err := files.Read(path, maxPNG)
	if err != nil {
		return pictures{}, fmt.Errorf("%s: %w", path, err)
	}
	// The header first: Decode would take the memory that it claims.
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return pictures{}, fmt.Errorf("%s: %w", path, err)
	}
	if config.Width != fashion.Side || config.Height != fashion.Side {
		return pictures{}, fmt.Errorf("%s: %d x %d pixels, want %d x %[4]d", path, config.Width, config.Height, fashion.Side)
	}
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return pictures{}, fmt.Errorf("%s: %w", path, err)
	}
	grey := greyOf(picture)
	return pictures{inputs: graph.Bytes{Pixels: grey, Columns: fashion.Pixels}, bytes: grey}, nil
}

func greyOf(picture image.Image) []byte {
	var grey []byte
	b := picture.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			grey = append(grey, color.GrayModel.Convert(picture.At(x, y)).(color.Gray).Y)
		}
	}
	return grey
}
