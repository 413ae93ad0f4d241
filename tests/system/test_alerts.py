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
RULE = re.compile(r"- alert: (\w+)\n +expr: (.+)\n(?: +for: (.+)\n)?")
SAMPLE = re.compile(r"\{(.*?)\} (\S+?)(?:,|$)")
SAME = "same"


def read_rules() -> str:
    return RULES.read_text(encoding="utf-8")


def run_cases(rules: str) -> tuple[bool, str]:
    """Whether all cases hold with these rules, and what promtool says."""
    with tempfile.TemporaryDirectory(prefix="tonghop.") as folder:
        (Path(folder) / RULES.name).write_text(rules, encoding="utf-8")
        shutil.copy(CASES, folder)
        result = promtool("test", "rules", CASES.name, folder=Path(folder))
    return result.status == 0, result.out + result.err


def the_rules_are_sound() -> None:
    """promtool finds nothing wrong with the rules"""
    result = promtool("check", "rules", str(RULES))
    expect(result.out + result.err, result.status, 0)


def they_ring_when_they_should() -> None:
    """Every case of alerts.yml holds"""
    hold, said = run_cases(read_rules())
    expect(said, hold, True)


def versions_of(expression: str, wait: str) -> dict[str, tuple[str, str]]:
    """A rule with other meanings: its expression, and how long that has to be true; and the same."""
    measured, *limit = re.split(r" (?:==|>|<|unless) ", expression)
    longer = "".join(f"{2 * int(count)}{unit}" for count, unit in re.findall(r"(\d+)(\w)", wait))
    versions = {
        "never": ("vector(0) > 1", wait),
        "always": (measured if limit else "vector(1)", wait),
        "at_the_limit": (re.sub(r" ([<>]) ", r" \1= ", expression), wait),
        "another_limit": (re.sub(r"( [<>] .*(?<! 0))$", r"\1 * 1.1", expression), wait),
        "at_once": (expression, "0m"),
        "later": (expression, longer),
    }
    others = {name: version for name, version in versions.items() if version != (expression, wait)}
    return others | {SAME: (expression, wait)}


def noticed(said: str, alert: str, version: str) -> bool:
    """Whether the version, which ran beside the alert, rang at another time or for other nodes."""
    for line in re.findall(r"^ +got: *(.*)$", said, re.MULTILINE):
        samples = set(SAMPLE.findall(line))
        by_name = {name: {(labels.replace(f'alertname="{name}"', ""), value) for labels, value in samples
                          if f'alertname="{name}"' in labels} for name in (alert, f"{alert}_{version}")}
        if by_name[alert] != by_name[f"{alert}_{version}"]:
            return True
    return False


def none_may_mean_anything_else() -> None:
    """Each alert rings in a case and does not in one close by: no other limit or time would do"""
    # All versions run beside the rules at once, which takes a tenth of the time.
    rules = read_rules()
    found = [(match[1], match[2], match[3] or "0m") for match in RULE.finditer(rules)]
    expect("rules that are read", len(found), rules.count("- alert:"))
    versions = [(alert, name, *version) for alert, expression, wait in found
                for name, version in versions_of(expression, wait).items()]
    _, said = run_cases(rules + "".join(
        f"      - alert: {alert}_{name}\n        expr: {expression}\n        for: {wait}\n"
        for alert, name, expression, wait in versions))
    expect("versions that make no difference", [f"{alert} {name}" for alert, name, *_ in versions
                                               if not noticed(said, alert, name)],
           [f"{alert} {SAME}" for alert, *_ in found])


play([the_rules_are_sound, they_ring_when_they_should, none_may_mean_anything_else])
