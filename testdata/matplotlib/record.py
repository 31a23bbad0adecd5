"""Records what matplotlib and numpy make of fixed inputs; the tests of
package figure compare themselves with it.

Written with Python 3.11, matplotlib 3.11.2, numpy 2.4.6, scikit-learn
1.9.1 and pillow 13.0.0 by

    python record.py ../../internal/fashion/data

where the folder holds the four .gz files of Fashion-MNIST.
Lengths are in points (1/72 inch) from the lower left corner of the canvas.

    *.npy             embeddings (n x 2), their labels, images as bytes
    thumbnails.json   for each embedding the image numbers that the rule picks
    layout.json       where matplotlib places points, boxes and images
    colors.json       tab10, and the greys of the colour map binary
    *.png             three figures at low resolution
"""

import gzip
import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE

HERE = pathlib.Path(__file__).parent
SIZE = 10  # of a point, in points squared


def main(data):
    images, labels = fashion(pathlib.Path(data))
    pca = PCA(30, random_state=42).fit(images.reshape(-1, 784) / np.float32(255))
    codes = pca.transform(images.reshape(-1, 784) / np.float32(255)).astype(np.float32)
    embedding = TSNE(random_state=42, n_jobs=1).fit_transform(codes)
    blurred = np.clip(pca.inverse_transform(codes[:5]) * 255, 0, 255)
    blurred = blurred.reshape(-1, 28, 28).astype(np.uint8)

    sets = {"tsne": embedding, "lattice": lattice(), "double": blobs(6, 900, np.float64)}
    for seed, n in enumerate([800, 1000, 1500, 2000, 2500, 3000]):
        sets[f"blobs{seed}"] = blobs(seed, n, np.float32)
    picks = {}
    for name, points in sets.items():
        np.save(HERE / f"{name}.npy", points)
        picks[name] = {t: thumbnails(scaled(points.astype(t))) for t in ("float32", "float64")}
    write("thumbnails.json", picks)

    # The figures show the first thousand, to keep the files small.
    points, labels = scaled(embedding[:1000]), labels[:1000]
    shown = thumbnails(points)
    np.save(HERE / "labels.npy", labels)
    np.save(HERE / "thumbnails.npy", images[shown])
    np.save(HERE / "originals.npy", images[:5])
    np.save(HERE / "blurred.npy", blurred)

    layout = {"scatter": scatter(points, labels)}
    layout["thumbnails"] = scatter_with_thumbnails(points, labels, images, shown)
    layout["shown"] = shown
    layout["marker_area"] = marker_area()
    layout["reconstructions"] = [
        reconstructions(n, w, h) for n in (1, 2, 3, 5, 12, 40) for w, h in ((28, 28), (20, 28), (28, 20))
    ]
    write("layout.json", layout)
    reconstructions(5, 28, 28, images[:5], blurred, "reconstructions.png")

    binary = matplotlib.colormaps["binary"]
    ramp = np.arange(1024, dtype=np.float32) / 1023
    write("colors.json", {
        "tab10": matplotlib.colormaps["tab10"](range(10), bytes=True)[:, :3].tolist(),
        "ramp": binary(plt.Normalize()(ramp), bytes=True)[:, 0].tolist(),
        "image": binary(plt.Normalize()(images[0]), bytes=True)[:, :, 0].ravel().tolist(),
    })


def fashion(folder):
    """The validation set: the last 5,000 of the 60,000 training images."""
    images = gzip.open(folder / "train-images-idx3-ubyte.gz").read()
    labels = gzip.open(folder / "train-labels-idx1-ubyte.gz").read()
    return (np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28)[-5000:],
            np.frombuffer(labels, np.uint8, offset=8)[-5000:])


def blobs(seed, n, dtype):
    """Ten clusters of points, as t-SNE spreads them."""
    rng = np.random.default_rng(seed)
    centres = rng.uniform(-70, 70, (10, 2))
    return (centres[rng.integers(10, size=n)] + rng.normal(0, 9, (n, 2))).astype(dtype)


