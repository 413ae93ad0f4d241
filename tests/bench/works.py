"""How fast the real daemon works, as ratios to raw LMDB, SQLite and a bare echo of the same run.

    works.py [--quick] [--json FILE] [GROUP...]

A group is a module with `rows(plan)`, such as `intake`. What is right or wrong ends the run at once;
how long something takes is told, and never fails it."""

import argparse
import json
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import targets  # noqa: E402
import works_history  # noqa: E402
import works_intake  # noqa: E402
import works_storm  # noqa: E402
import works_tree  # noqa: E402
from country import NATION  # noqa: E402
from figures import Country  # noqa: E402
from measure import PROGRAMS, Plan, Row, disk_folder, file_system, flush_ms  # noqa: E402

GROUPS = {"intake": works_intake, "history": works_history, "tree": works_tree, "storm": works_storm}
QUICK_NATION, QUICK_ROUNDS, ROUNDS = (3, 12, 180), 1, 5

# Of a row's numbers: key, title, how it is written, in what unit.
COLUMNS = (("per_s", "per s", "{:,.0f}", 1), ("p50_us", "p50 ms", "{:.3f}", 1000),
           ("p99_us", "p99 ms", "{:.3f}", 1000), ("cpu_us", "CPU us", "{:.1f}", 1),
           ("written", "written", "{:,.0f}", 1), ("rss_peak", "peak MiB", "{:.1f}", 1 << 20),
           ("rss", "RSS MiB", "{:.1f}", 1 << 20), ("pss", "PSS MiB", "{:.1f}", 1 << 20),
           ("anonymous", "own MiB", "{:.1f}", 1 << 20))
# What few rows have, in words.
REMARKS = (("filed_p50_us", "acknowledged after {:.3f} ms", 1000), ("ready_us", "READY after {:.3f} ms", 1000),
           ("answer_bytes", "{:,.0f} bytes an answer", 1), ("disk", "{:,.0f} KiB on disk per 1,000", 1024),
           ("messages", "{:.2f} messages a report", 1), ("changed_s", "first change after {:.2f} s", 1),
           ("connected", "{:,.0f} connections", 1),
           ("reached_s", "total right after {:.2f} s", 1), ("ended_s", "all sent after {:.2f} s", 1))


def print_table(lines: list[list[str]]) -> None:
    """The first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        print("  ".join(cell.rjust(width) if nth else cell.ljust(width)
                        for nth, (cell, width) in enumerate(zip(line, widths))).rstrip())
    print(flush=True)


def line_of(row: Row) -> list[str]:
    return [row.name] + [form.format(row.numbers[key] / unit) if key in row.numbers else ""
                         for key, _, form, unit in COLUMNS]


def tell(plan: Plan, rows: list[Row]) -> None:
    print_table([["work", *(title for _, title, _, _ in COLUMNS)], *map(line_of, rows)])
    for row in rows:
        if remarks := [form.format(row.numbers[key] / unit) for key, form, unit in REMARKS if key in row.numbers]:
            print(f"{row.name}: {', '.join(remarks)}")
    judged = targets.judge(rows)
    if plan.is_quick:
        print("\nThe short form tells right from wrong: its ratios are no measure.")
    print_table([["\nratio", "is", *(["target", ""] if not plan.is_quick else [])]] +
                [[one.ratio.name, f"{one.value:.2f}", *([one.target, one.verdict] if not plan.is_quick else [])]
                 for one in judged])


def as_data(plan: Plan, disk: str, flushes: list[float], rows: list[Row]) -> dict:
    return {"machine": platform.uname()._asdict(), "disk": disk, "flush_ms": flushes, "quick": plan.is_quick,
            "rows": {row.name: {"median": row.numbers, "rounds": row.rounds} for row in rows},
            "ratios": [one.ratio._asdict() | {"value": one.value, "verdict": one.verdict}
                       for one in targets.judge(rows)]}


def main() -> None:
    options = argparse.ArgumentParser(prog="tests/bench/run", description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="a small country, one round, as the tests run it")
    options.add_argument("--json", type=Path, metavar="FILE", help="all numbers of all rounds")
    options.add_argument("groups", nargs="*", metavar="GROUP", help=f"only {', '.join(GROUPS)}")
    chosen = options.parse_args()
    if unknown := set(chosen.groups) - set(GROUPS):
        options.error(f"no group {', '.join(sorted(unknown))}")
    with disk_folder(PROGRAMS, may_be_in_memory=chosen.quick) as folder:
        country = Country.write(folder / "catalogue", QUICK_NATION if chosen.quick else NATION)
        plan = Plan(chosen.quick, QUICK_ROUNDS if chosen.quick else ROUNDS, folder, country)
        disk, flushes = file_system(folder), [flush_ms(folder)]
        rows = []
        for name, group in GROUPS.items():
            if not chosen.groups or name in chosen.groups:
                rows += group.rows(plan)
                flushes.append(flush_ms(folder))
    print(f"{len(country.leaves):,} communes, {country.indicators} figures each; {plan.rounds} rounds; {disk}, "
          f"a flush takes {min(flushes):.2f} to {max(flushes):.2f} ms\n")
    tell(plan, rows)
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(as_data(plan, disk, flushes, rows), indent=1) + "\n")


if __name__ == "__main__":
    main()
