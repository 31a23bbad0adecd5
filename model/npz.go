// This file loads and saves weights as numpy keeps Keras' ones.

package model

import (
	"fmt"
	"io"
	"slices"

	"stackedae/internal/npy"
)

// LoadNPZ returns a model of the architecture with the weights in an .npz
// file as np.savez(file, *model.get_weights()) writes it: arrays arr_0, arr_1,
// …, which are kernel and bias, layer by layer. They may be float32 or
// float64. Other entries are ignored; a missing one or another shape is an
// error.
func LoadNPZ(path string, spec Spec) (*Model, error) {
	file, err := npy.OpenNPZ(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	defer file.Close()
	return fromNPZ(file, "model: "+path, spec)
}

// ReadNPZ is LoadNPZ for the .npz file of size bytes that r holds.
func ReadNPZ(r io.ReaderAt, size int64, spec Spec) (*Model, error) {
	file, err := npy.NewNPZ(r, size)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return fromNPZ(file, "model", spec)
}

// fromNPZ reads an open file, which messages name so.
func fromNPZ(file *npy.NPZ, name string, spec Spec) (*Model, error) {
	m, err := zero(spec)
	if err != nil {
		return nil, err
	}
	for i, w := range m.Weights() {
		entry := arrayName(i)
		array, err := file.Read(entry)
		if err != nil {
			return nil, fmt.Errorf("model: %s (%s): %w", w.Name, entry, err)
		}
		if _, bytes := array.Data.([]byte); bytes || !slices.Equal(array.Shape, w.Shape) {
			return nil, fmt.Errorf("%s: %s (%s): %T of shape %v, want floats of shape %v", name, w.Name, entry, array.Data, array.Shape, w.Shape)
		}
		copy(w.Values, array.Float32s())
	}
	if err := m.CheckFinite(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// WriteNPZ writes the weights as LoadNPZ and Keras' set_weights want them:
// arrays arr_0, arr_1, … of float32, kernel and bias, layer by layer. Equal
// weights give equal bytes. The architecture is in the arrays' shapes alone.
func (m *Model) WriteNPZ(w io.Writer) error {
	var entries []npy.Entry
	for i, weight := range m.Weights() {
		entries = append(entries, npy.Entry{Name: arrayName(i), Array: npy.Array{Shape: weight.Shape, Data: weight.Values}})
	}
	if err := npy.WriteNPZ(w, entries); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

// arrayName is the name that numpy.savez gives its argument number i.
func arrayName(i int) string { return fmt.Sprintf("arr_%d", i) }
