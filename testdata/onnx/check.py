"""Compares exported ONNX models with this program, by ONNX Runtime; see README.md. usage: python check.py [--model FILE]"""
import argparse, subprocess, sys, tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper

BOUND = 1e-6
WHOLE_BOUND = 3e-6  # twice what ONNX Runtime and this program are away from float64; see README.md
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
            stackedae("train", "--epochs", "1")
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
        for what, got, want, bound in [
            ("encoder's codes", encoder(images, batch), codes, BOUND),
            ("decoder's reconstructions of our codes", decoder(codes, batch), reconstructions, BOUND),
            ("autoencoder's reconstructions", whole, reconstructions, WHOLE_BOUND),
            ("decoder's of the encoder's codes and the autoencoder's", decoder(encoder(images, batch), batch), whole, BOUND),
        ]:
            assert got.shape == want.shape, (got.shape, want.shape)
            apart = np.abs(got.astype(np.float64) - want).max() / np.abs(want).max()
            status |= apart > bound
            print(f"batches of {batch}: {what}: largest difference {apart:.2g}, want at most {bound:g}")
    exact = float64(folder / "autoencoder.onnx", images)
    for whose, got in ("ONNX Runtime's", whole), ("our", reconstructions):
        print(f"{whose} reconstructions from the same network's in float64: largest difference {np.abs(got - exact).max():.2g}")
    return int(status)


def float64(path, x):
    """Runs a model of Gemm, Selu and Sigmoid in float64, with the constants that ONNX gives Selu."""
    graph = onnx.load(path).graph
    values = {i.name: numpy_helper.to_array(i).astype(np.float64) for i in graph.initializer} | {graph.input[0].name: x}
    for node in graph.node:
        x, *weights = (values[name] for name in node.input)
        values[node.output[0]] = {
            "Gemm": lambda: x @ weights[0] + weights[1],
            "Selu": lambda: 1.05070102214813232421875 * np.where(x > 0, x, 1.67326319217681884765625 * np.expm1(np.minimum(x, 0))),
            "Sigmoid": lambda: 1 / (1 + np.exp(-x)),
        }[node.op_type]()
    return values[graph.output[0].name]


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
