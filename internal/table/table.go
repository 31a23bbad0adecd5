// Package table reads and writes numbers as text: CSV, with commas (RFC 4180),
// and TSV, with tabs.
//
// A file may come from anywhere. Every field must be a number, every line as
// long as the first; what is wrong is told with line, column and text, and
// memory is bounded. Numbers are written in the fewest digits that read back as
// the same float64.
package table

import (
	"fmt"
	"path/filepath"
	"strings"
)

const (
	// MaxFile is the largest file that is read, in bytes.
	MaxFile = 4 << 30
	// MaxNumbers is the largest number of numbers in a table: 1 GiB of float64.
	MaxNumbers = 1 << 27
)

// Table is Rows x Columns numbers, row by row.
type Table struct {
	Rows, Columns int
	Values        []float64
	Names         []string // the columns' names, or nil if there is no header
}

// Comma returns what separates fields in a file of that name, and whether it is
// a table at all: .csv or .tsv, in small or capital letters.
func Comma(path string) (comma rune, ok bool) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return ',', true
	case ".tsv":
		return '\t', true
	}
	return 0, false
}

// Header says whether a table begins with the names of its columns.
type Header int

const (
	// Auto takes the first line for names if none of its fields is a number.
	Auto Header = iota
	// Yes takes the first line for names, also if they are numbers.
	Yes
	// No takes every line for numbers.
	No
)

var headerNames = [...]string{Auto: "auto", Yes: "yes", No: "no"}

// String returns "auto", "yes" or "no".
func (h Header) String() string {
	if h < 0 || int(h) >= len(headerNames) {
		return fmt.Sprintf("Header(%d)", int(h))
	}
	return headerNames[h]
}

// UnmarshalText reads what String returns.
func (h *Header) UnmarshalText(text []byte) error {
	for value, name := range headerNames {
		if name == string(text) {
			*h = Header(value)
			return nil
		}
	}
	return fmt.Errorf("table: header: got %q, want auto, yes or no", text)
}
