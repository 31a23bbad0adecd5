// Package stackedae trains a stacked autoencoder on Fashion-MNIST with
// Gorgonia, takes its codes to two dimensions with t-SNE, and draws both: the
// chapter on autoencoders of Géron's Hands-On Machine Learning, in Go.
//
// One way leads through, front to back:
//
//	images ──> train ──> weights ──> codes ──> t-SNE ──> embedding ──> figures
//
// Package model holds layers and weights, graph runs them as expression
// graphs, train trains them, tsne embeds any points in the plane, and figure
// draws. The program is cmd/stackedae. Package tsne and package figure know
// nothing of the others and can be used alone.
package stackedae
