package table

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		comma      rune
		header     Header
		want       Table
	}{
		{"numbers", "1,2\n3,4\n", ',', Auto, Table{2, 2, []float64{1, 2, 3, 4}, nil}},
		{"header", "a,b\n1,2\n", ',', Auto, Table{1, 2, []float64{1, 2}, []string{"a", "b"}}},
		{"header of numbers", "0,1\n1,2\n", ',', Yes, Table{1, 2, []float64{1, 2}, []string{"0", "1"}}},
		{"years that are no header", "1999,2000\n1,2\n", ',', Auto, Table{2, 2, []float64{1999, 2000, 1, 2}, nil}},
		{"header with an empty name", ",b\n1,2\n", ',', Auto, Table{1, 2, []float64{1, 2}, []string{"", "b"}}},
		{"tabs", "1\t2\n3\t4", '\t', No, Table{2, 2, []float64{1, 2, 3, 4}, nil}},
		{"Windows", "\ufeffx,y\r\n1,-2e3\r\n", ',', Auto, Table{1, 2, []float64{1, -2000}, []string{"x", "y"}}},
		{"quotes and blanks", "\"a, b\" , c\n \"1\",2 \n", ',', Yes, Table{}},
		{"blanks", " 1 , 2\n", ',', Auto, Table{1, 2, []float64{1, 2}, nil}},
		{"quotes", "\"a, b\",c\n\"1\",\" 2\"\n", ',', Auto, Table{1, 2, []float64{1, 2}, []string{"a, b", "c"}}},
		{"comments and empty lines", "# numpy.savetxt\n\n1,2\n\n# end\n", ',', Auto, Table{1, 2, []float64{1, 2}, nil}},
		{"one column", "3\n4\n", ',', Auto, Table{2, 1, []float64{3, 4}, nil}},
		{"odd numbers", "inf,-Inf,0x1p-3,1e-400\n", ',', Auto, Table{1, 4, []float64{math.Inf(1), math.Inf(-1), .125, 0}, nil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(c.text), c.comma, c.header)
			if c.want.Rows == 0 {
				if err == nil {
					t.Errorf("Read = %v, want an error", *got)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(*got, c.want) {
				t.Errorf("Read = %v, %v, want %v", got, err, c.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		header     Header
		want       string
	}{
		{"nothing", "", Auto, "table: got no line of numbers, want at least one"},
		{"a header alone", "a,b\n", Auto, "table: got no line of numbers, want at least one"},
		{"a word", "1,2\n3,four\n", Auto, `table: line 2, column 2: "four" is no number`},
		{"a word below empty lines", "a,b\n\n\n1,x\n", Auto, `table: line 4, column 2: "x" is no number`},
		{"a missing number", "1,2\n3,\n", Auto, `table: line 2, column 2: "" is no number`},
		{"some names", "id,2\n1,2\n", Auto, `table: line 1, column 1: "id" is no number, but others of the line are: is it a header?`},
		{"names, but no header", "a,b\n1,2\n", No, `table: line 1, column 1: "a" is no number`},
		{"a long word", "1," + strings.Repeat("é", 30) + "\n", No, `table: line 1, column 2: "` + strings.Repeat("é", 20) + `…" is no number`},
		{"a short line", "1,2\n3\n", Auto, "table: line 2: got 1 columns, want 2 as in line 1"},
		{"a long line", "# two columns\na,b\n1,2\n3,4,5\n", Auto, "table: line 4: got 3 columns, want 2 as in line 2"},
		{"too large", "1,1e400\n", Auto, `table: line 1, column 2: "1e400" is too large for a float64`},
		{"a quote", "1,2\n3,\"4\n", Auto, `table: line 2, byte 6 of it: extraneous or missing " in quoted-field`},
		{"semicolons", "1,5;2,5\n", Auto, `table: line 1, column 2: "5;2" is no number, but others of the line are: is it a header?`},
		{"binary", "\x93NUMPY\x01\x00v\x00{", Yes, "table: got no line of numbers, want at least one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(c.text), ',', c.header)
			if got != nil || err == nil || err.Error() != c.want {
				t.Errorf("Read = %v, %v, want nil and %s", got, err, c.want)
			}
		})
	}
	if _, err := Read(iotest.ErrReader(errors.New("lost")), ',', Auto); err == nil || err.Error() != "table: lost" {
		t.Errorf("error of the reader = %v", err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "points.TSV")
	if err := os.WriteFile(path, []byte("1\t2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ReadFile(path, Auto)
	if err != nil || got.Columns != 2 {
		t.Errorf("ReadFile = %v, %v", got, err)
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(dir, "none.csv"), "none.csv: no such file or directory"},
		{dir + ".csv", "no such file"},
		{filepath.Join(dir, "points.txt"), "points.txt: is not called .csv or .tsv"},
	} {
		if _, err := ReadFile(c.path, Auto); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "table: ") {
			t.Errorf("ReadFile(%s): %v, want %s", c.path, err, c.want)
		}
	}
	sparse := filepath.Join(dir, "huge.csv")
	if err := os.WriteFile(sparse, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(sparse, MaxFile+1); err == nil {
		if _, err := ReadFile(sparse, Auto); err == nil || !strings.Contains(err.Error(), "4294967297 bytes, want at most 4294967296") {
			t.Errorf("a file of more than 4 GiB: %v", err)
		}
	}
}

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	table := Table{2, 2, []float64{1, .1, -3e-300, float64(float32(.1))}, []string{"x", "y, z"}}
	if err := table.Write(&b, ','); err != nil {
		t.Fatal(err)
	}
	if want := "x,\"y, z\"\n1,0.1\n-3e-300,0.10000000149011612\n"; b.String() != want {
		t.Errorf("Write = %q, want %q", b.String(), want)
	}
	for _, c := range []struct {
		table Table
		want  string
	}{
		{Table{}, "table: write: got 0 numbers, want 0 x 0, at least 1 x 1"},
		{Table{Rows: 2, Columns: 2, Values: make([]float64, 5)}, "table: write: got 5 numbers, want 2 x 2, at least 1 x 1"},
		{Table{1, 2, make([]float64, 2), []string{"a"}}, "table: write: got 1 names, want 2, one a column"},
	} {
		if err := c.table.Write(io.Discard, ','); err == nil || err.Error() != c.want {
			t.Errorf("Write of %v: %v, want %s", c.table, err, c.want)
		}
	}
	if err := table.Write(failing{}, ','); err == nil || err.Error() != "table: write: full" {
		t.Errorf("error of the writer = %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestHeaderNames(t *testing.T) {
	for _, h := range []Header{Auto, Yes, No} {
		var got Header = 9
		if err := got.UnmarshalText([]byte(h.String())); err != nil || got != h {
			t.Errorf("%v is read as %v, %v", h, got, err)
		}
	}
	if err := new(Header).UnmarshalText([]byte("maybe")); err == nil || err.Error() != `table: header: got "maybe", want auto, yes or no` {
		t.Errorf("error = %v", err)
	}
	if got := Header(7).String(); got != "Header(7)" {
		t.Errorf("unknown header is called %q", got)
	}
}

// FuzzRead reads anything. What is read is written and read again, to the bit.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"1,2\n3,4\n", "a,b\n1,2\n", "\ufeffx;y\r\n1;2\r\n", "\"1\",\"\n\"\n", "# c\n\nNaN,-Inf\n", "1e308,4.9e-324\n-0,0x1p-1074\n", "1\n", "a\n", "\x00,\n",
	} {
		f.Add([]byte(text), 0)
		f.Add([]byte(strings.ReplaceAll(text, ",", "\t")), 1)
	}
	f.Fuzz(func(t *testing.T, text []byte, kind int) {
		if len(text) > 1<<16 {
			t.Skip()
		}
		comma, header := []rune{',', '\t'}[kind&1], []Header{Auto, Yes, No}[uint(kind)/2%3]
		got, err := Read(bytes.NewReader(text), comma, header)
		if err != nil {
			if got != nil || strings.Contains(err.Error(), "\n") {
				t.Fatalf("Read = %v, %q", got, err)
			}
			return
		}
		if got.Rows < 1 || got.Columns < 1 || len(got.Values) != got.Rows*got.Columns || got.Names != nil && len(got.Names) != got.Columns {
			t.Fatalf("Read = %+v", *got)
		}
		got.Names = nil
		var b bytes.Buffer
		if err := got.Write(&b, comma); err != nil {
			t.Fatal(err)
		}
		again, err := Read(&b, comma, No)
		if err != nil || again.Rows != got.Rows || again.Columns != got.Columns {
			t.Fatalf("written and read again: %v, %v", again, err)
		}
		for i, v := range got.Values {
			if w := again.Values[i]; math.Float64bits(v) != math.Float64bits(w) && !(math.IsNaN(v) && math.IsNaN(w)) {
				t.Fatalf("number %d is %v, written and read again %v", i, v, w)
			}
		}
	})
}
