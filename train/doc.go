// Package train trains a stacked autoencoder: epochs of shuffled batches, with
// the history that Keras' fit returns.
//
// Run does the work and nothing else. What should happen beside it, such as a
// progress bar, a log or a saved file, comes as hooks with names.
//
// A run can be left between any two steps and taken up again, to the same bits: its
// State is all there is to it, a Checkpoint is a State in a file, and a Keeper keeps
// the newest of them in a folder. A run whose numbers become infinite or NaN ends
// with a Divergence.
//
// Nothing is too small: one image, images that are all alike, a layer of one unit, a
// batch larger than the set, which takes all images in each step, and a learning rate
// of 0, which measures and leaves the weights as they are.
package train
