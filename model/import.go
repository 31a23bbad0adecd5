// This file reads weights of other programs, whose files do not tell an architecture:
// it is that of the arrays' shapes.

package model

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"stackedae/internal/npy"
)

// ErrSplit is in the error of Import for layers of which it has to be told where the
// encoder ends.
var ErrSplit = errors.New("want the encoder's units")

// Import reads a model from a file of weights, known by the end of its name: .npz, of
// the arrays that LoadNPZ reads and no others, or .safetensors, which Load reads or
// which has its tensors alone, without an architecture.
//
// Where the file tells no architecture it is that of the shapes. Every layer has SELU
// activation but the last, which has sigmoid. A decoder that has only biases is tied.
// The layers of an .npz are cut in their middle if the second half mirrors the first;
// otherwise hidden must be the units of the encoder's layers. Of every file it is an
// error if hidden, unless it is empty, is not what the encoder has.
func Import(path string, hidden []int) (*Model, error) {
	switch extension := filepath.Ext(path); {
	case strings.EqualFold(extension, ".npz"):
		return importNPZ(path, hidden)
	case strings.EqualFold(extension, ".safetensors"):
		return load(path, func(file safetensors.SafeTensors, metadata map[string]string) (Spec, error) {
			return importedSpec(file, metadata, hidden)
		})
	default:
		return nil, fmt.Errorf("model: %s: extension %q, want .npz or .safetensors", path, extension)
	}
}

// importedSpec returns the architecture that a safetensors file tells, or that of its
// tensors' shapes.
func importedSpec(file safetensors.SafeTensors, metadata map[string]string, hidden []int) (spec Spec, err error) {
	if _, told := metadata[architectureKey]; told {
		spec, err = toldArchitecture(file, metadata)
	} else {
		spec, err = namedArchitecture(file)
	}
	if err != nil {
		return Spec{}, err
	}
	return spec, spec.checkHidden(hidden)
}

// namedArchitecture returns the architecture that the tensors of our names have. That
// all of them fit it, and that there are no others, is not looked at.
func namedArchitecture(file safetensors.SafeTensors) (Spec, error) {
	dim := func(name string) (int, bool) {
		view, ok := file.Tensor(name)
		if !ok || len(view.Shape()) == 0 {
			return 0, false
		}
		return int(view.Shape()[0]), true
	}
	units := func(stretch string) (all []int) {
		for {
			n, ok := dim(fmt.Sprintf("%s.%d.bias", stretch, len(all)))
			if !ok {
				return all
			}
			all = append(all, n)
		}
	}
	inputs, ok := dim("encoder.0.kernel")
	encoder, decoder := units("encoder"), units("decoder")
	if !ok || encoder == nil || decoder == nil {
		return Spec{}, fmt.Errorf("no metadata entry %q, and no tensors encoder.0.kernel, encoder.0.bias and decoder.0.bias, want one or the others", architectureKey)
	}
	spec := specOfUnits(inputs, encoder, decoder)
	_, own := file.Tensor("decoder.0.kernel")
	spec.Tied = !own
	return spec, spec.validate()
}

// specOfUnits returns an architecture of layers as they usually are: SELU, and the
// last sigmoid.
func specOfUnits(inputs int, encoder, decoder []int) Spec {
	layers := func(units []int) (ls []LayerSpec) {
		for _, u := range units {
			ls = append(ls, LayerSpec{u, SELU})
		}
		return ls
	}
	s := Spec{Inputs: inputs, Encoder: layers(encoder), Decoder: layers(decoder)}
	s.Decoder[len(decoder)-1].Activation = Sigmoid
	return s
}

// checkHidden returns an error unless hidden is empty or the encoder's units.
func (s Spec) checkHidden(hidden []int) error {
	var units []int
	for _, l := range s.Encoder {
		units = append(units, l.Units)
	}
	if len(hidden) > 0 && !slices.Equal(units, hidden) {
		return fmt.Errorf("encoder layers of %v units, want %v", units, hidden)
	}
	return nil
}

// importNPZ reads an .npz file as Import does.
func importNPZ(path string, hidden []int) (*Model, error) {
	file, err := npy.OpenNPZ(path)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	defer file.Close()
	return importArrays(file, "model: "+path, hidden)
}

// importArrays reads an open .npz file, which messages name so.
func importArrays(file *npy.NPZ, name string, hidden []int) (*Model, error) {
	names := file.Names()
	if len(names) > 4*MaxLayers { // kernel and bias, of encoder and decoder
		return nil, fmt.Errorf("%s: %d arrays, want at most %d", name, len(names), 4*MaxLayers)
	}
	shapes := make([][]int, len(names))
	for i := range names {
		var err error
		if shapes[i], err = file.Shape(arrayName(i)); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
	}
	spec, err := arraysArchitecture(shapes, hidden)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return fromNPZ(file, name, spec)
}

// arraysArchitecture returns the architecture of arrays of these shapes, in the order
// of Keras' get_weights.
func arraysArchitecture(shapes [][]int, hidden []int) (Spec, error) {
	var widths []int // of the inputs, and the layers that have kernels
	rest := shapes
	for len(rest) > 0 && len(rest[0]) == 2 {
		kernel := rest[0]
		if widths == nil {
			widths = []int{kernel[0]}
		}
		at := len(shapes) - len(rest)
		if last := widths[len(widths)-1]; kernel[0] != last {
			return Spec{}, fmt.Errorf("arr_%d: shape %v, want a kernel of %d rows, one for each unit before it", at, kernel, last)
		}
		if len(rest) == 1 || !slices.Equal(rest[1], kernel[1:]) {
			return Spec{}, fmt.Errorf("arr_%d: a kernel of shape %v without a bias of %d behind it", at, kernel, kernel[1])
		}
		widths, rest = append(widths, kernel[1]), rest[2:]
	}
	if len(widths) == 0 {
		return Spec{}, errors.New("no arr_0 of two dimensions, want the first layer's kernel")
	}
	if len(rest) == 0 {
		return splitLayers(widths, hidden)
	}
	// Tied layers have biases alone.
	var decoder []int
	for _, bias := range rest {
		if len(bias) != 1 {
			return Spec{}, fmt.Errorf("arr_%d: shape %v after a bias without a kernel, want the bias of a tied layer", len(shapes)-len(rest)+len(decoder), bias)
		}
		decoder = append(decoder, bias[0])
	}
	spec := specOfUnits(widths[0], widths[1:], decoder)
	spec.Tied = true
	if err := spec.validate(); err != nil {
		return Spec{}, err
	}
	return spec, spec.checkHidden(hidden)
}

// splitLayers cuts layers, of whose widths the first is the inputs', into encoder and
// decoder.
func splitLayers(widths, hidden []int) (Spec, error) {
	layers, cut := len(widths)-1, len(hidden)
	if cut == 0 {
		cut = layers / 2
		mirrored := slices.Clone(widths)
		slices.Reverse(mirrored)
		if layers%2 == 1 || !slices.Equal(widths, mirrored) {
			return Spec{}, fmt.Errorf("layers of %v units after %d inputs do not mirror each other, %w", widths[1:], widths[0], ErrSplit)
		}
	}
	if cut >= layers {
		return Spec{}, fmt.Errorf("%d layers, want more than the encoder's %d", layers, cut)
	}
	spec := specOfUnits(widths[0], widths[1:1+cut], widths[1+cut:])
	if err := spec.validate(); err != nil {
		return Spec{}, err
	}
	return spec, spec.checkHidden(hidden)
}
