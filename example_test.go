package stackedae_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"stackedae/figure"
	"stackedae/graph"
	"stackedae/model"
	"stackedae/train"
	"stackedae/tsne"
)

// bars returns n images of side × side grey values, one after the other, and a
// class for each: a bar that stands (0) or lies (1), at a random place.
func bars(n, side int) (pixels []byte, classes []int) {
	rng := rand.New(rand.NewPCG(1, 0))
	for i := range n {
		image := make([]byte, side*side)
		place := rng.IntN(side - 1)
		for j := range side {
			for thick := range 2 {
				at := j*side + place + thick
				if i%2 == 1 {
					at = (place+thick)*side + j
				}
				image[at] = byte(200 + rng.IntN(56))
			}
		}
		pixels, classes = append(pixels, image...), append(classes, i%2)
	}
	return pixels, classes
}

// Example takes images of one's own the whole way: it trains an autoencoder on
// them, encodes them, embeds the codes in the plane and draws them there.
func Example() {
	const side, code = 8, 6
	ctx := context.Background()
	pixels, classes := bars(600, side)
	valid := pixels[500*side*side:]

	// Train: 64-32-6-32-64, on the first 500.
	m, err := model.New(model.Stacked(side*side, 32, code), rand.New(rand.NewPCG(42, 0)))
	if err != nil {
		log.Fatal(err)
	}
	result, err := train.Run(ctx, m, train.Data{Train: pixels[:500*side*side], Valid: valid},
		train.Config{Epochs: 30, BatchSize: 32, LearningRate: 1.5, Shuffle: rand.NewPCG(42, 1)})
	if err != nil {
		log.Fatal(err)
	}
	last := result.History[len(result.History)-1]
	fmt.Println("more than 97% of the pixels round right:", last.Valid.RoundedAccuracy > 0.97)

	// Encode all 600.
	network, err := graph.New(m, graph.Config{})
	if err != nil {
		log.Fatal(err)
	}
	defer network.Close()
	codes, err := network.Encode(ctx, graph.Bytes{Pixels: pixels, Columns: side * side})
	if err != nil {
		log.Fatal(err)
	}

	// Embed.
	points := mat.NewDense(len(codes)/code, code, nil)
	for i, v := range codes {
		points.Set(i/code, i%code, float64(v))
	}
	embedded, err := tsne.Embed(ctx, points, nil)
	if err != nil {
		log.Fatal(err)
	}
	accuracy, err := tsne.NeighborAccuracy(embedded.Embedding, classes, 10)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("more than 95% lie among their own kind:", accuracy > 0.95)

	// Draw.
	images, err := figure.NewImages(pixels, side, side)
	if err != nil {
		log.Fatal(err)
	}
	scaled, err := figure.Scale[float32](embedded.Embedding)
	if err != nil {
		log.Fatal(err)
	}
	f, err := figure.Embedding{Points: scaled, Labels: classes, Images: images, Classes: []string{"standing", "lying"}}.Thumbnails()
	if err != nil {
		log.Fatal(err)
	}
	var png bytes.Buffer // or a file
	if err := f.WritePNG(&png, 100); err != nil {
		log.Fatal(err)
	}
	fmt.Println("a picture of more than 10 kB:", png.Len() > 10_000)
	// Output:
	// more than 97% of the pixels round right: true
	// more than 95% lie among their own kind: true
	// a picture of more than 10 kB: true
}
