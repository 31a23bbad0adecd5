// This file emits the two halves of the clipped cross-entropy that follow the
// sigmoid: the loss and the gradient. Each is a short loop over numbers in the
// first-level cache; in one loop their chains of operations are too long for a
// processor to overlap those of several elements.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// epsilon is CrossEntropyEpsilon of ../simd.go. 1-e is taken in float32, as
// everywhere.
const epsilon = 1e-7

func oneMinusEpsilon() Mem {
	return float(float64(float32(1) - float32(epsilon)))
}

// clip returns min(max(p, e), 1-e). NaN stays.
func clip(p vector) vector {
	low, q := constant(float(epsilon)), constant(oneMinusEpsilon())
	each(VMAXPS, p, low, low)
	each(VMINPS, low, q, q)
	return q
}

// moved returns a = q+e.
func moved(q vector) vector {
	a := newVector()
	each(VADDPS, float(epsilon), q, a)
	return a
}

// oneMinus returns 1-x.
func oneMinus(x vector) vector {
	y := constant(float(1))
	each(VSUBPS, x, y, y)
	return y
}

// log returns the natural logarithm of a normal x > 0, by the formula of
// ../exp.go, or any number for NaN. It overwrites x.
func log(x vector) vector {
	const sqrtHalf = 0x3f3504f3
	each(VPADDD, word(oneBits-sqrtHalf), x, x)
	e, f := newVector(), x
	each(VPSRLD, Imm(23), x, e)
	each(VPSUBD, word(127), e, e)
	each(VCVTDQ2PS, e, e)
	each(VANDPS, word(0x7fffff), f, f)
	each(VPADDD, word(sqrtHalf), f, f)
	each(VSUBPS, float(1), f, f)
	z := newVector()
	each(VMULPS, f, f, z)
	// y = (7.0376836292e-2·z2 + (p3·z+p2))·z2 + (p1·z+p0)
	p2, y := constant(float(-1.2420140846e-1)), constant(float(-1.1514610310e-1))
	each(VFMADD213PS, float(1.4249322787e-1), f, p2)
	each(VFMADD213PS, float(1.1676998740e-1), f, y)
	each(VFMADD213PS, p2, z, y)
	z2 := newVector()
	each(VMULPS, z, z, z2)
	each(VFMADD231PS, float(7.0376836292e-2), z2, y)
	p0, p1 := constant(float(-2.4999993993e-1)), constant(float(-1.6668057665e-1))
	each(VFMADD213PS, float(3.3333331174e-1), f, p0)
	each(VFMADD213PS, float(2.0000714765e-1), f, p1)
	each(VFMADD213PS, p0, z, p1)
	each(VFMADD213PS, p1, z2, y)
	// y·f·z + e·ln2Low - z/2
	low := newVector()
	each(VMULPS, float(ln2Low), e, low)
	each(VFNMADD231PS, float(0.5), z, low)
	each(VMULPS, f, y, y)
	each(VFMADD213PS, low, z, y)
	each(VADDPS, f, y, y)
	each(VFMADD231PS, float(ln2High), e, y)
	return y
}

func crossEntropy() {
	loss()
	gradient()
}

func loss() {
	TEXT("crossEntropyLossAVX2", NOSPLIT, "func(p, targets []float32) float64")
	Pragma("noescape")
	Doc("crossEntropyLossAVX2 returns crossEntropy's sum for the sigmoids p.")
	p := Load(Param("p").Base(), GP64())
	targets := Load(Param("targets").Base(), GP64())
	n := Load(Param("targets").Len(), GP64())
	sum := YMM() // four float64
	VXORPD(sum, sum, sum)
	subtract := func(l lanes, loss vector) {
		for i, loss := range loss {
			if l.mask != nil {
				VANDPS(l.halfMask(i), loss, loss)
			}
			low, high, half := YMM(), YMM(), XMM()
			VCVTPS2PD(loss.AsX(), low)
			VEXTRACTF128(Imm(1), loss, half)
			VCVTPS2PD(half, high)
			VADDPD(low, high, high)
			VSUBPD(high, sum, sum)
		}
	}
	loop(n, func(l lanes) {
		y := log(moved(oneMinus(clip(l.load(p)))))
		// u·log b, plus 0·p to keep a NaN, which log loses.
		nan := l.load(p)
		each(VMULPS, float(0), nan, nan)
		u := oneMinus(l.load(targets))
		each(VFMADD213PS, nan, y, u)
		subtract(l, u)
		// Half of the pixels are black, and most of their neighbours too: where
		// sixteen are, t·log a is 0 and need not be known.
		t := l.load(targets)
		black := "black"
		if l.mask != nil {
			black = "blackRest"
		}
		white := YMM()
		VORPS(t[0], t[1], white)
		VPTEST(white, white)
		JZ(LabelRef(black))
		y = log(moved(clip(l.load(p))))
		each(VMULPS, l.load(targets), y, y)
		subtract(l, y)
		Label(black)
	})
	half := XMM()
	VEXTRACTF128(Imm(1), sum, half)
	VADDPD(half, sum.AsX(), half)
	VHADDPD(half, half, half)
	VZEROUPPER() // before the SSE instruction that stores
	Store(half, ReturnIndex(0))
	RET()
}

func gradient() {
	TEXT("crossEntropyGradientAVX2", NOSPLIT, "func(gradient, p, targets []float32, factor float32) int")
	Pragma("noescape")
	Doc("crossEntropyGradientAVX2 sets gradient as crossEntropy does, for the sigmoids p,", "and returns how many elements are no hits. gradient may be p.")
	gradient := Load(Param("gradient").Base(), GP64())
	sigmoids := Load(Param("p").Base(), GP64())
	targets := Load(Param("targets").Base(), GP64())
	n := Load(Param("targets").Len(), GP64())
	factor := broadcast("factor")
	misses := YMM() // eight int32
	VPXOR(misses, misses, misses)
	loop(n, func(l lanes) {
		p, t := l.load(sigmoids), l.load(targets)
		above, miss := newVector(), newVector()
		each(VCMPPS, Imm(gtOQ), float(0.5), p, above)
		each(VCMPPS, Imm(gtOQ), float(0.5), t, miss)
		each(VXORPS, above, miss, miss)
		for _, m := range miss { // a miss is -1
			VPSUBD(m, misses, misses)
		}
		// (u·a - t·b) / (a·b) · (p·(1-p)) · factor, where p was not clipped
		q := clip(p)
		a, b, u := moved(q), moved(oneMinus(q)), oneMinus(t)
		each(VMULPS, b, t, t)
		each(VFMSUB213PS, t, a, u)
		each(VMULPS, b, a, a)
		each(VDIVPS, a, u, u)
		slope := oneMinus(p)
		each(VMULPS, p, slope, slope)
		each(VMULPS, slope, u, u)
		each(VMULPS, factor, u, u)
		each(VCMPPS, Imm(eqUQ), p, q, q)
		each(VANDPS, q, u, u)
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
