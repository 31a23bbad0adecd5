// This file finds each point's k nearest other points, exactly, by computing
// all distances block by block.

package tsne

import (
	"context"
	"math"
	"slices"

	"stackedae/internal/parallel"
)

// neighborLists holds for each of n points its k nearest others, nearest
// first; of equally near points the one with the lower index comes first.
type neighborLists struct {
	k     int
	index []int32   // n x k
	dist2 []float32 // n x k, squared Euclidean distances
}

const (
	queryBlock     = 32  // points whose neighbours one piece of work finds
	candidateBlock = 256 // points they are compared with at a time: these stay in the cache
)

// nearestNeighbors finds the k nearest others of every point; k is at least 1
// and at most p.n-1. The only error is ctx's.
//
// Distances are sums of squared differences in float64. The faster form
// |a|²+|b|²-2ab loses its digits when clusters are small and far apart.
func nearestNeighbors(ctx context.Context, p *points, k int) (*neighborLists, error) {
	lists := &neighborLists{k: k, index: make([]int32, p.n*k), dist2: make([]float32, p.n*k)}
	parallel.Chunks(p.n, queryBlock, func(lo, hi int) {
		if ctx.Err() != nil {
			return
		}
		var nearest [queryBlock]nearestHeap
		var block [queryBlock * candidateBlock]float64
		for q := range hi - lo {
			nearest[q] = make(nearestHeap, 0, k)
		}
		for from := 0; from < p.n; from += candidateBlock {
			to := min(p.n, from+candidateBlock)
			squaredDistances(block[:], p, lo, hi, from, to)
			for q := range hi - lo {
				nearest[q] = nearest[q].offer(block[q*candidateBlock:][:to-from], from, lo+q, k)
			}
		}
		for q := range hi - lo {
			slices.SortFunc(nearest[q], neighbor.compare)
			for m, nb := range nearest[q] {
				lists.index[(lo+q)*k+m] = nb.index
				lists.dist2[(lo+q)*k+m] = float32(nb.dist2)
			}
		}
	})
	return lists, ctx.Err()
}

// squaredDistances sets dst[(i-lo)*candidateBlock + j-from] to the squared
// distance of the points i in [lo, hi) and j in [from, to).
func squaredDistances(dst []float64, p *points, lo, hi, from, to int) {
	for i := lo; i < hi; i += 4 {
		// Four points at a time, so that additions need not wait for each other;
		// at the end of a block the last is repeated.
		i1, i2, i3 := min(i+1, hi-1), min(i+2, hi-1), min(i+3, hi-1)
		d0, d1 := dst[(i-lo)*candidateBlock:], dst[(i1-lo)*candidateBlock:]
		d2, d3 := dst[(i2-lo)*candidateBlock:], dst[(i3-lo)*candidateBlock:]
		a0 := p.row(i)
		a1, a2, a3 := p.row(i1)[:len(a0)], p.row(i2)[:len(a0)], p.row(i3)[:len(a0)]
		for j := from; j < to; j++ {
			b := p.row(j)[:len(a0)]
			var s0, s1, s2, s3 float64
			for c, v := range b {
				e0, e1, e2, e3 := a0[c]-v, a1[c]-v, a2[c]-v, a3[c]-v
				s0 += e0 * e0
				s1 += e1 * e1
				s2 += e2 * e2
				s3 += e3 * e3
			}
			d0[j-from], d1[j-from], d2[j-from], d3[j-from] = s0, s1, s2, s3
		}
	}
}

type neighbor struct {
	dist2 float64
	index int32
}

func (a neighbor) compare(b neighbor) int {
	switch {
	case a.dist2 < b.dist2:
		return -1
	case a.dist2 > b.dist2:
		return 1
	}
	return int(a.index) - int(b.index)
}

// nearestHeap is a binary heap of the nearest points seen so far, the farthest
// of them at the root.
type nearestHeap []neighbor

// offer considers the points from, from+1, … at the squared distances dist2,
// except the point self, and keeps the k nearest.
func (h nearestHeap) offer(dist2 []float64, from, self, k int) nearestHeap {
	limit := math.Inf(1)
	if len(h) == k {
		limit = h[0].dist2
	}
	for c, d := range dist2 {
		// An equal distance loses: its index is the higher one.
		if d >= limit || from+c == self {
			continue
		}
		if nb := (neighbor{d, int32(from + c)}); len(h) < k {
			h = append(h, nb)
			h.up()
		} else {
			h[0] = nb
			h.down()
		}
		if len(h) == k {
			limit = h[0].dist2
		}
	}
	return h
}

// up restores the heap after an append.
func (h nearestHeap) up() {
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[parent].compare(h[i]) >= 0 {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

// down restores the heap after its root was replaced.
func (h nearestHeap) down() {
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return
		}
		if right := child + 1; right < len(h) && h[right].compare(h[child]) > 0 {
			child = right
		}
		if h[i].compare(h[child]) >= 0 {
			return
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}
