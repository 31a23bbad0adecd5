package simd

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

var all = flag.Bool("all", false, "TestMatMulAll takes every size from 1 to 70 on 1, 2 and 4 threads: minutes")

// operands are the matrices of one shape, in the layouts that the entry points
// take.
type operands struct {
	m, n, k      int
	a, aT, b, bT Matrix
	bias         []float32
}

// newOperands cuts matrices from a supply of random numbers, and fences them.
// Every other shape has rows with gaps.
func newOperands(supply []float32, m, n, k int) *operands {
	gap := (m + n + k) % 2 * 3
	o := &operands{m: m, n: n, k: k}
	o.a, o.b, o.bias = gapped(supply, m, k, gap), gapped(supply[m*k:], k, n, gap), fencedCopy(supply[m*k+k*n:][:n])
	o.aT, o.bT = transposed(o.a, gap), transposed(o.b, gap)
	return o
}

// gapped returns a matrix of the first numbers of a supply, whose rows have a
// gap of NaN between them and fences around them.
func gapped(supply []float32, rows, columns, gap int) Matrix {
	stride := columns + gap
	data, _ := fenced(rows*stride - gap)
	m := Matrix{data, rows, columns, stride}
	for i := range data {
		data[i] = nan
	}
	for i := range rows {
		copy(m.Row(i), supply[i*columns:])
	}
	return m
}

func transposed(x Matrix, gap int) Matrix {
	var y []float32
	for j := range x.Columns {
		for i := range x.Rows {
			y = append(y, x.Row(i)[j])
		}
	}
	return gapped(y, x.Columns, x.Rows, gap)
}

// entryPoints are the products under test.
var entryPoints = []struct {
	name string
	bias bool
	f    func(dst Matrix, o *operands)
}{
	{"MatMul", false, func(dst Matrix, o *operands) { MatMul(dst, o.a, o.b) }},
	{"MatMulBias", true, func(dst Matrix, o *operands) { MatMulBias(dst, o.a, o.b, o.bias) }},
	{"MatMulAdd", false, func(dst Matrix, o *operands) {
		for i := range dst.Rows {
			clear(dst.Row(i))
		}
		MatMulAdd(dst, o.a, o.b)
	}},
	{"MatMulTransA", false, func(dst Matrix, o *operands) { MatMulTransA(dst, o.aT, o.b) }},
	{"MatMulTransAAxpy", false, func(dst Matrix, o *operands) {
		for i := range dst.Rows {
			clear(dst.Row(i))
		}
		MatMulTransAAxpy(dst, 1, o.aT, o.b)
	}},
	{"MatMulTransB", false, func(dst Matrix, o *operands) { MatMulTransB(dst, o.a, o.bT) }},
}

// textbook returns a·b in float64, and Σ|a·b|, the scale of its rounding error.
func (o *operands) textbook() (c, size []float64) {
	c, size = make([]float64, o.m*o.n), make([]float64, o.m*o.n)
	for i := range o.m {
		ci, si := c[i*o.n:(i+1)*o.n], size[i*o.n:(i+1)*o.n]
		for l := range o.k {
			x := float64(o.a.Row(i)[l])
			for j, y := range o.b.Row(l) {
				ci[j] += x * float64(y)
				si[j] += math.Abs(x * float64(y))
			}
		}
	}
	return c, size
}

// rows returns the operands of rows lo to hi of the product.
func (o *operands) rows(lo, hi int) *operands {
	return &operands{hi - lo, o.n, o.k, o.a.RowSpan(lo, hi), o.aT.ColumnSpan(lo, hi), o.b, o.bT, o.bias}
}

