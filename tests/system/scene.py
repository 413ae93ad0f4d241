"""What the system tests share: a root with a catalogue, reports as text, answers as data, and steps
that say what they have shown."""

import csv
import datetime
import io
import json
import os
import time
from pathlib import Path
from typing import Callable, Iterable, NamedTuple, Optional, Union

from harness import Failure, Node, Result, Tree, eventually

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "deploy/sample/gia-lai"
# In a sanitized build memory and times are those of the sanitizer, not ours.
IS_SANITIZED = os.environ.get("TONGHOP_SANITIZE", "") != ""
# The test runs in the sandbox of the unit (tests/container), and so do all that it starts.
IS_SHUT_IN = "TONGHOP_SHUT_IN" in os.environ

# Somebody has looked at what is odd about the figures.
LOOKED_AT = ("--accept-warnings", "đã rà soát")

Cells = dict[str, Union[int, str]]


class Figure(NamedTuple):
    """A total as a program reads it: qualifier, value, and the number of reports it is made of."""

    qualifier: str
    value: str
    unit_count: int


NO_FIGURE = Figure("", "", 0)


def exact(value: Union[int, str], unit_count: int) -> Figure:
    return Figure("=", str(value), unit_count)


def expect(what: str, actual: object, expected: object) -> None:
    if actual != expected:
        raise Failure(f"{what}\n  expected: {expected!r}\n  actual:   {actual!r}")


def flat(text: str) -> str:
    """Without the lines that a long sentence was cut into."""
    return " ".join(text.split())


def sentences(text: str) -> int:
    """How many: lines that go on with one begin with blanks."""
    return len([line for line in text.splitlines() if not line.startswith(" ")])


def expect_in(what: str, text: str, *parts: str) -> None:
    for part in parts:
        if part not in text:
            raise Failure(f"{what}\n  expected: ... {part} ...\n  actual:   {text}")


def eventually_logged(node: Node, words: str, since: int = 0) -> None:
    """Waits for a line of the daemon; `since`: bytes of its log that do not count."""
    eventually(lambda: words in node.log.read_bytes()[since:].decode(), f"{node.name} logs: {words}")


def play(steps: Iterable[Callable], *arguments: object) -> None:
    """Runs steps in order; the documentation of each is what it shows."""
    for step in steps:
        begin = time.monotonic()
        step(*arguments)
        print(f"ok  {' '.join(step.__doc__.split())}  [{time.monotonic() - begin:.1f} s]", flush=True)


def tomorrow() -> str:
    """In Viet Nam."""
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7)))
    return (now + datetime.timedelta(days=1)).date().isoformat()


# ---- nodes ----


def start_as_it_is(node: Node) -> None:
    """Up and answering, whatever its health."""
    node.start(is_awaited=False)
    eventually(lambda: node.tonghop("keys", expect=None).status == 0, f"{node.name} answers")


def plant(tree: Tree, name: str = "gia-lai", unit: int = 64,
          catalogue: Path = SAMPLE / "catalogue") -> Node:
    """The root, with the catalogue in force."""
    node = tree.init(name, unit)
    start_as_it_is(node)  # without a catalogue
    node.tonghop("catalogue", "publish", str(catalogue))
    node.wait()
    return node


def client(tree: Tree, name: str, unit: int, home: Node, role: str = "reporter") -> Node:
    """A key without a daemon, enrolled at `home`."""
    node = tree.init_client(name, unit, home)
    home.tonghop("enrol", str(unit), node.public_key, "--role", role)
    return node


def settle(*nodes: Node) -> None:
    """Until each, in this order from below, has handed everything up."""
    for node in nodes:
        node.wait()


def status(node: Node) -> dict:
    """Whatever its health."""
    return json.loads(node.tonghop("status", "--format", "json", expect=None).out)


def verify(*nodes: Node) -> None:
    for node in nodes:
        result = node.tonghop("verify")
        expect_in(f"{node.name} finds its totals right", result.out, " 0 differences")
        result = node.tonghop("--lang", "vi", "verify")
        expect_in(f"{node.name} in Vietnamese", result.out, " báo cáo, ", " 0 sai khác\n")


# ---- reports ----


def table(cells: Cells) -> str:
    return "indicator,value\n" + "".join(f"{code},{value}\n" for code, value in cells.items())


def unit_table(reports: dict[int, Cells]) -> str:
    """Reports of several units in one file."""
    return "unit,indicator,value\n" + "".join(
        f"{unit},{code},{value}\n" for unit, cells in reports.items() for code, value in cells.items())


def submit(node: Node, period: str, text: str, *arguments: str, expect: Optional[int] = 0) -> Result:
    """Hands in a report file by standard input."""
    return node.tonghop("submit", "-", "--period", period, "--format", "csv", *arguments, stdin=text,
                        expect=expect)


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.out)))


def outcomes(result: Result) -> list[tuple[str, str, str]]:
    """(unit, revision, result) of each report of a submission."""
    return [(row["unit"], row["revision"], row["result"]) for row in rows(result)]


# ---- answers ----


def totals(node: Node, period: str, *arguments: str) -> dict[str, Figure]:
    """By indicator."""
    result = node.tonghop("totals", "--period", period, "--format", "csv", *arguments)
    return {row["indicator"]: Figure(row["qualifier"], row["value"], int(row["unit_count"]))
            for row in rows(result)}


def total(node: Node, period: str, indicator: str, *arguments: str) -> Figure:
    return totals(node, period, "--indicator", indicator, *arguments)[indicator]


def coverage(node: Node, period: str, *arguments: str) -> dict[str, str]:
    """State by unit's code."""
    result = node.tonghop("coverage", "--period", period, "--format", "csv", *arguments)
    return {row["unit"]: row["state"] for row in rows(result)}


def history(node: Node, unit: int, period: str) -> list[dict[str, str]]:
    """Newest revision first."""
    return rows(node.tonghop("history", str(unit), "--period", period, "--format", "csv"))
