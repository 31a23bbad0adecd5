package simd

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
)

var all = flag.Bool("all", false, "TestMatMulAll takes every size from 1 to 70 under GOMAXPROCS 1 and 2: minutes")

// operands are the matrices of one shape, in the layouts that the entry points
// take.
type operands struct {
	m, n, k            int
	a, aT, b, bT, bias []float32
}

// newOperands cuts matrices from a supply of random numbers, and fences them.
func newOperands(supply []float32, m, n, k int) *operands {
	o := &operands{m: m, n: n, k: k}
	o.a, o.b, o.bias = fencedCopy(supply[:m*k]), fencedCopy(supply[m*k:][:k*n]), fencedCopy(supply[m*k+k*n:][:n])
	o.aT, o.bT = transposed(o.a, m, k), transposed(o.b, k, n)
	return o
}

func transposed(x []float32, rows, columns int) []float32 {
	y, _ := fenced(len(x))
	for i := range rows {
		for j := range columns {
			y[j*rows+i] = x[i*columns+j]
		}
	}
	return y
}

// entryPoints are the products under test.
var entryPoints = []struct {
	name string
	bias bool
	f    func(dst []float32, o *operands)
}{
	{"MatMul", false, func(dst []float32, o *operands) { MatMul(dst, o.a, o.b, o.m, o.n, o.k) }},
	{"MatMulBias", true, func(dst []float32, o *operands) { MatMulBias(dst, o.a, o.b, o.bias, o.m, o.n, o.k) }},
	{"MatMulTransA", false, func(dst []float32, o *operands) { MatMulTransA(dst, o.aT, o.b, o.m, o.n, o.k, o.m) }},
	{"MatMulTransAAxpy", false, func(dst []float32, o *operands) {
		clear(dst)
		MatMulTransAAxpy(dst, 1, o.aT, o.b, o.m, o.n, o.k, o.m)
	}},
	{"MatMulTransB", false, func(dst []float32, o *operands) { MatMulTransB(dst, o.a, o.bT, o.m, o.n, o.k) }},
}

// textbook returns a·b in float64, and Σ|a·b|, the scale of its rounding error.
func (o *operands) textbook() (c, size []float64) {
	c, size = make([]float64, o.m*o.n), make([]float64, o.m*o.n)
	for i := range o.m {
		ci, si := c[i*o.n:(i+1)*o.n], size[i*o.n:(i+1)*o.n]
		for l := range o.k {
			x := float64(o.a[i*o.k+l])
			for j, y := range o.b[l*o.n : (l+1)*o.n] {
				ci[j] += x * float64(y)
				si[j] += math.Abs(x * float64(y))
			}
		}
	}
	return c, size
}

// check compares each entry point with the textbook, under each level and with
// each number of processors.
func (o *operands) check(t *testing.T, procs ...int) {
	t.Helper()
	want, size := o.textbook()
	for _, l := range levels {
		active = l
		for _, procs := range procs {
			runtime.GOMAXPROCS(procs)
			for _, e := range entryPoints {
				what := fmt.Sprintf("impl=%s GOMAXPROCS=%d: %s m=%d n=%d k=%d", l.name, procs, e.name, o.m, o.n, o.k)
				got, intact := fenced(o.m * o.n)
				e.f(got, o)
				for i, g := range got {
					want, size := want[i], size[i]
					if e.bias {
						want += float64(o.bias[i%o.n])
						size += math.Abs(float64(o.bias[i%o.n]))
					}
					// k+1 roundings of half a unit each, taken as if all went one way.
					if bound := size * float64(o.k+1) * 0x1p-24; !(math.Abs(float64(g)-want) <= bound) {
						t.Fatalf("%s: element (%d, %d) = %v, want %v ± %v", what, i/o.n, i%o.n, g, want, bound)
					}
				}
				if !intact() {
					t.Fatalf("%s: written outside dst", what)
				}
			}
		}
	}
}

// modelShapes are the products of the chapter's model, forward and backward,
// for batches of 1, 24, 32 and, unless the test is to be short, 500.
func modelShapes() (shapes [][3]int) {
	batches := []int{1, 24, 32, 500}
	if testing.Short() {
		batches = batches[:3]
	}
	for _, batch := range batches {
		for _, layer := range [][2]int{{784, 100}, {100, 30}, {30, 100}, {100, 784}} {
			in, out := layer[0], layer[1]
			shapes = append(shapes, [3]int{batch, out, in}, [3]int{in, out, batch}, [3]int{batch, in, out})
		}
	}
	return shapes
}

// restore sets the level and GOMAXPROCS back when a test ends.
func restore(t *testing.T) {
	use(t, active)
	procs := runtime.GOMAXPROCS(0)
	t.Cleanup(func() { runtime.GOMAXPROCS(procs) })
}

