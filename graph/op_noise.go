// This file holds the noise that a denoising autoencoder is trained with.

package graph

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/chewxy/hm"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"stackedae/internal/simd"
)

// Noise is what is done to the input in training, and only there; the target stays
// clean (Vincent et al., Extracting and Composing Robust Features with Denoising
// Autoencoders, 2008). At most one of the two kinds is not 0.
type Noise struct {
	// Gaussian is the standard deviation of normal numbers that are added: Keras'
	// GaussianNoise.
	Gaussian float64
	// Dropout is the share of values that are set to 0, each with that
	// probability; the others are divided by 1 minus it: Keras' Dropout.
	Dropout float64
	// Seed and the number of the step, which begins with Step, decide on all
	// random numbers, however many processors there are.
	Seed, Step uint64
}

// Validate returns an error that says what is wrong with n, or nil.
func (n Noise) Validate() error {
	switch {
	case !(n.Gaussian >= 0) || math.IsInf(n.Gaussian, 1):
		return fmt.Errorf("graph: gaussian noise %v, want a finite number from 0 on", n.Gaussian)
	case !(n.Dropout >= 0 && n.Dropout < 1):
		return fmt.Errorf("graph: dropout %v, want at least 0 and less than 1", n.Dropout)
	case n.Gaussian > 0 && n.Dropout > 0:
		return fmt.Errorf("graph: gaussian noise %v and dropout %v, want one of both", n.Gaussian, n.Dropout)
	}
	return nil
}

// none reports whether there is nothing to do.
func (n Noise) none() bool { return n.Gaussian == 0 && n.Dropout == 0 }

// noiseOp is its input with noise. Whoever counts the steps shares noise with it.
type noiseOp struct {
	operation
	noise *Noise
	out   *tensor.Dense
	alone alone

	x simd.Matrix // of a run
}

var (
	_ G.SDOp = &noiseOp{}
	_ shared = &noiseOp{}
)

func newNoise(n *Noise) *noiseOp {
	return &noiseOp{
		operation: operation{
			name:   fmt.Sprintf("noise[gaussian=%v,dropout=%v]", n.Gaussian, n.Dropout),
			inputs: []hm.Type{matrix}, result: matrix,
		},
		noise: n,
	}
}

// InferShape takes the result's memory.
func (o *noiseOp) InferShape(sizes ...G.DimSizer) (tensor.Shape, error) {
	s, err := shapesOf(o, sizes, 2)
	if err != nil {
		return nil, err
	}
	if o.out == nil {
		o.out = newBuffer(s[0]...)
	}
	return s[0].Clone(), nil
}

// Do computes the noisy input.
func (o *noiseOp) Do(inputs ...G.Value) (G.Value, error) {
	return o.alone.do(o, o.out.Shape()[0], inputs)
}

func (o *noiseOp) value() G.Value { return o.out }

func (o *noiseOp) begin(inputs []G.Value) { o.x = matrixOf(inputs[0]) }

// tasks cuts as the layer above does. A random number counts as so many
// multiplications.
func (o *noiseOp) tasks() []task {
	rows, columns := o.out.Shape()[0], o.out.Shape()[1]
	t := task{cut: byRows, work: 80 * rows * columns, do: func(p piece) {
		o.spoil(p.band(0))
		o.spoil(p.band(1))
	}}
	if columns >= leastBanded {
		t.cut, t.apart, t.do = byBands, true, o.spoil
	}
	return []task{t}
}

// spoil computes a band of the piece's rows. Each row of a band has random numbers
// of its own in each step.
func (o *noiseOp) spoil(p piece) {
	from, to := p.columns(o.x.Columns)
	if from == to {
		return
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[0:], o.noise.Seed)
	binary.LittleEndian.PutUint64(key[8:], o.noise.Step)
	binary.LittleEndian.PutUint64(key[24:], uint64(p.share))
	source := rand.NewChaCha8(key)
	random := rand.New(source)
	out := matrixOf(o.out)
	keep := float32(1 / (1 - o.noise.Dropout))
	for i := p.lo; i < p.hi; i++ {
		binary.LittleEndian.PutUint64(key[16:], uint64(i))
		source.Seed(key)
		x, y := o.x.Row(i)[from:to], out.Row(i)[from:to]
		for j, v := range x {
			switch {
			case o.noise.Dropout == 0:
				y[j] = v + float32(o.noise.Gaussian*random.NormFloat64())
			case random.Float64() < o.noise.Dropout:
				y[j] = 0
			default:
				y[j] = v * keep
			}
		}
	}
}

// DiffWRT says that nobody wants the gradient by the input.
func (o *noiseOp) DiffWRT(int) []bool { return []bool{false} }

// SymDiff has nothing to give.
func (o *noiseOp) SymDiff(G.Nodes, *G.Node, *G.Node) (G.Nodes, error) { return G.Nodes{nil}, nil }
