"""Writes images and labels of `stackedae encode` as a partitioned set in Parquet: a folder a label, as Spark and Hive read
them; columns id (the image's number) and image (its bytes, row by row). usage: python dataset.py FOLDER OUT"""
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def main(folder, out):
    images, labels = np.load(folder / "images.npy"), np.load(folder / "labels.npy")
    images = images.reshape(len(images), -1)
    table = pa.table({
        "id": pa.array(np.arange(len(images))),
        "image": pa.array([row.tobytes() for row in images], pa.binary()),
        "label": pa.array(labels),
    })
    pq.write_to_dataset(table, out, partition_cols=["label"])
    files = list(out.rglob("*.parquet"))
    print(f"{len(images):,} images in {len(files)} files of {sum(f.stat().st_size for f in files) / 1e6:.0f} MB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
