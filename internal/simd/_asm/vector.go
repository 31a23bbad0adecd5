// This file holds what the element-wise kernels are written in: the instruction
// sets, vectors of a few registers, and the loop over a slice. A formula stands
// once and is emitted for each set.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// instructionSet is what a level's kernels are made of.
type instructionSet struct {
	name     string            // ends the names of its functions
	register func() VecVirtual // a new register
	bytes    int               // of a register
	opmasks  bool              // has mask registers, and 32 of the others
}

var (
	avx2   = &instructionSet{name: "AVX2", register: YMM, bytes: 32}
	avx512 = &instructionSet{name: "AVX512", register: ZMM, bytes: 64, opmasks: true}
)

// set is the one that is being emitted.
var set *instructionSet

// floats returns how many float32 a register holds.
func (s *instructionSet) floats() int { return s.bytes / 4 }

// vectorBytes is the size of a register of AVX2.
const vectorBytes = 32

// function emits a function of the set. Its registers of constants are loaded
// in a block at the end, where it is known which body has asked for.
func function(name, signature string, doc []string, body func()) {
	TEXT(name+set.name, NOSPLIT, signature)
	Pragma("noescape")
	doc[0] = name + set.name + " " + doc[0]
	Doc(doc...)
	JMP(LabelRef("constants"))
	Label("begin")
	body()
	Label("constants")
	loadConstants()
	JMP(LabelRef("begin"))
}

// vector is the contents of a few registers. A formula is one long chain of
// operations, each waiting for the one before: with two chains interleaved, a
// processor finds twice as much to do within the instructions that it can look
// ahead.
type vector []VecVirtual

// width is the number of registers of a vector.
const width = 2

func newVector() vector {
	v := make(vector, width)
	for i := range v {
		v[i] = set.register()
	}
	return v
}

// constant returns a vector whose registers all hold m.
func constant(m Op) vector {
	v := newVector()
	each(VMOVUPS, m, v)
	return v
}

// mask is a choice of lanes, an operand for each register of a vector: an
// opmask, or else a vector of ones and zeros.
type mask []Op

