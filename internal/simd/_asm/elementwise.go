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
	ltOQ = 0x11
	gtOQ = 0x1e
	geOQ = 0x1d
	eqUQ = 0x08 // equal, or one is NaN
)

// SELU's constants, as in ../generic.go.
const (
	SELUScale = 1.0507009873554805
	SELUAlpha = 1.6732632423543772
)

// Constants of ../exp.go.
const (
	expLimit = 87
	ln2High  = 0.693359375
	ln2Low   = -2.12194440e-4
)

// exponential returns two vectors of which exp(x) = part·power + power, by the
// formula of ../exp.go. It overwrites x, which is at least -expLimit and at
// most expLimit.
func exponential(x vector) (part, power vector) {
	const shift = 3<<22 + 127
	power = constant(float(shift))
	each(VFMADD231PS, float(math.Log2E), x, power)
	n, r := newVector(), x
	each(VSUBPS, float(shift), power, n)
	each(VPSLLD, Imm(23), power, power)
	each(VFNMADD231PS, float(ln2High), n, r)
	each(VFNMADD231PS, float(ln2Low), n, r)
	r2 := n
	each(VMULPS, r, r, r2)
	// part = ((0.00138145988·r2 + p1)·r2 + p0)·r2 + r
	p0, p1 := constant(float(0.166665211)), constant(float(0.00836871658))
	each(VFMADD213PS, float(0.041668389), r, p1)
	each(VFMADD231PS, float(0.00138145988), r2, p1)
	each(VFMADD213PS, float(0.49999994), r, p0)
	part = p1
	each(VFMADD213PS, p0, r2, part)
	each(VFMADD213PS, r, r2, part)
	return part, power
}

// atLeast returns max(x, low), or NaN where x is.
func atLeast(low float64, x vector) vector {
	v := newVector()
	each(VMAXPS, x, floatRegister(low), v) // x is second, so NaN stays
	return v
}

// atMost returns min(x, high), or NaN where x is.
func atMost(high float64, x vector) vector {
	v := newVector()
	each(VMINPS, x, floatRegister(high), v)
	return v
}

