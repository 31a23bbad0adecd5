// This file opens reports in headless Chromium, for the tests and for pictures.

package report

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// chromium is what tests of the page run in: Debian's package chromium, or what
// else goes by these names.
func chromium(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("tests of the page in a browser are skipped by -short")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("tests of the page in a browser are skipped: there is no chromium here")
	return ""
}

// browser is the one that all tests share, with a tab of its own for each.
var browser struct {
	sync.Once
	ctx context.Context
	end func()
}

func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	if browser.end != nil {
		browser.end()
	}
	os.Exit(status)
}

// tab is a page in the browser.
type tab struct {
	t        *testing.T
	ctx      context.Context
	mu       sync.Mutex
	requests []string                  // what the page has asked for
	console  []chromedp.ConsoleMessage // what it has said
	refused  bool                      // it complains of what the policy refuses it
}

// open opens a file in a new tab. When the test ends, the page must have asked
// for nothing but itself, and have had nothing to complain of.
func open(t *testing.T, path string, width, height int64, scheme string) *tab {
	t.Helper()
	program := chromium(t)
	browser.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox) // root has none
		allocator, endAll := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, end := chromedp.NewContext(allocator)
		browser.ctx, browser.end = ctx, func() { end(); endAll() }
	})
	if err := chromedp.Do(browser.ctx); err != nil {
		t.Fatal(err)
	}
	ctx, end := chromedp.NewContext(browser.ctx)
	b := &tab{t: t, ctx: ctx}
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.console = append(b.console, m)
			b.mu.Unlock()
		}
	}()
	requests := chromedp.Events(ctx, network.RequestWillBeSent)
	go func() {
		for r, err := range requests {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.requests = append(b.requests, r.Request.URL)
			b.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		defer end()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, m := range b.console {
			refusal := strings.Contains(m.Text, "Content Security Policy")
			reading := strings.HasPrefix(m.Text, "Canvas2D: Multiple readback") // by these tests
			if !reading && !(b.refused && refusal) {
				t.Errorf("console: %v", m)
			}
		}
		for _, r := range b.requests {
			if r != address && !b.refused {
				t.Errorf("the page asked for %s", r)
			}
		}
	})
	mobile := func(p *emulation.SetDeviceMetricsOverrideParams, touch *emulation.SetTouchEmulationEnabledParams) {
		p.Mobile, touch.Enabled = width < 600, width < 600
	}
	b.do(
		func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			return chromedp.Void{}, err
		},
		chromedp.EmulateViewport(width, height, mobile),
		chromedp.Navigate(address),
		chromedp.Poll[chromedp.Void]("report.ready", chromedp.WithPollingTimeout(30*time.Second)),
	)
	b.settle()
	return b
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// settle waits until what has changed is drawn.
func (b *tab) settle() {
	b.t.Helper()
	evaluate[bool](b, "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
}

// evaluate returns the value of an expression in the page.
func evaluate[T any](b *tab, format string, args ...any) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](fmt.Sprintf(format, args...), chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", fmt.Sprintf(format, args...), err)
	}
	return v
}

var (
	pictures = flag.String("pictures", "", "picture the report of this file, at 1400 and 400 pixels, light and dark")
	script   = flag.String("script", "0", "evaluate this before")
	window   = flag.Bool("window", false, "picture what a window shows, not the whole page")
)

// TestPictures pictures a report, for people to look at, beside the file:
//
//	go test ./internal/report -run Pictures -pictures $PWD/out/report.html
func TestPictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("without -pictures FILE there is nothing to picture")
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range [][2]int64{{1400, 1000}, {400, 860}} {
			b := open(t, *pictures, size[0], size[1], scheme)
			t.Logf("%v: interactive and ready after %v milliseconds", size, evaluate[[]float64](b, `["interactive", "ready"].map((name) => performance.getEntriesByName(name)[0].startTime)`))
			evaluate[any](b, "%s", *script)
			b.settle()
			if wide := evaluate[int](b, "document.documentElement.scrollWidth"); wide > int(size[0]) {
				t.Errorf("%d pixels wide in a window of %d", wide, size[0])
			}
			take := chromedp.FullScreenshot(100)
			if *window {
				take = chromedp.CaptureScreenshot()
			}
			png, err := chromedp.Run(b.ctx, take)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%s-%d-%s.png", strings.TrimSuffix(*pictures, ".html"), size[0], scheme)
			if err := os.WriteFile(name, png, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
