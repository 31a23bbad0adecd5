// Package model describes a stacked autoencoder, holds its weights, and reads
// and writes them.
//
// A Spec is the architecture as data: the number of inputs and two stretches
// of dense layers, the encoder and the decoder. A Model is a Spec with weights.
// Encoder and decoder are two stretches of one list of layers, so whoever
// trains the whole trains both, and either can be run alone.
//
// The terms are Keras': a dense layer computes activation(x·kernel + bias) for
// rows x, where the kernel is inputs × units and row-major.
package model
