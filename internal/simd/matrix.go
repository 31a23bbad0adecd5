// This file holds matrices and parts of them.

package simd

import "fmt"

// Matrix is Rows × Columns numbers, row by row, whose rows begin Stride apart:
// a matrix, or a part of one.
type Matrix struct {
	Data                  []float32
	Rows, Columns, Stride int
}

// Dense returns a matrix without gaps.
func Dense(data []float32, rows, columns int) Matrix {
	check("Dense", "data", len(data), rows*columns)
	return Matrix{data, rows, columns, columns}
}

// RowSpan returns rows lo to hi.
func (m Matrix) RowSpan(lo, hi int) Matrix {
	if lo < 0 || hi < lo || hi > m.Rows {
		panic(fmt.Sprintf("simd: RowSpan: %d to %d of %d rows", lo, hi, m.Rows))
	}
	if hi == lo {
		return Matrix{nil, 0, m.Columns, m.Stride}
	}
	return Matrix{m.Data[lo*m.Stride : (hi-1)*m.Stride+m.Columns], hi - lo, m.Columns, m.Stride}
}

// ColumnSpan returns columns lo to hi.
func (m Matrix) ColumnSpan(lo, hi int) Matrix {
	if lo < 0 || hi < lo || hi > m.Columns {
		panic(fmt.Sprintf("simd: ColumnSpan: %d to %d of %d columns", lo, hi, m.Columns))
	}
	if m.Rows == 0 || hi == lo {
		return Matrix{nil, m.Rows, hi - lo, m.Stride}
	}
	return Matrix{m.Data[lo : (m.Rows-1)*m.Stride+hi], m.Rows, hi - lo, m.Stride}
}

// Row returns row i.
func (m Matrix) Row(i int) []float32 { return m.Data[i*m.Stride:][:m.Columns] }

// check panics if the named matrix of a function is not rows × columns numbers,
// or its memory does not hold them.
func (m Matrix) check(function, name string, rows, columns int) {
	if m.Rows != rows || m.Columns != columns {
		panic(fmt.Sprintf("simd: %s: %s is %d × %d, want %d × %d", function, name, m.Rows, m.Columns, rows, columns))
	}
	if rows > 0 && columns > 0 && (m.Stride < columns || len(m.Data) < (rows-1)*m.Stride+columns) {
		panic(fmt.Sprintf("simd: %s: %s has %d numbers in rows %d apart, too few for %d × %d", function, name, len(m.Data), m.Stride, rows, columns))
	}
}
