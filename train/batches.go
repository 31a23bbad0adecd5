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
	current graph.Bytes
}

func newBatches(pixels []byte, columns, size int) *batches {
	n := len(pixels) / columns
	b := &batches{pixels: pixels, columns: columns, size: min(size, n), order: make([]int, n)}
	for i := range b.order {
		b.order[i] = i
	}
	return b
}

// count returns the number of batches of an epoch.
func (b *batches) count() int { return StepsPerEpoch(len(b.order), b.size) }

// StepsPerEpoch returns the number of batches of at most batchSize that n
// images make, both at least 1.
func StepsPerEpoch(n, batchSize int) int { return (n-1)/batchSize + 1 }

// shuffle draws a new order of the images: the last epoch's, permuted by
// Fisher and Yates' method as math/rand/v2 has it.
func (b *batches) shuffle(source *rand.PCG) {
	rand.New(source).Shuffle(len(b.order), func(i, j int) { b.order[i], b.order[j] = b.order[j], b.order[i] })
}

// batch returns batch i of the epoch. The next call overwrites it.
func (b *batches) batch(i int) *graph.Bytes {
	order := b.order[i*b.size : min(len(b.order), (i+1)*b.size)]
	b.current = graph.Bytes{Pixels: b.pixels, Columns: b.columns, Order: order}
	return &b.current
}
