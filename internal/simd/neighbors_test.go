package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// panelSet is an argument of PanelDistances, every slice between fences.
type panelSet struct {
	dst                     []float32
	below                   []uint16
	queries, panels, limits []float32
	intact                  func() bool
}

// newPanelSet has limits at which about half of the distances are below.
func newPanelSet(rng *rand.Rand, dim, count int) panelSet {
	dst, dstIntact := fenced(PanelWidth * PanelWidth * count)
	all := slices.Repeat([]uint16{0xa5a5}, PanelWidth*count+2*fenceWidth)
	s := panelSet{
		dst:     dst,
		below:   all[fenceWidth : len(all)-fenceWidth : len(all)-fenceWidth],
		queries: random(rng, PanelWidth*dim),
		panels:  random(rng, PanelWidth*dim*count),
		limits:  random(rng, PanelWidth),
	}
	for q := range s.limits {
		s.limits[q] = 2 * float32(dim) * rng.Float32() * 2
	}
	s.intact = func() bool {
		fence := slices.Repeat([]uint16{0xa5a5}, fenceWidth)
		return dstIntact() && slices.Equal(all[:fenceWidth], fence) && slices.Equal(all[len(all)-fenceWidth:], fence)
	}
	return s
}

func (s panelSet) run() { PanelDistances(s.dst, s.below, s.queries, s.panels, s.limits) }

func TestPanelDistances(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, dim := range []int{1, 2, 3, 7, 30, 784} {
			for count := range 4 {
				s := newPanelSet(rng, dim, count)
				nothing := rng.IntN(PanelWidth) // the number of points and of queries that do not exist
				for d := range dim {
					for l := range nothing {
						s.queries[d*PanelWidth+PanelWidth-1-l] = nan
						for p := range count {
							s.panels[(p*dim+d)*PanelWidth+l] = nan
						}
					}
				}
				s.limits[0] = inf
				s.run()
				if !s.intact() {
					t.Fatalf("dim %d, %d panels: wrote outside", dim, count)
				}
				for q := range PanelWidth {
					for p := range PanelWidth * count {
						want := 0.0
						for d := range dim {
							e := float64(s.queries[d*PanelWidth+q]) - float64(s.panels[(p/PanelWidth*dim+d)*PanelWidth+p%PanelWidth])
							want += e * e
						}
						got := s.dst[q*PanelWidth*count+p]
						if !(math.Abs(float64(got)-want) <= float64(dim+2)*0x1p-24*want) && (got == got || want == want) {
							t.Fatalf("dim %d: distance of query %d from point %d of %d = %v, want %v", dim, q, p, PanelWidth*count, got, want)
						}
						if below := s.below[q*count+p/PanelWidth]>>(p%PanelWidth)&1 == 1; below != (got < s.limits[q]) {
							t.Fatalf("dim %d: %v is below %v: %v", dim, got, s.limits[q], below)
						}
					}
				}
			}
		}
	})
}

// A distance must not depend on where in a panel the two points stand.
func TestPanelDistancesAreSymmetric(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		s := newPanelSet(rand.New(rand.NewPCG(1, 2)), 30, 1)
		copy(s.panels, s.queries)
		s.run()
		for i := range PanelWidth {
			for j := range PanelWidth {
				if !sameBits(s.dst[i*PanelWidth+j], s.dst[j*PanelWidth+i]) {
					t.Fatalf("distance of %d from %d = %v, the other way %v", i, j, s.dst[i*PanelWidth+j], s.dst[j*PanelWidth+i])
				}
			}
		}
	})
}

func TestGaussianSums(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for n := range 2 * fenceWidth {
			for _, beta := range []float32{0, .01, 1, 20, 0x1p-100, 0x1p100} {
				x := random(rng, n)
				wantSum, wantWeighted := 0.0, 0.0
				for i, v := range x {
					x[i] = v * v
					if i%9 == 4 {
						x[i] = 1e26 * v * v // its product with beta is infinite, its weight 0
					}
					if power := -float64(beta) * float64(x[i]); power >= -expLimit {
						wantSum += math.Exp(power)
						wantWeighted += math.Exp(power) * float64(x[i])
					}
				}
				sum, weighted := GaussianSums(x, beta)
				for _, c := range [][2]float64{{sum, wantSum}, {weighted, wantWeighted}} {
					// Between -87 and what rounds to it, a weight of 1e-38 may be there or not.
					if !(math.Abs(c[0]-c[1]) <= 2e-6*c[1]+1e-10) {
						t.Fatalf("%d numbers, beta %v: sums = %v, %v, want %v, %v", n, beta, sum, weighted, wantSum, wantWeighted)
					}
				}
			}
		}
	})
}

func BenchmarkPanelDistances(b *testing.B) {
	const count = 16
	for _, dim := range []int{2, 30, 784} {
		bench(b, fmt.Sprintf("dim=%d", dim), func(b *testing.B) {
			s := newPanelSet(rand.New(rand.NewPCG(1, 2)), dim, count)
			for b.Loop() {
				s.run()
			}
			b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(b.N)/float64(len(s.dst)), "ns/distance")
		})
	}
}

func BenchmarkGaussianSums(b *testing.B) {
	bench(b, "n=91", func(b *testing.B) {
		x := random(rand.New(rand.NewPCG(1, 2)), 91)
		for i, v := range x {
			x[i] = v * v
		}
		for b.Loop() {
			GaussianSums(x, 1)
		}
	})
}
