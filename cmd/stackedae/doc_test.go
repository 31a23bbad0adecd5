package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"runtime"
	"strconv"
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
	if runtime.GOOS == "windows" {
		t.Skip("the manual has Unix's words for errors")
	}
	blocks := strings.Split(manual(t), "\n\t$ stackedae ")
	t.Chdir(t.TempDir())
	if len(blocks) < 4 {
		t.Fatalf("%d examples in the manual, want some", len(blocks)-1)
	}
	status := success
	for i, block := range blocks[1:] {
		if told := regexp.MustCompile(`Status ([12]):\s*$`).FindStringSubmatch(blocks[i]); told != nil {
			status, _ = strconv.Atoi(told[1])
		}
		command, rest, _ := strings.Cut(block, "\n")
		var want strings.Builder
		for line := range strings.Lines(rest) {
			text, ok := strings.CutPrefix(line, "\t")
			if !ok {
				break
			}
			want.WriteString(text)
		}
		var stdout, stderr bytes.Buffer
		if got := run(strings.Fields(command), &stdout, &stderr); got != status {
			t.Errorf("stackedae %s: status %d, want %d", command, got, status)
		}
		printed, other := stdout.String(), stderr.String()
		if status != success {
			printed, other = other, printed
		}
		if got := trimLines(printed); got != want.String() || other != "" {
			t.Errorf("stackedae %s prints\n%sand elsewhere %q, want\n%s", command, got, other, want.String())
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

// TestREADMECommandsAreRight parses the README's commands.
func TestREADMECommandsAreRight(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`(?m)^    go run \./cmd/stackedae(.*?)(?:\s#.*)?$`).FindAllStringSubmatch(string(text), -1)
	if len(commands) < 5 {
		t.Fatalf("%d commands in the README, want some", len(commands))
	}
	for _, c := range commands {
		var g grammar
		p, err := newParser(&g, &app{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Parse(strings.Fields(c[1])); err != nil {
			t.Errorf("stackedae%s: %v", c[1], err)
		}
	}
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
			if node.Hidden {
				return nil
			}
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

// helpOf returns what stackedae ARGS --help prints.
func helpOf(t *testing.T, args ...string) (text string) {
	t.Helper()
	var g grammar
	var stdout bytes.Buffer
	p, err := newParser(&g, &app{stdout: &stdout, stderr: &stdout})
	if err != nil {
		t.Fatal(err)
	}
	p.Exit = func(status int) { panic(status) } // kong goes on after Exit
	defer func() {
		if status := recover(); status != success {
			t.Errorf("stackedae %v --help ends with %v", args, status)
		}
		text = stdout.String()
	}()
	_, err = p.Parse(append(args, "--help"))
	t.Fatalf("stackedae %v --help goes on, %v", args, err)
	return ""
}

// TestHelpFits holds that the program's help fits on a terminal of 24 lines, with the
// prompt; and that no command's is wider than 80 columns or breaks an example, which
// is a right command line.
func TestHelpFits(t *testing.T) {
	const lines, columns = 24, 80
	all := helpOf(t)
	if n := strings.Count(all, "\n"); n >= lines {
		t.Errorf("help of %d lines, want less than %d", n, lines)
	}
	texts := map[string]string{"": all}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z]+)  `).FindAllStringSubmatch(all, -1) {
		texts[m[1]] = helpOf(t, m[1])
	}
	if len(texts) < 10 {
		t.Errorf("help of %d commands, want more", len(texts)-1)
	}
	for name, text := range texts {
		for line := range strings.Lines(text) {
			if n := cells(line); n > columns {
				t.Errorf("help of %q: %d columns: %s", name, n, line)
			}
		}
		if name == "" {
			continue
		}
		examples := regexp.MustCompile(`(?m)^Example: stackedae (`+name+`.*)$`).FindAllStringSubmatch(text, -1)
		if len(examples) != strings.Count(text, "Example") || examples == nil {
			t.Errorf("help of %s: not every example is a line of its own:\n%s", name, text)
		}
		for _, e := range examples {
			command, _, _ := strings.Cut(e[1], " | ")
			var g grammar
			p, err := newParser(&g, &app{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Parse(strings.Fields(command)); err != nil {
				t.Errorf("example %s: %v", e[1], err)
			}
		}
	}
}
