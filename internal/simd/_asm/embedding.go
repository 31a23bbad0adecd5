// This file emits the kernels of a gradient descent on points of the plane:
// attraction, the update and the bounding box.

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func embedding() {
	springs("attract", "func(dst, y []float32, start []int32, packed []uint32, scale []float32, first, bits int)", func() springRow {
		dst := Load(Param("dst").Base(), GP64())
		var fx, fy VecVirtual
		return springRow{
			begin: func() { fx, fy = zero(), zero() },
			block: func(weight, dx, dy, d VecVirtual) {
				w := set.register()
				reciprocal(d, w, true)
				VMULPS(weight, w, w)
				VFMADD231PS(dx, w, fx)
				VFMADD231PS(dy, w, fy)
			},
			end: func(scale VecVirtual) {
				pair(fx, fy, scale.AsX(), Mem{Base: dst})
				ADDQ(Imm(8), dst)
			},
		}
	})
	springs("stretch", "func(weights, squares, y []float32, start []int32, packed []uint32, scale []float32, first, bits int)", func() springRow {
		weights, squares := Load(Param("weights").Base(), GP64()), Load(Param("squares").Base(), GP64())
		return springRow{
			begin: func() {},
			block: func(weight, dx, dy, d VecVirtual) {
				VMOVUPS(weight, Mem{Base: weights})
				VMOVUPS(d, Mem{Base: squares})
				ADDQ(Imm(uint64(set.bytes)), weights)
				ADDQ(Imm(uint64(set.bytes)), squares)
			},
			end:       func(VecVirtual) {},
			scaleEach: true,
		}
	})
	update()
	bounds()
}

// springRow is what a kernel does with the springs of a row.
type springRow struct {
	begin     func()
	block     func(weight, dx, dy, d VecVirtual) // a register of springs
	end       func(scale VecVirtual)
	scaleEach bool // weights are scaled one by one
}

// springs emits a loop over rows of springs and over the registers of each.
func springs(name, signature string, prepare func() springRow) {
	function(name, signature, []string{fmt.Sprintf("works like %s.", name)}, func() {
		y, first := Load(Param("y").Base(), GP64()), Load(Param("first"), GP64())
		start, rows := Load(Param("start").Base(), GP64()), Load(Param("start").Len(), GP64())
		packed := Load(Param("packed").Base(), GP64())
		scales := Load(Param("scale").Base(), GP64())
		bits := GP64()
		Load(Param("bits"), bits)
		shift, low := XMM(), GP64() // a mask of the low bits, also in every lane if opmasks
		VMOVQ(bits, shift)
		MOVQ(U32(1), low)
		MOVQ(bits, RCX)
		SHLQ(CL, low)
		DECQ(low)
		lows := set.register()
		if set.opmasks {
			VPBROADCASTD(low.As32(), lows)
		}
		own := GP64()
		LEAQ(Mem{Base: y, Index: first, Scale: 8}, own)
		at := GP64()
		MOVLQSX(Mem{Base: start}, at)
		SHLQ(Imm(6), at)
		ADDQ(packed, at)
		row := prepare()
		DECQ(rows)
		JLE(LabelRef("done"))

		Label("row")
		ADDQ(Imm(4), start)
		end := GP64()
		MOVLQSX(Mem{Base: start}, end)
		SHLQ(Imm(6), end)
		ADDQ(packed, end)
		x0, y0, scale := set.register(), set.register(), set.register()
		VBROADCASTSS(Mem{Base: own}, x0)
		VBROADCASTSS(Mem{Base: own, Disp: 4}, y0)
		VBROADCASTSS(Mem{Base: scales}, scale)
		row.begin()
		CMPQ(at, end)
		JGE(LabelRef("end"))
		Label("block")
		springs, weight, d := set.register(), set.register(), set.register()
		if set.opmasks {
			VMOVDQU32(Mem{Base: at}, springs)
		} else {
			VMOVDQU(Mem{Base: at}, springs)
		}
		PREFETCHT0(Mem{Base: at, Disp: 1024})
		VPSRLD(shift, springs, weight)
		VCVTDQ2PS(weight, weight)
		if row.scaleEach {
			VMULPS(scale, weight, weight)
		}
		dx, dy := others(y, at, springs, low, lows)
		VSUBPS(dx, x0, dx)
		VSUBPS(dy, y0, dy)
		VMOVAPS(floatRegister(1), d)
		VFMADD231PS(dx, dx, d)
		VFMADD231PS(dy, dy, d)
		row.block(weight, dx, dy, d)
		ADDQ(Imm(uint64(set.bytes)), at)
		CMPQ(at, end)
		JL(LabelRef("block"))
		Label("end")
		row.end(scale)
		ADDQ(Imm(8), own)
		ADDQ(Imm(4), scales)
		DECQ(rows)
		JNZ(LabelRef("row"))
		Label("done")
		VZEROUPPER()
		RET()
	})
}

