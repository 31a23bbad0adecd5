// This file packs arrays of numbers for the page: little-endian, compressed, in
// base64.

package report

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"html/template"
	"math"

	"github.com/klauspost/compress/gzip"
)

// array is a packed array of the page.
type array struct {
	Name string
	Text template.HTML // base64 has no character that HTML knows
}

// pack compresses data under a name.
func pack(name string, data []byte) (array, error) {
	var b bytes.Buffer
	encoder := base64.NewEncoder(base64.StdEncoding, &b)
	// Level 6 is a twentieth larger than 9 for images, in a fifth of the time.
	w, err := gzip.NewWriterLevel(encoder, 6)
	if err != nil {
		return array{}, err
	}
	if _, err := w.Write(data); err != nil {
		return array{}, err
	}
	if err := errors.Join(w.Close(), encoder.Close()); err != nil {
		return array{}, err
	}
	return array{name, template.HTML(b.String())}, nil
}

// floats returns numbers as bytes, the first byte of all, then the second of
// all, and so on: signs and exponents, which repeat, come to stand together.
func floats(lists ...[]float32) []byte {
	n := 0
	for _, list := range lists {
		n += len(list)
	}
	b := make([]byte, 4*n)
	i := 0
	for _, list := range lists {
		for _, v := range list {
			bits := math.Float32bits(v)
			b[i], b[n+i], b[2*n+i], b[3*n+i] = byte(bits), byte(bits>>8), byte(bits>>16), byte(bits>>24)
			i++
		}
	}
	return b
}

// gridSteps is what positions are rounded to: the longer side of an embedding
// has so many steps, a tenth of a pixel on any screen.
const gridSteps = 1<<16 - 1

// positions returns points as pairs of 16 bits, in their bounding square.
func positions(points [][2]float64) []byte {
	low, high := points[0], points[0]
	for _, p := range points {
		for k := range 2 {
			low[k], high[k] = min(low[k], p[k]), max(high[k], p[k])
		}
	}
	side := max(high[0]-low[0], high[1]-low[1])
	if !(side > 0) {
		side = 1
	}
	var b []byte
	for _, p := range points {
		for k := range 2 {
			margin := (side - (high[k] - low[k])) / 2
			v := (p[k] - low[k] + margin) / side * gridSteps
			b = binary.LittleEndian.AppendUint16(b, uint16(math.Round(min(max(v, 0), gridSteps))))
		}
	}
	return b
}
