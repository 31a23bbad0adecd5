// This file holds the chapter's training once more, as a textbook has it and in
// ways that are wrong, to see whether these would be noticed.

package reference

import (
	"math"
	"math/rand/v2"
	"slices"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/simd"
	"stackedae/model"
	"stackedae/train"
)

// textbook is a network with a training loop. Its zero value but for the rate
// is right; each switch makes it wrong.
type textbook struct {
	rate      float32
	relu      bool // in place of SELU
	summed    bool // the loss over a batch's images, not averaged
	dropLast  bool // the batch of an epoch that is not full
	unrounded bool // the metric: targets are compared as they are
	logits    bool // the loss is computed from logits, without clipping

	layers []*layer
}

// layer is a dense layer with its results of a batch.
type layer struct {
	model.Dense
	inputs, units int
	last          bool
	y, dy         []float32 // outputs (logits of the last layer) and their gradient
}

func newTextbook(m *model.Model) (layers []*layer) {
	inputs := m.Spec.Inputs
	for _, d := range append(append([]model.Dense{}, m.Encoder...), m.Decoder...) {
		units := len(d.Bias.Data().([]float32))
		layers = append(layers, &layer{Dense: d, inputs: inputs, units: units})
		inputs = units
	}
	layers[len(layers)-1].last = true
	return layers
}

func (l *layer) kernel() simd.Matrix {
	return simd.Dense(l.Kernel.Data().([]float32), l.inputs, l.units)
}

// forward returns the logits of a batch.
func (t *textbook) forward(x []float32, rows int) []float32 {
	for _, l := range t.layers {
		l.y = resize(l.y, rows*l.units)
		simd.MatMulBias(simd.Dense(l.y, rows, l.units), simd.Dense(x, rows, l.inputs), l.kernel(), l.Bias.Data().([]float32))
		switch {
		case l.last:
		case t.relu:
			for i, v := range l.y {
				l.y[i] = max(v, 0)
			}
		default:
			simd.SELU(l.y, l.y)
		}
		x = l.y
	}
	return x
}

// measure returns loss and metric of a batch and, if gradient is not nil, sets
// it to the loss's gradient by the logits.
func (t *textbook) measure(gradient, logits, targets []float32, rows int) graph.Metrics {
	n := float64(len(logits))
	factor := 1 / float32(n)
	scale := 1.0
	if t.summed {
		factor, scale = factor*float32(rows), float64(rows)
	}
	shape := func(data []float32) simd.Matrix { return simd.Dense(data, rows, len(logits)/rows) }
	var g simd.Matrix
	if gradient != nil {
		g = shape(gradient)
	}
	sum, hits := simd.CrossEntropy(g, shape(logits), shape(targets), factor)
	if t.logits {
		sum = 0
		for i, z := range logits {
			// TensorFlow's sigmoid_cross_entropy_with_logits.
			z, target := float64(z), float64(targets[i])
			sum += max(z, 0) - z*target + math.Log1p(math.Exp(-math.Abs(z)))
			if gradient != nil {
				gradient[i] = factor * float32(1/(1+math.Exp(-z))-target)
			}
		}
	}
	if t.unrounded {
		hits = 0
		for i, z := range logits {
			predicted := float32(0)
			if z > 0 {
				predicted = 1
			}
			if targets[i] == predicted {
				hits++
			}
		}
	}
	return graph.Metrics{Loss: scale * sum / n, RoundedAccuracy: float64(hits) / n}
}

