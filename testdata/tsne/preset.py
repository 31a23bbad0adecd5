"""The final exact divergence of the presets sklearn and sklearn-0.2x against that of the scikit-learn they mean. Prints
Markdown; see README.md.
usage: python preset.py --peers PYTHON --out RAW.json [--seeds 5] POINTS.npy ..."""
import argparse, json, os, sys, tempfile
from statistics import mean

from process import Judge, build, embed, limit, machine, peer, row, spread

# The preset, what it means, and whether the start is random.
PRESETS = [
    ("sklearn", "scikit-learn", False),
    ("sklearn-0.2x", "scikit-learn-0.2x", True),
]

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("points", nargs="+", metavar="POINTS.npy")
    parser.add_argument("--peers", metavar="PYTHON", required=True, help="interpreter of the environment of peers.txt")
    parser.add_argument("--out", metavar="FILE", required=True, help="write all raw numbers to this JSON file")
    parser.add_argument("--seeds", type=int, default=5, help="of the random starts (%(default)s)")
    parser.add_argument("--only", default=",".join(preset for preset, _, _ in PRESETS), help="comma-separated (%(default)s)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--program", metavar="FILE", help="measure this program in place of one built from the source")
    a = parser.parse_args()
    limit(a.threads)
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.abspath(a.program) if a.program else build(folder)
        told = machine(program, a.threads)
        ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "peer.npy")
        for points in a.points:
            with Judge(a.peers, points) as judge:
                for preset, meaning, random in PRESETS:
                    if preset not in a.only.split(","):
                        continue
                    found = {"points": points, "preset": preset, "ours": [], "theirs": []}
                    for seed in range(a.seeds if random else 1):
                        embed(program, points, ours, "--preset", preset, *["--seed", str(seed)] * random)
                        found["ours"].append(judge(os.path.join(ours, "embedding.npy"))["divergence"])
                        peer(a.peers, meaning, a.threads, seed, points, theirs)
                        found["theirs"].append(judge(theirs)["divergence"])
                        print(f"{points} {preset} {seed}: {found['ours'][-1]:.4f}, {found['theirs'][-1]:.4f}", file=sys.stderr)
                    measured.append(found)
    with open(a.out, "w") as f:
        json.dump({"machine": told, "measured": measured}, f, indent=1)
    print(f"{told}; medians (lowest–highest) of the exact divergences\n")
    print(row(["points", "preset", "runs", "ours", "scikit-learn's", "our mean against theirs"]))
    print("|---" * 6 + "|")
    for found in measured:
        against = 100 * (mean(found["ours"]) / mean(found["theirs"]) - 1)
        print(row([os.path.basename(found["points"]), found["preset"], str(len(found["ours"])),
                   spread(found["ours"], 4), spread(found["theirs"], 4), f"{against:+.1f}%"]))

main()
