// This file holds points in the form in which distances are computed: float32,
// sixteen points a panel, in one list or in many.

package tsne

import (
	"math"
	"math/bits"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// panels are the points of a set, cut into lists of consecutive points. Each
// list begins with a panel of its own; what its last panel has no points for is
// NaN, which is near nothing.
//
// Coordinates are rounded to float32 after the mean was subtracted and all were
// multiplied by a power of two, as large as keeps squared distances in range.
type panels struct {
	dim    int
	x      []float32 // dim x 16 for each panel
	first  []int     // list l holds the points first[l] to first[l+1]
	panel  []int     // and the panels panel[l] to panel[l+1]
	factor float64   // by which coordinates were multiplied
}

// packBlock is the number of panels that one piece of work fills.
const packBlock = 64

// newPanels packs points whose lists begin at first; the last element is their
// number.
func newPanels(p *points, first []int) *panels {
	s := &panels{dim: p.dim, first: first, panel: make([]int, len(first))}
	for l := range s.lists() {
		s.panel[l+1] = s.panel[l] + panelsOf(first[l+1]-first[l])
	}
	count := s.panel[s.lists()]
	s.x = make([]float32, count*s.size())
	pack := newPacking(p)
	s.factor = pack.factor
	numbers := make([]int, count) // of each panel's first point
	for l := range s.lists() {
		for g := s.panel[l]; g < s.panel[l+1]; g++ {
			numbers[g] = first[l] + (g-s.panel[l])*simd.PanelWidth
		}
	}
	ends := make([]int, count)
	for l := range s.lists() {
		for g := s.panel[l]; g < s.panel[l+1]; g++ {
			ends[g] = min(numbers[g]+simd.PanelWidth, first[l+1])
		}
	}
	parallel.Chunks(count, packBlock, func(lo, hi int) {
		for g := lo; g < hi; g++ {
			pack.panel(s.at(g, g+1), numbers[g], 1, ends[g])
		}
	})
	return s
}

// panelsOf returns how many panels n points need.
func panelsOf(n int) int { return (n + simd.PanelWidth - 1) / simd.PanelWidth }

// lists returns the number of lists.
func (s *panels) lists() int { return len(s.first) - 1 }

// size returns the number of elements of a panel.
func (s *panels) size() int { return s.dim * simd.PanelWidth }

// at returns the panels lo to hi.
func (s *panels) at(lo, hi int) []float32 { return s.x[lo*s.size() : hi*s.size()] }

// panelMargin returns the margin of the point in column q of a panel.
func panelMargin(panel []float32, q int) margin {
	norm2 := 0.0
	for at := q; at < len(panel); at += simd.PanelWidth {
		norm2 += float64(panel[at]) * float64(panel[at])
	}
	return newMargin(len(panel)/simd.PanelWidth, math.Sqrt(norm2))
}

// packing is how a set's points become float32.
type packing struct {
	p      *points
	center []float64
	factor float64
}

func newPacking(p *points) packing {
	center := p.means()
	largest := 0.0
	for i := range p.n {
		for j, v := range p.row(i) {
			largest = max(largest, math.Abs(v-center[j]))
		}
	}
	_, exponent := math.Frexp(largest)
	return packing{p, center, math.Ldexp(1, min(panelRoom(p.dim)-exponent, 1000))}
}

// panelRoom returns the binary exponent up to which coordinates in panels may
// go: no squared distance exceeds dim·(2·largest)², which stays below 2¹²⁷.
func panelRoom(dim int) int { return (127 - 2 - bits.Len(uint(dim))) / 2 }

// panel fills a panel with the points from, from+step, … below end.
func (k packing) panel(dst []float32, from, step, end int) {
	for l := range simd.PanelWidth {
		if from >= end {
			for j := range k.p.dim {
				dst[j*simd.PanelWidth+l] = float32(math.NaN())
			}
			continue
		}
		for j, v := range k.p.row(from) {
			dst[j*simd.PanelWidth+l] = float32((v - k.center[j]) * k.factor)
		}
		from += step
	}
}
