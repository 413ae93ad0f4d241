"""The Nth write, flush or allocation of a real daemon fails, from its start on, once or for good: at
a district that files upwards, at its province, and at a root that is made anew. Whatever N is: the
daemon goes on, refuses cleanly, or ends with a message and not by a crash of its own; it never
hangs; without the fault it starts again, holds all that it acknowledged, also when the power went in
between, and its totals are right.

    test_failing_calls.py [--sample N | --all] [--seed S] [--class write|sync|allocate]

`--all` tries N = 1, 2, 3 ... until runs without a fault; `--sample` that many of them, by chance, in
each row of the table that is printed."""

import argparse
import errno
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections import Counter
from typing import NamedTuple, Optional

from faults import (ALLOCATIONS, END_S, Action, Class, Filer, Shim, log_of, patiently, shown, total_of,
                    until)
from harness import Failure, Node, Tree
from peer import Refused, Silence, pb
from scene import SAMPLE, expect, plant, settle, verify

PROVINCE, DISTRICT = 64, 631
OF_PROVINCE, OF_DISTRICT = [622, 623, 624], [23860, 23863, 23866]
# So often a daemon ends well, and places what waits in its store: else each start has more to read
# than the one before, and N never runs past the end.
ENDS_WELL_EVERY = 8
CLEAN_RUNS = ENDS_WELL_EVERY  # in a row without the fault: N has run past the end, whatever the timing
HANDING_OVER_S = 0.5
REFUSALS_MAX = 3
NEVER = 1 << 40
# libzmq, and libpgm under it, end the process at a failed allocation, in their own words.
LAST_WORDS = re.compile(r"terminate called|OUT OF MEMORY|failed to allocate|\(src/\w+\.[ch]pp:\d+\)")
EARLY_ENDS = (-signal.SIGABRT, -signal.SIGSEGV)


class Fault(NamedTuple):
    name: str
    class_: Class
    action: Action
    error: int


FAULTS = [
    Fault("write: no space", Class.WRITE, Action.FAIL, errno.ENOSPC),
    Fault("write: error", Class.WRITE, Action.FAIL, errno.EIO),
    Fault("write: half of it", Class.WRITE, Action.SHORT, 0),
    Fault("flush: error", Class.SYNC, Action.FAIL, errno.EIO),
    Fault("allocation", Class.ALLOCATE, Action.FAIL, errno.ENOMEM),
]


class Place:
    """One daemon under the shim, and who files there."""

    def __init__(self, name: str, node: Node, filer: Filer) -> None:
        self.name, self.node, self.filer = name, node, filer
        self.shim = Shim(node, allocations=ALLOCATIONS != "")
        self.memory_is_out = False
        self.checks = 0

    def play(self, fault: Fault, number: int, is_for_good: bool,
             chance: random.Random) -> tuple[str, int]:
        """What came of it ("" when the fault did not come), and how many such calls there were."""
        what = f"{self.name}: {fault.name}, call {number}{' and all further ones' * is_for_good}"
        log_begin = self.node.log.stat().st_size
        calls = self.shim.control.calls[fault.class_]
        self.memory_is_out = fault.class_ == Class.ALLOCATE
        self.prepare()
        self.shim.arm(fault.class_, fault.action, number, fault.error, is_for_good)
        self.node.start(is_awaited=False)
        outcome = self.work(what)
        calls = self.shim.control.calls[fault.class_] - calls
        status = self.end(what, log_begin)
        has_fired = self.shim.has_fired
        self.shim.disarm()
        if not has_fired and (status != 0 or outcome != "served"):
            raise Failure(f"{what}: {outcome}, ended with {status}, without a fault")
        if chance.random() < 0.5:  # what a failed flush left behind is not on the disk
            self.shim.cut_power(chance.randrange(NEVER))
        self.check(what)
        if not has_fired:
            return "", calls
        return outcome if status == 0 else f"ended with {status}", calls

    def prepare(self) -> None:
        pass

    def work(self, what: str) -> str:
        """Files at the node as long as it lives."""
        deadline = time.monotonic() + END_S
        refusals = 0
        while self.node.is_running and time.monotonic() < deadline:
            try:
                with self.filer.connect(timeout_s=1) as peer:
                    self.expect_all(shown(peer, self.filer.units), what)
                    for unit in self.filer.units:
                        self.filer.file(peer, unit)
                    until(lambda: not self.node.is_running or outbox_of(peer) == 0, HANDING_OVER_S)
                    return "served"
            except Refused as refused:
                if refused.code not in ("full", "io", "busy", "corrupt"):
                    raise Failure(f"{what}: {refused}") from None
                refusals += 1
                if refusals == REFUSALS_MAX:
                    return f"refused: {refused.code}"
                time.sleep(0.02)
            except Silence:
                pass
        if self.node.is_running:
            raise Failure(f"{what}: it runs and does not answer for {END_S} s")
        return "silent"

    def end(self, what: str, log_begin: int) -> int:
        """The exit status; one by a signal only if a library says that memory is out, or before the
        daemon serves anybody: libc's name service, that libzmq asks at its start, does not bear it."""
        if self.node.is_running:
            os.kill(self.node.pid, signal.SIGTERM)
        if not until(lambda: not self.node.is_running, END_S):
            raise Failure(f"{what}: it hangs")
        status, log = self.node.exit_status, log_of(self.node, log_begin)
        is_abort = status == -signal.SIGABRT and LAST_WORDS.search(log) is not None
        is_early = self.memory_is_out and status in EARLY_ENDS and " serves unit " not in log
        if status not in (0, 1, 2, 3) and not is_abort and not is_early:
            raise Failure(f"{what}: it ended with {status}\n{log}")
        if status != 0 and log.strip() == "" and not is_early:
            raise Failure(f"{what}: it ended with {status} and said nothing")
        return status

    def check(self, what: str) -> None:
        """Without a fault everything is there."""
        self.node.start(is_awaited=False)
        self.expect_all(patiently(self.filer.connect, lambda peer: shown(peer, self.filer.units),
                                  what), what)
        self.checks += 1
        if self.checks % ENDS_WELL_EVERY == 0:
            self.node.stop()
        else:
            self.node.kill()

    def expect_all(self, held: dict, what: str) -> None:
        losses = self.filer.compare(held)
        if losses:
            raise Failure(f"{what}: {losses}")


