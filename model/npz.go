// This file loads weights as numpy keeps Keras' ones.

package model

import (
	"fmt"
	"slices"

	"stackedae/internal/npy"
)

// LoadNPZ returns a model of the architecture with the weights in an .npz
// file as np.savez(file, *model.get_weights()) writes it: arrays arr_0, arr_1,
// …, which are kernel and bias, layer by layer. They may be float32 or
// float64. Other entries are ignored; a missing one or another shape is an
// error.
func LoadNPZ(path string, spec Spec) (*Model, error) {
	m, err := zero(spec)
	if err != nil {
		return nil, err
	}
	file, err := npy.OpenNPZ(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	defer file.Close()
	for i, w := range m.Weights() {
		name := fmt.Sprintf("arr_%d", i)
		array, err := file.Read(name)
		if err != nil {
			return nil, fmt.Errorf("model: %s (%s): %w", w.Name, name, err)
		}
		if _, bytes := array.Data.([]byte); bytes || !slices.Equal(array.Shape, w.Shape) {
			return nil, fmt.Errorf("model: %s: %s (%s): %T of shape %v, want floats of shape %v", path, w.Name, name, array.Data, array.Shape, w.Shape)
		}
		copy(w.Values, array.Float32s())
	}
	if err := m.CheckFinite(); err != nil {
		return nil, fmt.Errorf("model: %s: %w", path, err)
	}
	return m, nil
}
