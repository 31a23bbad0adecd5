"""Encodes all 70,000 images of Fashion-MNIST on a local Spark cluster of two workers, and compares the codes with those of
`stackedae encode`. Sets up all it needs but Go, Python 3.11 and Java 17; see README.md.

usage: python3 examples/spark/run.py [--model FILE] [--work DIR]"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PYTHON, JAVA = (3, 11), 17  # the least that take these versions of numpy and Spark
WORKERS = 2
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SETTINGS = {
    "spark.cores.max": WORKERS,
    "spark.scheduler.minRegisteredResourcesRatio": 1,  # start when all workers are there
    "spark.scheduler.maxRegisteredResourcesWaitingTime": "120s",
    "spark.sql.files.maxPartitionBytes": "8m",  # a partition a file, since these are small
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "true",  # for check.py
    "spark.eventLog.compress": "false",
    "spark.eventLog.rolling.enabled": "false",
}


def fail(message):
    sys.exit(f"run.py: {message}")


def check_java():
    """Finds Java as Spark does."""
    home = os.environ.get("JAVA_HOME")
    java = Path(home, "bin", "java") if home else shutil.which("java")
    try:
        said = subprocess.run([java or "java", "-version"], stderr=subprocess.PIPE, universal_newlines=True).stderr
    except OSError:
        fail(f"{java or 'java'}: not there, want Java {JAVA} or later: install it or set JAVA_HOME")
    version = re.search(r'version "(\d+)', said)
    if not version or int(version[1]) < JAVA:
        fail(f"{java}: Java {version[1] if version else 'of an unknown version'}, want {JAVA} or later: install it or set JAVA_HOME")


class Steps:
    """Runs commands one after the other, each with a log of its own in the folder."""

    def __init__(self, group, logs):
        self.group, self.logs = group, logs

    def __call__(self, name, *command, show=False, **options):
        """Prints the name, and with show what the command says, else how long it took. Ends the program if it fails."""
        print(name, end="\n" if show else " ... ", flush=True)
        start, log = time.monotonic(), self.logs / (name.replace(" ", "-") + ".log")
        with open(log, "wb") as errors:
            process = self.group.start(command, stdout=subprocess.PIPE if show else errors, stderr=errors, **options)
            said = []
            for line in process.stdout or []:
                said.append(line.decode().rstrip())
                print("   ", said[-1], flush=True)
        if process.wait():
            # spark-submit gives what a job says on standard error to standard output.
            lines = [line for line in re.split(r"[\r\n]+", log.read_text(errors="replace")) + said if line.strip()]
            own = [line for line in lines if re.match(r"(stackedae|\w+\.py|ERROR): ", line.lstrip())]
            print("failed", flush=True)
            fail(f"{name}: {(own or lines or ['no word of it'])[-1].strip()} (all of it in {log})")
        if not show:
            print(f"{time.monotonic() - start:.0f} s", flush=True)


def environment(step, folder):
    """Makes a virtual environment as requirements.txt says, unless it is there; returns its Python."""
    wanted = sys.version + "\n" + (HERE / "requirements.txt").read_text()
    stamp, python = folder / "made-of.txt", folder / "bin" / "python"
    if not stamp.exists() or stamp.read_text() != wanted:
        step("virtual environment", sys.executable, "-m", "venv", "--clear", folder)
        step("pip install", python, "-m", "pip", "install", "--disable-pip-version-check", "-r", HERE / "requirements.txt")
        stamp.write_text(wanted)
    return python


def main(work, model):
    if model and not model.is_file():
        fail(f"{model}: no such file")
    if work.exists() and any(work.iterdir()) and not (work / "env").is_dir():
        fail(f"{work}: holds files of something else, want a new or empty folder")
    env, run = work / "env", work / "run"
    shutil.rmtree(run, ignore_errors=True)
    logs = run / "logs"
    logs.mkdir(parents=True)
    env.mkdir(exist_ok=True)

    import cluster  # not before Python's version is known

    with cluster.Group() as group:
        step = Steps(group, logs)
        python = environment(step, env)

        program = run / "stackedae"
        step("go build", "go", "build", "-o", program, "./cmd/stackedae", cwd=ROOT)
        if model is None:
            step("train", program, "train", "--quiet", "--out", run / "model")
            model = run / "model" / "model.safetensors"
        step("export", program, "export", "--quiet", "--model", model, "--format", "onnx", "--out", run / "onnx")
        step("encode", program, "encode", "--quiet", "--model", model, "--split", "all", "--out", run / "encoded")
        step("dataset", python, HERE / "dataset.py", run / "encoded", run / "images.parquet", show=True)

        # What the caller has set for another Spark is not for this one.
        settings = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_", "PYTHONPATH"))}
        spark = next(env.glob("lib/python*/site-packages/pyspark"))
        settings |= {"SPARK_HOME": str(spark), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(run / "tmp"),
                     "PYSPARK_PYTHON": str(python)}
        print("cluster ... ", end="", flush=True)
        master = cluster.start(group, spark, run / "cluster", settings, WORKERS)
        print(f"{WORKERS} workers at {master}", flush=True)
        events = run / "cluster" / "events"
        events.mkdir()
        conf = SETTINGS | {"spark.eventLog.dir": events.as_uri()}
        step("encode on the cluster", spark / "bin" / "spark-submit", "--master", master,
             *(word for name, value in conf.items() for word in ("--conf", f"{name}={value}")),
             HERE / "encode.py", "--model", run / "onnx" / "encoder.onnx", "--input", run / "images.parquet",
             "--output", run / "codes.parquet", env=settings, show=True)
    # The cluster is down, and its log of events complete.
    with cluster.Group() as group:
        Steps(group, logs)("check", python, HERE / "check.py", run / "encoded" / "codes.npy", run / "codes.parquet",
                           run / "cluster", show=True)
    print(f"wrote {run / 'codes.parquet'}")


if __name__ == "__main__":
    if sys.version_info < PYTHON:
        fail("Python %d.%d, want %d.%d or later" % (*sys.version_info[:2], *PYTHON))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, metavar="FILE", help="a trained model.safetensors (trains one)")
    parser.add_argument("--work", type=Path, metavar="DIR", default=ROOT / "out" / "spark", help="the folder for everything (out/spark)")
    arguments = parser.parse_args()
    check_java()
    if not shutil.which("go"):
        fail("go: not there, want Go: install it and put it on the PATH")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    try:
        main(arguments.work.resolve(), arguments.model and arguments.model.resolve())
    except KeyboardInterrupt:
        sys.exit(130)
    except (OSError, RuntimeError) as error:
        fail(error)
