"""Twenty years of annual reports. W3load: loading them. W3: what a province asks about the last one.
W7: starting again. W8: what they take in memory and on disk, also after corrections."""

import base64
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, NamedTuple

import zmq
from zmq.utils import z85

from figures import figure, verify
from harness import Failure, Node, Tree, die_with_the_test
from manager import Manager
from measure import (PROGRAMS, Nation, Numbers, Plan, Row, each, load, medians, memory, nation, read_numbers, refer,
                     run_program, say)

LAST = 2024
ECHO, ASK, FIRST = "W3 echo", "W3", "W3 first"


def check(plan: Plan, place: Nation, first: int, corrections: int = 0) -> None:
    """The first year and the last, of which so many reports were corrected once."""
    plan.country.check(place.node, str(first), dict.fromkeys(plan.country.leaves, 0))
    plan.country.check(place.node, str(LAST), dict.fromkeys(plan.country.leaves, 0) |
                       dict.fromkeys(plan.country.filed_by(corrections), 1))
    verify(place.node)


def size(node: Node, revisions: int) -> Numbers:
    """In memory, and on disk for a thousand revisions."""
    disk = sum(path.stat().st_blocks * 512 for path in (node.tree.state / node.name).iterdir())
    return memory(node) | {"disk": disk / revisions * 1000}


# ---- W3 ----


class Echo(NamedTuple):
    endpoint: str
    key: str  # in base64


@contextmanager
def bare_echo(tree: Tree) -> Iterator[Echo]:
    public, secret = zmq.curve_keypair()
    endpoint = f"tcp://127.0.0.1:{tree.ports.take()}"
    with subprocess.Popen([PROGRAMS / "bench_echo", endpoint, secret.decode()], stdin=subprocess.PIPE,
                          preexec_fn=die_with_the_test) as process:
        yield Echo(endpoint, base64.b64encode(z85.decode(public)).decode())
        process.stdin.close()


def ask_first(plan: Plan, place: Nation, first: int, nth: int) -> Numbers:
    """What nobody has asked since the last change: each province, in years of its own for each round."""
    provinces = plan.country.beneath(1)
    years = max((LAST - first) // max(plan.rounds, 3), 1)
    begin = first + nth * years
    asked = run_program("bench_load", "-n", len(provinces) * years, "-w", 1, "ask-each", place.reporter.config,
                        ",".join(map(str, provinces)), begin, begin + years - 1)
    return {key: each(asked)[key] for key in ("per_s", "p50_us", "p99_us", "answer_bytes")}


def ask(plan: Plan, place: Nation, first: int) -> list[Row]:
    """All totals of a province, one question at a time and 64; the echo answers with as many bytes."""
    province = plan.country.beneath(1)[0]
    count = plan.choose(2000, 100)
    rounds: dict[str, list[Numbers]] = {}
    with bare_echo(place.tree) as echo:
        for nth in range(max(plan.rounds, 3)):
            rounds.setdefault(FIRST, []).append(ask_first(plan, place, first, nth))
            for window in (1, 64):
                options = ("-n", count, "-w", window)
                asked = run_program("bench_load", *options, "ask", place.reporter.config, province, LAST)
                echoed = run_program("bench_load", *options, "echo", *echo, int(asked["answer_bytes"]))
                for name, numbers in ((ASK, asked), (ECHO, echoed)):
                    rounds.setdefault(f"{name} {'64' if window > 1 else 'one'}", []).append(
                        {key: each(numbers)[key] for key in ("per_s", "p50_us", "p99_us", "answer_bytes")})
    return [medians(name, numbers) for name, numbers in rounds.items()]


# ---- W7 ----


def start_once(place: Nation, total: int) -> Numbers:
    """From exec to READY, and to the first answer over CURVE; who asks is there before."""
    place.node.stop()
    with Manager() as manager:
        waiting = subprocess.Popen([PROGRAMS / "bench_load", "await", place.reporter.config, "i.1", str(LAST),
                                    str(total)], stdout=subprocess.PIPE, preexec_fn=die_with_the_test)
        time.sleep(0.05)
        begin_ns = time.monotonic_ns()
        manager.start([place.tree.tonghopd, "--config", place.node.config], place.node.log)
        manager.hear("READY=1")
        ready_ns = time.monotonic_ns()
        output, _ = waiting.communicate(timeout=60)
        if waiting.returncode != 0:
            raise Failure("bench_load await failed")
        answer_ns = read_numbers(output)["first_ns"]
        manager.process.terminate()
        if manager.process.wait(60) != 0:
            raise Failure("the daemon did not end well")
    place.node.start()
    return {"ready_us": (ready_ns - begin_ns) / 1000, "p50_us": (answer_ns - begin_ns) / 1000}


def start_again(plan: Plan, place: Nation, empty: Nation) -> list[Row]:
    """In turn, the one with the history and the one without."""
    total = sum(figure(unit, 1) for unit in plan.country.leaves)
    times = [(start_once(place, total), start_once(empty, 0)) for _ in range(plan.choose(10, 2))]
    return [medians(name, list(rounds)) for name, rounds in zip(("W7", "W7 empty"), zip(*times))]


# ---- all of it ----


def use(plan: Plan, place: Nation, first: int, reports: int) -> list[Row]:
    """What is measured of one history."""
    corrections = min(plan.choose(10000, 50), len(plan.country.leaves))
    before = medians("W8", [size(place.node, reports)])
    check(plan, place, first)
    asked = ask(plan, place, first)
    with nation(plan) as empty:
        started = start_again(plan, place, empty)
    load(plan, place.node, place.reporter, "file", LAST, LAST, options=("-n", corrections, "-w", 128, "-b", 1))
    after = medians("W8 corrected", [size(place.node, reports + corrections)])
    check(plan, place, first, corrections)
    return [*asked, *started, before, after]


def rows(plan: Plan) -> list[Row]:
    first, rounds = plan.choose(2005, LAST - 1), plan.choose(3, 1)
    raw, daemon, found = [], [], []
    for nth in range(rounds):
        say(f"W3load, round {nth + 1}")
        raw.append(refer(plan, "lmdb", 128, first=first, last=LAST))
        with nation(plan) as place:
            daemon.append(each(load(plan, place.node, place.reporter, "file", first, LAST, options=("-w", 128))))
            if nth + 1 == rounds:
                say("W3, W7 and W8")
                found = use(plan, place, first, int(daemon[-1]["n"]))
    return [medians("W3load LMDB", raw), medians("W3load", daemon), *found]