func TestMatMulOfTheModel(t *testing.T) {
	restore(t)
	supply := random(rand.New(rand.NewPCG(1, 0)), 600_000)
	for _, s := range modelShapes() {
		newOperands(supply, s[0], s[1], s[2]).check(t, 1, 2)
	}
}

// TestMatMulAll sweeps all combinations of sizes.
func TestMatMulAll(t *testing.T) {
	restore(t)
	sizes, procs := []int{1, 2, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33}, []int{2}
	switch {
	case *all:
		sizes, procs = upTo(70), []int{1, 2}
	case !testing.Short():
		sizes = append(upTo(20), 31, 32, 33, 63, 64, 65, 70)
	}
	rng := rand.New(rand.NewPCG(2, 0))
	supply := random(rng, 20_000)
	for _, m := range sizes {
		for _, n := range sizes {
			for _, k := range sizes {
				newOperands(supply[rng.IntN(10_000):], m, n, k).check(t, procs...)
			}
		}
	}
}

// upTo returns 1, …, n.
func upTo(n int) (x []int) {
	for i := range n {
		x = append(x, i+1)
	}
	return x
}

// TestMatMulTransAAxpyHasTheBitsOfTwoPasses adds to numbers that are there.
func TestMatMulTransAAxpyHasTheBitsOfTwoPasses(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		restore(t)
		rng := rand.New(rand.NewPCG(9, 0))
		for _, s := range append(modelShapes(), [3]int{1, 1, 1}, [3]int{9, 13, 5}, [3]int{33, 50, 2}, [3]int{19, 97, 3}) {
			m, n, k := s[0], s[1], s[2]
			a, b, want := random(rng, m*k), random(rng, k*n), random(rng, m*n)
			product := make([]float32, m*n)
			got, intact := fenced(m * n)
			copy(got, want)
			MatMulTransA(product, a, b, m, n, k, m)
			Axpy(want, -1.5, product)
			if MatMulTransAAxpy(got, -1.5, a, b, m, n, k, m); sameNumbers(got, want) >= 0 || !intact() {
				t.Fatalf("%v: other bits than MatMulTransA and Axpy, or written outside", s)
			}
		}
	})
}

// TestMatMulBitsDoNotDependOnTheCut compares whole products with those of each
// row alone, and with those under other GOMAXPROCS.
func TestMatMulBitsDoNotDependOnTheCut(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		restore(t)
		supply := random(rand.New(rand.NewPCG(3, 0)), 600_000)
		for _, s := range append(modelShapes(), [3]int{33, 45, 70}, [3]int{100, 100, 100}, [3]int{7, 5, 9}) {
			m, n, k := s[0], s[1], s[2]
			o := newOperands(supply, m, n, k)
			for _, e := range entryPoints {
				runtime.GOMAXPROCS(1)
				want := make([]float32, m*n)
				e.f(want, o)
				for _, procs := range []int{2, 4} {
					runtime.GOMAXPROCS(procs)
					got := make([]float32, m*n)
					if e.f(got, o); sameNumbers(got, want) >= 0 {
						t.Fatalf("%s %v: GOMAXPROCS %d gives other bits than 1", e.name, s, procs)
					}
				}
			}
			transposed, rows := make([]float32, m*n), make([]float32, m*n)
			MatMulTransA(transposed, o.aT, o.b, m, n, k, m)
			for lo := 0; lo < m; lo += 5 {
				hi := min(lo+5, m)
				MatMulTransA(rows[lo*n:hi*n], o.aT[lo:], o.b, hi-lo, n, k, m)
			}
			if sameNumbers(rows, transposed) >= 0 {
				t.Fatalf("MatMulTransA %v: five rows alone have other bits", s)
			}
			whole, row := make([]float32, m*n), make([]float32, n)
			MatMul(whole, o.a, o.b, m, n, k)
			for i := range min(m, 40) {
				MatMul(row, o.a[i*k:(i+1)*k], o.b, 1, n, k)
				if sameNumbers(row, whole[i*n:(i+1)*n]) >= 0 {
					t.Fatalf("MatMul %v: row %d alone has other bits", s, i)
				}
			}
		}
	})
}

func TestColumnSums(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 0))
		for columns := 1; columns <= 120; columns++ {
			for _, rows := range []int{0, 1, 2, 7, 32} {
				a := random(rng, rows*columns)
				want := make([]float32, columns)
				for i, v := range a {
					want[i%columns] += v
				}
				got, intact := fenced(columns)
				ColumnSums(got, a)
				if i := sameNumbers(got, want); i >= 0 {
					t.Fatalf("%d rows: column %d of %d = %v, want %v", rows, i, columns, got[i], want[i])
				}
				if !intact() {
					t.Fatalf("%d × %d: written outside dst", rows, columns)
				}
			}
		}
	})
}
