package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

// slowSpline is the cubic B-spline by its pieces.
func slowSpline(x float64) float64 {
	switch x = math.Abs(x); {
	case x < 1:
		return 2./3 - x*x + x*x*x/2
	case x < 2:
		return (2 - x) * (2 - x) * (2 - x) / 6
	}
	return 0
}

func slowSplineSlope(x float64) float64 {
	const step = 1e-5
	return (slowSpline(x+step) - slowSpline(x-step)) / (2 * step)
}

// testMesh returns a mesh with fences around and between its rows, and points
// on it, some of them at its corners.
func testMesh(rng *rand.Rand, n int) (m *Mesh, xs, ys []float32) {
	m = &Mesh{Side: 9, Stride: 12, X: -1, Y: 2, Step: .5}
	m.Values, _ = fenced(8*m.Stride + m.Side)
	for i := range m.Values {
		m.Values[i] = fence
		if i%m.Stride < m.Side {
			m.Values[i] = float32(rng.NormFloat64())
		}
	}
	xs, ys = random(rng, n), random(rng, n)
	for i := range xs {
		place := func() float32 { // from mesh point 1 to 6
			return []float32{0, 2.999999, 3 * rng.Float32(), 3 * rng.Float32()}[rng.IntN(4)]
		}
		xs[i], ys[i] = m.X+place(), m.Y+place()
	}
	return m, xs, ys
}

// onMesh returns the distance of a point from a mesh point by x and y, in steps.
func (m *Mesh) onMesh(row, column int, x, y float32) (u, v float64) {
	return float64(x-m.X)/float64(m.Step) + 1 - float64(row), float64(y-m.Y)/float64(m.Step) + 1 - float64(column)
}

func TestSpread(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	eachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 2, 7, 33} {
			m, xs, ys := testMesh(rng, n)
			before := append([]float32(nil), m.Values...)
			m.Spread(xs, ys)
			for i, got := range m.Values {
				row, column := i/m.Stride, i%m.Stride
				if column >= m.Side {
					if !sameBits(got, fence) {
						t.Fatalf("%d points: wrote outside of row %d", n, row)
					}
					continue
				}
				want := float64(before[i])
				for j := range xs {
					u, v := m.onMesh(row, column, xs[j], ys[j])
					want += slowSpline(u) * slowSpline(v)
				}
				if math.Abs(float64(got)-want) > 1e-5 {
					t.Fatalf("%d points: value at %d, %d = %v, want %v", n, row, column, got, want)
				}
			}
		}
	})
}

func TestRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	eachLevel(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 2, 7, 33} {
			m, xs, ys := testMesh(rng, n)
			force, stands := fenced(2 * n)
			sum := m.Read(force, xs, ys)
			wantSum := 0.
			for j := range xs {
				var fx, fy float64
				for row := range m.Side {
					for column := range m.Side {
						value := float64(m.Values[row*m.Stride+column])
						u, v := m.onMesh(row, column, xs[j], ys[j])
						wantSum += value * slowSpline(u) * slowSpline(v)
						fx -= .5 * value * slowSplineSlope(u) * slowSpline(v) / float64(m.Step)
						fy -= .5 * value * slowSpline(u) * slowSplineSlope(v) / float64(m.Step)
					}
				}
				if math.Abs(float64(force[2*j])-fx) > 1e-4 || math.Abs(float64(force[2*j+1])-fy) > 1e-4 {
					t.Fatalf("force on point %d = %v, want (%v, %v)", j, force[2*j:2*j+2], fx, fy)
				}
			}
			if math.Abs(sum-wantSum) > 1e-5*float64(n) {
				t.Errorf("%d points: potential = %v, want %v", n, sum, wantSum)
			}
			if !stands() {
				t.Error("wrote outside")
			}
		}
	})
}

// Points that are not on the mesh must not be written elsewhere.
func TestPointsOutsideOfMeshDoNoHarm(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	bad := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), -3, 1e30, -1e30, 3e9}
	eachLevel(t, func(t *testing.T) {
		for _, x := range bad {
			m, _, _ := testMesh(rng, 0)
			m.Spread([]float32{x, 0}, []float32{3, x})
			m.Read(make([]float32, 4), []float32{x, 0}, []float32{3, x})
			for i, v := range m.Values {
				if i%m.Stride >= m.Side && !sameBits(v, fence) {
					t.Fatalf("a point at %v is written outside of the mesh", x)
				}
			}
		}
	})
}

func TestNear(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	eachLevel(t, func(t *testing.T) {
		for _, n := range []int{1, 5, 16, 17, 40, 64} {
			for _, cutoff := range []float64{.5, 2, 10, 1000} {
				padded := (n + NearLanes - 1) / NearLanes * NearLanes
				xs, ys := random(rng, padded), random(rng, padded)
				for i := range padded {
					xs[i], ys[i] = 3*xs[i], 3*ys[i]
					if i >= n {
						xs[i], ys[i] = Beyond, Beyond
					}
				}
				if n > 4 {
					xs[3], ys[3] = xs[2], ys[2] // equal points are a pair like others
				}
				a := cutoff * cutoff
				first, count := n/3, n-n/3
				force, stands := fenced(2 * count)
				for i := range force {
					force[i] = float32(i)
				}
				sum := Near(force, xs, ys, first, float32(1/(1+a)))
				wantSum := 0.
				for i := range count {
					fx, fy, scale := float64(2*i), float64(2*i+1), 1.
					for j := range n {
						dx, dy := float64(xs[first+i])-float64(xs[j]), float64(ys[first+i])-float64(ys[j])
						u := dx*dx + dy*dy
						if u >= a || j == first+i {
							continue
						}
						k, v := 1/(1+u), 1-(1+u)/(1+a)
						wantSum += k * v * v * v
						f := k * v * v * (k*v + 3/(1+a))
						fx, fy = fx+f*dx, fy+f*dy
						scale += math.Abs(f*dx) + math.Abs(f*dy)
					}
					scale += fx
					if math.Abs(float64(force[2*i])-fx) > 1e-4*scale || math.Abs(float64(force[2*i+1])-fy) > 1e-4*scale {
						t.Fatalf("%d points, cutoff %v: force on point %d = %v, want (%v, %v)", n, cutoff, i, force[2*i:2*i+2], fx, fy)
					}
				}
				if math.Abs(sum-wantSum) > 1e-4*wantSum+1e-12 {
					t.Errorf("%d points, cutoff %v: potential = %v, want %v", n, cutoff, sum, wantSum)
				}
				if !stands() {
					t.Error("wrote outside")
				}
			}
		}
	})
}

func TestStudent(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	eachLevel(t, func(t *testing.T) {
		for n := range 70 {
			xs, ys := random(rng, n), random(rng, n)
			z, fx, fy := Student(xs, ys, .5, -1.5)
			var wantZ, wantX, wantY float64
			for j := range xs {
				dx, dy := .5-float64(xs[j]), -1.5-float64(ys[j])
				w := 1 / (1 + dx*dx + dy*dy)
				wantZ, wantX, wantY = wantZ+w, wantX+w*w*dx, wantY+w*w*dy
			}
			for i, c := range [][2]float64{{z, wantZ}, {fx, wantX}, {fy, wantY}} {
				if math.Abs(c[0]-c[1]) > 2e-7*wantZ {
					t.Errorf("%d points: sum %d = %v, want %v", n, i, c[0], c[1])
				}
			}
		}
	})
}
