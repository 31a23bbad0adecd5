// This file holds the fused dense layer.

package graph

import (
	"fmt"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// activation is what a dense operation applies after x·kernel + bias. The
// sigmoid is no part of it: in training the cross-entropy takes logits.
type activation int

const (
	linear activation = iota
	selu
)

func (a activation) String() string { return [...]string{"linear", "selu"}[a] }

// denseKind is what there is to tell of a dense layer beside its shape.
type denseKind struct {
	activation activation
	// tied says that the layer's kernel is another's, transposed.
	tied bool
	// inputGradient says whether anybody wants the gradient by x. The first
	// layer's is the largest product of a step, and nobody does.
	inputGradient bool
	// exported says that the layer has ONNX Runtime's order of sums; see
	// kernel.forwardExported. It is not trained.
	exported bool
}

// operationName tells everything, as the operation's name must.
func (k denseKind) operationName() string {
	name := "dense"
	if k.tied {
		name = "tiedDense"
	}
	if k.exported {
		name += "Exported"
	}
	return fmt.Sprintf("%s[%v,inputGradient=%v]", name, k.activation, k.inputGradient)
}

// denseOp is activation(x·kernel + bias) for x of rows × inputs, kernel of
// inputs × units and bias of units. A tied layer's kernel is given as units ×
// inputs.
//
// Where x is wide, it is summed over its two bands, which are added at last, but in
// an exported layer.
type denseOp struct {
	operation
	denseKind
	trained bool          // somebody wants a gradient
	width   int           // of x
	out     *tensor.Dense // rows × units
	second  *tensor.Dense // the sums over the second band of x; nil unless there are bands
	alone   alone

	x, y   simd.Matrix // of a run
	kernel kernel
	bias   []float32
}

var (
	_ G.SDOp = &denseOp{}
	_ shared = &denseOp{}
)

func newDense(kind denseKind) *denseOp {
	return &denseOp{
		operation: operation{name: kind.operationName(), inputs: []hm.Type{matrix, matrix, vector}, result: matrix},
		denseKind: kind,
	}
}

// InferShape checks the shapes and takes the result's memory.
func (o *denseOp) InferShape(sizes ...G.DimSizer) (tensor.Shape, error) {
	s, err := shapesOf(o, sizes, 2, 2, 1)
	if err != nil {
		return nil, err
	}
	x, kernel, bias := s[0], s[1], s[2]
	inputs, units := layerShape(kernel, o.tied)
	if x[1] != inputs || bias[0] != units {
		return nil, fmt.Errorf("graph: %v: x %v, kernel %v, bias %v do not fit", o, x, kernel, bias)
	}
	if o.out == nil {
		o.width, o.out = inputs, newBuffer(x[0], units)
		if isTall(inputs, units) && !o.exported {
			o.second = newBuffer(x[0], units)
		}
	}
	return o.out.Shape().Clone(), nil
}

// Do computes the layer.
func (o *denseOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.out.Shape()[0], inputs)
}

func (o *denseOp) value() G.Value { return o.out }

func (o *denseOp) begin(inputs []G.Value) {
	o.x, o.bias, o.y = matrixOf(inputs[0]), floats(inputs[2]), matrixOf(o.out)
	o.kernel = kernel{matrixOf(inputs[1]), o.tied}
}

// tasks cuts by bands where weights change from run to run, else by rows: then
// all processors have the weights in their caches.
func (o *denseOp) tasks() []task {
	rows, units := o.out.Shape()[0], o.out.Shape()[1]
	work := rows * o.width * units
	switch {
	case o.trained && o.second != nil:
		return []task{
			{cut: byBands, apart: true, work: work, do: o.sumBand},
			{cut: byRows, work: rows * units, do: o.finish},
		}
	case o.trained && isWide(o.width, units):
		return []task{{cut: byBands, work: work, do: o.product}}
	case o.second != nil:
		return []task{{cut: byRows, work: work, do: func(p piece) {
			o.sumBand(p.band(0))
			o.sumBand(p.band(1))
			o.finish(p)
		}}}
	}
	return []task{{cut: byRows, work: work, do: o.product}}
}

// product computes a piece of the result.
func (o *denseOp) product(p piece) {
	from, to := p.columns(o.y.Columns)
	x, y := o.x.RowSpan(p.lo, p.hi), p.part(o.y)
	kernel, bias := o.kernel.ofUnits(from, to), o.bias[from:to]
	if o.exported {
		kernel.forwardExported(y, x, bias)
	} else {
		kernel.forward(y, x, bias)
	}
	if o.activation == selu {
		for i := range y.Rows {
			simd.SELU(y.Row(i), y.Row(i))
		}
	}
}

// sumBand sums over a band of x for the piece's rows.
func (o *denseOp) sumBand(p piece) {
	from, to := p.columns(o.x.Columns)
	x, kernel := p.part(o.x), o.kernel.ofInputs(from, to)
	if p.share == 0 {
		kernel.forward(o.y.RowSpan(p.lo, p.hi), x, o.bias)
		return
	}
	kernel.forward(matrixOf(o.second).RowSpan(p.lo, p.hi), x, nil)
}

// finish adds up the bands' sums of the piece's rows.
func (o *denseOp) finish(p piece) {
	y := o.y.RowSpan(p.lo, p.hi).Data
	simd.Axpy(y, 1, matrixOf(o.second).RowSpan(p.lo, p.hi).Data)
	if o.activation == selu {
		simd.SELU(y, y)
	}
}

// DiffWRT says by which inputs the layer is differentiated.
func (o *denseOp) DiffWRT(int) []bool { return []bool{o.inputGradient, true, true} }

// SymDiff adds one operation for the whole layer's gradient; its node is the
// kernel's, and bias and input take parts of it.
func (o *denseOp) SymDiff(inputs G.Nodes, output, upstream *G.Node) (G.Nodes, error) {
	o.trained = true
	x, kernel := inputs[0], inputs[1]
	op := newDenseGradient(o, x.Shape(), kernel, inputs[2])
	byKernel, err := G.ApplyOpWithName(op, output.Name()+" gradient", x, kernel, output, upstream)
	if err != nil {
		return nil, err
	}
	byBias, err := G.ApplyOpWithName(newPart("biasGradient", op.bias), output.Name()+" bias gradient", byKernel)
	if err != nil {
		return nil, err
	}
	if !o.inputGradient {
		return G.Nodes{nil, byKernel, byBias}, nil
	}
	byInput, err := G.ApplyOpWithName(newPart("inputGradient", op.input), output.Name()+" input gradient", byKernel)
	if err != nil {
		return nil, err
	}
	return G.Nodes{byInput, byKernel, byBias}, nil
}
