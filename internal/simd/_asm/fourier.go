// This file emits the passes of the Fourier transform, and the way between
// columns and rows.

package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// columnsBytes is the size of the columns that are transformed at a time, 16 of
// them.
const columnsBytes = 64

// complexNumber is a register of real parts and one of imaginary parts.
type complexNumber struct{ re, im VecVirtual }

func newComplex() complexNumber { return complexNumber{set.register(), set.register()} }

// complexAt returns the numbers whose parts are at re and im.
func complexAt(re, im Mem) complexNumber {
	z := newComplex()
	VMOVUPS(re, z.re)
	VMOVUPS(im, z.im)
	return z
}

func (z complexNumber) store(re, im Mem) {
	VMOVUPS(z.re, re)
	VMOVUPS(z.im, im)
}

func (z complexNumber) plus(w complexNumber) complexNumber {
	s := newComplex()
	VADDPS(w.re, z.re, s.re)
	VADDPS(w.im, z.im, s.im)
	return s
}

func (z complexNumber) minus(w complexNumber) complexNumber {
	s := newComplex()
	VSUBPS(w.re, z.re, s.re)
	VSUBPS(w.im, z.im, s.im)
	return s
}

// minusI returns z - i·w, plusI z + i·w.
func (z complexNumber) minusI(w complexNumber) complexNumber {
	s := newComplex()
	VADDPS(w.im, z.re, s.re)
	VSUBPS(w.re, z.im, s.im)
	return s
}

func (z complexNumber) plusI(w complexNumber) complexNumber {
	s := newComplex()
	VSUBPS(w.im, z.re, s.re)
	VADDPS(w.re, z.im, s.im)
	return s
}

// times returns z times the u-th number after the address rotation.
func (z complexNumber) times(rotation Register, u int) complexNumber {
	cos, sin, p := set.register(), set.register(), newComplex()
	VBROADCASTSS(Mem{Base: rotation, Disp: 8 * u}, cos)
	VBROADCASTSS(Mem{Base: rotation, Disp: 8*u + 4}, sin)
	VMULPS(sin, z.im, p.re)
	VFMSUB231PS(cos, z.re, p.re)
	VMULPS(cos, z.im, p.im)
	VFMADD231PS(sin, z.re, p.im)
	return p
}

// scaled returns z times the numbers at s.
func (z complexNumber) scaled(s Mem) complexNumber {
	p := newComplex()
	VMULPS(s, z.re, p.re)
	VMULPS(s, z.im, p.im)
	return p
}

// butterfly returns the sums of a butterfly of radix len(z), before rotation.
func butterfly(z []complexNumber) []complexNumber {
	switch len(z) {
	case 2:
		return []complexNumber{z[0].plus(z[1]), z[0].minus(z[1])}
	case 3:
		s, d, m := z[1].plus(z[2]), z[1].minus(z[2]), newComplex()
		VMULPS(floatRegister(math.Sqrt(3)/2), d.re, d.re)
		VMULPS(floatRegister(math.Sqrt(3)/2), d.im, d.im)
		VMOVAPS(z[0].re, m.re)
		VMOVAPS(z[0].im, m.im)
		VFNMADD231PS(floatRegister(.5), s.re, m.re)
		VFNMADD231PS(floatRegister(.5), s.im, m.im)
		return []complexNumber{z[0].plus(s), m.minusI(d), m.plusI(d)}
	case 4:
		ac, am := z[0].plus(z[2]), z[0].minus(z[2])
		bd, bm := z[1].plus(z[3]), z[1].minus(z[3])
		return []complexNumber{ac.plus(bd), am.minusI(bm), ac.minus(bd), am.plusI(bm)}
	}
	panic(len(z))
}

// parts holds the addresses of real and imaginary parts.
type parts struct{ re, im Register }

func loadParts(re, im string) parts {
	return parts{Load(Param(re).Base(), GP64()), Load(Param(im).Base(), GP64())}
}

// at returns the numbers bytes after the address, and index times scale.
func (p parts) at(index Register, scale uint8, bytes int) (re, im Mem) {
	return Mem{Base: p.re, Index: index, Scale: scale, Disp: bytes}, Mem{Base: p.im, Index: index, Scale: scale, Disp: bytes}
}

func (p parts) add(bytes Op) {
	ADDQ(bytes, p.re)
	ADDQ(bytes, p.im)
}

// multiples returns the addresses of v times step bytes, for v from 0 to 3.
type multiples struct{ one, three Register }

func newMultiples(step Register) multiples {
	three := GP64()
	LEAQ(Mem{Base: step, Index: step, Scale: 2}, three)
	return multiples{step, three}
}

