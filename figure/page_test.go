// This file writes a page of our pictures beside matplotlib's.

package figure

import (
	"html/template"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// comparison is two pictures of one figure and how they differ.
type comparison struct {
	Name                       string
	ours, theirs, difference   *image.RGBA
	Pixels, AboveQuarter, Less int // less than a quarter, more than a sixteenth
}

var pageTemplate = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Our figures beside matplotlib's</title>
<style>
body { font: 16px sans-serif; margin: 1em }
section { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1em }
figure { margin: 0 }
img { width: 100%; border: 1px solid #bbb; box-sizing: border-box }
</style>
{{range .}}<h2>{{.Name}}</h2>
<section>
<figure><a href="{{.Name}}-ours.png"><img src="{{.Name}}-ours.png" alt=""></a><figcaption>Ours</figcaption></figure>
<figure><a href="{{.Name}}-matplotlib.png"><img src="{{.Name}}-matplotlib.png" alt=""></a><figcaption>matplotlib's</figcaption></figure>
<figure><a href="{{.Name}}-difference.png"><img src="{{.Name}}-difference.png" alt=""></a><figcaption>Both, pale. Of
{{.Pixels}} pixels {{.AboveQuarter}} differ by more than a quarter (red), {{.Less}} by more than a sixteenth (orange).</figcaption></figure>
</section>
{{end}}</html>
`))

// writePage writes index.html and its pictures to a folder.
func writePage(t *testing.T, folder string, comparisons []comparison) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range comparisons {
		for suffix, img := range map[string]*image.RGBA{"ours": c.ours, "matplotlib": c.theirs, "difference": c.difference} {
			createFile(t, filepath.Join(folder, c.Name+"-"+suffix+".png"), func(f *os.File) error { return png.Encode(f, img) })
		}
	}
	createFile(t, filepath.Join(folder, "index.html"), func(f *os.File) error { return pageTemplate.Execute(f, comparisons) })
}

func createFile(t *testing.T, path string, write func(*os.File) error) {
	t.Helper()
	f, err := os.Create(path)
	if err == nil {
		err = write(f)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// compare lays one picture over another of the same size, pale, and marks the
// pixels that differ.
func compare(name string, ours, theirs *image.RGBA) comparison {
	c := comparison{Name: name, ours: ours, theirs: theirs, difference: image.NewRGBA(ours.Rect), Pixels: len(ours.Pix) / 4}
	for i := 0; i < len(ours.Pix); i += 4 {
		p, q, out := ours.Pix[i:i+3], theirs.Pix[i:i+3], c.difference.Pix[i:i+4]
		most := 0
		for channel := range p {
			d := int(p[channel]) - int(q[channel])
			most = max(most, d, -d)
			out[channel] = uint8(191 + (int(p[channel])+int(q[channel]))/8)
		}
		out[3] = 255
		var mark color.RGBA
		switch {
		case most > 64:
			mark = color.RGBA{R: 220, A: 255}
			c.AboveQuarter++
		case most > 16:
			mark = color.RGBA{R: 255, G: 160, A: 255}
			c.Less++
		default:
			continue
		}
		copy(out, []uint8{mark.R, mark.G, mark.B, mark.A})
	}
	return c
}
