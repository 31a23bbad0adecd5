// This file reads the few forms of Python literals that numpy's headers have.

package npy

import (
	"fmt"
	"strconv"
	"strings"
)

// A parser walks along text. The first error stays in err and ends the
// parsing: after it every method returns a zero value and moves no further.
type parser struct {
	text   string
	pos    int
	offset int // of text in the file, for messages
	err    error
}

// failAt records err as the error at the position pos if it is the first.
func (p *parser) failAt(pos int, err error) {
	if p.err == nil {
		p.err = fmt.Errorf("header at offset %d: %w", p.offset+pos, err)
	}
}

// failWant records that the text at the current position is not what is wanted.
func (p *parser) failWant(want string) {
	rest := p.text[p.pos:]
	if rest == "" {
		p.failAt(p.pos, fmt.Errorf("ends, want %s", want))
		return
	}
	p.failAt(p.pos, fmt.Errorf("%q, want %s", rest[:min(len(rest), 8)], want))
}

// skipSpace moves to the next character that is no white space.
func (p *parser) skipSpace() {
	rest := p.text[p.pos:]
	p.pos += len(rest) - len(strings.TrimLeft(rest, " \t\r\n"))
}

// accept skips token if it comes next and reports whether it did.
func (p *parser) accept(token string) bool {
	if p.err != nil {
		return false
	}
	p.skipSpace()
	if !strings.HasPrefix(p.text[p.pos:], token) {
		return false
	}
	p.pos += len(token)
	return true
}

// want skips token, which must come next.
func (p *parser) want(token string) {
	if !p.accept(token) {
		p.failWant(strconv.Quote(token))
	}
}

// end wants nothing but white space in the rest.
func (p *parser) end() {
	p.skipSpace()
	if p.pos < len(p.text) {
		p.failWant("the end")
	}
}

// quoted reads a string in single or double quotes. Escapes, which numpy has no
// use for here, are refused.
func (p *parser) quoted() string {
	quote := "'"
	if !p.accept(quote) {
		if quote = `"`; !p.accept(quote) {
			p.failWant("a string")
			return ""
		}
	}
	length := strings.Index(p.text[p.pos:], quote)
	if length < 0 {
		p.pos = len(p.text)
		p.failWant("the string's closing " + quote)
		return ""
	}
	s := p.text[p.pos : p.pos+length]
	if i := strings.IndexByte(s, '\\'); i >= 0 {
		p.pos += i
		p.failWant("a string without escapes")
		return ""
	}
	p.pos += length + len(quote)
	return s
}

// descr reads the type of the elements. A list is a structured type and a tuple
// an array of arrays; both are refused here.
func (p *parser) descr() string {
	if p.accept("[") || p.accept("(") {
		p.failAt(p.pos-1, errStructured)
		return ""
	}
	return p.quoted()
}

// boolean reads True or False.
func (p *parser) boolean() bool {
	if p.accept("True") {
		return true
	}
	if !p.accept("False") {
		p.failWant("True or False")
	}
	return false
}

// tuple reads a tuple of numbers: "()", "(3,)" or "(3, 4)".
func (p *parser) tuple() []int {
	p.want("(")
	dims := []int{}
	for !p.accept(")") && p.err == nil {
		dims = append(dims, p.number())
		if !p.accept(",") {
			if len(dims) == 1 { // to Python, (3) is the number 3
				p.want(",")
			}
			p.want(")")
			break
		}
	}
	return dims
}

// number reads a decimal number that is not negative and fits an int.
func (p *parser) number() int {
	if p.err != nil {
		return 0
	}
	p.skipSpace()
	rest := p.text[p.pos:]
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	if digits == "" || len(digits) > 1 && digits[0] == '0' {
		p.failWant("a dimension")
		return 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		p.failAt(p.pos, fmt.Errorf("dimension of %d digits, want one that fits an int", len(digits)))
		return 0
	}
	p.pos += len(digits)
	return n
}
