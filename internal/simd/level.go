// This file chooses the level of kernels.

package simd

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// LevelVariable is the environment variable that forces a level of kernels.
const LevelVariable = "STACKEDAE_SIMD"

// Names of levels.
const (
	Generic = "generic" // plain Go loops, which every processor has
	AVX2    = "avx2"    // amd64 assembly for AVX2 and FMA
	AVX512  = "avx512"  // the same for AVX-512 F, DQ, BW and VL, BMI2 and POPCNT too
)

// kernels is a level: one form of each kernel. They check nothing, and work
// on the calling goroutine alone.
type kernels struct {
	name string

	// Matrix products, as MatMulBias (bias may be nil), MatMulTransA and
	// MatMulTransB have them, and MatMulAdd and MatMulTransAAxpy if alpha is not 0.
	matMul       func(dst, a, b Matrix, bias []float32, alpha float32)
	matMulTransA func(dst, a, b Matrix, alpha float32)
	matMulTransB func(dst, a, b Matrix)

	columnSums   func(dst, a []float32, stride int)
	selu         func(dst, x []float32)
	seluGradient func(dst, y, dy []float32)
	sigmoid      func(dst, x []float32)
	scale        func(dst []float32, alpha float32, x []float32)
	axpy         func(y []float32, alpha float32, x []float32)
	pixels       func(dst []float32, src []byte)
	prefetch     func(src []byte)
	crossEntropy func(gradient, logits, targets Matrix, factor float32) (sum float64, hits int)

	panelDistances func(dst []float32, below []uint16, queries, panels, limits []float32)
	gaussianSums   func(x []float32, beta float32) (sum, weighted float64)

	// multiplyAdd sets each of multiplyAdds sums to what multiplying by 1 and
	// adding 1, as many times as there are rounds, makes of 0.
	multiplyAdd  func(sums []float32, rounds int)
	multiplyAdds int

	fourierKernels
	meshKernels
	embeddingKernels
}

// levels are those that this build and machine have, the fastest last.
var levels = append([]*kernels{&generic}, assembly()...)

// active is the level in use.
var active, errLevel = choose(os.Getenv(LevelVariable))

// choose returns the wanted level, or the fastest one if want is empty or,
// with an error, not to be had.
func choose(want string) (*kernels, error) {
	fastest := levels[len(levels)-1]
	if want == "" {
		return fastest, nil
	}
	l, err := find(want)
	if err != nil {
		return fastest, fmt.Errorf("simd: %s is %w or unset", LevelVariable, err)
	}
	return l, nil
}

// find returns a level by its name.
func find(name string) (*kernels, error) {
	var names []string
	for _, l := range levels {
		if l.name == name {
			return l, nil
		}
		names = append(names, strconv.Quote(l.name))
	}
	return nil, fmt.Errorf("%q, which this build and machine do not have: want %s", name, strings.Join(names, ", "))
}

// Level returns the level of kernels in use, or an error if LevelVariable asked
// at the program's start for one that is unknown or not to be had here.
func Level() (string, error) {
	if errLevel != nil {
		return "", errLevel
	}
	return active.name, nil
}

// Levels returns the names of the levels that this build and machine have, the
// slowest first.
func Levels() []string {
	var names []string
	for _, l := range levels {
		names = append(names, l.name)
	}
	return names
}

// Use makes another level the active one, for benchmarks that compare them. No
// function of this package may run at the same time.
func Use(level string) error {
	l, err := find(level)
	if err != nil {
		return fmt.Errorf("simd: level %w", err)
	}
	active, errLevel = l, nil
	return nil
}
