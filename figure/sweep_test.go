package figure

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

func sweepPanels() []SweepPanel {
	return []SweepPanel{
		{"Loss", []Measured{{"a", [][]float64{{1, 2, 4}, {3, 2, 5}}}, {"b", [][]float64{{2, 2, 2}, {2, 2, 2}}}}},
		{"Accuracy", []Measured{{"b", [][]float64{{7, 8, 9}}}}},
	}
}

// TestSpread checks means and bars.
func TestSpread(t *testing.T) {
	s, err := NewSpread([]float64{1, 2}, [][]float64{{1, 5}, {4, 5}, {7, -1}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][3]float64{{4, 1, 7}, {3, -1, 5}} {
		if math.Abs(s.Mean[i]-want[0]) > 1e-12 || s.Low[i] != want[1] || s.High[i] != want[2] {
			t.Errorf("setting %d: mean %v from %v to %v, want %v", i, s.Mean[i], s.Low[i], s.High[i], want)
		}
	}
	if xmin, xmax, ymin, ymax := s.DataRange(); xmin != 1 || xmax != 2 || ymin != -1 || ymax != 7 {
		t.Errorf("range %v to %v and %v to %v", xmin, xmax, ymin, ymax)
	}
}

func TestSweep(t *testing.T) {
	f := must(t)(Sweep("Units", []int{1, 10, 100}, sweepPanels()...))
	// Nine dots, and two in the key: b stands in both panels.
	circles := record(f, vg.Point{}).circles
	if len(circles) != 11 {
		t.Fatalf("%d dots, want 11", len(circles))
	}
	left, right := f.panels[0].area, f.panels[1].area
	if left.Max.X > right.Min.X || left.Min.Y != right.Min.Y {
		t.Errorf("panels at %.1f and %.1f, want them side by side", left, right)
	}
}

func TestSweepErrors(t *testing.T) {
	for name, test := range map[string]struct {
		at     []int
		change func([]SweepPanel) []SweepPanel
		want   string
	}{
		"no panels":   {[]int{1, 2, 3}, func([]SweepPanel) []SweepPanel { return nil }, "no panels"},
		"no settings": {nil, nil, "Loss: a: no values to draw"},
		"setting 0":   {[]int{0, 1, 2}, nil, "Units is 0, want at least 1"},
		"too short":   {[]int{1, 2, 3, 4}, nil, "Loss: a: run 1 has 3 values, want 4, one a setting"},
		"no runs": {[]int{1, 2, 3}, func(p []SweepPanel) []SweepPanel {
			p[1].Measured[0].Runs = nil
			return p
		}, "Accuracy: b: no values"},
		"NaN": {[]int{1, 2, 3}, func(p []SweepPanel) []SweepPanel {
			p[0].Measured[1].Runs[1][2] = math.NaN()
			return p
		}, "Loss: b: value of run 2 at setting 3 is NaN"},
	} {
		t.Run(name, func(t *testing.T) {
			panels := sweepPanels()
			if test.change != nil {
				panels = test.change(panels)
			}
			f, err := Sweep("Units", test.at, panels...)
			checkError(t, err, test.want)
			if f != nil {
				t.Error("a figure beside the error")
			}
		})
	}
	if _, err := NewSpread([]float64{1}, [][]float64{{1}}, -1); err == nil {
		t.Error("class -1: no error")
	}
}
