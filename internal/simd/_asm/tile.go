// This file emits the matrix products' inner loops and the transposition of
// blocks of 8 × 8.

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// tiles emits the shapes from which every product is put together.
//
// With AVX2, six rows of two vectors are twelve sums: enough to hide the
// latency of a fused multiply-add on two units, and with two vectors of b, one
// element of a and a mask they are all sixteen registers.
//
// With AVX-512, eight rows of three vectors are 24 sums of 32 registers: every
// element of a is loaded for three of them and b for eight. The last vector is
// always under a mask, which costs nothing there. The tile of half a vector is
// for processors that do a whole one in two halves (Zen 4).
func tiles() {
	for _, rows := range []int{6, 4, 1} {
		tile(rows, 2, tileAVX2{})
		tile(rows, 1, tileAVX2{masked: true})
	}
	for _, rows := range []int{8, 4, 1} {
		for vectors := 3; vectors > 0; vectors-- {
			tile(rows, vectors, tileAVX512{register: ZMM, width: 16})
		}
		tile(rows, 1, tileAVX512{register: YMM, width: 8})
	}
}

// tileSet is how a tile says in an instruction set what it does to a row of
// vectors.
type tileSet interface {
	level() string
	columns() int // of a vector
	vector() VecVirtual
	// setMask prepares load and store for a number of columns from 1 to those
	// of the whole row; columns is its memory.
	setMask(columns Mem, vectors int)
	load(m Mem, r VecVirtual, last bool)
	store(r VecVirtual, m Mem, last bool)
	// multiply adds a·b[v] to sum[v] for every v.
	multiply(a Mem, b, sum []VecVirtual)
}

