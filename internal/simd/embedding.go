// This file holds the kernels of a gradient descent on points of the plane:
// attraction along springs, the update, the bounding box. Embeddings are n × 2.

package simd

import (
	"fmt"
	"math"
)

// embeddingKernels are those of this file.
type embeddingKernels struct {
	attract      func(dst, y []float32, start []int32, packed []uint32, scale []float32, first, bits int)
	stretch      func(weights, squares, y []float32, start []int32, packed []uint32, scale []float32, first, bits int)
	weightedLogs func(weights, x []float32) float64
	update       func(y, update, gain, gradient []float32, momentum, rate, added, floor, limit float32) float64
	bounds       func(y []float32) (minX, minY, maxX, maxY float32)
}

var embeddingGeneric = embeddingKernels{attract: attract, stretch: stretch, weightedLogs: weightedLogs, update: update, bounds: bounds}

// SpringBlock is the number of springs that one block holds.
const SpringBlock = 16

// Springs holds weighted springs between points in rows, one for each point.
// Row i is the blocks Start[i] to Start[i+1] of Packed. A spring has the number
// of its other end in the low Bits bits; the rest, below 2³¹, times Scale[i] is
// its weight. A row is filled up with springs of weight 0.
type Springs struct {
	Start  []int32
	Packed []uint32
	Scale  []float32
	Bits   int
}

// rows checks shapes and returns the rows from lo on, whose starts are starts.
// That other ends are points is the business of who packs the springs: to read
// them all again would cost as much as the work itself.
func (s *Springs) rows(function string, y []float32, lo, hi int) (start []int32, scale []float32) {
	n := len(s.Scale)
	if lo < 0 || hi < lo || hi > n || len(s.Start) != n+1 || len(y) != 2*n || s.Bits < 1 || s.Bits > 31 || n > 1<<s.Bits {
		panic(fmt.Sprintf("simd: %s: rows %d to %d of %d, %d starts, %d coordinates, other ends of %d bits", function, lo, hi, n, len(s.Start), len(y), s.Bits))
	}
	start, scale = s.Start[lo:hi+1], s.Scale[lo:hi]
	end, falls := int32(0), int32(0) // falls is negative if starts do not ascend from 0 on
	for _, next := range start {
		falls |= next - end
		end = next
	}
	if falls < 0 || len(s.Packed) < SpringBlock*int(end) {
		panic(fmt.Sprintf("simd: %s: rows %d to %d begin at blocks %d to %d of %d, want them to ascend", function, lo, hi, start[0], end, len(s.Packed)/SpringBlock))
	}
	return start, scale
}

// Attract sets row i of dst, for i in [lo, hi), to Σ_j p_ij w_ij (y_i-y_j) over
// the springs of weight p_ij in row i of s, where w_ij = 1/(1+|y_i-y_j|²). dst
// has hi-lo rows.
func (s *Springs) Attract(dst, y []float32, lo, hi int) {
	start, scale := s.rows("Attract", y, lo, hi)
	check("Attract", "dst", len(dst), 2*(hi-lo))
	active.attract(dst, y, start, s.Packed, scale, lo, s.Bits)
}

// Stretch sets weights and squares to p_ij and 1+|y_i-y_j|² of the springs of the
// rows in [lo, hi), those of weight 0 too.
func (s *Springs) Stretch(weights, squares, y []float32, lo, hi int) {
	start, scale := s.rows("Stretch", y, lo, hi)
	n := SpringBlock * int(start[hi-lo]-start[0])
	check("Stretch", "weights", len(weights), n)
	check("Stretch", "squares", len(squares), n)
	active.stretch(weights, squares, y, start, s.Packed, scale, lo, s.Bits)
}

func attract(dst, y []float32, start []int32, packed []uint32, scale []float32, first, bits int) {
	mask := uint32(1)<<bits - 1
	for i, c := range scale {
		x0, y0 := y[2*(first+i)], y[2*(first+i)+1]
		var fx, fy float32
		for _, e := range packed[SpringBlock*int(start[i]) : SpringBlock*int(start[i+1])] {
			other := y[2*int(e&mask):][:2]
			dx, dy := x0-other[0], y0-other[1]
			w := float32(int32(e>>bits)) / (1 + dx*dx + dy*dy)
			fx += w * dx
			fy += w * dy
		}
		dst[2*i], dst[2*i+1] = c*fx, c*fy
	}
}

