package tsne_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"stackedae/tsne"
)

// threeClusters returns 150 points of 5 coordinates in three clusters, and the
// number of each point's cluster.
func threeClusters() (*mat.Dense, []int) {
	rng := rand.New(rand.NewPCG(1, 2))
	points, labels := mat.NewDense(150, 5, nil), make([]int, 150)
	for i := range labels {
		labels[i] = i % 3
		for j := range 5 {
			points.Set(i, j, rng.NormFloat64())
		}
		points.Set(i, labels[i], 10+points.At(i, labels[i]))
	}
	return points, labels
}

func Example() {
	points, labels := threeClusters()
	result, err := tsne.Embed(context.Background(), points, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, columns := result.Embedding.Dims()
	fmt.Printf("%d x %d: %v\n", rows, columns, result.Status)

	accuracy, err := tsne.NeighborAccuracy(result.Embedding, labels, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.0f%% of the points lie among their own cluster\n", 100*accuracy)
	// Output:
	// 150 x 2: all iterations done
	// 100% of the points lie among their own cluster
}

// A longer exaggerated phase, from a random start.
func ExampleSettings() {
	points, _ := threeClusters()
	schedule := tsne.Default.Schedule(150)
	schedule[0].Iterations = 250
	result, err := tsne.Embed(context.Background(), points, &tsne.Settings{
		Perplexity: 20,
		Schedule:   schedule,
		Iterations: 600,
		Start:      tsne.StartRandom(150, rand.New(rand.NewPCG(42, 0))),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Iterations, "iterations")
	fmt.Println("divergence below 0.5:", result.KLDivergence < .5)
	// Output:
	// 600 iterations
	// divergence below 0.5: true
}

func ExampleRecorder() {
	points, _ := threeClusters()
	recorder := tsne.RecorderFunc(func(s tsne.Snapshot) error {
		fmt.Printf("%d of %d, exaggeration %.1f\n", s.Iteration, s.Total, s.Exaggeration)
		return nil // an error would end the descent
	})
	_, err := tsne.Embed(context.Background(), points, &tsne.Settings{Iterations: 250, Recorder: recorder})
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// 50 of 250, exaggeration 12.0
	// 100 of 250, exaggeration 12.0
	// 150 of 250, exaggeration 3.6
	// 200 of 250, exaggeration 1.0
	// 250 of 250, exaggeration 1.0
}

// Embeddings of any program can be compared by their divergence.
func ExampleKLDivergence() {
	points, _ := threeClusters()
	plain, err := tsne.StartPCA(points)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := tsne.Embed(context.Background(), points, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	plain.Scale(1e5, plain) // principal components, spread out as far
	kl, err := tsne.KLDivergence(points, plain, tsne.DefaultPerplexity)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("t-SNE keeps more of the neighbourhoods:", result.KLDivergence < kl)
	// Output:
	// t-SNE keeps more of the neighbourhoods: true
}
