// This file emits the matrix products' inner loops.

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
func tile(rows, vectors int, set tileInstructions) {
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
