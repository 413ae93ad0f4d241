"""The alert rules: Prometheus takes them, each of them rings when it should and is quiet when it
should, and all that they look at is told by `tonghop metrics`."""

import re
import shutil
import tempfile
from pathlib import Path

from promtool import promtool
from scene import ROOT, expect, play

RULES = ROOT / "deploy/prometheus/tonghop.rules.yml"
CASES = Path(__file__).with_name("alerts.yml")
NEVER = "vector(0) > 1"


def run_cases(rules: str) -> bool:
    """Whether all cases hold with these rules."""
    with tempfile.TemporaryDirectory(prefix="tonghop.") as folder:
        (Path(folder) / RULES.name).write_text(rules, encoding="utf-8")
        shutil.copy(CASES, folder)
        result = promtool("test", "rules", CASES.name, folder=Path(folder))
    print(result.out + result.err if result.status != 0 and rules == RULES.read_text() else "", end="")
    return result.status == 0


def the_rules_are_sound() -> None:
    """promtool finds nothing wrong with the rules"""
    result = promtool("check", "rules", str(RULES))
    expect(result.out + result.err, result.status, 0)


def they_ring_when_they_should() -> None:
    """Every case of alerts.yml holds"""
    expect("the cases hold", run_cases(RULES.read_text(encoding="utf-8")), True)


def each_has_a_case() -> None:
    """A case expects each alert to ring; without their expressions the cases do not hold"""
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8"))
    rung = re.findall(r"""- \{labels: '\{alertname="(\w+)"\}', value: 1\}""",
                      CASES.read_text(encoding="utf-8"))
    expect("alerts without a case", sorted(set(alerts) - set(rung)), [])
    broken = re.sub(r"expr: .*", f"expr: {NEVER}", RULES.read_text(encoding="utf-8"))
    expect("the cases hold without expressions", run_cases(broken), False)


play([the_rules_are_sound, they_ring_when_they_should, each_has_a_case])
