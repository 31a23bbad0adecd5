// This file tests models of files that do not tell their architecture, also files of
// Keras'.

package model

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"stackedae/internal/npy"
)

func TestImportOfKeras(t *testing.T) {
	for _, c := range []struct {
		file string
		want Spec
	}{
		{"steps-100-30.npz", Stacked(784, 100, 30)},
		{"steps-64-12.npz", Stacked(784, 64, 12)},
		{"steps-256-64-16.npz", Stacked(784, 256, 64, 16)},
		{"tied/steps-tied-100-30.npz", Spec{Inputs: 784, Encoder: Stacked(784, 100, 30).Encoder, Decoder: Stacked(784, 100, 30).Decoder, Tied: true}},
	} {
		path := filepath.Join("../testdata/keras", c.file)
		got, err := Import(path, nil)
		if err != nil {
			t.Error(err)
			continue
		}
		want, err := LoadNPZ(path, c.want)
		if err != nil {
			t.Fatal(err)
		}
		sameModel(t, c.file, got, want)
	}
}

// sameModel wants a model to be the other, to the last byte of its file.
func sameModel(t *testing.T, name string, got, want *Model) {
	t.Helper()
	g, err := got.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	w, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(g, w) {
		t.Errorf("%s: %v, want %v with all weights", name, got.Spec, want.Spec)
	}
}

// TestImportArrays makes .npz files of arrays of zeros.
func TestImportArrays(t *testing.T) {
	for _, c := range []struct {
		shapes string
		hidden []int
		want   string // the architecture, or the error's end
	}{
		{"4x2 2 2x4 4", nil, "4-2-4"},
		{"4x2 2 2x4 4", []int{2}, "4-2-4"},
		{"4x3 3 3x2 2 2x3 3 3x4 4", nil, "4-3-2-3-4"},
		{"4x3 3 3x2 2 3 4", nil, "4-3-2-3-4 tied"},
		{"4x3 3 3x2 2 3 4", []int{3, 2}, "4-3-2-3-4 tied"},
		{"4x3 3 3x2 2 2x4 4", []int{3, 2}, "4-3-2-4"},
		{"4x2 2 2x2 2 2x2 2 2x4 4", []int{2}, "4-2-2-2-4"},

		{"4x3 3 3x2 2 2x4 4", nil, "layers of [3 2 4] units after 4 inputs do not mirror each other, want the encoder's units"},
		{"4x3 3 3x2 2 2x2 2 2x4 4", nil, "layers of [3 2 2 4] units after 4 inputs do not mirror each other, want the encoder's units"},
		{"4x2 2 2x4 4", []int{3}, "encoder layers of [2] units, want [3]"},
		{"4x3 3 3x2 2 3 4", []int{3}, "encoder layers of [3 2] units, want [3]"},
		{"4x2 2 2x4 4", []int{2, 4}, "2 layers, want more than the encoder's 2"},
		{"4x2 2 2x5 5", []int{2}, "the decoder ends in 5 units, want one an input: 4"},
		{"4x2 2 3x4 4", nil, "arr_2: shape [3 4], want a kernel of 2 rows, one for each unit before it"},
		{"4x2 3 2x4 4", nil, "arr_0: a kernel of shape [4 2] without a bias of 2 behind it"},
		{"4x2 2 2x4", nil, "arr_2: a kernel of shape [2 4] without a bias of 4 behind it"},
		{"4x3 3 3x2 2 3 3x4", nil, "arr_5: shape [3 4] after a bias without a kernel, want the bias of a tied layer"},
		{"4x3 3 3x2 2 4 4", nil, "tied: decoder layer 0 of 4 units, want 3, as many as its mirror takes"},
		{"4 4x2", nil, "no arr_0 of two dimensions, want the first layer's kernel"},
		{"", nil, "no arr_0 of two dimensions, want the first layer's kernel"},
		{"1x2x3 3", nil, "no arr_0 of two dimensions, want the first layer's kernel"},
		{"0x2 2 2x0 0", nil, "0 inputs, want 1 to 65536"},
		{"4x2 2 2x4 4" + strings.Repeat(" 4", 253), nil, "257 arrays, want at most 256"},
	} {
		var entries []npy.Entry
		for i, text := range strings.Fields(c.shapes) {
			n, shape := 1, []int{}
			for d := range strings.SplitSeq(text, "x") {
				var dim int
				fmt.Sscan(d, &dim)
				n, shape = n*dim, append(shape, dim)
			}
			entries = append(entries, npy.Entry{Name: arrayName(i), Array: npy.Array{Shape: shape, Data: make([]float32, n)}})
		}
		m, err := Import(writeNPZ(t, entries), c.hidden)
		got := ""
		if err == nil {
			got = m.Spec.String()
		} else {
			_, got, _ = strings.Cut(err.Error(), "weights.npz: ")
		}
		if got != c.want {
			t.Errorf("arrays %.40s, hidden %v: %q, want %q", c.shapes, c.hidden, got, c.want)
		}
		if told := strings.HasSuffix(c.want, "units"); told != errors.Is(err, ErrSplit) {
			t.Errorf("arrays %s: error %v is ErrSplit: %v, want %v", c.shapes, err, !told, told)
		}
	}
	stray := []npy.Entry{{Name: "arr_1", Array: npy.Array{Shape: []int{1}, Data: []float32{0}}}}
	if _, err := Import(writeNPZ(t, stray), nil); err == nil || !strings.HasSuffix(err.Error(), `no array "arr_0", want one of its 1: ["arr_1"]`) {
		t.Errorf("no arr_0: error %v", err)
	}
}

