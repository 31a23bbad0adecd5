// These tests use the page as people do: with a mouse, with a finger, and with
// the keyboard alone.

package report

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openExample opens the example's report on a desk.
func openExample(t *testing.T) (*tab, *Data, func(code []float32) []float32) {
	chromium(t)
	d, network := example(t)
	return open(t, write(t, d), 1400, 1000, "light"), d, func(code []float32) []float32 { return decode(t, network, code) }
}

// code returns that of an image.
func (d *Data) code(i int) []float32 {
	units := len(d.Codes) / len(d.Embedding)
	return d.Codes[i*units : (i+1)*units]
}

// picture returns what a canvas shows, 0 to 255.
func (b *tab) picture(selector string) []int {
	b.t.Helper()
	return evaluate[[]int](b, `(() => {
		const c = document.querySelector(%q);
		return Array.from(c.getContext("2d").getImageData(0, 0, c.width, c.height).data).filter((_, k) => k %% 4 === 3);
	})()`, selector)
}

// wantPicture compares a canvas with pixels from 0 to 1: they may differ by 1/255.
func (b *tab) wantPicture(selector string, want []float32) {
	b.t.Helper()
	got := b.picture(selector)
	if len(got) != len(want) {
		b.t.Fatalf("%s: %d pixels, want %d", selector, len(got), len(want))
	}
	low, high := want[0], want[0]
	for i, w := range want {
		low, high = min(low, w), max(high, w)
		if math.Abs(float64(got[i])/255-float64(w)) > 1./255 {
			b.t.Fatalf("%s: pixel %d is %d/255, want %v", selector, i, got[i], w)
		}
	}
	if high-low < .1 {
		b.t.Fatalf("%s: all pixels are nearly %v, which shows nothing", selector, low)
	}
}

func pixelsOf(d *Data, i int) (pixels []float32) {
	for _, v := range d.Images[i*d.Side*d.Side : (i+1)*d.Side*d.Side] {
		pixels = append(pixels, float32(v)/255)
	}
	return pixels
}

// place returns where a point of the map is in the window.
func (b *tab) place(i int) (x, y float64) {
	b.t.Helper()
	p := evaluate[[]float64](b, `(() => {
		document.getElementById("stage").scrollIntoView({ block: "center", behavior: "instant" });
		const box = report.map.canvas.getBoundingClientRect(), [x, y] = report.map.pixel(%d);
		return [box.left + x, box.top + y];
	})()`, i)
	return p[0], p[1]
}

// loneliest returns the point farthest from its nearest neighbour, which a pointer
// cannot miss.
func loneliest(d *Data) (best int) {
	farthest := 0.
	for i, p := range d.Embedding {
		nearest := math.Inf(1)
		for j, q := range d.Embedding {
			if i != j {
				nearest = min(nearest, math.Hypot(p[0]-q[0], p[1]-q[1]))
			}
		}
		if nearest > farthest {
			best, farthest = i, nearest
		}
	}
	return best
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return evaluate[string](b, "document.querySelector(%q).textContent", selector)
}

// TestBrowserHover points at an image.
func TestBrowserHover(t *testing.T) {
	b, d, decode := openExample(t)
	i := loneliest(d)
	x, y := b.place(i)
	b.do(chromedp.MouseEvent(chromedp.MouseMoved, x+1, y+1))
	b.settle()
	want := fmt.Sprintf("%s · image %d · loss %.3f", d.Classes[d.Labels[i]].Name, i, d.Losses[i])
	if got := b.text("#tip p"); got != want {
		t.Errorf("the tip says %q, want %q", got, want)
	}
	b.wantPicture("#tip canvas:nth-of-type(1)", pixelsOf(d, i))
	b.wantPicture("#tip canvas:nth-of-type(2)", decode(d.code(i)))

	b.do(chromedp.MouseClickXY(x+1, y+1))
	b.settle()
	if got := evaluate[int](b, "report.state.chosen"); got != i {
		t.Errorf("a click chose image %d, want %d", got, i)
	}
	b.wantPicture("#chosen-image", pixelsOf(d, i))
	b.wantPicture("#chosen-reconstruction", decode(d.code(i)))
}

