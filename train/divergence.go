// This file tells of a run whose numbers have become infinite or NaN.

package train

import (
	"fmt"
	"math"
	"strings"

	"stackedae/model"
)

// Divergence is the error of a run whose loss or weights are no finite numbers any
// more.
type Divergence struct {
	Step         int // of the run's steps, from 1
	Epoch        int // from 1
	LearningRate float64
	Layers       []Extremes
	Err          error // what was found
}

// Extremes are the largest numbers of a layer, without their sign: of its weights,
// and of the gradient of the last batch by them. They are NaN if one of them is.
type Extremes struct {
	Layer            string
	Weight, Gradient float64
}

// Error tells all of it in one line.
func (d *Divergence) Error() string {
	var layers []string
	for _, l := range d.Layers {
		layers = append(layers, fmt.Sprintf("%s %.2g and %.2g", l.Layer, l.Weight, l.Gradient))
	}
	return fmt.Sprintf("train: step %d (epoch %d) at learning rate %v: %v; largest weight and gradient: %s; a smaller learning rate may help",
		d.Step, d.Epoch, d.LearningRate, d.Err, strings.Join(layers, ", "))
}

// Unwrap returns what was found.
func (d *Divergence) Unwrap() error { return d.Err }

// diverged returns the error for what was found in or after the last step.
func (r *run) diverged(found error) error {
	d := &Divergence{
		Step: r.steps() - r.InEpoch + r.last + 1, Epoch: len(r.History) + 1,
		LearningRate: r.config.LearningRate, Err: found,
	}
	gradients, err := r.network.Gradients(r.images.batch(r.last))
	if err != nil {
		gradients = nil // what was found counts more
	}
	for i, w := range r.Model.Weights() {
		layer := w.Name[:strings.LastIndexByte(w.Name, '.')]
		if n := len(d.Layers); n == 0 || d.Layers[n-1].Layer != layer {
			d.Layers = append(d.Layers, Extremes{Layer: layer})
		}
		e := &d.Layers[len(d.Layers)-1]
		e.Weight = max(e.Weight, largest(w.Values))
		if gradients != nil {
			e.Gradient = max(e.Gradient, largest(gradients[i].Values))
		}
	}
	return d
}

// largest returns the largest of the values without their sign, or NaN if one of
// them is.
func largest(values []float32) (m float64) {
	for _, v := range values {
		m = max(m, math.Abs(float64(v)))
	}
	return m
}

// checkStep returns an error if the step has made weights that are not finite. It
// looks at all of them only for a watch, which is slow, and else at the biases: the
// bias' gradient is the sum of all that flows back to the layer, so it has NaN and
// infinity from there in the same step. A kernel that overflows in the solver's
// sum makes the next loss NaN, but for odd cases, which the end of the epoch finds.
func (r *run) checkStep() error {
	if r.config.Watch {
		return r.Model.CheckFinite()
	}
	for i, bias := range r.biases {
		for j, v := range bias {
			if v-v != 0 {
				return fmt.Errorf("%s.bias: element %d is %v, %w", r.Model.Layers()[i].Name, j, v, model.ErrNotFinite)
			}
		}
	}
	return nil
}

func finite(v float64) bool { return v-v == 0 }
