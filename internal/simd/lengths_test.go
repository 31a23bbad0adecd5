// This file calls every checked entry point with wrong lengths.

package simd

import (
	"fmt"
	"strings"
	"testing"
)

// A call where all is right but one slice or number panics with a message of this
// package.
func TestWrongLengthPanics(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	c := func(n int) Complexes { return Complexes{f(n), f(n)} }
	mesh := func() *Mesh { return &Mesh{Side: 5, Stride: 6, Step: 1, Values: f(29)} }
	springs := func() *Springs {
		return &Springs{Start: []int32{0, 1, 1, 2}, Packed: make([]uint32, 2*SpringBlock), Scale: f(3), Bits: 2}
	}
	attract := func(s *Springs) { s.Attract(f(6), f(6), 0, 3) }
	stretch := func(s *Springs) { s.Stretch(f(2*SpringBlock), f(2*SpringBlock), f(6), 0, 3) }
	const row = FourierColumns
	eachLevel(t, func(t *testing.T) { // all right
		attract(springs())
		stretch(springs())
		mesh().Spread(f(3), f(3))
		mesh().Read(f(6), f(3), f(3))
		Near(f(2), f(16), f(16), 0, 1)
		PanelDistances(f(512), make([]uint16, 32), f(16), f(32), f(16))
		Fourier(2, c(2*row), c(2*row), f(2), row)
		FourierFirst(c(4*row), c(2*row), row, f(6))
		FourierLast(c(2*row), row, c(4*row))
		FourierScaled(c(4*row), c(4*row), f(3*row))
		SplitSpectra(c(row*8), c(row*8), 8, c(17*row))
		JoinSpectra(c(17*row), c(row*8), c(row*8), 8)
	})
	for name, call := range map[string]func(){
		"MatMul":           func() { MatMul(Dense(f(4), 2, 2), Dense(f(6), 2, 3), Dense(f(4), 2, 2)) },
		"MatMulAdd":        func() { MatMulAdd(Dense(f(4), 2, 2), Dense(f(6), 2, 3), Dense(f(5), 3, 2)) },
		"MatMulBias":       func() { MatMulBias(Dense(f(4), 2, 2), Dense(f(6), 2, 3), Dense(f(6), 3, 2), f(1)) },
		"MatMulTransA":     func() { MatMulTransA(Dense(f(4), 2, 2), Dense(f(9), 3, 3), Dense(f(6), 3, 2)) },
		"MatMulTransB":     func() { MatMulTransB(Dense(f(4), 2, 2), Dense(f(6), 2, 3), Dense(f(8), 2, 4)) },
		"alpha":            func() { MatMulTransAAxpy(Dense(f(4), 2, 2), 0, Dense(f(6), 3, 2), Dense(f(6), 3, 2)) },
		"no columns":       func() { MatMul(Dense(nil, 2, 0), Dense(f(6), 2, 3), Dense(nil, 3, 0)) },
		"no terms":         func() { MatMul(Dense(f(4), 2, 2), Dense(nil, 2, 0), Dense(nil, 0, 2)) },
		"Dense":            func() { Dense(f(5), 2, 3) },
		"short":            func() { MatMul(Matrix{f(4), 2, 2, 3}, Dense(f(6), 2, 3), Dense(f(6), 3, 2)) },
		"overlapping":      func() { MatMul(Matrix{f(4), 2, 2, 1}, Dense(f(6), 2, 3), Dense(f(6), 3, 2)) },
		"rows":             func() { Dense(f(6), 2, 3).RowSpan(1, 3) },
		"columns":          func() { Dense(f(6), 2, 3).ColumnSpan(2, 1) },
		"ColumnSums":       func() { ColumnSums(f(2), Dense(f(6), 2, 3)) },
		"Axpy":             func() { Axpy(f(2), 1, f(3)) },
		"Pixels":           func() { Pixels(f(2), make([]byte, 3)) },
		"CrossEntropy":     func() { crossEntropyOf(nil, f(5), f(4), 1) },
		"PeakFlops":        func() { PeakFlops(-1) },
		"SELU":             func() { SELU(f(2), f(3)) },
		"Sigmoid":          func() { Sigmoid(f(4), f(3)) },
		"Scale":            func() { Scale(f(2), 1, f(3)) },
		"SELUGradient":     func() { SELUGradient(f(2), f(3), f(3)) },
		"SELUGradient: dy": func() { SELUGradient(f(3), f(3), f(4)) },

		"PanelDistances: dst":     func() { PanelDistances(f(511), make([]uint16, 32), f(16), f(32), f(16)) },
		"PanelDistances: below":   func() { PanelDistances(f(512), make([]uint16, 31), f(16), f(32), f(16)) },
		"PanelDistances: queries": func() { PanelDistances(f(512), make([]uint16, 32), f(15), f(30), f(16)) },
		"PanelDistances: panels":  func() { PanelDistances(f(512), make([]uint16, 32), f(16), f(33), f(16)) },
		"PanelDistances: limits":  func() { PanelDistances(f(512), make([]uint16, 32), f(16), f(32), f(15)) },
		"PanelDistances: nothing": func() { PanelDistances(f(512), make([]uint16, 32), nil, f(32), f(16)) },

		"Attract: dst":      func() { springs().Attract(f(4), f(6), 0, 3) },
		"Attract: y":        func() { springs().Attract(f(6), f(5), 0, 3) },
		"Attract: rows":     func() { springs().Attract(f(6), f(6), 0, 4) },
		"Attract: backward": func() { springs().Attract(nil, f(6), 2, 1) },
		"Attract: negative": func() { springs().Attract(f(4), f(6), -1, 1) },
		"Attract: starts":   func() { s := springs(); s.Start = s.Start[:3]; attract(s) },
		"Attract: springs":  func() { s := springs(); s.Packed = s.Packed[1:]; attract(s) },
		"Attract: few bits": func() { s := springs(); s.Bits = 1; attract(s) },
		"Attract: no bits":  func() { s := springs(); s.Bits = -1; attract(s) },
		"Attract: 32 bits":  func() { s := springs(); s.Bits = 32; attract(s) },
		"Attract: before":   func() { s := springs(); s.Start[0] = -1; attract(s) },
		"Attract: after":    func() { s := springs(); s.Start[1] = 3; attract(s) },
		"Attract: falling":  func() { s := springs(); s.Start[1], s.Start[2] = 2, 1; attract(s) },
		"Stretch: weights":  func() { springs().Stretch(f(31), f(32), f(6), 0, 3) },
		"Stretch: squares":  func() { springs().Stretch(f(32), f(33), f(6), 0, 3) },
		"Stretch: y":        func() { springs().Stretch(f(32), f(32), f(8), 0, 3) },
		"Stretch: springs":  func() { s := springs(); s.Packed = s.Packed[1:]; stretch(s) },
		"Stretch: falling":  func() { s := springs(); s.Start[1], s.Start[2] = 2, 1; stretch(s) },
		"WeightedLogs":      func() { WeightedLogs(f(3), f(4)) },
		"Update: y":         func() { Gains{}.Update(f(3), f(3), f(3), f(3), 0, 1) },
		"Update: update":    func() { Gains{}.Update(f(4), f(3), f(4), f(4), 0, 1) },
		"Update: gain":      func() { Gains{}.Update(f(4), f(4), f(5), f(4), 0, 1) },
		"Update: gradient":  func() { Gains{}.Update(f(4), f(4), f(4), f(2), 0, 1) },
		"Bounds: nothing":   func() { Bounds(nil) },
		"Bounds: odd":       func() { Bounds(f(17)) },

		"Spread: ys":     func() { mesh().Spread(f(3), f(2)) },
		"Spread: values": func() { m := mesh(); m.Values = m.Values[1:]; m.Spread(f(3), f(3)) },
		"Spread: stride": func() { m := mesh(); m.Stride = 4; m.Spread(f(3), f(3)) },
		"Spread: side":   func() { m := mesh(); m.Side = 3; m.Spread(f(3), f(3)) },
		"Read: ys":       func() { mesh().Read(f(6), f(3), f(4)) },
		"Read: force":    func() { mesh().Read(f(5), f(3), f(3)) },
		"Read: values":   func() { m := mesh(); m.Values = m.Values[1:]; m.Read(f(6), f(3), f(3)) },
		"Near: ys":       func() { Near(f(2), f(16), f(15), 0, 1) },
		"Near: lanes":    func() { Near(f(2), f(17), f(17), 0, 1) },
		"Near: self":     func() { Near(f(2), f(16), f(16), 16, 1) },
		"Near: negative": func() { Near(f(2), f(16), f(16), -1, 1) },
		"Near: forces":   func() { Near(f(34), f(16), f(16), 0, 1) },
		"Near: odd":      func() { Near(f(3), f(16), f(16), 0, 1) },
		"Student":        func() { Student(f(3), f(4), 0, 0) },

		"Fourier: radix 1":        func() { Fourier(1, c(row), c(row), f(2), row) },
		"Fourier: radix 5":        func() { Fourier(5, c(5*row), c(5*row), f(8), row) },
		"Fourier: dst":            func() { Fourier(2, c(2*row-1), c(2*row), f(2), row) },
		"Fourier: src":            func() { Fourier(2, c(2*row), c(2*row+1), f(2), row) },
		"Fourier: imaginary":      func() { Fourier(2, c(2*row), Complexes{f(2 * row), f(row)}, f(2), row) },
		"Fourier: rotations":      func() { Fourier(2, c(2*row), c(2*row), f(1), row) },
		"Fourier: some more":      func() { Fourier(3, c(3*row), c(3*row), f(5), row) },
		"Fourier: stride":         func() { Fourier(2, c(2*row+2), c(2*row+2), f(2), row+1) },
		"Fourier: negative":       func() { Fourier(2, c(2*row), c(2*row), f(2), -row) },
		"FourierFirst: dst":       func() { FourierFirst(c(3*row), c(2*row), row, f(6)) },
		"FourierFirst: src":       func() { FourierFirst(c(4*row), c(row), row, f(6)) },
		"FourierFirst: stride":    func() { FourierFirst(c(4*row), c(2*row-1), row-1, f(6)) },
		"FourierFirst: nothing":   func() { FourierFirst(c(0), c(0), row, nil) },
		"FourierFirst: more":      func() { FourierFirst(c(4*row), c(2*row), row, f(7)) },
		"FourierLast: dst":        func() { FourierLast(c(row), row, c(4*row)) },
		"FourierLast: src":        func() { FourierLast(c(2*row), row, c(4*row+1)) },
		"FourierLast: rows":       func() { FourierLast(c(3*row), row, c(6*row)) },
		"FourierLast: nothing":    func() { FourierLast(c(0), row, c(0)) },
		"FourierLast: stride":     func() { FourierLast(c(2*row-1), row-1, c(4*row)) },
		"FourierScaled: dst":      func() { FourierScaled(c(3*row), c(4*row), f(3*row)) },
		"FourierScaled: src":      func() { FourierScaled(c(4*row), c(4*row-1), f(3*row)) },
		"FourierScaled: spectrum": func() { FourierScaled(c(4*row), c(4*row), f(2*row)) },
		"FourierScaled: nothing":  func() { FourierScaled(c(0), c(0), f(row)) },
		"SplitSpectra: first":     func() { SplitSpectra(c(row*8-1), c(row*8), 8, c(17*row)) },
		"SplitSpectra: second":    func() { SplitSpectra(c(row*8), c(row*8+1), 8, c(17*row)) },
		"SplitSpectra: joint":     func() { SplitSpectra(c(row*8), c(row*8), 8, c(16*row)) },
		"SplitSpectra: stride":    func() { SplitSpectra(c(row*8), c(row*8), 7, c(17*row)) },
		"SplitSpectra: multiple":  func() { SplitSpectra(c(row*4), c(row*4), 4, c(9*row)) },
		"SplitSpectra: nothing":   func() { SplitSpectra(c(0), c(0), 8, c(0)) },
		"JoinSpectra: first":      func() { JoinSpectra(c(17*row), c(row*8-1), c(row*8), 8) },
		"JoinSpectra: second":     func() { JoinSpectra(c(17*row), c(row*8), c(row*8+1), 8) },
		"JoinSpectra: joint":      func() { JoinSpectra(c(18*row), c(row*8), c(row*8), 8) },
		"JoinSpectra: nothing":    func() { JoinSpectra(c(row), c(0), c(0), 8) },
	} {
		t.Run(name, func(t *testing.T) {
			eachLevel(t, func(t *testing.T) {
				defer func() {
					if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "simd: ") {
						t.Errorf("panics with %q, want a message of simd", got)
					}
				}()
				call()
			})
		})
	}
}
