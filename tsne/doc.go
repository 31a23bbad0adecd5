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
//     and one more, are found exactly (neighbors.go), or nearly all of them in an
//     inverted file if there are many points (lists.go).
//  2. Affinities. A Gaussian around each point is made so wide that it sees as
//     many neighbours as the perplexity says (perplexity.go). The weights,
//     symmetric and of sum 1, are the affinities P (affinity.go).
//  3. Start. The points' first two principal components, made very small
//     (initial.go; Kobak & Berens 2019).
//  4. Descent. The weights between points of the embedding, 1/(1+r²) for the
//     distance r, make up Q when normalised by their sum Z. The Kullback-Leibler
//     divergence of Q from P is lowered by gradient descent (descent.go,
//     gradient.go): each point is attracted by those it has affinities to, and
//     repelled by all. At first attraction is exaggerated.
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
// Default takes the learning rate of Belkina et al. (2019) and goes in 750
// iterations from exaggeration 12 down to none, through the spectrum of
// embeddings that Böhm et al. (2022) find between them, and to a momentum of .98.
// It stops early where nothing moves any more. SKLearn repeats what
// scikit-learn's TSNE() does, SKLearn02x what it did when books taught it.
// Settings change any. Exaggeration throughout is a Schedule whose last phase has
// an Exaggeration above 1.
//
// # What can be relied on
//
// The same input gives the same bits, however many processors of one kind there
// are: work is cut into pieces by the size of the problem alone, and their sums are added
// in order. Nothing is random unless a caller brings a random start.
//
// The divergence in a Result is exact, from exact neighbours and the sum over
// all pairs, unless it says that it is approximate. KLDivergence computes it for
// embeddings of any origin, so that programs can be compared, and Gradient how far
// they are from a minimum.
//
// # What it costs
//
// On two cores of an Intel Xeon with AVX-512, of points of 30 columns, from start
// to end of a process that reads and writes files:
//
//	    5,000 points   0.4 s    38 MB
//	   70,000 points   4.2 s   240 MB
//	1,000,000 points    57 s   3.8 GB   with 500 iterations
//
// Without assembly 5,000 points take 1.8 s. An iteration grows about as n log n.
// The search for neighbours grows with n² up to 20,000 points, and about with
// n^1.5 above. KLDivergence, Gradient and Trustworthiness always grow with n².
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
//   - J. Sivic, A. Zisserman: Video Google: A Text Retrieval Approach to Object
//     Matching in Videos. ICCV, 2003. The inverted file.
//   - P. G. Poličar, M. Stražar, B. Zupan: Embedding to reference t-SNE space
//     addresses batch effects in single-cell classification. Machine Learning 112,
//     2023. New points in a finished embedding.
//   - J. Venna, S. Kaski: Neighborhood Preservation in Nonlinear Projection
//     Methods: An Experimental Study. ICANN, 2001.
package tsne
