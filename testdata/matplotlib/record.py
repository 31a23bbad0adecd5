"""Records what matplotlib and numpy make of fixed inputs; the tests of package figure compare themselves with it.
usage: python record.py   (writes into the current folder)

Read are the images of ../../internal/fashion/data and the embedding of ../sklearn/codes/5000. Lengths in layout.json are
in points (1/72 inch) from the lower left corner of the canvas."""

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

HERE = pathlib.Path(__file__).parent
sys.path.append(str(HERE.parent))
from chapter import scaled, thumbnails

OUT = pathlib.Path.cwd()
DATA = HERE.parent.parent / "internal/fashion/data"
EMBEDDING = HERE.parent / "sklearn/codes/5000/final.npy"
N = 1000  # points that the figures show, to keep the files small
SIZE = 10  # of a point, in points squared
DPI = 300


def main():
    images, labels = fashion(DATA)
    sets = {"lattice": lattice(), "double": blobs(6, 900, np.float64)}
    for seed, n in enumerate([800, 1000, 1500, 2000, 2500, 3000]):
        sets[f"blobs{seed}"] = blobs(seed, n, np.float32)
    picks = {}
    for name, points in sets.items():
        np.save(OUT / f"{name}.npy", points)
        picks[name] = {t: thumbnails(scaled(points.astype(t))) for t in ("float32", "float64")}
    write("thumbnails.json", picks)

    points = scaled(np.load(EMBEDDING)[:N, :2])
    labels = labels[:N]
    shown = thumbnails(points)
    originals, blurred = images[:5], np.stack([blur(image) for image in images[:5]])
    np.save(OUT / "labels.npy", labels)
    np.save(OUT / "thumbnails.npy", images[shown])
    np.save(OUT / "originals.npy", originals)
    np.save(OUT / "blurred.npy", blurred)

    layout = {"scatter": scatter(points, labels)}
    layout["thumbnails"] = scatter_with_thumbnails(points, labels, images, shown)
    layout["shown"] = shown
    layout["marker_area"] = marker_area()
    layout["reconstructions"] = [
        reconstructions(n, w, h) for n in (1, 2, 3, 5, 12, 40) for w, h in ((28, 28), (20, 28), (28, 20))
    ]
    write("layout.json", layout)
    reconstructions(5, 28, 28, originals, blurred, "reconstructions.png")

    binary = matplotlib.colormaps["binary"]
    ramp = np.arange(1024) / 1023
    # Seven steps of 224 are eight greys of 256, so that rounding decides about every seventh one.
    steps = np.arange(20, 245, dtype=np.uint8)
    greys = {"ramp32": ramp.astype(np.float32), "ramp64": ramp, "image": images[0],
             "steps": steps, "steps32": steps / np.float32(255), "steps64": steps / 255}
    write("colors.json", {
        "tab10": matplotlib.colormaps["tab10"](range(10), bytes=True)[:, :3].tolist(),
        "greys": {name: binary(plt.Normalize()(grey), bytes=True)[..., 0].ravel().tolist() for name, grey in greys.items()},
    })


def fashion(folder):
    """The validation set: the last 5,000 of the 60,000 training images."""
    images = gzip.open(folder / "train-images-idx3-ubyte.gz").read()
    labels = gzip.open(folder / "train-labels-idx1-ubyte.gz").read()
    return (np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28)[-5000:],
            np.frombuffer(labels, np.uint8, offset=8)[-5000:])


def blur(image):
    """Means of 5 x 5 pixels, which stand for a reconstruction."""
    padded = np.pad(image.astype(int), 2)
    return (sum(padded[y:y + 28, x:x + 28] for y in range(5) for x in range(5)) // 25).astype(np.uint8)


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


def scatter(points, labels):
    figure = plt.figure(figsize=(6.4, 4.8))
    plt.scatter(points[:, 0], points[:, 1], c=labels, s=SIZE, cmap="tab10")
    plt.axis("off")
    save(figure, "scatter.png")
    np.save(OUT / "scatter-dots.npy", positions(points))
    return {"axes": in_points(plt.gca().bbox)}


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
    save(figure, "thumbnails.png")
    np.save(OUT / "thumbnails-dots.npy", positions(points))
    renderer = figure.canvas.get_renderer()
    return {
        "axes": in_points(plt.gca().bbox),
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
    if file:
        save(figure, file)
    figure.canvas.draw()
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
    at = plt.gca().transData.transform(points.astype(float)) * 72 / plt.gcf().dpi
    return at.astype(np.float32)


def save(figure, name):
    figure.savefig(OUT / name, dpi=DPI)
    figure.set_dpi(DPI)  # for what is asked about it from now on
    figure.canvas.draw()
    Image.open(OUT / name).convert("RGB").save(OUT / name, optimize=True)


def in_points(box):
    return [float(v) * 72 / plt.gcf().dpi for v in box.extents]


def write(name, value):
    rounded = json.loads(json.dumps(value), parse_float=lambda text: round(float(text), 4))
    (OUT / name).write_text(json.dumps(rounded, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
