package simd

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

var (
	inf       = float32(math.Inf(1))
	nan       = float32(math.NaN())
	minusZero = float32(math.Copysign(0, -1))
)

// odd are numbers at which formulas tend to break.
var odd = []float32{
	0, minusZero, 1, -1, 0.5, -0.5, inf, -inf, nan, -nan,
	math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 1e-40, -1e-40, 0x1p-126, -0x1p-126,
	math.MaxFloat32, -math.MaxFloat32, 1e30, -1e30, 1e-7, -1e-7, 0x1p-24, -0x1p-24,
	-86.9, -87, -87.01, -88, -88.8, -103, -104, -105, 87, 88, 88.7, 89, 104, 127, -127, 128, -128, 200, -200,
}

// wholeRange returns numbers of every exponent and both signs, the odd ones
// among them, and a dense choice of ordinary ones.
func wholeRange() []float32 {
	rng := rand.New(rand.NewPCG(5, 0))
	x := append([]float32{}, odd...)
	for bits := uint64(0); bits < 1<<32; bits += 50_021 { // a prime: all mantissas
		x = append(x, math.Float32frombits(uint32(bits)))
	}
	for range 100_000 {
		x = append(x, float32(rng.Float64()*40-20), float32(rng.NormFloat64()), float32(rng.Float64()*110-105))
	}
	return x
}

// inPlace lists the functions from one slice to another, which may be the
// same.
var inPlace = []struct {
	name  string
	f     func(dst, x []float32)
	exact func(x float64) float64
	// Tolerance in units in the last place of the result or of floor, plus
	// absolute.
	units, floor, absolute float64
}{
	{"SELU", SELU, func(x float64) float64 {
		if x >= 0 {
			return SELUScale * x
		}
		return SELUScale * SELUAlpha * math.Expm1(x)
	}, 2, 0x1p-126, 0},
	// exp(-87) = 1.6458e-38, below which no sigmoid goes.
	{"Sigmoid", Sigmoid, func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }, 3, 0x1p-126, 1.6459e-38},
	{"Scale", func(dst, x []float32) { Scale(dst, -0.3, x) },
		func(x float64) float64 { return float64(float32(-0.3)) * x }, 0.501, 0x1p-126, 0},
}

func TestElementwiseIsExactToUnits(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		x := wholeRange()
		for _, c := range inPlace {
			got, intact := fenced(len(x))
			c.f(got, x)
			for i, v := range x {
				want := c.exact(float64(v))
				switch {
				case v == 0: // and the sign stays, where the formula keeps it
					if exact := float32(want); !sameBits(got[i], exact) {
						t.Errorf("%s(%v) = %v, want %v", c.name, v, got[i], exact)
					}
				case v != v:
					if got[i] == got[i] {
						t.Errorf("%s(NaN) = %v, want NaN", c.name, got[i])
					}
				case math.Abs(want) > math.MaxFloat32:
					if math.Abs(float64(got[i])) < math.MaxFloat32 {
						t.Errorf("%s(%v) = %v, want %v", c.name, v, got[i], want)
					}
				case !(units(got[i], want, c.floor) <= c.units || math.Abs(float64(got[i])-want) <= c.absolute):
					t.Errorf("%s(%v) = %v, want %v: %.1f units", c.name, v, got[i], want, units(got[i], want, c.floor))
				}
			}
			if !intact() {
				t.Errorf("%s wrote outside dst", c.name)
			}
			if c.f(x, x); sameNumbers(x, got) >= 0 {
				t.Errorf("%s in place differs", c.name)
			}
			x = wholeRange()
		}
	})
}

// TestElementwiseWhereverItStands holds that an element's bits do not depend on
// the slice's length, its alignment or the element's place, and that nothing
// outside is read or written: each result is compared with that of the element
// alone.
func TestElementwiseWhereverItStands(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 0))
	const longest = 70
	x, y, z := random(rng, longest+8), random(rng, longest+8), make([]float32, longest+8)
	for i := range x {
		if rng.IntN(3) == 0 {
			x[i] = odd[rng.IntN(len(odd))]
			y[i] = odd[rng.IntN(len(odd))]
		}
		z[i] = max(0, min(1, y[i]))
	}
	pixel := make([]byte, longest+8)
	for i := range pixel {
		pixel[i] = byte(rng.IntN(256))
	}
	kernels := []struct {
		name string
		f    func(dst []float32, lo, hi int) // elements [lo, hi) of the inputs
	}{
		{"SELUGradient", func(dst []float32, lo, hi int) { SELUGradient(dst, fencedCopy(x[lo:hi]), fencedCopy(y[lo:hi])) }},
		{"Axpy", func(dst []float32, lo, hi int) {
			copy(dst, y[lo:hi])
			Axpy(dst, -0.1, fencedCopy(x[lo:hi]))
		}},
		{"Pixels", func(dst []float32, lo, hi int) { Pixels(dst, pixel[lo:hi]) }},
		{"CrossEntropy", func(dst []float32, lo, hi int) {
			crossEntropyOf(dst, fencedCopy(x[lo:hi]), fencedCopy(z[lo:hi]), 0.7)
		}},
	}
	for _, c := range inPlace {
		kernels = append(kernels, struct {
			name string
			f    func(dst []float32, lo, hi int)
		}{c.name, func(dst []float32, lo, hi int) { c.f(dst, fencedCopy(x[lo:hi])) }})
	}
	eachLevel(t, func(t *testing.T) {
		for _, c := range kernels {
			alone := make([]float32, len(x))
			for i := range alone {
				c.f(alone[i:i+1], i, i+1)
			}
			for n := range longest + 1 {
				for offset := range 9 {
					if offset+n > len(x) {
						continue
					}
					all, intact := fenced(n + offset)
					dst := all[offset:]
					c.f(dst, offset, offset+n)
					if i := sameNumbers(dst, alone[offset:]); i >= 0 {
						t.Fatalf("%s: element %d of %d, offset %d = %v, want %v as alone", c.name, i, n, offset, dst[i], alone[offset+i])
					}
					if !intact() || sameNumbers(all[:offset], fencedCopy(all[:offset])) >= 0 {
						t.Fatalf("%s: length %d, offset %d: written outside dst", c.name, n, offset)
					}
				}
			}
		}
	})
}

