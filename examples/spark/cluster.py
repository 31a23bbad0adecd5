"""A Spark standalone cluster on this machine, and processes that end when this one does, however it does."""
import os
import re
import signal
import subprocess
import time

PATIENCE = 180  # seconds for a Java program to come up; it takes three on an idle machine


class Group:
    """A group of processes. When it is left, or this process is gone even by kill -9, all of the group are ended."""

    # The shell reads to the end of a pipe that this process holds.
    GUARD = "trap : TERM; read _; kill 0; sleep 5; kill -KILL 0"

    def __enter__(self):
        self.members = []
        self.guard = subprocess.Popen(["sh", "-c", self.GUARD], stdin=subprocess.PIPE, process_group=0)
        return self

    def start(self, command, **options):
        process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, process_group=self.guard.pid, **options)
        self.members.append(process)
        return process

    def __exit__(self, *_):
        self.guard.stdin.close()
        for process in self.members:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                pass  # killed in the next line
        os.killpg(self.guard.pid, signal.SIGKILL)
        for process in [self.guard, *self.members]:
            process.wait()


def start(group, spark, folder, environment, workers):
    """Starts a master and workers of one core and 1 GB each, whose files go to the folder; returns the master's address."""

    def daemon(name, main, ready, *arguments):
        log = folder / f"{name}.log"
        with open(log, "wb") as out:
            process = group.start([spark / "bin/spark-class", f"org.apache.spark.deploy.{main}", "--host", "127.0.0.1", "--port", 0,
                                   "--webui-port", 0, *arguments], env=environment, stdout=out, stderr=out)
        for _ in range(10 * PATIENCE):
            if found := re.search(ready, log.read_text(errors="replace")):
                return found[0]
            if process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"{name} did not come up, see {log}")

    folder.mkdir()
    master = daemon("master", "master.Master", r"spark://127\.0\.0\.1:[1-9]\d*")
    for i in range(workers):
        daemon(f"worker-{i}", "worker.Worker", "Successfully registered with master", "--cores", 1, "--memory", "1g",
               "--work-dir", folder / f"worker-{i}", master)
    return master
