// This file convolves a square grid of real numbers with a kernel that depends
// on the distance alone, by Fourier transforms along columns and rows.
//
// The grid has N rows and columns. Padded with zeros to M = 2N it does not
// wrap around (Hockney & Eastwood 1988, chapter 6). Zeros are never stored:
// only what is transformed at the moment is padded. Two real columns are one
// complex column, and of their spectra, which are symmetric, half is kept.

package tsne

import (
	"sync"

	"stackedae/internal/parallel"
)

// columnBlock is the number of columns that one piece of work transforms.
const columnBlock = 16

// convolver convolves grids of side x side numbers.
type convolver struct {
	side, size int // N and M
	half       int // M/2+1, the number of frequencies kept on the second axis
	fft        *fft
	spectrum   []float32 // of the kernel: size x half, real
	rows       complexes // side x half: column j's spectrum is row j
	buffers    sync.Pool // of *[2]complexes, size x columnBlock
}

// newConvolver returns a convolver of grids of a side that is half an
// fftLength.
func newConvolver(side int) *convolver {
	c := &convolver{side: side, size: 2 * side, half: side + 1, fft: newFFT(2 * side)}
	c.spectrum = make([]float32, c.size*c.half)
	c.rows = newComplexes(c.side * c.half)
	c.buffers.New = func() any {
		return &[2]complexes{newComplexes(c.size * columnBlock), newComplexes(c.size * columnBlock)}
	}
	return c
}

// blocks calls body for blocks [lo, hi) of [0, n), with buffers for columns of
// the size M that hold anything.
func (c *convolver) blocks(n int, body func(lo, hi int, x, scratch complexes)) {
	parallel.Chunks(n, columnBlock, func(lo, hi int) {
		b := c.buffers.Get().(*[2]complexes)
		defer c.buffers.Put(b)
		count := c.size * (hi - lo)
		body(lo, hi, b[0].from(0, count), b[1].from(0, count))
	})
}

// setKernel sets the kernel: kernel(r2) is its value at the squared distance r2
// in grid steps. window(k) multiplies frequency k of each axis.
func (c *convolver) setKernel(kernel func(r2 float64) float64, window func(k int) float64) {
	// The kernel is even and real, so are the spectra of its columns. Two
	// columns, as real and imaginary part, keep apart in the spectrum.
	pairs := (c.half + 1) / 2
	columns := make([]float32, c.half*c.size) // column j's spectrum is row j
	c.blocks(pairs, func(lo, hi int, x, scratch complexes) {
		width := hi - lo
		for i := range c.size {
			di := float64(min(i, c.size-i))
			for j := lo; j < hi; j++ {
				d1, d2 := float64(j), float64(j+pairs)
				x.re[i*width+j-lo] = float32(kernel(di*di + d1*d1))
				x.im[i*width+j-lo] = float32(kernel(di*di + d2*d2))
			}
		}
		x = c.fft.transform(x, scratch, width)
		for j := lo; j < hi; j++ {
			for k := range c.size {
				columns[j*c.size+k] = x.re[k*width+j-lo]
				if j+pairs < c.half {
					columns[(j+pairs)*c.size+k] = x.im[k*width+j-lo]
				}
			}
		}
	})
	scale := 1 / float64(c.size) / float64(c.size) // of the inverse transforms
	c.blocks(pairs, func(lo, hi int, x, scratch complexes) {
		width := hi - lo
		for j := range c.size {
			row := columns[min(j, c.size-j)*c.size:]
			for k := lo; k < hi; k++ {
				x.re[j*width+k-lo], x.im[j*width+k-lo] = row[k], row[k+pairs]
			}
		}
		x = c.fft.transform(x, scratch, width)
		for j := range c.size {
			factor := scale * window(j)
			for k := lo; k < hi; k++ {
				c.spectrum[j*c.half+k] = float32(factor * window(k) * float64(x.re[j*width+k-lo]))
				if k+pairs < c.half {
					c.spectrum[j*c.half+k+pairs] = float32(factor * window(k+pairs) * float64(x.im[j*width+k-lo]))
				}
			}
		}
	})
}

