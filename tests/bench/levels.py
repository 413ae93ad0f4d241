"""What a report costs at each level of a tree of nodes: messages and bytes over the links, bytes written, disk,
memory, instructions. All of it is counted, nothing timed.

    levels.py [--small | --tree COUNTS [--nodes LEVELS]]

bench_tree has real nodes over real stores, without sockets, and lets 100,000 communes beneath 1,000 districts, 64
provinces and 8 regions report; the nation, the regions and the provinces have nodes. It fails if a total is wrong, a
statement was not agreed to, something is left in an outbox, or a changed report went over a link twice.
Instructions are counted in a smaller tree, of which the nodes of one level are counted at a time. --small, as the tests
run it: 500 communes, and no instructions. --tree takes another country, such as 63/705/10597, of which the first LEVELS
levels have nodes; no instructions."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

from country import levels_of, write_country  # noqa: E402
from harness import Failure  # noqa: E402

TREE = Path(os.environ["BENCH_PROGRAMS"]) / "bench_tree"
LARGE, COUNTED, SMALL = (8, 64, 1000, 100_000), (2, 8, 128, 2048), (2, 4, 20, 500)
INDICATORS, NODE_LEVELS, SINGLES = 100, 3, 100
WHAT = {"campaign": "each commune files its annual report",
        "corrections": "one commune in a hundred corrects it",
        "single": "one correction at a time, each when the one before has come to the top",
        "away": "a province that had no link while each commune beneath it filed two corrections",
        "lost": "that province has lost its disk"}


class Flow(NamedTuple):
    messages: int
    bytes: int
    revisions: int
    revision_bytes: int
    chunks: int
    chunk_bytes: int


def run(counts: tuple[int, ...], node_levels: int, *before: str, options: tuple[str, ...] = ()) -> str:
    """bench_tree in a country of its own, its output; `before` stands before the command, and then what that says."""
    with tempfile.TemporaryDirectory(prefix="tree.", dir=os.environ.get("TONGHOP_BENCH_DIR")) as name:
        folder = Path(name)
        write_country(folder / "catalogue", counts, INDICATORS)
        (folder / "nodes").mkdir()
        done = subprocess.run([*before, str(TREE), *options, str(folder / "catalogue"), str(folder / "nodes"),
                               str(node_levels)], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"bench_tree ended with {done.returncode}: {done.stderr}")
    return done.stderr if before else done.stdout


def show_phase(names: list[str], rows: list[dict]) -> None:
    phase, changed = rows[0]["phase"], rows[0]["changed"]
    print(f"\n{phase}: {WHAT[phase]}; for each of {changed:,} reports")
    print(f"{'node of':>10}  {'up':>6}  {'bytes':>7}  {'down':>6}  {'bytes':>7}  {'statements':>10}  {'batches':>8}  "
          f"{'written':>8}  {'disk':>7}")
    for row in rows:
        up, down = Flow(**row["up"]), Flow(**row["down"])
        print(f"{names[row['level']]:>10}  {up.messages / changed:6.3f}  {up.bytes / changed:7,.0f}  "
              f"{down.messages / changed:6.3f}  {(down.bytes - down.chunk_bytes) / changed:7,.0f}  "
              f"{row['statements']:10,}  {row['batches']:8,}  {row['written'] / changed:8,.0f}  "
              f"{row['disk'] / changed:7,.0f}")
        if down.chunks > 0:
            print(f"{'':>10}  and the catalogue: {down.chunks:,} messages, {down.chunk_bytes:,} bytes")


def show_nodes(names: list[str], rows: list[dict]) -> None:
    print(f"\nat the end, for each node; the catalogue has {rows[0]['catalogue']:,} bytes\n"
          f"{'node of':>10}  {'nodes':>5}  {'memory KiB':>10}  {'disk KiB':>9}")
    for row in rows:
        print(f"{names[row['level']]:>10}  {row['nodes']:5,}  {row['memory'] / row['nodes'] / 1024:10,.0f}  "
              f"{row['disk'] / row['nodes'] / 1024:9,.0f}")


def show(counts: tuple[int, ...], node_levels: int = NODE_LEVELS) -> None:
    names = levels_of(counts)
    print(" / ".join(f"{count:,} {name}s" for name, count in zip(names[1:], counts)) +
          f"; nodes for the first {node_levels} levels; {INDICATORS} figures in a report", flush=True)
    rows = [json.loads(line) for line in run(counts, node_levels).splitlines()]
    for phase in WHAT:
        show_phase(names, [row for row in rows if row["phase"] == phase])
    show_nodes(names, [row for row in rows if row["phase"] == "nodes"])


def count(counts: tuple[int, ...], level: int, phase: str) -> int:
    text = run(counts, NODE_LEVELS, "valgrind", "--tool=callgrind", "--toggle-collect=realm_turn_counted",
               "--toggle-collect=realm_place_counted", "--callgrind-out-file=/dev/null", options=("-c", str(level), "-p", phase))
    found = re.search(r"Collected : (\d+)", text)
    if found is None:
        raise Failure(f"callgrind has counted nothing: {text}")
    return int(found[1])


def show_instructions(counts: tuple[int, ...]) -> None:
    print(f"\ninstructions for each report, with {counts[-1]:,} communes\n{'node of':>10}  {'campaign':>10}  {'single':>10}",
          flush=True)
    for level, name in enumerate(levels_of(counts)[:NODE_LEVELS]):
        print(f"{name:>10}  {count(counts, level, 'campaign') / counts[-1]:10,.0f}  "
              f"{count(counts, level, 'single') / SINGLES:10,.0f}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(prog="tests/bench/run levels", description=__doc__.splitlines()[0])
    options.add_argument("--small", action="store_true", help="500 communes, and no instructions")
    options.add_argument("--tree", metavar="COUNTS", help="units of each level beneath the top, as 63/705/10597")
    options.add_argument("--nodes", type=int, default=NODE_LEVELS, metavar="LEVELS", help="how many have nodes")
    chosen = options.parse_args()
    if chosen.small:
        show(SMALL)
    elif chosen.tree is not None:
        show(tuple(int(count) for count in chosen.tree.split("/")), chosen.nodes)
    else:
        show(LARGE)
        show_instructions(COUNTED)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"levels: {failure}")