// step trains on a batch and returns its metrics before the step.
func (t *textbook) step(x []float32, rows int) graph.Metrics {
	logits := t.forward(x, rows)
	last := t.layers[len(t.layers)-1]
	last.dy = resize(last.dy, len(logits))
	metrics := t.measure(last.dy, logits, x, rows)
	for i := len(t.layers) - 1; i >= 0; i-- {
		l := t.layers[i]
		input := x
		if i > 0 {
			below := t.layers[i-1]
			input = below.y
			below.dy = resize(below.dy, rows*l.inputs)
			simd.MatMulTransB(simd.Dense(below.dy, rows, l.inputs), simd.Dense(l.dy, rows, l.units), l.kernel())
			if t.relu {
				for j, y := range below.y {
					if y <= 0 {
						below.dy[j] = 0
					}
				}
			} else {
				simd.SELUGradient(below.dy, below.y, below.dy)
			}
		}
		bias := make([]float32, l.units)
		simd.ColumnSums(bias, simd.Dense(l.dy, rows, l.units))
		simd.MatMulTransAAxpy(l.kernel(), -t.rate, simd.Dense(input, rows, l.inputs), simd.Dense(l.dy, rows, l.units))
		simd.Axpy(l.Bias.Data().([]float32), -t.rate, bias)
	}
	return metrics
}

func resize(s []float32, n int) []float32 {
	if cap(s) < n {
		return make([]float32, n)
	}
	return s[:n]
}

const batchSize = 32

// steps takes the recorded steps from the recorded weights, and goes on to the
// end of the epoch.
func (t *textbook) steps(s Steps, data *fashion.Data) (StepReport, error) {
	m, err := s.Start()
	if err != nil {
		return StepReport{}, err
	}
	return t.compare(m, s, data)
}

// compare takes the steps from the weights of m.
func (t *textbook) compare(m *model.Model, s Steps, data *fashion.Data) (StepReport, error) {
	slower := *t
	slower.rate *= float32(s.LearningRate / train.DefaultLearningRate)
	log, h := slower.train(m, data, 1, nil)
	return s.Compare(log, h)
}

// train trains a model as Keras' fit does; without random numbers unshuffled. It
// returns the steps too. A loss that is no number ends it.
func (t *textbook) train(m *model.Model, data *fashion.Data, epochs int, random *rand.Rand) (steps []train.Step, h History) {
	t.layers = newTextbook(m)
	x := make([]float32, batchSize*fashion.Pixels)
	fill := func(set fashion.Set, numbers []int) []float32 {
		for i, n := range numbers {
			simd.Pixels(x[i*fashion.Pixels:(i+1)*fashion.Pixels], set.Image(n))
		}
		return x[:len(numbers)*fashion.Pixels]
	}
	order, validOrder := upTo(data.Train.Len()), upTo(data.Valid.Len())
	for epoch := range epochs {
		if random != nil {
			random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		}
		var trained, valid mean
		for batch := range slices.Chunk(order, batchSize) {
			if t.dropLast && len(batch) < batchSize {
				break
			}
			m := t.step(fill(data.Train, batch), len(batch))
			trained.add(m, len(batch))
			steps = append(steps, train.Step{Number: len(steps) + 1, Epoch: epoch + 1, Images: len(batch), Batch: m})
		}
		for batch := range slices.Chunk(validOrder, batchSize) {
			x := fill(data.Valid, batch)
			valid.add(t.measure(nil, t.forward(x, len(batch)), x, len(batch)), len(batch))
		}
		for n, v := range [numbers]float64{trained.loss(), trained.accuracy(), valid.loss(), valid.accuracy()} {
			h[n] = append(h[n], v)
		}
	}
	return steps, h
}

func upTo(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

// mean is that of the metrics of batches.
type mean struct {
	sum    graph.Metrics
	images float64
}

func (m *mean) add(metrics graph.Metrics, images int) {
	m.sum.Loss += metrics.Loss * float64(images)
	m.sum.RoundedAccuracy += metrics.RoundedAccuracy * float64(images)
	m.images += float64(images)
}

func (m *mean) loss() float64     { return m.sum.Loss / m.images }
func (m *mean) accuracy() float64 { return m.sum.RoundedAccuracy / m.images }

// run trains from random weights, as the chapter does.
func (t *textbook) run(data *fashion.Data, epochs int, seed uint64) (History, error) {
	random := rand.New(rand.NewPCG(seed, 0))
	m, err := model.New(model.Stacked(fashion.Pixels, 100, 30), random)
	if err != nil {
		return History{}, err
	}
	_, h := t.train(m, data, epochs, random)
	return h, nil
}
