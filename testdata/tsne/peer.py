"""Embeds points with another program's defaults, and prints the seconds of the fit alone as JSON.
usage: python peer.py {scikit-learn,scikit-learn-0.2x,openTSNE,intelex} THREADS SEED POINTS.npy EMBEDDING.npy"""
import json, sys, time
from importlib.metadata import version
import numpy as np

which, threads, seed, points, embedding = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
package = {"intelex": "scikit-learn-intelex", "scikit-learn-0.2x": "scikit-learn"}.get(which, which)
if which == "openTSNE":
    import openTSNE
    fit = openTSNE.TSNE(n_jobs=threads, random_state=seed).fit
else:
    if which == "intelex":
        from sklearnex import patch_sklearn
        patch_sklearn(verbose=False)
    from sklearn.manifold import TSNE
    # Before scikit-learn 1.2 the start was random and the learning rate 200.
    old = {"init": "random", "learning_rate": 200.0} if which == "scikit-learn-0.2x" else {}
    fit = TSNE(n_jobs=threads, random_state=seed, **old).fit_transform

x = np.load(points)
start = time.perf_counter()
y = fit(x)
seconds = time.perf_counter() - start
np.save(embedding, np.asarray(y))
print(json.dumps({"fit_seconds": seconds, "version": f"{package} {version(package)}"}))
