"""The exact KL divergence of a run's embedding, and of scikit-learn's TSNE() on the same codes: affinities as scikit-learn
makes them, normalised over all pairs. usage: python compare.py DIR   (DIR holds codes.npy and embedding.npy)"""
import os, sys
import numpy as np
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities_nn
from sklearn.neighbors import NearestNeighbors

def affinities(points, perplexity=30):
    neighbors = min(len(points) - 1, int(3 * perplexity + 1))
    distances = NearestNeighbors(n_neighbors=neighbors).fit(points).kneighbors_graph(mode="distance")
    distances.data **= 2
    return _joint_probabilities_nn(distances, perplexity, 0).tocoo()

def divergence(p, embedding):
    y = embedding.astype(np.float64)
    z = sum((1 / (1 + ((row - y) ** 2).sum(1))).sum() for row in y) - len(y)
    q = 1 / (1 + ((y[p.row] - y[p.col]) ** 2).sum(1)) / z
    known = p.data > 0
    return (p.data[known] * np.log(p.data[known] / q[known])).sum()

codes = np.load(os.path.join(sys.argv[1], "codes.npy"))
p = affinities(codes)
print("ours         %.4f" % divergence(p, np.load(os.path.join(sys.argv[1], "embedding.npy"))))
print("scikit-learn %.4f" % divergence(p, TSNE(random_state=42).fit_transform(codes)))
