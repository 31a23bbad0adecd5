// This file reads a table.

package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"stackedae/internal/files"
)

// ReadFile reads the regular file at path, whose name ends in .csv or .tsv.
func ReadFile(path string, header Header) (*Table, error) {
	t, err := readFile(path, header)
	if err != nil {
		return nil, fmt.Errorf("table: %s: %w", path, err)
	}
	return t, nil
}

func readFile(path string, header Header) (*Table, error) {
	comma, ok := Comma(path)
	if !ok {
		return nil, errors.New("is not called .csv or .tsv")
	}
	f, size, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if size > MaxFile {
		return nil, fmt.Errorf("%d bytes, want at most %d", size, int64(MaxFile))
	}
	return read(io.LimitReader(f, size), comma, header) // not more, should it grow meanwhile
}

// Read reads a table whose fields are separated by comma. Empty lines are left
// out, lines that begin with # as well, blanks around a field and a byte order
// mark too. A field may be quoted. Numbers are as strconv.ParseFloat reads them:
// NaN and Inf are numbers.
func Read(r io.Reader, comma rune, header Header) (*Table, error) {
	t, err := read(r, comma, header)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	return t, nil
}

// read is Read with errors that do not say table.
func read(r io.Reader, comma rune, header Header) (*Table, error) {
	buffered := bufio.NewReader(r)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		buffered.Discard(3)
	}
	c := csv.NewReader(buffered)
	c.Comma, c.Comment, c.ReuseRecord, c.FieldsPerRecord = comma, '#', true, -1
	t := new(Table)
	first := 0 // the line that says how many columns there are
	for {
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, reason(err)
		}
		line, _ := c.FieldPos(0)
		for i, field := range record {
			record[i] = strings.TrimSpace(field)
		}
		switch {
		case first == 0:
			first, t.Columns = line, len(record)
			if header == Yes || header == Auto && allNames(record) {
				t.Names = slices.Clone(record)
				continue
			}
		case len(record) != t.Columns:
			return nil, fmt.Errorf("line %d: got %d columns, want %d as in line %d", line, len(record), t.Columns, first)
		}
		if len(t.Values)+len(record) > MaxNumbers {
			return nil, fmt.Errorf("line %d: more than %d numbers", line, MaxNumbers)
		}
		for i, field := range record {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				line, _ := c.FieldPos(i)
				return nil, fieldError(line, i+1, field, err, t.Rows == 0 && t.Names == nil && header == Auto)
			}
			t.Values = append(t.Values, v)
		}
		t.Rows++
	}
	if t.Rows == 0 {
		return nil, errors.New("got no line of numbers, want at least one")
	}
	return t, nil
}

// allNames reports whether no field is a number.
func allNames(record []string) bool {
	return !slices.ContainsFunc(record, func(field string) bool {
		_, err := strconv.ParseFloat(field, 64)
		return err == nil || errors.Is(err, strconv.ErrRange)
	})
}

// longestText is how much of a field an error shows.
const longestText = 40

func fieldError(line, column int, field string, err error, first bool) error {
	if len(field) > longestText {
		field = strings.ToValidUTF8(field[:longestText], "") + "…"
	}
	switch {
	case errors.Is(err, strconv.ErrRange):
		return fmt.Errorf("line %d, column %d: %q is too large for a float64", line, column, field)
	case first:
		return fmt.Errorf("line %d, column %d: %q is no number, but others of the line are: is it a header?", line, column, field)
	}
	return fmt.Errorf("line %d, column %d: %q is no number", line, column, field)
}

// reason words an error of package csv as the others are.
func reason(err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("line %d, byte %d of it: %w", p.Line, p.Column, p.Err)
	}
	return files.Reason(err)
}
