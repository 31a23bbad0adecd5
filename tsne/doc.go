// Package tsne draws points of many dimensions in the plane by t-SNE,
// t-distributed stochastic neighbour embedding (van der Maaten & Hinton 2008):
// points that are near each other stay near each other.
//
//	result, err := tsne.Embed(ctx, points, nil) // points: one a row, in a gonum mat.Matrix
//
// # Stages
//
// Embed goes through four stages, each in a file of its own.
//
//  1. Neighbours. The nearest others of each point, three times the perplexity
//     and one more, are found exactly (neighbors.go).
//  2. Affinities. A Gaussian around each point is made so wide that it sees as
//     many neighbours as the perplexity says (perplexity.go). The weights,
//     symmetric and of sum 1, are the affinities P (affinity.go).
//  3. Start. The points' first two principal components, made very small
//     (initial.go; Kobak & Berens 2019).
//  4. Descent. The weights between points of the embedding, 1/(1+r²) for the
//     distance r, make up Q when normalised by their sum Z. The Kullback-Leibler
//     divergence of Q from P is lowered by gradient descent (descent.go,
//     gradient.go): each point is attracted by those it has affinities to, and
//     repelled by all. In a first phase attraction is exaggerated.
//
// The repulsion is the costly part: all pairs of points count. For a few
// hundred points it is summed as it stands (repulse_exact.go). For more, pairs
// near each other are summed and the rest goes through a grid by Fourier
// transforms, the particle-particle particle-mesh method of molecular dynamics
// (repulse_mesh.go; Hockney & Eastwood 1988). It does the work of the tree of
// van der Maaten (2014) and of the interpolation of Linderman et al. (2019),
// with a smaller error.
//
// # Presets
//
// Default takes the learning rate of Belkina et al. (2019), few exaggerated
// iterations and a high momentum. SKLearn repeats what scikit-learn's TSNE()
// does. Settings change either. Exaggeration throughout, as Böhm et al. (2022)
// study it, is a Schedule whose last phase has an Exaggeration above 1.
//
// # What can be relied on
//
// The same input gives the same bits, however many processors of one kind there
// are: work is cut into pieces by the size of the problem alone, and their sums are added
// in order. Nothing is random unless a caller brings a random start.
//
// The divergence in a Result is exact: from exact neighbours and the sum over
// all pairs. KLDivergence computes it for embeddings of any origin, so that
// programs can be compared.
//
// Time grows with n² in two places: the search for neighbours, and the exact
// divergence in the end. The rest of it grows about as n log n.
//
// # Literature
//
//   - L. van der Maaten, G. Hinton: Visualizing Data using t-SNE. Journal of
//     Machine Learning Research 9, 2008.
//   - L. van der Maaten: Accelerating t-SNE using Tree-Based Algorithms. Journal
//     of Machine Learning Research 15, 2014.
//   - R. W. Hockney, J. W. Eastwood: Computer Simulation Using Particles. Adam
//     Hilger, 1988.
//   - U. Essmann et al.: A smooth particle mesh Ewald method. Journal of Chemical
//     Physics 103, 1995.
//   - G. C. Linderman et al.: Fast interpolation-based t-SNE for improved
//     visualization of single-cell RNA-seq data. Nature Methods 16, 2019.
//   - G. C. Linderman, S. Steinerberger: Clustering with t-SNE, Provably. SIAM
//     Journal on Mathematics of Data Science 1, 2019.
//   - A. C. Belkina et al.: Automated optimized parameters for T-distributed
//     stochastic neighbor embedding improve visualization and analysis of large
//     datasets. Nature Communications 10, 5415, 2019.
//   - D. Kobak, P. Berens: The art of using t-SNE for single-cell
//     transcriptomics. Nature Communications 10, 5416, 2019.
//   - J. N. Böhm, P. Berens, D. Kobak: Attraction-Repulsion Spectrum in Neighbor
//     Embeddings. Journal of Machine Learning Research 23, 2022.
//   - R. A. Jacobs: Increased Rates of Convergence Through Learning Rate
//     Adaptation. Neural Networks 1, 1988.
//   - J. Venna, S. Kaski: Neighborhood Preservation in Nonlinear Projection
//     Methods: An Experimental Study. ICANN, 2001.
package tsne
