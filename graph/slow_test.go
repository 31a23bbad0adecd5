// This file holds the textbook network in float64 that the graphs are tested
// against. It calls nothing that it checks.

package graph

import (
	"math"

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
	s := &slowNetwork{clip: clip}
	byName := map[string][]float64{}
	for _, w := range m.Weights() {
		values := make([]float64, len(w.Values))
		for i, v := range w.Values {
			values[i] = float64(v)
		}
		s.weights = append(s.weights, values)
		byName[w.Name] = values
	}
	for i, l := range m.Layers() {
		owner := l.Name
		if l.Tied {
			owner = m.Encoder[2*len(m.Encoder)-1-i].Name
		}
		s.layers = append(s.layers, slowLayer{l, byName[owner+".kernel"], byName[l.Name+".bias"]})
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
	const h = 1e-5
	v := s.weights[w][i]
	defer func() { s.weights[w][i] = v }()
	s.weights[w][i] = v + h
	up, _ := s.loss(rows)
	s.weights[w][i] = v - h
	down, _ := s.loss(rows)
	return (up - down) / (2 * h)
}
