"""Compares codes from the cluster with those of `stackedae encode`, and tells which worker made how many of them.
usage: python check.py CODES.npy CODES.parquet CLUSTER, the last the folder of cluster.py. Status 1 if they differ."""
import collections
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

BOUND = 1e-6  # of the largest code; float32 has 1.2e-7, a sum of 784 products rounds a few times that


def main(ours, theirs, cluster):
    want = np.load(ours)
    table = pq.read_table(theirs)
    ids = table["id"].to_numpy()
    order = np.argsort(ids)
    if not np.array_equal(ids[order], np.arange(len(want))):
        sys.exit(f"check.py: {theirs}: {len(ids):,} codes, {len(np.unique(ids)):,} ids, want each of 0 to {len(want) - 1:,} once")
    got = np.stack(table["code"].to_numpy())[order]
    if got.shape != want.shape:
        sys.exit(f"check.py: {theirs}: codes of {got.shape[1]} numbers, want {want.shape[1]}")

    workers = workers_of(cluster)
    for name, (tasks, images) in sorted(workers.items()):
        print(f"{name}: {images:,} images in {tasks} partitions")
    if len(workers) < 2 or sum(images for _, images in workers.values()) != len(want):
        sys.exit(f"check.py: {cluster}: want {len(want):,} images of two workers")
    apart = np.abs(got.astype(np.float64) - want).max() / np.abs(want).max()
    print(f"largest difference from encode's codes: {apart:.2g} of the largest code, want at most {BOUND:g}")
    if not apart <= BOUND:
        sys.exit(f"check.py: {theirs}: the codes differ")


def workers_of(cluster):
    """Tasks that wrote codes and the codes they wrote, by worker and executor, from Spark's log of events."""
    worker = {path.name: path.parent.parent.name for path in cluster.glob("worker-*/app-*/*") if path.is_dir()}
    workers = collections.defaultdict(lambda: (0, 0))
    (events,) = (cluster / "events").iterdir()
    for line in events.open():
        event = json.loads(line)
        if event["Event"] != "SparkListenerTaskEnd" or event["Task End Reason"]["Reason"] != "Success":
            continue
        executor = event["Task Info"]["Executor ID"]
        if written := event["Task Metrics"]["Output Metrics"]["Records Written"]:
            tasks, images = workers[f"{worker[executor]}, executor {executor}"]
            workers[f"{worker[executor]}, executor {executor}"] = tasks + 1, images + written
    return workers


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
