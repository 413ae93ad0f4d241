"""What the works are held against: one number of one row, as a ratio to that of another."""

from typing import NamedTuple, Optional

from measure import Row


class Ratio(NamedTuple):
    name: str
    row: str
    reference: str
    number: str
    least: Optional[float] = None  # the ratio is to be at least, or at most; neither: only told
    most: Optional[float] = None


RATE, MEDIAN = "reports_per_s", "p50_us"

RATIOS = (
    Ratio("W1 / LMDB", "W1", "W1 LMDB", RATE, least=0.7),
    Ratio("W1 / SQLite", "W1", "W1 SQLite", RATE, least=1.5),
    Ratio("W1 by id / LMDB", "W1 by id", "W1 by id LMDB", RATE),
    Ratio("W1 by id / SQLite", "W1 by id", "W1 by id SQLite", RATE),
    Ratio("W1 256 / LMDB", "W1 256", "W1 LMDB", RATE),
    Ratio("W2 p50 / LMDB", "W2", "W2 LMDB", MEDIAN, most=1.6),
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


def judge(rows: list[Row]) -> list[Judged]:
    """All ratios whose two rows were measured."""
    numbers = {row.name: row.numbers for row in rows}
    return [Judged(ratio, numbers[ratio.row][ratio.number] / numbers[ratio.reference][ratio.number])
            for ratio in RATIOS if ratio.row in numbers and ratio.reference in numbers]
