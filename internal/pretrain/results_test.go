package pretrain

import (
	"math"
	"testing"
)

// TestMarginsArePaired has two seeds that differ more than the ways do.
func TestMarginsArePaired(t *testing.T) {
	r := Results{
		{Pretrained: {0.75, 0.5}, Random: {0.5, 0.5}, LinearOnCodes: {0.5, 0.25}, LinearOnPixels: {1, 0}},
		{Pretrained: {0.25, 0.5}, Random: {0.125, 0.75}, LinearOnCodes: {0, 0.25}, LinearOnPixels: {1, 0}},
	}
	for _, test := range []struct {
		name            string
		got             Spread
		mean, deviation float64
		positive        int
	}{
		{"pretrained", At(r.Runs(Pretrained), 0), 0.5, 0.5 / math.Sqrt2, 2},
		{"over random", At(r.Margins(Random), 0), 0.1875, 0.125 / math.Sqrt2, 2},
		{"over random, more labels", At(r.Margins(Random), 1), -0.125, 0.25 / math.Sqrt2, 0},
		{"over codes", At(r.Margins(LinearOnCodes), 0), 0.25, 0, 2},
		{"over pixels", At(r.Margins(LinearOnPixels), 0), -0.5, 0.5 / math.Sqrt2, 0},
	} {
		if s := test.got; math.Abs(s.Mean-test.mean) > 1e-15 || math.Abs(s.Deviation-test.deviation) > 1e-15 || s.Positive() != test.positive || len(s.Values) != 2 {
			t.Errorf("%s: %+v, %d positive, want %v ± %v, %d", test.name, s, s.Positive(), test.mean, test.deviation, test.positive)
		}
	}
	if s := At(r[:1].Runs(Random), 1); s.Mean != 0.5 || !math.IsNaN(s.Deviation) {
		t.Errorf("one seed: %+v, want 0.5 and no deviation", s)
	}
}
