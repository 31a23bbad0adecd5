// This file packs the affinities into the form that the descent reads them in:
// four bytes each, since at many points the time of an iteration is that of
// reading them.

package tsne

import (
	"math"
	"math/bits"
	"sort"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// springs holds affinities as springs between points of the embedding. A spring
// has the number of its other end in its low bits and its affinity, relative to
// the row's largest, in the rest: 19 bits for 5,000 points, 12 for a million.
type springs struct {
	simd.Springs
	n       int
	entropy float64 // Σ p ln p
	cuts    []int32 // piece p of the work is rows cuts[p] to cuts[p+1]

	squares []float64 // scratch of divergence: one sum for each piece
}

const (
	springPieces = 64  // pieces of about equal cost, whatever the number of points
	rowsPacked   = 512 // rows that one piece of work packs
	stretchRows  = 8   // rows whose logarithms are taken together
)

// newSprings packs p.
func newSprings(p *affinities) *springs {
	s := &springs{n: p.n}
	s.Bits = max(bits.Len(uint(p.n-1)), 1)
	s.Start, s.Scale = make([]int32, p.n+1), make([]float32, p.n)
	for i := range p.n {
		blocks := (p.start[i+1] - p.start[i] + simd.SpringBlock - 1) / simd.SpringBlock
		s.Start[i+1] = s.Start[i] + int32(blocks)
	}
	s.Packed = make([]uint32, simd.SpringBlock*int(s.Start[p.n]))
	sums := make([]float64, (p.n+rowsPacked-1)/rowsPacked)
	parallel.Chunks(p.n, rowsPacked, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			col, val := p.col[p.start[i]:p.start[i+1]], p.val[p.start[i]:p.start[i+1]]
			s.Scale[i] = s.pack(s.Packed[simd.SpringBlock*int(s.Start[i]):simd.SpringBlock*int(s.Start[i+1])], i, col, val)
			sums[lo/rowsPacked] += simd.WeightedLogs(val, val) // 0·ln 0 is 0 there
		}
	})
	s.entropy = total(sums)
	s.cut()
	return s
}

// pack packs a row and returns its scale.
func (s *springs) pack(row []uint32, i int, col []int32, val []float32) (scale float32) {
	largest := float32(0)
	for _, v := range val {
		largest = max(largest, v)
	}
	steps := float64(uint32(1)<<(32-s.Bits) - 1)
	for m := range row {
		row[m] = uint32(i)
	}
	if largest == 0 {
		return 0
	}
	inverse := steps / float64(largest)
	for m, v := range val {
		row[m] = uint32(float64(v)*inverse+.5)<<s.Bits | uint32(col[m])
	}
	return float32(float64(largest) / steps)
}

// cut cuts the rows into pieces of about equal cost: a row costs its blocks and
// about one more.
func (s *springs) cut() {
	cost := func(row int) int { return int(s.Start[row]) + row }
	for p := range springPieces + 1 {
		share := cost(s.n) * p / springPieces
		s.cuts = append(s.cuts, int32(sort.Search(s.n, func(row int) bool { return cost(row) >= share })))
	}
}

// rows returns the rows of a piece.
func (s *springs) rows(piece int) (lo, hi int) { return int(s.cuts[piece]), int(s.cuts[piece+1]) }

// divergence returns nearly the KL divergence of the embedding y, in nats, for
// y's normalisation z: affinities are rounded to the bits that they have.
func (s *springs) divergence(y []float32, z float64) float64 {
	if s.squares == nil {
		s.squares = make([]float64, springPieces)
	}
	parallel.For(springPieces, func(piece int) {
		var weights, squares []float32
		sum := 0.0
		for lo, end := s.rows(piece); lo < end; lo += stretchRows {
			hi := min(end, lo+stretchRows)
			n := simd.SpringBlock * int(s.Start[hi]-s.Start[lo])
			if cap(weights) < n {
				weights, squares = make([]float32, 2*n), make([]float32, 2*n)
			}
			weights, squares = weights[:n], squares[:n]
			s.Stretch(weights, squares, y, lo, hi)
			sum += simd.WeightedLogs(weights, squares)
		}
		s.squares[piece] = sum
	})
	return s.entropy + total(s.squares) + math.Log(z)
}
