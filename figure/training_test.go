package figure

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// history returns made-up measurements that look like those of a training.
func history(epochs int) History {
	var h History
	for i := range epochs {
		n := float64(i + 1)
		h.Loss = append(h.Loss, 0.28+0.06/n)
		h.ValLoss = append(h.ValLoss, 0.282+0.035/n)
		h.RoundedAccuracy = append(h.RoundedAccuracy, 0.94-0.05/n)
		h.ValRoundedAccuracy = append(h.ValRoundedAccuracy, 0.939-0.035/n)
	}
	return h
}

func TestTrainingCurvesErrors(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*History)
		want   string
	}{
		{"no epochs", func(h *History) { *h = History{} }, "no epochs"},
		{"accuracy short", func(h *History) { h.RoundedAccuracy = h.RoundedAccuracy[:2] }, "Rounded accuracy: Training has 2 epochs, want 3"},
		{"validation short", func(h *History) { h.ValLoss = h.ValLoss[:1] }, "Loss: Validation has 1 epochs, want 3"},
		{"half a validation", func(h *History) { h.ValRoundedAccuracy = nil }, "Rounded accuracy: Validation has 0 epochs"},
		{"NaN", func(h *History) { h.ValLoss[1] = math.NaN() }, "Loss: Validation: value of epoch 2 is NaN"},
		{"infinite", func(h *History) { h.Loss[2] = math.Inf(1) }, "epoch 3 is +Inf"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := history(3)
			test.change(&h)
			f, err := TrainingCurves(h)
			checkError(t, err, test.want)
			if f != nil {
				t.Error("a figure beside the error")
			}
		})
	}
}

func TestTrainingCurvesOfAnyLength(t *testing.T) {
	for _, epochs := range []int{1, 2, 20, 200} {
		f := must(t)(TrainingCurves(history(epochs)))
		// Dots stand for epochs as long as they do not run into each other,
		// and in the two entries of the key.
		want := 2
		if epochs <= 20 {
			want += 4 * epochs
		}
		if got := len(record(f, vg.Point{}).circles); got != want {
			t.Errorf("%d epochs: %d dots, want %d", epochs, got, want)
		}
		left, right := f.panels[0].area, f.panels[1].area
		if left.Min.Y != right.Min.Y || left.Max.Y != right.Max.Y || left.Max.X > right.Min.X {
			t.Errorf("%d epochs: panels at %.1f and %.1f, want them side by side", epochs, left, right)
		}
	}
	h := history(5)
	h.ValLoss, h.ValRoundedAccuracy = nil, nil
	if got := len(record(must(t)(TrainingCurves(h)), vg.Point{}).circles); got != 2*5+1 {
		t.Errorf("without validation: %d dots, want %d", got, 2*5+1)
	}
}

// TestTrainingCurvesOfAnyValues draws what a training should not give; it must
// come to an end and not panic.
func TestTrainingCurvesOfAnyValues(t *testing.T) {
	for _, values := range [][]float64{
		{0, 0, 0},
		{1, math.Nextafter(1, 2)},
		{-math.MaxFloat64, math.MaxFloat64},
		{0, 5e-324},
		{1e30, 1, 1e-30},
	} {
		h := History{Loss: values, RoundedAccuracy: values, ValLoss: values, ValRoundedAccuracy: values}
		render(t, must(t)(TrainingCurves(h)), 30)
	}
}

func TestCurveErrors(t *testing.T) {
	_, err := NewCurve([]float64{1}, -1)
	checkError(t, err, "class is -1")
	_, err = NewCurve(nil, 0)
	checkError(t, err, "no epochs")
}

func labels(ticks []plot.Tick) []string {
	var l []string
	for _, tick := range ticks {
		l = append(l, tick.Label)
	}
	return l
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		name      string
		ticker    plot.Ticker
		low, high float64
		want      []string
	}{
		{"one epoch", EpochTicks{}, 0.5, 1.5, []string{"1"}},
		{"three epochs", EpochTicks{}, 0.5, 3.5, []string{"1", "2", "3"}},
		{"twenty epochs", EpochTicks{}, 0.5, 20.5, []string{"2", "4", "6", "8", "10", "12", "14", "16", "18", "20"}},
		{"two hundred epochs", EpochTicks{}, 0.5, 200.5, []string{"20", "40", "60", "80", "100", "120", "140", "160", "180", "200"}},
		{"same decimals", ValueTicks{}, 0.286, 0.339, []string{"0.29", "0.30", "0.31", "0.32", "0.33"}},
		{"over zero", ValueTicks{}, -1, 2.2, []string{"-1.0", "-0.5", "0.0", "0.5", "1.0", "1.5", "2.0"}},
		{"a little below zero", ValueTicks{}, -0.04, 0.2, []string{"0.00", "0.05", "0.10", "0.15", "0.20"}},
		{"tens", ValueTicks{}, 0, 70, []string{"0", "10", "20", "30", "40", "50", "60", "70"}},
		{"tiny", ValueTicks{}, 0, 4e-9, []string{"0", "1e-09", "2e-09", "3e-09", "4e-09"}},
		{"large", ValueTicks{}, 0, 3e9, []string{"0", "5e+08", "1e+09", "1.5e+09", "2e+09", "2.5e+09", "3e+09"}},
		{"no width", ValueTicks{}, 0.5, 0.5, []string{"0.5"}},
		{"hardly any width", ValueTicks{}, 1, math.Nextafter(1, 2), []string{"1"}},
		{"subnormal", ValueTicks{}, 0, 1e-320, []string{"0"}},
		{"endless", ValueTicks{}, -math.MaxFloat64, math.MaxFloat64, nil},
		{"upside down", ValueTicks{}, 1, 0, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := labels(test.ticker.Ticks(test.low, test.high)); !slices.Equal(got, test.want) {
				t.Errorf("ticks from %v to %v are %q, want %q", test.low, test.high, got, test.want)
			}
		})
	}
}

func TestTicksKeepTheirPromises(t *testing.T) {
	for epochs := 1; epochs <= 2000; epochs++ {
		ticks := EpochTicks{}.Ticks(0.5, float64(epochs)+0.5)
		if len(ticks) < min(epochs, 4) || len(ticks) > 10 {
			t.Errorf("%d epochs: %d ticks, want 4 to 10", epochs, len(ticks))
		}
		for _, tick := range ticks {
			if v, err := strconv.Atoi(tick.Label); err != nil || float64(v) != tick.Value || v < 1 || v > epochs {
				t.Errorf("%d epochs: tick %q at %v, want a whole number from 1 to %d", epochs, tick.Label, tick.Value, epochs)
			}
		}
	}
	for power := -300; power <= 300; power += 7 {
		low, high := 1.7*math.Pow(10, float64(power)), 6.1*math.Pow(10, float64(power))
		ticks := ValueTicks{}.Ticks(low, high)
		if len(ticks) < 3 || len(ticks) > 8 {
			t.Errorf("from %v to %v: %d ticks, want 3 to 8", low, high, len(ticks))
		}
		for _, tick := range ticks {
			if v, err := strconv.ParseFloat(tick.Label, 64); err != nil || v != tick.Value {
				t.Errorf("from %v to %v: tick %q at %v", low, high, tick.Label, tick.Value)
			}
		}
	}
}
