//go:build !noasm

// This file covers matrices by the tiles that the assembly computes.

package simd

import "sync"

// tile is a kernel that sets groups times its number of rows of c to a·b, plus
// the vector start to every row unless it is nil; or, if alpha is not 0, adds
// alpha·a·b to them. Element (i, l) of a is a[i·rowStride + l·colStride], rows
// of c and b are ldc and ldb apart, and groups and k are at least 1.
type tile func(c, a, b, start *float32, groups, columns, k, ldc, rowStride, colStride, ldb int, alpha float32)

// tileSet is a level's shapes.
type tileSet struct {
	rows   [3]int // of tiles, falling to 1
	widths []int  // of tiles in columns, falling
	exact  bool   // the widest must be filled
	tiles  [3][]tile
}

var tilesAVX2 = tileSet{
	rows:   [...]int{6, 4, 1},
	widths: []int{16, 8},
	exact:  true,
	tiles: [...][]tile{
		{tile6x16AVX2, tile6x8AVX2},
		{tile4x16AVX2, tile4x8AVX2},
		{tile1x16AVX2, tile1x8AVX2},
	},
}

var tilesAVX512 = tileSet{
	rows:   [...]int{8, 4, 1},
	widths: []int{48, 32, 16, 8},
	tiles: [...][]tile{
		{tile8x48AVX512, tile8x32AVX512, tile8x16AVX512, tile8x8AVX512},
		{tile4x48AVX512, tile4x32AVX512, tile4x16AVX512, tile4x8AVX512},
		{tile1x48AVX512, tile1x32AVX512, tile1x16AVX512, tile1x8AVX512},
	},
}

// cover sets dst = a·b, plus bias to every row unless it is nil, or adds
// alpha·a·b to it if alpha is not 0; the other arguments are a tile's.
func (s *tileSet) cover(dst, a, b, bias []float32, alpha float32, m, n, k, ldc, rowStride, colStride, ldb int) {
	groups := [...]int{m / s.rows[0], m % s.rows[0] / s.rows[1], m % s.rows[0] % s.rows[1]}
	if rest := m % s.rows[0]; s.rows[0] == 6 && m > 6 && (rest == 2 || rest == 3) { // 6 + 2 is better cut in 4 + 4
		groups = [...]int{m/6 - 1, 2, rest - 2}
	}
	for j := 0; j < n; {
		w, rest := len(s.widths)-1, n-j // the narrowest that covers the rest
		for w > 0 && s.widths[w] < rest && !(w == 1 && s.exact && s.widths[0] > rest) {
			w--
		}
		if back := s.widths[w] - rest; s.exact && back > 0 && back <= j && alpha == 0 {
			j -= back
		}
		columns := min(s.widths[w], n-j)
		var start *float32
		if bias != nil {
			start = &bias[j]
		}
		i := 0
		for g, tiles := range s.tiles {
			if groups[g] > 0 {
				tiles[w](&dst[i*ldc+j], &a[i*rowStride], &b[j], start, groups[g], columns, k, ldc, rowStride, colStride, ldb, alpha)
				i += s.rows[g] * groups[g]
			}
		}
		j += columns
	}
}

func (s *tileSet) matMul(dst, a, b Matrix, bias []float32, alpha float32) {
	s.cover(dst.Data, a.Data, b.Data, bias, alpha, a.Rows, b.Columns, a.Columns, dst.Stride, a.Stride, 1, b.Stride)
}

func (s *tileSet) matMulTransA(dst, a, b Matrix, alpha float32) {
	s.cover(dst.Data, a.Data, b.Data, nil, alpha, a.Columns, b.Columns, a.Rows, dst.Stride, 1, a.Stride, b.Stride)
}

// panelRows is how many rows of a matMulTransB takes at a time: a batch of 32,
// and columns of whole vectors once transposed.
const panelRows = 32

// blockRows is how many rows of b it takes at a time: divided by the tiles of
// both levels and the blocks of 8 of a transposition, and few enough for the
// block of the result to stay in the first-level cache.
const blockRows = 48

// panel is matMulTransB's memory, kept from call to call.
type panel struct {
	a     []float32 // a transposed panel of a, k × panelRows
	block [blockRows * panelRows]float32
}

var panels = sync.Pool{New: func() any { return new(panel) }}

// matMulTransB computes the transpose b·aᵀ by the tiles of the other products,
// from a transposed panel of a, and transposes each block of it on the way to
// dst. For the gradient of a batch, a is much smaller than b.
func (s *tileSet) matMulTransB(dst, a, b Matrix) {
	p := panels.Get().(*panel)
	defer panels.Put(p)
	k := a.Columns
	if len(p.a) < k*panelRows {
		p.a = make([]float32, k*panelRows)
	}
	for i := 0; i < a.Rows; i += panelRows {
		rows := min(panelRows, a.Rows-i)
		transposeAVX2(p.a, a.Data[i*a.Stride:], rows, a.Stride, rows, k)
		for j := 0; j < b.Rows; j += blockRows {
			columns := min(blockRows, b.Rows-j)
			s.cover(p.block[:], b.Data[j*b.Stride:], p.a, nil, 0, columns, rows, k, rows, b.Stride, 1, rows)
			transposeAVX2(dst.Data[i*dst.Stride+j:], p.block[:], dst.Stride, rows, columns, rows)
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
