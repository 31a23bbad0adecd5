package figure

import (
	"image"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// legendBox returns the pixels in which a figure with a legend differs from
// one without. No legend gives an empty rectangle.
func legendBox(t *testing.T, e Embedding, draw func(Embedding) (*Figure, error), dpi int) image.Rectangle {
	t.Helper()
	with := render(t, must(t)(draw(e)), dpi)
	e.HideLegend = true
	_, box := differ(with, render(t, must(t)(draw(e)), dpi), 0)
	return box
}

func TestLegendCoversNothingHere(t *testing.T) {
	for _, test := range []struct {
		name string
		e    Embedding
		draw func(Embedding) (*Figure, error)
	}{
		{"scatter", thousand(t), Embedding.Scatter},
		{"thumbnails", thousand(t), Embedding.Thumbnails},
		{"a thumbnail in the corner", Embedding{
			Points:  plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 0.8}},
			Labels:  []int{0, 0},
			Classes: classes,
			Images:  mustImages(t, []uint8{0, 1, 1, 0, 0, 1, 1, 0}, 2, 2),
		}, Embedding.Thumbnails},
		{"one coordinate constant", Embedding{
			Points:  plotter.XYs{{X: 0, Y: 0}, {X: 0, Y: 1}, {X: 0, Y: 0.5}},
			Labels:  []int{0, 1, 2},
			Classes: classes,
		}, Embedding.Scatter},
	} {
		t.Run(test.name, func(t *testing.T) {
			box := legendBox(t, test.e, test.draw, 72)
			if box.Empty() {
				t.Fatal("no legend")
			}
			test.e.HideLegend = true
			img := render(t, must(t)(test.draw(test.e)), 72)
			if box == img.Rect || !box.In(img.Rect.Inset(2)) {
				t.Errorf("legend at %v, want it well inside %v", box, img.Rect)
			}
			for y := box.Min.Y; y < box.Max.Y; y++ {
				for x := box.Min.X; x < box.Max.X; x++ {
					if c := img.RGBAAt(x, y); c.R != 255 || c.G != 255 || c.B != 255 {
						t.Fatalf("legend at %v covers pixel (%d, %d)", box, x, y)
					}
				}
			}
		})
	}
}

func TestLegendLeftAway(t *testing.T) {
	e := thousand(t)
	for _, test := range []struct {
		name   string
		change func(*Embedding)
		want   bool
	}{
		{"labels and names", func(e *Embedding) {}, true},
		{"no labels", func(e *Embedding) { e.Labels = nil }, false},
		{"no names", func(e *Embedding) { e.Classes = nil }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			changed := e
			test.change(&changed)
			if got := !legendBox(t, changed, Embedding.Scatter, 72).Empty(); got != test.want {
				t.Errorf("legend drawn: %v, want %v", got, test.want)
			}
		})
	}
}

func TestLegendNamesClassesThatOccur(t *testing.T) {
	e := Embedding{
		Points:  plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}},
		Labels:  []int{3, 1},
		Classes: classes,
	}
	scatter, err := e.points()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range e.classes(scatter) {
		got = append(got, entry.name)
	}
	if len(got) != 2 || got[0] != "Trouser" || got[1] != "Dress" {
		t.Errorf("legend of %q, want Trouser and Dress", got)
	}
}

func TestLegendRowsAndColumns(t *testing.T) {
	for n := 1; n <= 30; n++ {
		l := make(legend, n)
		for columns := 1; columns <= n; columns++ {
			if columns > 1 && l.rows(columns) == l.rows(columns-1) {
				continue
			}
			for i, width := range l.columnWidths(columns) {
				if width == 0 {
					t.Errorf("%d names in %d columns: column %d is empty", n, columns, i)
				}
			}
		}
	}
}

