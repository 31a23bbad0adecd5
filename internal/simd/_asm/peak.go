// This file emits the loop that a machine's peak is measured by.

package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// chains is how many registers take part: more than the latency of a fused
// multiply-add times the units for it, which is eight to ten.
const chains = 12

func peak() {
	function("multiplyAdd", "func(sums []float32, rounds int)", []string{fmt.Sprintf("works like multiplyAdd for %d sums.", chains*set.floats())}, func() {
		base := Load(Param("sums").Base(), GP64())
		rounds := Load(Param("rounds"), GP64())
		one := floatRegister(1)
		sums := make(vector, chains)
		for i := range sums {
			sums[i] = zero()
		}
		TESTQ(rounds, rounds)
		JLE(LabelRef("done"))
		Label("round")
		for _, s := range sums {
			VFMADD213PS(one, one, s)
		}
		DECQ(rounds)
		JNZ(LabelRef("round"))
		Label("done")
		for i, s := range sums {
			VMOVUPS(s, Mem{Base: base, Disp: set.bytes * i})
		}
		VZEROUPPER()
		RET()
	})
}
