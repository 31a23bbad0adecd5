package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"
)

// fence is written around every output: a kernel that writes past its end
// changes it.
const fence = float32(-7.25)

// fenced returns a slice of n with fences on both sides, and a function that
// says whether they stand.
func fenced(n int) ([]float32, func() bool) {
	all := make([]float32, n+32)
	for i := range all {
		all[i] = fence
	}
	return all[16 : 16+n : 16+n], func() bool {
		for i := range 16 {
			if all[i] != fence || all[16+n+i] != fence {
				return false
			}
		}
		return true
	}
}

func random(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// slowMatMul is the textbook product in float64; at and bt tell how to read
// element (i, l) of a and (l, j) of b. It also returns Σ|a·b|, the scale of
// the rounding error.
func slowMatMul(m, n, k int, at, bt func(i, j int) float32) (c, size []float64) {
	c, size = make([]float64, m*n), make([]float64, m*n)
	for i := range m {
		for j := range n {
			for l := range k {
				p := float64(at(i, l)) * float64(bt(l, j))
				c[i*n+j] += p
				size[i*n+j] += math.Abs(p)
			}
		}
	}
	return c, size
}

func TestMatMul(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	var shapes [][3]int
	for _, m := range []int{1, 2, 7, 16, 33, 65} {
		for _, n := range []int{1, 3, 16, 30, 65} {
			for _, k := range []int{1, 5, 16, 70} {
				shapes = append(shapes, [3]int{m, n, k})
			}
		}
	}
	// The model's own products at batches of 1, 24, 32 and 500.
	for _, batch := range []int{1, 24, 32, 500} {
		shapes = append(shapes, [3]int{batch, 100, 784}, [3]int{batch, 30, 100}, [3]int{batch, 784, 100}, [3]int{784, 100, batch})
	}
	for _, s := range shapes {
		m, n, k := s[0], s[1], s[2]
		a, b := random(rng, m*k), random(rng, k*n)
		for _, c := range []struct {
			name   string
			f      func(dst, a, b []float32, m, n, k int)
			at, bt func(i, j int) float32
		}{
			{"MatMul", MatMul, func(i, l int) float32 { return a[i*k+l] }, func(l, j int) float32 { return b[l*n+j] }},
			{"MatMulTransA", MatMulTransA, func(i, l int) float32 { return a[l*m+i] }, func(l, j int) float32 { return b[l*n+j] }},
			{"MatMulTransB", MatMulTransB, func(i, l int) float32 { return a[i*k+l] }, func(l, j int) float32 { return b[j*k+l] }},
		} {
			got, intact := fenced(m * n)
			c.f(got, a, b, m, n, k)
			want, size := slowMatMul(m, n, k, c.at, c.bt)
			for i := range got {
				// k roundings of half a unit each, taken as if all went one way.
				if bound := (size[i] + 1e-30) * float64(k+1) * 0x1p-24; math.Abs(float64(got[i])-want[i]) > bound {
					t.Fatalf("%s m=%d n=%d k=%d: element %d = %v, want %v ± %v", c.name, m, n, k, i, got[i], want[i], bound)
				}
			}
			if !intact() {
				t.Fatalf("%s m=%d n=%d k=%d wrote outside dst", c.name, m, n, k)
			}
		}
	}
}

func TestAddBiasAndColumnSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for _, s := range [][2]int{{1, 1}, {3, 5}, {32, 100}, {24, 784}} {
		rows, cols := s[0], s[1]
		a, bias := random(rng, rows*cols), random(rng, cols)
		dst, intact := fenced(rows * cols)
		copy(dst, a)
		AddBias(dst, bias)
		sums, sumsIntact := fenced(cols)
		ColumnSums(sums, a)
		for j := range cols {
			want := 0.0
			for i := range rows {
				if got, want := dst[i*cols+j], a[i*cols+j]+bias[j]; got != want {
					t.Fatalf("AddBias %v: (%d, %d) = %v, want %v", s, i, j, got, want)
				}
				want += float64(a[i*cols+j])
			}
			if math.Abs(float64(sums[j])-want) > 1e-5 {
				t.Fatalf("ColumnSums %v: column %d = %v, want %v", s, j, sums[j], want)
			}
		}
		if !intact() || !sumsIntact() {
			t.Fatalf("%v: written outside dst", s)
		}
	}
}

// units returns the distance of got from want in units in the last place of
// want as a float32, or of floor if |want| is smaller.
func units(got float32, want, floor float64) float64 {
	w := float32(max(math.Abs(want), floor))
	return math.Abs(float64(got)-want) / float64(math.Nextafter32(w, float32(math.Inf(1)))-w)
}

