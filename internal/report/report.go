// Package report makes one HTML file of what a run has left: an interactive map
// of the embedding, whose points show their images and what the decoder makes of
// their codes, and all that was measured.
//
// The file needs nothing but a browser: page, script, charts (Apache ECharts,
// package echarts of npm; see echarts/README.md) and data are in it, and its
// Content-Security-Policy forbids every request and every script but its own.
// Numbers are stored as little-endian arrays, compressed by gzip, in base64;
// the page unpacks them by DecompressionStream, which browsers have since 2023.
package report

import (
	"errors"
	"fmt"
	"image/color"
	"math"
)

// Data is what a report shows. All slices are read only.
type Data struct {
	Title   string // of the page
	Side    int    // images are Side × Side pixels
	Images  []byte // n × Side², 0 to 255
	Labels  []byte // n classes, or nil if they are not known
	Classes []Class

	Codes     []float32    // n × the decoder's inputs
	Losses    []float32    // n: the loss of each image's reconstruction, in nats a pixel
	Decoder   []Layer      // from code to image
	Embedding [][2]float64 // n points in the plane

	// Descent is how the embedding came about, the finished embedding last; empty
	// if that was not recorded.
	Descent []Frame

	History Curves // empty if unknown
	Band    Band   // what to show behind it

	Layers  []LayerRow // the model's table
	Graph   []Node     // the expression graph of a training step; may be empty
	Figures []Fact     // the few numbers that stand first
	Facts   []Group    // settings, versions and so on
	Stages  []Stage    // where the time went
}

// Class is a kind of images.
type Class struct {
	Name  string
	Color color.RGBA
}

// Layer is a dense layer: activation(x·kernel + bias).
type Layer struct {
	Units  int
	Kernel []float32 // inputs × Units, row-major
	Bias   []float32 // Units
	// Activation is selu or sigmoid.
	Activation string
}

// Frame is the embedding after an iteration.
type Frame struct {
	Iteration    int
	Exaggeration float64
	KLDivergence float64
	Embedding    [][2]float64
}

// Curves are what was measured after each epoch of training.
type Curves struct {
	Loss               []float64 `json:"loss"`
	RoundedAccuracy    []float64 `json:"accuracy"`
	ValLoss            []float64 `json:"valLoss"`
	ValRoundedAccuracy []float64 `json:"valAccuracy"`
}

// columns returns the four curves.
func (c Curves) columns() [][]float64 {
	return [][]float64{c.Loss, c.RoundedAccuracy, c.ValLoss, c.ValRoundedAccuracy}
}

// Band is the range of other runs' curves: of each epoch the lowest and the
// highest. It is empty if there is none.
type Band struct {
	Name      string // whose runs they are
	Low, High Curves
}

// LayerRow is a line of the model's table.
type LayerRow struct {
	Name, Kind, Shape string
	Parameters        int
}

// Fact is something to know, with its name.
type Fact struct{ Name, Value string }

// Group is facts under a title.
type Group struct {
	Title string
	Facts []Fact
}

// Stage is a kind of work and how long it took.
type Stage struct {
	Name    string
	Seconds float64
}

// validate returns an error that says what in d does not fit, or nil.
func (d *Data) validate() error {
	n, pixels := len(d.Embedding), d.Side*d.Side
	if n == 0 || d.Side < 1 {
		return fmt.Errorf("report: %d points and images of side %d, want at least one of each", n, d.Side)
	}
	if len(d.Decoder) == 0 {
		return fmt.Errorf("report: a decoder of no layers, want at least one")
	}
	inputs := len(d.Codes) / n
	for _, size := range []struct {
		what      string
		got, want int
	}{
		{"bytes of images", len(d.Images), n * pixels},
		{"numbers of codes", len(d.Codes), n * max(inputs, 1)},
		{"losses", len(d.Losses), n},
		{"units of the decoder's last layer", d.Decoder[len(d.Decoder)-1].Units, pixels},
	} {
		if size.got != size.want {
			return fmt.Errorf("report: %d %s, want %d", size.got, size.what, size.want)
		}
	}
	for i, l := range d.Decoder {
		if len(l.Kernel) != inputs*l.Units || len(l.Bias) != l.Units {
			return fmt.Errorf("report: decoder layer %d: kernel of %d and bias of %d numbers, want %d and %d", i, len(l.Kernel), len(l.Bias), inputs*l.Units, l.Units)
		}
		if l.Activation != "selu" && l.Activation != "sigmoid" {
			return fmt.Errorf("report: decoder layer %d: activation %q, want selu or sigmoid", i, l.Activation)
		}
		inputs = l.Units
	}
	if err := d.validateLabels(n); err != nil {
		return err
	}
	if err := errors.Join(d.History.validate("history", len(d.History.Loss)),
		d.Band.Low.validate("band: lowest", len(d.Band.Low.Loss)), d.Band.High.validate("band: highest", len(d.Band.Low.Loss))); err != nil {
		return err
	}
	for i, node := range d.Graph {
		for _, o := range node.Operands {
			if o < 0 || o >= len(d.Graph) {
				return fmt.Errorf("report: graph: node %d reads node %d of %d", i, o, len(d.Graph))
			}
		}
	}
	if err := finite("embedding", d.Embedding, n); err != nil {
		return err
	}
	for i, f := range d.Descent {
		if err := finite(fmt.Sprintf("descent: frame %d", i), f.Embedding, n); err != nil {
			return err
		}
		if math.IsNaN(f.Exaggeration - f.Exaggeration + f.KLDivergence - f.KLDivergence) {
			return fmt.Errorf("report: descent: frame %d: exaggeration %v, KL divergence %v, want finite numbers", i, f.Exaggeration, f.KLDivergence)
		}
	}
	return nil
}

func (d *Data) validateLabels(n int) error {
	if len(d.Classes) == 0 {
		return fmt.Errorf("report: no classes, want at least one")
	}
	if d.Labels != nil && len(d.Labels) != n {
		return fmt.Errorf("report: %d labels, want %d", len(d.Labels), n)
	}
	for i, l := range d.Labels {
		if int(l) >= len(d.Classes) {
			return fmt.Errorf("report: label %d (counted from 0) is %d, want 0 to %d", i, l, len(d.Classes)-1)
		}
	}
	return nil
}

// validate checks that there are so many epochs of finite numbers.
func (c Curves) validate(what string, epochs int) error {
	for _, column := range c.columns() {
		if len(column) != epochs {
			return fmt.Errorf("report: %s: %d epochs, want %d", what, len(column), epochs)
		}
		for i, v := range column {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("report: %s: epoch %d is %v, want finite numbers", what, i+1, v)
			}
		}
	}
	return nil
}

// finite checks that there are n points and that none is NaN or infinite.
func finite(what string, points [][2]float64, n int) error {
	if len(points) != n {
		return fmt.Errorf("report: %s: %d points, want %d", what, len(points), n)
	}
	for i, p := range points {
		if math.IsNaN(p[0]-p[0]) || math.IsNaN(p[1]-p[1]) {
			return fmt.Errorf("report: %s: point %d (counted from 0) is (%v, %v), want finite numbers", what, i, p[0], p[1])
		}
	}
	return nil
}
