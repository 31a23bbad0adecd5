"""Compares exported ONNX models with this program, by ONNX Runtime; see README.md. usage: python check.py [--model FILE]"""
import argparse, subprocess, sys, tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

BOUND = 1e-6
IMAGES = 1000
DRAWN = 100  # the most that reconstruct takes
ROOT = Path(__file__).resolve().parents[2]


def main(model):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        program = folder / "stackedae"
        subprocess.run(["go", "build", "-o", program, "./cmd/stackedae"], cwd=ROOT, check=True)

        def stackedae(command, *arguments):
            subprocess.run([program, command, "--quiet", "--out", folder, *arguments], stdout=subprocess.DEVNULL, check=True)

        if model is None:
            stackedae("train", "--machine", "static")
            model = folder / "model.safetensors"
        stackedae("export", "--model", model, "--format", "onnx")
        stackedae("encode", "--model", model)
        images, codes = np.load(folder / "images.npy")[:IMAGES].reshape(IMAGES, -1), np.load(folder / "codes.npy")[:IMAGES]
        reconstructions = []
        for part in np.split(images, IMAGES // DRAWN):
            np.save(folder / "part.npy", part)
            stackedae("reconstruct", "--model", model, "--images", folder / "part.npy", "--count", str(DRAWN), "--npy")
            reconstructions.append(np.load(folder / "reconstructions.npy").reshape(DRAWN, -1))
        return compare(folder, images.astype(np.float32) / 255, codes, np.concatenate(reconstructions))


def compare(folder, images, codes, reconstructions):
    """Prints how far the models' outputs are from ours; returns the exit status."""
    encoder, decoder, autoencoder = (Runtime(folder / f"{name}.onnx") for name in ("encoder", "decoder", "autoencoder"))
    status = False
    for batch in 1, 7, IMAGES:
        whole = autoencoder(images, batch)
        for what, got, want in [
            ("encoder's codes", encoder(images, batch), codes),
            ("decoder's reconstructions of our codes", decoder(codes, batch), reconstructions),
            ("autoencoder's reconstructions", whole, reconstructions),
            ("decoder's of the encoder's codes and the autoencoder's", decoder(encoder(images, batch), batch), whole),
        ]:
            assert got.shape == want.shape, (got.shape, want.shape)
            apart = np.abs(got.astype(np.float64) - want).max() / np.abs(want).max()
            status |= apart > BOUND
            print(f"batches of {batch}: {what}: largest difference {apart:.2g}, want at most {BOUND:g}")
    return int(status)


class Runtime:
    """A model in ONNX Runtime."""

    def __init__(self, path):
        onnx.checker.check_model(path, full_check=True)
        self.session = onnxruntime.InferenceSession(path)
        (self.input,) = (i.name for i in self.session.get_inputs())

    def __call__(self, x, batch):
        return np.concatenate([self.session.run(None, {self.input: x[i:i + batch]})[0] for i in range(0, len(x), batch)])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path)
    sys.exit(main(parser.parse_args().model))
