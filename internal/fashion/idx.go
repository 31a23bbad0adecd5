// This file reads one gzipped IDX file: images or labels.
//
// The format is described under "The IDX file format" on the page of MNIST
// (http://yann.lecun.com/exdb/mnist/): a magic number of two zero bytes, the
// type of the elements (8 is unsigned byte) and the number of dimensions; the
// size of each dimension, 32 bits, big-endian; then the elements, the last
// dimension running fastest.
//
// A file is believed only as far as it has been checked: its header against
// the limits below before memory is taken, its length and its checksum after.

package fashion

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
)

// MaxImages is the largest number of images that a file may have, 17 times
// what Fashion-MNIST's training file has: 784 MiB of pixels.
const MaxImages = 1 << 20

// maxRatio bounds what a gzip file of n bytes can unpack to, n*maxRatio bytes.
// The shortest code of deflate for its longest match (258 bytes, RFC 1951
// section 3.2.5) takes two bits, one for the length and one for the distance.
const maxRatio = 258 * 8 / 2

// An idxKind is what the header of a kind of file must say.
type idxKind struct {
	magic      uint32
	headerSize int    // bytes: magic number and sizes
	itemSize   int    // bytes of one image or label
	items      string // what is counted, for messages
}

var (
	imageKind = idxKind{magic: 0x803, headerSize: 4 + 3*4, itemSize: Pixels, items: "images"}
	labelKind = idxKind{magic: 0x801, headerSize: 4 + 1*4, itemSize: 1, items: "labels"}
)

// An idxFile is a file whose header has been read and checked.
type idxFile struct {
	kind   *idxKind
	count  int // images or labels, by the header
	gz     *gzip.Reader
	source io.Closer
}

// newIDXFile reads the header of the gzip file r, which is size bytes long.
// The caller closes r if there is an error, and the idxFile otherwise.
func newIDXFile(r io.ReadCloser, size int64, kind *idxKind) (*idxFile, error) {
	// This gzip takes two thirds of compress/gzip's time. It asks for single
	// bytes, so give it a large buffer.
	gz, err := gzip.NewReader(bufio.NewReaderSize(r, 1<<16))
	if errors.Is(err, io.EOF) {
		return nil, errors.New("is empty, want a gzip file")
	}
	if err != nil {
		return nil, fmt.Errorf("is no gzip file: %w", err)
	}
	header := make([]byte, kind.headerSize)
	if n, err := io.ReadFull(gz, header); err != nil {
		return nil, shortError(n, int64(kind.headerSize), "the header", err)
	}
	if magic := binary.BigEndian.Uint32(header); magic != kind.magic {
		return nil, fmt.Errorf("magic %#x at offset 0, want %#x", magic, kind.magic)
	}
	if kind.itemSize == Pixels {
		height, width := binary.BigEndian.Uint32(header[8:]), binary.BigEndian.Uint32(header[12:])
		if height != Side || width != Side {
			return nil, fmt.Errorf("images of %d x %d at offset 8, want %d x %d", height, width, Side, Side)
		}
	}
	count := int64(binary.BigEndian.Uint32(header[4:]))
	if count > MaxImages {
		return nil, fmt.Errorf("%d %s at offset 4, want at most %d", count, kind.items, MaxImages)
	}
	f := &idxFile{kind: kind, count: int(count), gz: gz, source: r}
	if limit := size * maxRatio; f.size() > limit {
		return nil, fmt.Errorf("%d %s at offset 4 make %d bytes, want at most %d, what %d bytes of gzip can hold", count, kind.items, f.size(), limit, size)
	}
	return f, nil
}

// size is the number of bytes that the file unpacks to, by its header.
func (f *idxFile) size() int64 {
	return int64(f.kind.headerSize) + int64(f.count)*int64(f.kind.itemSize)
}

// readAll reads everything after the header into dst, whose length must be
// count items, and checks that the file ends there, its checksum, and that
// labels are classes.
func (f *idxFile) readAll(dst []byte) error {
	if n, err := io.ReadFull(f.gz, dst); err != nil {
		return shortError(f.kind.headerSize+n, f.size(), fmt.Sprintf("%d %s", f.count, f.kind.items), err)
	}
	// Asking for one byte more verifies the checksum if the file is over, and
	// unpacks no further if it is not.
	switch _, err := io.ReadFull(f.gz, make([]byte, 1)); {
	case err == nil:
		return fmt.Errorf("goes on at offset %d, want the end after %d %s", f.size(), f.count, f.kind.items)
	case !errors.Is(err, io.EOF):
		return fmt.Errorf("bad gzip data after offset %d: %w", f.size(), err)
	}
	if f.kind == &labelKind {
		for i, label := range dst {
			if label >= Classes {
				return fmt.Errorf("label %d at index %d, want 0 to %d", label, i, Classes-1)
			}
		}
	}
	return nil
}

// Close closes the underlying file.
func (f *idxFile) Close() error { return f.source.Close() }

// shortError says why reading stopped after got unpacked bytes instead of the
// want bytes of what.
func shortError(got int, want int64, what string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("ends after %d bytes, want %d for %s: %w", got, want, what, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("bad gzip data after offset %d: %w", got, err)
}
