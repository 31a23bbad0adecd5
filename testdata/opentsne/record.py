"""Records how openTSNE places new handwritten digits into an embedding of others, for the tests of package tsne.

usage: python record.py   (writes digits.npy, labels.npy, reference.npy, placed.npy and recorded.json beside itself)
"""
import json, os, platform, sys
from importlib.metadata import version
import numpy as np
import openTSNE
from sklearn.datasets import load_digits

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tsne"))
from quality import votes

REFERENCE, N = 1000, 1300  # the first of them are embedded, the others placed

digits, labels = load_digits(return_X_y=True)
digits, labels = digits[:N].astype(np.uint8), labels[:N].astype(np.uint8)
x = digits.astype(np.float64)
embedding = openTSNE.TSNE(random_state=42).fit(x[:REFERENCE])
placed = embedding.transform(x[REFERENCE:])
reference, placed = np.asarray(embedding, np.float32), np.asarray(placed, np.float32)

for name, array in {"digits": digits, "labels": labels, "reference": reference, "placed": placed}.items():
    np.save(os.path.join(HERE, name + ".npy"), array)
with open(os.path.join(HERE, "recorded.json"), "w") as f:
    json.dump({
        "versions": {"python": platform.python_version()} | {name: version(name) for name in ("openTSNE", "numpy", "scikit-learn")},
        "neighbor_accuracy": float((votes(reference, labels[:REFERENCE], placed) == labels[REFERENCE:]).mean()),
    }, f, indent=1)
    f.write("\n")
