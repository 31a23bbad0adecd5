// This file says what tiles do in each instruction set.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// tileInstructions is how a tile says, in an instruction set, what it does to a
// row of vectors.
type tileInstructions interface {
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

// tileAVX2 is AVX2's tileInstructions.
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

// tileAVX512 is AVX-512's tileInstructions.
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
