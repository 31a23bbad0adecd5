"""How this program's t-SNE grows: time, iterations and peak memory of 10^4, 10^5 and 10^6 points of 30 columns. Prints Markdown.
usage: python growth.py --peers PYTHON --out RAW.json [--points 10000,100000,1000000] [--iterations N] [--rounds 1]"""
import argparse, json, os, subprocess, sys, tempfile
from statistics import median

from process import HERE, build, embed, limit, machine, row, spread

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peers", metavar="PYTHON", required=True, help="interpreter of the environment of peers.txt")
    parser.add_argument("--out", metavar="FILE", required=True, help="write all raw numbers to this JSON file")
    parser.add_argument("--points", default="10000,100000,1000000", help="comma-separated (%(default)s)")
    parser.add_argument("--iterations", type=int, help="in place of the default")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", metavar="FILE", help="measure this program in place of one built from the source")
    a = parser.parse_args()
    limit(a.threads)
    flags = ["--iterations", str(a.iterations)] if a.iterations else []
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.abspath(a.program) if a.program else build(folder)
        told = machine(program, a.threads)
        for n in map(int, a.points.split(",")):
            subprocess.run([a.peers, os.path.join(HERE, "sets.py"), folder, "--clusters", str(n)], check=True)
            points = os.path.join(folder, f"clusters-{n}.npy")
            measured[n] = []
            for _ in range(a.rounds):
                measured[n].append(embed(program, points, os.path.join(folder, "out"), *flags))
                print(f"{n} points: {measured[n][-1]['process_seconds']:.1f} s", file=sys.stderr)
            os.remove(points)
    with open(a.out, "w") as f:
        json.dump({"machine": told, "measured": measured}, f, indent=1)
    print(f"{told}; medians (lowest–highest) of {a.rounds} rounds\n")
    print(row(["points", "iterations", "seconds", "seconds for a million points", "peak memory, MB", "bytes for a point"]))
    print("|---" * 6 + "|")
    for n, rounds in measured.items():
        seconds, peak = [r["process_seconds"] for r in rounds], median(r["peak_megabytes"] for r in rounds)
        print(row([f"{n:,}", str(rounds[0]["printed"]["iterations"]), spread(seconds),
                   spread([s * 1e6 / n for s in seconds], 0), f"{peak:.0f}", f"{peak * 1e6 / n:.0f}"]))

main()
