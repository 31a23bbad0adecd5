// This file saves and loads a model as safetensors, a format that Python,
// Rust and JavaScript read too (https://github.com/huggingface/safetensors).

package model

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"
	"gorgonia.org/tensor"

	"stackedae/internal/files"
)

// architectureKey is the metadata entry that holds the Spec as JSON.
const architectureKey = "architecture"

// maxFile bounds a model file: the largest model and its header.
const maxFile = 4*MaxParameters + 1<<20

// MarshalBinary returns the model as the bytes of a safetensors file. Equal
// models give equal bytes.
func (m *Model) MarshalBinary() ([]byte, error) { return m.MarshalWith(Attachment{}) }

// MarshalWith is MarshalBinary with an attachment in the file.
func (m *Model) MarshalWith(a Attachment) ([]byte, error) {
	architecture, err := json.Marshal(m.Spec)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	views := map[string]safetensors.TensorView{}
	if err := a.marshal(views); err != nil {
		return nil, err
	}
	for _, w := range m.Weights() {
		if views[w.Name], err = view(safetensors.F32, w.Shape, w.Values); err != nil {
			return nil, fmt.Errorf("model: %s: %w", w.Name, err)
		}
	}
	metadata := maps.Clone(a.Metadata)
	if metadata == nil {
		metadata = map[string]string{}
	}
	metadata[architectureKey] = string(architecture)
	return safetensors.Serialize(views, metadata)
}

// view returns a tensor as a safetensors file holds it.
func view(t safetensors.DType, shape []int, values any) (safetensors.TensorView, error) {
	data, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		return safetensors.TensorView{}, err
	}
	return safetensors.NewTensorView(t, unsigned(shape), data)
}

func unsigned(shape []int) []uint64 {
	u := make([]uint64, len(shape))
	for i, v := range shape {
		u[i] = uint64(v)
	}
	return u
}

// Save writes the model to a safetensors file, whole or not at all.
func (m *Model) Save(path string) error {
	data, err := m.MarshalBinary()
	if err != nil {
		return err
	}
	if err := files.Write(path, data); err != nil {
		return fmt.Errorf("model: %w", err)
	}
	return nil
}

// Load reads a model from a safetensors file that Save or another program
// wrote. The file must tell its architecture and hold exactly its tensors, as
// float32, all finite. An attachment is left alone.
func Load(path string) (*Model, error) { return load(path, toldArchitecture) }

// load reads a safetensors file of an architecture that spec returns.
func load(path string, spec specOf) (*Model, error) {
	data, err := files.Read(path, maxFile)
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", path, err)
	}
	m, _, err := unmarshal(data, spec)
	if err != nil {
		return nil, fmt.Errorf("model: %s: %w", path, err)
	}
	return m, nil
}

// Unmarshal rebuilds a model from the bytes of a safetensors file, as Load does,
// and returns what is attached to it. Its errors do not say model.
func Unmarshal(data []byte) (*Model, Attachment, error) { return unmarshal(data, toldArchitecture) }

func unmarshal(data []byte, spec specOf) (*Model, Attachment, error) {
	_, metadata, err := safetensors.ReadMetadata(data)
	if err != nil {
		return nil, Attachment{}, fmt.Errorf("not a whole safetensors file: %w", err)
	}
	file, err := safetensors.Deserialize(data)
	if err != nil {
		return nil, Attachment{}, fmt.Errorf("not a whole safetensors file: %w", err)
	}
	m, err := unmarshalModel(file, metadata.Metadata(), spec)
	if err != nil {
		return nil, Attachment{}, err
	}
	a, err := unmarshalAttachment(file, metadata.Metadata())
	if err != nil {
		return nil, Attachment{}, err
	}
	return m, a, nil
}

// specOf finds the architecture of the model in a file with the metadata given.
type specOf func(file safetensors.SafeTensors, metadata map[string]string) (Spec, error)

func unmarshalModel(file safetensors.SafeTensors, metadata map[string]string, architecture specOf) (*Model, error) {
	spec, err := architecture(file, metadata)
	if err != nil {
		return nil, err
	}
	// Sizes are compared before memory is taken for the weights.
	tensors, size := ownTensors(file)
	if want := spec.Parameters() * 4; size != want {
		return nil, fmt.Errorf("tensors of %d bytes, want %d for the architecture %v", size, want, spec)
	}
	m, err := zero(spec)
	if err != nil {
		return nil, err
	}
	weights := m.Weights()
	if tensors != len(weights) {
		return nil, fmt.Errorf("%d tensors, want %d for the architecture %v", tensors, len(weights), spec)
	}
	for _, w := range weights {
		if err := fill(w, file); err != nil {
			return nil, err
		}
	}
	return m, m.CheckFinite()
}

// toldArchitecture is the architecture that the file tells.
func toldArchitecture(_ safetensors.SafeTensors, metadata map[string]string) (spec Spec, err error) {
	text, ok := metadata[architectureKey]
	if !ok {
		return spec, fmt.Errorf("no metadata entry %q, want the layers as JSON", architectureKey)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.DisallowUnknownFields() // what we do not know may change the meaning
	if err := decoder.Decode(&spec); err != nil {
		return spec, fmt.Errorf("metadata entry %q: %w", architectureKey, err)
	}
	return spec, spec.validate()
}

// ownTensors returns how many tensors there are without the attached ones, and
// their bytes.
func ownTensors(file safetensors.SafeTensors) (n, size int) {
	for _, t := range file.Tensors() {
		if !strings.HasPrefix(t.Name, attachedPrefix) {
			n++
			size += len(t.TensorView.Data())
		}
	}
	return n, size
}

// fill copies the tensor of w's name into w.
func fill(w Weight, file safetensors.SafeTensors) error {
	view, ok := file.Tensor(w.Name)
	if !ok {
		return fmt.Errorf("no tensor %s", w.Name)
	}
	if view.DType() != safetensors.F32 || !slices.Equal(view.Shape(), unsigned(w.Shape)) {
		return fmt.Errorf("%s: %v of shape %v, want %v of shape %v", w.Name, view.DType(), view.Shape(), safetensors.F32, tensor.Shape(w.Shape))
	}
	if _, err := binary.Decode(view.Data(), binary.LittleEndian, w.Values); err != nil {
		return fmt.Errorf("%s: %w", w.Name, err)
	}
	return nil
}
