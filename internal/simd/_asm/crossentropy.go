// This file emits the two halves of the clipped cross-entropy that follow the
// sigmoid: the gradient and the loss. Each is a short loop over numbers in the
// first-level cache; in one loop their chains of operations are too long for a
// processor to overlap those of several elements.

package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// epsilon is CrossEntropyEpsilon of ../simd.go. 1-e is taken in float32, as
// everywhere.
const (
	epsilon         = 1e-7
	oneMinusEpsilon = float64(float32(1) - float32(epsilon))
)

// oneMinus returns 1-x.
func oneMinus(x vector) vector {
	y := newVector()
	each(VSUBPS, x, floatRegister(1), y)
	return y
}

// log returns the natural logarithm of a normal x > 0, by the formula of
// ../exp.go, or any number for NaN. It overwrites x.
func log(x vector) vector {
	const sqrtHalf = 0x3f3504f3
	each(VPSUBD, word(sqrtHalf), x, x)
	e, f := newVector(), x
	each(VPSRAD, Imm(23), x, e)
	each(VCVTDQ2PS, e, e)
	each(VANDPS, word(0x7fffff), f, f)
	each(VPADDD, word(sqrtHalf), f, f)
	each(VSUBPS, float(1), f, f)
	z := newVector()
	each(VMULPS, f, f, z)
	// y = (p3·z + p2)·z2 + (p1·z + p0)
	p2, p3 := constant(float(-0.131601825)), constant(float(-0.0763449892))
	each(VFMADD213PS, float(0.142017573), f, p2)
	each(VFMADD213PS, float(0.12761578), f, p3)
	each(VFMADD213PS, p2, z, p3)
	p0, p1 := constant(float(-0.250008196)), constant(float(-0.166233569))
	each(VFMADD213PS, float(0.333333313), f, p0)
	each(VFMADD213PS, float(0.200012267), f, p1)
	each(VFMADD213PS, p0, z, p1)
	z2, y := newVector(), p3
	each(VMULPS, z, z, z2)
	each(VFMADD213PS, p1, z2, y)
	// (y·f - 1/2)·z + f + e·ln 2
	each(VFMSUB213PS, float(0.5), f, y)
	each(VFMADD213PS, f, z, y)
	each(VFMADD231PS, float(math.Ln2), e, y)
	return y
}

func crossEntropy() {
	gradient()
	loss()
}

func gradient() {
	function("crossEntropyGradient", "func(gradient, weights, p, targets []float32, factor float32) (product float64, misses int)", []string{
		"is crossEntropy from the sigmoids p up to the",
		"logarithms: it sets gradient and weights, turns p into the ratios, and returns",
		"the product and how many elements are no hits.",
	}, func() {
		gradient := Load(Param("gradient").Base(), GP64())
		weights := Load(Param("weights").Base(), GP64())
		sigmoids := Load(Param("p").Base(), GP64())
		targets := Load(Param("targets").Base(), GP64())
		n := Load(Param("targets").Len(), GP64())
		factor := broadcast("factor")
		count := newCounter()
		product := set.register()
		VMOVUPS(float(1), product)
		// An element outside a mask has p = t = 0: a hit, which multiplies the
		// product by exactly 1.
		loop(n, func(l lanes) {
			p, t := l.load(sigmoids), l.load(targets)
			above := compare(p, gtOQ, float(0.5))
			l.store(choose(above, oneMinus(t), t), weights)
			count.differences(above, compare(t, gtOQ, float(0.5)))

			q := atMost(oneMinusEpsilon, atLeast(epsilon, p))
			slope := oneMinus(p)
			each(VMULPS, p, slope, slope)
			zeroOutside(compare(p, eqUQ, q), slope) // none where p was clipped
			each(VMULPS, factor, slope, slope)
			a, b := newVector(), oneMinus(q)
			each(VADDPS, float(epsilon), q, a)
			each(VADDPS, float(epsilon), b, b)
			t = l.load(targets) // again: registers are scarce
			u := oneMinus(t)
			each(VMULPS, b, t, t)
			each(VFMSUB213PS, t, a, u)

			// smaller²/(a·b) is smaller/larger by the gradient's division.
			larger, ratio := newVector(), newVector()
			each(VMAXPS, a, b, larger)
			for _, r := range larger {
				VMULPS(r, product, product)
			}
			each(VMINPS, a, b, ratio)
			each(VMULPS, ratio, ratio, ratio)
			inverse := b
			each(VMULPS, a, b, inverse)
			each(VDIVPS, inverse, floatRegister(1), inverse)
			each(VMULPS, inverse, ratio, ratio)
			l.store(ratio, sigmoids)
			each(VMULPS, inverse, u, u)
			each(VMULPS, slope, u, u)
			l.store(u, gradient)
		})
		all := reduce(VMULPD, product)
		total := count.total()
		VZEROUPPER() // before the SSE instruction that stores
		Store(all, ReturnIndex(0))
		Store(total, ReturnIndex(1))
		RET()
	})
}

// counter counts lanes: in a register of int32, or, from opmasks, in a general
// one.
type counter struct {
	lanes   VecVirtual
	general Register
}

func newCounter() counter {
	if set.opmasks {
		n := GP64()
		XORQ(n, n)
		return counter{general: n}
	}
	return counter{lanes: zero()}
}

// differences counts the lanes in which two masks differ. It overwrites y.
func (c counter) differences(x, y mask) {
	if !set.opmasks {
		each(VXORPS, x, y, y)
		for _, m := range y { // a lane that is set is -1
			VPSUBD(m, c.lanes, c.lanes)
		}
		return
	}
	for i := range y {
		n := GP64()
		KXORW(x[i], y[i], y[i])
		KMOVW(y[i], n.As32())
		POPCNTL(n.As32(), n.As32())
		ADDQ(n, c.general)
	}
}

func (c counter) total() Register {
	if set.opmasks {
		return c.general
	}
	x, n := XMM(), GP64()
	VEXTRACTI128(Imm(1), c.lanes, x)
	VPADDD(c.lanes.AsX(), x, x)
	VPHADDD(x, x, x)
	VPHADDD(x, x, x)
	VMOVD(x, n.As32())
	return n
}

func loss() {
	function("crossEntropyLoss", "func(weights, ratios []float32) float64", []string{
		"returns the sum of the weights times the logarithms of the ratios.",
	}, func() {
		weights := Load(Param("weights").Base(), GP64())
		ratios := Load(Param("ratios").Base(), GP64())
		n := Load(Param("ratios").Len(), GP64())
		sums := vector{zero(), zero()}
		loop(n, func(l lanes) {
			each(VFMADD231PS, log(l.load(ratios)), l.load(weights), sums)
		})
		VADDPS(sums[1], sums[0], sums[0])
		sum := reduce(VADDPD, sums[0])
		VZEROUPPER() // before the SSE instruction that stores
		Store(sum, ReturnIndex(0))
		RET()
	})
}