// each emits an instruction for every register of its operands that are
// vectors or masks.
func each(instruction func(...Op), operands ...any) {
	for i := range width {
		var ops []Op
		for _, o := range operands {
			switch o := o.(type) {
			case vector:
				ops = append(ops, o[i])
			case mask:
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

// compare returns where x stands in the relation to y that a predicate of
// VCMPPS names.
func compare(x vector, predicate uint8, y any) mask {
	m := make(mask, width)
	for i := range m {
		if m[i] = set.register(); set.opmasks {
			m[i] = K()
		}
	}
	each(VCMPPS, Imm(uint64(predicate)), y, x, m)
	return m
}

// choose returns x where m is set, y elsewhere.
func choose(m mask, x any, y vector) vector {
	v := newVector()
	if set.opmasks {
		each(func(ops ...Op) { VBLENDMPS(ops[0], ops[1], ops[2], ops[3]) }, x, y, m, v)
	} else {
		each(func(ops ...Op) { VBLENDVPS(ops[0], ops[1], ops[2], ops[3]) }, m, x, y, v)
	}
	return v
}

// zeroOutside sets x to zero where m is not set.
func zeroOutside(m mask, x vector) {
	if set.opmasks {
		each(func(ops ...Op) { VMOVAPS_Z(ops[0], ops[1], ops[2]) }, x, m, x)
	} else {
		each(VANDPS, m, x, x)
	}
}

// lanes is how a loop's body reaches its elements: all of them, or the first
// few under a mask. An element outside is read as zero.
type lanes struct {
	index Register
	mask  mask // nil for all; without opmasks where it is in memory
}

// of returns where register i's elements of an array are.
func (l lanes) of(array Register, i int) Mem {
	return Mem{Base: array, Index: l.index, Scale: 4, Disp: set.bytes * i}
}

// load returns the elements of an array.
func (l lanes) load(array Register) vector {
	v := newVector()
	for i, r := range v {
		switch {
		case l.mask == nil:
			VMOVUPS(l.of(array, i), r)
		case set.opmasks:
			VMOVUPS_Z(l.of(array, i), l.mask[i], r)
		default:
			VMOVUPS(l.mask[i], r)
			VMASKMOVPS(l.of(array, i), r, r)
		}
	}
	return v
}

// store sets the elements of an array.
func (l lanes) store(v vector, array Register) {
	for i, r := range v {
		switch {
		case l.mask == nil:
			VMOVUPS(r, l.of(array, i))
		case set.opmasks:
			VMOVUPS(r, l.mask[i], l.of(array, i))
		default:
			m := set.register()
			VMOVUPS(l.mask[i], m)
			VMASKMOVPS(r, m, l.of(array, i))
		}
	}
}

// firstLanes returns the mask of the first n lanes of a vector.
func firstLanes(n Register) mask {
	address := maskAddress(n)
	m := make(mask, width)
	for i := range m {
		m[i] = Mem{Base: address, Disp: set.bytes * i}
		if set.opmasks {
			m[i] = opmask(m[i])
		}
	}
	return m
}

// opmask returns a mask in memory as an opmask.
func opmask(m Op) Register {
	v, k := set.register(), K()
	VMOVUPS(m, v)
	VPMOVD2M(v, k)
	return k
}

// loop emits body twice: for every whole vector of n elements, and for what is
// left, so that an element's result does not depend on where it stands.
func loop(n Register, body func(lanes)) {
	step := width * set.floats()
	index, whole := GP64(), GP64()
	XORQ(index, index)
	MOVQ(n, whole)
	ANDQ(I8(-step), whole)
	JZ(LabelRef("rest"))
	Label("whole")
	body(lanes{index: index})
	ADDQ(Imm(uint64(step)), index)
	CMPQ(index, whole)
	JL(LabelRef("whole"))
	Label("rest")
	SUBQ(index, n)
	JZ(LabelRef("done"))
	body(lanes{index, firstLanes(n)})
	Label("done")
}

// kernel emits a function of slices that loops over the elements of the last.
func kernel(name, signature string, arrays []string, prepare func(), body func(l lanes, arrays []Register)) {
	function(name, signature, []string{"works like " + name + "."}, func() {
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
	})
}

// broadcast returns a register that holds a float32 parameter in every lane. It
// needs no SSE instruction, which would wait for the constants loaded before.
func broadcast(param string) VecVirtual {
	p, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	v := set.register()
	VBROADCASTSS(p.Addr, v)
	return v
}

// zero returns a register of zeros.
func zero() VecVirtual {
	v := set.register()
	if set.opmasks {
		VPXORD(v, v, v)
	} else {
		VXORPS(v, v, v)
	}
	return v
}

// reduce returns the float32 of a register put together by an instruction on
// float64.
func reduce(instruction func(...Op), v VecVirtual) Register {
	y, high := YMM(), YMM()
	if set.opmasks {
		wide, wideHigh := ZMM(), ZMM()
		VEXTRACTF64X4(Imm(1), v, high)
		VCVTPS2PD(v.AsY(), wide)
		VCVTPS2PD(high, wideHigh)
		instruction(wideHigh, wide, wide)
		VEXTRACTF64X4(Imm(1), wide, high)
		instruction(high, wide.AsY(), y)
	} else {
		half := XMM()
		VEXTRACTF128(Imm(1), v, half)
		VCVTPS2PD(v.AsX(), y)
		VCVTPS2PD(half, high)
		instruction(high, y, y)
	}
	x, upper := XMM(), XMM()
	VEXTRACTF128(Imm(1), y, x)
	instruction(y.AsX(), x, x)
	VPERMILPD(Imm(1), x, upper)
	instruction(upper, x, x)
	return x
}
