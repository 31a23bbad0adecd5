// This file emits what carries points onto the mesh and its potential back, and
// the sums over near pairs and over all pairs.

package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// splineCoefficients are those of the four weights of a cubic B-spline by
// rising powers, then of their derivatives, as in ../mesh.go.
var splineCoefficients = [...][4]float64{
	{1. / 6, 4. / 6, 1. / 6, 0},
	{-.5, 0, .5, 0},
	{.5, -1, .5, 0},
	{-1. / 6, .5, -.5, 1. / 6},
	{1, -2, 1, 0},
	{-.5, 1.5, -1.5, .5},
}

func splineCoefficient(i int) Mem { return NewDataAddr(NewStaticSymbol("splines"), 16*i) }

// meshTables emits the tables of this file.
func meshTables() {
	GLOBL("splines", RODATA|NOPTR)
	for i, c := range splineCoefficients {
		for lane, v := range c {
			DATA(16*i+4*lane, U32(math.Float32bits(float32(v))))
		}
	}
	GLOBL("numbers", RODATA|NOPTR)
	for lane := range vectorBytes / 4 {
		DATA(4*lane, U32(lane))
	}
}

// meshPoints emits a loop over points on the mesh. Its body gets the address of
// the first of the four rows that a point touches, that of the rows' distance
// in bytes times 1 and 3, and the place in the cell by x and y, in every lane.
func meshPoints(body func(first Mem, rows multiples, fx, fy VecVirtual)) {
	xs, ys := Load(Param("xs").Base(), GP64()), Load(Param("ys").Base(), GP64())
	n := Load(Param("xs").Len(), GP64())
	values, stride := Load(Param("values").Base(), GP64()), Load(Param("stride"), GP64())
	SHLQ(Imm(2), stride)
	rows := newMultiples(stride)
	origin, inverse, last, first := XMM(), XMM(), XMM(), XMM()
	Load(Param("x"), origin)
	y, err := Param("y").Resolve()
	if err != nil {
		panic(err)
	}
	VINSERTPS(Imm(0x10), y.Addr, origin, origin)
	inv, err := Param("inverse").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(inv.Addr, inverse)
	VMOVD(Load(Param("last"), GP32()), last)
	VPBROADCASTD(last, last)
	VPXOR(first, first, first)
	at := GP64()
	XORQ(at, at)
	TESTQ(n, n)
	JZ(LabelRef("done"))
	Label("point")
	u, cell, whole := XMM(), XMM(), XMM()
	VMOVSS(Mem{Base: xs, Index: at, Scale: 4}, u)
	VINSERTPS(Imm(0x10), Mem{Base: ys, Index: at, Scale: 4}, u, u)
	VSUBPS(origin, u, u)
	VMULPS(inverse, u, u)
	VCVTTPS2DQ(u, cell)
	VPMINSD(last, cell, cell) // for safety: place never is outside
	VPMAXSD(first, cell, cell)
	VCVTDQ2PS(cell, whole)
	VSUBPS(whole, u, u)
	row, column := GP64(), GP64()
	VMOVD(cell, row.As32()) // which clears the upper half
	VPEXTRD(Imm(1), cell, column.As32())
	IMULQ(stride, row)
	LEAQ(Mem{Base: row, Index: column, Scale: 4}, row)
	ADDQ(values, row)
	fx, fy := XMM(), XMM()
	VBROADCASTSS(u, fx)
	VPERMILPS(Imm(0x55), u, fy)
	body(Mem{Base: row}, rows, fx, fy)
	INCQ(at)
	CMPQ(at, n)
	JL(LabelRef("point"))
	Label("done")
}

// polynomial returns the polynomial with the four coefficients of each power in
// splineCoefficients, from the highest.
func polynomial(f VecVirtual, powers ...int) VecVirtual {
	w := XMM()
	VMOVUPS(splineCoefficient(powers[0]), w)
	for _, p := range powers[1:] {
		VFMADD213PS(splineCoefficient(p), f, w)
	}
	return w
}

func splineWeights(f VecVirtual) VecVirtual { return polynomial(f, 3, 2, 1, 0) }
func splineSlopes(f VecVirtual) VecVirtual  { return polynomial(f, 5, 4, 1) }

// row returns where row r of the four is.
func meshRow(first Mem, rows multiples, r int) Mem {
	switch r {
	case 0:
		return first
	case 3:
		return first.Idx(rows.three, 1)
	}
	return first.Idx(rows.one, uint8(r))
}

// lane returns lane i of v in all lanes.
func lane(i int, v VecVirtual) VecVirtual {
	x := XMM()
	VPERMILPS(Imm(uint64(0x55*i)), v, x)
	return x
}

