// This file puts the page together.

package report

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// files are the page's parts.
//
//go:embed page echarts/echarts.min.js echarts/LICENSES.txt
var files embed.FS

// scripts are the page's own, in the order in which they build on each other.
var scripts = []string{
	"page/data.js", "page/decoder.js", "page/picture.js", "page/state.js", "page/theme.js",
	"page/map.js", "page/mapinput.js", "page/legend.js", "page/inspector.js", "page/descent.js",
	"page/line.js", "page/units.js", "page/curves.js", "page/gallery.js", "page/main.js",
}

var page = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"count": count,
	"next":  func(i int) int { return i + 1 },
	"share": func(part, whole float64) string { return fmt.Sprintf("%.1f%%", 100*part/whole) },
}).ParseFS(files, "page/page.html"))

// maxDescent is how many bytes the frames of a descent may take; more frames are
// thinned out evenly.
const maxDescent = 4 << 20

// Write writes the report.
func Write(w io.Writer, d *Data) error {
	if err := d.validate(); err != nil {
		return err
	}
	v := view{Data: d, Diagram: layOut(d.Graph), Count: len(d.Embedding), Units: len(d.Codes) / len(d.Embedding)}
	if err := v.addArrays(); err != nil {
		return err
	}
	v.addManifest()
	if err := v.addParts(); err != nil {
		return err
	}
	return page.Execute(w, &v)
}

// view is what the template sees.
type view struct {
	*Data
	Count, Units int
	Seconds      float64 // of all stages
	Policy       string
	Style        template.CSS
	Charts       template.JS // ECharts
	Script       template.JS // the page's own
	Licenses     string      // of ECharts
	Arrays       []array     // what the map needs
	Images       array       // the largest, last
	Manifest     manifest
	Diagram      *diagram
	frames       []Frame
}

// manifest tells the script what the arrays hold, and the few numbers that are
// no array.
type manifest struct {
	Count   int             `json:"count"`
	Side    int             `json:"side"`
	Units   int             `json:"units"`
	Labels  bool            `json:"labels"`
	Classes []manifestClass `json:"classes"`
	Layers  []manifestLayer `json:"layers"`
	Frames  []manifestFrame `json:"frames"`  // the finished embedding last
	History *Curves         `json:"history"` // null if unknown
	Low     *Curves         `json:"low"`
	High    *Curves         `json:"high"`
}

type manifestClass struct {
	Name  string `json:"name"`
	Color string `json:"color"`
}

type manifestLayer struct {
	Units      int    `json:"units"`
	Activation string `json:"activation"`
}

type manifestFrame struct {
	Iteration    int     `json:"iteration"`
	Exaggeration float64 `json:"exaggeration"`
	KLDivergence float64 `json:"kl"`
}

// addArrays packs the numbers. The images stand apart: the page draws the map
// before the browser has read them.
func (v *view) addArrays() error {
	v.frames = thin(v.Descent, 4*v.Count)
	if len(v.frames) == 0 {
		v.frames = []Frame{{Embedding: v.Embedding}}
	}
	var places []byte
	for _, f := range v.frames {
		places = append(places, positions(f.Embedding)...)
	}
	var weights [][]float32
	for _, l := range v.Decoder {
		weights = append(weights, l.Kernel, l.Bias)
	}
	labels := v.Labels
	if labels == nil {
		labels = make([]byte, v.Count)
	}
	for _, a := range []struct {
		name string
		data []byte
	}{{"positions", places}, {"labels", labels}, {"weights", floats(weights...)}, {"losses", floats(v.Losses)}, {"codes", floats(v.Codes)}} {
		packed, err := pack(a.name, a.data)
		if err != nil {
			return err
		}
		v.Arrays = append(v.Arrays, packed)
	}
	var err error
	v.Images, err = pack("images", v.Data.Images)
	return err
}

// thin returns at most so many of the frames, each of size bytes, that they stay
// within maxDescent, evenly chosen and with the last.
func thin(frames []Frame, size int) []Frame {
	most := max(maxDescent/size, 1)
	if len(frames) <= most {
		return frames
	}
	chosen := make([]Frame, most)
	for i := range chosen {
		chosen[i] = frames[(i+1)*len(frames)/most-1]
	}
	return chosen
}

func (v *view) addManifest() {
	m := &v.Manifest
	m.Count, m.Side, m.Units, m.Labels = v.Count, v.Side, v.Units, v.Labels != nil
	if len(v.History.Loss) > 0 {
		m.History = &v.History
	}
	if len(v.Band.Low.Loss) > 0 {
		m.Low, m.High = &v.Band.Low, &v.Band.High
	}
	for _, c := range v.Classes {
		m.Classes = append(m.Classes, manifestClass{c.Name, fmt.Sprintf("#%02x%02x%02x", c.Color.R, c.Color.G, c.Color.B)})
	}
	for _, l := range v.Decoder {
		m.Layers = append(m.Layers, manifestLayer{l.Units, l.Activation})
	}
	for _, f := range v.frames {
		m.Frames = append(m.Frames, manifestFrame{f.Iteration, f.Exaggeration, f.KLDivergence})
	}
	for _, s := range v.Stages {
		v.Seconds += s.Seconds
	}
}

// addParts adds style and scripts, and the policy that lets the browser run
// these and nothing else, and ask nobody for anything.
func (v *view) addParts() error {
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		return err
	}
	charts, err := files.ReadFile("echarts/echarts.min.js")
	if err != nil {
		return err
	}
	licenses, err := files.ReadFile("echarts/LICENSES.txt")
	if err != nil {
		return err
	}
	script := bytes.NewBufferString("\"use strict\";\n")
	for _, name := range scripts {
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		script.Write(text)
	}
	v.Style, v.Charts, v.Script, v.Licenses = template.CSS(style), template.JS(charts), template.JS(script.String()), string(licenses)
	v.Policy = fmt.Sprintf("default-src 'none'; script-src %s %s; style-src %s; base-uri 'none'; form-action 'none'",
		hash(charts), hash(script.Bytes()), hash(style))
	return nil
}

// hash names a script or style in a policy (Content Security Policy Level 3,
// section 2.3.1).
func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// count writes a number with a comma at every thousand.
func count(n int) string {
	digits := fmt.Sprint(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
