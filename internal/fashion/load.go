// This file finds the four files, embedded or in a folder, and loads them into
// one block of memory.

package fashion

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"stackedae/internal/files"
	"stackedae/internal/parallel"
)

//go:embed data/*.gz
var embedded embed.FS

// License is the licence of the embedded images (MIT). It asks to accompany
// every copy of them, so it is part of the program too.
//
//go:embed data/LICENSE
var License string

// sources are the four files, images before their labels, training before
// test. The largest comes first, so that loading in parallel starts with it.
var sources = [4]struct {
	name string
	kind *idxKind
}{
	{"train-images-idx3-ubyte.gz", &imageKind},
	{"train-labels-idx1-ubyte.gz", &labelKind},
	{"t10k-images-idx3-ubyte.gz", &imageKind},
	{"t10k-labels-idx1-ubyte.gz", &labelKind},
}

// Load returns the embedded Fashion-MNIST. Each call unpacks the files anew,
// so keep what it returns.
func Load() (*Data, error) {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, fmt.Errorf("fashion: embedded files: %w", err)
	}
	d, err := load(data, "")
	if err == nil {
		d.digest = embeddedDigest
	}
	return d, err
}

// LoadDir returns the dataset in the folder dir, which must hold the files
// train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz,
// t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz in the format of
// Fashion-MNIST: gzipped IDX, images of 28 x 28 bytes, labels 0 to 9. The
// training file must have more than [ValidationImages] images, the test file at
// least one, and neither more than [MaxImages].
func LoadDir(dir string) (*Data, error) {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return nil, fmt.Errorf("fashion: folder %s: %w, want a folder with the four .gz files of Fashion-MNIST", dir, files.Reason(err))
	case !info.IsDir():
		return nil, fmt.Errorf("fashion: %s is no folder, want one with the four .gz files of Fashion-MNIST", dir)
	}
	return load(os.DirFS(dir), dir)
}

// load reads the four files in the root of fsys. Errors name them as files of
// the folder dir.
func load(fsys fs.FS, dir string) (*Data, error) {
	var idx [len(sources)]*idxFile
	for i, s := range sources {
		f, err := open(fsys, s.name, s.kind)
		if err != nil {
			return nil, fileError(dir, s.name, err)
		}
		defer f.Close()
		idx[i] = f
	}
	for i := 0; i < len(idx); i += 2 {
		images, labels := idx[i].count, idx[i+1].count
		if images != labels {
			return nil, fileError(dir, sources[i+1].name, fmt.Errorf("%d labels, want %d, one for each image of %s", labels, images, sources[i].name))
		}
	}
	train, test := idx[0].count, idx[2].count
	if train <= ValidationImages {
		return nil, fileError(dir, sources[0].name, fmt.Errorf("%d images, want more than %d: the last %d are for validation", train, ValidationImages, ValidationImages))
	}
	if test == 0 {
		return nil, fileError(dir, sources[2].name, errors.New("0 images, want at least 1"))
	}

	all := Set{Images: make([]byte, (train+test)*Pixels), Labels: make([]byte, train+test)}
	head, tail := all.Slice(0, train), all.Slice(train, train+test)
	dst := [len(idx)][]byte{head.Images, head.Labels, tail.Images, tail.Labels}
	var errs [len(idx)]error
	parallel.For(len(idx), func(i int) { errs[i] = idx[i].readAll(dst[i]) })
	for i, err := range errs {
		if err != nil {
			return nil, fileError(dir, sources[i].name, err)
		}
	}
	return newData(all, train-ValidationImages), nil
}

// open opens the file name and reads its header.
func open(fsys fs.FS, name string, kind *idxKind) (*idxFile, error) {
	f, size, err := files.OpenFS(fsys, name)
	if err != nil {
		return nil, err
	}
	idx, err := newIDXFile(f, size, kind)
	if err != nil {
		f.Close()
		return nil, err
	}
	return idx, nil
}

// fileError says which file err is about.
func fileError(dir, name string, err error) error {
	return fmt.Errorf("fashion: %s: %w", filepath.Join(dir, name), err)
}
