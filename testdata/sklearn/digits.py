"""What scikit-learn makes of 300 of its handwritten digits."""
import numpy as np
import scipy
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from exact import affinities, divergence, divergence_and_gradient, norm, runs

N = 300
PERPLEXITY = 10.0  # of affinities.csv and of the gradient; the runs have TSNE's 30
NEIGHBORS = 10  # of cosine.csv
COMPONENTS = 10


def record(folder):
    digits = load_digits()
    labels = digits.target[:N]
    # Pixels are integers, so many distances are equal, and which of equally near points
    # are neighbours is anyone's choice. A factor for each column leaves no two equal.
    x = np.round(digits.data[:N] * (1 + np.arange(64) / 100), 2)
    np.savetxt(folder / "digits.csv", np.column_stack([labels, x]), fmt="%.4g", delimiter=",")

    p = affinities(x, PERPLEXITY)
    upper = scipy.sparse.triu(p).tocoo()
    with open(folder / "affinities.csv", "w") as f:
        for i, j, v in sorted(zip(upper.row, upper.col, upper.data)):
            f.write(f"{i},{j},{v:.9g}\n")

    # Which others are near by cosine, nearest first, and the distances of these.
    distances, neighbors = NearestNeighbors(n_neighbors=NEIGHBORS, metric="cosine").fit(x).kneighbors()
    with open(folder / "cosine.csv", "w") as f:
        for i, (row, near) in enumerate(zip(distances, neighbors)):
            for j, d in zip(near, row):
                f.write(f"{i},{j},{d:.9g}\n")

    start = PCA(n_components=2).fit_transform(x).astype(np.float32)
    np.save(folder / "start.npy", np.ascontiguousarray(start / np.std(start[:, 0]) * 1e-4))  # as TSNE._fit scales it

    y = TSNE().fit_transform(x)
    kl, gradient = divergence_and_gradient(p, y)
    np.save(folder / "embedding.npy", np.hstack([y, gradient]).astype(np.float32))
    components = PCA(n_components=COMPONENTS, svd_solver="full").fit_transform(x)
    return {
        "perplexity": PERPLEXITY,
        "affinities_norm": norm(p),
        "cosine_affinities_norm": norm(affinities(x, PERPLEXITY, "cosine")),
        "components_distances": [float(f"{v:.12g}") for v in np.linalg.norm(components[1:] - components[0], axis=1)],
        "kl_divergence": kl,
        "trustworthiness": {k: float(trustworthiness(x, y, n_neighbors=k)) for k in (5, 12)},
        "neighbor_accuracy": {k: float(cross_val_score(KNeighborsClassifier(k), y, labels, cv=LeaveOneOut()).mean())
                              for k in (1, 10)},
        "runs": {"pca": divergence(affinities(x), y), "random": runs(x), "random_200": runs(x, learning_rate=200.0)},
    }