// inputs are numbers from the whole range of an activation's argument, among
// them the odd ones.
func inputs() []float32 {
	x := []float32{0, float32(math.Copysign(0, -1)), 1e-38, -1e-38, 1e-7, -1e-7, -86.9, -87, -88, -104, 88, 200, -200, 1e30, -1e30, float32(math.Inf(1)), float32(math.Inf(-1))}
	rng := rand.New(rand.NewPCG(3, 0))
	for range 100_000 {
		x = append(x, float32(rng.Float64()*40-20), float32(rng.NormFloat64()))
	}
	return x
}

func TestElementwise(t *testing.T) {
	const scale, alpha = SELUScale, SELUAlpha
	for _, c := range []struct {
		name  string
		f     func(dst, x []float32)
		exact func(x float64) float64
		// Tolerance in units in the last place of the result, or of floor,
		// below which no result goes, exp(-87) = 1.6458e-38.
		units, floor float64
	}{
		{"SELU", SELU, func(x float64) float64 {
			if x >= 0 {
				return scale * x
			}
			return scale * alpha * math.Expm1(x)
		}, 2, 1}, // exp(x)-1 keeps no more than exp(x)'s absolute error
		{"Sigmoid", Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3, 0x1p-126},
	} {
		x := inputs()
		got, intact := fenced(len(x))
		c.f(got, x)
		for i, v := range x {
			if want := c.exact(float64(v)); want <= math.MaxFloat32 && units(got[i], want, c.floor) > c.units && math.Abs(float64(got[i])-want) > 1.6459e-38 {
				t.Errorf("%s(%v) = %v, want %v: %.1f units", c.name, v, got[i], want, units(got[i], want, c.floor))
			}
		}
		if !intact() {
			t.Errorf("%s wrote outside dst", c.name)
		}
		c.f(x, x)
		for i := range x {
			if x[i] != got[i] {
				t.Fatalf("%s in place: element %d = %v, want %v", c.name, i, x[i], got[i])
			}
		}
		nan := []float32{float32(math.NaN())}
		if c.f(nan, nan); nan[0] == nan[0] {
			t.Errorf("%s(NaN) = %v, want NaN", c.name, nan[0])
		}
	}
}

func TestSELUGradientIsTheDerivative(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 0))
	x := random(rng, 10_000)
	dy := random(rng, len(x))
	y, dx := make([]float32, len(x)), make([]float32, len(x))
	SELU(y, x)
	SELUGradient(dx, y, dy)
	for i, v := range x {
		slope := SELUScale
		if v < 0 {
			slope = SELUScale * SELUAlpha * math.Exp(float64(v))
		}
		if want := slope * float64(dy[i]); math.Abs(float64(dx[i])-want) > 1e-6*max(1, math.Abs(want)) {
			t.Fatalf("x = %v: dx = %v, want %v", v, dx[i], want)
		}
	}
}

func TestPixelsAreExactQuotients(t *testing.T) {
	src := make([]byte, 256)
	for i := range src {
		src[i] = byte(i)
	}
	dst := make([]float32, 256)
	Pixels(dst, src)
	for i, v := range dst {
		if want := float32(float64(i) / 255); v != want {
			t.Errorf("pixel %d = %v, want %v", i, v, want)
		}
	}
}

func TestLog(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	for range 200_000 {
		x := float32(math.Exp(rng.Float64()*34 - 17))
		if got, want := log(x), math.Log(float64(x)); units(got, want, 0.25) > 2 {
			t.Fatalf("log(%v) = %v, want %v: %.1f units", x, got, want, units(got, want, 0.25))
		}
	}
	if got := log(1); got != 0 {
		t.Errorf("log(1) = %v, want 0", got)
	}
}

// slowCrossEntropy is the formula in float64.
func slowCrossEntropy(z, t float64) (loss, gradient float64, hit bool) {
	const e = CrossEntropyEpsilon
	p := 1 / (1 + math.Exp(-z))
	q := min(max(p, e), 1-e)
	a, b := q+e, 1-q+e
	loss = -(t*math.Log(a) + (1-t)*math.Log(b))
	if p == q {
		gradient = ((1-t)/b - t/a) * p * (1 - p)
	}
	return loss, gradient, math.RoundToEven(p) == math.RoundToEven(t)
}

