package tsne

import (
	"encoding"
	"fmt"
	"testing"
)

func TestNames(t *testing.T) {
	type choice interface {
		fmt.Stringer
		encoding.TextMarshaler
	}
	for _, c := range []struct {
		value choice
		empty encoding.TextUnmarshaler
		want  string
	}{
		{Default, new(Preset), "default"},
		{SKLearn, new(Preset), "sklearn"},
		{SKLearn02x, new(Preset), "sklearn-0.2x"},
		{Euclidean, new(Metric), "euclidean"},
		{Cosine, new(Metric), "cosine"},
		{InitialByPreset, new(Initial), "preset"},
		{InitialPCA, new(Initial), "pca"},
		{InitialRandom, new(Initial), "random"},
		{NeighborsByNumber, new(Neighbors), "auto"},
		{ExactNeighbors, new(Neighbors), "exact"},
		{ApproximateNeighbors, new(Neighbors), "approximate"},
		{ByNumber, new(Repulsion), "auto"},
		{ExactSum, new(Repulsion), "exact"},
		{Mesh, new(Repulsion), "mesh"},
	} {
		if got := c.value.String(); got != c.want {
			t.Errorf("%T: String() = %q, want %q", c.value, got, c.want)
		}
		text, err := c.value.MarshalText()
		if string(text) != c.want || err != nil {
			t.Errorf("%v: MarshalText() = %q, %v", c.value, text, err)
		}
		if err := c.empty.UnmarshalText(text); err != nil || c.empty.(fmt.Stringer).String() != c.want {
			t.Errorf("%T: %q is read as %v, %v", c.empty, text, c.empty, err)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	var p Preset
	if err := p.UnmarshalText([]byte("fast")); err == nil || err.Error() != `tsne: preset: got "fast", want default, sklearn or sklearn-0.2x` {
		t.Errorf("error = %v, want one that names it and the known ones", err)
	}
	if got := Metric(9).String(); got != "metric 9" {
		t.Errorf("unknown metric is called %q", got)
	}
	if _, err := Metric(9).MarshalText(); err == nil || err.Error() != "tsne: metric: got the number 9, want 0 to 1: euclidean or cosine" {
		t.Errorf("error = %v", err)
	}
}
