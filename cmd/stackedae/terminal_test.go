package main

import (
	"strings"
	"testing"
)

// TestWrap breaks text at blanks.
func TestWrap(t *testing.T) {
	const text = "one two three\nfour\n  indented words\nunbreakable/path and more"
	for columns, want := range map[int]string{
		0:  text,
		80: text,
		13: "one two three\nfour\n  indented\n  words\nunbreakable/path\n  and more",
		12: "one two\n  three\nfour\n  indented\n  words\nunbreakable/path\n  and more",
		4:  "one\n  two\n  three\nfour\n  indented\n  words\nunbreakable/path\n  and\n  more",
	} {
		if got := wrap(text, columns); got != want {
			t.Errorf("in %d columns\n%s\nwant\n%s", columns, got, want)
		}
	}
	if got := wrap("grün × blau", 6); got != "grün ×\n  blau" {
		t.Errorf("characters of several bytes: %q", got)
	}
	painted := terminal{color: true}.paint(bold, "ten cells!") + "\n"
	if got := wrap(painted, 10); got != painted {
		t.Errorf("codes of styles count as characters: %q", got)
	}
	if got := wrap(strings.Repeat("x", 50)+"\n", 10); got != strings.Repeat("x", 50)+"\n" {
		t.Errorf("a word without end: %q", got)
	}
}
