"""What country.c files, computed apart: its figures, its order of units, and what they add up to."""

from decimal import Decimal
from pathlib import Path
from typing import Iterable, NamedTuple

from country import write_country
from harness import Node
from scene import expect, expect_in, totals

SIZES = (40, 2000, 900, 12, 7, 30000, 3, 250, 90, 1000000)
SEED, MASK = 20241214, (1 << 64) - 1


def figure(unit: int, indicator: int, based_on: int = 0) -> int:
    nth = indicator % 10
    spread = 1 if nth in (2, 4) else (unit * 7 + indicator) % 100
    return SIZES[nth] + SIZES[nth] * spread // 100 + based_on % 5


def shuffled(units: Iterable[int]) -> list[int]:
    """SplitMix64 and Fisher-Yates, as in country.c."""
    items, state = list(units), SEED
    for count in range(len(items), 1, -1):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        x = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ x >> 27) * 0x94D049BB133111EB) & MASK
        other = (x ^ x >> 31) % count
        items[count - 1], items[other] = items[other], items[count - 1]
    return items


class Country(NamedTuple):
    folder: Path  # of the catalogue
    counts: tuple[int, ...]
    indicators: int

    @classmethod
    def write(cls, folder: Path, counts: tuple[int, ...], indicators: int = 100) -> "Country":
        write_country(folder, counts, indicators)
        return cls(folder, counts, indicators)

    @property
    def leaves(self) -> range:
        """By id."""
        first = 2 + sum(self.counts[:-1])
        return range(first, first + self.counts[-1])

    def beneath(self, unit: int) -> list[int]:
        """The units directly beneath; children are spread evenly over their parents (country.py)."""
        first, count = 1, 1
        for below in self.counts:
            if first <= unit < first + count:
                return [first + count + i for i in range(below) if first + i * count // below == unit]
            first, count = first + count, below
        return []

    def leaves_beneath(self, unit: int) -> list[int]:
        """And the unit itself, if it is one."""
        if unit in self.leaves:
            return [unit]
        return [leaf for child in self.beneath(unit) for leaf in self.leaves_beneath(child)]

    def filed_by(self, most: int) -> list[int]:
        """The first units of which bench_load and bench_reference file."""
        return shuffled(self.leaves)[:most]

    def check(self, node: Node, period: str, revisions: dict[int, int], *arguments: str) -> None:
        """That `node` holds the totals of these units, each with what its report was based on."""
        expected = {f"i.{n}": (sum(figure(unit, n, based_on) for unit, based_on in revisions.items()),
                               len(revisions)) for n in range(1, self.indicators + 1)}
        actual = {code: (int(Decimal(total.value).scaleb(1 if code.endswith("5") else 0)), total.unit_count)
                  for code, total in totals(node, period, *arguments).items()}
        expect(f"totals of {period} at {node.name}", actual, expected)


def verify(*nodes: Node) -> None:
    """Each finds its own totals right."""
    for node in nodes:
        expect_in(f"{node.name} verifies", node.tonghop("verify").out, " 0 differences")
