// This file composes the figure of a training.

package figure

import (
	"errors"
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// History holds what was measured after each epoch of a training, the first
// epoch first.
type History struct {
	Loss, RoundedAccuracy []float64

	// The same on the validation set; both nil where there is none.
	ValLoss, ValRoundedAccuracy []float64
}

// TrainingCurves returns a figure of two panels, 10 x 4 inches: loss and
// rounded accuracy by epoch, in training and in validation. All values must be
// finite, and all of them must be there for the same number of epochs, at
// least one.
func TrainingCurves(h History) (*Figure, error) {
	return ComparedCurves([]History{h}, nil, "")
}

// ComparedCurves returns the figure of TrainingCurves with the curves of
// several trainings, and behind them the range of others, which the legend
// calls by their name. Trainings that have no validation set must not stand
// beside such that have one. Without others it shows the curves alone.
func ComparedCurves(trainings, others []History, name string) (*Figure, error) {
	if len(trainings) == 0 {
		return nil, errors.New("figure: no trainings to draw")
	}
	f := &Figure{Width: 10 * vg.Inch, Height: 4 * vg.Inch}
	sets := []string{"Training", "Validation"}
	if h := trainings[0]; h.ValLoss == nil && h.ValRoundedAccuracy == nil {
		sets = sets[:1]
	}
	epochs := 0
	for _, h := range slices.Concat(trainings, others) {
		epochs = max(epochs, len(h.Loss))
	}
	var key legend
	var plots []*plot.Plot
	for _, panels := range []struct {
		quantity string
		of       func(History) [2][]float64
	}{
		{"Loss", func(h History) [2][]float64 { return [2][]float64{h.Loss, h.ValLoss} }},
		{"Rounded accuracy", func(h History) [2][]float64 { return [2][]float64{h.RoundedAccuracy, h.ValRoundedAccuracy} }},
	} {
		p := newCurvePlot(panels.quantity, epochs)
		var bands, curves legend
		var lines []plot.Plotter
		for j, set := range sets {
			where := fmt.Sprintf("figure: %s: %s", panels.quantity, set)
			var theirs [][]float64
			for _, h := range others {
				theirs = append(theirs, panels.of(h)[j])
			}
			if len(others) > 0 {
				band, err := newBand(theirs, j)
				if err != nil {
					return nil, fmt.Errorf("%s: %s: %w", where, name, err)
				}
				bands = append(bands, legendEntry{fmt.Sprintf("%s of %s", set, name), band})
				p.Add(band)
			}
			for i, h := range trainings {
				values := panels.of(h)[j]
				if len(values) != len(h.Loss) {
					return nil, fmt.Errorf("%s has %d epochs, want %d", where, len(values), len(h.Loss))
				}
				curve, err := newCurve(values, j)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", where, err)
				}
				if i == 0 {
					curves = append(curves, legendEntry{set, curve})
				}
				lines = append(lines, curve)
			}
		}
		p.Add(lines...) // above all bands
		key = append(curves, bands...)
		addMargins(&p.Y)
		plots = append(plots, p)
	}
	area := draw.Canvas{Rectangle: tightArea(f.Width, f.Height-legendRow)}
	row := draw.Tiles{Rows: 1, Cols: len(plots), PadX: 2 * tightPad}
	for i, c := range plot.Align([][]*plot.Plot{plots}, row, area)[0] {
		f.panels = append(f.panels, panel{plots[i], c.Rectangle})
	}

	// The key stands above the panels, where no curve can be.
	size := key.size(len(key))
	f.overlay = func(c draw.Canvas) {
		key.drawEntries(c, vg.Point{X: c.Center().X - size.X/2, Y: c.Max.Y - size.Y}, len(key))
	}
	return f, nil
}

// newCurvePlot returns an empty plot of a quantity by epoch.
func newCurvePlot(quantity string, epochs int) *plot.Plot {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = "Epoch", quantity
	p.X.Tick.Marker, p.Y.Tick.Marker = EpochTicks{}, ValueTicks{}
	p.X.Min, p.X.Max = 0.5, float64(epochs)+0.5
	axisColor := color.Gray{Y: 90}
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle.Font = sans(fontSize).Font
		axis.Label.Padding = 0.4 * fontSize
		axis.Tick.Label.Font = sans(0.9 * fontSize).Font
		axis.Tick.Length = 0.35 * fontSize
		axis.Color, axis.Tick.Color = axisColor, axisColor
		axis.Padding = 0
	}
	grid := plotter.NewGrid()
	grid.Horizontal = draw.LineStyle{Color: color.Gray{Y: 225}, Width: vg.Points(0.5)}
	grid.Vertical = draw.LineStyle{}
	p.Add(grid)
	return p
}
