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

// shrink drops the points that cannot be among the k nearest.
func (c *candidates) shrink() {
	if len(c.keys) <= c.k {
		return
	}
	selectSmallest(c.keys, c.k)
	kth := uint64(0)
	for _, key := range c.keys[:c.k] {
		kth = max(kth, key)
	}
	c.limit = c.margin.limit(keyDistance(kth))
	kept := c.k
	for _, key := range c.keys[c.k:] {
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
//
// A computed distance is that of the rounded points up to the relative and
// absolute error, and theirs is the true one up to the offset and 2^-24 of it.
// This is applied once to find how far the true k-th nearest can be, and once
// to find what its distance can have been computed as.
func (m margin) limit(kth float32) float32 {
	farthest := math.Sqrt(float64(kth)+m.absolute) * (1 + m.relative)
	farthest = (farthest + m.offset) * (1 + 2*roundoff)
	farthest = farthest*(1+roundoff) + m.offset
	largest := farthest*farthest*(1+m.relative) + m.absolute
	return math.Nextafter32(float32(largest), float32(math.Inf(1)))
}

// selectSmallest reorders keys, all different, so that the k smallest come
// first; k is below their number. It is Hoare's quickselect; a slice that its
// pivots cut badly is sorted.
func selectSmallest(keys []uint64, k int) {
	for badCuts := 0; len(keys) > 16; {
		pivot := median(keys[0], keys[len(keys)/2], keys[len(keys)-1])
		i, j := 0, len(keys)-1
		for i <= j {
			for keys[i] < pivot {
				i++
			}
			for keys[j] > pivot {
				j--
			}
			if i <= j {
				keys[i], keys[j] = keys[j], keys[i]
				i++
				j--
			}
		}
		if max(j+1, len(keys)-i) > len(keys)/8*7 {
			if badCuts++; badCuts == 4 {
				break
			}
		}
		switch {
		case k <= j:
			keys = keys[:j+1]
		case k >= i:
			keys, k = keys[i:], k-i
		default:
			return
		}
	}
	slices.Sort(keys)
}

func median(a, b, c uint64) uint64 {
	return max(min(a, b), min(max(a, b), c))
}
