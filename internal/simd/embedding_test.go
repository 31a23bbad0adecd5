package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

// testSprings returns springs of n points, the weights of each row by column,
// and the points.
func testSprings(rng *rand.Rand, n int) (s *Springs, weights []map[int]float64, y []float32) {
	s = &Springs{Bits: 7, Start: []int32{0}}
	weights = make([]map[int]float64, n)
	var packed []uint32
	scales := random(rng, n)
	for i := range n {
		weights[i] = map[int]float64{}
		for range rng.IntN(50) * rng.IntN(2) {
			weights[i][rng.IntN(n)] = float64(rng.IntN(1 << 24))
		}
		for j, w := range weights[i] {
			packed = append(packed, uint32(w)<<s.Bits|uint32(j))
			weights[i][j] = w * float64(scales[i])
		}
		for len(packed)%SpringBlock > 0 {
			packed = append(packed, uint32(i))
		}
		s.Start = append(s.Start, int32(len(packed)/SpringBlock))
	}
	s.Packed, s.Scale = packed, scales
	return s, weights, random(rng, 2*n)
}

func TestAttract(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	eachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 60, 128} {
			s, weights, y := testSprings(rng, n)
			for _, span := range [][2]int{{0, n}, {n / 3, n / 2}, {n, n}} {
				lo, hi := span[0], span[1]
				dst, stands := fenced(2 * (hi - lo))
				s.Attract(dst, y, lo, hi)
				for i := lo; i < hi; i++ {
					var fx, fy, size float64
					for j, p := range weights[i] {
						dx, dy := float64(y[2*i])-float64(y[2*j]), float64(y[2*i+1])-float64(y[2*j+1])
						w := p / (1 + dx*dx + dy*dy)
						fx, fy, size = fx+w*dx, fy+w*dy, size+math.Abs(w)
					}
					if x, y := dst[2*(i-lo)], dst[2*(i-lo)+1]; math.Abs(float64(x)-fx) > 1e-6*size || math.Abs(float64(y)-fy) > 1e-6*size {
						t.Fatalf("%d points: attraction of point %d = (%v, %v), want (%v, %v)", n, i, x, y, fx, fy)
					}
				}
				if !stands() {
					t.Error("wrote outside")
				}
			}
		}
	})
}

func TestStretch(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	eachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 60, 128} {
			s, _, y := testSprings(rng, n)
			lo, hi := n/3, n
			count := SpringBlock * int(s.Start[hi]-s.Start[lo])
			weights, stands := fenced(count)
			squares, standsToo := fenced(count)
			s.Stretch(weights, squares, y, lo, hi)
			for i := lo; i < hi; i++ {
				for e := SpringBlock * s.Start[i]; e < SpringBlock*s.Start[i+1]; e++ {
					j, w := s.Packed[e]%128, float64(s.Packed[e]/128)*float64(s.Scale[i])
					dx, dy := float64(y[2*i])-float64(y[2*j]), float64(y[2*i+1])-float64(y[2*j+1])
					at := e - SpringBlock*s.Start[lo]
					if u := units(weights[at], w, 0); u > 1 {
						t.Fatalf("weight of spring %d = %v, want %v", e, weights[at], w)
					}
					if u := units(squares[at], 1+dx*dx+dy*dy, 0); u > 4 {
						t.Fatalf("square of spring %d = %v, want %v", e, squares[at], 1+dx*dx+dy*dy)
					}
				}
			}
			if !stands() || !standsToo() {
				t.Error("wrote outside")
			}
		}
	})
}

func TestWeightedLogs(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	eachLevel(t, func(t *testing.T) {
		for n := range 70 {
			weights, x := random(rng, n), random(rng, n)
			want, size := 0., 0.
			for i := range x {
				x[i] = float32(math.Exp(8 * float64(x[i])))
				term := float64(weights[i]) * math.Log(float64(x[i]))
				want, size = want+term, size+math.Abs(term)
			}
			if got := WeightedLogs(weights, x); math.Abs(got-want) > 3e-7*size {
				t.Errorf("%d numbers: %v, want %v", n, got, want)
			}
		}
	})
}

func TestUpdate(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	const momentum, rate = .75, 2
	eachLevel(t, func(t *testing.T) {
		for n := 0; n <= 70; n += 2 {
			for _, gains := range []Gains{{Added: .01, Limit: 1.5}, {Floor: .5, Limit: float32(math.Inf(1))}, {Added: .01, Limit: 100}} {
				before := [4][]float32{random(rng, n), random(rng, n), random(rng, n), random(rng, n)}
				var after [4][]float32
				var stands [4]func() bool
				for i, x := range before {
					after[i], stands[i] = fenced(n)
					if i == 2 {
						for j := range x {
							x[j] = rng.Float32()
						}
					} else if n > 0 {
						x[rng.IntN(n)] = 0
					}
					copy(after[i], x)
				}
				square := gains.Update(after[0], after[1], after[2], after[3], momentum, rate)
				wantSquare := 0.
				check := func(i, j int, want float64) {
					if got := after[i][j]; math.Abs(float64(got)-want) > 1e-6*(1+math.Abs(want)) {
						t.Errorf("%d numbers, %+v: %s[%d] = %v, want %v", n, gains, []string{"y", "update", "gain"}[i], j, got, want)
					}
				}
				for i := 0; i < n; i += 2 {
					var u [2]float64
					for c := range u {
						j := i + c
						g, gain := float64(before[3][j]), float64(before[2][j])
						if float64(before[1][j])*g < 0 {
							gain += .2
						} else {
							gain = max(.8*gain+float64(gains.Added), float64(gains.Floor))
						}
						check(2, j, gain)
						u[c] = momentum*float64(before[1][j]) - rate*gain*g
						wantSquare += gain * g * gain * g
					}
					if length := math.Hypot(u[0], u[1]); length > float64(gains.Limit) {
						u[0], u[1] = u[0]*float64(gains.Limit)/length, u[1]*float64(gains.Limit)/length
					}
					for c := range u {
						check(1, i+c, u[c])
						check(0, i+c, float64(before[0][i+c])+u[c])
					}
				}
				if math.Abs(square-wantSquare) > 1e-6*wantSquare {
					t.Errorf("%d numbers, %+v: square = %v, want %v", n, gains, square, wantSquare)
				}
				for i := range stands {
					if !stands[i]() {
						t.Error("wrote outside")
					}
				}
			}
		}
	})
}

func TestBounds(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	eachLevel(t, func(t *testing.T) {
		for n := 2; n <= 140; n += 2 {
			y := random(rng, n)
			want := [4]float32{y[0], y[1], y[0], y[1]}
			for i := 0; i < n; i += 2 {
				want = [4]float32{min(want[0], y[i]), min(want[1], y[i+1]), max(want[2], y[i]), max(want[3], y[i+1])}
			}
			var got [4]float32
			if got[0], got[1], got[2], got[3] = Bounds(y); got != want {
				t.Fatalf("%d numbers: %v, want %v", n, got, want)
			}
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				i := rng.IntN(n)
				good := y[i]
				y[i] = float32(bad)
				got[0], got[1], got[2], got[3] = Bounds(y)
				for c, v := range got {
					if v == v {
						t.Errorf("%d numbers, %v at %d: bound %d = %v, want NaN", n, bad, i, c, v)
					}
				}
				y[i] = good
			}
		}
	})
}