// points emits the kernels that take one point after the other, in registers of
// four lanes at every level.
func points() {
	before := set
	set = avx2
	function("spread", "func(values []float32, stride int, xs, ys []float32, x, y, inverse float32, last int32)", []string{"works like spread."}, func() {
		meshPoints(func(first Mem, rows multiples, fx, fy VecVirtual) {
			wx, wy := splineWeights(fx), splineWeights(fy)
			for r := range 4 {
				w := lane(r, wx)
				VFMADD213PS(meshRow(first, rows, r), wy, w)
				VMOVUPS(w, meshRow(first, rows, r))
			}
		})
		VZEROUPPER()
		RET()
	})
	function("read", "func(force, values []float32, stride int, xs, ys []float32, x, y, inverse, factor float32, last int32) (potential float64)", []string{"works like read."}, func() {
		force := Load(Param("force").Base(), GP64())
		factor, sum := XMM(), XMM()
		f, err := Param("factor").Resolve()
		if err != nil {
			panic(err)
		}
		VBROADCASTSS(f.Addr, factor)
		VXORPS(sum, sum, sum)
		meshPoints(func(first Mem, rows multiples, fx, fy VecVirtual) {
			wx, wy := splineWeights(fx), splineWeights(fy)
			sx, sy := splineSlopes(fx), splineSlopes(fy)
			along, slope := XMM(), XMM()
			for r := range 4 {
				row, w, s := XMM(), lane(r, wx), lane(r, sx)
				VMOVUPS(meshRow(first, rows, r), row)
				if r == 0 {
					VMULPS(w, row, along)
					VMULPS(s, row, slope)
				} else {
					VFMADD231PS(w, row, along)
					VFMADD231PS(s, row, slope)
				}
			}
			VFMADD231PS(along, wy, sum)
			VMULPS(wy, slope, slope)
			VMULPS(sy, along, along)
			VHADDPS(along, slope, slope)
			VHADDPS(slope, slope, slope)
			VMULPS(factor, slope, slope)
			VMOVLPS(slope, Mem{Base: force})
			ADDQ(Imm(8), force)
		})
		wide, high := YMM(), XMM()
		VCVTPS2PD(sum, wide)
		VEXTRACTF128(Imm(1), wide, high)
		VADDPD(high, wide.AsX(), sum)
		VPERMILPD(Imm(1), sum, high)
		VADDPD(high, sum, sum)
		VZEROUPPER()
		Store(sum, ReturnIndex(0))
		RET()
	})
	set = before
}

// pair adds the sums of the lanes of fx and of fy to the two numbers at an
// address. scale is nil, or what they are multiplied by and added to nothing.
func pair(fx, fy VecVirtual, scale Register, at Mem) {
	x, y := fx.AsY(), fy.AsY()
	if set.opmasks {
		highX, highY := YMM(), YMM()
		VEXTRACTF64X4(Imm(1), fx, highX)
		VEXTRACTF64X4(Imm(1), fy, highY)
		VADDPS(highX, x, highX)
		VADDPS(highY, y, highY)
		x, y = highX, highY
	}
	both, low := YMM(), XMM()
	VHADDPS(y, x, both)
	VEXTRACTF128(Imm(1), both, low)
	VADDPS(low, both.AsX(), low)
	VHADDPS(low, low, low)
	if scale != nil {
		VMULPS(scale, low, low)
	} else {
		old := XMM()
		VMOVSD(at, old)
		VADDPS(old, low, low)
	}
	VMOVLPS(low, at)
}

func mesh() {
	near()
	student()
}

