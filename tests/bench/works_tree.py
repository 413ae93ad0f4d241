"""W4: from a correction to the nation's total, in one daemon and over three. W6: a province's node that
was away takes in what its districts' nodes have taken in meanwhile."""

import struct
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple

from figures import Country, figure, shuffled, verify
from harness import Failure, Node, Tree, die_with_the_test, eventually
from measure import (PROGRAMS, Numbers, Plan, Row, Usage, each, load, medians, memory, nation, read_numbers, say,
                     state_folder, usage)
from scene import client, plant, settle, status
from works_intake import file_year

YEAR, PROVINCE = 2024, 2


# ---- W4 ----


def corrected(units: list[int], count: int) -> dict[int, int]:
    """What each unit's report is based on, after `count` corrections in turn."""
    return {unit: (count - 1 - nth) // len(units) + 1 for nth, unit in enumerate(units)}


def correct_at_one(plan: Plan, count: int) -> Numbers:
    with nation(plan) as place:
        load(plan, place.node, place.reporter, "file", YEAR, YEAR, options=("-w", 128))
        numbers = load(plan, place.node, place.reporter, "correct", YEAR, "-", options=("-n", count, "-b", 1))
        plan.country.check(place.node, str(YEAR), corrected(shuffled(plan.country.leaves), count))
        verify(place.node)
    return each(numbers)


def correct_over_three(plan: Plan, count: int) -> Numbers:
    """Filed at the district's node; seen at the nation's, which holds all other provinces' reports."""
    with nation(plan) as place:
        tree, country = place.tree, plan.country
        load(plan, place.node, place.reporter, "file", YEAR, YEAR, options=("-w", 128, "-x", PROVINCE))
        province = tree.add("province", PROVINCE, place.node)
        district = tree.add("district", country.beneath(PROVINCE)[0], province)
        reporter = client(tree, "officer", district.unit, district)
        load(plan, district, reporter, "file", YEAR, YEAR, options=("-w", 128, "-u", district.unit))
        settle(district, province)
        numbers = load(plan, district, reporter, "correct", YEAR, place.reporter.config,
                       options=("-n", count, "-b", 1, "-u", district.unit))
        settle(district, province)
        inside = set(country.leaves_beneath(district.unit))
        elsewhere = set(country.leaves) - set(country.leaves_beneath(PROVINCE))
        units = [unit for unit in shuffled(country.leaves) if unit in inside]
        country.check(place.node, str(YEAR), dict.fromkeys(elsewhere, 0) | corrected(units, count))
        verify(district, province, place.node)
    return each(numbers)


# ---- W6 ----


class Away(NamedTuple):
    """A province's node, and those of its districts with who files there."""

    tree: Tree
    province: Node
    watcher: Node
    districts: list[Node]
    officers: list[Node]
    sent: Path  # how many messages the districts have sent upwards

    @property
    def sent_count(self) -> int:
        return struct.unpack("=Q", self.sent.read_bytes())[0]


@contextmanager
def a_province(plan: Plan) -> Iterator[Away]:
    with state_folder(plan) as state, Tree(state=state) as tree:
        sent = state / "sent"
        sent.write_bytes(bytes(8))
        province = plant(tree, "province", 1, plan.country.folder)
        watcher = client(tree, "watcher", 1, province)
        districts = [tree.init(f"district-{unit}", unit, province) for unit in plan.country.beneath(1)]
        for district in districts:
            district.environment = {"LD_PRELOAD": str(PROGRAMS / "libcount_messages.so"),
                                    "BENCH_COUNT_FILE": str(sent)}
            district.enrol()
            district.start()
        officers = [client(tree, f"officer-{district.unit}", district.unit, district) for district in districts]
        yield Away(tree, province, watcher, districts, officers, sent)


def await_total(plan: Plan, away: Away, begin_ns: int, waiting: subprocess.Popen) -> Numbers:
    """Seconds since `begin_ns` until there was an answer, a change, the total; and nothing left to send."""
    output, _ = waiting.communicate(timeout=300)
    if waiting.returncode != 0:
        raise Failure("bench_load await failed")
    eventually(lambda: all(status(district)["outbox"] == "0" for district in away.districts), "all was sent")
    moments = read_numbers(output) | {"ended_ns": time.monotonic_ns()}
    return {key.removesuffix("_ns") + "_s": (value - begin_ns) / 1e9 for key, value in moments.items()}


def catch_up(plan: Plan) -> Numbers:
    """One report and two corrections of each commune are taken in while the province is away."""
    revisions = dict.fromkeys(plan.country.leaves, 2)
    total = sum(figure(unit, 1, based_on) for unit, based_on in revisions.items())
    with a_province(plan) as away:
        away.province.stop()
        for district, officer in zip(away.districts, away.officers):
            for based_on in range(3):
                load(plan, district, officer, "file", YEAR, YEAR,
                     options=("-w", 128, "-u", district.unit, "-b", based_on))
        sent = away.sent_count
        waiting = subprocess.Popen([PROGRAMS / "bench_load", "await", away.watcher.config, "i.1", str(YEAR),
                                    str(total)], stdout=subprocess.PIPE, preexec_fn=die_with_the_test)
        begin_ns = time.monotonic_ns()
        away.province.start(is_awaited=False)
        numbers = await_total(plan, away, begin_ns, waiting)
        used: Usage = usage(away.province)
        numbers |= {"n": len(revisions), "cpu_us": used.cpu_us, "written": used.written,
                    "seconds": numbers["reached_s"] - numbers["changed_s"],
                    "messages": (away.sent_count - sent) / len(revisions)} | memory(away.province)
        plan.country.check(away.province, str(YEAR), revisions)
        verify(away.province, *away.districts)
    return each(numbers)


def rows(plan: Plan) -> list[Row]:
    base, one, three, away = [], [], [], []
    count = plan.choose(500, 30)
    with state_folder(plan) as folder:
        counts = (17, 255) if not plan.is_quick else (3, 15)
        small = plan._replace(country=Country.write(folder / "catalogue", counts))
        for nth in range(plan.rounds):
            say(f"W4 and W6, round {nth + 1}")
            base.append(file_year(plan, count, 1, None))
            one.append(correct_at_one(plan, count))
            three.append(correct_over_three(plan, count))
            away.append(catch_up(small))
    return [medians("W2 by W4", base), medians("W4", one), medians("W4 three", three), medians("W6", away)]
