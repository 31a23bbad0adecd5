// This file lays the expression graph out: a row a layer, and in it from left to
// right weights, operation, and what comes back.

package report

import (
	"fmt"
	"slices"
)

// Node is a node of the expression graph.
type Node struct {
	Name, Operation, Shape string
	Role                   Role
	Operands               []int // indices of the nodes that it reads
}

// Role says what a node is for.
type Role int

// The roles of nodes.
const (
	Image Role = iota
	Weight
	Forward
	Gradient
)

// Sizes of the diagram, in pixels.
const (
	boxWidth  = 178
	boxHeight = 40
	columnGap = 54
	rowGap    = 26
	stackGap  = 8
)

// diagram is a graph that has been laid out.
type diagram struct {
	Width, Height int
	Boxes         []box
	Edges         []edge
}

// box is a node with its place.
type box struct {
	Node
	X, Y        int // the upper left corner
	row, column int
}

// Class names the box's kind for the style sheet.
func (b box) Class() string { return [...]string{"image", "weight", "forward", "gradient"}[b.Role] }

// Detail is what stands below the name.
func (b box) Detail() string {
	if b.Operation == "" || b.Shape == "" {
		return b.Operation + b.Shape
	}
	return b.Operation + " · " + b.Shape
}

// Width and Height are its size.
func (b box) Width() int  { return boxWidth }
func (b box) Height() int { return boxHeight }

// Middle is half the way across the box.
func (b box) Middle() int { return b.X + boxWidth/2 }

// edge is a line from an operand to what reads it.
type edge struct {
	Path  string
	Class string
}

// layOut places the nodes. Images and operations stand in the row of their depth,
// weights and gradients in that of the operation that they belong to: the deepest
// that reads or is read. Two in one place stand below each other.
func layOut(nodes []Node) *diagram {
	if len(nodes) == 0 {
		return nil
	}
	d := &diagram{Boxes: make([]box, len(nodes))}
	for i, n := range nodes {
		d.Boxes[i] = box{Node: n, row: -1}
	}
	for i := range d.Boxes {
		d.placeForward(i)
	}
	for i, b := range d.Boxes {
		if b.Role == Forward {
			for _, o := range b.Operands {
				if weight := &d.Boxes[o]; weight.Role == Weight {
					weight.row = max(weight.row, b.row)
				}
			}
		}
		if b.Role == Gradient {
			d.placeGradient(i)
		}
	}
	d.measure()
	for i, b := range d.Boxes {
		for _, o := range b.Operands {
			d.Edges = append(d.Edges, connect(d.Boxes[o], d.Boxes[i]))
		}
	}
	return d
}

// placeForward places an image or an operation below all that it reads.
func (d *diagram) placeForward(i int) int {
	b := &d.Boxes[i]
	if b.row >= 0 || b.Role == Weight || b.Role == Gradient {
		return b.row
	}
	b.row, b.column = 0, 1
	for _, o := range b.Operands {
		b.row = max(b.row, d.placeForward(o)+1)
	}
	return b.row
}

// placeGradient places a gradient beside the deepest operation that it reads, or
// else behind the gradient that it is part of.
func (d *diagram) placeGradient(i int) int {
	b := &d.Boxes[i]
	if b.row >= 0 {
		return b.row
	}
	b.row, b.column = 0, 3
	for _, o := range b.Operands {
		if operand := d.Boxes[o]; operand.Role == Forward {
			b.row, b.column = max(b.row, operand.row), 2
		}
	}
	if b.column == 3 {
		for _, o := range b.Operands {
			if d.Boxes[o].Role == Gradient {
				b.row = max(b.row, d.placeGradient(o))
			}
		}
	}
	return b.row
}

// measure turns rows and columns into pixels.
func (d *diagram) measure() {
	type place struct{ row, column int }
	stacks := map[place][]int{}
	var heights []int
	read := map[int]bool{}
	for _, b := range d.Boxes {
		for _, o := range b.Operands {
			read[o] = true
		}
	}
	for i, b := range d.Boxes {
		at := place{max(b.row, 0), b.column}
		stacks[at] = append(stacks[at], i)
		for len(heights) <= at.row {
			heights = append(heights, boxHeight)
		}
		heights[at.row] = max(heights[at.row], stackHeight(len(stacks[at])))
	}
	y := 1
	for row, height := range heights {
		for column := range 4 {
			stack := stacks[place{row, column}]
			// What the row above reads stands first.
			slices.SortStableFunc(stack, func(i, j int) int {
				switch {
				case read[i] == read[j]:
					return 0
				case read[i]:
					return -1
				}
				return 1
			})
			for k, i := range stack {
				d.Boxes[i].X = 1 + column*(boxWidth+columnGap)
				d.Boxes[i].Y = y + (height-stackHeight(len(stack)))/2 + k*(boxHeight+stackGap)
			}
		}
		y += height + rowGap
	}
	d.Width, d.Height = 2+4*boxWidth+3*columnGap, y-rowGap+1
}

func stackHeight(boxes int) int { return boxes*(boxHeight+stackGap) - stackGap }

// connect draws a line from box to box: down to the next row, or across to
// another column.
func connect(from, to box) edge {
	class := to.Class()
	if to.Role == Gradient && from.Role != Gradient {
		class = "kept" // values of the way forward that the way back needs
	}
	y0, y1 := from.Y+boxHeight/2, to.Y+boxHeight/2
	switch {
	case from.column == to.column:
		x := from.Middle()
		if to.row > from.row+1 { // around what lies between
			return edge{fmt.Sprintf("M%d %dC%d %d %d %d %d %d", from.X, y0, from.X-columnGap, y0, to.X-columnGap, y1, to.X, y1), class}
		}
		return edge{fmt.Sprintf("M%d %dV%d", x, from.Y+boxHeight, to.Y), class}
	case from.column < to.column:
		x0, x1 := from.X+boxWidth, to.X
		bend := columnGap * 3 / 4
		return edge{fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x0, y0, x0+bend, y0, x1-bend, y1, x1, y1), class}
	default: // back to the left, up a row
		x0, x1 := from.X, to.X+boxWidth
		bend := columnGap * 3 / 4
		return edge{fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x0, y0, x0-bend, y0, x1+bend, y1, x1, y1), class}
	}
}
