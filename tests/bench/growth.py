"""How the cost of taking in one report grows: with the leaf units of the country, the indicators of the
form, the children of one unit, and the years that are held already.

    growth.py [--quick] [--write]

The cost is counted, not timed: instructions per report in node_batch, in groups of 128, by callgrind. A
country that is in the middle of a campaign is made first, without counting: all units have filed all earlier
years, and a part of them the year that is counted. Then some reports are filed, and then twice as many, each in
a process of its own; the difference of the two is what is told, so that their starts are not in it.
What a report costs that comes alone, with the statement that follows it, is counted at the top of a small tree (bench_tree).

--write draws docs/growth.svg. --quick, as the tests run it, counts less, and fails if the cost grows faster than
the logarithm of the number of leaf units."""

import argparse
import math
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import growth_plot  # noqa: E402
from country import write_country  # noqa: E402
from harness import Failure  # noqa: E402

PROGRAMS = Path(os.environ["BENCH_PROGRAMS"])
INTAKE, TREE = PROGRAMS / "bench_intake", PROGRAMS / "bench_tree"
PLOT = HERE.parents[1] / "docs" / "growth.svg"
GROUP, LAST_YEAR = 128, 2024
USUAL_UNITS, USUAL_INDICATORS = 10240, 100
SINGLES = 100  # reports that come alone (tree.c)
TOLERANCE = 1.05


class Case(NamedTuple):
    """`value` is what the others of its series differ in."""

    value: int
    counts: tuple[int, ...]
    indicators: int = USUAL_INDICATORS
    years: int = 0
    most: int = 8 * GROUP  # reports counted


class Cost(NamedTuple):
    instructions: float    # of a report
    disk: float = 0.0      # bytes of each report filed
    memory: float = 0.0    # bytes that filing has added to the process


class Series(NamedTuple):
    title: str
    cases: list[Case]
    is_alone: bool = False


def nation(leaves: int) -> tuple[int, ...]:
    """Three levels, spread about as they were in Viet Nam in 2024."""
    return max(leaves // 160, 2), leaves // 16, leaves


def small(leaves: int) -> tuple[int, ...]:
    """Two nodes beneath the top, for bench_tree."""
    return 2, leaves // 25, leaves


# Three groups are counted, after one that filed before: no country of less than four groups.
SERIES = (
    Series("leaf units", [Case(leaves, nation(leaves)) for leaves in (512, 2048, 10240, 102400)]),
    Series("indicators of the form",
           [Case(count, nation(2048), count) for count in (10, 100, 1000)]),
    Series("children of one unit",
           [Case(count, (10000 // count, 10000)) for count in (5, 50, 500, 5000)]),
    Series("years held",
           [Case(years, nation(USUAL_UNITS), years=years) for years in (0, 1, 5, 10)]),
    Series("leaf units, each alone",
           [Case(leaves, small(leaves), 10) for leaves in (250, 1000, 4000)], is_alone=True),
)
# Few indicators: a walk over all units would be lost among the work that those make.
QUICK = (Series("leaf units", [Case(leaves, nation(leaves), 10, most=4 * GROUP) for leaves in (512, 10240)]),
         Series("leaf units, each alone", [Case(leaves, small(leaves), 10) for leaves in (200, 800)], is_alone=True))


def run(*command: object) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr}")
    return done.stdout + done.stderr


def number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise Failure(f"no '{pattern}' in: {text}")
    return float(found[1].replace(",", ""))


def count(folder: Path, first: int, reports: int) -> int:
    """Instructions in node_batch while `reports` more are filed, and the process starts; and placing what waits."""
    text = run("valgrind", "--tool=callgrind", "--toggle-collect=node_batch", "--toggle-collect=store_settle",
               "--callgrind-out-file=/dev/null", INTAKE, "-a", first, folder / "catalogue", folder / "state",
               reports, GROUP)
    return int(number(r"Collected : (\d+)", text))


def measure(case: Case) -> Cost:
    with tempfile.TemporaryDirectory(prefix="growth.", dir=os.environ.get("TONGHOP_BENCH_DIR")) as name:
        folder, leaves = Path(name), case.counts[-1]
        write_country(folder / "catalogue", case.counts, case.indicators)
        reports = min(case.most, leaves // 4 // GROUP * GROUP)
        filed = leaves - 3 * reports if leaves < 8 * reports else leaves // 2
        text = run(INTAKE, folder / "catalogue", folder / "state", filed, GROUP, LAST_YEAR - case.years)
        once = count(folder, filed, reports)
        twice = count(folder, filed + reports, 2 * reports)
    return Cost((twice - once) / reports, number(r"(\d+) bytes on disk", text), number(r"(\d+) bytes of memory", text))


def measure_alone(case: Case) -> Cost:
    with tempfile.TemporaryDirectory(prefix="growth.", dir=os.environ.get("TONGHOP_BENCH_DIR")) as name:
        folder = Path(name)
        write_country(folder / "catalogue", case.counts, case.indicators)
        (folder / "nodes").mkdir()
        text = run("valgrind", "--tool=callgrind", "--toggle-collect=realm_turn_counted",
                   "--toggle-collect=realm_place_counted", "--callgrind-out-file=/dev/null", TREE,
                   "-c", 0, "-p", "single", folder / "catalogue", folder / "nodes", 2)
    return Cost(number(r"Collected : (\d+)", text) / SINGLES)


def show(series: Series, costs: list[Cost]) -> None:
    print(f"\n{series.title:>22}  instructions  of the first  per figure  disk bytes  memory KiB")
    for case, cost in zip(series.cases, costs):
        print(f"{case.value:22,}  {cost.instructions:12,.0f}  {cost.instructions / costs[0].instructions:12.2f}  "
              f"{cost.instructions / case.indicators:10,.0f}  {cost.disk:10,.0f}  {cost.memory / 1024:10,.0f}",
              flush=True)


def judge(series: Series, costs: list[Cost]) -> None:
    """A walk over all units costs twenty times as much in the larger country. What may grow is the depth of the
    store's trees, and how many accumulators a group of reports touches."""
    few, many = series.cases[0].value, series.cases[-1].value
    grows, may = costs[-1].instructions / costs[0].instructions, math.log(many) / math.log(few) * TOLERANCE
    if grows > may:
        raise Failure(f"{series.title}: a report costs {grows:.2f} times as much among {many} units as among {few}: "
                      f"more than {may:.2f}, as the logarithm grows")


def main() -> None:
    options = argparse.ArgumentParser(prog="tests/bench/run growth", description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="two countries, as the tests run it")
    options.add_argument("--write", action="store_true", help="draw docs/growth.svg")
    options.add_argument("series", nargs="*", metavar="WORD", help="only series with it in their title")
    chosen = options.parse_args()
    if chosen.write and (chosen.quick or chosen.series):
        options.error("--write draws all of it")
    measured: list[tuple[Series, list[Cost]]] = []
    for series in QUICK if chosen.quick else SERIES:
        if chosen.series and not any(word in series.title for word in chosen.series):
            continue
        measured.append((series, [(measure_alone if series.is_alone else measure)(case) for case in series.cases]))
        show(*measured[-1])
        if chosen.quick:
            judge(*measured[-1])
    if chosen.write:
        PLOT.write_text(growth_plot.draw([growth_plot.Panel(series.title, [
            (case.value, cost.instructions) for case, cost in zip(series.cases, costs)])
            for series, costs in measured if not series.is_alone]), encoding="utf-8")
        print(f"\nwritten: {PLOT}")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"growth: {failure}")
