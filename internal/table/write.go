// This file writes a table.

package table

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
)

// Write writes the table with comma between fields, and a header if it has
// names. It is an error if its numbers do not fit its shape, or if it has none.
func (t *Table) Write(w io.Writer, comma rune) error {
	switch {
	case t.Rows < 1 || t.Columns < 1 || len(t.Values)/t.Columns != t.Rows || len(t.Values)%t.Columns != 0:
		return fmt.Errorf("table: write: got %d numbers, want %d x %d, at least 1 x 1", len(t.Values), t.Rows, t.Columns)
	case t.Names != nil && len(t.Names) != t.Columns:
		return fmt.Errorf("table: write: got %d names, want %d, one a column", len(t.Names), t.Columns)
	}
	b := bufio.NewWriter(w)
	if t.Names != nil {
		c := csv.NewWriter(b)
		c.Comma = comma
		if err := c.Write(t.Names); err != nil {
			return fmt.Errorf("table: write: %w", err)
		}
		c.Flush()
	}
	var line []byte
	for row := range t.Rows {
		line = line[:0]
		for i, v := range t.Values[row*t.Columns:][:t.Columns] {
			if i > 0 {
				line = append(line, byte(comma))
			}
			line = strconv.AppendFloat(line, v, 'g', -1, 64)
		}
		if _, err := b.Write(append(line, '\n')); err != nil {
			return fmt.Errorf("table: write: %w", err)
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("table: write: %w", err)
	}
	return nil
}
