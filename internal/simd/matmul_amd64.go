//go:build !noasm

// This file covers matrices by the tiles that the assembly computes.

package simd

import "sync"

// tile is a kernel that sets groups times its number of rows of c to a·b, plus
// the vector start to every row unless it is nil. Element (i, l) of a is
// a[i·rowStride + l·colStride], rows of c and b are ldc and ldb apart, and
// groups and k are at least 1.
type tile func(c, a, b, start *float32, groups, columns, k, ldc, rowStride, colStride, ldb int)

// tilesAVX2 are the shapes: of 16 columns and of up to 8.
var tilesAVX2 = [...]struct {
	rows         int
	wide, narrow tile
}{
	{6, tile6x16AVX2, tile6x8AVX2},
	{4, tile4x16AVX2, tile4x8AVX2},
	{1, tile1x16AVX2, tile1x8AVX2},
}

// matMulAVX2 sets dst = a·b, plus bias to every row unless it is nil; the
// other arguments are a tile's.
//
// Columns that tiles of 16 and 8 leave over are covered by moving the last
// tile back over its neighbour, whose numbers come out the same again; only a
// matrix of less than 8 columns needs a mask.
func matMulAVX2(dst, a, b, bias []float32, m, n, k, ldc, rowStride, colStride, ldb int) {
	groups := [len(tilesAVX2)]int{m / 6, m % 6 / 4, m % 6 % 4}
	if rest := m % 6; m > 6 && (rest == 2 || rest == 3) { // 6 + 2 is better cut in 4 + 4
		groups = [...]int{m/6 - 1, 2, rest - 2}
	}
	for j := 0; j < n; {
		columns := 16
		switch rest := n - j; {
		case rest >= 16:
		case rest > 8 && n >= 16:
			j = n - 16
		case rest >= 8:
			columns = 8
		case n >= 8:
			j, columns = n-8, 8
		default:
			columns = n
		}
		var start *float32
		if bias != nil {
			start = &bias[j]
		}
		i := 0
		for s, shape := range tilesAVX2 {
			if groups[s] == 0 {
				continue
			}
			f := shape.narrow
			if columns == 16 {
				f = shape.wide
			}
			f(&dst[i*ldc+j], &a[i*rowStride], &b[j], start, groups[s], columns, k, ldc, rowStride, colStride, ldb)
			i += shape.rows * groups[s]
		}
		j += columns
	}
}

// panelRows is how many rows of a MatMulTransB takes at a time: a tile's
// columns, once transposed.
const panelRows = 16

// blockRows is how many rows of b it takes at a time: divided by tiles of 6
// rows and transposed blocks of 8, and few enough for the block of the result
// to stay in the first-level cache.
const blockRows = 48

// panel is MatMulTransB's memory, kept from call to call.
type panel struct {
	a     []float32 // a transposed panel of a, k × panelRows
	block [blockRows * panelRows]float32
}

var panels = sync.Pool{New: func() any { return new(panel) }}

// matMulTransBAVX2 computes the transpose b·aᵀ by the tiles of the other
// products, from a transposed panel of a, and transposes each block of it on
// the way to dst. For the gradient of a batch, a is much smaller than b.
func matMulTransBAVX2(dst, a, b []float32, m, n, k int) {
	p := panels.Get().(*panel)
	defer panels.Put(p)
	if len(p.a) < k*panelRows {
		p.a = make([]float32, k*panelRows)
	}
	for i := 0; i < m; i += panelRows {
		rows := min(panelRows, m-i)
		transposeAVX2(p.a, a[i*k:], panelRows, k, rows, k)
		for j := 0; j < n; j += blockRows {
			columns := min(blockRows, n-j)
			matMulAVX2(p.block[:], b[j*k:], p.a, nil, columns, rows, k, panelRows, k, 1, panelRows)
			transposeAVX2(dst[i*n+j:], p.block[:], n, panelRows, columns, rows)
		}
	}
}

// transposeAVX2 sets dst, whose rows are ldd apart, to the transpose of the
// rows × columns matrix src, whose rows are lds apart.
func transposeAVX2(dst, src []float32, ldd, lds, rows, columns int) {
	i, blocks := 0, columns/8
	for ; blocks > 0 && i+8 <= rows; i += 8 {
		transpose8AVX2(&dst[i], &src[i*lds], ldd, lds, blocks)
		for j := 8 * blocks; j < columns; j++ {
			for r := i; r < i+8; r++ {
				dst[j*ldd+r] = src[r*lds+j]
			}
		}
	}
	for ; i < rows; i++ {
		for j, v := range src[i*lds:][:columns] {
			dst[j*ldd+i] = v
		}
	}
}
