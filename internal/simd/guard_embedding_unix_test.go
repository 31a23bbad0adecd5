//go:build unix

package simd

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// guards lends memory against guard pages, each piece from pages of its own.
type guards struct {
	pages []guard
	lent  int
	atEnd bool
	rng   *rand.Rand
}

func newGuards(t *testing.T, pieces, bytes int) *guards {
	g := &guards{rng: rand.New(rand.NewPCG(9, 0))}
	for range pieces {
		g.pages = append(g.pages, newGuard(t, bytes))
	}
	return g
}

// floats returns n numbers from 0 to 1.
func (g *guards) floats(n int) []float32 {
	x := g.pages[g.lent].floats(n, g.atEnd)
	g.lent++
	for i := range x {
		x[i] = g.rng.Float32()
	}
	return x
}

// places returns n coordinates, of which some are on no mesh.
func (g *guards) places(n int) []float32 {
	x := g.floats(n)
	for i := range x {
		if g.rng.IntN(4) == 0 {
			x[i] = odd[g.rng.IntN(len(odd))]
		}
	}
	return x
}

func (g *guards) complexes(n int) Complexes { return Complexes{g.floats(n), g.floats(n)} }

// guarded returns a copy of x against a guard page.
func guarded[T uint16 | uint32 | int32](g *guards, x []T) []T {
	if len(x) == 0 {
		return nil
	}
	b := g.pages[g.lent].bytes(len(x)*int(unsafe.Sizeof(x[0])), g.atEnd)
	g.lent++
	y := unsafe.Slice((*T)(unsafe.Pointer(&b[0])), len(x))
	copy(y, x)
	return y
}

// TestNothingOutsideIsTouchedByEmbedding is TestNothingOutsideIsTouched for the
// kernels of t-SNE.
func TestNothingOutsideIsTouchedByEmbedding(t *testing.T) {
	const row = FourierColumns
	g := newGuards(t, 8, 1<<18)
	rng := rand.New(rand.NewPCG(10, 0))
	for _, test := range []struct {
		name string
		call func()
	}{
		{"PanelDistances", func() {
			d, n := 1+rng.IntN(7), 1+rng.IntN(3)
			PanelDistances(g.floats(PanelWidth*PanelWidth*n), guarded(g, make([]uint16, PanelWidth*n)),
				g.floats(PanelWidth*d), g.floats(PanelWidth*d*n), g.floats(PanelWidth))
		}},
		{"Attract", func() {
			s, n := guardedSprings(g, rng)
			lo := rng.IntN(n + 1)
			hi := lo + rng.IntN(n-lo+1)
			s.Attract(g.floats(2*(hi-lo)), g.floats(2*n), lo, hi)
		}},
		{"Stretch", func() {
			s, n := guardedSprings(g, rng)
			lo := rng.IntN(n + 1)
			hi := lo + rng.IntN(n-lo+1)
			springs := SpringBlock * int(s.Start[hi]-s.Start[lo])
			s.Stretch(g.floats(springs), g.floats(springs), g.floats(2*n), lo, hi)
		}},
		{"WeightedLogs", func() {
			n := rng.IntN(70)
			WeightedLogs(g.floats(n), g.floats(n))
		}},
		{"Update", func() {
			n := 2 * rng.IntN(35)
			Gains{Added: .01, Limit: .5}.Update(g.floats(n), g.floats(n), g.floats(n), g.floats(n), .5, 1)
		}},
		{"Bounds", func() { Bounds(g.floats(2 + 2*rng.IntN(70))) }},
		{"Spread", func() {
			m, n := guardedMesh(g, rng), rng.IntN(40)
			m.Spread(g.places(n), g.places(n))
		}},
		{"Read", func() {
			m, n := guardedMesh(g, rng), rng.IntN(40)
			m.Read(g.floats(2*n), g.places(n), g.places(n))
		}},
		{"Near", func() {
			n := NearLanes * (1 + rng.IntN(4))
			self := rng.IntN(n)
			Near(g.floats(2*(1+rng.IntN(n-self))), g.floats(n), g.floats(n), self, .1)
		}},
		{"Student", func() {
			n := rng.IntN(70)
			Student(g.floats(n), g.floats(n), .5, .5)
		}},
		{"Fourier", func() {
			radix, groups, stride := 2+rng.IntN(3), 1+rng.IntN(5), row*(1+rng.IntN(5))
			n := radix * groups * stride
			Fourier(radix, g.complexes(n), g.complexes(n), g.floats(2*(radix-1)*groups), stride)
		}},
		{"FourierFirst", func() {
			groups, stride := 1+rng.IntN(4), row+rng.IntN(9)
			FourierFirst(g.complexes(4*groups*row), g.complexes((2*groups-1)*stride+row), stride, g.floats(6*groups))
		}},
		{"FourierLast", func() {
			rows, stride := 4*(1+rng.IntN(5)), row+rng.IntN(9)
			FourierLast(g.complexes((rows/2-1)*stride+row), stride, g.complexes(rows*row))
		}},
		{"FourierScaled", func() {
			rows := 4 * (1 + rng.IntN(5))
			FourierScaled(g.complexes(rows*row), g.complexes(rows*row), g.floats((rows/2+1)*row))
		}},
		{"SplitSpectra", func() {
			half := 8 * (1 + rng.IntN(6))
			stride := half + rng.IntN(9)
			n := (row-1)*stride + half
			SplitSpectra(g.complexes(n), g.complexes(n), stride, g.complexes((2*half+1)*row))
		}},
		{"JoinSpectra", func() {
			half := 8 * (1 + rng.IntN(6))
			stride := half + rng.IntN(9)
			n := (row-1)*stride + half
			JoinSpectra(g.complexes((2*half+1)*row), g.complexes(n), g.complexes(n), stride)
		}},
	} {
		eachLevel(t, func(t *testing.T) {
			t.Log(test.name) // a fault tells no more than where
			for i := range 400 {
				g.lent, g.atEnd = 0, i%2 == 0
				test.call()
			}
		})
	}
}

// guardedSprings returns springs of n points against guard pages, of which it
// takes three.
func guardedSprings(g *guards, rng *rand.Rand) (s *Springs, n int) {
	n = 1 + rng.IntN(60)
	s, _, _ = testSprings(rng, n)
	s.Start, s.Packed = guarded(g, s.Start), guarded(g, s.Packed)
	scale := s.Scale
	s.Scale = g.floats(n)
	copy(s.Scale, scale)
	return s, n
}

// guardedMesh returns a mesh against a guard page for points from 0 to 1.
func guardedMesh(g *guards, rng *rand.Rand) *Mesh {
	side := 4 + rng.IntN(9)
	m := &Mesh{Side: side, Stride: side + rng.IntN(5), Step: 1 / float32(side-3)}
	m.Values = g.floats((side-1)*m.Stride + side)
	return m
}
