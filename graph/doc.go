// Package graph runs a stacked autoencoder as Gorgonia expression graphs.
//
// For every role (train, evaluate, encode, decode, reconstruct) and number of
// rows a graph is built from the model's layers, and its gradients are added
// symbolically by gorgonia.Grad. All graphs bind the model's own weight tensors,
// so training one trains all. A Network builds graphs when they are first
// needed, keeps them, and hides what runs them behind methods that take any
// number of rows. What it is made of is a choice, and the results of all fused
// ways are the same, bit for bit and whatever GOMAXPROCS is:
//
//   - Operations. Fused are operations of this package (op_*.go): each owns its
//     result's memory, so that the machine allocates nothing for it, does in one
//     pass what Gorgonia's own do in several, and is cut for several processors
//     (region.go). Stock (stock.go) is the same network of Gorgonia's own
//     operations: the reference in tests and the baseline of benchmarks.
//   - Machine. TapeMachine is Gorgonia's, which runs one operation after the
//     other. StaticMachine (static.go) knows the fused operations, takes rows
//     through many of them at once, and takes the step of gradient descent with
//     the gradients, without a solver.
//   - Engine. With TapeMachine, VanillaSolver takes the steps. KernelEngine
//     (engine.go) does its arithmetic by kernels, and computes a kernel's
//     gradient as the solver adds it; StandardEngine is Gorgonia's.
//
// A Trace (trace.go) tells where the time of training steps goes.
package graph
