"""Reads an export of a node (docs/EXPORT.md) and adds up one indicator of one half-year, with nothing
of Tonghop's: Python's json alone.

    python3 read_export.py FILE UNIT PERIOD INDICATOR        such as 64 2024-S1 reception.visits"""

import json
import sys
from decimal import Decimal
from typing import Iterator, NamedTuple, Optional


class Total(NamedTuple):
    value: Decimal
    reports: int  # it is made of


class Export:
    """What one total needs of an export; the rest is passed over line by line."""

    def __init__(self, lines: Iterator[str], period: str) -> None:
        self.last_day = ""  # of the period: units are those of that day
        self.children: dict[int, list[int]] = {}
        self.reports: dict[int, list[dict]] = {}  # by unit, those that count
        for text in lines:
            line = json.loads(text)
            if line["line"] == "catalogue":
                self.last_day = f"{period[:4]}-{line['calendar'][f's{period[-1]}_last']}"
            elif line["line"] == "unit":
                self._add_unit(line)
            elif line["line"] == "revision" and line["counts"] and line["kind"] == "actual" \
                    and line["period"] == period and not line["withdrawn"]:
                self.reports.setdefault(line["unit"], []).append(line)

    def _add_unit(self, line: dict) -> None:
        for version in line["versions"]:
            if (version["from"] or "") <= self.last_day <= (version["to"] or "9999"):
                self.children.setdefault(version["parent"], []).append(line["id"])

    def total(self, unit: int, code: str) -> Total:
        """A unit's own figure and those beneath it; a whole report stands for all of them."""
        own = [(report, Decimal(cell["value"])) for report in self.reports.get(unit, [])
               for cell in report["cells"] if cell["code"] == code and cell["qualifier"] == "exact"]
        for report, value in own:
            if report["scope"] == "whole":
                return Total(value, 1)
        parts = [Total(value, 1) for _, value in own]
        parts += [self.total(child, code) for child in self.children.get(unit, [])]
        return Total(sum((part.value for part in parts), Decimal(0)),
                     sum(part.reports for part in parts))


def main(file: str, unit: str, period: str, code: str) -> Optional[str]:
    with open(file, encoding="utf-8") as lines:
        total = Export(lines, period).total(int(unit), code)
    print(f"{total.value} of {total.reports} reports")
    return None


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 5 else __doc__)