// tile emits a product of groups times rows rows and up to vectors vectors of
// columns:
//
//	c[i][j] = start[j] + Σ_l a[i][l]·b[l][j]
//
// or, if alpha is not 0,
//
//	c[i][j] += alpha·Σ_l a[i][l]·b[l][j]
//
// where the product is rounded before it is added. The sum is taken from the
// first l to the last, so its bits do not depend on the shape that computed it.
func tile(rows, vectors int, set tileSet) {
	width := vectors * set.columns()
	name := fmt.Sprintf("tile%dx%d%s", rows, width, set.level())
	TEXT(name, NOSPLIT, "func(c, a, b, start *float32, groups, columns, k, ldc, rowStride, colStride, ldb int, alpha float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s is a tile of %d rows and up to %d columns.", name, rows, width))

	c := Load(Param("c"), GP64())
	a := Load(Param("a"), GP64())
	b := Load(Param("b"), GP64())
	bytes := func(stride string) Register {
		r := Load(Param(stride), GP64())
		SHLQ(Imm(2), r)
		return r
	}
	argument := func(name string) Mem {
		p, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		return p.Addr
	}
	ldc, rowStride, colStride, ldb := bytes("ldc"), bytes("rowStride"), bytes("colStride"), bytes("ldb")
	var rowStride3, rowStride5 Register
	if rows > 3 {
		rowStride3 = GP64()
		LEAQ(Mem{Base: rowStride, Index: rowStride, Scale: 2}, rowStride3)
	}
	if rows == 6 {
		rowStride5 = GP64()
		LEAQ(Mem{Base: rowStride, Index: rowStride, Scale: 4}, rowStride5)
	}
	set.setMask(argument("columns"), vectors)
	row := func(m Mem, emit func(m Mem, v int, last bool)) {
		for v := range vectors {
			m.Disp = 4 * set.columns() * v
			emit(m, v, v == vectors-1)
		}
	}
	sums := make([][]VecVirtual, rows)
	for i := range sums {
		for range vectors {
			sums[i] = append(sums[i], set.vector())
		}
	}

	Label("group")
	pa, pb, l := GP64(), GP64(), GP64()
	Load(Param("start"), l)
	TESTQ(l, l)
	JZ(LabelRef("zero"))
	row(Mem{Base: l}, func(m Mem, v int, last bool) {
		set.load(m, sums[0][v], last)
		for _, other := range sums[1:] {
			VMOVAPS(sums[0][v], other[v])
		}
	})
	JMP(LabelRef("begin"))
	Label("zero")
	for _, row := range sums {
		for _, sum := range row {
			VXORPS(sum.AsY(), sum.AsY(), sum.AsY()) // clears a whole register
		}
	}

	Label("begin")
	MOVQ(a, pa)
	MOVQ(b, pb)
	Load(Param("k"), l)
	pa4 := pa // of the fifth row on
	if rows == 8 {
		pa4 = GP64()
		LEAQ(Mem{Base: a, Index: rowStride, Scale: 4}, pa4)
	}
	element := func(i int) Mem { // a[i][l]
		base := pa
		if rows == 8 && i >= 4 {
			base, i = pa4, i-4
		}
		switch i {
		case 0:
			return Mem{Base: base}
		case 3:
			return Mem{Base: base, Index: rowStride3, Scale: 1}
		case 5:
			return Mem{Base: base, Index: rowStride5, Scale: 1}
		default:
			return Mem{Base: base, Index: rowStride, Scale: uint8(i)}
		}
	}
	bs := make([]VecVirtual, vectors)
	for v := range bs {
		bs[v] = set.vector()
	}
	Label("sum")
	row(Mem{Base: pb}, func(m Mem, v int, last bool) { set.load(m, bs[v], last) })
	for i, sum := range sums {
		set.multiply(element(i), bs, sum)
	}
	ADDQ(colStride, pa)
	if rows == 8 {
		ADDQ(colStride, pa4)
	}
	ADDQ(ldb, pb)
	DECQ(l)
	JNZ(LabelRef("sum"))

	MOVL(argument("alpha"), l.As32())
	TESTL(l.As32(), l.As32())
	JNZ(LabelRef("add"))
	for _, sum := range sums {
		row(Mem{Base: c}, func(m Mem, v int, last bool) { set.store(sum[v], m, last) })
		ADDQ(ldc, c)
	}
	Label("next")
	switch rows {
	case 6:
		LEAQ(Mem{Base: a, Index: rowStride3, Scale: 2}, a)
	default:
		LEAQ(Mem{Base: a, Index: rowStride, Scale: uint8(rows)}, a)
	}
	DECQ(argument("groups")) // where it stands
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()

	Label("add")
	alpha := set.vector()
	VBROADCASTSS(argument("alpha"), alpha)
	for _, sum := range sums {
		row(Mem{Base: c}, func(m Mem, v int, last bool) {
			VMULPS(alpha, sum[v], sum[v])
			old := bs[v]
			set.load(m, old, last)
			VADDPS(old, sum[v], sum[v])
			set.store(sum[v], m, last)
		})
		ADDQ(ldc, c)
	}
	JMP(LabelRef("next"))
}

// tileAVX2 is a tileSet.
type tileAVX2 struct {
	masked bool // there is one vector, and not all of its columns may exist
}

var maskAVX2 Register

func (tileAVX2) level() string      { return "AVX2" }
func (tileAVX2) columns() int       { return 8 }
func (tileAVX2) vector() VecVirtual { return YMM() }

func (s tileAVX2) setMask(columns Mem, _ int) {
	if !s.masked {
		return
	}
	n := GP64()
	MOVQ(columns, n)
	maskAVX2 = YMM()
	VMOVUPS(Mem{Base: maskAddress(n)}, maskAVX2)
}

func (s tileAVX2) load(m Mem, r VecVirtual, _ bool) {
	if s.masked {
		VMASKMOVPS(m, maskAVX2, r)
	} else {
		VMOVUPS(m, r)
	}
}

func (s tileAVX2) store(r VecVirtual, m Mem, _ bool) {
	if s.masked {
		VMASKMOVPS(r, maskAVX2, m)
	} else {
		VMOVUPS(r, m)
	}
}

