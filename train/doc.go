// Package train trains a stacked autoencoder: epochs of shuffled batches, with
// the history that Keras' fit returns.
//
// Run does the work and nothing else. What should happen beside it, such as a
// progress bar, a log or a saved file, comes as hooks with names.
package train