// colored counts the map's pixels in a class's colour.
func (b *tab) colored(class Class) int {
	b.t.Helper()
	b.settle()
	return evaluate[int](b, `(() => {
		const c = report.map.canvas.querySelector("canvas");
		const { data } = c.getContext("2d").getImageData(0, 0, c.width, c.height);
		let n = 0;
		for (let k = 0; k < data.length; k += 4) {
			if (data[k + 3] > 150 && Math.abs(data[k] - %d) + Math.abs(data[k + 1] - %d) + Math.abs(data[k + 2] - %d) < 12) n++;
		}
		return n;
	})()`, class.Color.R, class.Color.G, class.Color.B)
}

// TestBrowserLegend hides a class and shows it again.
func TestBrowserLegend(t *testing.T) {
	b, d, _ := openExample(t)
	before := b.colored(d.Classes[1])
	b.do(chromedp.Click(chromedp.CSS("#legend button:nth-child(2)")))
	if hidden := b.colored(d.Classes[1]); before < 100 || hidden > 0 {
		t.Errorf("%d pixels in the class's colour, and %d when it is hidden", before, hidden)
	}
	if others := b.colored(d.Classes[0]); others < 100 {
		t.Errorf("%d pixels in another class's colour", others)
	}
	if got := evaluate[int](b, "report.map.nearest(...report.map.pixel(1), 1)"); got == 1 {
		t.Error("a hidden point is found under the pointer")
	}
	b.do(chromedp.Click(chromedp.CSS("#legend button:nth-child(2)")))
	if again := b.colored(d.Classes[1]); again != before {
		t.Errorf("%d pixels when it is shown again, want %d", again, before)
	}
}

// TestBrowserLine walks half the way between two images.
func TestBrowserLine(t *testing.T) {
	b, d, decode := openExample(t)
	b.do(
		chromedp.SetValue(chromedp.ID("number-a"), "12"), chromedp.SetValue(chromedp.ID("number-b"), "205"),
	)
	middle := make([]float32, len(d.code(12)))
	for k := range middle {
		middle[k] = (d.code(12)[k] + d.code(205)[k]) / 2
	}
	b.wantPicture("#image-a", pixelsOf(d, 12))
	b.wantPicture("#image-b", pixelsOf(d, 205))
	b.wantPicture("#step", decode(middle))
	b.wantPicture("#strip button:nth-child(1) canvas", decode(d.code(12)))
	b.do(chromedp.Focus(chromedp.ID("along")), chromedp.KeyEvent(kb.End))
	b.wantPicture("#step", decode(d.code(205)))
}

// TestBrowserUnits moves one number of a code.
func TestBrowserUnits(t *testing.T) {
	b, d, decode := openExample(t)
	evaluate[any](b, `(() => { const s = document.getElementById("unit-2"); s.value = s.max; s.dispatchEvent(new Event("input")); })()`)
	moved := slices.Clone(d.code(0))
	moved[2] = float32(evaluate[float64](b, `document.getElementById("unit-2").valueAsNumber`))
	b.wantPicture("#code-decoded", decode(moved))
	if got := b.text("#code-text"); !strings.HasPrefix(got, "1 of 6 numbers moved") {
		t.Errorf("the page says %q", got)
	}
	b.do(chromedp.Click(chromedp.ID("code-reset")))
	b.wantPicture("#code-decoded", decode(d.code(0)))
}

// TestBrowserDescent goes back to the first recorded iteration.
func TestBrowserDescent(t *testing.T) {
	b, _, _ := openExample(t)
	last := evaluate[[]float64](b, "report.map.pixel(5)")
	b.do(chromedp.Focus(chromedp.ID("iteration")), chromedp.KeyEvent(kb.Home))
	b.settle()
	if got := b.text("#iteration-text"); !strings.HasPrefix(got, "50 of 100 · exaggeration 12.0 · KL divergence 3.0000") {
		t.Errorf("the page says %q", got)
	}
	if first := evaluate[[]float64](b, "report.map.pixel(5)"); slices.Equal(first, last) {
		t.Error("a point is where it was")
	}
}

