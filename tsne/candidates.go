// This file keeps the points that may be among a query's nearest while distances
// of more and more points become known.

package tsne

import (
	"math"
	"math/bits"
	"slices"
)

// candidates are what is left of the points seen so far when those are dropped
// that cannot be among the k nearest.
type candidates struct {
	k     int
	keys  []uint64
	limit float32 // a point at this distance or farther is not among the k nearest
	margin
}

// A key is a point's squared distance and its number in one integer, ordered as
// distances are: the bits of floats that are not negative ascend with them.
func key(dist2 float32, number int) uint64 {
	return uint64(math.Float32bits(dist2))<<32 | uint64(number)
}

func keyDistance(key uint64) float32 { return math.Float32frombits(uint32(key >> 32)) }
func keyNumber(key uint64) int       { return int(uint32(key)) }

// reset forgets all points and makes ready for a query.
func (c *candidates) reset(k int, m margin) {
	c.k, c.keys, c.limit, c.margin = k, c.keys[:0], float32(math.Inf(1)), m
}

// offer considers as many points as dist2 has elements, from the number first
// on. The bits of below say which of them are below c.limit.
func (c *candidates) offer(dist2 []float32, below []uint16, first int) {
	have := len(c.keys)
	if have >= 2*c.k || have > 0 && have+len(dist2) > cap(c.keys) {
		c.shrink()
		have = len(c.keys)
	}
	if cap(c.keys) < have+len(dist2) {
		c.keys = slices.Grow(c.keys, have+len(dist2)) // twice what is needed: growing has its price
	}
	keys := c.keys[:have+len(dist2)]
	for panel, b := range below {
		for ; b != 0; b &= b - 1 {
			at := panel*16 + bits.TrailingZeros16(b)
			keys[have] = key(dist2[at], first+at)
			have++
		}
	}
	c.keys = keys[:have]
}

// shrink drops points that cannot be among the k nearest: all but a few.
func (c *candidates) shrink() {
	if len(c.keys) <= c.k {
		return
	}
	kept := selectSmallest(c.keys, c.k, c.k+c.k/8)
	farthest := uint64(0)
	for _, key := range c.keys[:kept] {
		farthest = max(farthest, key)
	}
	c.limit = c.margin.limit(keyDistance(farthest))
	for _, key := range c.keys[kept:] {
		if keyDistance(key) < c.limit {
			c.keys[kept] = key
			kept++
		}
	}
	c.keys = c.keys[:kept]
}

// margin bounds the error of a query's squared distances in float32.
type margin struct {
	offset   float64 // what rounding the coordinates moves two points at the query's place by
	relative float64 // error of summing the squares
	absolute float64 // the same where squares underflow
}

// roundoff is the largest relative error of rounding to float32.
const roundoff = 0x1p-24

// newMargin returns the margin of a query at the distance norm from the origin.
func newMargin(dim int, norm float64) margin {
	return margin{
		offset:   2 * roundoff * norm,
		relative: float64(dim+3) * roundoff,
		absolute: float64(dim) * 0x1p-149,
	}
}

// limit returns a number that the computed squared distance of none of the k
// nearest points reaches if the k-th smallest of those computed is kth.
func (m margin) limit(kth float32) float32 {
	// How far the true k-th nearest can be.
	farthest := math.Sqrt(float64(kth)+m.absolute) * (1 + m.relative)
	farthest = (farthest + m.offset) * (1 + 2*roundoff)
	_, limit := m.computed(farthest)
	return limit
}

// computed returns between which numbers the computed squared distance of a point
// at a true distance is: at least low and below high.
//
// A computed distance is that of the rounded points up to the relative and
// absolute error, and theirs is the true one up to the offset and 2^-24 of it.
func (m margin) computed(distance float64) (low, high float32) {
	nearest := max(0, distance*(1-roundoff)-m.offset)
	least := max(0, nearest*nearest*(1-m.relative)-m.absolute)
	farthest := distance*(1+roundoff) + m.offset
	most := farthest*farthest*(1+m.relative) + m.absolute
	return math.Nextafter32(float32(least), 0), math.Nextafter32(float32(most), float32(math.Inf(1)))
}

// selectSmallest reorders keys, all different, so that the smallest come first,
// and returns how many: at least low, at most high, or all if there are no more
// than low. It is Hoare's quickselect with Lomuto's partition, which needs no
// branch that a processor would have to guess.
func selectSmallest(keys []uint64, low, high int) int {
	done := 0 // those before belong to the smallest
	for bad := 0; len(keys)-done > 8 && bad < 20; bad++ {
		rest := keys[done:]
		last := len(rest) - 1
		// The median of three for a pivot, at the end.
		middle := last / 2
		if rest[middle] < rest[0] {
			rest[middle], rest[0] = rest[0], rest[middle]
		}
		if rest[last] < rest[0] {
			rest[last], rest[0] = rest[0], rest[last]
		}
		if rest[middle] < rest[last] {
			rest[middle], rest[last] = rest[last], rest[middle]
		}
		pivot := rest[last]
		less := 0
		for i, key := range rest {
			rest[i], rest[less] = rest[less], key
			_, below := bits.Sub64(key, pivot, 0)
			less += int(below)
		}
		rest[less], rest[last] = rest[last], rest[less]
		switch at := done + less; {
		case at > high:
			keys = keys[:at]
		case at < low-1:
			done = at + 1
		case at < low:
			return at + 1
		default:
			return at
		}
	}
	slices.Sort(keys[done:])
	return min(low, len(keys))
}
