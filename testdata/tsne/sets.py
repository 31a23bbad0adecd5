"""Makes sets of points to try t-SNE on, the same whenever it runs, with labels where there are any.
usage: python sets.py DIR [IMAGES.npy LABELS.npy]   (writes NAME.npy and NAME-labels.npy; the images are encode's)
       python sets.py DIR --clusters N              (writes clusters-N.npy alone, for growth.py)"""
import os, sys
import numpy as np
from sklearn.datasets import load_digits, make_swiss_roll
from sklearn.decomposition import PCA

def digits(rng):
    """1,797 handwritten digits of 8 x 8 pixels."""
    return load_digits(return_X_y=True)

def blobs(rng, n=5000, columns=10, count=12):
    """Balls of one size, well apart."""
    labels = rng.integers(count, size=n)
    return rng.uniform(-10, 10, (count, columns))[labels] + rng.normal(size=(n, columns)), labels

def densities(rng, n=5000, columns=20, count=10):
    """Balls whose sizes differ a hundred times, and their numbers of points too."""
    share = np.geomspace(1, 100, count)
    labels = rng.choice(count, n, p=share / share.sum())
    radius = np.geomspace(.1, 10, count)[rng.permutation(count)]
    return rng.normal(0, 20, (count, columns))[labels] + radius[labels, None] * rng.normal(size=(n, columns)), labels

def cube(rng, n=5000, columns=10):
    """Points spread evenly: no structure."""
    return rng.uniform(size=(n, columns)), None

def roll(rng, n=5000):
    """A rolled sheet in three dimensions."""
    return make_swiss_roll(n, random_state=42)[0], None

def heavy(rng, n=5000, columns=10):
    """Independent columns of Student's t with 2 degrees of freedom: many points far out."""
    return rng.standard_t(2, (n, columns)), None

def pixels(images, labels):
    """Images by the first 50 principal components of their pixels."""
    return PCA(50, random_state=42).fit_transform(images.reshape(len(images), -1) / 255), labels

def clusters(rng, n, columns=30, count=100):
    """Balls stretched along some columns, which overlap as codes do."""
    centres, stretch = rng.normal(0, 3, (count, columns)), rng.gamma(1, size=(count, columns))
    labels = rng.integers(count, size=n)
    points = rng.standard_normal((n, columns), np.float32)
    for c in range(count):
        points[labels == c] *= stretch[c]
        points[labels == c] += centres[c]
    return points, None

def save(folder, name, points, labels):
    np.save(os.path.join(folder, name + ".npy"), points.astype(np.float32, order="C"))
    if labels is not None:
        np.save(os.path.join(folder, name + "-labels.npy"), labels.astype(np.uint8))
    print(f"{name}: {points.shape[0]} x {points.shape[1]}", file=sys.stderr)

def main():
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    if sys.argv[2:3] == ["--clusters"]:
        n = int(sys.argv[3])
        save(folder, f"clusters-{n}", *clusters(np.random.default_rng(42), n))
        return
    for make in (digits, blobs, densities, cube, roll, heavy):
        save(folder, make.__name__, *make(np.random.default_rng(42)))
    if len(sys.argv) == 4:
        save(folder, "pixels", *pixels(np.load(sys.argv[2]), np.load(sys.argv[3])))

main()
