// Package onnx writes stretches of dense layers as ONNX models, for ONNX Runtime
// and whatever else reads the format: Open Neural Network Exchange,
// https://onnx.ai/onnx/repo-docs/IR.html.
package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"stackedae/model"
)

// The versions of what is written. Operator set 22 is the first that has the
// present definitions of all operators used: Gemm and Sigmoid of 13, Selu of 22.
const (
	irVersion   = 10 // of ONNX 1.16 and later
	operatorSet = 22
)

// Names of the inputs and outputs of models, and of their number of rows.
const (
	Images          = "images"
	Codes           = "codes"
	Reconstructions = "reconstructions"
	rows            = "batch"
)

// Encoder writes the model's encoder: images of any number of rows, their pixels
// from 0 to 1 in row-major order, to codes. All numbers are float32.
func Encoder(m *model.Model, w io.Writer) error {
	return write(w, "encoder", Images, Codes, m.Encoder)
}

// Decoder writes the model's decoder: codes to reconstructions, as Encoder's
// images.
func Decoder(m *model.Model, w io.Writer) error {
	return write(w, "decoder", Codes, Reconstructions, m.Decoder)
}

// Autoencoder writes the whole model: images to reconstructions.
func Autoencoder(m *model.Model, w io.Writer) error {
	return write(w, "autoencoder", Images, Reconstructions, m.Layers())
}

// operators are those of the activations.
var operators = map[model.Activation]string{
	model.SELU:    "Selu", // with the default alpha and gamma, which are Keras'
	model.Sigmoid: "Sigmoid",
}

func write(w io.Writer, name, input, output string, layers []model.Dense) error {
	if len(layers) == 0 {
		return errors.New("onnx: no layers")
	}
	first, last := layers[0], layers[len(layers)-1]
	var graph message
	value := input
	for _, l := range layers {
		activation, ok := operators[l.Activation]
		if !ok {
			return fmt.Errorf("onnx: %s: activation %q, want one of ONNX", l.Name, l.Activation)
		}
		kernel, bias, logits, result := l.Name+".kernel", l.Name+".bias", l.Name+".logits", l.Name
		if l.Name == last.Name {
			result = output
		}
		graph.message(1, node("Gemm", []string{value, kernel, bias}, logits))
		graph.message(1, node(activation, []string{logits}, result))
		value = result
	}
	graph.text(2, name)
	for _, l := range layers {
		graph.message(5, tensor(l.Name+".kernel", l.KernelValues(), l.Inputs, l.Units))
		graph.message(5, tensor(l.Name+".bias", l.Bias.Float32s(), l.Units))
	}
	graph.message(11, valueInfo(input, first.Inputs))
	graph.message(12, valueInfo(output, last.Units))

	var set message // of the default domain
	set.text(1, "")
	set.number(2, operatorSet)

	var whole message
	whole.number(1, irVersion)
	whole.text(2, "stackedae")
	whole.message(7, graph)
	whole.message(8, set)
	_, err := w.Write(whole)
	return err
}

// message is an encoded message of protocol buffers. Its fields have the
// numbers of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
type message []byte

func (m *message) number(field protowire.Number, v uint64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, field, protowire.VarintType), v)
}

func (m *message) bytes(field protowire.Number, v []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, field, protowire.BytesType), v)
}

func (m *message) text(field protowire.Number, v string)     { m.bytes(field, []byte(v)) }
func (m *message) message(field protowire.Number, v message) { m.bytes(field, v) }

// node returns a NodeProto that is called after its output.
func node(operator string, inputs []string, output string) (m message) {
	for _, input := range inputs {
		m.text(1, input)
	}
	m.text(2, output)
	m.text(3, output)
	m.text(4, operator)
	return m
}

// tensor returns a TensorProto of float32.
func tensor(name string, values []float32, shape ...int) (m message) {
	const float = 1 // TensorProto.DataType
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	var dims []byte // packed, as proto3 has repeated numbers
	for _, d := range shape {
		dims = protowire.AppendVarint(dims, uint64(d))
	}
	m = slices.Grow(m, len(raw)+len(name)+32)
	m.bytes(1, dims)
	m.number(2, float)
	m.text(8, name)
	m.bytes(9, raw)
	return m
}

// valueInfo returns a ValueInfoProto of a float32 matrix with any number of rows.
func valueInfo(name string, columns int) (m message) {
	const float = 1
	var anyRows, fixed, shape, matrix, kind message
	anyRows.text(2, rows)
	fixed.number(1, uint64(columns))
	shape.message(1, anyRows)
	shape.message(1, fixed)
	matrix.number(1, float)
	matrix.message(2, shape)
	kind.message(1, matrix)
	m.text(1, name)
	m.message(2, kind)
	return m
}
