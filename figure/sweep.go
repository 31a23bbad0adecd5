// This file composes the figure of what was measured at several settings.

package figure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// Measured is what several runs have measured: Runs[i][j] at setting j in run i.
type Measured struct {
	Name string
	Runs [][]float64
}

// SweepPanel is a panel of a sweep's figure: quantities of one kind.
type SweepPanel struct {
	Quantity string
	Measured []Measured
}

// Sweep returns a figure of panels side by side, 5 x 4 inches each: the means of
// quantities at settings from 1 on, on a logarithmic axis, with bars from the
// lowest run to the highest. A name has one colour in all panels, by its first
// appearance, and stands in the key above them.
func Sweep(setting string, at []int, panels ...SweepPanel) (*Figure, error) {
	if len(panels) == 0 {
		return nil, errors.New("figure: no panels to draw")
	}
	var x []float64
	for _, v := range at {
		if v < 1 {
			return nil, fmt.Errorf("figure: %s is %d, want at least 1", setting, v)
		}
		x = append(x, math.Log10(float64(v)))
	}
	const barGap = 3 // points between bars at one setting
	f := &Figure{Width: vg.Length(len(panels)) * 5 * vg.Inch, Height: 4 * vg.Inch}
	var key legend
	var plots []*plot.Plot
	for _, panel := range panels {
		p := newCurvePlot(panel.Quantity, 1)
		p.X.Label.Text, p.X.Tick.Marker = setting, settingTicks(at)
		p.X.Min, p.X.Max = math.Inf(1), math.Inf(-1)
		for i, m := range panel.Measured {
			class := slices.IndexFunc(key, func(e legendEntry) bool { return e.name == m.Name })
			isNew := class < 0
			if isNew {
				class = len(key)
			}
			s, err := newSpread(x, m.Runs, class)
			if err != nil {
				return nil, fmt.Errorf("figure: %s: %s: %w", panel.Quantity, m.Name, err)
			}
			s.Shift = barGap * (vg.Length(i) - vg.Length(len(panel.Measured)-1)/2)
			if isNew {
				key = append(key, legendEntry{m.Name, s})
			}
			p.Add(s)
		}
		addMargins(&p.X)
		addMargins(&p.Y)
		plots = append(plots, p)
	}
	f.sideBySide(plots, key)
	return f, nil
}

// settingTicks implements plot.Ticker on a logarithmic axis: a tick at every
// setting.
type settingTicks []int

// Ticks implements plot.Ticker.
func (settings settingTicks) Ticks(low, high float64) []plot.Tick {
	var list []plot.Tick
	for _, v := range settings {
		list = append(list, plot.Tick{Value: math.Log10(float64(v)), Label: strconv.Itoa(v)})
	}
	return list
}
