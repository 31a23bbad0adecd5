// This file emits the loops over distances that the search for neighbours and
// the fit of their affinities consist of.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

const (
	panelWidth = 16             // PanelWidth of ../neighbors.go
	panelRow   = 4 * panelWidth // bytes of one coordinate of a panel
	together   = 8              // queries whose sums are in registers at a time
)

func neighbors() {
	panelDistances()
	gaussianSums()
}

// panelDistances emits the distances of a panel's points from those of other
// panels. A difference and its square cost two instructions where a product
// costs one, but keep their digits wherever the points lie. The sums of eight
// queries are enough to hide the latency of the multiply-adds.
func panelDistances() {
	signature := "func(dst []float32, below []uint16, queries, panels, limits []float32)"
	function("panelDistances", signature, []string{"works like panelDistances."}, func() {
		dst := Load(Param("dst").Base(), GP64())
		below := Load(Param("below").Base(), GP64())
		belowRow := Load(Param("below").Len(), GP64()) // bytes: 16 rows of 2 bytes for each panel
		queries := Load(Param("queries").Base(), GP64())
		size := Load(Param("queries").Len(), GP64()) // bytes of a panel
		panel := Load(Param("panels").Base(), GP64())
		end := Load(Param("panels").Len(), GP64())
		limits := Load(Param("limits").Base(), GP64())
		SHRQ(Imm(3), belowRow)
		dstRow := GP64()
		MOVQ(belowRow, dstRow)
		SHLQ(Imm(5), dstRow)
		SHLQ(Imm(2), size)
		LEAQ(Mem{Base: panel, Index: end, Scale: 4}, end)
		at, row := GP64(), GP64()
		JMP(LabelRef("test"))

		Label("panel")
		for first := 0; first < panelWidth; first += together {
			for lane := 0; lane < panelWidth; lane += set.floats() {
				label := "coordinate" + string(rune('a'+first/together)) + string(rune('a'+lane/set.floats()))
				sums := make(vector, together)
				for q := range sums {
					sums[q] = zero()
				}
				XORQ(at, at)
				Label(label)
				point := set.register()
				VMOVUPS(Mem{Base: panel, Index: at, Scale: 1, Disp: 4 * lane}, point)
				for q, sum := range sums {
					query, difference := Mem{Base: queries, Index: at, Scale: 1, Disp: 4 * (first + q)}, set.register()
					if set.opmasks {
						VSUBPS_BCST(query, point, difference)
					} else {
						VBROADCASTSS(query, difference)
						VSUBPS(difference, point, difference)
					}
					VFMADD231PS(difference, difference, sum)
				}
				ADDQ(Imm(panelRow), at)
				CMPQ(at, size)
				JL(LabelRef(label))

				MOVQ(dst, at)
				MOVQ(below, row)
				for range first {
					ADDQ(dstRow, at)
					ADDQ(belowRow, row)
				}
				for q, sum := range sums {
					VMOVUPS(sum, Mem{Base: at, Disp: 4 * lane})
					limit := set.register()
					VBROADCASTSS(Mem{Base: limits, Disp: 4 * (first + q)}, limit)
					storeBelow(sum, limit, Mem{Base: row, Disp: lane / 8})
					if q < together-1 {
						ADDQ(dstRow, at)
						ADDQ(belowRow, row)
					}
				}
			}
		}
		ADDQ(size, panel)
		ADDQ(Imm(panelRow), dst)
		ADDQ(Imm(2), below)
		Label("test")
		CMPQ(panel, end)
		JL(LabelRef("panel"))
		VZEROUPPER()
		RET()
	})
}

// storeBelow stores a bit for each lane: whether x is below the limit.
func storeBelow(x, limit Register, m Mem) {
	if set.opmasks {
		k := K()
		VCMPPS(Imm(ltOQ), limit, x, k)
		KMOVW(k, m)
		return
	}
	bits := GP32()
	VCMPPS(Imm(ltOQ), limit, x, limit)
	VMOVMSKPS(limit, bits)
	MOVB(bits.As8(), m)
}

// gaussianSums emits the sums over exp(-βx), in float32 for each lane.
func gaussianSums() {
	var minusBeta Register
	var sum, weighted vector
	function("gaussianSums", "func(x []float32, beta float32) (sum, weighted float64)", []string{"works like gaussianSums."}, func() {
		x := Load(Param("x").Base(), GP64())
		n := Load(Param("x").Len(), GP64())
		minusBeta = broadcast("beta")
		VXORPS(word(1<<31), minusBeta, minusBeta)
		sum, weighted = vector{zero(), zero()}, vector{zero(), zero()}
		loop(n, func(l lanes) {
			distance := l.load(x)
			power := newVector()
			each(VMULPS, distance, minusBeta, power)
			inside := compare(power, geOQ, float(-expLimit))
			part, scale := exponential(atLeast(-expLimit, power))
			each(VFMADD213PS, scale, scale, part)
			zeroOutside(inside, part)
			if l.mask != nil {
				zeroOutside(l.mask, part)
			}
			each(VADDPS, part, sum, sum)
			each(VFMADD231PS, part, distance, weighted)
		})
		var totals []Register
		for _, v := range []vector{sum, weighted} {
			VADDPS(v[1], v[0], v[0])
			totals = append(totals, reduce(VADDPD, v[0]))
		}
		VZEROUPPER() // before the SSE instructions that store
		for i, t := range totals {
			Store(t, ReturnIndex(i))
		}
		RET()
	})
}
