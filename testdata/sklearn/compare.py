"""The exact KL divergence of a run's embedding, and of scikit-learn's TSNE() on the same codes.
usage: python compare.py DIR   (DIR holds codes.npy and embedding.npy)"""
import os, sys
import numpy as np
from sklearn.manifold import TSNE
from exact import affinities, divergence

codes = np.load(os.path.join(sys.argv[1], "codes.npy"))
p = affinities(codes)
print("ours         %.4f" % divergence(p, np.load(os.path.join(sys.argv[1], "embedding.npy"))))
print("scikit-learn %.4f" % divergence(p, TSNE(random_state=42).fit_transform(codes)))
