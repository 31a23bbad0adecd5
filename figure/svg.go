// This file writes figures as SVG.

package figure

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// repairs mend what vgsvg writes. It calls its PNG images JPEG, which librsvg
// believes and leaves them away; and it names a font that few systems have, of
// which Arial has the measures. Quotation marks, which texts cannot hold, keep the
// repairs out of them.
var repairs = strings.NewReplacer(
	`xlink:href="data:image/jpg;base64,`, `xlink:href="data:image/png;base64,`,
	`style="font-family:Liberation Sans;`, `style="font-family:Liberation Sans,Arial,Helvetica,sans-serif;`,
)

// WriteSVG writes the figure as an SVG image: text as text, and images in PNG, each
// of their pixels as large as with WritePNG at [DPI].
func (f *Figure) WriteSVG(w io.Writer) error {
	canvas := vgsvg.New(f.Width, f.Height)
	f.Draw(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return fmt.Errorf("figure: encoding SVG: %w", err)
	}
	if _, err := repairs.WriteString(w, strings.Map(xmlRune, b.String())); err != nil {
		return fmt.Errorf("figure: writing SVG: %w", err)
	}
	return nil
}

// xmlRune replaces a character that no XML document may hold (XML 1.0, 2.2).
func xmlRune(r rune) rune {
	if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
		return utf8.RuneError
	}
	return r
}
