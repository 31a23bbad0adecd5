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
	seluScale = 1.0507009873554805
	seluAlpha = 1.6732632423543772
)

const (
	signBit = 1 << 31
	oneBits = 0x3f800000
)

// lanes is how a loop's body reaches its eight elements: all of them, or the
// first few under a mask.
type lanes struct {
	index Register
	mask  Register // nil for all
}

// load returns the elements of an array; lanes outside the mask are 0.
func (l lanes) load(array Register) VecVirtual {
	r, m := YMM(), Mem{Base: array, Index: l.index, Scale: 4}
	if l.mask == nil {
		VMOVUPS(m, r)
	} else {
		VMASKMOVPS(m, l.mask, r)
	}
	return r
}

// store sets the elements of an array.
func (l lanes) store(r, array Register) {
	m := Mem{Base: array, Index: l.index, Scale: 4}
	if l.mask == nil {
		VMOVUPS(r, m)
	} else {
		VMASKMOVPS(r, l.mask, m)
	}
}

// loop emits body twice: for every eight of n elements, and for what is left,
// so that an element's result does not depend on where it stands.
func loop(n Register, body func(lanes)) {
	index, whole := GP64(), GP64()
	XORQ(index, index)
	MOVQ(n, whole)
	ANDQ(I8(-8), whole)
	JZ(LabelRef("rest"))
	Label("eight")
	body(lanes{index: index})
	ADDQ(Imm(8), index)
	CMPQ(index, whole)
	JL(LabelRef("eight"))
	Label("rest")
	SUBQ(index, n)
	JZ(LabelRef("done"))
	body(lanes{index, loadMask(n)})
	Label("done")
}

// kernel emits a function of slices that loops over the elements of the last.
func kernel(name, signature, doc string, arrays []string, prepare func(), body func(l lanes, arrays []Register)) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
	var bases []Register
	for _, a := range arrays {
		bases = append(bases, Load(Param(a).Base(), GP64()))
	}
	n := Load(Param(arrays[len(arrays)-1]).Len(), GP64())
	if prepare != nil {
		prepare()
	}
	loop(n, func(l lanes) { body(l, bases) })
	VZEROUPPER()
	RET()
}

// broadcast returns a vector of a float32 parameter.
func broadcast(param string) VecVirtual {
	x, y := XMM(), YMM()
	Load(Param(param), x)
	VBROADCASTSS(x, y)
	return y
}

// constant returns a register that holds x eight times.
func constant(m Mem) VecVirtual {
	r := YMM()
	VMOVUPS(m, r)
	return r
}

// expNegative returns exp(x) for x <= 0, by the formula of ../exp.go.
func expNegative(x Register) VecVirtual {
	const round = 3 << 22
	limited := constant(float(-87))
	VMAXPS(x, limited, limited) // x is second, so NaN stays
	// n in the low bits of shifted, then n as a number.
	shifted, n := constant(float(round)), YMM()
	VFMADD231PS(float(math.Log2E), limited, shifted)
	VSUBPS(float(round), shifted, n)
	r := limited
	VFNMADD231PS(float(ln2High), n, r)
	VFNMADD231PS(float(ln2Low), n, r)
	r2 := YMM()
	VMULPS(r, r, r2)
	p0, p1, p2 := constant(float(1.6666665459e-1)), constant(float(8.3334519073e-3)), constant(float(1.9875691500e-4))
	VFMADD213PS(float(5.0000001201e-1), r, p0)
	VFMADD213PS(float(4.1665795894e-2), r, p1)
	VFMADD213PS(float(1.3981999507e-3), r, p2)
	// ((p2·r2 + p1)·r2 + p0)·r2 + r + 1
	VFMADD213PS(p1, r2, p2)
	VFMADD213PS(p0, r2, p2)
	VFMADD213PS(r, r2, p2)
	VADDPS(float(1), p2, p2)
	// Times 2ⁿ: the shift drops all but n, to which 1's exponent is added.
	VPSLLD(Imm(23), shifted, shifted)
	VPADDD(word(oneBits), shifted, shifted)
	VMULPS(shifted, p2, p2)
	return p2
}

// Parts of ln 2, as in ../exp.go.
const (
	ln2High = 0.693359375
	ln2Low  = -2.12194440e-4
)

// sigmoid returns 1 / (1 + exp(-x)), by the formula of ../generic.go.
func sigmoid(x Register) VecVirtual {
	minusAbs := YMM()
	VORPS(word(signBit), x, minusAbs)
	e := expNegative(minusAbs)
	numerator, denominator := constant(float(1)), YMM()
	VADDPS(e, numerator, denominator)
	VBLENDVPS(x, e, numerator, numerator) // by the sign bit of x
	VDIVPS(denominator, numerator, numerator)
	return numerator
}

func elementwise() {
	kernel("seluAVX2", "func(dst, x []float32)", "seluAVX2 works like selu.",
		[]string{"dst", "x"}, nil, func(l lanes, p []Register) {
			x := l.load(p[1])
			y := expNegative(x)
			VSUBPS(float(1), y, y)
			VMULPS(float(seluScale*seluAlpha), y, y)
			linear, positive := YMM(), YMM()
			VMULPS(float(seluScale), x, linear)
			VXORPS(positive, positive, positive)
			VCMPPS(Imm(geOQ), positive, x, positive)
			VBLENDVPS(positive, linear, y, y)
			l.store(y, p[0])
		})

	kernel("seluGradientAVX2", "func(dst, y, dy []float32)", "seluGradientAVX2 works like seluGradient.",
		[]string{"dst", "y", "dy"}, nil, func(l lanes, p []Register) {
			y := l.load(p[1])
			slope, positive := YMM(), YMM()
			VXORPS(positive, positive, positive)
			VCMPPS(Imm(geOQ), positive, y, positive)
			VADDPS(float(seluScale*seluAlpha), y, slope)
			VBLENDVPS(positive, float(seluScale), slope, slope)
			VMULPS(l.load(p[2]), slope, slope)
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
			VMULPS(alpha, x, x)
			l.store(x, p[0])
		})

	kernel("axpyAVX2", "func(y []float32, alpha float32, x []float32)", "axpyAVX2 works like axpy.",
		[]string{"y", "x"}, prepare, func(l lanes, p []Register) {
			x := l.load(p[1])
			VMULPS(alpha, x, x) // not fused with the addition, as the loop says
			VADDPS(l.load(p[0]), x, x)
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
	reciprocal, divisor := constant(float(1.0/255)), constant(float(255))
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
	block("rest", 1, loadMask(columns))
	Label("done")
	VZEROUPPER()
	RET()
}