func TestCrossEntropy(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 0))
	for _, c := range []struct {
		spread        float64 // of the logits
		loss, element float64 // tolerances: relative of the mean, absolute of a gradient
	}{
		{4, 1e-7, 1e-6},
		{12, 5e-6, 0.05}, // near p = 1 a unit in the last place moves 1-p by percents, in Keras too
	} {
		for _, n := range []int{1, 2, 784, piece - 1, piece, piece + 1, 32 * 784, 500 * 784} {
			t.Run(fmt.Sprintf("spread=%v/n=%d", c.spread, n), func(t *testing.T) {
				z, targets := make([]float32, n), make([]float32, n)
				for i := range z {
					z[i] = float32((rng.Float64()*2 - 1) * c.spread)
					if rng.IntN(2) == 0 {
						targets[i] = float32(rng.IntN(256)) / 255
					}
				}
				gradient, intact := fenced(n)
				sum, hits := CrossEntropy(gradient, z, targets, 0.5)
				wantSum, wantHits := 0.0, 0
				for i := range z {
					loss, slope, hit := slowCrossEntropy(float64(z[i]), float64(targets[i]))
					wantSum += loss
					if hit {
						wantHits++
					}
					if math.Abs(float64(gradient[i])-slope/2) > c.element {
						t.Fatalf("z = %v, t = %v: gradient %v, want %v", z[i], targets[i], gradient[i], slope/2)
					}
				}
				if n > 1000 && math.Abs(sum-wantSum) > c.loss*wantSum {
					t.Errorf("sum = %v, want %v: off by %.2g, more than %v", sum, wantSum, math.Abs(sum/wantSum-1), c.loss)
				}
				if hits != wantHits {
					t.Errorf("hits = %d, want %d", hits, wantHits)
				}
				if !intact() {
					t.Error("written outside gradient")
				}
				if again, _ := CrossEntropy(nil, z, targets, 0); again != sum {
					t.Errorf("without gradient sum = %v, want the same bits as with: %v", again, sum)
				}
			})
		}
	}
}

func TestResultsDoNotDependOnGOMAXPROCS(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	rng := rand.New(rand.NewPCG(7, 0))
	const m, n, k = 100, 90, 784
	a, b, bt := random(rng, m*k), random(rng, k*n), random(rng, n*k)
	logits, targets := random(rng, 20*piece), make([]float32, 20*piece)
	for i := range targets {
		targets[i] = float32(rng.IntN(256)) / 255
	}
	var first []any
	for _, procs := range []int{1, 2, 5} {
		runtime.GOMAXPROCS(procs)
		sum, hits := CrossEntropy(nil, logits, targets, 1)
		product, productB := make([]float32, m*n), make([]float32, m*n)
		MatMul(product, a, b, m, n, k)
		MatMulTransB(productB, a, bt, m, n, k)
		results := []any{sum, hits, product, productB}
		if first == nil {
			first = results
		}
		if !reflect.DeepEqual(results, first) {
			t.Errorf("GOMAXPROCS %d: other bits than with 1", procs)
		}
	}
}

func TestCrossEntropyClipsAsKerasDoes(t *testing.T) {
	for _, c := range []struct {
		name      string
		z, t      float32
		loss      float64 // by the formula in float32 steps: 1-e is 1-2⁻²³
		clipped   bool
		tolerance float64
	}{
		{"certain and right", 40, 1, -math.Log(1 - 0x1p-23 + 1e-7), true, 1e-7},
		{"certain and wrong", 40, 0, -math.Log(0x1p-23 + 1e-7), true, 1e-5},
		{"certainly black, white", -40, 1, -math.Log(2e-7), true, 1e-5},
		{"certainly black, black", -40, 0, 0, true, 1e-7},
		{"just inside", -15, 1, -math.Log(1/(1+math.Exp(15)) + 1e-7), false, 1e-5},
		{"just outside", -16.2, 1, -math.Log(2e-7), true, 1e-5},
		{"infinite", float32(math.Inf(1)), 0, -math.Log(0x1p-23 + 1e-7), true, 1e-5},
	} {
		g := []float32{9}
		sum, _ := CrossEntropy(g, []float32{c.z}, []float32{c.t}, 1)
		if math.Abs(sum-c.loss) > c.tolerance {
			t.Errorf("%s: loss %v, want %v", c.name, sum, c.loss)
		}
		if (g[0] == 0) != c.clipped {
			t.Errorf("%s: gradient %v, want clipped %v", c.name, g[0], c.clipped)
		}
	}
	nan := float32(math.NaN())
	g := []float32{0}
	if sum, _ := CrossEntropy(g, []float32{nan}, []float32{0}, 1); sum == sum || g[0] == g[0] {
		t.Errorf("NaN logit: loss %v, gradient %v, want NaN for both", sum, g[0])
	}
}

func TestWrongLengthPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"MatMul":       func() { MatMul(make([]float32, 5), make([]float32, 6), make([]float32, 6), 2, 2, 3) },
		"AddBias":      func() { AddBias(make([]float32, 5), make([]float32, 2)) },
		"CrossEntropy": func() { CrossEntropy(nil, make([]float32, 5), make([]float32, 4), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestLevel(t *testing.T) {
	for _, c := range []struct {
		value string
		ok    bool
	}{{"", true}, {"generic", true}, {"fast", false}} {
		t.Setenv(LevelVariable, c.value)
		if level, err := Level(); (err == nil) != c.ok || c.ok && level != Generic {
			t.Errorf("%s=%q: level %q, error %v", LevelVariable, c.value, level, err)
		}
	}
}
