"""Real daemons under attack: a province with a year's reports, a child node and a reporter that behave,
and one enemy after the other. Each attack is measured and held against its bounds, which are about
bytes, descriptors and answers, never about time on a clock:

  memory        RssAnon of the province may grow by so much while the attack lasts, and no more than
                that may be left when it is over
  descriptors   likewise; when it is over there are as many as before
  log           the attack may write so much of it
  answers       the reporter that behaves is answered during the attack; how much longer a report takes
                then than just before and after it (medians) is printed, not bounded
  idle          afterwards the daemon sleeps as it did before the attack
  secrecy       strangers hear nothing but libzmq's greeting and refusal; enrolled enemies get no
                answer of a kind that is not theirs
  totals        in the end the same process holds the same reports, and `tonghop verify` agrees

Environment: TONGHOPD and TONGHOP name the programs, PYTHONPATH holds tests/system and tonghop_pb2.py.
"""

import argparse
import json
import os
import resource
import sys
from dataclasses import asdict
from typing import Iterator, Sequence

from battle import FULL, SHORT, Battle
from bounds import ATTACKS, SPARE_DESCRIPTORS, Attack, Row, self_test
from harness import Tree

# ---- the table ----

HEADINGS = ("attack", "size", "sent", "RssAnon before, peak, after (MiB)", "may grow by (MiB)",
            "descriptors before, peak, after", "slower", "log (KiB)", "disk (KiB)",
            "idle after: wake-ups, ticks", "what the attacker got")


def cells(row: Row) -> tuple[str, ...]:
    memory = ", ".join(f"{kib / 1024:.1f}" for kib in (row.before_kib, row.peak_kib, row.after_kib))
    descriptors = f"{row.descriptors_before}, {row.descriptors_peak}, {row.descriptors_after}"
    return (row.what, f"{row.size:,}", f"{row.sent:,}", memory, f"{row.memory_bound_kib / 1024:.0f}",
            descriptors, f"{row.slower:.1f} x", str(row.log_kib), f"{row.disk_kib:,}",
            f"{row.wake_ups}, {row.ticks}", row.got)


class Text:
    """One line for each attack as soon as it is over."""

    def begin(self, battle: Battle) -> None:
        print(f"descriptors: {battle.hard_limit} for each process; idle before: {battle.quiet[0]} "
              f"wake-ups, {battle.quiet[1]} ticks in {battle.pace.idle_s} s; {os.cpu_count()} cores")
        print("     | " + " | ".join(HEADINGS))

    def row(self, row: Row) -> None:
        print(f"{'FAIL' if row.complaints else 'ok  '} | " + " | ".join(cells(row)), flush=True)
        for complaint in row.complaints:
            print(f"       {complaint}", flush=True)

    def end(self, rows: list[Row], complaints: list[str]) -> None:
        print(f"{len(rows)} attacks, {len(complaints)} complaints")
        for complaint in complaints:
            print(f"  {complaint}")


class Markdown(Text):
    """The table of docs/GUARANTEES.md, without what is written to the disk."""

    def begin(self, battle: Battle) -> None:
        self.line(HEADINGS)
        self.line(["---"] * len(HEADINGS))

    def row(self, row: Row) -> None:
        self.line(cells(row))

    @staticmethod
    def line(all_cells: Sequence[str]) -> None:
        kept = [cell for cell, heading in zip(all_cells, HEADINGS) if not heading.endswith("(KiB)")]
        print(f"| {' | '.join(kept)} |", flush=True)

    def end(self, rows: list[Row], complaints: list[str]) -> None:
        for complaint in complaints:
            print(complaint, file=sys.stderr)


class Json(Text):
    def begin(self, battle: Battle) -> None:
        pass

    def row(self, row: Row) -> None:
        pass

    def end(self, rows: list[Row], complaints: list[str]) -> None:
        print(json.dumps({"rows": [asdict(row) for row in rows], "complaints": complaints}, indent=1))


FORMATS = {"text": Text, "json": Json, "markdown": Markdown}


# ---- the command ----


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/hostile/run", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="some attacks, small: for CI")
    parser.add_argument("--only", metavar="NAME", action="append", help="this attack (may be repeated)")
    parser.add_argument("--list", action="store_true", help="print the attacks' names")
    parser.add_argument("--self-test", action="store_true", help="only show that the bounds can fail")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--bounds-times", type=float, default=1, metavar="FACTOR",
                        help="multiply every bound: near 0 the run must fail, which shows that it can")
    options = parser.parse_args()
    unknown = set(options.only or ()) - {attack.name for attack in ATTACKS}
    if unknown:
        parser.error(f"no such attack: {', '.join(sorted(unknown))}; see --list")
    return options


def chosen(options: argparse.Namespace) -> Iterator[tuple[Attack, int]]:
    for attack in ATTACKS:
        size = attack.short_size if options.short else attack.size
        if options.only:
            if attack.name in options.only:
                yield attack, size or attack.size
        elif size > 0:
            yield attack, size


def main() -> int:
    options = parse()
    if options.self_test:
        return self_test()
    if options.list:
        for attack in ATTACKS:
            print(f"{attack.name:28} {attack.what}")
        return 0
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    printer = FORMATS[options.format]()
    rows = []
    with Tree() as tree:
        battle = Battle(tree, SHORT if options.short else FULL, options.bounds_times)
        printer.begin(battle)
        for attack, size in chosen(options):
            rows.append(battle.face(attack, min(size, hard - SPARE_DESCRIPTORS)))
            printer.row(rows[-1])
        complaints = [f"{row.name}: {text}" for row in rows for text in row.complaints]
        complaints += battle.all_is_well()
    printer.end(rows, complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
