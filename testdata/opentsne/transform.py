"""Places validation codes into an embedding of training codes by openTSNE and by this program, and prints the neighbour
accuracy and the seconds of both as Markdown; see README.md.
usage: python transform.py CODES.npy LABELS.npy   (of encode --split all) [--train 55000] [--valid 5000] [--threads 2]"""
import argparse, os, sys, tempfile, time
import numpy as np
import openTSNE

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tsne"))
from process import build, limit, machine, row, run
from quality import votes

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("codes", metavar="CODES.npy")
    parser.add_argument("labels", metavar="LABELS.npy")
    parser.add_argument("--train", type=int, default=55000, help="the first rows, which are embedded (%(default)s)")
    parser.add_argument("--valid", type=int, default=5000, help="the rows after them, which are placed (%(default)s)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", metavar="FILE", help="measure this program in place of one built from the source")
    a = parser.parse_args()
    limit(a.threads)
    end = a.train + a.valid
    codes, labels = np.load(a.codes)[:end], np.load(a.labels)[:end].astype(int)
    train, valid = codes[:a.train], codes[a.train:]

    def accuracy(reference, placed):
        return float((votes(reference, labels[:a.train], placed) == labels[a.train:]).mean())

    rows = [["the codes themselves", f"{accuracy(train, valid):.4f}", ""]]

    start = time.perf_counter()
    reference = openTSNE.TSNE(n_jobs=a.threads, random_state=42).fit(train)
    placed = reference.transform(valid)
    seconds = time.perf_counter() - start
    rows.append([f"openTSNE {openTSNE.__version__}", f"{accuracy(np.asarray(reference), np.asarray(placed)):.4f}", f"{seconds:.1f}"])

    with tempfile.TemporaryDirectory() as folder:
        program = os.path.abspath(a.program) if a.program else build(folder)
        def file(name): return os.path.join(folder, name)
        np.save(file("train.npy"), train)
        np.save(file("valid.npy"), valid)
        ours = run([program, "tsne", file("train.npy"), "--transform", file("valid.npy"), "--out", folder, "--quiet", "--json"])
        reference, placed = np.load(file("embedding.npy")), np.load(file("transformed.npy"))
        rows.append(["this program", f"{accuracy(reference, placed):.4f}", f"{ours['process_seconds']:.1f}"])
        told = machine(program, a.threads)
    print(f"{told}; {a.train:,} codes embedded, {a.valid:,} placed\n")
    print(row(["program", "neighbour accuracy", "seconds to embed and place"]))
    print("|---" * 3 + "|")
    for cells in rows:
        print(row(cells))

main()
