"""Takes an unshuffled epoch of the second stage of greedy training in numpy, from codes that are moved by a last place at random.
Prints how far its loss and validation loss are from Keras'; see README.md. usage: python second.py"""
import gzip, json
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
IMAGES = HERE.parents[1] / "internal" / "fashion" / "data" / "train-images-idx3-ubyte.gz"
ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805
BATCH = 32


def selu(x):
    return SCALE * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0)))


def slope(y):  # of SELU, from its output
    return np.where(y >= 0, SCALE, y + SCALE * ALPHA)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(x, weights, activation, gradient, rate):
    """Takes a step of gradient descent in place; returns the outputs before it."""
    kernel, bias, kernel2, bias2 = weights
    code = selu(x @ kernel + bias).astype(x.dtype)
    output = activation(code @ kernel2 + bias2).astype(x.dtype)
    d2 = gradient(x, output).astype(x.dtype)
    d = ((d2 @ kernel2.T) * slope(code)).astype(x.dtype)
    rate = x.dtype.type(rate)
    kernel2 -= rate * (code.T @ d2)
    bias2 -= rate * d2.sum(axis=0)
    kernel -= rate * (x.T @ d)
    bias -= rate * d.sum(axis=0)
    return output


def cross_entropy_gradient(x, output):
    clipped = (output < 1e-7) | (output > 1 - 1e-7)
    return np.where(clipped, 0, output - x) / x.size


def squared_error_gradient(x, output):
    return 2 * (output - x) / x.size * slope(output)


def first_stage(start, images):
    weights = [start[i].astype(np.float64) for i in (0, 1, 6, 7)]
    for i in range(0, len(images), BATCH):
        step(images[i:i + BATCH], weights, sigmoid, cross_entropy_gradient, 1.5)
    return weights[:2]


def second_stage(start, codes, valid):
    """Returns loss and validation loss, computed in the codes' type."""
    weights = [start[i].astype(codes.dtype) for i in (2, 3, 4, 5)]
    total = 0
    for i in range(0, len(codes), BATCH):
        x = codes[i:i + BATCH]
        total += np.sum(np.mean((step(x, weights, selu, squared_error_gradient, 0.05).astype(np.float64) - x) ** 2, axis=1))
    kernel, bias, kernel2, bias2 = weights
    return total / len(codes), np.mean((selu(selu(valid @ kernel + bias) @ kernel2 + bias2).astype(np.float64) - valid) ** 2)


def main():
    with gzip.open(IMAGES) as f:
        images = np.frombuffer(f.read(), np.uint8, offset=16).reshape(-1, 784)
    images = (images.astype(np.float32) / 255).astype(np.float64)
    with np.load(HERE / "steps-100-30.npz") as file:
        start = [file[name] for name in file.files[:8]]
    recorded = json.loads((HERE / "greedy" / "epochs.jsonl").read_text().splitlines()[1])["history"]
    kernel, bias = first_stage(start, images[:-5000])
    codes = selu(images @ kernel + bias)

    def report(what, codes):
        numbers = second_stage(start, codes[:-5000], codes[-5000:])
        apart = [f"{got / recorded[name][0] - 1:+.1e}" for name, got in zip(("loss", "val_loss"), numbers)]
        print(f"{what}: loss {apart[0]}, validation loss {apart[1]} from Keras'", flush=True)

    report("float64", codes)
    for seed in range(8):
        moves = np.random.default_rng(seed).choice([-1, 0, 1], codes.shape)
        moved = (codes * (1 + moves * 2.0**-24)).astype(np.float32)
        for kind in np.float32, np.float64:
            report(f"codes moved {seed}, {kind.__name__}", moved.astype(kind))


if __name__ == "__main__":
    main()