func elementwise() {
	kernel("selu", "func(dst, x []float32)", []string{"dst", "x"}, nil, func(l lanes, p []Register) {
		x := l.load(p[1])
		part, power := exponential(atLeast(-expLimit, x))
		less, linear := newVector(), newVector()
		each(VMULPS, float(SELUScale*SELUAlpha), power, power)
		each(VSUBPS, float(SELUScale*SELUAlpha), power, less)
		each(VFMADD213PS, less, power, part)
		each(VMULPS, float(SELUScale), x, linear)
		l.store(choose(compare(x, geOQ, float(0)), linear, part), p[0])
	})

	kernel("seluGradient", "func(dst, y, dy []float32)", []string{"dst", "y", "dy"}, nil, func(l lanes, p []Register) {
		y := l.load(p[1])
		slope := newVector()
		each(VADDPS, float(SELUScale*SELUAlpha), y, slope)
		slope = choose(compare(y, geOQ, float(0)), float(SELUScale), slope)
		each(VMULPS, l.load(p[2]), slope, slope)
		l.store(slope, p[0])
	})

	kernel("sigmoid", "func(dst, x []float32)", []string{"dst", "x"}, nil, func(l lanes, p []Register) {
		minus := newVector()
		each(VXORPS, word(1<<31), l.load(p[1]), minus)
		part, power := exponential(atMost(expLimit, atLeast(-expLimit, minus)))
		more, y := newVector(), newVector()
		each(VADDPS, floatRegister(1), power, more)
		each(VFMADD213PS, more, power, part)
		each(VDIVPS, part, floatRegister(1), y)
		l.store(y, p[0])
	})

	var alpha Register
	prepare := func() { alpha = broadcast("alpha") }
	kernel("scale", "func(dst []float32, alpha float32, x []float32)", []string{"dst", "x"}, prepare, func(l lanes, p []Register) {
		x := l.load(p[1])
		each(VMULPS, alpha, x, x)
		l.store(x, p[0])
	})

	kernel("axpy", "func(y []float32, alpha float32, x []float32)", []string{"y", "x"}, prepare, func(l lanes, p []Register) {
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
	function("pixels", "func(dst []float32, src []byte)", []string{"works like pixels for a multiple of a register's elements."}, func() {
		dst := Load(Param("dst").Base(), GP64())
		src := Load(Param("src").Base(), GP64())
		n := Load(Param("src").Len(), GP64())
		index := GP64()
		XORQ(index, index)
		TESTQ(n, n)
		JZ(LabelRef("done"))
		reciprocal, divisor := floatRegister(1.0/255), floatRegister(255)
		Label("register")
		v, quotient := set.register(), set.register()
		VPMOVZXBD(Mem{Base: src, Index: index, Scale: 1}, v)
		VCVTDQ2PS(v, v)
		VMULPS(reciprocal, v, quotient)
		VFNMADD231PS(divisor, quotient, v) // the remainder
		VFMADD231PS(reciprocal, v, quotient)
		VMOVUPS(quotient, Mem{Base: dst, Index: index, Scale: 4})
		ADDQ(Imm(uint64(set.floats())), index)
		CMPQ(index, n)
		JL(LabelRef("register"))
		Label("done")
		VZEROUPPER()
		RET()
	})
}

// columnSums emits the sums of columns, four registers at a time, then one,
// then the rest under a mask. A sum is taken from the first row to the last.
func columnSums() {
	function("columnSums", "func(dst, a []float32, stride int)", []string{"works like columnSums."}, func() {
		dst := Load(Param("dst").Base(), GP64())
		columns := Load(Param("dst").Len(), GP64())
		a := Load(Param("a").Base(), GP64())
		end := Load(Param("a").Len(), GP64())
		LEAQ(Mem{Base: a, Index: end, Scale: 4}, end)
		stride := Load(Param("stride"), GP64())
		SHLQ(Imm(2), stride)

		block := func(name string, registers int, mask Register) {
			sums := make(vector, registers)
			for i := range sums {
				sums[i] = zero()
			}
			p := GP64()
			MOVQ(a, p)
			CMPQ(p, end)
			JGE(LabelRef(name + "Store"))
			Label(name + "Row")
			for i, sum := range sums {
				m := Mem{Base: p, Disp: set.bytes * i}
				row := set.register()
				switch {
				case mask == nil:
					VADDPS(m, sum, sum)
					continue
				case set.opmasks:
					VMOVUPS_Z(m, mask, row)
				default:
					VMASKMOVPS(m, mask, row)
				}
				VADDPS(row, sum, sum)
			}
			ADDQ(stride, p)
			CMPQ(p, end)
			JL(LabelRef(name + "Row"))
			Label(name + "Store")
			for i, sum := range sums {
				m := Mem{Base: dst, Disp: set.bytes * i}
				switch {
				case mask == nil:
					VMOVUPS(sum, m)
				case set.opmasks:
					VMOVUPS(sum, mask, m)
				default:
					VMASKMOVPS(sum, mask, m)
				}
			}
		}
		blocks := func(name string, registers int) {
			step := registers * set.floats()
			Label(name)
			CMPQ(columns, Imm(uint64(step)))
			JL(LabelRef(name + "Done"))
			block(name, registers, nil)
			ADDQ(U32(4*step), dst)
			ADDQ(U32(4*step), a)
			SUBQ(Imm(uint64(step)), columns)
			JMP(LabelRef(name))
			Label(name + "Done")
		}
		blocks("wide", 4)
		blocks("narrow", 1)
		TESTQ(columns, columns)
		JZ(LabelRef("done"))
		var mask Register
		if m := (Mem{Base: maskAddress(columns)}); set.opmasks {
			mask = opmask(m)
		} else {
			mask = YMM()
			VMOVUPS(m, mask)
		}
		block("rest", 1, mask)
		Label("done")
		VZEROUPPER()
		RET()
	})
}

// prefetch emits what asks for a slice's memory, line by line.
func prefetch() {
	const line = 64
	TEXT("prefetchAVX2", NOSPLIT, "func(src []byte)")
	Pragma("noescape")
	Doc("prefetchAVX2 asks for the cache lines of src.")
	p := Load(Param("src").Base(), GP64())
	end := Load(Param("src").Len(), GP64())
	ADDQ(p, end)
	JMP(LabelRef("test"))
	Label("line")
	PREFETCHT0(Mem{Base: p})
	ADDQ(Imm(line), p)
	Label("test")
	CMPQ(p, end)
	JL(LabelRef("line"))
	RET()
}
