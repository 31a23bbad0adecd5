package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// manual returns the package comment.
func manual(t *testing.T) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	return file.Doc.Text()
}

// TestManualExamples runs each block of the manual that begins with
// "$ stackedae" and compares what it prints.
func TestManualExamples(t *testing.T) {
	blocks := strings.Split(manual(t), "\n\t$ stackedae ")
	t.Chdir(t.TempDir())
	if len(blocks) < 4 {
		t.Fatalf("%d examples in the manual, want some", len(blocks)-1)
	}
	for _, block := range blocks[1:] {
		command, rest, _ := strings.Cut(block, "\n")
		var want strings.Builder
		for line := range strings.Lines(rest) {
			text, ok := strings.CutPrefix(line, "\t")
			if !ok {
				break
			}
			want.WriteString(text)
		}
		var out bytes.Buffer
		run(strings.Fields(command), &out, &out)
		if got := trimLines(out.String()); got != want.String() {
			t.Errorf("stackedae %s prints\n%swant\n%s", command, got, want.String())
		}
	}
}

// trimLines takes the blanks from the ends of lines, which a comment cannot
// hold.
func trimLines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return b.String()
}

// TestManualIsComplete looks for every command and flag in the manual, and for
// an example in every command's help.
func TestManualIsComplete(t *testing.T) {
	text := manual(t)
	var g grammar
	p, err := newParser(&g, &app{})
	if err != nil {
		t.Fatal(err)
	}
	err = kong.Visit(p.Model, func(node kong.Visitable, next kong.Next) error {
		switch node := node.(type) {
		case *kong.Command:
			if !strings.Contains(text, "\n\tstackedae "+node.Name) && !strings.Contains(text, "\n\tstackedae ["+node.Name+"]") {
				t.Errorf("command %s is not in the manual", node.Name)
			}
			if !strings.Contains(node.Detail, "Example: stackedae "+node.Name) {
				t.Errorf("the help of %s has no example", node.Name)
			}
		case *kong.Flag:
			if node.Name != "help" && !strings.Contains(text, "--"+node.Name) {
				t.Errorf("flag --%s is not in the manual", node.Name)
			}
		}
		return next(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}
