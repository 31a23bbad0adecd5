// Package reference holds what Keras has recorded of the chapter's network, and
// judges by it whether another program's runs are the same computation.
//
// Two things are compared, because two things can be the same.
//
//   - Single steps (steps.go). From the same weights, on the same batches, every
//     step must have Keras' loss but for rounding.
//   - Whole runs (interval.go, distributions.go). TensorFlow draws the weights
//     and the order of the images from random streams of its own (Philox and a
//     shuffle buffer, seeded by the graph's state), which no other program has.
//     So a run from other random numbers, also with the same seed, is another
//     draw from a distribution, and can only be compared with many of Keras'. One
//     run is judged by a prediction interval, several by a rank test. measure.go
//     says which numbers of a run these take.
package reference
