package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

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

// crossEntropyOf takes slices.
func crossEntropyOf(gradient, logits, targets []float32, factor float32) (sum float64, hits int) {
	var g Matrix
	if gradient != nil {
		g = Dense(gradient, 1, len(gradient))
	}
	return CrossEntropy(g, Dense(logits, 1, len(logits)), Dense(targets, 1, len(targets)), factor)
}

func TestCrossEntropy(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(6, 0))
		for _, c := range []struct {
			spread        float64 // of the logits
			loss, element float64 // tolerances: relative of the mean, absolute of a gradient
		}{
			{4, 1e-7, 1e-6},
			{12, 5e-6, 0.05}, // near p = 1 a unit in the last place moves 1-p by percents, in Keras too
		} {
			for _, n := range []int{1, 2, 784, crossEntropyBlock - 1, crossEntropyBlock, crossEntropyBlock + 1, 32 * 784, 500 * 784} {
				t.Run(fmt.Sprintf("spread=%v/n=%d", c.spread, n), func(t *testing.T) {
					z, targets := make([]float32, n), make([]float32, n)
					for i := range z {
						z[i] = float32((rng.Float64()*2 - 1) * c.spread)
						if rng.IntN(2) == 0 {
							targets[i] = float32(rng.IntN(256)) / 255
						}
					}
					gradient, intact := fenced(n)
					sum, hits := crossEntropyOf(gradient, z, targets, 0.5)
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
					if again, _ := crossEntropyOf(nil, z, targets, 0); again != sum {
						t.Errorf("without gradient sum = %v, want the same bits as with: %v", again, sum)
					}
				})
			}
		}
	})
}

func TestCrossEntropyClipsAsKerasDoes(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
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
			sum, _ := crossEntropyOf(g, []float32{c.z}, []float32{c.t}, 1)
			if math.Abs(sum-c.loss) > c.tolerance {
				t.Errorf("%s: loss %v, want %v", c.name, sum, c.loss)
			}
			if (g[0] == 0) != c.clipped {
				t.Errorf("%s: gradient %v, want clipped %v", c.name, g[0], c.clipped)
			}
		}
	})
}

// TestCrossEntropyKeepsNaN puts NaN at every place of a block and its tail.
func TestCrossEntropyKeepsNaN(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for n := 1; n <= 40; n++ {
			for i := range n {
				z, targets, g := make([]float32, n), make([]float32, n), make([]float32, n)
				z[i] = nan
				if sum, _ := crossEntropyOf(g, z, targets, 1); sum == sum || g[i] == g[i] {
					t.Errorf("NaN as logit %d of %d: loss %v, gradient %v, want NaN for both", i, n, sum, g[i])
				}
				z[i], targets[i] = 1, nan
				if sum, _ := crossEntropyOf(g, z, targets, 1); sum == sum || g[i] == g[i] {
					t.Errorf("NaN as target %d of %d: loss %v, gradient %v, want NaN for both", i, n, sum, g[i])
				}
			}
		}
	})
}

// TestCrossEntropyOfTheWholeRange checks that every number has a finite loss
// and gradient, and its hit, alone and among others.
func TestCrossEntropyOfTheWholeRange(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		z := slices.DeleteFunc(wholeRange(), func(x float32) bool { return x != x })
		targets, g := make([]float32, len(z)), make([]float32, len(z))
		for i := range targets {
			targets[i] = float32(i%5) / 4
		}
		_, hits := crossEntropyOf(g, z, targets, 1)
		want := 0
		for i := range z {
			sum, hit := crossEntropyOf(nil, z[i:i+1], targets[i:i+1], 1)
			want += hit
			// -log 2e-7 = 15.4 and -log(2⁻²³ + 1e-7) = 15.3 are the worst.
			if !(sum > -1e-6 && sum < 15.5) {
				t.Errorf("z = %v, t = %v: loss %v, want 0 to 15.5", z[i], targets[i], sum)
			}
			if !(math.Abs(float64(g[i])) <= 1) {
				t.Errorf("z = %v, t = %v: gradient %v, want -1 to 1", z[i], targets[i], g[i])
			}
			if right := (z[i] > 0) == (targets[i] > 0.5); math.Abs(float64(z[i])) > 1e-6 && (hit == 1) != right {
				t.Errorf("z = %v, t = %v: hit %v, want %v", z[i], targets[i], hit == 1, right)
			}
		}
		if hits != want {
			t.Errorf("%d hits, want %d as one by one", hits, want)
		}
	})
}

// TestCrossEntropyOfParts compares parts of matrices with copies of them.
func TestCrossEntropyOfParts(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 0))
		const rows, columns = 9, 1900
		logits, targets := Dense(random(rng, rows*columns), rows, columns), Dense(random(rng, rows*columns), rows, columns)
		for i, v := range targets.Data {
			targets.Data[i] = v / 100
		}
		for _, c := range [][2]int{{0, 1}, {3, 200}, {100, 996}, {100, 997}, {0, columns}} {
			z, x := logits.ColumnSpan(c[0], c[1]), targets.ColumnSpan(c[0], c[1])
			data, intact := fenced(rows * columns)
			for i := range data {
				data[i] = fence
			}
			all := Dense(data, rows, columns)
			gradient := all.ColumnSpan(c[0], c[1])
			sum, hits := CrossEntropy(gradient, z, x, 2)
			wantSum, wantHits := 0.0, 0
			for i := range rows {
				want := make([]float32, z.Columns)
				s, h := crossEntropyOf(want, z.Row(i), x.Row(i), 2)
				wantSum += s
				wantHits += h
				if sameNumbers(gradient.Row(i), want) >= 0 {
					t.Errorf("columns %v: gradient of row %d has other bits", c, i)
				}
				for j, v := range all.Row(i) {
					if (j < c[0] || j >= c[1]) && !sameBits(v, fence) {
						t.Fatalf("columns %v: written to column %d", c, j)
					}
				}
			}
			if math.Abs(sum-wantSum) > 1e-7*math.Abs(wantSum) || hits != wantHits || !intact() {
				t.Errorf("columns %v: sum %v and %d hits, want %v and %d", c, sum, hits, wantSum, wantHits)
			}
		}
	})
}
