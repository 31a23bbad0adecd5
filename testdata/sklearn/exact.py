"""Affinities as scikit-learn makes them, and the exact divergence: normalised over all pairs, in float64."""
import numpy as np
from scipy.spatial.distance import squareform
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities_nn, _kl_divergence
from sklearn.neighbors import NearestNeighbors


def affinities(points, perplexity=30.0, metric="euclidean"):
    """P as TSNE.fit computes it: a symmetric sparse matrix."""
    neighbors = min(len(points) - 1, int(3 * perplexity + 1))
    distances = NearestNeighbors(n_neighbors=neighbors, metric=metric).fit(points).kneighbors_graph(mode="distance")
    distances.data **= 2
    return _joint_probabilities_nn(distances, perplexity, 0).tocsr()


def divergence(p, embedding):
    """The divergence of an embedding, row by row."""
    p, y = p.tocoo(), embedding.astype(np.float64)
    z = sum((1 / (1 + ((row - y) ** 2).sum(1))).sum() for row in y) - len(y)
    q = 1 / (1 + ((y[p.row] - y[p.col]) ** 2).sum(1)) / z
    known = p.data > 0
    return float((p.data[known] * np.log(p.data[known] / q[known])).sum())


def divergence_and_gradient(p, embedding):
    """The divergence and its gradient by scikit-learn's own sum over all pairs."""
    condensed = squareform(p.toarray().astype(np.float64), checks=False)
    kl, gradient = _kl_divergence(embedding.astype(np.float64).ravel(), condensed, 1, len(embedding), 2)
    return float(kl), gradient.reshape(embedding.shape)


def norm(p):
    """The Frobenius norm of P."""
    return float(np.sqrt((p.data.astype(np.float64) ** 2).sum()))


def runs(points, **settings):
    """The divergences of TSNE() from five random starts. From principal components, where it starts by default, all
    seeds end in the same place."""
    p = affinities(points)
    return [divergence(p, TSNE(init="random", random_state=seed, **settings).fit_transform(points)) for seed in range(5)]
