"""Measures this program's t-SNE beside scikit-learn, openTSNE and scikit-learn-intelex, in turns. Prints Markdown; see README.md.
usage: python compare.py --peers PYTHON --intelex PYTHON --out RAW.json POINTS.npy[,LABELS.npy] ..."""
import argparse, json, os, sys, tempfile
from statistics import median

from process import Judge, build, embed, limit, machine, peer, row, spread

NAMES = ["ours", "ours to scikit-learn's divergence", "scikit-learn", "openTSNE", "intelex"]
OURS, REACHED, SKLEARN = NAMES[:3]
SEED = 42  # of the others; from principal components hardly anything of them is random
STEP = 5  # iterations; the search for the first ones that are good enough is no finer

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("points", nargs="+", metavar="POINTS.npy[,LABELS.npy]")
    parser.add_argument("--peers", metavar="PYTHON", required=True, help="interpreter of the environment of peers.txt")
    parser.add_argument("--intelex", metavar="PYTHON", help="interpreter of the environment of intelex.txt")
    parser.add_argument("--out", metavar="FILE", required=True, help="write all raw numbers to this JSON file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="ours,scikit-learn,openTSNE,intelex", help="comma-separated, some of %(default)s")
    parser.add_argument("--peers-once", action="store_true", help="run the others in the first round only")
    parser.add_argument("--program", metavar="FILE", help="measure this program in place of one built from the source")
    parser.add_argument("--flags", default="", help="more flags of this program's, e.g. '--preset sklearn'")
    a = parser.parse_args()
    a.only = a.only.split(",")
    if unknown := set(a.only) - set(NAMES):
        parser.error(f"--only {','.join(unknown)}, want some of {parser.get_default('only')}")
    if a.rounds < 1:
        parser.error(f"--rounds {a.rounds}, want at least 1")
    if "intelex" in a.only and not a.intelex:
        parser.error("want --intelex PYTHON, or less by --only")
    return a

def first_iterations(judge, embed, last, target):
    """The least number of iterations, a multiple of STEP, whose divergence is at most target; None if last's is above.
    A run of fewer iterations is the beginning of a longer one, and its divergence falls."""
    low, high = 0, -(-last // STEP)  # in steps: high is good enough, low is not
    while high - low > 1:
        middle = (low + high) // 2
        if judge(embed(middle * STEP))["divergence"] <= target:
            high = middle
        else:
            low = middle
    return min(high * STEP, last)

def measure(a, program, points, labels, folder):
    """The rounds of one set of points: of each program its time, memory and quality."""
    ours = os.path.join(folder, "ours")
    embedding = os.path.join(ours, "embedding.npy")
    flags, rounds, enough = a.flags.split(), [], None

    def cut(iterations):
        embed(program, points, ours, *flags, "--iterations", str(iterations))
        return embedding

    def measured(name, judge):
        if name in (OURS, REACHED):
            more = ["--iterations", str(enough)] if name == REACHED else []
            result = embed(program, points, ours, *flags, *more)
            result["seconds"], file = result["process_seconds"], embedding
        else:
            python, file = a.intelex if name == "intelex" else a.peers, os.path.join(folder, "peer.npy")
            result = peer(python, name, a.threads, SEED, points, file)
            result["seconds"] = result["printed"]["fit_seconds"]
        result.update(judge(file))
        label = f"{os.path.basename(points)} round {len(rounds)}/{a.rounds}: {name}"
        print(f"{label} {result['seconds']:.2f} s, divergence {result['divergence']:.4f}", file=sys.stderr)
        return result

    with Judge(a.peers, points, labels) as judge:
        for i in range(a.rounds):
            rounds.append({})
            for name in ["scikit-learn", OURS, "openTSNE", "intelex"]:
                if name in a.only and (i == 0 or name == OURS or not a.peers_once):
                    rounds[i][name] = measured(name, judge)
            if OURS not in rounds[i] or SKLEARN not in rounds[0]:
                continue
            if i == 0 and rounds[0][OURS]["divergence"] <= (target := rounds[0][SKLEARN]["divergence"]):
                enough = first_iterations(judge, cut, rounds[0][OURS]["printed"]["iterations"], target)
            if enough:
                rounds[i][REACHED] = measured(REACHED, judge)
    return rounds

def table(points, rounds):
    """A row for each program. Ratios are taken within a round; who ran once is compared with every round."""
    def values(name, key):
        return [r[name][key] for r in rounds if name in r]

    def ratios(name, base, key):
        return [r.get(name, rounds[0][name])[key] / r.get(base, rounds[0][base])[key] for r in rounds]

    first = rounds[0]
    size = "{points:,} x {columns}".format(**first[OURS]["printed"]) if OURS in first else ""
    print(f"\n{os.path.basename(points)} {size}\n")
    print(row(["program", "seconds", "times ours", "exact divergence", "against scikit-learn's", "neighbour accuracy", "peak memory, MB"]))
    print("|---" * 7 + "|")
    for name in NAMES:
        if name not in first:
            continue
        text = first[name]["printed"].get("version", name)
        if name == REACHED:
            text += f", {first[name]['printed']['iterations']} iterations"
        cells = [text, spread(values(name, "seconds"))]
        cells.append(spread(ratios(name, OURS, "seconds"), 1) if OURS in first and name != OURS else "")
        cells.append(spread(values(name, "divergence"), 3))
        against = [100 * (ratio - 1) for ratio in ratios(name, SKLEARN, "divergence")] if SKLEARN in first else None
        cells.append(f"{median(against):+.1f}%" if against and name != SKLEARN else "")
        cells.append(spread(values(name, "accuracy"), 3) if "accuracy" in first[name] else "")
        cells.append(f"{median(values(name, 'peak_megabytes')):.0f}")
        print(row(cells))

def main():
    a = arguments()
    limit(a.threads)
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.abspath(a.program) if a.program else build(folder)
        told = machine(program, a.threads)
        for argument in a.points:
            points, _, labels = argument.partition(",")
            measured[points] = measure(a, program, points, labels, folder)
    with open(a.out, "w") as f:
        json.dump({"machine": told, "flags": a.flags, "measured": measured}, f, indent=1)
    print(f"{told}; medians (lowest–highest) of {a.rounds} rounds")
    for points, rounds in measured.items():
        table(points, rounds)

main()
