package tsne

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Errors are those of the repulsion as a whole: |got-want| / |want|.

func TestExactRepulsion(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{2, exactBlock, 2*exactBlock + 1, 300} {
		y := diskEmbedding(n, rng)
		want, wantZ := slowRepulsion(y)
		got := make([]float32, 2*n)
		z := newExactRepeller(n).repel(got, y)
		if e := relativeError(float64s(got), want); e > 1e-6 {
			t.Errorf("%d points: repulsion is off by %.2g", n, e)
		}
		if math.Abs(z/wantZ-1) > 1e-7 {
			t.Errorf("%d points: Z = %v, want %v", n, z, wantZ)
		}
		if z := exactZ(y); math.Abs(z/wantZ-1) > 1e-7 {
			t.Errorf("%d points: exactZ = %v, want %v", n, z, wantZ)
		}
	}
}

func TestMeshRepulsionComesCloseToTheExactSum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	finished := func(n int) []float32 {
		data, _ := clusters(n, 10, 8, rng)
		r, err := Embed(t.Context(), data, &Settings{Iterations: 250})
		if err != nil {
			t.Fatal(err)
		}
		y, err := readEmbedding("embedding", r.Embedding, n)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	times := func(y []float32, factor float32) []float32 {
		z := make([]float32, len(y))
		for i, v := range y {
			z[i] = factor * v
		}
		return z
	}
	embedding := finished(2000)
	line := make([]float32, 2*600)
	for i := range 600 {
		line[2*i] = float32(i)
	}
	farAway := times(diskEmbedding(600, rng), .01)
	for i := range farAway {
		farAway[i] += 1e6
	}
	outlier := times(embedding, 1)
	outlier[0] = 3000
	for _, c := range []struct {
		name          string
		y             []float32
		force, zError float64
	}{
		// In a start all forces are small differences of large potentials.
		{"start", times(embedding, 1e-6), .04, 2e-4},
		{"first iterations", times(embedding, 1e-4), .01, 2e-4},
		{"exaggerated", times(embedding, .05), .01, 2e-4},
		{"without near part", times(embedding, .1), .01, 2e-4},
		{"just with near part", times(embedding, .25), .01, 2e-4},
		{"embedding", embedding, .004, 2e-4},
		{"clumps on a disk", diskEmbedding(5000, rng), .002, 2e-4},
		{"large", times(embedding, 5), .01, 1e-3},
		{"very large", times(embedding, 1e4), 1e-4, 1e-4},
		{"line", line, .01, 2e-4},
		{"far from 0", farAway, .01, 2e-4},
		{"outlier", outlier, .002, 2e-4},
		{"all points equal", make([]float32, 2*500), 0, 2e-4},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(c.y) / 2
			want, wantZ := slowRepulsion(c.y)
			got := make([]float32, len(c.y))
			z := newMeshRepeller(n, defaultMesh).repel(got, c.y)
			e := relativeError(float64s(got), want)
			t.Logf("force is off by %.5f, Z by %.1g", e, z/wantZ-1)
			if c.force > 0 && !(e <= c.force) {
				t.Errorf("force is off by %.5f, want at most %g", e, c.force)
			}
			if !(math.Abs(z/wantZ-1) <= c.zError) {
				t.Errorf("Z = %v, want %v", z, wantZ)
			}
			checkForcesCancel(t, got, e)
		})
	}
}

// checkForcesCancel reports forces whose sum is not zero up to their error.
func checkForcesCancel(t *testing.T, force []float32, relative float64) {
	t.Helper()
	var x, y, norm float64
	for i := 0; i < len(force); i += 2 {
		fx, fy := float64(force[i]), float64(force[i+1])
		x, y, norm = x+fx, y+fy, norm+fx*fx+fy*fy
	}
	if limit := (relative + 1e-6) * math.Sqrt(norm*float64(len(force))); math.Hypot(x, y) > limit+1e-2 {
		t.Errorf("sum of all forces = (%v, %v), want 0 within %v", x, y, limit)
	}
}

// However few the points and however far apart, Z is not less than it can be.
func TestMeshLeavesZAboveItsLeast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		y := make([]float32, 2*(2+i%3))
		extent := math.Pow(10, float64(i%12))
		for j := range y {
			y[j] = float32(extent * rng.Float64())
		}
		force := make([]float32, len(y))
		z := newMeshRepeller(len(y)/2, defaultMesh).repel(force, y)
		_, want := slowRepulsion(y)
		if len(y) == 4 && z < want*(1-1e-6) || !(z > want/100) { // of two points it is the least
			t.Errorf("points %v: Z = %v, want %v", y, z, want)
		}
	}
}

