// This file finds the ranks that a few points have among all by their distance
// from another one.
//
// A rank is how many points are not farther. So distances are counted, not sorted:
// those in float32 tell most points' places among the few, and where their error
// leaves that in doubt, distances in float64 decide.

package tsne

import (
	"math"
	"math/bits"
	"slices"
	"sync"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// excessRanks returns the sum over all points of what the ranks of their listed
// others, by distance in p and counted from 1, are above the lists' length.
func excessRanks(p *points, lists *neighborLists) int {
	panels := newPanels(p, []int{0, p.n})
	count := panelsOf(p.n)
	sums := make([]int, count)
	works := sync.Pool{New: func() any { return new(rankWork) }}
	parallel.For(count, func(g int) {
		w := works.Get().(*rankWork)
		defer works.Put(w)
		queries := panels.at(g, g+1)
		first := g * simd.PanelWidth
		ranks := w.ranks[:min(simd.PanelWidth, p.n-first)]
		for q := range ranks {
			ranks[q].begin(p, first+q, lists.index[(first+q)*lists.k:][:lists.k], panels.factor, panelMargin(queries, q))
			w.limits[q] = ranks[q].limit
		}
		for lo := 0; lo < count; lo += scanPanels {
			width := min(scanPanels, count-lo)
			points := width * simd.PanelWidth
			dist2, below := w.dist2[:simd.PanelWidth*points], w.below[:simd.PanelWidth*width]
			simd.PanelDistances(dist2, below, queries, panels.at(lo, lo+width), w.limits[:])
			for q := range ranks {
				ranks[q].count(p, dist2[q*points:][:points], below[q*width:][:width], lo*simd.PanelWidth)
			}
		}
		for q := range ranks {
			sums[g] += ranks[q].excess()
		}
	})
	total := 0
	for _, s := range sums {
		total += s
	}
	return total
}

// rankWork is what a piece of work needs.
type rankWork struct {
	ranks  [simd.PanelWidth]ranks
	limits [simd.PanelWidth]float32
	dist2  [simd.PanelWidth * simd.PanelWidth * scanPanels]float32
	below  [simd.PanelWidth * scanPanels]uint16
}

// ranks counts the points that stand before a few, by their distance from a
// point.
type ranks struct {
	self  int
	near  []neighbor // the few, in the order of their distances
	added []int      // points that are before near[m], or it, and not before near[m-1]

	// A point at a computed distance of limit or farther is behind all of near.
	// Those nearer are told apart by buckets, scale of them to a unit of distance:
	// place[b] is where points of bucket b count in added, or doubt.
	limit, scale float32
	place        [rankBuckets + 1]uint32
}

const (
	// rankBuckets is many times the usual number of the few, so it is seldom that
	// a bucket holds the distance of one of them.
	rankBuckets = 2048
	// doubt is the place of points for which distances in float64 decide: behind
	// all places.
	doubt = math.MaxUint32
)

// begin makes ready for the points near of the point self. Computed distances
// are off by the margin, those between points multiplied by factor.
func (r *ranks) begin(p *points, self int, near []int32, factor float64, off margin) {
	r.self, r.near, r.added = self, r.near[:0], r.added[:0]
	for _, j := range near {
		r.near = append(r.near, neighbor{p.distance2(self, int(j)), j})
		r.added = append(r.added, 0)
	}
	slices.SortFunc(r.near, neighbor.compare)
	computed := func(nb neighbor) (low, high float32) { return off.computed(math.Sqrt(nb.dist2) * factor) }
	_, r.limit = computed(r.near[len(r.near)-1])
	r.scale = float32(min(rankBuckets/float64(r.limit), math.MaxFloat32))
	from := uint32(0)
	for m, nb := range r.near {
		low, high := computed(nb)
		until, through := bucket(low, r.scale), bucket(high, r.scale)
		for ; from < until; from++ {
			r.place[from] = uint32(m)
		}
		for ; from <= through; from++ {
			r.place[from] = doubt
		}
	}
	if own := r.place[0]; own != doubt {
		r.added[own]-- // the point itself will be counted there
	}
}

// bucket returns the bucket of a computed distance up to the limit.
func bucket(dist2, scale float32) uint32 { return min(uint32(int32(dist2*scale)), rankBuckets) }

// count counts as many points as dist2 has elements, from the number first on:
// those whose bits in below say that they are below the limit.
func (r *ranks) count(p *points, dist2 []float32, below []uint16, first int) {
	added, scale := r.added, r.scale
	for panel, b := range below {
		for ; b != 0; b &= b - 1 {
			at := panel*simd.PanelWidth + bits.TrailingZeros16(b)
			if place := r.place[bucket(dist2[at], scale)]; place < uint32(len(added)) {
				added[place]++
			} else if first+at != r.self {
				r.decide(p, first+at)
			}
		}
	}
}

// decide counts the point j.
func (r *ranks) decide(p *points, j int) {
	if at, _ := slices.BinarySearchFunc(r.near, neighbor{p.distance2(r.self, j), int32(j)}, neighbor.compare); at < len(r.added) {
		r.added[at]++
	}
}

// excess returns the sum of what ranks are above the number of points.
func (r *ranks) excess() (sum int) {
	rank := 0
	for _, a := range r.added {
		rank += a
		sum += max(0, rank-len(r.added))
	}
	return sum
}
