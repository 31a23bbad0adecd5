package graph_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"stackedae/graph"
	"stackedae/model"
)

// Example takes steps on one image of four pixels, then encodes and decodes
// it.
func Example() {
	m, err := model.New(model.Stacked(4, 3, 2), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	network, err := graph.New(m, graph.Config{LearningRate: 1.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer network.Close()
	image := graph.Bytes{Pixels: []byte{255, 0, 0, 255}, Columns: 4}
	for range 100 {
		if _, err := network.Train(image); err != nil {
			fmt.Println(err)
			return
		}
	}
	codes, err := network.Encode(context.Background(), image)
	if err != nil {
		fmt.Println(err)
		return
	}
	decoded, err := network.Decode(context.Background(), graph.Floats{Values: codes, Columns: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("a code of %d numbers, decoded as %.0f\n", len(codes), decoded)
	// Output:
	// a code of 2 numbers, decoded as [1 0 0 1]
}
