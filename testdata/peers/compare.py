"""Measures this program beside Keras, PyTorch, JAX and Gorgonia's own operations, in turns. Prints Markdown; see README.md.
usage: python compare.py --keras PYTHON --torch PYTHON --notebook PYTHON --out RAW.json [--rounds 5] [--epochs 20] [--only tape,static,...]"""
import argparse, json, os, platform, subprocess, sys, tempfile, time
from statistics import median

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
OURS = ["tape", "static"]
WHOLE = ["run", "run-static"] # the whole chapter
NAMES = OURS + ["keras", "torch", "jax", "stock"] + WHOLE + ["notebook"]
FRAMEWORK_EPOCHS = 4

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keras", metavar="PYTHON", help="interpreter of the environment of keras.txt")
    parser.add_argument("--torch", metavar="PYTHON", help="interpreter of the environment of torch.txt")
    parser.add_argument("--notebook", metavar="PYTHON", help="interpreter of the environment of notebook.txt")
    parser.add_argument("--out", metavar="FILE", required=True, help="write all raw numbers to this JSON file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20, help="of this program's and Keras' trainings, at least 2")
    parser.add_argument("--only", default=",".join(NAMES), help="comma-separated, of " + ", ".join(NAMES))
    a = parser.parse_args()
    a.only = a.only.split(",")
    if unknown := set(a.only) - set(NAMES):
        parser.error(f"--only {','.join(unknown)}, want some of {', '.join(NAMES)}")
    if a.rounds < 1 or a.epochs < 2:
        parser.error("want at least 1 round of 2 epochs")
    if "keras" in a.only and not a.keras or {"torch", "jax"} & set(a.only) and not a.torch or "notebook" in a.only and not a.notebook:
        parser.error("want --keras, --torch and --notebook, or less by --only")
    return a

def commands(a, program, threads, out):
    ours = [program, "train", "--epochs", str(a.epochs), "--json", "--out", out, "--machine"]
    frameworks = [a.torch, os.path.join(HERE, "frameworks.py")]
    few = str(min(a.epochs, FRAMEWORK_EPOCHS))
    every = {
        "tape": ours + ["tape"],
        "static": ours + ["static"],
        "keras": [a.keras, os.path.join(HERE, "keras_fit.py"), str(a.epochs)],
        "torch": frameworks + ["torch", few],
        "jax": frameworks + ["jax", few],
        "run": [program, "run", "--json", "--out", out],
        "run-static": [program, "run", "--json", "--out", out, "--machine", "static"],
        "notebook": [a.notebook, os.path.join(HERE, "notebook.py"), os.path.dirname(out)],
        "stock": [program, "bench", "--ways", f"stock/{threads}", "--json"],
    }
    return {name: every[name] for name in NAMES if name in a.only}

def run(command):
    """Runs a process to its end: its wall clock, its peak memory, and the JSON that it prints."""
    environment = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    environment["FASHION"] = os.path.join(ROOT, "internal", "fashion", "data")
    with tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.read()}")
    return {"process_seconds": seconds, "peak_megabytes": usage.ru_maxrss * 1024 / 1e6, "printed": json.loads(printed)}

def epoch_seconds(name, measured):
    """The seconds of an epoch of training alone, the median of all but the first."""
    printed = measured["printed"]
    if name == "stock":
        return printed["ways"][0]["epoch_seconds"]
    if name in OURS:
        return median(epoch["train_seconds"] for epoch in printed["history"][1:])
    return median(printed["epoch_seconds"][1:])

def process_seconds(_, measured):
    return measured["process_seconds"]

def fit_seconds(_, measured):
    return measured["printed"]["fit_seconds"]

def table(title, rows, rounds, bases=OURS):
    """A row is a text, a name of NAMES and the function that finds its seconds; the first function measures the bases,
    which are this program on its two machines."""
    rows = [row for row in rows if row[1] in rounds[0]]
    if not rows:
        return
    ours = rows[0][2]
    print(f"\n| {title} | seconds | times tape's | times static's | peak memory, MB |\n|---|---|---|---|---|")
    for text, name, seconds in rows:
        cells = [spread([seconds(name, r[name]) for r in rounds])]
        for base in bases:
            if base in rounds[0] and base != name:
                cells.append(spread([seconds(name, r[name]) / ours(base, r[base]) for r in rounds]))
            else:
                cells.append("")
        cells.append(f"{median(r[name]['peak_megabytes'] for r in rounds):.0f}")
        print("| " + " | ".join([text] + cells) + " |")

def spread(values):
    """The median, and the range in brackets."""
    return f"{median(values):.2f} ({min(values):.2f}–{max(values):.2f})"

def machine(program, rounds):
    """One line: the processor and all versions."""
    with open("/proc/cpuinfo") as f:
        processor = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    parts = [f"{processor}, {os.cpu_count()} cores, {platform.system()}"]
    parts.append(subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip())
    parts += [rounds[0][name]["printed"]["versions"] for name in ("keras", "torch", "jax", "notebook") if name in rounds[0]]
    return "; ".join(parts)

def main():
    a = arguments()
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "stackedae")
        subprocess.run(["go", "build", "-o", program, "./cmd/stackedae"], cwd=ROOT, check=True)
        probe = run([program, "bench", "--ways", "stock", "--steps", "1", "--json"])
        threads = probe["printed"]["gomaxprocs"]
        rounds = []
        for i in range(a.rounds):
            rounds.append({})
            for name, command in commands(a, program, threads, os.path.join(folder, "out")).items():
                rounds[i][name] = run(command)
                print(f"round {i + 1}/{a.rounds}: {name} {rounds[i][name]['process_seconds']:.1f} s", file=sys.stderr)
        told = machine(program, rounds)
    with open(a.out, "w") as f:
        json.dump({"machine": told, "epochs": a.epochs, "rounds": rounds}, f, indent=1)
    print(f"{told}; medians (lowest–highest) of {a.rounds} rounds")
    table(f"{a.epochs} epochs with validation", [
        ("`train --machine tape`, start to exit", "tape", process_seconds),
        ("`train --machine static`, start to exit", "static", process_seconds),
        ("Keras, `fit` alone", "keras", fit_seconds),
        ("Keras, start to exit", "keras", process_seconds),
    ], rounds)
    table("an epoch of training alone", [
        ("`train --machine tape`", "tape", epoch_seconds),
        ("`train --machine static`", "static", epoch_seconds),
        ("PyTorch, eager", "torch", epoch_seconds),
        ("JAX, the epoch one compiled scan", "jax", epoch_seconds),
        ("Gorgonia's own operations", "stock", epoch_seconds),
    ], rounds)
    table("the whole chapter, start to exit", [
        ("`run`", "run", process_seconds),
        ("`run --machine static`", "run-static", process_seconds),
        ("the notebook as a script", "notebook", process_seconds),
    ], rounds, WHOLE)

main()
