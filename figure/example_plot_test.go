package figure_test

import (
	"bytes"
	"fmt"
	"image/color"
	"log"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"stackedae/figure"
)

// Example draws a scatter by class and thumbnails into a plot of one's own, with
// axes, a grid, a legend and a line of gonum's, and writes it as SVG.
func Example() {
	points := plotter.XYs{{X: 0, Y: 0.1}, {X: 0.1, Y: 0.12}, {X: 0.5, Y: 0.9}, {X: 0.9, Y: 0.35}}
	classes := []int{0, 0, 1, 1}
	images, err := figure.NewImages([]uint8{ // four of 3 x 3 pixels
		0, 9, 0, 9, 9, 9, 0, 9, 0,
		0, 9, 0, 9, 0, 9, 0, 9, 0,
		9, 0, 9, 0, 9, 0, 9, 0, 9,
		9, 0, 9, 0, 0, 0, 9, 0, 9,
	}, 3, 3)
	if err != nil {
		log.Fatal(err)
	}
	scatter, err := figure.NewClassScatter(points, classes)
	if err != nil {
		log.Fatal(err)
	}
	thumbnails, err := figure.NewThumbnails(points, classes, images)
	if err != nil {
		log.Fatal(err)
	}
	border, err := plotter.NewLine(plotter.XYs{{X: 0.3, Y: 0}, {X: 0.4, Y: 1}})
	if err != nil {
		log.Fatal(err)
	}
	border.Color = color.Gray{Y: 128}

	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = "Crosses", "length", "width"
	p.Add(plotter.NewGrid(), border, scatter, thumbnails)
	p.Legend.Add("plus", scatter.Thumbnailer(0))
	p.Legend.Add("times", scatter.Thumbnailer(1))
	svg, err := p.WriterTo(4*vg.Inch, 3*vg.Inch, "svg")
	if err != nil {
		log.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := svg.WriteTo(&b); err != nil {
		log.Fatal(err)
	}
	fmt.Println(strings.Count(b.String(), "<image"), "thumbnails")
	for _, word := range regexp.MustCompile(`>([A-Za-z]+)</text>`).FindAllStringSubmatch(b.String(), -1) {
		fmt.Println(word[1])
	}
	// Output:
	// 3 thumbnails
	// Crosses
	// length
	// width
	// plus
	// times
}
