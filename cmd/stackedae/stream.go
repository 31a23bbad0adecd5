// This file encodes the images of an .npy file a piece at a time, so that it may have
// any length.

package main

import (
	"context"
	"path/filepath"
	"time"

	"stackedae/graph"
	"stackedae/internal/fashion"
	"stackedae/internal/files"
	"stackedae/internal/npy"
)

// pieceImages is how many images are in memory at a time: 16 MB as float32.
const pieceImages = 5000

// stream encodes the images of a file.
func (c *encodeCommand) stream(app *app, network *graph.Network) (encodeReport, error) {
	images, err := npy.OpenRows(c.Images)
	if err != nil {
		return encodeReport{}, err
	}
	defer images.Close()
	if err := checkImages(c.Images, images.Shape()); err != nil {
		return encodeReport{}, err
	}
	if err := c.prepare(app); err != nil {
		return encodeReport{}, err
	}
	out, err := createCodeFiles(c.Out, images.Shape()[0], network.CodeUnits(), c.CodesOnly)
	if err != nil {
		return encodeReport{}, err
	}
	defer out.discard()
	report, err := c.encodePieces(app, network, images, out)
	if err != nil {
		return report, err
	}
	if app.ctx.Err() != nil {
		return report, context.Cause(app.ctx)
	}
	images.Close() // it may be the file that is replaced
	defer app.watch.start(filesStage)()
	return report, out.commit(app)
}

// encodePieces writes the codes of all images, and their grey values.
func (c *encodeCommand) encodePieces(app *app, network *graph.Network, images *npy.Rows, out *codeFiles) (encodeReport, error) {
	p := app.newProgress(c.reportFlags)
	defer p.clear()
	n := images.Shape()[0]
	var run pace
	run.begin(0)
	var computing time.Duration
	for first := 0; first < n; first += pieceImages {
		stop := app.watch.start(imagesStage)
		piece, err := readPiece(c.Images, images, first)
		stop()
		if err != nil {
			return encodeReport{}, err
		}
		stop = app.watch.start(inferenceStage)
		codes, err := network.Encode(app.ctx, piece.inputs)
		computing += stop()
		if err != nil {
			return encodeReport{}, err
		}
		stop = app.watch.start(filesStage)
		err = out.append(codes, piece.bytes)
		stop()
		if err != nil {
			return encodeReport{}, err
		}
		if done := first + piece.inputs.Len(); p.due() {
			p.draw(status{
				done: done, total: n, name: [2]string{"encoding " + count(n) + " images", "encoding"},
				speed: speed(run.rate(done), "images"), left: run.left(done, n),
			})
		}
	}
	return encodeReport{n, computing.Seconds()}, nil
}

// readPiece reads the images from first on.
func readPiece(path string, images *npy.Rows, first int) (pictures, error) {
	array, err := images.Read(first, min(pieceImages, images.Shape()[0]-first))
	if err != nil {
		return pictures{}, err
	}
	return picturesIn(path, array, first)
}

// codeFiles are the files of codes, and of the images if they are wanted, while they
// are written.
type codeFiles struct {
	dir    string
	codes  *npyFile[float32]
	images *npyFile[byte] // nil if they are not wanted
}

// npyFile is an .npy file that is being written.
type npyFile[T byte | float32] struct {
	*files.Pending
	array *npy.Writer[T]
}

func createCodeFiles(dir string, n, units int, codesOnly bool) (*codeFiles, error) {
	f := &codeFiles{dir: dir}
	var err error
	if f.codes, err = createNPY[float32](dir, codesFile, n, units); err != nil {
		return nil, err
	}
	if codesOnly {
		return f, nil
	}
	if f.images, err = createNPY[byte](dir, imagesFile, n, fashion.Side, fashion.Side); err != nil {
		f.discard()
		return nil, err
	}
	return f, nil
}

func createNPY[T byte | float32](dir, name string, shape ...int) (*npyFile[T], error) {
	pending, err := files.Create(filepath.Join(dir, name))
	if err != nil {
		return nil, err
	}
	array, err := npy.NewWriter[T](pending, shape)
	if err != nil {
		pending.Discard()
		return nil, err
	}
	return &npyFile[T]{pending, array}, nil
}

// append writes the next codes, and the grey values of their images.
func (f *codeFiles) append(codes []float32, grey []byte) error {
	if err := f.codes.array.Append(codes); err != nil || f.images == nil {
		return err
	}
	return f.images.array.Append(grey)
}

// commit puts the files in their places, and removes what belongs to other codes.
func (f *codeFiles) commit(app *app) error {
	unchanged, err := f.codes.Unchanged()
	if err != nil {
		return err
	}
	names, commits := []string{codesFile}, []func() error{f.codes.Commit}
	if err := f.codes.close(); err != nil {
		return err
	}
	if f.images != nil {
		names, commits = append(names, imagesFile), append(commits, f.images.Commit)
		if err := f.images.close(); err != nil {
			return err
		}
	}
	if !unchanged {
		for _, path := range strangers(f.dir, names) {
			if err := files.Remove(path); err != nil {
				return err
			}
		}
	}
	for i, commit := range commits {
		if err := commit(); err != nil {
			return err
		}
		app.wrote = append(app.wrote, filepath.Join(f.dir, names[i]))
	}
	return nil
}

// close ends the writing.
func (f *npyFile[T]) close() error {
	if err := f.array.Close(); err != nil {
		return err
	}
	return f.Close()
}

// discard takes back what is not in its place.
func (f *codeFiles) discard() {
	f.codes.Discard()
	if f.images != nil {
		f.images.Discard()
	}
}
