// Package figure draws the figures of an autoencoder: images beside their
// reconstructions, a 2-D embedding as points coloured by class, the same with
// thumbnails of some of the images, and curves of the training.
//
// There are two levels. [ImageGrid], [ClassScatter], [Thumbnails] and [Curve]
// are plotters for any plot of gonum.org/v1/plot. [Reconstructions],
// [Embedding.Scatter], [Embedding.Thumbnails] and [TrainingCurves] give whole
// figures of a fixed size, which [Figure.WritePNG] writes and [Figure.Draw]
// draws on any canvas of gonum/plot.
//
// The figures of images and embeddings are laid out as matplotlib 3.11 lays
// out those of Géron, Hands-On Machine Learning (2nd edition, chapter 17):
// same size, same colours, every point and every image at the same place. The
// legend of classes is an addition; it moves nothing and can be left away.
//
// All lengths are in points of 1/72 inch. Input that cannot be drawn gives an
// error, never a panic, in the functions that return an error; a plotter that
// is put together by hand is taken as it is.
package figure
