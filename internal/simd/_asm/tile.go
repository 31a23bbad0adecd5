// This file emits the matrix products' inner loops and the transposition of
// blocks of 8 × 8.

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// tiles emits the shapes from which every product is put together. Six rows of
// two vectors are twelve sums: enough to hide the latency of a fused
// multiply-add on two units, and with two vectors of b, one element of a and a
// mask they are all sixteen registers.
func tiles() {
	for _, rows := range []int{6, 4, 1} {
		for _, vectors := range []int{2, 1} {
			tile(rows, vectors)
		}
	}
}

// tile emits a product of groups times rows rows and 8·vectors columns:
//
//	c[i][j] = start[j] + Σ_l a[i][l]·b[l][j]
//
// The sum is taken from the first l to the last, so its bits do not depend on
// the shape that computed it.
func tile(rows, vectors int) {
	name := fmt.Sprintf("tile%dx%dAVX2", rows, 8*vectors)
	masked := vectors == 1
	columns := "columns is 16."
	if masked {
		columns = "columns is 1 to 8."
	}
	TEXT(name, NOSPLIT, "func(c, a, b, start *float32, groups, columns, k, ldc, rowStride, colStride, ldb int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s is a tile of %d rows; %s", name, rows, columns))

	c := Load(Param("c"), GP64())
	a := Load(Param("a"), GP64())
	b := Load(Param("b"), GP64())
	bytes := func(stride string) Register {
		r := Load(Param(stride), GP64())
		SHLQ(Imm(2), r)
		return r
	}
	ldc, rowStride, colStride, ldb := bytes("ldc"), bytes("rowStride"), bytes("colStride"), bytes("ldb")
	var rowStride3, rowStride5 Register
	if rows > 3 {
		rowStride3 = GP64()
		LEAQ(Mem{Base: rowStride, Index: rowStride, Scale: 2}, rowStride3)
	}
	if rows > 5 {
		rowStride5 = GP64()
		LEAQ(Mem{Base: rowStride, Index: rowStride, Scale: 4}, rowStride5)
	}
	var mask Register
	if masked {
		mask = YMM()
		VMOVUPS(Mem{Base: maskAddress(Load(Param("columns"), GP64()))}, mask)
	}
	load := func(m Mem, r Register) {
		if masked {
			VMASKMOVPS(m, mask, r)
		} else {
			VMOVUPS(m, r)
		}
	}
	sums := make([][]VecVirtual, rows)
	for i := range sums {
		for range vectors {
			sums[i] = append(sums[i], YMM())
		}
	}
	start := Load(Param("start"), GP64())
	groups, err := Param("groups").Resolve() // counted down where it stands
	if err != nil {
		panic(err)
	}

	Label("group")
	TESTQ(start, start)
	JZ(LabelRef("zero"))
	for v, sum := range sums[0] {
		load(Mem{Base: start, Disp: vectorBytes * v}, sum)
		for _, row := range sums[1:] {
			VMOVAPS(sum, row[v])
		}
	}
	JMP(LabelRef("begin"))
	Label("zero")
	for _, row := range sums {
		for _, sum := range row {
			VXORPS(sum, sum, sum)
		}
	}

	Label("begin")
	pa, pb, l := GP64(), GP64(), GP64()
	MOVQ(a, pa)
	MOVQ(b, pb)
	Load(Param("k"), l)
	element := []Mem{ // a[i][l]
		{Base: pa},
		{Base: pa, Index: rowStride, Scale: 1},
		{Base: pa, Index: rowStride, Scale: 2},
		{Base: pa, Index: rowStride3, Scale: 1},
		{Base: pa, Index: rowStride, Scale: 4},
		{Base: pa, Index: rowStride5, Scale: 1},
	}
	Label("sum")
	bs := make([]VecVirtual, vectors)
	for v := range bs {
		bs[v] = YMM()
		load(Mem{Base: pb, Disp: vectorBytes * v}, bs[v])
	}
	for i, row := range sums {
		ai := YMM()
		VBROADCASTSS(element[i], ai)
		for v, sum := range row {
			VFMADD231PS(bs[v], ai, sum)
		}
	}
	ADDQ(colStride, pa)
	ADDQ(ldb, pb)
	DECQ(l)
	JNZ(LabelRef("sum"))

	if masked {
		// A masked store takes many times as long as a whole one on some
		// processors.
		full := GP64()
		Load(Param("columns"), full)
		CMPQ(full, Imm(8))
		JL(LabelRef("storeMasked"))
	}
	for _, row := range sums {
		for v, sum := range row {
			VMOVUPS(sum, Mem{Base: c, Disp: vectorBytes * v})
		}
		ADDQ(ldc, c)
	}
	Label("next")
	switch rows {
	case 6:
		LEAQ(Mem{Base: a, Index: rowStride3, Scale: 2}, a)
	default:
		LEAQ(Mem{Base: a, Index: rowStride, Scale: uint8(rows)}, a)
	}
	DECQ(groups.Addr)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
	if masked {
		Label("storeMasked")
		for _, row := range sums {
			VMASKMOVPS(row[0], mask, Mem{Base: c})
			ADDQ(ldc, c)
		}
		JMP(LabelRef("next"))
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