func (m multiples) of(p parts, v int) (re, im Mem) {
	switch v {
	case 0:
		return Mem{Base: p.re}, Mem{Base: p.im}
	case 3:
		return p.at(m.three, 1, 0)
	}
	return p.at(m.one, uint8(v), 0)
}

func fourier() {
	for _, radix := range []int{2, 3, 4} {
		fourierPass(radix)
	}
	fourierFirst()
	fourierLast()
	fourierScaled()
}

// fourierPass emits a whole pass of butterflies.
func fourierPass(radix int) {
	name := fmt.Sprintf("fourier%d", radix)
	function(name, "func(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int)", []string{"works like " + name + "."}, func() {
		dst, src := loadParts("dstRe", "dstIm"), loadParts("srcRe", "srcIm")
		rotation := Load(Param("rotations").Base(), GP64())
		end := Load(Param("rotations").Len(), GP64())
		LEAQ(Mem{Base: rotation, Index: end, Scale: 4}, end)
		stride, step := Load(Param("stride"), GP64()), Load(Param("srcRe").Len(), GP64())
		SHLQ(Imm(2), stride)
		switch radix { // step = 4·len/radix
		case 2:
			SHLQ(Imm(1), step)
		case 3: // exact: 4·len is 3·step
			SHLQ(Imm(2), step)
			third := GP64()
			MOVQ(U64(0xaaaaaaaaaaaaaaab), third) // 3 times this is 1
			IMULQ(third, step)
		}
		between, apart := newMultiples(step), newMultiples(stride)
		q := GP64()
		Label("group")
		MOVQ(stride, q)
		Label("columns")
		z := make([]complexNumber, radix)
		for v := range z {
			z[v] = complexAt(between.of(src, v))
		}
		for u, s := range butterfly(z) {
			if u > 0 {
				s = s.times(rotation, u-1)
			}
			s.store(apart.of(dst, u))
		}
		src.add(Imm(uint64(set.bytes)))
		dst.add(Imm(uint64(set.bytes)))
		SUBQ(Imm(uint64(set.bytes)), q)
		JNZ(LabelRef("columns"))
		for range radix - 1 {
			dst.add(stride)
		}
		ADDQ(Imm(uint64(8*(radix-1))), rotation)
		CMPQ(rotation, end)
		JL(LabelRef("group"))
		VZEROUPPER()
		RET()
	})
}

// fourierFirst emits a pass of radix 4 whose inputs 2 and 3 are zero.
func fourierFirst() {
	function("fourierFirst", "func(dstRe, dstIm, srcRe, srcIm, rotations []float32, stride int)", []string{"works like fourierFirst."}, func() {
		dst, src := loadParts("dstRe", "dstIm"), loadParts("srcRe", "srcIm")
		rotation := Load(Param("rotations").Base(), GP64())
		end := Load(Param("rotations").Len(), GP64())
		stride, step := Load(Param("stride"), GP64()), Load(Param("dstRe").Len(), GP64())
		LEAQ(Mem{Base: rotation, Index: end, Scale: 4}, end)
		SHRQ(Imm(6), step) // groups: of four rows of 16
		SHLQ(Imm(2), stride)
		IMULQ(stride, step)
		Label("group")
		for bytes := 0; bytes < columnsBytes; bytes += set.bytes {
			a, b := complexAt(src.at(nil, 0, bytes)), complexAt(src.at(step, 1, bytes))
			a.plus(b).store(dst.at(nil, 0, bytes))
			a.minusI(b).times(rotation, 0).store(dst.at(nil, 0, columnsBytes+bytes))
			a.minus(b).times(rotation, 1).store(dst.at(nil, 0, 2*columnsBytes+bytes))
			a.plusI(b).times(rotation, 2).store(dst.at(nil, 0, 3*columnsBytes+bytes))
		}
		src.add(stride)
		dst.add(U32(4 * columnsBytes))
		ADDQ(Imm(24), rotation)
		CMPQ(rotation, end)
		JL(LabelRef("group"))
		VZEROUPPER()
		RET()
	})
}

