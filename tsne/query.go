// This file finds the nearest of some points for others.

package tsne

import (
	"context"
	"math"
	"slices"

	"stackedae/internal/parallel"
)

// nearestAmong finds the k nearest of p for every query; k is at most p.n. The
// squared distances of a query beyond the range of float32 are scaled. The only
// error is ctx's.
func nearestAmong(ctx context.Context, p, queries *points, k int) (*neighborLists, error) {
	both := &points{n: p.n + queries.n, dim: p.dim, x: slices.Concat(p.x, queries.x)}
	lists := &neighborLists{k: k, index: make([]int32, queries.n*k), dist2: make([]float32, queries.n*k)}
	parallel.Chunks(queries.n, queryBlock, func(lo, hi int) {
		if ctx.Err() != nil {
			return
		}
		var nearest [queryBlock]nearestHeap
		var block [queryBlock * candidateBlock]float64
		for from := 0; from < p.n; from += candidateBlock {
			to := min(p.n, from+candidateBlock)
			squaredDistances(block[:], both, p.n+lo, p.n+hi, from, to)
			for q := range hi - lo {
				nearest[q] = nearest[q].offer(block[q*candidateBlock:][:to-from], from, -1, k)
			}
		}
		for q := range hi - lo {
			slices.SortFunc(nearest[q], neighbor.compare)
			scale := 1.
			if farthest := nearest[q][k-1].dist2; farthest > math.MaxFloat32 {
				scale = 1 / farthest
			}
			for m, nb := range nearest[q] {
				lists.index[(lo+q)*k+m] = nb.index
				lists.dist2[(lo+q)*k+m] = float32(scale * nb.dist2)
			}
		}
	})
	return lists, ctx.Err()
}
