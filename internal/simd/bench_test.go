package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// bench runs a benchmark under each level, with names that benchstat compares
// by -col /impl.
func bench(b *testing.B, name string, f func(b *testing.B)) {
	for _, l := range levels {
		b.Run(name+"/impl="+l.name, func(b *testing.B) {
			use(b, l)
			f(b)
		})
	}
}

func mulAB(dst, a, b []float32, m, n, k int) {
	MatMul(Dense(dst, m, n), Dense(a, m, k), Dense(b, k, n))
}

func mulAtB(dst, a, b []float32, m, n, k int) {
	MatMulTransA(Dense(dst, m, n), Dense(a, k, m), Dense(b, k, n))
}

func mulABt(dst, a, b []float32, m, n, k int) {
	MatMulTransB(Dense(dst, m, n), Dense(a, m, k), Dense(b, n, k))
}

// BenchmarkMatMul times the products of a training step of 32 images of the
// book's chapter.
func BenchmarkMatMul(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, c := range []struct {
		name    string
		f       func(dst, a, b []float32, m, n, k int)
		m, n, k int
	}{
		{"op=AB", mulAB, 32, 100, 784},
		{"op=AB", mulAB, 32, 30, 100},
		{"op=AB", mulAB, 32, 100, 30},
		{"op=AB", mulAB, 32, 784, 100},
		{"op=AtB", mulAtB, 784, 100, 32},
		{"op=AtB", mulAtB, 100, 30, 32},
		{"op=AtB", mulAtB, 30, 100, 32},
		{"op=AtB", mulAtB, 100, 784, 32},
		{"op=ABt", mulABt, 32, 100, 784},
		{"op=ABt", mulABt, 32, 30, 100},
		{"op=ABt", mulABt, 32, 100, 30},
	} {
		bench(b, fmt.Sprintf("%s/m=%d/n=%d/k=%d", c.name, c.m, c.n, c.k), func(b *testing.B) {
			dst, x, y := make([]float32, c.m*c.n), random(rng, c.m*c.k), random(rng, c.k*c.n)
			for b.Loop() {
				c.f(dst, x, y, c.m, c.n, c.k)
			}
			b.ReportMetric(2*float64(c.m*c.n*c.k)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

// clothes returns n pixels, of which as many are black, and in runs as long, as
// in Fashion-MNIST: two rows above and below every image, and margins. That is
// half of all pixels, but only every sixth vector of sixteen.
func clothes(rng *rand.Rand, n int) []byte {
	const side = 28
	p := make([]byte, n)
	for row := range n / side {
		if row%side < 2 || row%side >= side-2 {
			continue
		}
		margin := rng.IntN(13)
		for column := margin; column < side-margin; column++ {
			p[row*side+column] = byte(1 + rng.IntN(255))
		}
	}
	return p
}

// BenchmarkElementwise times the other kernels on a batch of 32 images.
func BenchmarkElementwise(b *testing.B) {
	const n = 32 * 784
	rng := rand.New(rand.NewPCG(1, 0))
	sums := make([]float32, 784)
	x, dst, targets, src := random(rng, n), make([]float32, n), make([]float32, n), clothes(rng, n)
	Pixels(targets, src)
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"SELU", func() { SELU(dst, x) }},
		{"SELUGradient", func() { SELUGradient(dst, x, targets) }},
		{"Sigmoid", func() { Sigmoid(dst, x) }},
		{"CrossEntropy", func() { crossEntropyOf(nil, x, targets, 1) }},
		{"CrossEntropyGradient", func() { crossEntropyOf(dst, x, targets, 1) }},
		{"Scale", func() { Scale(dst, 0.5, x) }},
		{"Axpy", func() { Axpy(dst, -0.01, x) }},
		{"ColumnSums", func() { ColumnSums(sums, Dense(x, n/784, 784)) }},
		{"Pixels", func() { Pixels(dst, src) }},
	} {
		bench(b, fmt.Sprintf("op=%s/n=%d", c.name, n), func(b *testing.B) {
			for b.Loop() {
				c.f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
}
