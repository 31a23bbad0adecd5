"""Gives Keras a model of this program and compares what both make of the same images.

usage: python predict.py DIR

The model has kernels of its own in every layer: not a tied one. DIR holds model.npz, codes.npy, images.npy and reconstructions.npy, written by

    stackedae export --model DIR/model.safetensors --format npz --out DIR
    stackedae encode --model DIR/model.safetensors --out DIR
    stackedae reconstruct --model DIR/model.safetensors --count 100 --npy --out DIR
"""
import sys
from pathlib import Path

from autoencoder import autoencoder, load_weights, np

BOUND = 2e-6


def main(folder):
    weights = load_weights(folder / "model.npz")
    units = [len(bias) for bias in weights[1::2]]
    model = autoencoder(units[:len(units) // 2])
    model.set_weights(weights)
    encoder, _ = model.layers
    images = np.load(folder / "images.npy").reshape(-1, 28, 28).astype(np.float32) / 255
    codes = np.load(folder / "codes.npy")
    reconstructions = np.load(folder / "reconstructions.npy")
    differences = {
        "codes, in units of the largest": apart(codes, encoder.predict(images, verbose=0)) / np.abs(codes).max(),
        "reconstructions": apart(reconstructions, model.predict(images[:len(reconstructions)], verbose=0)),
    }
    for what, difference in differences.items():
        print(f"{what}: largest difference {difference:.2g}, want at most {BOUND:g}")
    return 0 if all(difference <= BOUND for difference in differences.values()) else 1


def apart(ours, keras):
    return np.abs(ours.astype(np.float64) - keras).max()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python predict.py DIR")
    sys.exit(main(Path(sys.argv[1])))
