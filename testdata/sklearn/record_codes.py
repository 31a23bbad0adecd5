"""Records what scikit-learn makes of the first 1,000 codes of a trained model, for the tests of package tsne.

usage: python record_codes.py CODES.npy   (writes the folder codes beside itself)
"""
import json
import platform
import sys
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.spatial.distance import squareform
from sklearn.manifold import TSNE
from sklearn.manifold._t_sne import _joint_probabilities_nn, _kl_divergence
from sklearn.neighbors import NearestNeighbors

OUT = Path(__file__).parent / "codes"
N = 1000
PERPLEXITY = 30.0
EVERY = 20  # rows of P that are recorded
SEEDS = range(10)

x = np.load(sys.argv[1])[:N].astype(np.float32)
d = NearestNeighbors(n_neighbors=int(3 * PERPLEXITY + 1)).fit(x).kneighbors_graph(mode="distance")
d.data **= 2
p = _joint_probabilities_nn(d, PERPLEXITY, 0).tocsr()
dense = squareform(np.asarray(p.todense()), checks=False)


def divergence_and_gradient(y):
    """The exact divergence and its gradient at y, both in float64."""
    kl, gradient = _kl_divergence(y.astype(np.float64).ravel(), dense, 1, N, 2)
    return float(kl), gradient.reshape(y.shape)


# Where the exaggerated phase ends the gradient is large. At the end, a minimum,
# it is a hundredth of its two parts, and what is left is mostly their rounding.
embeddings = {"early": TSNE(random_state=0, max_iter=250).fit_transform(x), "final": TSNE(random_state=0).fit_transform(x)}
old = [divergence_and_gradient(TSNE(init="random", learning_rate=200.0, random_state=seed).fit_transform(x))[0] for seed in SEEDS]

OUT.mkdir(exist_ok=True)
np.save(OUT / "codes.npy", x)
rows = p[::EVERY].tocoo()
np.save(OUT / "affinities.npy", np.column_stack([EVERY * rows.row, rows.col, rows.data]).astype(np.float32))
kl = {}
for name, y in embeddings.items():
    kl[name], gradient = divergence_and_gradient(y)
    np.save(OUT / f"{name}.npy", np.hstack([y, gradient]).astype(np.float32))
with open(OUT / "recorded.json", "w") as f:
    json.dump({
        "versions": {"python": platform.python_version(), "scikit-learn": sklearn.__version__,
                     "numpy": np.__version__, "scipy": scipy.__version__},
        "perplexity": PERPLEXITY,
        "affinities_norm": float(np.sqrt((p.data.astype(np.float64) ** 2).sum())),
        "kl_divergences": kl,
        "random_kl_divergences": old,
    }, f, indent=1)
    f.write("\n")
