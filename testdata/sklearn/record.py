"""Records what scikit-learn makes of 300 of its handwritten digits, for the tests of package tsne.

usage: python record.py   (writes digits.csv, affinities.csv, cosine.csv and recorded.json beside itself)
"""
import json
import platform
import re
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import squareform
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.manifold._t_sne import _joint_probabilities_nn, _kl_divergence
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

HERE = Path(__file__).parent
N = 300
PERPLEXITY = 10.0  # of affinities.csv and of the gradient; the runs below have TSNE's 30
SEEDS = range(5)
NEIGHBORS = 10  # of cosine.csv
COMPONENTS = 10


def affinities(x, perplexity, metric="euclidean"):
    """P as TSNE.fit computes it: a symmetric sparse matrix."""
    k = min(len(x) - 1, int(3 * perplexity + 1))
    d = NearestNeighbors(n_neighbors=k, metric=metric).fit(x).kneighbors_graph(mode="distance")
    d.data **= 2
    return _joint_probabilities_nn(d, perplexity, 0).tocsr()


def divergence_and_gradient(p, y):
    """The exact divergence and its gradient at y, both in float64."""
    condensed = squareform(np.asarray(p.todense()), checks=False)
    kl, gradient = _kl_divergence(y.ravel(), condensed, 1, len(y), 2)
    return float(kl), gradient.reshape(y.shape)


digits = load_digits()
labels = digits.target[:N]
# Pixels are integers, so many distances are equal, and which of equally near points
# are neighbours is anyone's choice. A factor for each column leaves no two equal.
x = np.round(digits.data[:N] * (1 + np.arange(64) / 100), 2)
np.savetxt(HERE / "digits.csv", np.column_stack([labels, x]), fmt="%.4g", delimiter=",")

p = affinities(x, PERPLEXITY)
upper = scipy.sparse.triu(p).tocoo()
with open(HERE / "affinities.csv", "w") as f:
    for i, j, v in sorted(zip(upper.row, upper.col, upper.data)):
        f.write(f"{i},{j},{v:.9g}\n")

# Which others are near by cosine, nearest first, and the distances of these.
distances, neighbors = NearestNeighbors(n_neighbors=NEIGHBORS, metric="cosine").fit(x).kneighbors()
with open(HERE / "cosine.csv", "w") as f:
    for i, (row, near) in enumerate(zip(distances, neighbors)):
        for j, d in zip(near, row):
            f.write(f"{i},{j},{d:.9g}\n")
cosine = affinities(x, PERPLEXITY, "cosine")

start = PCA(n_components=2).fit_transform(x).astype(np.float32)
start = start / np.std(start[:, 0]) * 1e-4  # as TSNE._fit scales it

pca_run = TSNE().fit_transform(x)
y = pca_run.astype(np.float64)
kl, gradient = divergence_and_gradient(p, y)
p30 = affinities(x, 30.0)
runs = [TSNE(init="random", random_state=seed).fit_transform(x) for seed in SEEDS]
# What TSNE(random_state=seed) meant in versions 0.20 to 0.24.
old_runs = [TSNE(init="random", learning_rate=200.0, random_state=seed).fit_transform(x) for seed in SEEDS]
components = PCA(n_components=COMPONENTS, svd_solver="full").fit_transform(x)

recorded = {
    "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__,
                 "numpy": np.__version__, "scipy": scipy.__version__},
    "perplexity": PERPLEXITY,
    "affinities_norm": float(np.sqrt((p.data ** 2).sum())),
    "cosine_affinities_norm": float(np.sqrt((cosine.data ** 2).sum())),
    "components_distances": " ".join(f"{v:.12g}" for v in np.linalg.norm(components[1:] - components[0], axis=1)),
    "start": [[float(f"{v:.9g}") for v in row] for row in start],
    "embedding": [[float(f"{v:.9g}") for v in row] for row in y],
    "kl_divergence": kl,
    "gradient": [[float(f"{v:.9g}") for v in row] for row in gradient],
    "trustworthiness": {str(k): float(trustworthiness(x, y, n_neighbors=k)) for k in (5, 12)},
    "neighbor_accuracy": {str(k): float(cross_val_score(KNeighborsClassifier(k), y, labels, cv=LeaveOneOut()).mean())
                          for k in (1, 10)},
    "default_kl_divergences": {
        "pca": divergence_and_gradient(p30, y)[0],
        "random": [divergence_and_gradient(p30, run.astype(np.float64))[0] for run in runs],
        "random_200": [divergence_and_gradient(p30, run.astype(np.float64))[0] for run in old_runs],
    },
}
with open(HERE / "recorded.json", "w") as f:
    text = json.dumps(recorded, indent=1)
    f.write(re.sub(r"\[\s+(\S+),\s+(\S+)\s+\]", r"[\1, \2]", text) + "\n")  # a row a line