// TestBrowserKeyboard reaches everything by Tab, and uses it by keys.
func TestBrowserKeyboard(t *testing.T) {
	b, d, _ := openExample(t)
	reached := map[string]bool{}
	const name = `(() => { const e = document.activeElement; return e.id || e.name || (e.closest("[id]")?.id + " " + e.tagName); })()`
	at := func(id string) {
		t.Helper()
		for range 150 {
			now := evaluate[string](b, name)
			reached[now] = true
			if now == id {
				return
			}
			b.do(chromedp.KeyEvent(kb.Tab))
		}
		t.Fatalf("Tab does not reach %s", id)
	}
	press := func(keys string, options ...chromedp.KeyOption) {
		t.Helper()
		b.do(chromedp.KeyEvent(keys, options...))
		b.settle()
	}

	at("theme")
	press(kb.ArrowRight)
	press(kb.ArrowRight)
	if got := evaluate[string](b, "document.documentElement.dataset.theme"); got != "dark" {
		t.Errorf("the switch chose %q, want dark", got)
	}
	at("legend BUTTON")
	press(" ")
	if evaluate[bool](b, "report.state.shown[0]") {
		t.Error("the space bar does not hide a class")
	}
	press(" ")
	at("canvas")
	before := evaluate[float64](b, "report.map.view.scale")
	press("+")
	if after := evaluate[float64](b, "report.map.view.scale"); after >= before {
		t.Errorf("the scale is %v after %v: + does not zoom", after, before)
	}
	press("0")
	press(kb.ArrowRight)
	chosen := evaluate[int](b, "report.state.chosen")
	if chosen == 0 || d.Embedding[chosen][0] <= d.Embedding[0][0] {
		t.Errorf("the right arrow chose image %d at %v, from image 0 at %v", chosen, d.Embedding[chosen], d.Embedding[0])
	}
	if got := b.text("#live"); !strings.HasPrefix(got, fmt.Sprintf("Image %d, ", chosen)) {
		t.Errorf("who listens is told %q", got)
	}
	press("b")
	if got := evaluate[int](b, "report.state.ends.b"); got != chosen {
		t.Errorf("the line ends at image %d, want %d", got, chosen)
	}
	at("iteration")
	press(kb.ArrowLeft)
	if got := evaluate[int](b, "report.state.frame"); got != 0 {
		t.Errorf("frame %d, want 0", got)
	}
	at("number")
	evaluate[any](b, "document.activeElement.select()")
	press("123" + kb.Enter)
	if got := evaluate[int](b, "report.state.chosen"); got != 123 {
		t.Errorf("finding chose image %d, want 123", got)
	}
	at("along")
	press(kb.ArrowRight)
	if got := b.text("#along-text"); got != "51% of the way from A to B" {
		t.Errorf("the line says %q", got)
	}
	at("unit-5")
	old := b.text("#units .unit:nth-child(6) output")
	press(kb.PageDown)
	press(kb.PageUp)
	press(kb.PageUp)
	if got := b.text("#units .unit:nth-child(6) output"); got == old {
		t.Errorf("the slider's number stays %s", got)
	}
	at("loss-curve")
	press(kb.Home)
	if got := b.text("#loss-text"); got != "Epoch 1: training 0.5000 (band 0.2000–0.6000), validation 0.6000 (band 0.2000–0.7000)" {
		t.Errorf("the curve says %q", got)
	}
	at("gallery-class")
	press("s")
	at("best BUTTON")
	press(kb.Enter)
	if got := evaluate[int](b, "report.data.labels[report.state.chosen]"); got != 1 {
		t.Errorf("the best of class square is an image of class %d", got)
	}
	at("worst BUTTON")
	at("by-class BUTTON")
	for _, id := range []string{"zoom-in", "zoom-out", "zoom-all", "play", "take-a", "take-b", "number-a", "number-b", "strip BUTTON", "unit-0", "code-reset", "code-mean", "code-zero", "accuracy-curve", "near BUTTON"} {
		if !reached[id] {
			t.Errorf("Tab has not come by %s", id)
		}
	}
}