func writeNPZ(t *testing.T, entries []npy.Entry) (path string) {
	t.Helper()
	var b bytes.Buffer
	if err := npy.WriteNPZ(&b, entries); err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "weights.npz")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestImportSafetensors takes the architecture, or more, from files of ours.
func TestImportSafetensors(t *testing.T) {
	tied := Stacked(6, 4, 3)
	tied.Tied = true
	for _, spec := range []Spec{Stacked(6, 3), Stacked(6, 4, 3), tied, {Inputs: 6, Encoder: Stacked(6, 5, 2).Encoder, Decoder: Stacked(6, 2).Decoder}} {
		m := mustNew(t, spec)
		path := filepath.Join(t.TempDir(), "whole.safetensors")
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := Import(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		sameModel(t, spec.String(), got, m)

		views := map[string]safetensors.TensorView{}
		for _, w := range m.Weights() {
			if views[w.Name], err = view(safetensors.F32, w.Shape, w.Values); err != nil {
				t.Fatal(err)
			}
		}
		save := func() {
			t.Helper()
			data, err := safetensors.Serialize(views, nil)
			if err == nil {
				err = os.WriteFile(path, data, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		save()
		if _, err := Load(path); err == nil {
			t.Error("Load takes a file without an architecture")
		}
		if got, err = Import(path, nil); err != nil {
			t.Fatal(err)
		}
		sameModel(t, spec.String()+" by names", got, m)

		refused := func(name, want string, hidden ...int) {
			t.Helper()
			save()
			if _, err := Import(path, hidden); err == nil || !strings.Contains(err.Error(), "whole.safetensors: "+want) {
				t.Errorf("%v, %s: error %v, want %s", spec, name, err, want)
			}
		}
		refused("another encoder", "encoder layers of [", 1, 2, 3)
		views["stray"] = views["encoder.0.bias"]
		refused("a stray tensor", "tensors of ")
		delete(views, "stray")
		last := fmt.Sprintf("decoder.%d.bias", len(spec.Decoder)-1)
		views[last] = views["encoder.0.bias"]
		refused("a short bias", "the decoder ends in")
		for name := range views {
			if strings.HasPrefix(name, "decoder") {
				delete(views, name)
			}
		}
		refused("no decoder", `no metadata entry "architecture", and no tensors`)
	}
}

// FuzzImport looks for a file that panics, or whose weights are others when they are
// written with the architecture that was found.
func FuzzImport(f *testing.F) {
	tied := Stacked(6, 4, 3)
	tied.Tied = true
	for _, spec := range []Spec{Stacked(6, 3), Stacked(6, 4, 3), tied} {
		m := mustNew(f, spec)
		var npz bytes.Buffer
		if err := m.WriteNPZ(&npz); err != nil {
			f.Fatal(err)
		}
		data, err := m.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(npz.Bytes(), byte(0), byte(0))
		f.Add(npz.Bytes(), byte(3), byte(2))
		f.Add(data, byte(0), byte(0))
		f.Add(bytes.Replace(data, []byte(architectureKey), []byte("architect_re"), 1), byte(0), byte(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, first, second byte) {
		if len(data) > 1<<16 {
			return
		}
		hidden := slices.DeleteFunc([]int{int(first), int(second)}, func(units int) bool { return units == 0 })
		m, _, err := unmarshal(data, func(file safetensors.SafeTensors, metadata map[string]string) (Spec, error) {
			return importedSpec(file, metadata, hidden)
		})
		if file, errNPZ := npy.NewNPZ(bytes.NewReader(data), int64(len(data))); errNPZ == nil {
			m, err = importArrays(file, "model", hidden)
		}
		if err != nil {
			return
		}
		if err := m.Spec.checkHidden(hidden); err != nil {
			t.Error(err)
		}
		written, err := m.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := Unmarshal(written)
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range m.Weights() {
			if !slices.Equal(w.Values, again.Weights()[i].Values) {
				t.Errorf("%s: other values", w.Name)
			}
		}
	})
}
