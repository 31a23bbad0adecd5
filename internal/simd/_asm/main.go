// The program _asm writes the assembly of package simd, zkernels_amd64.s, and
// its Go declarations, zkernels_amd64.go; go generate in the package's folder
// runs it.
//
// It is a module of its own, so that nothing else depends on avo. Each kernel
// here does what the loop of the same name in ../generic.go or ../exp.go does,
// in the same order of operations; multiplications followed by an addition are
// fused.
//
// A formula must get by with the sixteen registers of AVX2: avo takes AVX-512's
// other sixteen where it runs out, and a test of package simd says so.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("!noasm")
	tiles()
	transpose()
	transposedSums()
	points()
	prefetch()
	for _, set = range []*instructionSet{avx2, avx512} {
		elementwise()
		crossEntropy()
		columnSums()
		peak()
		neighbors()
		fourier()
		mesh()
		embedding()
	}
	tables()
	meshTables()
	embeddingTables()
	Generate()
}
