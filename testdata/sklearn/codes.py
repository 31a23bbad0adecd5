"""What scikit-learn makes of the first codes of a trained model."""
import sys
from pathlib import Path

import numpy as np
from sklearn.manifold import TSNE

from exact import affinities, divergence_and_gradient, norm, runs

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))
from chapter import scaled, thumbnails

CODES = HERE / "codes/codes.npy"
# How many of them, and the settings of their runs.
SIZES = {1000: {"random": {}, "random_200": {"learning_rate": 200.0}}, 5000: {"random": {}}}
PERPLEXITY = 30.0
ROWS = 50  # of P that are recorded


def record(folder, n):
    x = np.load(CODES)[:n]
    # In float64: TSNE takes the distances of float32 points in float32, and at a minimum the gradient is off by 5e-5 of
    # its norm then, by scikit-learn's own reckoning.
    p = affinities(x.astype(np.float64), PERPLEXITY)
    every = n // ROWS
    rows = p[::every].tocoo()
    np.save(folder / "affinities.npy", np.column_stack([every * rows.row, rows.col, rows.data]).astype(np.float32))

    # Where the exaggerated phase ends the gradient is large. At the end, a minimum,
    # it is a hundredth of its two parts, which nearly cancel.
    embeddings = {
        "early": TSNE(random_state=0, max_iter=250).fit_transform(x),
        "final": TSNE(random_state=0).fit_transform(x),
    }
    kl = {}
    for name, y in embeddings.items():
        kl[name], gradient = divergence_and_gradient(p, y)
        np.save(folder / f"{name}.npy", np.hstack([y, gradient]).astype(np.float32))
    return {
        "perplexity": PERPLEXITY,
        "affinities_norm": norm(p),
        "kl_divergences": kl,
        "thumbnails": {name: thumbnails(scaled(y)) for name, y in embeddings.items()},
        "runs": {name: runs(x, **settings) for name, settings in SIZES[n].items()},
    }
