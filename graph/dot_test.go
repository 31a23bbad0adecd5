package graph

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/graph/formats/dot"
	"gonum.org/v1/gonum/graph/formats/dot/ast"

	"stackedae/model"
)

var update = flag.Bool("update", false, "write the golden files anew")

// drawnModels are of one layer, of the chapter's and more, and with layers that
// are cut.
var drawnModels = []model.Spec{model.Stacked(12, 6), chapter, model.Stacked(12, 9, 6, 3), broad}

// drawn is a graph as it is read from DOT.
type drawn struct {
	clusters map[string]string // of nodes, "" outside all
	labels   map[string]string
	edges    []string // from operand to reader
}

// parseDrawn returns what DOT's own grammar makes of a drawing.
func parseDrawn(t *testing.T, text string) drawn {
	t.Helper()
	file, err := dot.ParseString(text)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if len(file.Graphs) != 1 || !file.Graphs[0].Directed {
		t.Fatalf("want one directed graph:\n%s", text)
	}
	d := drawn{clusters: map[string]string{}, labels: map[string]string{}}
	d.statements(t, file.Graphs[0].Stmts, "")
	return d
}

func (d *drawn) statements(t *testing.T, all []ast.Stmt, cluster string) {
	for _, s := range all {
		switch s := s.(type) {
		case *ast.NodeStmt:
			if len(s.Attrs) == 0 { // in a rank
				continue
			}
			if _, ok := d.clusters[s.Node.ID]; ok {
				t.Errorf("node %s is drawn twice", s.Node.ID)
			}
			d.clusters[s.Node.ID] = cluster
			for _, a := range s.Attrs {
				if a.Key == "label" {
					d.labels[s.Node.ID] = strings.Trim(a.Val, `"`)
				}
			}
		case *ast.EdgeStmt:
			from, to := s.From.(*ast.Node).ID, s.To.Vertex.(*ast.Node).ID
			for _, a := range s.Attrs {
				if a.Key == "dir" && a.Val == "back" {
					from, to = to, from
				}
			}
			d.edges = append(d.edges, from+" "+to)
		case *ast.Subgraph:
			d.statements(t, s.Stmts, strings.TrimPrefix(s.ID, "cluster_"))
		}
	}
}

func drawnText(t *testing.T, m *model.Model, o Operations, rows int) string {
	t.Helper()
	n, err := New(m, Config{Operations: o})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := n.WriteDOT(&b, rows); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestDOTHasTheWholeGraph compares nodes and edges with the expression graph's.
func TestDOTHasTheWholeGraph(t *testing.T) {
	for _, spec := range drawnModels {
		for o, ops := range map[Operations]operations{Fused: fused{}, Stock: stock{}} {
			t.Run(fmt.Sprintf("%v,stock=%v", spec, o == Stock), func(t *testing.T) {
				m := newModel(t, spec)
				got := parseDrawn(t, drawnText(t, m, o, 4))
				p, err := build(m, training, 4, ops)
				if err != nil {
					t.Fatal(err)
				}
				var edges []string
				nodes := p.graph.AllNodes()
				for _, n := range nodes {
					label, ok := got.labels[id(n)]
					if !ok {
						t.Errorf("node %v is not drawn", n)
					} else if want := strings.ReplaceAll(caption(n), "\n", `\n`); label != want || label == "" {
						t.Errorf("node %v is labelled %q, want %q", n, label, want)
					}
					for _, o := range operands(p.graph, n) {
						edges = append(edges, id(o)+" "+id(n))
					}
				}
				if len(got.labels) != len(nodes) {
					t.Errorf("%d nodes are drawn, want %d", len(got.labels), len(nodes))
				}
				slices.Sort(edges)
				slices.Sort(got.edges)
				if !slices.Equal(got.edges, edges) {
					t.Errorf("edges\n%v, want\n%v", got.edges, edges)
				}
			})
		}
	}
}

// TestDOTClusters looks for the nodes that have a name of ours where a reader
// would look for them.
func TestDOTClusters(t *testing.T) {
	for _, spec := range drawnModels {
		for _, o := range []Operations{Fused, Stock} {
			got := parseDrawn(t, drawnText(t, newModel(t, spec), o, 4))
			seen := map[string]int{}
			for id, label := range got.labels {
				name, _, _ := strings.Cut(label, `\n`)
				part, _, layer := strings.Cut(name, ".")
				want := ""
				switch {
				case strings.HasSuffix(name, " gradient"):
					want = "gradient"
				case layer && (part == "encoder" || part == "decoder"):
					want = part
				case name != "input" && name != "loss" && name != "rounded_accuracy":
					continue
				}
				seen[want]++
				if c := got.clusters[id]; c != want {
					t.Errorf("%v: %s is in cluster %q, want %q", spec, name, c, want)
				}
			}
			layers := len(spec.Encoder)
			want := map[string]int{"": 3, "encoder": 3 * layers, "decoder": 3 * layers, "gradient": 6 * layers}
			if o == Stock { // its gradients have no names
				delete(want, "gradient")
			}
			for c, n := range want {
				if seen[c] != n {
					t.Errorf("%v: %d named nodes in cluster %q, want %d", spec, seen[c], c, n)
				}
			}
		}
	}
}

// TestGoldenDOTAndTape holds the drawing and the program of a small model, which
// have been looked at.
func TestGoldenDOTAndTape(t *testing.T) {
	n, err := New(newModel(t, model.Stacked(6, 4, 2)), Config{})
	if err != nil {
		t.Fatal(err)
	}
	var graph, tape bytes.Buffer
	if err := n.WriteDOT(&graph, 8); err != nil {
		t.Fatal(err)
	}
	if err := n.WriteTape(&tape, 8); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"testdata/graph.dot": graph.String(), "testdata/tape.txt": tape.String()} {
		if *update {
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("not as in %s:\n%s", name, got)
		}
	}
}

// TestTapeOfStockOperations looks for what only they need: memory that is
// allocated, and results in an operand's place.
func TestTapeOfStockOperations(t *testing.T) {
	n, err := New(newModel(t, chapter), Config{Operations: Stock, Machine: StaticMachine})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := n.WriteTape(&b, 32); err != nil {
		t.Fatal(err)
	}
	lines := map[string]bool{}
	for line := range strings.Lines(b.String()) {
		if fields := strings.Fields(line); len(fields) > 1 {
			lines[strings.Join(fields[1:], " ")] = true
		}
		if strings.Contains(line, "0x") || strings.Contains(line, "true") || strings.Contains(line, "false") {
			t.Errorf("not for people: %s", line)
		}
	}
	for _, want := range []string{"allocate 3 32×100", "A × B 0 1 3 32×100", "+ 12 15 12 encoder.0 32×100"} {
		if !lines[want] {
			t.Errorf("no instruction %q in\n%s", want, b.String())
		}
	}
}
