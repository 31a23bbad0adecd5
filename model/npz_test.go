// This file tests weights as numpy keeps them, also against a file of Keras'.

package model

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stackedae/internal/npy"
)

func TestLoadNPZ(t *testing.T) {
	spec := Stacked(6, 3)
	want := mustNew(t, spec)
	entries := func() []npy.Entry {
		var es []npy.Entry
		for i, w := range want.Weights() {
			es = append(es, npy.Entry{Name: fmt.Sprintf("arr_%d", i), Array: npy.Array{Shape: w.Shape, Data: slices.Clone(w.Values)}})
		}
		return es
	}
	write := func(es []npy.Entry) string {
		var b bytes.Buffer
		if err := npy.WriteNPZ(&b, es); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "weights.npz")
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	extra := append(entries(), npy.Entry{Name: "note", Array: npy.Array{Shape: []int{1}, Data: []byte{1}}})
	m, err := LoadNPZ(write(extra), spec)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range want.Weights() {
		if got := m.Weights()[i]; !slices.Equal(got.Values, w.Values) {
			t.Errorf("%s = %v, want %v", w.Name, got.Values, w.Values)
		}
	}

	bytesInside, infinite := entries(), entries()
	bytesInside[3].Data = make([]byte, 6)
	infinite[0].Data.([]float32)[5] = float32(math.Inf(-1))
	for _, c := range []struct {
		name string
		es   []npy.Entry
		spec Spec
		want string
	}{
		{"missing entry", entries()[:3], spec, "arr_3"},
		{"other architecture", entries(), Stacked(6, 2), "encoder.0.kernel (arr_0): []float32 of shape [6 3], want floats of shape [6 2]"},
		{"bytes", bytesInside, spec, "decoder.0.bias (arr_3): []uint8"},
		{"infinite weight", infinite, spec, "encoder.0.kernel: element 5 is -Inf"},
	} {
		if m, err := LoadNPZ(write(c.es), c.spec); m != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: model %v, error %v, want one with %q", c.name, m, err, c.want)
		}
	}
	if _, err := LoadNPZ("no-such-file.npz", spec); err == nil || !strings.Contains(err.Error(), "no-such-file.npz") {
		t.Errorf("missing file: error %v", err)
	}
}

// TestWriteNPZ loads what Keras has written and compares its arrays with those
// that come out again.
func TestWriteNPZ(t *testing.T) {
	const file = "../testdata/keras/steps-64-12.npz"
	m, err := LoadNPZ(file, Stacked(784, 64, 12))
	if err != nil {
		t.Fatal(err)
	}
	var b, again bytes.Buffer
	if err := m.WriteNPZ(&b); err != nil {
		t.Fatal(err)
	}
	if err := m.WriteNPZ(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Fatalf("the same weights give other bytes (%v)", err)
	}
	got, err := npy.NewNPZ(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	want, err := npy.OpenNPZ(file)
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	if diff := cmp.Diff(got.Names(), want.Names()); diff != "" || len(want.Names()) != 8 {
		t.Fatalf("names (-got +want):\n%s", diff)
	}
	for _, name := range want.Names() {
		g, err := got.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		w, err := want.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		if !cmp.Equal(g, w) {
			t.Errorf("%s is not what Keras has written", name)
		}
	}
}

// FuzzReadNPZ looks for a file that panics, or whose weights are others after
// writing and reading them again.
func FuzzReadNPZ(f *testing.F) {
	var whole bytes.Buffer
	spec := Stacked(6, 3, 2)
	if err := mustNew(f, spec).WriteNPZ(&whole); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ReadNPZ(bytes.NewReader(data), int64(len(data)), spec)
		if err != nil {
			return
		}
		var written bytes.Buffer
		if err := m.WriteNPZ(&written); err != nil {
			t.Fatal(err)
		}
		again, err := ReadNPZ(bytes.NewReader(written.Bytes()), int64(written.Len()), spec)
		if err != nil {
			t.Fatalf("written and read again: %v", err)
		}
		if diff := cmp.Diff(m.Weights(), again.Weights()); diff != "" {
			t.Fatalf("weights written and read again (-was +is):\n%s", diff)
		}
	})
}
