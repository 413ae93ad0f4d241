"""The tables of docs/OPERATING.md, "What can go wrong at first contact": what each mistake makes both
sides say. A test makes the mistakes, and compares; there is a row for each mistake and a mistake for
each row."""

import re
from typing import Callable, NamedTuple

from harness import Failure
from scene import ROOT

SECTION = "## What can go wrong at first contact"


class Row(NamedTuple):
    mistake: str
    cells: list[str]


def read_table(heading: str) -> dict[str, Row]:
    """By mistake: the rows of the table beneath `heading`, without the mistake itself."""
    text = (ROOT / "docs/OPERATING.md").read_text().partition(f"{SECTION}\n")[2]
    text = text.partition("\n## ")[0].partition(f"### {heading}\n")[2].partition("\n### ")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    if len(lines) < 3:
        raise Failure(f"docs/OPERATING.md has no table beneath {heading!r}")
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines[2:]]
    return {row[0].replace("`", ""): Row(row[0].replace("`", ""), row[1:]) for row in rows}


def patterns(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def says(text: str, cell: str) -> list[str]:
    """What of a cell no line of the text says."""
    lines = text.splitlines()
    missing = []
    for pattern in patterns(cell):
        expression = re.compile(".*?".join(re.escape(part) for part in pattern.split("…")))
        if not any(expression.search(line) for line in lines):
            missing.append(pattern)
    return missing


def expect_says(where: str, text: str, cell: str) -> None:
    if missing := says(text, cell):
        raise Failure(f"{where} does not say\n  {missing[0]}\nbut\n{text}")


def expect_all(rows: dict[str, Row], made: dict[str, Callable]) -> None:
    """Each row has a mistake that makes it, and the reverse."""
    if rows.keys() != made.keys():
        raise Failure(f"only in the document: {sorted(rows.keys() - made.keys())}; only in the test: "
                      f"{sorted(made.keys() - rows.keys())}")
