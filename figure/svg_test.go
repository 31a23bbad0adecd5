package figure

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

// svgContent is what an SVG image has of texts and images, in its order.
type svgContent struct {
	width, height string
	texts, fonts  []string
	images        []svgImage
	paths         int
}

type svgImage struct {
	kind string // of media
	data []byte
}

// readSVG reads what WriteSVG has written as XML.
func readSVG(t *testing.T, f *Figure) (c svgContent) {
	t.Helper()
	var b bytes.Buffer
	if err := f.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(&b)
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			attribute := func(name string) string {
				for _, a := range token.Attr {
					if a.Name.Local == name {
						return a.Value
					}
				}
				return ""
			}
			switch token.Name.Local {
			case "svg":
				c.width, c.height = attribute("width"), attribute("height")
			case "text":
				inText = true
				c.texts = append(c.texts, "")
				c.fonts = append(c.fonts, attribute("style"))
			case "path":
				c.paths++
			case "image":
				kind, data, _ := strings.Cut(strings.TrimPrefix(attribute("href"), "data:"), ";base64,")
				decoded, err := base64.StdEncoding.DecodeString(data)
				if err != nil {
					t.Fatal(err)
				}
				c.images = append(c.images, svgImage{kind, decoded})
			case "g":
			default:
				t.Errorf("element %s", token.Name.Local)
			}
		case xml.EndElement:
			inText = inText && token.Name.Local != "text"
		case xml.CharData:
			if inText {
				c.texts[len(c.texts)-1] += string(token)
			}
		}
	}
}

// TestSVGHasTextAndImages reads the figure with thumbnails: class names are text, and
// images are those of the PNG.
func TestSVGHasTextAndImages(t *testing.T) {
	e := thousand(t)
	got := readSVG(t, must(t)(e.Thumbnails()))
	if got.width != "720pt" || got.height != "576pt" {
		t.Errorf("%s x %s, want 10 x 8 inches", got.width, got.height)
	}
	if !slices.Equal(got.texts, classes) {
		t.Errorf("texts %q, want the classes %q", got.texts, classes)
	}
	for _, style := range got.fonts {
		if !strings.HasPrefix(style, "font-family:Liberation Sans,Arial,Helvetica,sans-serif;") {
			t.Errorf("a text's style %q has no font for systems without Liberation Sans", style)
		}
	}
	if got.paths < len(e.Points) {
		t.Errorf("%d paths, want %d points at least", got.paths, len(e.Points))
	}
	shown := readJSON[layout](t, "layout.json").Shown
	if len(got.images) != len(shown) {
		t.Fatalf("%d images, want %d", len(got.images), len(shown))
	}
	for i, img := range got.images {
		if img.kind != "image/png" {
			t.Fatalf("image %d is told to be %s, want image/png", i, img.kind)
		}
		picture, err := png.Decode(bytes.NewReader(img.data))
		if err != nil {
			t.Fatal(err)
		}
		want := e.Images.Image(shown[i])
		size := picture.Bounds().Size()
		if size.X < 28 || size.Y < 28 {
			t.Fatalf("image %d has %v pixels, want 28 x 28 at least", i, size)
		}
		for y := range 28 {
			for x := range 28 {
				middle := picture.At((2*x+1)*size.X/56, (2*y+1)*size.Y/56)
				if r, g, b, a := middle.RGBA(); r>>8 != uint32(want.GrayAt(x, y).Y) || g != r || b != r || a != 0xffff {
					t.Fatalf("image %d, pixel (%d, %d) is %v, want grey %d", i, x, y, middle, want.GrayAt(x, y).Y)
				}
			}
		}
	}
}

// TestSVGTextStaysText writes names that are markup, or what is repaired elsewhere.
func TestSVGTextStaysText(t *testing.T) {
	names := []string{
		`</text><script>alert(1)</script>`, `a & b < c > "d" 'e'`, `xlink:href="data:image/jpg;base64,`,
		`style="font-family:Liberation Sans;`, "grün ×", `]]>`, `&lt;`, `\`, ` two  blanks`, "bell\a, \xff, \ufffe",
	}
	e := thousand(t)
	e.Classes = slices.Clone(names)
	names[len(names)-1] = "bell\ufffd, \ufffd, \ufffd" // XML has no such characters
	if got := readSVG(t, must(t)(e.Scatter())); !slices.Equal(got.texts, names) {
		t.Errorf("texts %q, want %q", got.texts, names)
	}
}

// TestSVGOfTraining looks for titles and the numbers at the axes.
func TestSVGOfTraining(t *testing.T) {
	got := readSVG(t, must(t)(TrainingCurves(history(20))))
	for _, want := range []string{"Epoch", "Loss", "Rounded accuracy", "Training", "Validation"} {
		if !slices.Contains(got.texts, want) {
			t.Errorf("no text %q in %q", want, got.texts)
		}
	}
	numbers := 0
	for _, text := range got.texts {
		if _, err := strconv.ParseFloat(text, 64); err == nil {
			numbers++
		}
	}
	if numbers < 20 {
		t.Errorf("%d numbers at the axes, want more", numbers)
	}
}

func TestWriteSVGErrors(t *testing.T) {
	for _, room := range []failing{0, 100} {
		err := (&Figure{Width: vg.Inch, Height: vg.Inch}).WriteSVG(&room)
		checkError(t, err, "disk full")
		if !errors.Is(err, errFull) {
			t.Errorf("error %v does not wrap the writer's", err)
		}
	}
}
