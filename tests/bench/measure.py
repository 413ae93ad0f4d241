"""How the benches measure: processes and what they cost, rounds and their medians."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator, NamedTuple, Optional
from contextlib import contextmanager

from figures import Country
from harness import Failure, Node, Tree, die_with_the_test
from scene import client, plant

PROGRAMS = Path(os.environ["BENCH_PROGRAMS"])
SLOW_FLUSH = {"LD_PRELOAD": str(PROGRAMS / "libslow_flush.so")}
IN_MEMORY = ("tmpfs", "ramfs")
FLUSHES = 100

Numbers = dict[str, float]


class Plan(NamedTuple):
    """What is the same for all works of a run."""

    is_quick: bool
    rounds: int
    folder: Path      # on the disk that is measured
    country: Country

    def choose(self, full: int, quick: int) -> int:
        return quick if self.is_quick else full


class Row(NamedTuple):
    """One piece of work, by one program: medians of all rounds."""

    name: str
    numbers: Numbers
    rounds: list[Numbers]


def medians(name: str, rounds: list[Numbers]) -> Row:
    return Row(name, {key: statistics.median(numbers[key] for numbers in rounds) for key in rounds[0]}, rounds)


def say(text: str) -> None:
    """Where a run has come to."""
    print(text, file=sys.stderr, flush=True)


# ---- the disk ----


def file_system(folder: Path) -> str:
    return subprocess.run(["stat", "--file-system", "--format=%T", folder], check=True, capture_output=True,
                          text=True).stdout.strip()


@contextmanager
def disk_folder(build: Path, may_be_in_memory: bool) -> Iterator[Path]:
    """A folder on a real disk, the same for all: in $TONGHOP_BENCH_DIR, or in the build folder."""
    folder = Path(tempfile.mkdtemp(prefix="bench.", dir=os.environ.get("TONGHOP_BENCH_DIR", build)))
    try:
        if file_system(folder) in IN_MEMORY and not may_be_in_memory:
            raise Failure(f"{folder} is in memory: name a folder on a disk by TONGHOP_BENCH_DIR")
        yield folder
    finally:
        shutil.rmtree(folder)


def flush_ms(folder: Path) -> float:
    """How long the disk needs to flush one page: where that is long, works of one report tell of nothing else."""
    times = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(FLUSHES):
            file.write(bytes(4096))
            begin_ns = time.monotonic_ns()
            os.fdatasync(file.fileno())
            times.append((time.monotonic_ns() - begin_ns) / 1e6)
    return statistics.median(times)


# ---- programs ----


def read_numbers(output: bytes) -> Numbers:
    """Lines of JSON, taken together."""
    return {key: value for line in output.splitlines() for key, value in json.loads(line).items()}


def bytes_written(pid: int) -> int:
    """To files: what goes through sockets is not in it. `write_bytes` counts large folios of the page cache
    whole, five times as much on recent kernels as gets to the disk."""
    return field(Path("/proc") / str(pid) / "io", "wchar:")


def run_program(name: str, *arguments: object, environment: Optional[dict[str, str]] = None) -> Numbers:
    """Runs it to its end: the line of JSON that it prints, with its CPU and what it wrote."""
    command = [str(PROGRAMS / name), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | (environment or {}),
                          preexec_fn=die_with_the_test) as process:
        output = process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # what it wrote is told until it is waited for
        written = bytes_written(process.pid)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failure(f"{' '.join(command)} ended with {process.returncode}")
    return read_numbers(output) | {"cpu_us": (used.ru_utime + used.ru_stime) * 1e6, "written": written}


def each(numbers: Numbers) -> Numbers:
    """Rates, and costs of one report or question."""
    count = numbers["n"]
    return numbers | {"per_s": count / numbers["seconds"], "cpu_us": numbers["cpu_us"] / count,
                      "written": numbers["written"] / count}


def refer(plan: Plan, store: str, group: int, *arguments: object, first: int = 2024, last: int = 2024,
          environment: Optional[dict[str, str]] = None) -> Numbers:
    """A reference: `store` is lmdb or sqlite, its state on the same disk."""
    state = plan.folder / f"reference.{store}"
    try:
        return each(run_program("bench_reference", store, plan.country.folder, state, group, first, last,
                                      *arguments, environment=environment))
    finally:
        shutil.rmtree(state)


# ---- daemons ----


class Usage(NamedTuple):
    cpu_us: float
    written: float


def usage(node: Node) -> Usage:
    """What a daemon has used since its start: CPU of all its threads, bytes to files."""
    tasks = (Path("/proc") / str(node.pid) / "task").iterdir()
    nanoseconds = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
    return Usage(nanoseconds / 1000, bytes_written(node.pid))


def field(path: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in path.read_text().splitlines() if line.startswith(name))


def memory(node: Node) -> Numbers:
    process = Path("/proc") / str(node.pid)
    status, maps = process / "status", process / "smaps_rollup"
    kib = {"rss_peak": field(status, "VmHWM:"), "rss": field(maps, "Rss:"), "pss": field(maps, "Pss:"),
           "anonymous": field(maps, "Anonymous:")}
    return {key: value * 1024 for key, value in kib.items()}


class Nation(NamedTuple):
    """A daemon for the whole country, and who files at it."""

    tree: Tree
    node: Node
    reporter: Node


@contextmanager
def state_folder(plan: Plan) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="state.", dir=plan.folder) as folder:
        yield Path(folder)


@contextmanager
def nation(plan: Plan, environment: Optional[dict[str, str]] = None) -> Iterator[Nation]:
    with state_folder(plan) as state, Tree(state=state) as tree:
        tree.environment |= environment or {}
        node = plant(tree, "nation", 1, plan.country.folder)
        yield Nation(tree, node, client(tree, "bench", 1, node))


def load(plan: Plan, node: Node, reporter: Node, work: str, *arguments: object, options: tuple = ()) -> Numbers:
    """bench_load, with what that cost the daemon `node`."""
    before = usage(node)
    numbers = run_program("bench_load", *options, work, reporter.config, plan.country.folder, *arguments)
    after = usage(node)
    return numbers | {"cpu_us": after.cpu_us - before.cpu_us, "written": after.written - before.written} | memory(node)