// TestBrowserPhone taps a point, and sees that nothing is wider than the window.
func TestBrowserPhone(t *testing.T) {
	chromium(t)
	d, _ := example(t)
	b := open(t, write(t, d), 400, 860, "dark")
	i := loneliest(d)
	x, y := b.place(i)
	b.do(chromedp.TapXY(x, y))
	b.settle()
	if got := evaluate[int](b, "report.state.chosen"); got != i {
		t.Errorf("a tap chose image %d, want %d", got, i)
	}
	if evaluate[bool](b, "document.getElementById('tip').hidden") {
		t.Error("a tap shows no tip")
	}
	b.wantNarrow()
	if got := evaluate[string](b, "getComputedStyle(document.body).backgroundColor"); got != "rgb(19, 20, 23)" {
		t.Errorf("the paper is %s in the dark", got)
	}
}

// TestBrowserHostile has markup in every text.
func TestBrowserHostile(t *testing.T) {
	chromium(t)
	d, _ := example(t)
	makeHostile(d)
	b := open(t, write(t, d), 400, 860, "light")
	x, y := b.place(loneliest(d))
	b.do(chromedp.TapXY(x, y))
	b.settle()
	if evaluate[bool](b, "typeof hacked !== 'undefined'") {
		t.Error("a script of the data's has run")
	}
	if got := evaluate[int](b, "document.querySelectorAll('img, section b:not(.end):not(#tip b)').length"); got > 0 {
		t.Errorf("%d elements of the data's are in the page", got)
	}
	for i, name := range []string{hostile[0], hostile[1], hostile[2]} {
		if got := evaluate[string](b, "document.querySelector('#legend button:nth-child(%d)').childNodes[1].textContent", i+1); got != name {
			t.Errorf("class %d is called %q, want %q", i, got, name)
		}
	}
	if got := evaluate[string](b, "document.title"); got != hostile[0] {
		t.Errorf("the title is %q, want %q", got, hostile[0])
	}
	b.wantNarrow()
}

// wantNarrow wants nothing to stick out on the right of a phone's window.
func (b *tab) wantNarrow() {
	b.t.Helper()
	if wide := evaluate[int](b, "document.documentElement.scrollWidth"); wide > 400 {
		const out = `Array.from(document.querySelectorAll("body *")).filter((e) => !e.closest(".wide, .skip, .quiet") && e.getBoundingClientRect().left + e.scrollWidth > 400).map((e) => e.outerHTML.slice(0, 90))`
		b.t.Errorf("%d pixels wide, want 400: %q", wide, evaluate[[]string](b, out))
	}
}

// TestBrowserPolicy tries what the page must not do.
func TestBrowserPolicy(t *testing.T) {
	b, _, _ := openExample(t)
	b.refused = true
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer server.Close()
	for _, try := range []string{
		`fetch("SERVER").then(() => "went", () => "refused")`,
		`new Promise((done) => { const i = new Image(); i.onload = i.onerror = () => done("refused"); i.src = "SERVER/i.png"; })`,
		`(() => { const s = document.createElement("script"); s.textContent = "ran = 1"; document.body.append(s); return typeof ran === "undefined" ? "refused" : "went"; })()`,
	} {
		if got := evaluate[string](b, "%s", strings.ReplaceAll(try, "SERVER", server.URL)); got != "refused" {
			t.Errorf("%s: %s", try, got)
		}
	}
	if n := asked.Load(); n > 0 {
		t.Errorf("the page has asked %d times", n)
	}
}

// TestBrowserLittle shows as little as there can be: one point, nothing known.
func TestBrowserLittle(t *testing.T) {
	chromium(t)
	d, _ := example(t)
	little := &Data{
		Title: "Little", Side: d.Side, Images: d.Images[:d.Side*d.Side], Classes: d.Classes[:1],
		Codes: d.code(0), Losses: d.Losses[:1], Decoder: d.Decoder, Embedding: d.Embedding[:1],
	}
	b := open(t, write(t, little), 1400, 1000, "light")
	if got := b.text("#chosen-facts"); !strings.Contains(got, "circle") {
		t.Errorf("the panel says %q", got)
	}
}
