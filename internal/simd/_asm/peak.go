// This file emits the loop that a machine's peak is measured by.

package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// chains is how many registers take part: more than a processor's latency of a
// fused multiply-add times its units, which is eight to ten.
const chains = 12

func peak() {
	function("multiplyAdd", "func(sums []float32, rounds int)", []string{"works like multiplyAdd for twelve registers of sums."}, func() {
		base := Load(Param("sums").Base(), GP64())
		rounds := Load(Param("rounds"), GP64())
		one := set.register()
		VMOVUPS(float(1), one)
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
