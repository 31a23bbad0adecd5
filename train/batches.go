// This file cuts an epoch into batches.

package train

import (
	"math/rand/v2"

	"stackedae/graph"
)

// batches hands out the rows of an epoch, each once.
type batches struct {
	size  int // rows a batch, but for the last
	order []int
	take  func(order []int) graph.Inputs
}

// newBatches returns batches of images.
func newBatches(pixels []byte, columns, size int) *batches {
	current := &graph.Bytes{Pixels: pixels, Columns: columns}
	return batchesOf(len(pixels)/columns, size, func(order []int) graph.Inputs {
		current.Order = order
		return current
	})
}

// newFloatBatches returns batches of other rows.
func newFloatBatches(values []float32, columns, size int) *batches {
	current := &graph.Floats{Values: values, Columns: columns}
	return batchesOf(len(values)/columns, size, func(order []int) graph.Inputs {
		current.Order = order
		return current
	})
}

// batchesOf returns batches of n rows, of which take returns some.
func batchesOf(n, size int, take func(order []int) graph.Inputs) *batches {
	b := &batches{size: min(size, n), order: make([]int, n), take: take}
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
func (b *batches) batch(i int) graph.Inputs { return b.take(b.rows(i)) }

// rows returns the numbers of the rows of batch i.
func (b *batches) rows(i int) []int { return b.order[i*b.size : min(len(b.order), (i+1)*b.size)] }
