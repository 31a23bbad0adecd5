// This file finds, for other points, which of a search's are nearest to them.

package tsne

import (
	"context"
	"math"
	"slices"

	"stackedae/internal/simd"
)

// among finds the k nearest of the search's points, in one list, for every
// query; k is at most their number. The only error is ctx's.
//
// A query so far away that its distances leave the range of float32 is compared
// in float64 alone, and its squared distances in the lists are scaled.
func (s *search) among(ctx context.Context, queries *points, k int) (*neighborLists, error) {
	lists := &neighborLists{k: k, index: make([]int32, queries.n*k), dist2: make([]float32, queries.n*k)}
	pack := newPacking(s.p)
	pack.p = queries
	inRange := math.Ldexp(1, panelRoom(s.p.dim))
	near := newSearch(s.p, s.panels, k)
	err := chunks(ctx, panelsOf(queries.n), queryPanels, func(lo, hi int) {
		block := make([]float32, (hi-lo)*s.panels.size())
		for g := lo; g < hi; g++ {
			pack.panel(block[(g-lo)*s.panels.size():][:s.panels.size()], g*simd.PanelWidth, 1, queries.n)
		}
		w := near.begin(block)
		defer near.end(w)
		near.scan(w, 0)
		for q := range min(queries.n-lo*simd.PanelWidth, len(w.nearest)) {
			i := lo*simd.PanelWidth + q
			query := queries.row(i)
			w.short = w.short[:0]
			if pack.largest(query) <= inRange {
				for _, key := range w.nearest[q].sorted() {
					j := keyNumber(key)
					w.short = append(w.short, neighbor{squaredDistance(query, s.p.row(j)), int32(j)})
				}
			} else {
				for j := range s.p.n {
					w.short = append(w.short, neighbor{squaredDistance(query, s.p.row(j)), int32(j)})
				}
			}
			sortNeighbors(w.short)
			scale := 1.
			if farthest := w.short[k-1].dist2; farthest > math.MaxFloat32 {
				scale = 1 / farthest
			}
			for m, nb := range w.short[:k] {
				lists.index[i*k+m], lists.dist2[i*k+m] = nb.index, float32(scale*nb.dist2)
			}
		}
	})
	return lists, err
}

// sorted returns what is left of the candidates, nearest first.
func (c *candidates) sorted() []uint64 {
	c.shrink()
	slices.Sort(c.keys)
	return c.keys
}

// largest returns the largest magnitude of a point's coordinates when packed.
func (k packing) largest(point []float64) (v float64) {
	for j, x := range point {
		v = max(v, math.Abs((x-k.center[j])*k.factor))
	}
	return v
}
