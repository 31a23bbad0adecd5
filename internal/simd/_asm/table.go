// This file holds the read-only tables: constants, each repeated over a
// vector, and masks.

package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const vectorBytes = 32 // of eight float32

var (
	patterns []uint32
	offsets  = map[uint32]int{}
)

// word returns a vector in memory that holds a bit pattern eight times.
func word(bits uint32) Mem {
	offset, ok := offsets[bits]
	if !ok {
		offset = vectorBytes * len(patterns)
		offsets[bits] = offset
		patterns = append(patterns, bits)
	}
	return NewDataAddr(NewStaticSymbol("constants"), offset)
}

// float returns a vector in memory that holds x, rounded to float32, eight
// times.
func float(x float64) Mem { return word(math.Float32bits(float32(x))) }

// loadMask returns a mask whose first n lanes are set, for n from 0 to 8.
func loadMask(n Register) VecVirtual {
	// The table is eight lanes of ones and eight of zeros.
	address := GP64()
	LEAQ(NewDataAddr(NewStaticSymbol("masks"), vectorBytes), address)
	back := GP64()
	MOVQ(n, back)
	SHLQ(Imm(2), back)
	SUBQ(back, address)
	mask := YMM()
	VMOVUPS(Mem{Base: address}, mask)
	return mask
}

// tables emits what word, float and loadMask have referred to.
func tables() {
	GLOBL("constants", RODATA|NOPTR)
	for i, bits := range patterns {
		for lane := range 8 {
			DATA(vectorBytes*i+4*lane, U32(bits))
		}
	}
	GLOBL("masks", RODATA|NOPTR)
	for lane := range 16 {
		bits := uint32(0)
		if lane < 8 {
			bits = math.MaxUint32
		}
		DATA(4*lane, U32(bits))
	}
}
