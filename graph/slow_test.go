// This file holds the textbook network in float64 that the graphs are tested
// against. It calls nothing that it checks.

package graph

import (
	"math"

	"gorgonia.org/tensor"

	"stackedae/model"
)

// slowNetwork is a model's weights in float64, layer by layer.
type slowNetwork struct {
	weights [][]float64 // as the model lists them
	layers  []slowLayer
	clip    bool // the cross-entropy clips as Keras does
}

// slowLayer is a layer with its weights, which are some of the network's.
type slowLayer struct {
	model.Dense
	kernel, bias []float64
}

func newSlow(m *model.Model, clip bool) *slowNetwork {
	s := slowLayers(m.Layers())
	s.clip = clip
	return s
}

// slowLayers returns a network of layers. A kernel that several have is one.
func slowLayers(layers []model.Dense) *slowNetwork {
	s := new(slowNetwork)
	add := func(t *tensor.Dense) []float64 {
		values := make([]float64, t.Len())
		for i, v := range t.Float32s() {
			values[i] = float64(v)
		}
		s.weights = append(s.weights, values)
		return values
	}
	kernels := map[*tensor.Dense][]float64{}
	for _, l := range layers {
		if kernels[l.Kernel] == nil {
			kernels[l.Kernel] = add(l.Kernel)
		}
		s.layers = append(s.layers, slowLayer{l, kernels[l.Kernel], add(l.Bias)})
	}
	return s
}

// logits returns what goes into the last layer's sigmoid, or what comes out of a
// last layer that has none.
func (s *slowNetwork) logits(row []float64) []float64 {
	for _, layer := range s.layers {
		out := make([]float64, layer.Units)
		for j := range out {
			z := layer.bias[j]
			for i, v := range row {
				if layer.Tied {
					z += v * layer.kernel[j*layer.Inputs+i]
				} else {
					z += v * layer.kernel[i*layer.Units+j]
				}
			}
			if layer.Activation == model.SELU {
				if z >= 0 {
					z *= 1.0507009873554805
				} else {
					z = 1.0507009873554805 * 1.6732632423543772 * math.Expm1(z)
				}
			}
			out[j] = z
		}
		row = out
	}
	return row
}

// loss returns the mean binary cross-entropy of rows as their own targets, or the
// mean squared error of a network without sigmoid, and the share of elements that
// round alike.
func (s *slowNetwork) loss(rows [][]float64) (loss, accuracy float64) {
	const e = 1e-7
	count := 0.0
	squared := s.layers[len(s.layers)-1].Activation != model.Sigmoid
	for _, row := range rows {
		for i, z := range s.logits(row) {
			if squared {
				loss += (z - row[i]) * (z - row[i])
				if math.RoundToEven(z) == math.RoundToEven(row[i]) {
					accuracy++
				}
				count++
				continue
			}
			p := 1 / (1 + math.Exp(-z))
			q := p
			if s.clip {
				q = math.Min(math.Max(p, e), 1-e)
			}
			t := row[i]
			loss -= t*math.Log(q+e) + (1-t)*math.Log(1-q+e)
			if math.RoundToEven(p) == math.RoundToEven(t) {
				accuracy++
			}
			count++
		}
	}
	return loss / count, accuracy / count
}

// difference returns the central difference of the loss by element i of
// weight w.
func (s *slowNetwork) difference(rows [][]float64, w, i int) float64 {
	return s.differenceOf(func() float64 {
		loss, _ := s.loss(rows)
		return loss
	}, w, i)
}

func (s *slowNetwork) differenceOf(loss func() float64, w, i int) float64 {
	const h = 1e-5
	v := s.weights[w][i]
	defer func() { s.weights[w][i] = v }()
	s.weights[w][i] = v + h
	up := loss()
	s.weights[w][i] = v - h
	down := loss()
	return (up - down) / (2 * h)
}

// classLoss returns the mean cross-entropy of softmax(logits) and the rows'
// classes, and the share of rows whose class has the largest logit.
func (s *slowNetwork) classLoss(rows [][]float64, classes []byte) (loss, accuracy float64) {
	for i, row := range rows {
		z := s.logits(row)
		total, right := 0.0, true
		for _, v := range z {
			total += math.Exp(v)
			right = right && v <= z[classes[i]]
		}
		loss -= math.Log(math.Exp(z[classes[i]]) / total)
		if right {
			accuracy++
		}
	}
	return loss / float64(len(rows)), accuracy / float64(len(rows))
}