// convolve replaces g, side x side and row-major, by its convolution with the
// kernel.
func (c *convolver) convolve(g []float32) {
	c.transformColumns(g)
	c.multiplyRows()
	c.restoreColumns(g)
}

// transformColumns transforms the grid's columns, j and j+side/2 as one, and
// takes their spectra apart: that of a real column is half the sum of the
// joint spectrum and its mirror image's conjugate.
func (c *convolver) transformColumns(g []float32) {
	c.blocks(c.side/2, func(lo, hi int, x, scratch complexes) {
		width := hi - lo
		for i := range c.side {
			copy(x.re[i*width:][:width], g[i*c.side+lo:])
			copy(x.im[i*width:][:width], g[i*c.side+c.side/2+lo:])
		}
		clear(x.re[c.side*width:])
		clear(x.im[c.side*width:])
		x = c.fft.transform(x, scratch, width)
		for j := lo; j < hi; j++ {
			first := c.rows.from(j*c.half, c.half)
			second := c.rows.from((j+c.side/2)*c.half, c.half)
			for k := range first.re {
				at, mirror := k*width+j-lo, (c.size-k)%c.size*width+j-lo
				a, b := x.re[at], x.im[at]
				e, f := x.re[mirror], x.im[mirror]
				first.re[k], first.im[k] = .5*(a+e), .5*(b-f)
				second.re[k], second.im[k] = .5*(b+f), .5*(e-a)
			}
		}
	})
}

// multiplyRows transforms along the other axis, multiplies by the kernel's
// spectrum and transforms back.
func (c *convolver) multiplyRows() {
	c.blocks(c.half, func(lo, hi int, x, scratch complexes) {
		width := hi - lo
		for j := range c.side {
			copy(x.re[j*width:][:width], c.rows.re[j*c.half+lo:])
			copy(x.im[j*width:][:width], c.rows.im[j*c.half+lo:])
		}
		clear(x.re[c.side*width:])
		clear(x.im[c.side*width:])
		y := c.fft.transform(x, scratch, width)
		if &y.re[0] == &scratch.re[0] {
			x, scratch = scratch, x
		}
		for j := range c.size {
			re, im := y.re[j*width:][:width], y.im[j*width:][:width]
			for k, s := range c.spectrum[j*c.half+lo:][:width] {
				re[k] *= s
				im[k] *= s
			}
		}
		x = c.fft.transform(x.swapped(), scratch, width).swapped()
		for j := range c.side {
			copy(c.rows.re[j*c.half+lo:][:width], x.re[j*width:])
			copy(c.rows.im[j*c.half+lo:][:width], x.im[j*width:])
		}
	})
}

// restoreColumns undoes transformColumns: the spectra of columns j and
// j+side/2 make one complex column again, first + i·second, whose second half
// of frequencies follows from the symmetry.
func (c *convolver) restoreColumns(g []float32) {
	c.blocks(c.side/2, func(lo, hi int, x, scratch complexes) {
		width := hi - lo
		for j := lo; j < hi; j++ {
			first := c.rows.from(j*c.half, c.half)
			second := c.rows.from((j+c.side/2)*c.half, c.half)
			for k := range first.re {
				a, b, e, f := first.re[k], first.im[k], second.re[k], second.im[k]
				at, mirror := k*width+j-lo, (c.size-k)%c.size*width+j-lo
				x.re[mirror], x.im[mirror] = a+f, e-b
				x.re[at], x.im[at] = a-f, b+e
			}
		}
		x = c.fft.transform(x.swapped(), scratch, width).swapped()
		for i := range c.side {
			copy(g[i*c.side+lo:][:width], x.re[i*width:])
			copy(g[i*c.side+c.side/2+lo:][:width], x.im[i*width:])
		}
	})
}
