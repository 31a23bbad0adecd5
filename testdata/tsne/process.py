"""What the scripts here share: this program built, processes run and measured. Standard library alone: the peak memory
that the kernel tells of a process is never below that of the one that started it."""
import json, os, platform, subprocess, sys, tempfile, time
from statistics import median

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

def build(folder):
    """Builds this program into the folder and returns its path."""
    program = os.path.join(folder, "stackedae")
    subprocess.run(["go", "build", "-o", program, "./cmd/stackedae"], cwd=ROOT, check=True)
    return program

def limit(threads):
    """Keeps this process and all that it starts on so many processors."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < threads:
        sys.exit(f"--threads {threads}, want at most the {len(allowed)} processors there are")
    os.sched_setaffinity(0, allowed[:threads])

def run(command):
    """Runs a process to its end: its wall clock, its peak memory, and the JSON that it prints."""
    with tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.read()}")
    return {"process_seconds": seconds, "peak_megabytes": usage.ru_maxrss * 1024 / 1e6, "printed": json.loads(printed)}

def embed(program, points, out, *flags):
    """One whole run of this program; the embedding is out/embedding.npy."""
    return run([program, "tsne", points, "--out", out, "--quiet", "--json", *flags])

class Judge:
    """A process of quality.py, which computes the affinities of a set of points once."""

    def __init__(self, python, points, labels=None):
        command = [python, os.path.join(HERE, "quality.py"), points] + [labels] * bool(labels)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, embedding):
        print(embedding, file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"quality.py ended with {self.process.wait()} at {embedding}")
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()

def machine(program, threads):
    """One line: the processor and this program's versions."""
    with open("/proc/cpuinfo") as f:
        processor = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    return f"{processor}, {threads} of {os.cpu_count()} processors, {platform.system()}; {version}"

def spread(values, digits=2):
    """The median, and the range in brackets."""
    low, middle, high = (f"{v:.{digits}f}" for v in (min(values), median(values), max(values)))
    return middle if low == high else f"{middle} ({low}–{high})"

def row(cells):
    return "| " + " | ".join(cells) + " |"

def peer(python, name, threads, seed, points, embedding):
    """One run of another program by peer.py."""
    return run([python, os.path.join(HERE, "peer.py"), name, str(threads), str(seed), points, embedding])
