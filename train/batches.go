// This file cuts an epoch into batches.

package train

import (
	"math/rand/v2"

	"stackedae/graph"
)

// batches hands out the images of an epoch, each once.
type batches struct {
	pixels  []byte
	columns int
	size    int // images a batch, but for the last
	order   []int
}

func newBatches(pixels []byte, columns, size int) *batches {
	b := &batches{pixels: pixels, columns: columns, size: size, order: make([]int, len(pixels)/columns)}
	for i := range b.order {
		b.order[i] = i
	}
	return b
}

// count returns the number of batches of an epoch.
func (b *batches) count() int { return (len(b.order) + b.size - 1) / b.size }

// shuffle draws a new order of the images: the last epoch's, permuted by
// Fisher and Yates' method as math/rand/v2 has it.
func (b *batches) shuffle(rng *rand.Rand) {
	rng.Shuffle(len(b.order), func(i, j int) { b.order[i], b.order[j] = b.order[j], b.order[i] })
}

// batch returns batch i of the epoch.
func (b *batches) batch(i int) graph.Bytes {
	order := b.order[i*b.size : min(len(b.order), (i+1)*b.size)]
	return graph.Bytes{Pixels: b.pixels, Columns: b.columns, Order: order}
}
