// This file feeds the IDX reader random bytes.

package fashion

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"
)

// FuzzReadIDX reads data as a file of images or of labels, packed by the test
// or taken as packed. What is accepted must be canonical: the header made from
// the count and the items are the unpacked file.
func FuzzReadIDX(f *testing.F) {
	for _, c := range readerErrors {
		if len(c.unpacked) < 1<<16 {
			f.Add(c.unpacked, true, c.file == trainImages || c.file == testImages)
		}
	}
	for _, b := range smallFolder() {
		b = b[:min(len(b), 1<<12)]
		f.Add(b, true, b[3] == 3)
		f.Add(zipped(f, b), false, b[3] == 3)
	}
	f.Add(images(2), true, true)
	f.Add(labels(2), true, false)
	f.Add(zipped(f, images(2)), false, true)
	f.Fuzz(func(t *testing.T, data []byte, pack, asImages bool) {
		if len(data) > 1<<16 {
			return
		}
		kind := &labelKind
		if asImages {
			kind = &imageKind
		}
		if pack {
			data = zipped(t, data)
		}
		idx, err := newIDXFile(io.NopCloser(bytes.NewReader(data)), int64(len(data)), kind)
		if err != nil {
			return
		}
		items := make([]byte, idx.count*kind.itemSize)
		if err := idx.readAll(items); err != nil {
			return
		}
		r, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("accepted what gzip refuses: %v", err)
		}
		want := header(kind.magic, uint32(idx.count))
		if asImages {
			want = append(want, header(Side, Side)...)
		}
		if !bytes.Equal(unpacked, append(want, items...)) {
			t.Errorf("accepted a file of %d bytes that is not its header and %d %s", len(unpacked), idx.count, kind.items)
		}
	})
}