func (tileAVX2) multiply(a Mem, b, sum []VecVirtual) {
	ai := YMM()
	VBROADCASTSS(a, ai)
	for v, bv := range b {
		VFMADD231PS(bv, ai, sum[v])
	}
}

// tileAVX512 is a tileSet.
type tileAVX512 struct {
	register func() VecVirtual // ZMM or YMM
	width    int               // its columns
}

var maskAVX512 Register

func (tileAVX512) level() string        { return "AVX512" }
func (s tileAVX512) columns() int       { return s.width }
func (s tileAVX512) vector() VecVirtual { return s.register() }

// setMask sets as many low bits as the last vector has columns.
func (s tileAVX512) setMask(columns Mem, vectors int) {
	n, bits := GP64(), GP64()
	MOVQ(columns, n)
	SUBQ(Imm(uint64((vectors-1)*s.width)), n)
	MOVQ(I32(-1), bits)
	BZHIQ(n, bits, bits)
	maskAVX512 = K()
	KMOVW(bits.As32(), maskAVX512)
}

func (tileAVX512) load(m Mem, r VecVirtual, last bool) {
	if last {
		VMOVUPS_Z(m, maskAVX512, r)
	} else {
		VMOVUPS(m, r)
	}
}

func (tileAVX512) store(r VecVirtual, m Mem, last bool) {
	if last {
		VMOVUPS(r, maskAVX512, m)
	} else {
		VMOVUPS(r, m)
	}
}

func (tileAVX512) multiply(a Mem, b, sum []VecVirtual) {
	if len(b) == 1 {
		VFMADD231PS_BCST(a, b[0], sum[0])
		return
	}
	ai := ZMM()
	VBROADCASTSS(a, ai)
	for v, bv := range b {
		VFMADD231PS(bv, ai, sum[v])
	}
}

// transpose emits the transposition of a strip of eight rows.
func transpose() {
	TEXT("transpose8AVX2", NOSPLIT, "func(dst, src *float32, ldd, lds, blocks int)")
	Pragma("noescape")
	Doc("transpose8AVX2 sets the 8·blocks × 8 matrix dst to the transpose of the", "8 × 8·blocks matrix src.")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	ldd := Load(Param("ldd"), GP64())
	lds := Load(Param("lds"), GP64())
	blocks := Load(Param("blocks"), GP64())
	SHLQ(Imm(2), ldd)
	SHLQ(Imm(2), lds)

	Label("block")
	p := GP64()
	MOVQ(src, p)
	rows := make([]VecVirtual, 8)
	for i := range rows {
		rows[i] = YMM()
		VMOVUPS(Mem{Base: p}, rows[i])
		ADDQ(lds, p)
	}
	// Pairs, then fours within each half, then the halves.
	pairs := make([]VecVirtual, 8)
	for i := 0; i < 8; i += 2 {
		pairs[i], pairs[i+1] = YMM(), YMM()
		VUNPCKLPS(rows[i+1], rows[i], pairs[i])
		VUNPCKHPS(rows[i+1], rows[i], pairs[i+1])
	}
	fours := make([]VecVirtual, 8) // fours[4h+q]: column q and q+4 of rows 4h to 4h+3
	for h := range 2 {
		for q := range 4 {
			r := YMM()
			low, high := pairs[4*h+q/2], pairs[4*h+2+q/2]
			if q%2 == 0 {
				VUNPCKLPD(high, low, r)
			} else {
				VUNPCKHPD(high, low, r)
			}
			fours[4*h+q] = r
		}
	}
	for _, selector := range []uint64{0x20, 0x31} { // the low halves, the high ones
		for q := range 4 {
			r := YMM()
			VPERM2F128(Imm(selector), fours[4+q], fours[q], r)
			VMOVUPS(r, Mem{Base: dst})
			ADDQ(ldd, dst)
		}
	}
	ADDQ(Imm(vectorBytes), src)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}