func TestPlaceLegend(t *testing.T) {
	const width, height vg.Length = 300, 240
	l := legend{{name: "one"}, {name: "two"}, {name: "three"}}
	size := l.size(1)
	far := func(v, s vg.Length) vg.Length { return v - legendBorder - s }
	whole := vg.Rectangle{Max: vg.Point{X: width, Y: height}}
	except := func(hole vg.Rectangle) []vg.Rectangle {
		return []vg.Rectangle{
			{Max: vg.Point{X: hole.Min.X, Y: height}}, {Min: vg.Point{X: hole.Max.X}, Max: whole.Max},
			{Max: vg.Point{X: width, Y: hole.Min.Y}}, {Min: vg.Point{Y: hole.Max.Y}, Max: whole.Max},
		}
	}
	for _, test := range []struct {
		name    string
		ink     []vg.Rectangle
		columns int
		corner  vg.Point
	}{
		{"empty: upper right", nil, 1, vg.Point{X: far(width, size.X), Y: far(height, size.Y)}},
		{"all alike: upper right", []vg.Rectangle{whole}, 1, vg.Point{X: far(width, size.X), Y: far(height, size.Y)}},
		{"right half", []vg.Rectangle{{Min: vg.Point{X: 150}, Max: whole.Max}}, 1,
			vg.Point{X: legendBorder, Y: far(height, size.Y)}},
		{"all but the lower left", []vg.Rectangle{{Min: vg.Point{X: 150}, Max: whole.Max}, {Min: vg.Point{Y: 120}, Max: whole.Max}}, 1,
			vg.Point{X: legendBorder, Y: legendBorder}},
		{"all but the lower right", []vg.Rectangle{{Max: vg.Point{X: 150, Y: height}}, {Min: vg.Point{Y: 120}, Max: whole.Max}}, 1,
			vg.Point{X: far(width, size.X), Y: legendBorder}},
		{"a flat gap at the bottom", []vg.Rectangle{{Min: vg.Point{Y: 30}, Max: whole.Max}}, 3,
			vg.Point{X: far(width, l.size(3).X), Y: legendBorder}},
		{"fewer columns before a nearer corner", func() []vg.Rectangle {
			ink := except(centered(center(whole), size.X+2, size.Y+2))
			for i := range ink {
				ink[i].Min.Y = max(ink[i].Min.Y, 30) // a flat gap at the bottom, too
			}
			return ink
		}(), 1, center(whole).Sub(vg.Point{X: size.X / 2, Y: size.Y / 2})},
		{"a hole in the middle", except(centered(center(whole), size.X+2, size.Y+2)), 1, center(whole).Sub(vg.Point{X: size.X / 2, Y: size.Y / 2})},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := newInk(width, height)
			for _, r := range test.ink {
				k.rectangle(r)
			}
			columns, corner, err := l.place(k)
			if err != nil {
				t.Fatal(err)
			}
			d := corner.Sub(test.corner)
			if columns != test.columns || max(d.X, -d.X, d.Y, -d.Y) > 1.5 {
				t.Errorf("%d columns at %.1f, want %d at %.1f", columns, corner, test.columns, test.corner)
			}
		})
	}
}

// TestInk compares the table of sums with counting.
func TestInk(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func() vg.Rectangle {
		at := vg.Point{X: vg.Length(rng.Float64()*60 - 10), Y: vg.Length(rng.Float64()*50 - 10)}
		return vg.Rectangle{Min: at, Max: at.Add(vg.Point{X: vg.Length(rng.Float64() * 9), Y: vg.Length(rng.Float64() * 9)})}
	}
	const width, height = 40, 30
	touches := func(r vg.Rectangle, x, y int) bool {
		return r.Min.X < vg.Length(x+1) && r.Max.X > vg.Length(x) && r.Min.Y < vg.Length(y+1) && r.Max.Y > vg.Length(y)
	}
	for range 20 {
		k := newInk(width, height)
		var drawn [12]vg.Rectangle
		for i := range drawn {
			drawn[i] = random()
			k.rectangle(drawn[i])
		}
		k.sum()
		for range 50 {
			asked, want := random(), 0
			for y := range height {
				for x := range width {
					if !touches(asked, x, y) {
						continue
					}
					for _, r := range drawn {
						if touches(r, x, y) {
							want++
							break
						}
					}
				}
			}
			if got := k.covered(asked); got != want {
				t.Fatalf("%.1f covers %d cells, want %d", asked, got, want)
			}
		}
	}
}
