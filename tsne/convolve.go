// This file convolves a square grid of real numbers with a kernel that depends
// on the distance alone, by Fourier transforms along columns and rows.
//
// The grid has N rows and columns. Padded with zeros to M = 2N it does not
// wrap around (Hockney & Eastwood 1988, chapter 6). Zeros are never stored.
// Two real columns are one complex column, and of their spectra, which are
// symmetric, half is kept. Frequency N in the middle is left out: the kernel has
// none, by what it is made to be at the distance N, which no two points of the
// grid have.

package tsne

import (
	"sync"

	"stackedae/internal/parallel"
	"stackedae/internal/simd"
)

// convolver convolves a grid of side x side numbers.
type convolver struct {
	side   int       // N
	grid   []float32 // row-major, in rows of stride
	stride int       // an even number of blocks of 16 columns, so at least side
	fft    *fft

	// spectrum is the kernel's, real and symmetric: for each block of 16 columns,
	// N+1 rows.
	spectrum []float32
	rows     simd.Complexes // column j's spectrum is row j, of width numbers
	width    int            // N in blocks of 16
	buffers  sync.Pool      // of *workspace

	// The three stages of convolve, by block of 16: made once, so that a
	// convolution allocates nothing.
	split, multiply, join func(block int)
}

// workspace is what a block is transformed in: M+1 rows of 16 columns.
type workspace struct{ x, scratch simd.Complexes }

// blocked returns n rounded up to blocks of columns.
func blocked(n int) int {
	return (n + simd.FourierColumns - 1) / simd.FourierColumns * simd.FourierColumns
}

// newConvolver returns a convolver of grids of a side that is half an
// fftLength.
func newConvolver(side int) *convolver {
	c := &convolver{side: side, stride: 2 * blocked(side/2), width: blocked(side), fft: newFFT(2 * side)}
	c.grid = make([]float32, side*c.stride)
	c.spectrum = make([]float32, (side+1)*c.width)
	c.rows = newComplexes(c.stride * c.width)
	rows := (2*side + 1) * simd.FourierColumns
	c.buffers.New = func() any { return &workspace{newComplexes(rows), newComplexes(rows)} }
	c.split, c.multiply, c.join = c.splitBlock, c.multiplyBlock, c.joinBlock
	return c
}

// borrow returns memory to transform a block in, and the same without the last
// rows.
func (c *convolver) borrow() (w *workspace, x, scratch simd.Complexes) {
	w = c.buffers.Get().(*workspace)
	n := 2 * c.side * simd.FourierColumns
	return w, part(w.x, 0, n), part(w.scratch, 0, n)
}

// setKernel sets the kernel: kernel(r2) is its value at the squared distance r2
// in grid steps. window(k) multiplies frequency k of each axis.
func (c *convolver) setKernel(kernel func(r2 float64) float64, window func(k int) float64) {
	// The kernel is even and real, so are the spectra of its columns. Two
	// columns, as real and imaginary part, keep apart in the spectrum.
	const lanes = simd.FourierColumns
	n, size := c.side, 2*c.side
	half := make([]float32, blocked(n+1)*2*c.width) // column j's spectrum is row j
	row := func(j int) []float32 { return half[j*c.width:][:c.width] }
	blocks := func(count int, fill func(i, j int) float32, take func(x []float32, k, j int)) {
		parallel.Chunks(count, 2*lanes, func(lo, hi int) {
			w, x, scratch := c.borrow()
			for i := range n + 1 {
				for j := range lanes {
					x.Re[i*lanes+j], x.Im[i*lanes+j] = fill(i, min(lo+j, count-1)), fill(i, min(lo+lanes+j, count-1))
				}
				if mirror := size - i; mirror < size {
					copy(x.Re[mirror*lanes:][:lanes], x.Re[i*lanes:])
					copy(x.Im[mirror*lanes:][:lanes], x.Im[i*lanes:])
				}
			}
			x, _ = c.fft.transform(x, scratch)
			for k := range n + 1 {
				for j := lo; j < hi; j++ {
					if at := j - lo; at < lanes {
						take(x.Re[k*lanes+at:], k, j)
					} else {
						take(x.Im[k*lanes+at-lanes:], k, j)
					}
				}
			}
			c.buffers.Put(w)
		})
	}
	// last[j] is the kernel at (N, j): minus the other terms of Σ_i (-1)^i kernel.
	last := make([]float64, n+1)
	parallel.Chunks(n+1, lanes, func(lo, hi int) {
		for j := lo; j < hi; j++ {
			sum := kernel(float64(j * j))
			for i := 1; i < n; i++ {
				sum += float64(2-4*(i%2)) * kernel(float64(i*i+j*j))
			}
			last[j] = -sum
		}
	})
	blocks(n+1, func(i, j int) float32 {
		if i == n {
			return float32(last[j])
		}
		return float32(kernel(float64(i*i + j*j)))
	}, func(x []float32, k, j int) {
		if k < n {
			row(j)[k] = x[0]
		}
	})
	scale := .5 / float64(size) / float64(size) // of the inverse transforms, and of split
	factor := make([]float64, n+1)
	for k := range factor {
		factor[k] = window(k)
	}
	blocks(n, func(i, j int) float32 {
		return row(i)[j]
	}, func(x []float32, k, j int) {
		c.spectrum[(j/lanes*(n+1)+k)*lanes+j%lanes] = float32(scale * factor[k] * factor[j] * float64(x[0]))
	})
}

