"""W1, W2: a year's reports into an empty store, many under way and one at a time; and the same with a
disk that needs 2 ms more for each flush. References: raw LMDB, and SQLite, in their own process."""

from typing import Optional

from figures import verify
from measure import SLOW_FLUSH, Numbers, Plan, Row, each, load, medians, nation, refer, say

YEAR = 2024
Environment = Optional[dict[str, str]]


def file_year(plan: Plan, most: int, window: int, environment: Environment, *options: str) -> Numbers:
    """All of it has to be right before it is worth a number."""
    with nation(plan, environment) as place:
        numbers = load(plan, place.node, place.reporter, "file", YEAR, YEAR, options=("-n", most, "-w", window, *options))
        units = list(plan.country.leaves) if "-i" in options else plan.country.filed_by(most)
        plan.country.check(place.node, str(YEAR), dict.fromkeys(units[:most], 0))
        verify(place.node)
    return each(numbers)


def compare(plan: Plan, name: str, most: int, group: int, environment: Environment = None,
            is_by_id: bool = False, wider: int = 0) -> list[Row]:
    """Reference, daemon, reference, round by round; `wider`: and with so many under way."""
    raw, daemon, sqlite, wide = [], [], [], []
    order, options = (("by-id",), ("-i",)) if is_by_id else ((), ())
    for nth in range(plan.rounds):
        say(f"{name}, round {nth + 1}")
        raw.append(refer(plan, "lmdb", group, most, *order, environment=environment))
        daemon.append(file_year(plan, most, group, environment, *options))
        sqlite.append(refer(plan, "sqlite", group, most, *order, environment=environment))
        if wider > 0:
            wide.append(file_year(plan, most, wider, environment, *options))
    return [medians(f"{name} LMDB", raw), medians(name, daemon), medians(f"{name} SQLite", sqlite),
            *([medians(f"{name} {wider}", wide)] if wide else [])]


def rows(plan: Plan) -> list[Row]:
    all_units = len(plan.country.leaves)
    some = min(plan.choose(2000, 60), all_units)
    return [*compare(plan, "W1", all_units, 128, wider=256),
            *compare(plan, "W1 by id", all_units, 128, is_by_id=True),
            *compare(plan, "W2", some, 1),
            *compare(plan, "W1 slow", all_units, 128, SLOW_FLUSH),
            *compare(plan, "W2 slow", plan.choose(500, 20), 1, SLOW_FLUSH)]
