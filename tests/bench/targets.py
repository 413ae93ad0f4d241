"""What the works are held against: one number of one row, as a ratio to that of another."""

import statistics
from typing import NamedTuple, Optional

from measure import Row


class Ratio(NamedTuple):
    name: str
    row: str
    reference: str
    number: str
    least: Optional[float] = None  # the ratio is to be at least, or at most; neither: only told
    most: Optional[float] = None


RATE, MEDIAN, READY = "per_s", "p50_us", "ready_us"

RATIOS = (
    Ratio("W1 / LMDB", "W1", "W1 LMDB", RATE, least=0.7),
    Ratio("W1 / SQLite", "W1", "W1 SQLite", RATE, least=1.5),
    Ratio("W1 by id / LMDB", "W1 by id", "W1 by id LMDB", RATE),
    Ratio("W1 by id / SQLite", "W1 by id", "W1 by id SQLite", RATE),
    Ratio("W1 256 / LMDB", "W1 256", "W1 LMDB", RATE),
    Ratio("W2 p50 / LMDB", "W2", "W2 LMDB", MEDIAN, most=1.6),
    Ratio("W3 p50 / echo", "W3 one", "W3 echo one", MEDIAN, most=1.15),
    Ratio("W3 first p50 / echo", "W3 first", "W3 echo one", MEDIAN),
    Ratio("W3 64 / echo", "W3 64", "W3 echo 64", RATE, least=0.5),
    Ratio("W3load / LMDB", "W3load", "W3load LMDB", RATE, least=0.6),
    Ratio("W4 p50 / W2", "W4", "W2 by W4", MEDIAN, most=2.2),
    Ratio("W4 three p50 / W2", "W4 three", "W2 by W4", MEDIAN, most=3.5),
    Ratio("W5 connections / clients", "W5", "W5 clients", "connected", most=1.05),
    Ratio("W5 memory / bare ROUTER", "W5", "W5 bare ROUTER", "rss_peak", most=1.15),
    Ratio("W5 CPU / bare ROUTER", "W5", "W5 bare ROUTER", "cpu_us"),
    Ratio("W6 / W1", "W6", "W1", RATE),
    Ratio("W7 READY / empty", "W7", "W7 empty", READY, most=2),
    Ratio("W7 answer / empty", "W7", "W7 empty", MEDIAN, most=2),
    Ratio("W1 slow / LMDB", "W1 slow", "W1 slow LMDB", RATE),
    Ratio("W1 slow / SQLite", "W1 slow", "W1 slow SQLite", RATE, least=0.8),
    Ratio("W2 slow p50 / LMDB", "W2 slow", "W2 slow LMDB", MEDIAN),
)


class Judged(NamedTuple):
    ratio: Ratio
    value: float

    @property
    def target(self) -> str:
        if self.ratio.least is not None:
            return f">= {self.ratio.least:g}"
        return f"<= {self.ratio.most:g}" if self.ratio.most is not None else ""

    @property
    def verdict(self) -> str:
        if self.target == "":
            return ""
        is_met = (self.value >= self.ratio.least if self.ratio.least is not None else self.value <= self.ratio.most)
        return "ok" if is_met else "missed"


def value_of(ratio: Ratio, row: Row, reference: Row) -> float:
    """The median of the rounds' ratios: the two of one round met the same machine."""
    return statistics.median(one[ratio.number] / other[ratio.number]
                             for one, other in zip(row.rounds, reference.rounds))


def judge(rows: list[Row]) -> list[Judged]:
    """All ratios whose two rows were measured."""
    measured = {row.name: row for row in rows}
    return [Judged(ratio, value_of(ratio, measured[ratio.row], measured[ratio.reference]))
            for ratio in RATIOS if ratio.row in measured and ratio.reference in measured]