func stretch(weights, squares, y []float32, start []int32, packed []uint32, scale []float32, first, bits int) {
	mask := uint32(1)<<bits - 1
	at := 0
	for i, c := range scale {
		x0, y0 := y[2*(first+i)], y[2*(first+i)+1]
		for _, e := range packed[SpringBlock*int(start[i]) : SpringBlock*int(start[i+1])] {
			other := y[2*int(e&mask):][:2]
			dx, dy := x0-other[0], y0-other[1]
			weights[at], squares[at] = c*float32(int32(e>>bits)), 1+dx*dx+dy*dy
			at++
		}
	}
}

// WeightedLogs returns Σ weights[i]·ln(x[i]) for normal x > 0. The sum is kept
// in float32, up to 32 of them.
func WeightedLogs(weights, x []float32) float64 {
	check("WeightedLogs", "weights", len(weights), len(x))
	return active.weightedLogs(weights, x)
}

func weightedLogs(weights, x []float32) (sum float64) {
	weights = weights[:len(x)]
	for i, v := range x {
		sum += float64(weights[i] * log(v))
	}
	return sum
}

// Gains says how a gain changes: by GainGrowth more where update and gradient
// point apart, else to max(GainDecay·gain + Added, Floor). A step longer than
// Limit is shortened to it.
type Gains struct{ Added, Floor, Limit float32 }

// The rule of Jacobs (1988) with the numbers of van der Maaten's program.
const (
	GainGrowth = .2
	GainDecay  = .8
)

// Update does a step of gradient descent with momentum and gains: it changes
// the gains, sets update = momentum·update - rate·gain·gradient, point by point
// not longer than the limit, and adds it to y. It returns the sum of the squares
// of gain·gradient.
func (g Gains) Update(y, update, gain, gradient []float32, momentum, rate float32) (square float64) {
	n := len(y)
	if n%2 != 0 {
		panic(fmt.Sprintf("simd: Update: len(y) = %d, want an even number", n))
	}
	check("Update", "update", len(update), n)
	check("Update", "gain", len(gain), n)
	check("Update", "gradient", len(gradient), n)
	return active.update(y, update, gain, gradient, momentum, rate, g.Added, g.Floor, g.Limit)
}

func update(y, update, gain, gradient []float32, momentum, rate, added, floor, limit float32) (square float64) {
	one := func(i int) float32 {
		g := gradient[i]
		if update[i]*g < 0 {
			gain[i] += GainGrowth
		} else {
			gain[i] = max(GainDecay*gain[i]+added, floor)
		}
		g *= gain[i]
		square += float64(g) * float64(g)
		return momentum*update[i] - rate*g
	}
	for i := 0; i < len(y); i += 2 {
		ux, uy := one(i), one(i+1)
		if d := ux*ux + uy*uy; d > limit*limit {
			shorten := limit / float32(math.Sqrt(float64(d)))
			ux, uy = ux*shorten, uy*shorten
		}
		update[i], update[i+1] = ux, uy
		y[i] += ux
		y[i+1] += uy
	}
	return square
}

// Bounds returns the bounding box of one or more points. It is NaN, all of it,
// if any coordinate is not finite.
func Bounds(y []float32) (minX, minY, maxX, maxY float32) {
	if len(y) == 0 || len(y)%2 != 0 {
		panic(fmt.Sprintf("simd: Bounds: len(y) = %d, want a positive even number", len(y)))
	}
	if len(y) < boundsLeast {
		return bounds(y)
	}
	return active.bounds(y)
}

// boundsLeast is the number of coordinates from which assembly can take them.
const boundsLeast = 16

func bounds(y []float32) (minX, minY, maxX, maxY float32) {
	minX, minY, maxX, maxY = y[0], y[1], y[0], y[1]
	var bad float32
	for i := 0; i < len(y); i += 2 {
		minX, maxX = min(minX, y[i]), max(maxX, y[i])
		minY, maxY = min(minY, y[i+1]), max(maxY, y[i+1])
		bad += 0*y[i] + 0*y[i+1]
	}
	return minX + bad, minY + bad, maxX + bad, maxY + bad
}