// With the cutoff kept, half the grid step leaves a small part of the error.
func TestFinerMeshComesCloser(t *testing.T) {
	y := diskEmbedding(1500, rand.New(rand.NewPCG(1, 2)))
	want, _ := slowRepulsion(y)
	last := math.Inf(1)
	for _, a := range []meshAccuracy{{2, 2}, {4, 4}, {8, 8}} {
		got := make([]float32, len(y))
		newMeshRepeller(len(y)/2, a).repel(got, y)
		e := relativeError(float64s(got), want)
		t.Logf("density %g: force is off by %.6f", a.density, e)
		if e > last/4 {
			t.Errorf("density %g: force is off by %.2g, want a quarter of %.2g", a.density, e, last)
		}
		last = e
	}
}

// A repeller used for one embedding after the other gives what a new one gives,
// whether they are about as large or not.
func TestMeshForgets(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 700
	used := newMeshRepeller(n, defaultMesh)
	for _, factor := range []float32{1, 1. / 27, 1. / 9, 1. / 3, 1. / 27, 1, 1.03, 1.08, .99} {
		y := diskEmbedding(n, rng)
		for j := range y {
			y[j] *= factor
		}
		got, want := make([]float32, 2*n), make([]float32, 2*n)
		z, wantZ := used.repel(got, y), newMeshRepeller(n, defaultMesh).repel(want, y)
		if z != wantZ || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("size %v: a used repeller gives another result", factor)
		}
	}
}

// The spline of a point anywhere in the box reaches no further than the grid.
func TestMeshHoldsItsBox(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	m := newMeshRepeller(10, defaultMesh)
	for i := range 200 {
		step := math.Pow(stepGrowth, float64(i-60)) // one of those to which it is rounded
		extent := float32(step * float64(m.mesh.Side-gridMargin) * []float64{1, 1 - 1e-7, 1 + 1e-7, rng.Float64()}[i%4])
		m.fit(bounds{0, 0, extent / 2, extent})
		if cell := int((extent - m.mesh.Y) * (1 / m.mesh.Step)); cell+3 >= m.mesh.Side {
			t.Errorf("extent %v, step %v: the last point lies in cell %d, want at most %d", extent, m.mesh.Step, cell, m.mesh.Side-4)
		}
	}
}

// What is left of the force when the grid is empty is that of all pairs up to the
// cutoff, and of no others.
func TestNearPartIsThatOfAllNearPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	// Pairs that are just near, each along an axis, in a box of a side of 100.
	pairs := []float32{0, 0, 100, 100}
	m := newMeshRepeller(2, defaultMesh)
	m.fit(boundsOf(pairs))
	for i := range 36 {
		x, y := 5+16*float32(i%6)+3*rng.Float32(), 5+16*float32(i/6)+3*rng.Float32()
		if pairs = append(pairs, x, y); i%2 == 0 {
			x += .99 * m.cutoff
		} else {
			y += .99 * m.cutoff
		}
		pairs = append(pairs, x, y)
	}
	for _, c := range []struct {
		name string
		y    []float32
	}{{"disk", diskEmbedding(2000, rng)}, {"pairs", pairs}} {
		t.Run(c.name, func(t *testing.T) {
			n := len(c.y) / 2
			m := newMeshRepeller(n, defaultMesh)
			m.fit(boundsOf(c.y))
			m.spread(c.y)
			clear(m.conv.grid)
			got := make([]float32, 2*n)
			potential := m.collect(got) + m.self*float64(n)

			want, wantPotential := make([]float64, 2*n), 0.0
			a := float64(m.cutoff) * float64(m.cutoff)
			near := 0
			for i := range n {
				for j := range n {
					dx, dy := float64(c.y[2*i])-float64(c.y[2*j]), float64(c.y[2*i+1])-float64(c.y[2*j+1])
					u := dx*dx + dy*dy
					if i == j || u >= a {
						continue
					}
					near++
					k, v := 1/(1+u), 1-(1+u)/(1+a)
					wantPotential += k * v * v * v
					f := k * v * v * (k*v + 3/(1+a))
					want[2*i] += f * dx
					want[2*i+1] += f * dy
				}
			}
			if near < 72 {
				t.Fatalf("%d pairs are near, want more", near)
			}
			if e := relativeError(float64s(got), want); !(e <= 1e-4) {
				t.Errorf("force is off by %.2g", e)
			}
			if math.Abs(potential/wantPotential-1) > 1e-4 {
				t.Errorf("potential = %v, want %v", potential, wantPotential)
			}
		})
	}
}