def lattice():
    """All points of a 50 x 50 lattice in random order. Many lie at a squared
    distance of exactly 0.02 = (7² + 1²) / 50², so rounding decides."""
    points = np.stack(np.meshgrid(np.arange(51), np.arange(51)), -1).reshape(-1, 2)
    return np.random.default_rng(0).permutation(points).astype(np.float32)


def scaled(points):
    return (points - points.min()) / (points.max() - points.min())


def thumbnails(points):
    """The numbers of the images that are drawn: those farther from all drawn
    before than the square root of 0.02."""
    taken, picked = np.array([[1.0, 1.0]]), []
    for number, point in enumerate(points):
        if np.min(np.sum((point - taken) ** 2, axis=1)) > 0.02:
            taken = np.r_[taken, [point]]
            picked.append(number)
    return picked


def scatter(points, labels):
    figure = plt.figure(figsize=(6.4, 4.8))
    plt.scatter(points[:, 0], points[:, 1], c=labels, s=SIZE, cmap="tab10")
    plt.axis("off")
    save(figure, "scatter.png", 75)
    return {"points": positions(points)}


def scatter_with_thumbnails(points, labels, images, shown):
    figure = plt.figure(figsize=(10, 8))
    cmap = plt.cm.tab10
    plt.scatter(points[:, 0], points[:, 1], c=labels, s=SIZE, cmap=cmap)
    boxes = []
    for number in shown:
        frame = {"edgecolor": cmap(labels[number]), "lw": 2}
        box = AnnotationBbox(OffsetImage(images[number], cmap="binary"), points[number], bboxprops=frame)
        boxes.append(plt.gca().add_artist(box))
    plt.axis("off")
    plt.tight_layout()
    save(figure, "thumbnails.png", 72)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    return {
        "points": positions(points),
        "boxes": [in_points(box.patch.get_window_extent(renderer)) for box in boxes],
        "images": [in_points(box.offsetbox.get_window_extent(renderer)) for box in boxes],
    }


def reconstructions(n, width, height, above=None, below=None, file=None):
    figure = plt.figure(figsize=(n * 1.5, 3))
    for number in range(n):
        for row, images in enumerate((above, below)):
            plt.subplot(2, n, 1 + row * n + number)
            plt.imshow(np.zeros((height, width)) if images is None else images[number], cmap="binary")
            plt.axis("off")
    plt.tight_layout()
    figure.canvas.draw()
    if file:
        save(figure, file, 100)
    boxes = [in_points(axes.images[0].get_window_extent()) for axes in figure.axes]
    plt.close(figure)
    return {"n": n, "width": width, "height": height, "boxes": boxes[0::2] + boxes[1::2]}


def marker_area():
    """The area of one drawn point in square points, its soft edge included."""
    figure = plt.figure(figsize=(1, 1))
    axes = figure.add_axes([0, 0, 1, 1])
    axes.axis("off")
    axes.scatter([0], [0], s=SIZE, c="black")
    figure.set_dpi(1200)
    figure.canvas.draw()
    grey = np.asarray(figure.canvas.buffer_rgba())[:, :, 0]
    return float((255 - grey.astype(float)).sum() / 255 * (72 / 1200) ** 2)


def positions(points):
    """[number, x, y] of every fiftieth point."""
    every = np.arange(0, len(points), 50)
    at = plt.gca().transData.transform(points[every].astype(float)) * 72 / plt.gcf().dpi
    return [[int(i), *map(float, p)] for i, p in zip(every, at)]


def save(figure, name, dpi):
    figure.savefig(HERE / name, dpi=dpi)
    Image.open(HERE / name).convert("RGB").save(HERE / name, optimize=True)


def in_points(box):
    return [float(v) * 72 / plt.gcf().dpi for v in box.extents]


def write(name, value):
    rounded = json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 4))
    (HERE / name).write_text(json.dumps(rounded, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
