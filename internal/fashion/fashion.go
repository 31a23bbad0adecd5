// Package fashion holds the Fashion-MNIST images and reads files of their
// format.
//
// Fashion-MNIST is 70,000 grey images of clothes, 28 x 28 pixels each, in ten
// classes (H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image
// Dataset for Benchmarking Machine Learning Algorithms", arXiv:1708.07747,
// 2017; https://github.com/zalandoresearch/fashion-mnist). Its four files are
// part of the program, byte for byte as they were published; [License] is
// their licence.
//
// Images stay bytes, 55 MB in all: a pixel is 0 (background) to 255, and who
// wants numbers from 0 to 1 divides by 255.
package fashion

import (
	"crypto/sha256"
	"fmt"

	"stackedae/internal/parallel"
)

// The sizes that the reader insists on.
const (
	Side    = 28          // pixels in a row, and rows in an image
	Pixels  = Side * Side // pixels in an image
	Classes = 10          // labels are 0 to Classes-1
)

// ValidationImages is the number of images at the end of the training file
// that are kept for validation.
const ValidationImages = 5000

// ClassNames are the names of the classes 0 to 9, as the dataset's authors
// give them.
var ClassNames = [Classes]string{
	"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
	"Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
}

// A Set is a list of images with their labels.
type Set struct {
	Images []byte // Len() x Side x Side pixels, row-major, 0 to 255
	Labels []byte // Len() classes, 0 to Classes-1
}

// Len returns the number of images.
func (s Set) Len() int { return len(s.Labels) }

// Image returns the Pixels bytes of image i. It shares the set's memory.
func (s Set) Image(i int) []byte {
	return s.Images[i*Pixels : (i+1)*Pixels : (i+1)*Pixels]
}

// Slice returns the images lo to hi-1 with their labels. It shares the set's
// memory, except that appending to it never writes there.
func (s Set) Slice(lo, hi int) Set {
	return Set{
		Images: s.Images[lo*Pixels : hi*Pixels : hi*Pixels],
		Labels: s.Labels[lo:hi:hi],
	}
}

// Data is the whole dataset and its three parts. The parts are slices of All:
// nothing is held twice, and a pixel that is changed in one is changed in both.
type Data struct {
	All   Set // Train, Valid and Test in this order
	Train Set // the training file without its last ValidationImages
	Valid Set // the last ValidationImages of the training file
	Test  Set // the test file

	digest string // if it is known
}

// newData cuts all, of which the first train+ValidationImages images are the
// training file's.
func newData(all Set, train int) *Data {
	valid := train + ValidationImages
	return &Data{
		All:   all,
		Train: all.Slice(0, train),
		Valid: all.Slice(train, valid),
		Test:  all.Slice(valid, all.Len()),
	}
}

// Split returns the part that has the given name: "train", "valid", "test" or
// "all". Another name is an error.
func (d *Data) Split(name string) (Set, error) {
	switch name {
	case "train":
		return d.Train, nil
	case "valid":
		return d.Valid, nil
	case "test":
		return d.Test, nil
	case "all":
		return d.All, nil
	}
	return Set{}, fmt.Errorf("fashion: split %q, want train, valid, test or all", name)
}

// embeddedDigest is the Digest of what Load returns. To compute it takes as long as
// to write several checkpoints.
const embeddedDigest = "9c9cef14a67718b291a6d08c4aa3752966af5ec2a53fe27cc4c2f3086171b62f"

// Digest identifies the training and the validation images: other images have
// another. Who changes those that Load returns gets theirs all the same.
func (d *Data) Digest() string {
	if d.digest != "" {
		return d.digest
	}
	return d.sum()
}

func (d *Data) sum() string {
	const piece = 1 << 20 // of bytes that one processor takes at a time
	images := d.All.Images[:len(d.Train.Images)+len(d.Valid.Images)]
	sums := make([][sha256.Size]byte, (len(images)-1)/piece+1)
	parallel.For(len(sums), func(i int) {
		sums[i] = sha256.Sum256(images[i*piece : min(len(images), (i+1)*piece)])
	})
	h := sha256.New()
	fmt.Fprint(h, d.Train.Len(), d.Valid.Len())
	for _, s := range sums {
		h.Write(s[:])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
