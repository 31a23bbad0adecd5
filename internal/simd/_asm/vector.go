// This file holds what the element-wise kernels are written in: vectors of two
// registers, and the loop over a slice.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// vector is sixteen numbers in two registers. A formula is one long chain of
// operations, each waiting for the one before: with two chains interleaved, a
// processor finds twice as much to do within the instructions that it can look
// ahead.
type vector [2]VecVirtual

const (
	vectorBytes  = 32 // of a register
	vectorLength = 2 * vectorBytes / 4
)

func newVector() vector { return vector{YMM(), YMM()} }

// constant returns a vector that holds the register in memory m twice.
func constant(m Mem) vector {
	v := newVector()
	each(VMOVUPS, m, v)
	return v
}

// each emits an instruction for both registers of its operands that are
// vectors.
func each(instruction func(...Op), operands ...any) {
	for i := range 2 {
		var ops []Op
		for _, o := range operands {
			switch o := o.(type) {
			case vector:
				ops = append(ops, o[i])
			case Op:
				ops = append(ops, o)
			default:
				panic(o)
			}
		}
		instruction(ops...)
	}
}

// blend is VBLENDVPS(mask, x, y, dst): dst = x where the mask's sign bit is
// set, y elsewhere.
func blend(ops ...Op) { VBLENDVPS(ops[0], ops[1], ops[2], ops[3]) }

// lanes is how a loop's body reaches its sixteen elements: all of them, or the
// first few under a mask.
type lanes struct {
	index Register
	mask  Register // address of the mask; nil for all elements
}

// half returns where register i's elements of an array are.
func (l lanes) half(array Register, i int) Mem {
	return Mem{Base: array, Index: l.index, Scale: 4, Disp: vectorBytes * i}
}

// halfMask returns where register i's mask is.
func (l lanes) halfMask(i int) Mem { return Mem{Base: l.mask, Disp: vectorBytes * i} }

// load returns the elements of an array; those outside the mask are 0.
func (l lanes) load(array Register) vector {
	v := newVector()
	for i, r := range v {
		if l.mask == nil {
			VMOVUPS(l.half(array, i), r)
		} else {
			VMOVUPS(l.halfMask(i), r)
			VMASKMOVPS(l.half(array, i), r, r)
		}
	}
	return v
}

// store sets the elements of an array.
func (l lanes) store(v vector, array Register) {
	for i, r := range v {
		if l.mask == nil {
			VMOVUPS(r, l.half(array, i))
		} else {
			mask := YMM()
			VMOVUPS(l.halfMask(i), mask)
			VMASKMOVPS(r, mask, l.half(array, i))
		}
	}
}

// loop emits body twice: for every sixteen of n elements, and for what is left,
// so that an element's result does not depend on where it stands.
func loop(n Register, body func(lanes)) {
	index, whole := GP64(), GP64()
	XORQ(index, index)
	MOVQ(n, whole)
	ANDQ(I8(-vectorLength), whole)
	JZ(LabelRef("rest"))
	Label("whole")
	body(lanes{index: index})
	ADDQ(Imm(vectorLength), index)
	CMPQ(index, whole)
	JL(LabelRef("whole"))
	Label("rest")
	SUBQ(index, n)
	JZ(LabelRef("done"))
	body(lanes{index, maskAddress(n)})
	Label("done")
}

// kernel emits a function of slices that loops over the elements of the last.
func kernel(name, signature, doc string, arrays []string, prepare func(), body func(l lanes, arrays []Register)) {
	TEXT(name, NOSPLIT, signature)
	Pragma("noescape")
	Doc(doc)
	var bases []Register
	for _, a := range arrays {
		bases = append(bases, Load(Param(a).Base(), GP64()))
	}
	n := Load(Param(arrays[len(arrays)-1]).Len(), GP64())
	if prepare != nil {
		prepare()
	}
	loop(n, func(l lanes) { body(l, bases) })
	VZEROUPPER()
	RET()
}

// broadcast returns a register that holds a float32 parameter eight times.
func broadcast(param string) VecVirtual {
	x, y := XMM(), YMM()
	Load(Param(param), x)
	VBROADCASTSS(x, y)
	return y
}
