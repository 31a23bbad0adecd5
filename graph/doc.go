// Package graph runs a stacked autoencoder as Gorgonia expression graphs.
//
// For every role (train, evaluate, encode, decode, reconstruct) and number of
// rows a graph is built from the model's layers, its gradients are added
// symbolically by gorgonia.Grad, and the whole is compiled for Gorgonia's tape
// machine; VanillaSolver takes the steps. All graphs bind the model's own
// weight tensors, so training one trains all. A Network builds graphs when
// they are first needed, keeps them, and hides the machines behind methods
// that take any number of rows.
//
// The layers are expressed in one of two ways. Fused uses operations of this
// package (op_*.go): each owns its result's memory, so that the tape machine
// allocates nothing for it, and does in one pass what Gorgonia's own
// operations do in several; an engine of kernels (engine.go) does the solver's
// arithmetic. Stock (stock.go) is the same network from Gorgonia's own
// operations and engine: the reference in tests and the baseline of benchmarks.
package graph
