// This file emits the element-wise kernels and the formulas that they share.

package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Predicates of VCMPPS.
const (
	gtOQ = 0x1e
	geOQ = 0x1d
	eqUQ = 0x08 // equal, or one is NaN
)

// SELU's constants, as in ../generic.go.
const (
	SELUScale = 1.0507009873554805
	SELUAlpha = 1.6732632423543772
)

const (
	signBit = 1 << 31
	oneBits = 0x3f800000
)

// expNegative returns exp(x) for x <= 0, by the formula of ../exp.go.
func expNegative(x vector) vector {
	const round = 3 << 22
	limited := constant(float(-87))
	each(VMAXPS, x, limited, limited) // x is second, so NaN stays
	// n in the low bits of shifted, then n as a number.
	shifted, n := constant(float(round)), newVector()
	each(VFMADD231PS, float(math.Log2E), limited, shifted)
	each(VSUBPS, float(round), shifted, n)
	r := limited
	each(VFNMADD231PS, float(ln2High), n, r)
	each(VFNMADD231PS, float(ln2Low), n, r)
	r2 := newVector()
	each(VMULPS, r, r, r2)
	p0, p1, p2 := constant(float(1.6666665459e-1)), constant(float(8.3334519073e-3)), constant(float(1.9875691500e-4))
	each(VFMADD213PS, float(5.0000001201e-1), r, p0)
	each(VFMADD213PS, float(4.1665795894e-2), r, p1)
	each(VFMADD213PS, float(1.3981999507e-3), r, p2)
	// ((p2·r2 + p1)·r2 + p0)·r2 + r + 1
	each(VFMADD213PS, p1, r2, p2)
	each(VFMADD213PS, p0, r2, p2)
	each(VFMADD213PS, r, r2, p2)
	each(VADDPS, float(1), p2, p2)
	// Times 2ⁿ: the shift drops all but n, to which 1's exponent is added.
	each(VPSLLD, Imm(23), shifted, shifted)
	each(VPADDD, word(oneBits), shifted, shifted)
	each(VMULPS, shifted, p2, p2)
	return p2
}

// Parts of ln 2, as in ../exp.go.
const (
	ln2High = 0.693359375
	ln2Low  = -2.12194440e-4
)

// sigmoid returns 1 / (1 + exp(-x)), by the formula of ../generic.go.
func sigmoid(x vector) vector {
	minusAbs := newVector()
	each(VORPS, word(signBit), x, minusAbs)
	e := expNegative(minusAbs)
	numerator, denominator := constant(float(1)), newVector()
	each(VADDPS, e, numerator, denominator)
	each(blend, x, e, numerator, numerator) // by the sign bit of x
	each(VDIVPS, denominator, numerator, numerator)
	return numerator
}

func elementwise() {
	kernel("seluAVX2", "func(dst, x []float32)", "seluAVX2 works like selu.",
		[]string{"dst", "x"}, nil, func(l lanes, p []Register) {
			x := l.load(p[1])
			y := expNegative(x)
			each(VSUBPS, float(1), y, y)
			each(VMULPS, float(SELUScale*SELUAlpha), y, y)
			linear, positive := newVector(), newVector()
			each(VMULPS, float(SELUScale), x, linear)
			each(VXORPS, positive, positive, positive)
			each(VCMPPS, Imm(geOQ), positive, x, positive)
			each(blend, positive, linear, y, y)
			l.store(y, p[0])
		})

	kernel("seluGradientAVX2", "func(dst, y, dy []float32)", "seluGradientAVX2 works like seluGradient.",
		[]string{"dst", "y", "dy"}, nil, func(l lanes, p []Register) {
			y := l.load(p[1])
			slope, positive := newVector(), newVector()
			each(VXORPS, positive, positive, positive)
			each(VCMPPS, Imm(geOQ), positive, y, positive)
			each(VADDPS, float(SELUScale*SELUAlpha), y, slope)
			each(blend, positive, float(SELUScale), slope, slope)
			each(VMULPS, l.load(p[2]), slope, slope)
			l.store(slope, p[0])
		})

	kernel("sigmoidAVX2", "func(dst, x []float32)", "sigmoidAVX2 works like sigmoid.",
		[]string{"dst", "x"}, nil, func(l lanes, p []Register) {
			l.store(sigmoid(l.load(p[1])), p[0])
		})

	var alpha Register
	prepare := func() { alpha = broadcast("alpha") }
	kernel("scaleAVX2", "func(dst []float32, alpha float32, x []float32)", "scaleAVX2 works like scale.",
		[]string{"dst", "x"}, prepare, func(l lanes, p []Register) {
			x := l.load(p[1])
			each(VMULPS, alpha, x, x)
			l.store(x, p[0])
		})

	kernel("axpyAVX2", "func(y []float32, alpha float32, x []float32)", "axpyAVX2 works like axpy.",
		[]string{"y", "x"}, prepare, func(l lanes, p []Register) {
			x := l.load(p[1])
			each(VMULPS, alpha, x, x) // not fused with the addition, as the loop says
			each(VADDPS, l.load(p[0]), x, x)
			l.store(x, p[0])
		})

	pixels()
}

