"""The quality of embeddings by one rule for every program, see README.md: exact divergence and neighbour accuracy.
usage: python quality.py POINTS.npy [LABELS.npy]   (reads names of embeddings, one a line; prints a JSON object for each)"""
import json, sys
import numpy as np
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors

PERPLEXITY = 30
NEIGHBORS = 10  # that vote on a point's label
BLOCK = 16      # rows of pairs at a time: with 70,000 columns 9 MB, which a cache holds

def affinities(points, perplexity=PERPLEXITY):
    """P as scikit-learn's TSNE makes it, a sparse matrix: 91 other points at perplexity 30, symmetric, of sum 1."""
    neighbors = min(len(points) - 1, int(3 * perplexity + 1))
    distances = NearestNeighbors(n_neighbors=neighbors).fit(points).kneighbors_graph(mode="distance")
    distances.data **= 2
    return _joint_probabilities_nn(distances, perplexity, 0).tocoo()

def normalisation(y):
    """Z, the sum of 1/(1+d²) over all pairs of different points, each counted twice. Differences, no product: where
    points are dense, |a|² + |b|² - 2ab would cancel."""
    z = 0.0
    for i in range(0, len(y), BLOCK):
        rows = y[i:i + BLOCK]
        within = 1 / (1 + ((rows[:, None] - rows[None]) ** 2).sum(2))
        z += within.sum() - len(rows)
        later = y[i + BLOCK:]
        w = np.subtract.outer(rows[:, 0], later[:, 0])
        w *= w
        v = np.subtract.outer(rows[:, 1], later[:, 1])
        v *= v
        w += v
        w += 1
        z += 2 * np.reciprocal(w, out=w).sum()
    return z

def divergence(p, y):
    """The Kullback-Leibler divergence in nats."""
    y = y.astype(np.float64)
    q = 1 / (1 + ((y[p.row] - y[p.col]) ** 2).sum(1)) / normalisation(y)
    known = p.data > 0
    return float((p.data[known] * np.log(p.data[known] / q[known])).sum())

def votes(reference, labels, queries=None):
    """The most frequent label of each query's nearest reference points, of equally frequent ones the least. Without
    queries: of each reference point's nearest others."""
    near = NearestNeighbors(n_neighbors=NEIGHBORS).fit(reference).kneighbors(queries, return_distance=False)
    return np.array([np.bincount(row).argmax() for row in labels[near]])

def main():
    points = np.load(sys.argv[1]).astype(np.float32)
    labels = np.load(sys.argv[2]).astype(int) if len(sys.argv) > 2 else None
    p = None
    for line in sys.stdin:
        if p is None:
            p = affinities(points)
        y = np.load(line.strip())
        found = {"divergence": divergence(p, y)}
        if labels is not None:
            found["accuracy"] = float((votes(y, labels) == labels).mean())
        print(json.dumps(found), flush=True)

if __name__ == "__main__":
    main()
