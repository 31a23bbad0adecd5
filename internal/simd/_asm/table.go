// This file holds the read-only tables: constants, each repeated over a
// vector, and masks.

package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

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

// maskAddress returns the address of a mask whose first n lanes of sixteen are
// set, for n from 0 to 16: the table is sixteen lanes of ones, then zeros.
func maskAddress(n Register) Register {
	address, back := GP64(), GP64()
	LEAQ(NewDataAddr(NewStaticSymbol("masks"), 4*vectorLength), address)
	MOVQ(n, back)
	SHLQ(Imm(2), back)
	SUBQ(back, address)
	return address
}

// tables emits what word, float and maskAddress have referred to.
func tables() {
	GLOBL("constants", RODATA|NOPTR)
	for i, bits := range patterns {
		for lane := range 8 {
			DATA(vectorBytes*i+4*lane, U32(bits))
		}
	}
	GLOBL("masks", RODATA|NOPTR)
	for lane := range 2 * vectorLength {
		bits := uint32(0)
		if lane < vectorLength {
			bits = math.MaxUint32
		}
		DATA(4*lane, U32(bits))
	}
}
