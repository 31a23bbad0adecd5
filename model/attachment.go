// This file holds what another program, such as training, keeps in a model's
// file beside the weights.

package model

import (
	"encoding/binary"
	"fmt"
	"strings"

	"github.com/nlpodyssey/safetensors"
)

// Attachment is text and vectors in a model's file. Load takes the file as if
// they were not there.
type Attachment struct {
	Metadata map[string]string // but for the key "architecture"
	Vectors  map[string]any    // []uint32, []float32 or []float64, by their names
}

// attachedPrefix begins the name of a tensor that is an attached vector.
const attachedPrefix = "attached."

// marshal adds the vectors to the tensors of a file.
func (a Attachment) marshal(views map[string]safetensors.TensorView) (err error) {
	for name, vector := range a.Vectors {
		var kind safetensors.DType
		var n int
		switch v := vector.(type) {
		case []uint32:
			kind, n = safetensors.U32, len(v)
		case []float32:
			kind, n = safetensors.F32, len(v)
		case []float64:
			kind, n = safetensors.F64, len(v)
		default:
			return fmt.Errorf("model: attachment %s: %T, want []uint32, []float32 or []float64", name, vector)
		}
		if views[attachedPrefix+name], err = view(kind, []int{n}, vector); err != nil {
			return fmt.Errorf("model: attachment %s: %w", name, err)
		}
	}
	return nil
}

// unmarshalAttachment returns what is attached to a model in its file.
func unmarshalAttachment(file safetensors.SafeTensors, metadata map[string]string) (Attachment, error) {
	a := Attachment{Metadata: map[string]string{}, Vectors: map[string]any{}}
	for key, text := range metadata {
		if key != architectureKey {
			a.Metadata[key] = text
		}
	}
	for _, t := range file.Tensors() {
		name, ok := strings.CutPrefix(t.Name, attachedPrefix)
		if !ok {
			continue
		}
		data := t.TensorView.Data() // as long as type and shape say
		var vector any
		switch kind := t.TensorView.DType(); kind {
		case safetensors.U32:
			vector = make([]uint32, len(data)/4)
		case safetensors.F32:
			vector = make([]float32, len(data)/4)
		case safetensors.F64:
			vector = make([]float64, len(data)/8)
		default:
			return a, fmt.Errorf("attachment %s: %v, want %v, %v or %v", name, kind, safetensors.U32, safetensors.F32, safetensors.F64)
		}
		if _, err := binary.Decode(data, binary.LittleEndian, vector); err != nil {
			return a, fmt.Errorf("attachment %s: %w", name, err)
		}
		a.Vectors[name] = vector
	}
	return a, nil
}
