// This file prints a model as Keras does.

package model

import (
	"fmt"
	"io"
	"strings"
)

// The columns of Keras' table (keras/src/utils/layer_utils.py, print_summary:
// line_length 65, positions .45, .85 and 1).
const (
	summaryWidth  = 65
	summaryColumn = 29                // where the output shape starts
	summaryCount  = 55                // where the number of parameters starts
	summaryName   = summaryColumn - 2 // the most of a name in a line, with the frame
)

// Summary writes the table that Keras' summary(expand_nested=True) prints for
// the same network built from Sequential models, with images of side × side
// pixels: side² must be the number of inputs. Tied layers are the DenseTranspose
// of the book's notebook; Keras counts the encoder's layer with each.
func (s Spec) Summary(w io.Writer, side int) error {
	if side*side != s.Inputs {
		return fmt.Errorf("model: images of %d × %d pixels for %d inputs", side, side, s.Inputs)
	}
	image := fmt.Sprintf("(None, %d, %d)", side, side)
	vector := func(n int) string { return fmt.Sprintf("(None, %d)", n) }

	t := table{seen: map[string]int{}}
	t.line('_')
	t.row(" Layer (type)", "Output Shape", "Param #", false)
	t.line('=')

	t.row(" sequential (Sequential)", vector(s.CodeUnits()), parameters(s.Inputs, s.Encoder), false)
	t.line('¯')
	t.row(" flatten (Flatten)", vector(s.Inputs), 0, true)
	inputs := s.Inputs
	for _, l := range s.Encoder {
		t.gap()
		t.layer("dense", "Dense", l.Units, (inputs+1)*l.Units)
		inputs = l.Units
	}
	t.line('¯')

	decoder := parameters(inputs, s.Decoder)
	if s.Tied {
		decoder = s.Parameters()
	}
	t.row(" sequential_1 (Sequential)", image, decoder, false)
	t.line('¯')
	for _, l := range s.Decoder {
		if s.Tied {
			t.layer("dense_transpose", "DenseTranspose", l.Units, (inputs+1)*l.Units+inputs)
		} else {
			t.layer("dense", "Dense", l.Units, (inputs+1)*l.Units)
		}
		t.gap()
		inputs = l.Units
	}
	t.row(" reshape (Reshape)", image, 0, true)
	t.line('¯')

	t.line('=')
	n := s.Parameters()
	_, err := fmt.Fprintf(w, "Model: \"sequential_2\"\n%sTotal params: %d (%s)\nTrainable params: %[2]d (%[3]s)\nNon-trainable params: 0 (0.00 Byte)\n%[4]s\n",
		t.text.String(), n, byteSize(4*n), strings.Repeat("_", summaryWidth))
	return err
}

// table builds the lines of the summary.
type table struct {
	text   strings.Builder
	seen   map[string]int // layers of a name so far
	inside bool
}

// row writes one line; nested ones stand in a frame, and names that are too long
// for it go on in the next.
func (t *table) row(name, shape string, count any, nested bool) {
	if nested {
		name = "|" + name
	}
	rest := ""
	if len(name) > summaryName {
		name, rest = name[:summaryName], " "+name[summaryName:]
	}
	line := fmt.Sprintf("%-*s%-*s%-*v", summaryColumn, name, summaryCount-summaryColumn, shape, summaryWidth-summaryCount, count)
	if nested {
		line = line[:summaryWidth-1] + "|"
	}
	t.text.WriteString(line + "\n")
	if rest != "" {
		t.row(rest, "", "", nested)
	}
}

// layer writes the line of a layer, which has the number of those of its name
// before it.
func (t *table) layer(name, class string, units, parameters int) {
	line := " " + name
	if n := t.seen[name]; n > 0 {
		line += fmt.Sprintf("_%d", n)
	}
	t.seen[name]++
	t.row(fmt.Sprintf("%s (%s)", line, class), fmt.Sprintf("(None, %d)", units), parameters, true)
}

// gap writes the empty line between nested layers.
func (t *table) gap() { t.row("", "", "", true) }

// line writes a rule. A nested model has one above it, within its frame, and
// one below it.
func (t *table) line(r rune) {
	rule := strings.Repeat(string(r), summaryWidth)
	if r == '¯' {
		if t.inside = !t.inside; t.inside {
			rule = "|" + strings.Repeat(string(r), summaryWidth-2) + "|"
		}
	}
	t.text.WriteString(rule + "\n")
}

// byteSize is Keras' readable_memory_size.
func byteSize(n int) string {
	size := float64(n)
	for _, unit := range []string{"Byte", "KB", "MB"} {
		if size < 1024 {
			return fmt.Sprintf("%.2f %s", size, unit)
		}
		size /= 1024
	}
	return fmt.Sprintf("%.2f GB", size)
}
