"""Compares files that have been recorded again with the committed ones: bytes first, then the numbers in them.
usage: python differences.py COMMITTED NEW

A difference is told in parts of the largest number. COMMITTED/bounds.json may hold the largest that is accepted, by names
of files with * in them, for .json with a colon and the name of an entry; null accepts any. All else has to be within 1e-5.
Status 1 if something is not, or if one side has a file of numbers that the other lacks."""
import fnmatch
import json
import sys
from pathlib import Path

import numpy as np

KINDS = ".npy", ".csv", ".json", ".png"


def numbers(path):
    """The numbers of a file by name of entry."""
    if path.suffix == ".npy":
        return {"": np.load(path).astype(float)}
    if path.suffix == ".csv":
        return {"": np.loadtxt(path, delimiter=",")}
    if path.suffix == ".png":
        from PIL import Image

        return {"": np.asarray(Image.open(path)).astype(float)}
    return {":" + name: np.array(list(leaves(value)), float)
            for name, value in json.loads(path.read_text()).items() if name != "versions"}


def leaves(value):
    """All numbers of a value of JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for v in value:
            yield from leaves(v)
    else:
        yield value


def difference(a, b):
    if a.shape != b.shape:
        return np.inf
    return float(np.abs(a - b).max(initial=0) / max(np.abs(a).max(initial=0), 1e-300))


def bound(bounds, name):
    return next((value for pattern, value in bounds.items() if fnmatch.fnmatch(name, pattern)), 1e-5)


def main(committed, new):
    rules = committed / "bounds.json"
    bounds = json.loads(rules.read_text()) if rules.exists() else {}
    files = sorted({path.relative_to(side) for side in (committed, new) for path in side.rglob("*")
                    if path.suffix in KINDS and path != rules})
    same, bad = 0, False
    for name in files:
        if missing := [side for side in (committed, new) if not (side / name).exists()]:
            print(f"{name}: not in {missing[0]}")
            bad = True
            continue
        if (committed / name).read_bytes() == (new / name).read_bytes():
            same += 1
            continue
        a, b = numbers(committed / name), numbers(new / name)
        for entry in sorted(a.keys() | b.keys()):
            d = difference(a.get(entry, np.empty(0)), b.get(entry, np.empty(0)))
            most = bound(bounds, f"{name}{entry}")
            if most is None:
                verdict = "any is accepted"
            else:
                verdict = f"accepted up to {most:g}" if d <= most else f"MORE THAN {most:g}"
                bad |= not d <= most
            print(f"{name}{entry}: differs by {d:.2g}, {verdict}")
    print(f"{same} of {len(files)} files are the same bytes")
    return bad


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
