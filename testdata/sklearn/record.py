"""Records what scikit-learn makes of 300 digits and of the codes of a trained model, for the tests of packages tsne and
figure. usage: python record.py   (writes the folders digits and codes into the current folder)"""
import json
import os
import platform
import shutil
from pathlib import Path

# One thread, and the same kernels on every x86 processor with AVX2: sums in another order would be rounded otherwise,
# and t-SNE makes another embedding of that. To be set before numpy is there.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", OPENBLAS_CORETYPE="Haswell")

import numpy
import scipy
import sklearn

import codes
import digits

VERSIONS = {"python": platform.python_version(), "scikit-learn": sklearn.__version__,
            "numpy": numpy.__version__, "scipy": scipy.__version__}


def write(folder, record):
    """Writes recorded.json, a line for each name."""
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in {"versions": VERSIONS, **record}.items()]
    (folder / "recorded.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def new(name):
    folder = Path(name)
    folder.mkdir(parents=True)
    return folder


folder = new("digits")
write(folder, digits.record(folder))
for n in codes.SIZES:
    folder = new(f"codes/{n}")
    write(folder, codes.record(folder, n))
shutil.copy(codes.CODES, "codes")