// others returns the coordinates of the points that the springs at an address
// lead to, those in a register too. Without AVX-512, loads one by one are
// faster than gathering instructions.
func others(y, at Register, springs VecVirtual, low Register, lows VecVirtual) (xs, ys VecVirtual) {
	xs, ys = set.register(), set.register()
	if set.opmasks {
		a, b, high, k, l := ZMM(), ZMM(), YMM(), K(), K()
		columns := ZMM()
		VPANDD(springs, lows, columns)
		VPXORD(a, a, a)
		VPXORD(b, b, b)
		VEXTRACTI64X4(Imm(1), columns, high)
		KXNORW(k, k, k)
		KXNORW(l, l, l)
		VGATHERDPD(Mem{Base: y, Index: columns.AsY(), Scale: 8}, k, a)
		VGATHERDPD(Mem{Base: y, Index: high, Scale: 8}, l, b)
		VMOVDQU32(NewDataAddr(NewStaticSymbol("evens"), 0), xs)
		VMOVDQU32(NewDataAddr(NewStaticSymbol("evens"), 64), ys)
		VPERMI2PS(b, a, xs)
		VPERMI2PS(b, a, ys)
		return xs, ys
	}
	pair := func(i int) VecVirtual {
		v := YMM()
		for part := range 2 {
			column := GP64()
			MOVL(Mem{Base: at, Disp: 4 * (i + part)}, column.As32())
			ANDL(low.(GPVirtual).As32(), column.As32())
			other := Mem{Base: y, Index: column, Scale: 8}
			if part == 0 {
				VMOVSD(other, v.AsX())
			} else {
				VMOVHPS(other, v.AsX(), v.AsX())
			}
		}
		return v
	}
	// [0 1 | 4 5] and [2 3 | 6 7]: their even and odd numbers are in order.
	a, b := pair(0), pair(2)
	VINSERTF128(Imm(1), pair(4).AsX(), a, a)
	VINSERTF128(Imm(1), pair(6).AsX(), b, b)
	VSHUFPS(Imm(0x88), b, a, xs)
	VSHUFPS(Imm(0xdd), b, a, ys)
	return xs, ys
}

// embeddingTables emits the numbers of the even and of the odd lanes of two
// registers.
func embeddingTables() {
	GLOBL("evens", RODATA|NOPTR)
	for i := range 2 {
		for lane := range 16 {
			DATA(64*i+4*lane, U32(2*lane+i))
		}
	}
}

// branches counts the labels of bodies that a loop emits twice.
var branches int