class Root(Place):
    """A node that begins with nothing: its store is made, and a catalogue published, under faults."""

    def prepare(self) -> None:
        shutil.rmtree(self.node.tree.folder / "state" / self.node.name, ignore_errors=True)
        self.shim.journal.unlink(missing_ok=True)
        self.filer.forget()

    def work(self, what: str) -> str:
        deadline = time.monotonic() + END_S
        for arguments in (["keys"], ["catalogue", "publish", str(SAMPLE / "catalogue")],
                          ["enrol", str(PROVINCE), self.filer.keys.public, "--role", "reporter"]):
            while (status := self.command(*arguments)) != 0:
                if not self.node.is_running:
                    return "silent"
                if status == 1:
                    return "refused"
                if time.monotonic() > deadline:
                    raise Failure(f"{what}: {arguments} is not answered for {END_S} s")
        return super().work(what)

    def command(self, *arguments: str) -> int:
        """The exit status, as that of `tonghop`: one that waits for a dead daemon is ended."""
        process = subprocess.Popen([self.node.tree.program, "--etc", self.node.tree.etc, "--node",
                                    self.node.name, *arguments], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=self.node.tree.environment)
        until(lambda: process.poll() is not None or not self.node.is_running, END_S)
        process.kill()
        status = process.wait()
        return status if status >= 0 else 3

    def check(self, what: str) -> None:
        """What it has is there; it may have nothing, not even who may ask."""
        if any(revision > 0 for revision, _ in self.filer.held.values()):
            super().check(what)
            return
        self.node.start(is_awaited=False)
        if not until(lambda: self.command("keys") == 0, END_S):
            raise Failure(f"{what}: it does not start again")
        self.node.kill()


def outbox_of(peer) -> int:
    try:
        return peer.ask(status_query=pb.StatusQuery()).outbox_count
    except (Refused, Silence):
        return 0


def rows_of(wanted: Optional[str]) -> list[tuple[Fault, bool]]:
    return [(fault, is_for_good) for fault in FAULTS for is_for_good in (False, True)
            if (wanted is None or fault.class_.name.lower() == wanted)
            and (fault.class_ != Class.ALLOCATE or ALLOCATIONS != "")]


def play_row(place: Place, fault: Fault, is_for_good: bool, sample: Optional[int],
             chance: random.Random) -> int:
    """Returns how many positions it was."""
    outcomes: Counter[str] = Counter()
    _, count = place.play(fault, NEVER, False, chance)
    if sample is not None:
        for number in sorted(chance.sample(range(1, count + 1), min(sample, count))):
            outcomes[place.play(fault, number, is_for_good, chance)[0]] += 1
    number = clean_runs = 0
    while sample is None and clean_runs < CLEAN_RUNS:
        number += 1
        outcome, _ = place.play(fault, number, is_for_good, chance)
        outcomes[outcome] += 1
        clean_runs = clean_runs + 1 if outcome == "" else 0
    del outcomes[""]
    shares = ", ".join(f"{times} {outcome}" for outcome, times in outcomes.most_common())
    print(f"  {place.name:9} {fault.name:18} {'for good' if is_for_good else 'once':9} of {count:5} "
          f"calls: {shares}", flush=True)
    return outcomes.total()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=2)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--class", dest="class_")
    options = parser.parse_args()
    sample = None if options.all else options.sample
    chance = random.Random(options.seed)
    begin = time.monotonic()
    print(f"seed {options.seed}")
    with Tree() as tree:
        province = plant(tree)
        district = tree.add("duc-co", DISTRICT, province)
        other = tree.init("kon-tum", PROVINCE)
        other.log.touch()
        places = [Place("district", district, Filer(district, DISTRICT, OF_DISTRICT, pb.SCOPE_OWN)),
                  Place("province", province, Filer(province, PROVINCE, OF_PROVINCE, pb.SCOPE_WHOLE)),
                  Root("new root", other, Filer(other, PROVINCE, OF_PROVINCE, pb.SCOPE_WHOLE,
                                                is_enrolled=False))]
        positions = 0
        for place in places:
            if place.node.is_running:
                place.node.stop()
            for fault, is_for_good in rows_of(options.class_):
                positions += play_row(place, fault, is_for_good, sample, chance)
            if place.node is not other:
                place.node.start()
                expect_totals(district, places[0].filer, province, places[1].filer)
        print(f"daemons: {positions} positions of a failing call, seed {options.seed}: 0 failures  "
              f"[{time.monotonic() - begin:.0f} s]")


def expect_totals(district: Node, at_district: Filer, province: Node, at_province: Filer) -> None:
    settle(district, province)
    of_district = sum(value for _, value in at_district.held.values())
    of_all = of_district + sum(value for _, value in at_province.held.values())
    for filer, unit, total in ((at_district, DISTRICT, of_district), (at_province, PROVINCE, of_all)):
        expect(f"the total of unit {unit}",
               patiently(filer.connect, lambda peer: total_of(peer, unit), "a total"), total)
    verify(district, province)


if __name__ == "__main__":
    main()
