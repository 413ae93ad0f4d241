"""What the filed reports add up to, computed a second time and on its own: straight from the report
files and the catalogue's tables, with fractions and plain loops. It shares nothing with the program
but the rules, and nothing with make.py but the files. It knows as much of the rules as this test needs;
inexact operands of derived figures are not among it."""

import csv
import io
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Callable, Iterable, NamedTuple, Optional

Row = dict[str, str]

CODE = re.compile(r"[a-z][\w]*(?:\.[a-z]\w*)*")
COUNT = re.compile(r"count@(\w+)\((.*)\)$")
CHECK = re.compile(r"(warn:)?\s*((?:\w+\|)*\w+)?\s*(<=|>=|==|!=|<|>|in)\s*(.*)$")
WORDS = ("and", "or", "not")
EXACT, AT_LEAST, AT_MOST, ABOUT, RANGE = "=", ">=", "<=", "~", ".."


class Missing(Exception):
    """A figure was not reported."""


class Figure(NamedTuple):
    low: Fraction
    high: Fraction
    qualifiers: frozenset[str]

    def __add__(self, other: "Figure") -> "Figure":  # type: ignore[override]
        return Figure(self.low + other.low, self.high + other.high,
                      self.qualifiers | other.qualifiers)

    @property
    def qualifier(self) -> str:
        if ABOUT in self.qualifiers or {AT_LEAST, AT_MOST} <= self.qualifiers:
            return ABOUT
        return next(q for q in (AT_LEAST, AT_MOST, RANGE, EXACT) if q in self.qualifiers)


def exactly(value: Fraction) -> Figure:
    return Figure(value, value, frozenset({EXACT}))