// update emits a step of the descent.
func update() {
	function("update", "func(y, update, gain, gradient []float32, momentum, rate, added, floor, limit float32) (square float64)", []string{"works like update."}, func() {
		var p []Register
		for _, name := range []string{"y", "update", "gain", "gradient"} {
			p = append(p, Load(Param(name).Base(), GP64()))
		}
		n := Load(Param("gradient").Len(), GP64())
		momentum, rate := broadcast("momentum"), broadcast("rate")
		square := vector{zero(), zero()}
		parameter := func(name string) Mem {
			c, err := Param(name).Resolve()
			if err != nil {
				panic(err)
			}
			return c.Addr
		}
		loop(n, func(l lanes) {
			u, gain, g := l.load(p[1]), l.load(p[2]), l.load(p[3])
			grown, apart := newVector(), newVector()
			each(VMULPS, u, g, apart)
			turned := compare(apart, ltOQ, float(0))
			each(VADDPS, floatRegister(.2), gain, grown)
			for i := range gain { // one by one: registers are scarce
				x := set.register()
				VBROADCASTSS(parameter("added"), x)
				VFMADD231PS(floatRegister(.8), gain[i], x)
				VBROADCASTSS(parameter("floor"), gain[i])
				VMAXPS(gain[i], x, gain[i])
			}
			gain = choose(turned, grown, gain)
			l.store(gain, p[2])
			each(VMULPS, gain, g, g)
			each(VFMADD231PS, g, g, square)
			each(VMULPS, momentum, u, u)
			each(VFNMADD231PS, rate, g, u)

			length, other := newVector(), newVector()
			each(VMULPS, u, u, length)
			each(VPERMILPS, Imm(0xb1), length, other)
			each(VADDPS, other, length, length)
			limit := set.register()
			VBROADCASTSS(parameter("limit"), limit)
			VMULPS(limit, limit, limit)
			long := compare(length, gtOQ, limit)
			branches++
			short := fmt.Sprintf("short%d", branches)
			skipUnless(long, short)
			each(VSQRTPS, length, length)
			VBROADCASTSS(parameter("limit"), limit)
			each(VDIVPS, length, limit, length)
			each(VMULPS, u, length, length)
			each(func(o ...Op) {
				if set.opmasks {
					VMOVUPS(o[0], o[1], o[2])
				} else {
					VBLENDVPS(o[1], o[0], o[2], o[2])
				}
			}, length, long, u)
			Label(short)
			l.store(u, p[1])
			y := l.load(p[0])
			each(VADDPS, u, y, y)
			l.store(y, p[0])
		})
		VADDPS(square[1], square[0], square[0])
		sum := reduce(VADDPD, square[0])
		VZEROUPPER()
		Store(sum, ReturnIndex(0))
		RET()
	})
}

// skipUnless jumps to a label if a mask has no lane set.
func skipUnless(m mask, label string) {
	if set.opmasks {
		KORTESTW(m[0], m[1])
	} else {
		any := set.register()
		VORPS(m[0], m[1], any)
		VTESTPS(any, any)
	}
	JZ(LabelRef(label))
}

// bounds emits the smallest and the largest numbers at even and odd places.
func bounds() {
	function("bounds", "func(y []float32) (minX, minY, maxX, maxY float32)", []string{"works like bounds for at least a register of numbers."}, func() {
		y, n := Load(Param("y").Base(), GP64()), Load(Param("y").Len(), GP64())
		least, most, bad := set.register(), set.register(), zero()
		VMOVUPS(Mem{Base: y}, least)
		VMOVAPS(least, most)
		last := GP64()
		LEAQ(Mem{Base: y, Index: n, Scale: 4, Disp: -set.bytes}, last)
		take := func(at Register) {
			v := set.register()
			VMOVUPS(Mem{Base: at}, v)
			VMINPS(v, least, least)
			VMAXPS(v, most, most)
			VFMADD231PS(floatRegister(0), v, bad)
		}
		Label("register")
		CMPQ(y, last)
		JGE(LabelRef("last"))
		take(y)
		ADDQ(Imm(uint64(set.bytes)), y)
		JMP(LabelRef("register"))
		Label("last")
		take(last)
		x, i := halves(VMINPS, least), halves(VMAXPS, most)
		zero := halves(VADDPS, bad)
		// Any number that is not finite makes every result NaN.
		other := XMM()
		VPERMILPS(Imm(1), zero, other)
		VADDPS(other, zero, zero)
		VPERMILPS(Imm(0), zero, zero)
		VADDPS(zero, x, x)
		VADDPS(zero, i, i)
		high, highMost := XMM(), XMM()
		VPERMILPS(Imm(1), x, high)
		VPERMILPS(Imm(1), i, highMost)
		VZEROUPPER()
		Store(x, ReturnIndex(0))
		Store(high, ReturnIndex(1))
		Store(i, ReturnIndex(2))
		Store(highMost, ReturnIndex(3))
		RET()
	})
}

// halves puts the lanes of a register together until two are left.
func halves(instruction func(...Op), v VecVirtual) Register {
	if set.opmasks {
		high := YMM()
		VEXTRACTF64X4(Imm(1), v, high)
		instruction(high, v.AsY(), high)
		v = high
	}
	x, high := XMM(), XMM()
	VEXTRACTF128(Imm(1), v, high)
	instruction(high, v.AsX(), x)
	VPERMILPD(Imm(1), x, high)
	instruction(high, x, x)
	return x
}
