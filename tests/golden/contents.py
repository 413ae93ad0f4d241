"""What a node holds, as its own command tells it: how a golden store was described when it was made,
and how a later version has to describe it."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from harness import Node  # noqa: E402
from scene import rows, status  # noqa: E402

UNITS = (64, 631, 23857, 23860, 23863, 23866, 23869, 23872, 23875)
PERIODS = ("2023", "2024-S1", "2024-S2", "2024", "2025-S1")
COVERED = ("2023", "2024-S1", "2024")
KINDS = ("actual", "plan")
# Of status: what the store holds, not how the daemon is.
COUNTS = ("unit", "catalogue", "reports", "outbox", "parked", "quarantine", "alarms", "restoring")


def contents_of(node: Node) -> dict:
    """Every answer as rows of text by column. A later version may have more columns."""
    held: dict = {"history": {}, "totals": {}, "coverage": {}}
    for kind in KINDS:
        for period in PERIODS:
            asked = ("--period", period, "--format", "csv")
            for unit in UNITS[1:]:
                history = node.tonghop("history", str(unit), "--kind", kind, *asked)
                if rows(history):
                    held["history"][f"{unit} {kind} {period}"] = rows(history)
            totals = node.tonghop("totals", "--by", "unit", "--kind", kind, *asked)
            if any(row["value"] for row in rows(totals)):
                held["totals"][f"{kind} {period}"] = [
                    {column: text for column, text in row.items() if text not in ("", "0")}
                    for row in rows(totals) if row["value"]]
    for period in COVERED:
        # Duties: that a report was filed which nobody owes is told since 0.3.0.
        coverage = node.tonghop("coverage", "--period", period, "--format", "csv")
        held["coverage"][period] = [row for row in rows(coverage)
                                    if not row["state"].endswith("-not-obliged")]
    held["keys"] = rows(node.tonghop("keys", "--format", "csv"))
    held["quarantine"] = rows(node.tonghop("quarantine", "--format", "csv"))
    for row in held["quarantine"]:
        row["figures"] = node.tonghop("quarantine", "--show", row["number"], "--format", "csv",
                                      expect=None).out
    told = status(node)
    held["status"] = {name: told[name] for name in COUNTS if name in told}
    held["problems"] = told.get("problems", [])
    return held


def differences(expected: object, actual: object, where: str = "") -> list[str]:
    """What is expected and is not there, or is another; what is there beside it is no matter."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = [f"{where}/{name} is missing" for name in expected if name not in actual]
        return found + [line for name in expected if name in actual
                        for line in differences(expected[name], actual[name], f"{where}/{name}")]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [line for index, pair in enumerate(zip(expected, actual))
                for line in differences(*pair, f"{where}/{index}")]
    return [] if expected == actual else [f"{where}: {actual!r}, not {expected!r}"]


def dump(held: dict, path: Path) -> None:
    path.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
