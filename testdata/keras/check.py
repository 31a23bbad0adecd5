"""Compares a fresh recording with what is committed here.

usage: python check.py RECORDED

On a processor of the kind that README.md names all is the same, bit for bit. Another kind rounds otherwise, and that
grows with every step, so what follows from long training may differ by as much as the bounds below. Seeds that are not in
both are left out.
"""
import json
import sys
from itertools import product
from pathlib import Path

import numpy as np

COMMITTED = Path(__file__).parent
NUMBERS = "loss", "rounded_accuracy", "val_loss", "val_rounded_accuracy"
PIXELS = 32 * 28 * 28  # of a batch


def steps(a, b):
    a, b = (np.loadtxt(f, delimiter=",", skiprows=1) for f in (a, b))
    loss = np.abs(b[:, 1] / a[:, 1] - 1)
    yield "loss, first 100 steps, relative", loss[:100].max(), 1e-6
    yield "loss, 200 steps, relative", loss.max(), 5e-6
    yield "rounded pixels of a batch", np.abs(b[:, 2] - a[:, 2]).max() * PIXELS, 5.5


def epochs(a, b):
    for one, other in zip(lines(a), lines(b), strict=True):
        model, same = ({k: v for k, v in line.items() if k != "history"} for line in (one, other))
        assert model == same
        # In the second stage of greedy training rounding grows faster: README.md.
        bounds = (5e-4,) * 4 if model.get("stage") == "second" else (1e-4, 2e-4, 5e-4, 2e-3)
        for name, bound in zip(NUMBERS, bounds):
            yield f"{model} {name}, relative", abs(other["history"][name][0] / one["history"][name][0] - 1), bound


def start(a, b):
    return arrays(a, b, 0)


def trained(a, b):
    return arrays(a, b, 0.01)


def arrays(a, b, bound):
    with np.load(a) as a, np.load(b) as b:
        assert a.files == b.files
        for name in a.files:
            assert a[name].shape == b[name].shape and a[name].dtype == b[name].dtype
            yield f"{name}, in units of the largest", np.abs(b[name] - a[name]).max() / max(np.abs(a[name]).max(), 1e-30), bound


def runs(a, b):
    committed = {run["seed"]: run for run in lines(a)}
    deviations = np.std([numbers(run) for run in committed.values()], axis=0, ddof=1)
    for run in lines(b):
        if run["seed"] not in committed:
            continue
        difference = np.abs(numbers(run) - numbers(committed[run["seed"]]))
        yield f"seed {run['seed']}, in standard deviations of all seeds", (difference / deviations).max(), 3


def numbers(run):
    return np.array([*np.ravel([run["history"][name] for name in NUMBERS]), *run.get("test", [])])


def text(a, b):
    yield "text", float(a.read_text() != b.read_text()), 0


def lines(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


FOLDERS = ".", "tied", "greedy", "greedy/first", "greedy/second", "greedy/stack"
KINDS = {
    "summary-*.txt": text, "steps-*.npz": start, "steps-*.csv": steps, "epochs.jsonl": epochs,
    "trained-*.npz": trained, "outputs-*.npz": trained, "runs.jsonl": runs,
}


def main(recorded):
    outside = 0
    for folder, (pattern, compare) in product(FOLDERS, KINDS.items()):
        for committed in sorted((COMMITTED / folder).glob(pattern)):
            name = committed.relative_to(COMMITTED)
            fresh = recorded / name
            if not fresh.exists():
                print(f"{name}: not recorded")
                outside += compare is not runs
                continue
            if fresh.read_bytes() == committed.read_bytes():
                print(f"{name}: the same bytes")
                continue
            for what, difference, bound in compare(committed, fresh):
                verdict = "the same" if difference == 0 else f"{difference:.2g}, at most {bound:g}"
                if not difference <= bound:
                    outside += 1
                    verdict += ": OUTSIDE"
                print(f"{name}: {what}: {verdict}")
    return 1 if outside else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python check.py RECORDED")
    sys.exit(main(Path(sys.argv[1])))
