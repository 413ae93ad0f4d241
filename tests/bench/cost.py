"""Instructions that the node's own work takes, without sockets: the same on a busy machine, so they are a test.

    cost.py [--write]

Each number is the difference of two runs of bench_intake under callgrind, the second with twice as much to do, so
that the start is not in it. Fails where one is more than TOLERANCE above what cost.csv has; --write puts the numbers
of now there, to be committed with what changed them."""

import csv
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import country

HERE = Path(__file__).resolve().parent
TABLE = HERE / "cost.csv"
COUNTRY = (4, 16, 256)
# libc and libsodium choose other code on other processors.
TOLERANCE = 0.08


class Work(NamedTuple):
    name: str
    function: str  # what is counted, with all that it calls; and store_settle, with what waited
    arguments: tuple[str, ...]  # of bench_intake, behind the catalogue and the state
    twice: tuple[str, ...]
    count: int  # by how many pieces of work the two differ


WORKS = (
    Work("a filing, 128 to a commit", "node_batch", ("128", "128"), ("256", "128"), 128),
    Work("a filing, one to a commit", "node_batch", ("50", "1"), ("100", "1"), 50),
    Work("100 totals of a province", "node_handle_totals_query", ("16", "16", "2021", "8"),
         ("16", "16", "2021", "16"), 8),
    Work("100 totals of a province, asked again", "node_handle_totals_query", ("16", "16", "2024", "50"),
         ("16", "16", "2024", "100"), 50),
)


def instructions(catalogue: Path, folder: Path, function: str, arguments: tuple[str, ...]) -> int:
    with tempfile.TemporaryDirectory(dir=folder) as state:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--toggle-collect={function}", "--toggle-collect=store_settle",
             "--callgrind-out-file=/dev/null",
             os.environ["BENCH_INTAKE"], catalogue, Path(state) / "state", *arguments],
            capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        sys.exit(f"bench_intake {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return int(found[1])


def cost(work: Work, catalogue: Path, folder: Path) -> int:
    once = instructions(catalogue, folder, work.function, work.arguments)
    twice = instructions(catalogue, folder, work.function, work.twice)
    return (twice - once) // work.count


def measure() -> dict[str, int]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        catalogue = Path(folder) / "catalogue"
        country.write_country(catalogue, COUNTRY)
        return {work.name: cost(work, catalogue, Path(folder)) for work in WORKS}


def read() -> dict[str, int]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["work"]: int(row["instructions"]) for row in csv.DictReader(file)}


def write(found: dict[str, int]) -> None:
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("work", "instructions"))
        out.writerows(found.items())


def main() -> None:
    found = measure()
    if sys.argv[1:] == ["--write"]:
        write(found)
    recorded = read()
    is_over = False
    for name, number in found.items():
        ratio = number / recorded[name]
        is_over = is_over or ratio > 1 + TOLERANCE
        print(f"{name}: {number:,} instructions, recorded {recorded[name]:,}: {ratio:.3f}")
        if ratio < 1 - TOLERANCE:
            print("  less than recorded: put it there with --write, so that it stays so")
    if is_over:
        sys.exit(f"more than {TOLERANCE:.0%} above what is recorded: see what changed, with callgrind_annotate")


if __name__ == "__main__":
    main()