// pixels emits the division of bytes by 255 without a division: the product
// with the reciprocal, then one step by its remainder (Markstein, Computation
// of Elementary Functions on the IBM RISC System/6000 Processor, 1990), is the
// rounded quotient for each of the 256 values, as a test shows.
func pixels() {
	TEXT("pixelsAVX2", NOSPLIT, "func(dst []float32, src []byte)")
	Pragma("noescape")
	Doc("pixelsAVX2 works like pixels for a multiple of eight elements.")
	dst := Load(Param("dst").Base(), GP64())
	src := Load(Param("src").Base(), GP64())
	n := Load(Param("src").Len(), GP64())
	index := GP64()
	XORQ(index, index)
	TESTQ(n, n)
	JZ(LabelRef("done"))
	reciprocal, divisor := YMM(), YMM()
	VMOVUPS(float(1.0/255), reciprocal)
	VMOVUPS(float(255), divisor)
	Label("eight")
	v, quotient := YMM(), YMM()
	VPMOVZXBD(Mem{Base: src, Index: index, Scale: 1}, v)
	VCVTDQ2PS(v, v)
	VMULPS(reciprocal, v, quotient)
	VFNMADD231PS(divisor, quotient, v) // the remainder
	VFMADD231PS(reciprocal, v, quotient)
	VMOVUPS(quotient, Mem{Base: dst, Index: index, Scale: 4})
	ADDQ(Imm(8), index)
	CMPQ(index, n)
	JL(LabelRef("eight"))
	Label("done")
	VZEROUPPER()
	RET()
}

// columnSums emits the sums of columns, 32 at a time, then eight, then the
// rest under a mask. A sum is taken from the first row to the last.
func columnSums() {
	TEXT("columnSumsAVX2", NOSPLIT, "func(dst, a []float32)")
	Pragma("noescape")
	Doc("columnSumsAVX2 works like columnSums.")
	dst := Load(Param("dst").Base(), GP64())
	columns := Load(Param("dst").Len(), GP64())
	a := Load(Param("a").Base(), GP64())
	end := Load(Param("a").Len(), GP64())
	LEAQ(Mem{Base: a, Index: end, Scale: 4}, end)
	stride := GP64()
	MOVQ(columns, stride)
	SHLQ(Imm(2), stride)

	block := func(name string, vectors int, mask Register) {
		sums := make([]VecVirtual, vectors)
		for v := range sums {
			sums[v] = YMM()
			VXORPS(sums[v], sums[v], sums[v])
		}
		p := GP64()
		MOVQ(a, p)
		CMPQ(p, end)
		JGE(LabelRef(name + "Store"))
		Label(name + "Row")
		for v, sum := range sums {
			m := Mem{Base: p, Disp: vectorBytes * v}
			if mask == nil {
				VADDPS(m, sum, sum)
			} else {
				row := YMM()
				VMASKMOVPS(m, mask, row)
				VADDPS(row, sum, sum)
			}
		}
		ADDQ(stride, p)
		CMPQ(p, end)
		JL(LabelRef(name + "Row"))
		Label(name + "Store")
		for v, sum := range sums {
			m := Mem{Base: dst, Disp: vectorBytes * v}
			if mask == nil {
				VMOVUPS(sum, m)
			} else {
				VMASKMOVPS(sum, mask, m)
			}
		}
	}
	blocks := func(name string, vectors int) {
		width := 8 * vectors
		Label(name)
		CMPQ(columns, Imm(uint64(width)))
		JL(LabelRef(name + "Done"))
		block(name, vectors, nil)
		ADDQ(Imm(uint64(4*width)), dst)
		ADDQ(Imm(uint64(4*width)), a)
		SUBQ(Imm(uint64(width)), columns)
		JMP(LabelRef(name))
		Label(name + "Done")
	}
	blocks("wide", 4)
	blocks("narrow", 1)
	TESTQ(columns, columns)
	JZ(LabelRef("done"))
	mask := YMM()
	VMOVUPS(Mem{Base: maskAddress(columns)}, mask)
	block("rest", 1, mask)
	Label("done")
	VZEROUPPER()
	RET()
}