// check compares each entry point with the textbook, under each level and cut
// by rows for each number of threads.
func (o *operands) check(t *testing.T, threads ...int) {
	t.Helper()
	want, size := o.textbook()
	gap := o.a.Stride - o.k
	for _, l := range levels {
		active = l
		for _, threads := range threads {
			for _, e := range entryPoints {
				what := fmt.Sprintf("impl=%s threads=%d: %s m=%d n=%d k=%d", l.name, threads, e.name, o.m, o.n, o.k)
				data, intact := fenced(o.m*(o.n+gap) - gap)
				for i := range data {
					data[i] = fence
				}
				got := Matrix{data, o.m, o.n, o.n + gap}
				var wg sync.WaitGroup
				for i := range threads {
					lo, hi := o.m*i/threads, o.m*(i+1)/threads
					if threads == 1 {
						e.f(got, o)
					} else if hi > lo {
						wg.Go(func() { e.f(got.RowSpan(lo, hi), o.rows(lo, hi)) })
					}
				}
				wg.Wait()
				for i := range o.m {
					if end := min((i+1)*got.Stride, len(data)); slices.ContainsFunc(data[i*got.Stride+o.n:end], func(x float32) bool { return !sameBits(x, fence) }) {
						t.Fatalf("%s: written into the gap after row %d", what, i)
					}
				}
				for i := range o.m * o.n {
					g, want, size := got.Row(i / o.n)[i%o.n], want[i], size[i]
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

// restore sets the level back when a test ends.
func restore(t *testing.T) { use(t, active) }

func TestMatMulOfTheModel(t *testing.T) {
	restore(t)
	supply := random(rand.New(rand.NewPCG(1, 0)), 600_000)
	for _, s := range modelShapes() {
		newOperands(supply, s[0], s[1], s[2]).check(t, 1, 2, 4)
	}
}

// TestMatMulAll sweeps all combinations of sizes.
func TestMatMulAll(t *testing.T) {
	restore(t)
	sizes, threads := []int{1, 2, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33}, []int{1, 2}
	switch {
	case *all:
		sizes, threads = upTo(70), []int{1, 2, 4}
	case !testing.Short():
		sizes = append(upTo(20), 31, 32, 33, 63, 64, 65, 70)
	}
	rng := rand.New(rand.NewPCG(2, 0))
	supply := random(rng, 20_000)
	for _, m := range sizes {
		for _, n := range sizes {
			for _, k := range sizes {
				newOperands(supply[rng.IntN(10_000):], m, n, k).check(t, threads...)
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

// TestAddingHasTheBitsOfTwoPasses adds to numbers that are there.
func TestAddingHasTheBitsOfTwoPasses(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		restore(t)
		rng := rand.New(rand.NewPCG(9, 0))
		for _, s := range append(modelShapes(), [3]int{1, 1, 1}, [3]int{9, 13, 5}, [3]int{33, 50, 2}, [3]int{19, 97, 3}) {
			m, n, k := s[0], s[1], s[2]
			a, b, want := Dense(random(rng, m*k), k, m), Dense(random(rng, k*n), k, n), random(rng, m*n)
			product := make([]float32, m*n)
			got, intact := fenced(m * n)
			copy(got, want)
			sum, addends := slices.Clone(want), Dense(random(rng, m*k), m, k)
			MatMul(Dense(product, m, n), addends, b)
			Axpy(sum, 1, product)
			if MatMulAdd(Dense(got, m, n), addends, b); sameNumbers(got, sum) >= 0 || !intact() {
				t.Fatalf("%v: other bits than MatMul and Axpy, or written outside", s)
			}
			copy(got, want)
			MatMulTransA(Dense(product, m, n), a, b)
			Axpy(want, -1.5, product)
			if MatMulTransAAxpy(Dense(got, m, n), -1.5, a, b); sameNumbers(got, want) >= 0 || !intact() {
				t.Fatalf("%v: other bits than MatMulTransA and Axpy, or written outside", s)
			}
		}
	})
}

// TestMatMulBitsDoNotDependOnTheCut compares whole products with those of
// blocks of rows and columns, whatever the tiles' sizes.
func TestMatMulBitsDoNotDependOnTheCut(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		restore(t)
		supply := random(rand.New(rand.NewPCG(3, 0)), 600_000)
		for _, s := range append(modelShapes(), [3]int{33, 45, 70}, [3]int{100, 100, 100}, [3]int{7, 5, 9}) {
			m, n, k := s[0], s[1], s[2]
			o := newOperands(supply, m, n, k)
			for _, e := range entryPoints {
				want, got := make([]float32, m*n), make([]float32, m*n)
				e.f(Dense(want, m, n), o)
				for i := 0; i < min(m, 40); i += 5 {
					part := o.rows(i, min(i+5, m))
					rows := Dense(got, m, n).RowSpan(i, i+part.m)
					for lo := 0; lo < n; lo += 37 {
						hi := min(lo+37, n)
						block := *part
						block.n, block.b, block.bT, block.bias = hi-lo, o.b.ColumnSpan(lo, hi), o.bT.RowSpan(lo, hi), o.bias[lo:hi]
						e.f(rows.ColumnSpan(lo, hi), &block)
					}
				}
				if whole := min(m, 40) * n; sameNumbers(got[:whole], want[:whole]) >= 0 {
					t.Fatalf("%s %v: blocks alone have other bits", e.name, s)
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
				ColumnSums(got, Dense(a, rows, columns))
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