// convolve replaces the grid by its convolution with the kernel.
func (c *convolver) convolve() {
	columns := c.stride / 2 / simd.FourierColumns
	parallel.For(columns, c.split)
	parallel.For(c.width/simd.FourierColumns, c.multiply)
	parallel.For(columns, c.join)
}

// pairs returns the grid's columns of a block, j and j+stride/2 as one.
func (c *convolver) pairs(block int) simd.Complexes {
	lo, count := block*simd.FourierColumns, (c.side-1)*c.stride+simd.FourierColumns
	return simd.Complexes{Re: c.grid[lo:][:count], Im: c.grid[c.stride/2+lo:][:count]}
}

// spectra returns the rows that hold the spectra of a block's columns.
func (c *convolver) spectra(block int) (first, second simd.Complexes) {
	lo, count := block*simd.FourierColumns*c.width, (simd.FourierColumns-1)*c.width+c.side
	return part(c.rows, lo, count), part(c.rows, c.stride/2*c.width+lo, count)
}

// splitBlock transforms a block of the grid's columns and takes their spectra
// apart.
func (c *convolver) splitBlock(block int) {
	w, x, scratch := c.borrow()
	x, _ = c.fft.transformHalf(c.pairs(block), c.stride, x, scratch)
	n := len(x.Re)
	joint := simd.Complexes{Re: x.Re[:n+simd.FourierColumns], Im: x.Im[:n+simd.FourierColumns]}
	copy(joint.Re[n:], joint.Re)
	copy(joint.Im[n:], joint.Im)
	first, second := c.spectra(block)
	simd.SplitSpectra(first, second, c.width, joint)
	// A column that fills up the last block has what rounding left, which multiply
	// does not make small as it may make the others.
	for j := max(0, c.side-c.stride/2-block*simd.FourierColumns); j < simd.FourierColumns; j++ {
		clear(second.Re[j*c.width:][:c.side])
		clear(second.Im[j*c.width:][:c.side])
	}
	c.buffers.Put(w)
}

// multiplyBlock transforms 16 frequencies along the other axis, multiplies by
// the kernel's spectrum and transforms back.
func (c *convolver) multiplyBlock(block int) {
	w, x, scratch := c.borrow()
	rows := part(c.rows, block*simd.FourierColumns, (c.side-1)*c.width+simd.FourierColumns)
	spectrum := c.spectrum[block*(c.side+1)*simd.FourierColumns:][:(c.side+1)*simd.FourierColumns]
	x, scratch = c.fft.transformHalfScaled(rows, c.width, x, scratch, spectrum)
	c.fft.restoreHalf(rows, c.width, x, scratch)
	c.buffers.Put(w)
}

// joinBlock undoes splitBlock.
func (c *convolver) joinBlock(block int) {
	w, x, scratch := c.borrow()
	first, second := c.spectra(block)
	simd.JoinSpectra(w.x, first, second, c.width)
	c.fft.restoreHalf(c.pairs(block), c.stride, x, scratch)
	c.buffers.Put(w)
}
