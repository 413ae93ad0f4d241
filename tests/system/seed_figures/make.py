"""The trees and reports of this test, made of small tables: what README.md calls the splits.

`TREE/reports.csv` says what an indicator came to and who reported it; here that is spread over years
and units, by a rule that knows nothing about them. Nothing here is random, and nothing is compared with
what was published: that is expected.csv, which this module does not read."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Iterable, Iterator, NamedTuple

HERE = Path(__file__).resolve().parent
SAMPLE_UNITS = HERE.parents[2] / "deploy/sample/gia-lai/catalogue/units.csv"
CATALOGUE = HERE / "catalogue"
SHARED_FILES = ("catalogue.ini", "forms.csv", "indicators.csv")

MONEY_STEP = 1_000_000  # amounts are split into whole millions
SOURCE = "Báo cáo tổng kết của tỉnh (nguồn giả định)"

Row = dict[str, str]


class NodeOf(NamedTuple):
    """A daemon, and the daemon above it."""

    name: str
    unit: str  # id
    parent: str


class Half(NamedTuple):
    """Units that file the first half of a year as well, or two halves instead of the year."""

    year: str
    by: str
    form: str
    indicators: tuple[str, ...] = ()  # none: every flow of the form


class TreeOf(NamedTuple):
    name: str
    nodes: tuple[NodeOf, ...]  # the root first
    baselines: tuple[str, ...] = ()  # years that the root files whole, from a source
    with_first_half: tuple[Half, ...] = ()
    only_halves: tuple[Half, ...] = ()


TREES = (
    TreeOf("gia-lai",
           (NodeOf("gia-lai", "64", ""), NodeOf("duc-co", "631", "gia-lai"),
            NodeOf("ia-dom", "23872", "duc-co")),
           baselines=("2009",),
           with_first_half=(Half("2019", "mttq", "mttq"),
                            Half("2024", "communes@631", "chung",
                                 ("reception.visits", "petition.received", "dialogue.commune"))),
           only_halves=(Half("2018", "625", "doan"), Half("2018", "625", "chung"),
                        Half("2016", "mttq", "mttq"))),
    TreeOf("loc-ninh", (NodeOf("binh-phuoc", "70", ""),)),
    TreeOf("hai-duong", (NodeOf("hai-duong", "30", ""),), baselines=("2020",)),
)


class Cell(NamedTuple):
    value: Decimal
    qualifier: str = ""  # as in a report file: empty is exact
    upper: str = ""


class Address(NamedTuple):
    """Of a report, but for its form."""

    kind: str
    period: str
    scope: str
    unit: str


class File(NamedTuple):
    """One submission."""

    node: str
    kind: str
    period: str
    scope: str
    text: str


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(columns: list[str], rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


# ---- units ----


def gia_lai_units() -> list[Row]:
    """Province, districts and the communes of two of them as in the sample, bodies, and as many
    communes with invented names as the province is known to have."""
    units = read(SAMPLE_UNITS) + read(HERE / "gia-lai/bodies.csv")
    names = {"phuong": ("Phường", "Ward"), "thi_tran": ("Thị trấn", "Township"),
             "xa": ("Xã", "Commune")}
    number = 0
    for row in read(HERE / "gia-lai/communes.csv"):
        for kind, (vi, en) in names.items():
            for _ in range(int(row[kind] or 0)):
                number += 1
                unit = str(640000 + number)
                units.append({"id": unit, "code": unit, "level": "commune", "type": kind,
                              "parent": row["district"], "from": "", "to": "",
                              "name_vi": f"{vi} số {number} (tên giả định)",
                              "name_en": f"{en} {number} (invented name)", "successors": ""})
    return units


def units_of(tree: TreeOf) -> list[Row]:
    return gia_lai_units() if tree.name == "gia-lai" else read(HERE / tree.name / "units.csv")


def write_catalogue(tree: TreeOf, folder: Path) -> None:
    for name in SHARED_FILES:
        (folder / name).write_bytes((CATALOGUE / name).read_bytes())
    units = units_of(tree)
    columns = list(units[0])
    text = write(columns, ([unit[column] for column in columns] for unit in units))
    (folder / "units.csv").write_text(text, encoding="utf-8")


def select(units: list[Row], text: str) -> list[str]:
    """Ids of the units that the `by` of a table means: parts separated by blanks, each an id, a code, or
    `communes` (`districts`, or a type of units), with `:FIRST-LAST` of those under each parent, and
    `@PARENT,...` for some parents only."""
    found = []
    for part in text.split():
        named = [unit["id"] for unit in units if part in (unit["id"], unit["code"])]
        if named:
            found += named
            continue
        part, _, parents = part.partition("@")
        what, _, place = part.partition(":")
        first, _, last = place.partition("-")
        under: dict[str, list[str]] = {}
        for unit in units:
            if what in (f"{unit['level']}s", unit["type"]):
                under.setdefault(unit["parent"], []).append(unit["id"])
        for parent in parents.split(",") if parents else under:
            some = under[parent]
            found += some[int(first) - 1:int(last)] if place else some
    assert found and len(found) == len(set(found)), text
    return found


# ---- figures ----


def years(text: str) -> list[str]:
    first, _, last = text.partition("..")
    return [str(year) for year in range(int(first), int(last) + 1)] if last else [text]


def split(total: Decimal, count: int) -> list[Decimal]:
    """`count` unequal parts that add up to the total; none is 0 as long as there is enough."""
    if count == 1:
        return [total]
    step = MONEY_STEP if total % MONEY_STEP == 0 and total > 0 else 1
    steps = int(total) // step
    assert steps * step == total, total
    least = 1 if steps >= count else 0
    weights = [2 + place % 3 for place in range(count)]
    parts, reached, given = [], 0, 0
    for weight in weights:
        reached += weight
        part = (steps - least * count) * reached // sum(weights) - given
        given += part
        parts.append(Decimal((part + least) * step))
    return parts


def filing_order(address: Address) -> tuple[str, ...]:
    """As in life: the halves of a year before the year."""
    year, _, half = address.period.partition("-")
    return (year, half or "year", address.kind, address.scope, address.unit)


class Reports:
    """What is filed, cell by cell."""

    def __init__(self, tree: TreeOf) -> None:
        self.tree = tree
        self.units = units_of(tree)
        self.indicators = {row["code"]: row for row in read(CATALOGUE / "indicators.csv")}
        self.cells: dict[Address, dict[str, Cell]] = {}
        for row in read(HERE / tree.name / "reports.csv"):
            self._take(row)
        for half in tree.with_first_half:
            self._halve(half, keeps_year=True)
        for half in tree.only_halves:
            self._halve(half, keeps_year=False)

    def _take(self, row: Row) -> None:
        for span in row["periods"].split():
            places = [(year, unit) for year in years(span) for unit in select(self.units, row["by"])]
            for place, part in zip(places, split(Decimal(row["value"]), len(places))):
                # One unit that says "more than" makes the total "more than".
                qualifier = row["qualifier"] if place == places[-1] else ""
                self._add(row["kind"] or "actual", *place, row["indicator"],
                          Cell(part, qualifier, row["upper"]))
                for whole in row["adds_to"].split():
                    self._add(row["kind"] or "actual", *place, whole, Cell(part))

    def _add(self, kind: str, period: str, unit: str, indicator: str, cell: Cell) -> None:
        address = Address(kind, period, "own", unit)
        if period in self.tree.baselines:
            address = Address(kind, period, "whole", self.tree.nodes[0].unit)
        cells = self.cells.setdefault(address, {})
        before = cells.get(indicator, Cell(Decimal(0)))
        cells[indicator] = Cell(before.value + cell.value, cell.qualifier or before.qualifier,
                                cell.upper or before.upper)

    def _halve(self, half: Half, keeps_year: bool) -> None:
        for unit in select(self.units, half.by):
            year = self.cells[Address("actual", half.year, "own", unit)]
            first = self.cells.setdefault(Address("actual", f"{half.year}-S1", "own", unit), {})
            second = self.cells.setdefault(Address("actual", f"{half.year}-S2", "own", unit), {})
            for code, cell in list(year.items()):
                indicator = self.indicators[code]
                if indicator["form"] != half.form or half.indicators and code not in half.indicators:
                    continue
                is_flow = indicator["nature"] == "flow"
                if is_flow:
                    first[code] = Cell(cell.value // 2)
                if not keeps_year:
                    second[code] = cell._replace(value=cell.value - cell.value // 2) if is_flow else cell
                    del year[code]

    def _home(self, unit: str) -> str:
        """The name of the nearest node at or above a unit."""
        parent = {row["id"]: row["parent"] for row in self.units}
        nodes = {node.unit: node.name for node in self.tree.nodes}
        while unit not in nodes:
            unit = parent[unit]
        return nodes[unit]

    def files(self) -> Iterator[File]:
        """One for each node, kind, period and scope."""
        rows: dict[tuple[str, str, str, str], list[list[str]]] = {}
        for address in sorted(self.cells, key=filing_order):
            cells = self.cells[address]
            key = (self._home(address.unit), address.kind, address.period, address.scope)
            rows.setdefault(key, []).extend(
                [f"id:{address.unit}", code, str(cell.value), cell.qualifier, cell.upper]
                for code, cell in sorted(cells.items()))
        for key, cells_of_file in rows.items():
            if cells_of_file:
                yield File(*key, write(["unit", "indicator", "value", "qualifier", "upper"],
                                       cells_of_file))
