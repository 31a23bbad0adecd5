// This file prints the program that Gorgonia's tape machine runs.

package graph

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	G "gorgonia.org/gorgonia"
)

// WriteTape writes what Gorgonia compiles the graph of a training step on a batch
// of rows into: an instruction a line, with the numbers of the registers that it
// reads and writes, and the node that it computes.
func (n *Network) WriteTape(w io.Writer, rows int) error {
	p, err := n.program(training, rows)
	if err != nil {
		return err
	}
	m, err := compile(p, Config{Machine: TapeMachine}, n.engine)
	if err != nil {
		return err
	}
	defer m.close()
	if _, err := io.WriteString(w, listing(p.graph, m.tape.String())); err != nil {
		return fmt.Errorf("graph: writing the program: %w", err)
	}
	return nil
}

// Gorgonia tells of its programs by a text alone. At its end the nodes are listed in
// their order, each by its place, its number in hexadecimal, and its instructions, a
// line each. They load an argument; take memory; compute; hand out a value at an
// address; or give memory back, in no certain order.
var (
	nodesLine = "\nNode:instructions map:\n"
	nodeStart = regexp.MustCompile(`^\t\d+\t([0-9a-f]+):`)
	loadLine  = regexp.MustCompile(`^loadArg [0-9a-f]+ \(.*\) to CPU(\d+)$`)
	allocLine = regexp.MustCompile(`^Alloc .*\t\tCPU(\d+)$`)
	execLine  = regexp.MustCompile(`^(.*)\t\[(.*)\]\tCPU(\d+)(?:\t(?:true|false)){3}$`)
	readLine  = regexp.MustCompile(`^Read CPU(\d+) into 0x[0-9a-f]+$`)
	freeLine  = regexp.MustCompile(`^Free CPU(\d+)$`)

	trailingBlanks = regexp.MustCompile(`(?m) +$`)
)

// listing lays out Gorgonia's text on a program of g. A line that it does not know
// is shown as it is.
func listing(g *G.ExprGraph, text string) string {
	_, text, _ = strings.Cut(text, nodesLine)
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "#\tinstruction\treads\twrites\tnode\tshape\n")
	number := 0
	row := func(instruction, reads, writes, name, shape string) {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\n", number, instruction, reads, writes, name, shape)
		number++
	}
	var name, shape string
	var freed []int
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		if at := nodeStart.FindStringSubmatchIndex(line); at != nil {
			name, shape = "", ""
			if id, err := strconv.ParseInt(line[at[2]:at[3]], 16, 64); err == nil {
				if n, ok := g.Node(id).(*G.Node); ok {
					name, shape = title(n), shapeName(n.Shape())
				}
			}
			line = line[at[1]:]
		}
		line = strings.Trim(line, "\t\n")
		if f := freeLine.FindStringSubmatch(line); f != nil {
			register, _ := strconv.Atoi(f[1])
			freed = append(freed, register)
			continue
		}
		if f := loadLine.FindStringSubmatch(line); f != nil {
			row("load", "", f[1], name, shape)
		} else if f := allocLine.FindStringSubmatch(line); f != nil {
			row("allocate", "", f[1], "", shape)
		} else if f := execLine.FindStringSubmatch(line); f != nil {
			row(shortName(f[1]), strings.ReplaceAll(f[2], "CPU", ""), f[3], name, shape)
		} else if f := readLine.FindStringSubmatch(line); f != nil {
			row("read out", f[1], "", "", "")
		} else {
			row(line, "", "", "", "")
		}
	}
	if len(freed) > 0 {
		slices.Sort(freed)
		fmt.Fprintf(table, "%d\tfree %s\n", number, strings.Trim(fmt.Sprint(freed), "[]")) // widens no column
	}
	table.Flush() // to memory: no error
	return trailingBlanks.ReplaceAllString(b.String(), "")
}