// fourierLast emits a pass of one group of radix 4 of which outputs 0 and 1 are
// wanted.
func fourierLast() {
	function("fourierLast", "func(dstRe, dstIm, srcRe, srcIm []float32, stride int)", []string{"works like fourierLast."}, func() {
		dst, src := loadParts("dstRe", "dstIm"), loadParts("srcRe", "srcIm")
		step, stride := Load(Param("srcRe").Len(), GP64()), Load(Param("stride"), GP64())
		rows, half := GP64(), GP64()
		MOVQ(step, rows)
		SHRQ(Imm(6), rows)
		SHLQ(Imm(2), stride)
		MOVQ(rows, half)
		IMULQ(stride, half)
		between := newMultiples(step) // 4·len/4
		Label("row")
		for bytes := 0; bytes < columnsBytes; bytes += set.bytes {
			z := make([]complexNumber, 4)
			for v := range z {
				re, im := between.of(src, v)
				z[v] = complexAt(re.Offset(bytes), im.Offset(bytes))
			}
			ac, am := z[0].plus(z[2]), z[0].minus(z[2])
			ac.plus(z[1]).plus(z[3]).store(dst.at(nil, 0, bytes))
			am.minusI(z[1].minus(z[3])).store(dst.at(half, 1, bytes))
		}
		src.add(Imm(columnsBytes))
		dst.add(stride)
		DECQ(rows)
		JNZ(LabelRef("row"))
		VZEROUPPER()
		RET()
	})
}

// fourierScaled emits a pass of one group of radix 4 whose outputs are
// multiplied by a spectrum, which is the same for k and -k.
func fourierScaled() {
	function("fourierScaled", "func(dstRe, dstIm, srcRe, srcIm, spectrum []float32)", []string{"works like fourierScaled."}, func() {
		dst, src := loadParts("dstRe", "dstIm"), loadParts("srcRe", "srcIm")
		step := Load(Param("srcRe").Len(), GP64())
		up := Load(Param("spectrum").Base(), GP64())
		down, rows := GP64(), GP64()
		MOVQ(step, rows)
		SHRQ(Imm(6), rows)
		LEAQ(Mem{Base: up, Index: step, Scale: 2}, down) // row n/2
		between := newMultiples(step)
		negative := GP64()
		MOVQ(step, negative)
		NEGQ(negative)
		Label("row")
		for bytes := 0; bytes < columnsBytes; bytes += set.bytes {
			z := make([]complexNumber, 4)
			for v := range z {
				re, im := between.of(src, v)
				z[v] = complexAt(re.Offset(bytes), im.Offset(bytes))
			}
			for u, s := range butterfly(z) {
				factor := []Mem{
					{Base: up, Disp: bytes}, {Base: up, Index: step, Scale: 1, Disp: bytes},
					{Base: down, Disp: bytes}, {Base: down, Index: negative, Scale: 1, Disp: bytes},
				}[u]
				re, im := between.of(dst, u)
				s.scaled(factor).store(re.Offset(bytes), im.Offset(bytes))
			}
		}
		src.add(Imm(columnsBytes))
		dst.add(Imm(columnsBytes))
		ADDQ(Imm(columnsBytes), up)
		SUBQ(Imm(columnsBytes), down)
		DECQ(rows)
		JNZ(LabelRef("row"))
		VZEROUPPER()
		RET()
	})
}

// transposedSums emits sums of rows on their way to columns, in blocks of
// 8 × 8.
func transposedSums() {
	TEXT("transposedSumsAVX2", NOSPLIT, "func(dst, a, b *float32, ldd, lda, ldb, nextDst, nextA, nextB int, sign float32, blocks int)")
	Pragma("noescape")
	Doc("transposedSumsAVX2 sets 8 × 8 blocks, nextDst apart, to the transposes of", "a + sign·b.")
	dst, a, b := Load(Param("dst"), GP64()), Load(Param("a"), GP64()), Load(Param("b"), GP64())
	bytes := func(param string) Register {
		r := Load(Param(param), GP64())
		SHLQ(Imm(2), r)
		return r
	}
	ldd, lda, ldb := bytes("ldd"), bytes("lda"), bytes("ldb")
	nextDst, nextA, nextB := bytes("nextDst"), bytes("nextA"), bytes("nextB")
	blocks := Load(Param("blocks"), GP64())
	sign := YMM()
	s, err := Param("sign").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(s.Addr, sign)
	Label("block")
	p, q := GP64(), GP64()
	MOVQ(a, p)
	MOVQ(b, q)
	rows := make([]VecVirtual, 8)
	for i := range rows {
		rows[i] = YMM()
		VMOVUPS(Mem{Base: q}, rows[i])
		VFMADD213PS(Mem{Base: p}, sign, rows[i])
		ADDQ(lda, p)
		ADDQ(ldb, q)
	}
	MOVQ(dst, p)
	transposed(rows, func(r VecVirtual) {
		VMOVUPS(r, Mem{Base: p})
		ADDQ(ldd, p)
	})
	ADDQ(nextDst, dst)
	ADDQ(nextA, a)
	ADDQ(nextB, b)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}
