package main

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/model"
)

// TestImageLossesAreTheNetworks compares the mean of images' losses with the loss
// that the graph measures.
func TestImageLossesAreTheNetworks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	m, err := model.New(model.Stacked(fashion.Pixels, 20, 5), rng)
	if err != nil {
		t.Fatal(err)
	}
	network, err := graph.New(m, graph.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	images := make([]byte, 130*fashion.Pixels)
	for i := range images {
		images[i] = byte(max(rng.IntN(512)-256, 0)) // half of them background
	}
	inputs := graph.Bytes{Pixels: images, Columns: fashion.Pixels}
	want, err := network.Evaluate(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	predictions, err := network.Reconstruct(context.Background(), inputs)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.
	losses := imageLosses(images, predictions)
	for _, l := range losses {
		sum += float64(l)
	}
	if got := sum / float64(len(losses)); len(losses) != 130 || math.Abs(got-want.Loss) > 1e-6 {
		t.Errorf("%d losses of mean %v, want 130 of %v", len(losses), got, want.Loss)
	}
	// Predictions that are sure and wrong cost what Keras makes of them: -ln(1e-7).
	if got := imageLosses(make([]byte, fashion.Pixels), ones(fashion.Pixels)); math.Abs(float64(got[0])+math.Log(1e-7)) > 1e-5 {
		t.Errorf("a wrong image costs %v, want %v", got[0], -math.Log(1e-7))
	}
}

func ones(n int) []float32 {
	v := make([]float32, n)
	for i := range v {
		v[i] = 1
	}
	return v
}
