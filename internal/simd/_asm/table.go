// This file holds the read-only tables: constants, each repeated over a
// vector of AVX2, and masks.

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

	// asked are the patterns that the function being emitted keeps in
	// registers, in the order in which it asked for them.
	asked  []uint32
	loaded = map[uint32]VecVirtual{}
)

// word returns an operand that holds a bit pattern in every lane: in memory, or
// in a register where there are enough of them.
func word(bits uint32) Op {
	if set.opmasks {
		return kept(bits)
	}
	return repeated(bits)
}

// float returns an operand that holds x, rounded to float32, in every lane.
func float(x float64) Op { return word(math.Float32bits(float32(x))) }

// floatRegister returns the same in a register, for operands that cannot be in
// memory.
func floatRegister(x float64) VecVirtual { return kept(math.Float32bits(float32(x))) }

// kept returns a register that holds a bit pattern throughout the function.
func kept(bits uint32) VecVirtual {
	r, ok := loaded[bits]
	if !ok {
		r = set.register()
		loaded[bits] = r
		asked = append(asked, bits)
	}
	return r
}

// repeated returns where a bit pattern stands eight times.
func repeated(bits uint32) Mem {
	offset, ok := offsets[bits]
	if !ok {
		offset = vectorBytes * len(patterns)
		offsets[bits] = offset
		patterns = append(patterns, bits)
	}
	return NewDataAddr(NewStaticSymbol("constants"), offset)
}

// loadConstants loads the registers that word has promised.
func loadConstants() {
	for _, bits := range asked {
		VBROADCASTSS(repeated(bits), loaded[bits])
	}
	asked = nil
	clear(loaded)
}

// maskLanes is how many lanes a mask of the table has.
const maskLanes = 32

// maskAddress returns the address of a mask whose first n lanes are set, for n
// from 0 to maskLanes: the table is so many lanes of ones, then zeros.
func maskAddress(n Register) Register {
	address, back := GP64(), GP64()
	LEAQ(NewDataAddr(NewStaticSymbol("masks"), 4*maskLanes), address)
	MOVQ(n, back)
	SHLQ(Imm(2), back)
	SUBQ(back, address)
	return address
}

// tables emits what word, float and maskAddress have referred to.
func tables() {
	GLOBL("constants", RODATA|NOPTR)
	for i, bits := range patterns {
		for lane := range vectorBytes / 4 {
			DATA(vectorBytes*i+4*lane, U32(bits))
		}
	}
	GLOBL("masks", RODATA|NOPTR)
	for lane := range 2 * maskLanes {
		bits := uint32(0)
		if lane < maskLanes {
			bits = math.MaxUint32
		}
		DATA(4*lane, U32(bits))
	}
}
