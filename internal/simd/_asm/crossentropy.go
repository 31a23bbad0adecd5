// This file emits the two halves of the clipped cross-entropy that follow the
// sigmoid: the loss and the gradient. Each is a short loop over numbers in the
// first-level cache; in one loop their chains of operations are too long for a
// processor to overlap those of several elements.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// epsilon is CrossEntropyEpsilon of ../simd.go. 1-e is taken in float32, as
// everywhere.
const epsilon = 1e-7

func oneMinusEpsilon() Mem {
	return float(float64(float32(1) - float32(epsilon)))
}

// clip returns q = min(max(p, e), 1-e), a = q+e and b = (1-q)+e. NaN stays.
func clip(p Register) (q, a, b VecVirtual) {
	q = constant(float(epsilon))
	VMAXPS(p, q, q)
	limit := constant(oneMinusEpsilon())
	VMINPS(q, limit, limit)
	q = limit
	a, b = YMM(), constant(float(1))
	VSUBPS(q, b, b)
	VADDPS(float(epsilon), q, a)
	VADDPS(float(epsilon), b, b)
	return q, a, b
}

// log returns the natural logarithm of a normal x > 0, by the formula of
// ../exp.go, or any number for NaN. It overwrites x.
func log(x Register) VecVirtual {
	const sqrtHalf = 0x3f3504f3
	VPADDD(word(oneBits-sqrtHalf), x, x)
	e, f := YMM(), x
	VPSRLD(Imm(23), x, e)
	VPSUBD(word(127), e, e)
	VCVTDQ2PS(e, e)
	VPAND(word(0x7fffff), f, f)
	VPADDD(word(sqrtHalf), f, f)
	VSUBPS(float(1), f, f)
	z, z2 := YMM(), YMM()
	VMULPS(f, f, z)
	VMULPS(z, z, z2)
	p0, p1 := constant(float(-2.4999993993e-1)), constant(float(-1.6668057665e-1))
	p2, p3 := constant(float(-1.2420140846e-1)), constant(float(-1.1514610310e-1))
	VFMADD213PS(float(3.3333331174e-1), f, p0)
	VFMADD213PS(float(2.0000714765e-1), f, p1)
	VFMADD213PS(float(1.4249322787e-1), f, p2)
	VFMADD213PS(float(1.1676998740e-1), f, p3)
	// (7.0376836292e-2·z2 + (p3·z+p2))·z2 + (p1·z+p0)
	VFMADD213PS(p2, z, p3)
	VFMADD231PS(float(7.0376836292e-2), z2, p3)
	VFMADD213PS(p0, z, p1)
	VFMADD213PS(p1, z2, p3)
	// y·f·z + e·ln2Low - z/2
	low := YMM()
	VMULPS(float(ln2Low), e, low)
	VFNMADD231PS(float(0.5), z, low)
	y := p3
	VMULPS(f, y, y)
	VFMADD213PS(low, z, y)
	VADDPS(f, y, y)
	VFMADD231PS(float(ln2High), e, y)
	return y
}

func crossEntropy() {
	TEXT("crossEntropyLossAVX2", NOSPLIT, "func(p, targets []float32) float64")
	Pragma("noescape")
	Doc("crossEntropyLossAVX2 returns crossEntropy's sum for the sigmoids p.")
	p := Load(Param("p").Base(), GP64())
	targets := Load(Param("targets").Base(), GP64())
	n := Load(Param("targets").Len(), GP64())
	sums := []VecVirtual{YMM(), YMM()} // eight float64
	for _, s := range sums {
		VXORPD(s, s, s)
	}
	loop(n, func(l lanes) {
		_, a, b := clip(l.load(p))
		t, u := l.load(targets), constant(float(1))
		VSUBPS(t, u, u)
		// u·log b, plus 0·b to keep a NaN, which log loses.
		loss, zero := YMM(), YMM()
		VXORPS(zero, zero, zero)
		VMULPS(b, zero, zero)
		VFMADD213PS(zero, log(b), u)
		VMOVAPS(u, loss)
		// Half of the pixels are black, and their neighbours too: where eight
		// are, t·log a is 0 and need not be known.
		black := "black"
		if l.mask != nil {
			black = "blackRest"
		}
		VPTEST(t, t)
		JZ(LabelRef(black))
		VFMADD231PS(log(a), t, loss)
		Label(black)
		if l.mask != nil {
			VANDPS(l.mask, loss, loss)
		}
		low, high := YMM(), YMM()
		half := XMM()
		VCVTPS2PD(loss.AsX(), low)
		VEXTRACTF128(Imm(1), loss, half)
		VCVTPS2PD(half, high)
		VSUBPD(low, sums[0], sums[0])
		VSUBPD(high, sums[1], sums[1])
	})
	VADDPD(sums[1], sums[0], sums[0])
	half := XMM()
	VEXTRACTF128(Imm(1), sums[0], half)
	VADDPD(half, sums[0].AsX(), half)
	VHADDPD(half, half, half)
	Store(half, ReturnIndex(0))
	VZEROUPPER()
	RET()

	TEXT("crossEntropyGradientAVX2", NOSPLIT, "func(gradient, p, targets []float32, factor float32) int")
	Pragma("noescape")
	Doc("crossEntropyGradientAVX2 sets gradient as crossEntropy does, for the sigmoids p,", "and returns how many elements are no hits. gradient may be p.")
	gradient := Load(Param("gradient").Base(), GP64())
	p = Load(Param("p").Base(), GP64())
	targets = Load(Param("targets").Base(), GP64())
	n = Load(Param("targets").Len(), GP64())
	factor := broadcast("factor")
	misses := YMM() // eight int32
	VPXOR(misses, misses, misses)
	loop(n, func(l lanes) {
		p := l.load(p)
		t := l.load(targets)
		above, miss := YMM(), YMM()
		VCMPPS(Imm(gtOQ), float(0.5), p, above)
		VCMPPS(Imm(gtOQ), float(0.5), t, miss)
		VPXOR(above, miss, miss)
		VPSUBD(miss, misses, misses)
		q, a, b := clip(p)
		u := constant(float(1))
		VSUBPS(t, u, u)
		// (u·a - t·b) / (a·b) · (p·(1-p)) · factor, where p was not clipped
		VMULPS(b, t, t)
		VFMSUB213PS(t, a, u)
		VMULPS(b, a, a)
		VDIVPS(a, u, u)
		slope := constant(float(1))
		VSUBPS(p, slope, slope)
		VMULPS(p, slope, slope)
		VMULPS(slope, u, u)
		VMULPS(factor, u, u)
		VCMPPS(Imm(eqUQ), p, q, q)
		VANDPS(q, u, u)
		l.store(u, gradient)
	})
	count := XMM()
	VEXTRACTI128(Imm(1), misses, count)
	VPADDD(misses.AsX(), count, count)
	VPHADDD(count, count, count)
	VPHADDD(count, count, count)
	total := GP64()
	VMOVD(count, total.As32())
	Store(total, ReturnIndex(0))
	VZEROUPPER()
	RET()
}
