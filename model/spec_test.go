package model

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// tied returns the architecture with the encoder's kernels in the decoder.
func tied(s Spec) Spec {
	s.Tied = true
	return s
}

func TestStacked(t *testing.T) {
	for _, c := range []struct {
		spec       Spec
		text       string
		parameters int
	}{
		{Stacked(784, 100, 30), "784-100-30-100-784", 163_814}, // Keras' count, for all three
		{Stacked(784, 256, 100, 30), "784-256-100-30-100-256-784", 460_134},
		{Stacked(784, 30), "784-30-784", 47_854},
		{tied(Stacked(784, 100, 30)), "784-100-30-100-784 tied", 82_414},
	} {
		if err := c.spec.Validate(); err != nil {
			t.Errorf("%s: %v", c.text, err)
		}
		if got := c.spec.String(); got != c.text {
			t.Errorf("String = %s, want %s", got, c.text)
		}
		if got := c.spec.Parameters(); got != c.parameters {
			t.Errorf("%s: %d parameters, want %d", c.text, got, c.parameters)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	wrong := Stacked(784, 100, 30)
	wrong.Encoder[0].Activation = "relu"
	short := Stacked(784, 100, 30)
	short.Decoder[1].Units = 10
	lopsided, longer := tied(Stacked(784, 100, 30)), tied(Stacked(784, 100, 30))
	lopsided.Decoder[0].Units = 99
	longer.Decoder = append([]LayerSpec{{50, SELU}}, longer.Decoder...)
	for _, c := range []struct {
		name string
		spec Spec
		want string
	}{
		{"tied, another width", lopsided, "tied: decoder layer 0 of 99 units, want 100"},
		{"tied, another depth", longer, "tied: decoder of 3 layers, want the encoder's 2"},
		{"nothing", Spec{}, "0 inputs"},
		{"no hidden layer", Stacked(784), "encoder of 0 layers"},
		{"empty layer", Stacked(784, 100, 0), "encoder layer 1 of 0 units"},
		{"negative layer", Stacked(784, -1), "encoder layer 0 of -1 units"},
		{"enormous layer", Stacked(784, 1<<40), "units, want 1 to 65536"},
		{"too many layers", Stacked(784, make([]int, 65)...), "encoder of 65 layers"},
		{"too many parameters", Stacked(784, 60_000, 60_000), "parameters, want at most"},
		{"unknown activation", wrong, `encoder layer 0 has activation "relu", want "selu"`},
		{"outputs are not inputs", short, "the decoder ends in 10 units"},
	} {
		if err := c.spec.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
		if m, err := New(c.spec, nil); err == nil || m != nil {
			t.Errorf("%s: New gave a model", c.name)
		}
	}
}

// TestSummaryIsKeras compares with what Keras 2.15 has printed.
func TestSummaryIsKeras(t *testing.T) {
	for name, spec := range map[string]Spec{
		"100-30":       Stacked(784, 100, 30),
		"256-100-30":   Stacked(784, 256, 100, 30),
		"2000-1000-30": Stacked(784, 2000, 1000, 30),
		"30":           Stacked(784, 30),
		"tied-100-30":  tied(Stacked(784, 100, 30)),
	} {
		want, err := os.ReadFile("../testdata/keras/summary-" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := spec.Summary(&got, 28); err != nil {
			t.Fatal(err)
		}
		gotLines, wantLines := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
		for i := range max(len(gotLines), len(wantLines)) {
			if i >= len(gotLines) || i >= len(wantLines) || gotLines[i] != wantLines[i] {
				t.Errorf("%v: line %d differs; got\n%swant\n%s", spec, i+1, got.String(), want)
				break
			}
		}
	}
	if err := Stacked(784, 30).Summary(&bytes.Buffer{}, 27); err == nil {
		t.Error("27 × 27 pixels for 784 inputs: no error")
	}
}