def rounded(value: Fraction, decimals: int) -> Fraction:
    """Half away from zero."""
    with localcontext() as context:
        context.prec = 60
        quotient = Decimal(value.numerator) / Decimal(value.denominator)
        return Fraction(quotient.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def compute(text: str, value_of: Callable[[str], Fraction]) -> Fraction:
    """A formula or predicate; its operators are those of Python but for a single `=`."""
    text = re.sub(r"(?<![<>!=])=(?!=)", "==", text)
    text = re.sub(r"\d+(?:\.\d+)?|[a-z][\w]*(?:\.[a-z]\w*)*", lambda match: match[0]
                  if match[0] in WORDS else f"v({match[0]!r})", text)
    return eval(text, {"__builtins__": {}}, {"v": lambda name: Fraction(name) if name[0].isdigit()
                                             else value_of(name)})


class Fold:
    """One tree: its catalogue folder's tables, and every file that was submitted."""

    def __init__(self, indicators: list[Row], units: list[Row],
                 files: Iterable[tuple[str, str, str, str]]) -> None:
        """Files as (kind, period, scope, text)."""
        self.indicators = {row["code"]: row for row in indicators}
        self.units = {row["id"]: row for row in units}
        self.beneath: dict[str, list[str]] = {unit: [] for unit in self.units}
        for row in units:
            if row["parent"]:
                self.beneath[row["parent"]].append(row["id"])
        # (kind, period, unit): the cells; by scope, as a unit may file some forms whole.
        self.own: dict[tuple[str, str, str], dict[str, Figure]] = {}
        self.whole: dict[tuple[str, str, str], dict[str, Figure]] = {}
        self.cell_count = 0
        for kind, period, scope, text in files:
            place = self.whole if scope == "whole" else self.own
            for row in csv.DictReader(io.StringIO(text)):
                value = Fraction(row["value"])
                unit = row["unit"].removeprefix("id:")
                cells = place.setdefault((kind, period, unit), {})
                assert row["indicator"] not in cells, row
                cells[row["indicator"]] = Figure(value, Fraction(row["upper"] or value),
                                                 frozenset({row["qualifier"] or EXACT}))
                self.cell_count += 1
        self._totals: dict[tuple[str, str, str, str], Optional[Figure]] = {}

    # ---- one unit ----

    def _of_unit(self, kind: str, period: str, unit: str, code: str) -> Optional[Figure]:
        """By the rule of the year: the year replaces its halves."""
        year, _, half = period.partition("-")
        first, second, whole_year = (self.own.get((kind, label, unit), {}).get(code)
                                     for label in (f"{year}-S1", f"{year}-S2", year))
        is_flow = self.indicators[code]["nature"] == "flow"
        if half == "S1":
            return first
        assert half == "", "no figure of this test is of a second half"
        if whole_year is not None:
            return whole_year
        if is_flow and first is not None and second is not None:
            return first + second
        return second or first

    def total(self, kind: str, period: str, unit: str, code: str) -> Optional[Figure]:
        """Of the unit and everything beneath it; None: nobody reported it."""
        key = (kind, period, unit, code)
        if key not in self._totals:
            self._totals[key] = self._derived(*key) if self.indicators[code]["rule"] else \
                self._sum(*key)
        return self._totals[key]

    def _sum(self, kind: str, period: str, unit: str, code: str) -> Optional[Figure]:
        form = self.indicators[code]["form"]
        whole = self.whole.get((kind, period, unit), {})
        if any(self.indicators[other]["form"] == form for other in whole):
            return whole.get(code)  # stands for all beneath
        parts = [self._of_unit(kind, period, unit, code),
                 *(self.total(kind, period, child, code) for child in self.beneath[unit])]
        known = [part for part in parts if part is not None]
        if not known:
            return None
        if self.indicators[code]["aggregation"] == "max":
            return max(known)
        total = known[0]
        for part in known[1:]:
            total = total + part
        return total

    # ---- derived ----

    def _derived(self, kind: str, period: str, unit: str, code: str) -> Optional[Figure]:
        rule = self.indicators[code]["rule"]
        try:
            if match := COUNT.match(rule):
                return exactly(Fraction(self._count(kind, period, unit, *match.groups())))
            value = compute(rule.removeprefix("="), lambda name: self.exact(kind, period, unit, name))
        except (Missing, ZeroDivisionError):
            return None
        return exactly(rounded(Fraction(value), int(self.indicators[code]["decimals"])))

    def exact(self, kind: str, period: str, unit: str, code: str) -> Fraction:
        figure = self.total(kind, period, unit, code)
        if figure is None or figure.qualifiers != {EXACT}:
            raise Missing(code)
        return figure.low

    def _count(self, kind: str, period: str, unit: str, level: str, predicate: str) -> int:
        count = 0
        for place in self.subtree(unit):
            if self.units[place]["level"] != level:
                continue
            if match := re.fullmatch(r"unit\.type = (\w+)", predicate):
                count += self.units[place]["type"] == match[1]
            elif predicate == "unit":
                count += 1
            else:
                try:
                    count += bool(compute(predicate,
                                          lambda name: self.exact(kind, period, place, name)))
                except Missing:
                    pass  # it cannot be decided
        return count

    def subtree(self, unit: str) -> list[str]:
        return [unit] + [place for child in self.beneath[unit] for place in self.subtree(child)]

    # ---- spans ----

    def span(self, kind: str, first: str, last: str, unit: str, code: str) -> Optional[Figure]:
        """Flows add up over the years, of a stock the last year that has it."""
        assert not self.indicators[code]["rule"], code
        figures = [self.total(kind, str(year), unit, code)
                   for year in range(int(first), int(last) + 1)]
        known = [figure for figure in figures if figure is not None]
        if not known or self.indicators[code]["nature"] == "stock":
            return known[-1] if known else None
        total = known[0]
        for figure in known[1:]:
            total = total + figure
        return total

    def of(self, period: str, unit: str, code: str, kind: str = "actual") -> Optional[Figure]:
        """Of a period or of a span of years, FIRST..LAST."""
        first, _, last = period.partition("..")
        return self.span(kind, first, last, unit, code) if last else \
            self.total(kind, period, unit, code)

    # ---- checks ----

    def failing_checks(self) -> list[str]:
        """Of every report as filed, and of the roll-up of every unit in every year; with the values
        as they stand, whatever their qualifiers."""
        found = []
        for (kind, period, unit), cells in [*self.own.items(), *self.whole.items()]:
            for code in cells:
                form = self.indicators[code]["form"]
                same = {name: cell for name, cell in cells.items()
                        if self.indicators[name]["form"] == form}
                found += [f"report {kind} {period} {unit}: {text}"
                          for text in self._failing(unit, code, same.get)]
        for period in sorted({period for kind, period, _ in [*self.own, *self.whole]
                              if kind == "actual" and "-" not in period}):
            for unit in self.units:
                found += [f"roll-up {period} {unit}: {text}" for code in self.indicators
                          for text in self._failing(unit, code, lambda name:
                                                    self.total("actual", period, unit, name))]
        return found

    def _failing(self, unit: str, code: str,
                 find: Callable[[str], Optional[Figure]]) -> list[str]:
        def value_of(name: str) -> Fraction:
            figure = find(name)
            if figure is None:
                raise Missing(name)
            return figure.high if figure.qualifier == AT_MOST else figure.low

        row = self.indicators[code]
        checks = [check.strip() for check in row["checks"].split(";") if check.strip()]
        if row["part_of"]:
            checks.append(f"<= {row['part_of']}")
        found = []
        for check in checks:
            match = CHECK.match(check)
            assert match, check
            _, levels, sign, right = match.groups()
            if levels and self.units[unit]["level"] not in levels.split("|"):
                continue
            try:
                holds = value_of(code) in (0, 1) if sign == "in" else \
                    compute(f"{code} {sign} ({right})", value_of)
            except Missing:
                continue
            if not holds:
                found.append(f"{code} {check}")
        return found