// near emits the sums over near pairs. The block that holds the point itself is
// taken apart from the others before and after it.
func near() {
	function("near", "func(force, xs, ys []float32, self int, inverse float32) (potential float64)", []string{"works like near."}, func() {
		force, points := Load(Param("force").Base(), GP64()), Load(Param("force").Len(), GP64())
		xs, ys := Load(Param("xs").Base(), GP64()), Load(Param("ys").Base(), GP64())
		end, self := Load(Param("xs").Len(), GP64()), Load(Param("self"), GP64())
		inverse, three, sum, none := broadcast("inverse"), set.register(), zero(), zero()
		VMULPS(float(3), inverse, three)
		one := floatRegister(1)
		SHRQ(Imm(1), points)
		JZ(LabelRef("done"))

		Label("point")
		x, y, fx, fy := set.register(), set.register(), zero(), zero()
		VBROADCASTSS(Mem{Base: xs, Index: self, Scale: 4}, x)
		VBROADCASTSS(Mem{Base: ys, Index: self, Scale: 4}, y)
		at, own := GP64(), GP64()
		block := func(others VecVirtual, k Register) {
			dx, dy, d, w, v := set.register(), set.register(), set.register(), set.register(), set.register()
			VSUBPS(Mem{Base: xs, Index: at, Scale: 4}, x, dx)
			VSUBPS(Mem{Base: ys, Index: at, Scale: 4}, y, dy)
			VMOVAPS(one, d)
			VFMADD231PS(dx, dx, d)
			VFMADD231PS(dy, dy, d)
			reciprocal(d, w, false)
			VMOVAPS(one, v)
			VFNMADD231PS(inverse, d, v)
			switch {
			case k != nil:
				VMAXPS_Z(none, v, k, v)
			case others != nil:
				VMAXPS(none, v, v)
				VANDPS(others, v, v)
			default:
				VMAXPS(none, v, v)
			}
			t := d
			VMULPS(v, w, w)
			VMULPS(v, w, t)
			VFMADD231PS(v, t, sum)
			VADDPS(three, w, w)
			VMULPS(w, t, t)
			VFMADD231PS(dx, t, fx)
			VFMADD231PS(dy, t, fy)
			ADDQ(Imm(uint64(set.floats())), at)
		}
		XORQ(at, at)
		MOVQ(self, own)
		ANDQ(I8(-set.floats()), own)
		JZ(LabelRef("own"))
		Label("before")
		block(nil, nil)
		CMPQ(at, own)
		JL(LabelRef("before"))
		Label("own")
		number := GP64()
		MOVQ(self, number)
		ANDQ(Imm(uint64(set.floats()-1)), number)
		if set.opmasks {
			k, bit := K(), GP64()
			MOVQ(I32(-2), bit) // all but bit 0
			MOVQ(number, RCX)
			ROLQ(CL, bit)
			KMOVW(bit.As32(), k)
			block(nil, k)
		} else {
			lanes, which := set.register(), XMM()
			VMOVD(number.As32(), which)
			VPBROADCASTD(which, lanes)
			VPCMPEQD(NewDataAddr(NewStaticSymbol("numbers"), 0), lanes, lanes)
			all := set.register()
			VPCMPEQD(all, all, all)
			VPXOR(all, lanes, lanes)
			block(lanes, nil)
		}
		CMPQ(at, end)
		JGE(LabelRef("sum"))
		Label("after")
		block(nil, nil)
		CMPQ(at, end)
		JL(LabelRef("after"))
		Label("sum")
		pair(fx, fy, nil, Mem{Base: force})
		ADDQ(Imm(8), force)
		INCQ(self)
		DECQ(points)
		JNZ(LabelRef("point"))
		Label("done")
		total := reduce(VADDPD, sum)
		VZEROUPPER()
		Store(total, ReturnIndex(0))
		RET()
	})
}

// reciprocal sets w to 1/d within 2⁻¹⁴, or within two units in the last place
// if exact. AVX2's estimate has less than twelve bits, so it is always refined,
// by a step of Newton's.
func reciprocal(d, w VecVirtual, exact bool) {
	if set.opmasks {
		VRCP14PS(d, w)
	} else {
		VRCPPS(d, w)
	}
	if set.opmasks && !exact {
		return
	}
	rest := set.register()
	VMOVAPS(floatRegister(1), rest)
	VFNMADD231PS(w, d, rest)
	VFMADD231PS(rest, w, w)
}

// student emits the sums over all pairs of a point.
func student() {
	function("student", "func(xs, ys []float32, x, y float32) (z, fx, fy float64)", []string{"works like student."}, func() {
		xs, ys := Load(Param("xs").Base(), GP64()), Load(Param("ys").Base(), GP64())
		n := Load(Param("xs").Len(), GP64())
		x, y := broadcast("x"), broadcast("y")
		z, fx, fy := vector{zero(), zero()}, vector{zero(), zero()}, vector{zero(), zero()}
		loop(n, func(l lanes) {
			dx, dy := l.load(xs), l.load(ys)
			each(func(o ...Op) { VSUBPS(o[0], o[1], o[2]) }, dx, x, dx)
			each(func(o ...Op) { VSUBPS(o[0], o[1], o[2]) }, dy, y, dy)
			w := constant(float(1))
			each(VFMADD231PS, dx, dx, w)
			each(VFMADD231PS, dy, dy, w)
			each(VDIVPS, w, floatRegister(1), w)
			if l.mask != nil {
				zeroOutside(l.mask, w)
			}
			each(VADDPS, w, z, z)
			each(VMULPS, w, w, w)
			each(VFMADD231PS, dx, w, fx)
			each(VFMADD231PS, dy, w, fy)
		})
		var sums []Register
		for _, v := range []vector{z, fx, fy} {
			VADDPS(v[1], v[0], v[0])
			sums = append(sums, reduce(VADDPD, v[0]))
		}
		VZEROUPPER()
		for i, s := range sums {
			Store(s, ReturnIndex(i))
		}
		RET()
	})
}
