// This file finds each point's k nearest other points, exactly.

package tsne

import (
	"context"
	"slices"
	"sync"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// neighborLists holds for each of n points its k nearest others, nearest
// first; of equally near points the one with the lower number comes first.
type neighborLists struct {
	k     int
	index []int32   // n x k
	dist2 []float32 // n x k, squared Euclidean distances
}

// nearestNeighbors finds the k nearest others of every point; k is at least 1
// and at most p.n-1. The only error is ctx's.
func nearestNeighbors(ctx context.Context, p *points, k int) (*neighborLists, error) {
	s := newSearch(p, newPanels(p, []int{0, p.n}), k)
	lists := &neighborLists{k: k, index: make([]int32, p.n*k), dist2: make([]float32, p.n*k)}
	err := chunks(ctx, len(s.panels.x)/s.panels.size(), queryPanels, func(lo, hi int) {
		w := s.begin(s.panels.at(lo, hi))
		defer s.end(w)
		s.scan(w, 0)
		for q := range min(p.n-lo*simd.PanelWidth, len(w.nearest)) {
			s.finish(w, q, lo*simd.PanelWidth+q, lists)
		}
	})
	return lists, err
}

// chunks is parallel.Chunks that stops when ctx ends and then returns its error.
func chunks(ctx context.Context, n, size int, f func(lo, hi int)) error {
	parallel.Chunks(n, size, func(lo, hi int) {
		if ctx.Err() == nil {
			f(lo, hi)
		}
	})
	return ctx.Err()
}

const (
	// queryPanels is the number of panels whose neighbours one piece of work
	// finds, and scanPanels that of the panels they are compared with at a time:
	// these stay in the cache.
	queryPanels = 4
	scanPanels  = 16
)

// search finds the nearest neighbours of queries in two steps: the distances of
// many points in float32 leave a few candidates more than are wanted; their
// distances in float64 decide. A candidate is dropped only if its error cannot
// have made it seem too far, so the result is that of float64 alone, without
// the loss of digits of the faster |a|²+|b|²-2ab.
type search struct {
	p      *points
	panels *panels
	k      int
	works  sync.Pool
}

// searchWork is what a piece of work needs.
type searchWork struct {
	queries []float32
	nearest []candidates // of the queries
	storage [queryPanels * simd.PanelWidth]candidates
	short   []neighbor
	limits  [simd.PanelWidth]float32
	dist2   [simd.PanelWidth * simd.PanelWidth * scanPanels]float32
	below   [simd.PanelWidth * scanPanels]uint16
}

func newSearch(p *points, panels *panels, k int) *search {
	s := &search{p: p, panels: panels, k: k}
	s.works.New = func() any { return new(searchWork) }
	return s
}

// begin readies memory for the queries of up to queryPanels panels.
func (s *search) begin(queries []float32) *searchWork {
	w := s.works.Get().(*searchWork)
	w.queries = queries
	count := len(queries) / s.panels.dim
	w.nearest = w.storage[:count]
	for q := range w.nearest {
		panel := queries[q/simd.PanelWidth*s.panels.size():][:s.panels.size()]
		// The query itself is found too, as the first or among equal ones.
		w.nearest[q].reset(s.k+1, panelMargin(panel, q%simd.PanelWidth))
	}
	return w
}

func (s *search) end(w *searchWork) { s.works.Put(w) }

// scan offers the points of a list to the queries.
func (s *search) scan(w *searchWork, list int) {
	size, number := s.panels.size(), s.panels.first[list]
	for lo := s.panels.panel[list]; lo < s.panels.panel[list+1]; lo += scanPanels {
		hi := min(lo+scanPanels, s.panels.panel[list+1])
		count := hi - lo
		width := count * simd.PanelWidth
		for from := 0; from < len(w.nearest); from += simd.PanelWidth {
			nearest := w.nearest[from:][:simd.PanelWidth]
			for q := range nearest {
				w.limits[q] = nearest[q].limit
			}
			dist2, below := w.dist2[:simd.PanelWidth*width], w.below[:simd.PanelWidth*count]
			simd.PanelDistances(dist2, below, w.queries[from*s.panels.dim:][:size], s.panels.at(lo, hi), w.limits[:])
			for q := range nearest {
				nearest[q].offer(dist2[q*width:][:width], below[q*count:][:count], number)
			}
		}
		number += width
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

// finish writes the list of query q, which is the point self.
func (s *search) finish(w *searchWork, q, self int, lists *neighborLists) {
	w.short = w.short[:0]
	for _, key := range w.nearest[q].sorted() {
		if j := keyNumber(key); j != self {
			w.short = append(w.short, neighbor{s.p.distance2(self, j), int32(j)})
		}
	}
	sortNeighbors(w.short)
	row := self * s.k
	for m, nb := range w.short[:s.k] {
		lists.index[row+m], lists.dist2[row+m] = nb.index, float32(nb.dist2)
	}
}

// sortNeighbors sorts what is nearly sorted.
func sortNeighbors(a []neighbor) {
	slices.SortFunc(a, neighbor.compare)
}
