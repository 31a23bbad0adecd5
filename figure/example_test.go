package figure_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"log"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"stackedae/figure"
)

func ExampleImageGrid() {
	images, err := figure.NewImages([]uint8{
		0, 1, 2, 3, // two images of 2 x 2 pixels
		9, 9, 0, 0,
	}, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	grid := &figure.ImageGrid{Images: []image.Image{images.Image(0), images.Image(1)}, GapX: 0.1}
	p := plot.New()
	p.Add(grid)
	fmt.Println("greys:", images.Image(0).Pix)
	fmt.Printf("x from %g to %g, y from %g to %g\n", p.X.Min, p.X.Max, p.Y.Min, p.Y.Max)
	// Output:
	// greys: [255 170 85 0]
	// x from 0 to 2.1, y from 0 to 1
}

func ExampleClassScatter() {
	scatter, err := figure.NewClassScatter(plotter.XYs{{X: 1, Y: 5}, {X: 2, Y: 3}}, []int{0, 1})
	if err != nil {
		log.Fatal(err)
	}
	p := plot.New()
	p.Add(scatter)
	p.Legend.Add("cats", scatter.Thumbnailer(0))
	p.Legend.Add("dogs", scatter.Thumbnailer(1))
	fmt.Printf("dots of diameter %.2f points; x from %g to %g\n", 2*scatter.Radius.Points(), p.X.Min, p.X.Max)
	// Output: dots of diameter 4.16 points; x from 1 to 2
}

func ExampleThumbnails() {
	points := plotter.XYs{{X: 0, Y: 0}, {X: 0.1, Y: 0}, {X: 0.5, Y: 0.5}}
	images, err := figure.NewImages(make([]float32, 3*28*28), 28, 28)
	if err != nil {
		log.Fatal(err)
	}
	thumbnails, err := figure.NewThumbnails(points, []int{4, 4, 7}, images)
	if err != nil {
		log.Fatal(err)
	}
	p := plot.New()
	p.Add(thumbnails)
	for _, item := range thumbnails.Items {
		fmt.Println("thumbnail at", item.X, item.Y)
	}
	// Output:
	// thumbnail at 0 0
	// thumbnail at 0.5 0.5
}

func ExampleCurve() {
	curve, err := figure.NewCurve([]float64{0.337, 0.308, 0.300}, 0)
	if err != nil {
		log.Fatal(err)
	}
	p := plot.New()
	p.Add(curve)
	p.X.Tick.Marker = figure.EpochTicks{}
	p.Legend.Add("training", curve)
	for _, tick := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		fmt.Println("epoch", tick.Label)
	}
	// Output:
	// epoch 1
	// epoch 2
	// epoch 3
}

func ExampleScale() {
	embedding := mat.NewDense(3, 2, []float64{-1, 0, 3, 1, 7, 2})
	points, err := figure.Scale[float64](embedding)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(points)
	// Output: [{0 0.125} {0.5 0.25} {1 0.375}]
}

func ExamplePickThumbnails() {
	points := plotter.XYs{{X: 0, Y: 0}, {X: 0.1, Y: 0}, {X: 0.2, Y: 0}, {X: 1, Y: 0.95}}
	fmt.Println(figure.PickThumbnails(points))
	// Output: [0 2]
}

func ExampleReconstructions() {
	originals, err := figure.NewImages([]float32{0, 1, 1, 0}, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	reconstructions, err := figure.NewImages([]float32{0.2, 0.9, 0.8, 0.1}, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	f, err := figure.Reconstructions(originals, reconstructions)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pixels(f), "pixels")
	// Output: (150,300) pixels
}

func ExampleEmbedding_Scatter() {
	points, err := figure.Scale[float32](mat.NewDense(3, 2, []float64{-41, 7, 12, 60, 33, -25}))
	if err != nil {
		log.Fatal(err)
	}
	f, err := figure.Embedding{
		Points:  points,
		Labels:  []int{0, 1, 1},
		Classes: []string{"cats", "dogs"},
	}.Scatter()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pixels(f), "pixels")
	// Output: (640,480) pixels
}

func ExampleEmbedding_Thumbnails() {
	points, err := figure.Scale[float32](mat.NewDense(3, 2, []float64{-41, 7, 12, 60, 33, -25}))
	if err != nil {
		log.Fatal(err)
	}
	images, err := figure.NewImages(make([]uint8, 3*28*28), 28, 28)
	if err != nil {
		log.Fatal(err)
	}
	f, err := figure.Embedding{Points: points, Images: images}.Thumbnails()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pixels(f), "pixels")
	// Output: (1000,800) pixels
}

func ExampleTrainingCurves() {
	f, err := figure.TrainingCurves(figure.History{
		Loss:               []float64{0.337, 0.308, 0.300},
		RoundedAccuracy:    []float64{0.888, 0.914, 0.921},
		ValLoss:            []float64{0.316, 0.303, 0.299},
		ValRoundedAccuracy: []float64{0.903, 0.918, 0.922},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pixels(f), "pixels")
	// Output: (1000,400) pixels
}

// pixels writes a figure with 100 dots per inch and returns the size of its image.
func pixels(f *figure.Figure) image.Point {
	var b bytes.Buffer
	if err := f.WritePNG(&b, 100); err != nil {
		log.Fatal(err)
	}
	config, err := png.DecodeConfig(&b)
	if err != nil {
		log.Fatal(err)
	}
	return image.Pt(config.Width, config.Height)
}