func TestSELUGradientIsTheDerivative(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(4, 0))
		x := append(random(rng, 10_000), 0, minusZero, 100, -100)
		dy := random(rng, len(x))
		y, dx := make([]float32, len(x)), make([]float32, len(x))
		SELU(y, x)
		SELUGradient(dx, y, dy)
		for i, v := range x {
			slope := SELUScale
			if v < 0 {
				slope = SELUScale * SELUAlpha * math.Exp(float64(v))
			}
			if want := slope * float64(dy[i]); !(math.Abs(float64(dx[i])-want) <= 1e-6*max(1, math.Abs(want))) {
				t.Fatalf("x = %v: dx = %v, want %v", v, dx[i], want)
			}
		}
		if SELUGradient(dx[:2], []float32{nan, 1}, []float32{1, nan}); dx[0] == dx[0] || dx[1] == dx[1] {
			t.Errorf("gradients at NaN %v, want NaN", dx[:2])
		}
	})
}

// exactResults returns what the functions make of two slices as long as odd, or
// a multiple, whose bits no level or architecture may change.
func exactResults(x, y []float32) map[string][]float32 {
	src := make([]byte, 256)
	for i := range src {
		src[i] = byte(i)
	}
	r := map[string][]float32{
		"SELUGradient": make([]float32, len(x)), "Axpy": fencedCopy(y),
		"ColumnSums": make([]float32, len(odd)), "Pixels": make([]float32, len(src)),
	}
	SELUGradient(r["SELUGradient"], x, y)
	Axpy(r["Axpy"], 0.3, x)
	ColumnSums(r["ColumnSums"], Dense(y, len(y)/len(odd), len(odd)))
	Pixels(r["Pixels"], src)
	for i, alpha := range odd {
		name := fmt.Sprintf("Scale by number %d", i)
		r[name] = make([]float32, len(x))
		Scale(r[name], alpha, x)
	}
	return r
}

// TestSameBitsAtEveryLevel compares with the loops, for every pair of odd
// numbers.
func TestSameBitsAtEveryLevel(t *testing.T) {
	var x, y []float32
	for _, v := range odd {
		for _, w := range odd {
			x, y = append(x, v), append(y, w)
		}
	}
	eachLevel(t, func(t *testing.T) {
		got := exactResults(x, y)
		use(t, &generic)
		for name, want := range exactResults(x, y) {
			if i := sameNumbers(got[name], want); i >= 0 {
				t.Errorf("%s: element %d = %v, want %v", name, i, got[name][i], want[i])
			}
		}
	})
}

// TestSameBitsOnEveryArchitecture compares with a checksum from amd64. Half of
// the numbers are near each other, so that a fused multiply-add would show.
func TestSameBitsOnEveryArchitecture(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 0))
	x, y := make([]float32, 200*len(odd)), make([]float32, 200*len(odd))
	for i := range x {
		if x[i], y[i] = rng.Float32(), -rng.Float32(); i%2 == 0 {
			x[i], y[i] = math.Float32frombits(rng.Uint32()), math.Float32frombits(rng.Uint32())
		}
	}
	const want = 0x94099cee
	eachLevel(t, func(t *testing.T) {
		results, sum := exactResults(x, y), crc32.NewIEEE()
		for _, name := range slices.Sorted(maps.Keys(results)) {
			for _, v := range results[name] {
				if v != v {
					v = fence // NaN is one number
				}
				binary.Write(sum, binary.LittleEndian, v)
			}
		}
		if got := sum.Sum32(); got != want {
			t.Errorf("checksum of results is %#x, want %#x", got, want)
		}
	})
}

// TestAxpyRoundsTheProduct compares with a product that float64 holds exactly
// and two roundings, which a fused multiply-add would not make.
func TestAxpyRoundsTheProduct(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 0))
		x, y := random(rng, 10_000), random(rng, 10_000)
		got := fencedCopy(y)
		const alpha = -0.0123
		Axpy(got, alpha, x)
		for i := range x {
			if want := y[i] + float32(float64(float32(alpha))*float64(x[i])); !sameBits(got[i], want) {
				t.Fatalf("%v + %v·%v = %v, want %v", y[i], alpha, x[i], got[i], want)
			}
		}
	})
}

func TestPixelsAreExactQuotients(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
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
	})
}
