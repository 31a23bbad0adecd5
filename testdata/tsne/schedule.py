"""Judges the preset default: its divergence beside that of the preset sklearn, on sets of points that it was not chosen on,
from principal components and from a random start. Prints Markdown; see schedule.md. Needs the environment of peers.txt.
usage: python schedule.py [--images IMAGES.npy] [--program FILE]   (images of encode --split all, for the sets of pixels)"""
import argparse, os, tempfile
import numpy as np
from sklearn.datasets import load_digits, make_swiss_roll
from sklearn.decomposition import PCA

from process import build, embed, limit, machine, row

def blobs(rng, n, columns, count):
    """Balls of unequal sizes and widths."""
    share = rng.pareto(1.2, count) + .2
    of = rng.choice(count, n, p=share / share.sum())
    centres, widths = rng.normal(size=(count, columns)) * 4, np.exp(rng.normal(size=count) * .7)
    return centres[of] + rng.normal(size=(n, columns)) * widths[of, None]

def sphere(rng, n, columns):
    x = rng.normal(size=(n, columns))
    return x / np.linalg.norm(x, axis=1, keepdims=True)

def circles(rng, n, columns):
    """Four circles around one centre."""
    angle, radius = rng.random(n) * 2 * np.pi, rng.integers(1, 5, n)
    x = rng.normal(size=(n, columns)) * .05
    x[:, 0] += radius * np.cos(angle)
    x[:, 1] += radius * np.sin(angle)
    return x

def tree(rng, n, columns, depth):
    """Clusters of clusters."""
    x, scale, path = np.zeros((n, columns)), 8., np.zeros(n, int)
    for _ in range(depth):
        path = path * 3 + rng.integers(0, 3, n)
        branches, branch = np.unique(path, return_inverse=True)
        x += (rng.normal(size=(len(branches), columns)) * scale)[branch]
        scale *= .45
    return x + rng.normal(size=(n, columns)) * scale

def branches(rng, n, columns, count):
    """Lines that begin at each other's ends, as cells do that develop."""
    nodes, starts = [np.zeros(columns)], []
    for _ in range(count):
        starts.append(nodes[rng.integers(len(nodes))])
        nodes.append(starts[-1] + rng.normal(size=columns) * 3)
    line, along = rng.integers(count, size=n), rng.random((n, 1))
    start, end = np.array(starts)[line], np.array(nodes[1:])[line]
    return start + (end - start) * along + rng.normal(size=(n, columns)) * .25

def line(rng, n, columns, noise):
    """A curve."""
    at, wave = np.sort(rng.random(n)) * 12, rng.random((2, columns)) * 2
    return np.sin(at[:, None] * wave[0] + 6 * wave[1]) + rng.normal(size=(n, columns)) * noise

def classes(rng, n, variables, levels, count):
    """Variables of a few levels each, one column a level."""
    of, columns = rng.integers(count, size=n), []
    for _ in range(variables):
        share = rng.dirichlet(np.ones(levels) * .4, count)
        columns.append(np.eye(levels)[(share[of].cumsum(1) > rng.random((n, 1))).argmax(1)])
    return np.hstack(columns)

def sets(images):
    """Name, perplexity and maker of each set."""
    yield "digits", 50, lambda rng: load_digits().data
    yield "250 digits", 10, lambda rng: load_digits().data[rng.permutation(1797)[:250]]
    yield "blobs", 5, lambda rng: blobs(rng, 220, 3, 6)
    yield "blobs", 20, lambda rng: blobs(rng, 700, 20, 12)
    yield "blobs", 100, lambda rng: blobs(rng, 3000, 8, 5)
    yield "blobs", 10, lambda rng: blobs(rng, 15000, 10, 100)
    yield "cube", 15, lambda rng: rng.random((3000, 2))
    yield "cube", 30, lambda rng: rng.random((2500, 4))
    yield "cube", 50, lambda rng: rng.random((5000, 7))
    yield "cube", 30, lambda rng: rng.random((900, 30))
    yield "Swiss roll", 50, lambda rng: make_swiss_roll(4000, noise=.3, random_state=7)[0]
    yield "sphere", 20, lambda rng: sphere(rng, 2000, 4)
    yield "circles", 30, lambda rng: circles(rng, 2000, 3)
    yield "tree", 30, lambda rng: tree(rng, 300, 10, 3)
    yield "tree", 15, lambda rng: tree(rng, 5000, 10, 6)
    yield "classes", 50, lambda rng: classes(rng, 4000, 20, 4, 6)
    yield "branches", 30, lambda rng: branches(rng, 800, 15, 5)
    yield "branches", 100, lambda rng: branches(rng, 5000, 10, 12)
    yield "line", 10, lambda rng: line(rng, 1500, 6, .02)
    yield "line", 30, lambda rng: line(rng, 3000, 8, .2)
    yield "random walk", 20, lambda rng: rng.normal(size=(1200, 10)).cumsum(0)
    yield "normal", 75, lambda rng: rng.normal(size=(240, 20))
    yield "normal", 100, lambda rng: rng.normal(size=(500, 8))
    yield "tree", 30, lambda rng: tree(rng, 100000, 15, 6)
    if images is not None:
        def pixels(rng, n, columns):
            return PCA(columns, random_state=7).fit_transform(images[rng.permutation(len(images))[:n]].reshape(n, -1) / 255)
        yield "pixels", 100, lambda rng: pixels(rng, 1500, 50)
        yield "pixels, each ten times", 30, lambda rng: np.repeat(pixels(rng, 300, 30), 10, axis=0)
        yield "pixels", 30, lambda rng: pixels(rng, 20000, 50)

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", metavar="IMAGES.npy")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", metavar="FILE", help="judge this program in place of one built from the source")
    a = parser.parse_args()
    limit(a.threads)
    images = np.load(a.images, mmap_mode="r") if a.images else None
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.abspath(a.program) if a.program else build(folder)
        points, out = os.path.join(folder, "points.npy"), os.path.join(folder, "out")
        print(machine(program, a.threads) + "\n")
        print(row(["points", "perplexity", "start", "default", "iterations", "sklearn", "iterations", "default against sklearn"]))
        print("|---" * 8 + "|")
        differences = []
        for i, (name, perplexity, make) in enumerate(sets(images)):
            x = make(np.random.default_rng([2026, i])).astype(np.float32)
            np.save(points, np.ascontiguousarray(x))
            for start in "pca", "random":
                flags = ["--perplexity", str(perplexity), "--start", start, "--seed", "1"]
                ours, theirs = (embed(program, points, out, *flags, "--preset", preset)["printed"] for preset in ("default", "sklearn"))
                differences.append(100 * (ours["kl_divergence"] / theirs["kl_divergence"] - 1))
                print(row([f"{name}, {len(x):,} x {x.shape[1]}", str(perplexity), start,
                           f"{ours['kl_divergence']:.4f}", str(ours["iterations"]), f"{theirs['kl_divergence']:.4f}",
                           str(theirs["iterations"]), f"{differences[-1]:+.1f}%"]), flush=True)
        print(f"\nmean {np.mean(differences):+.1f}%, median {np.median(differences):+.1f}%, worst {max(differences):+.1f}%")

if __name__ == "__main__":
    main()
