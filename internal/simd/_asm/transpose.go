// This file emits the transposition of blocks of 8 × 8.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

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
	transposed(rows, func(r VecVirtual) {
		VMOVUPS(r, Mem{Base: dst})
		ADDQ(ldd, dst)
	})
	ADDQ(Imm(vectorBytes), src)
	DECQ(blocks)
	JNZ(LabelRef("block"))
	VZEROUPPER()
	RET()
}

// transposed calls column with each of the columns of eight rows, from the
// first to the last.
func transposed(rows []VecVirtual, column func(VecVirtual)) {
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
			column(r)
		}
	}
}
