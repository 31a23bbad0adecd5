package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"stackedae/model"
	"stackedae/train"
)

// Example trains an autoencoder with a code of two numbers on images of four
// pixels that are white in one of two halves.
func Example() {
	var images []byte
	for range 50 {
		images = append(images, 255, 255, 0, 0 /* next image */, 0, 0, 255, 255)
	}
	m, err := model.New(model.Stacked(4, 2), rand.New(rand.NewPCG(1, 0)))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := train.Run(context.Background(), m, train.Data{Train: images, Valid: images[:8]},
		train.Config{Epochs: 20, BatchSize: 10, LearningRate: 1.5, Shuffle: rand.NewPCG(1, 1)},
		train.Hook{Name: "progress", Epoch: func(e train.Epoch) error {
			if e.Number%10 == 0 {
				fmt.Printf("epoch %d: %.0f%% of the pixels round right\n", e.Number, 100*e.Valid.RoundedAccuracy)
			}
			return nil
		}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.Status, "after", result.Steps, "steps")
	// Output:
	// epoch 10: 100% of the pixels round right
	// epoch 20: 100% of the pixels round right
	// completed after 200 steps
}
