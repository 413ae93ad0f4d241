"""Metrics and alerts are told in one way: docs/METRICS.md has exactly the metrics that the command
makes and the alerts of the rules file, with their severity; and no rule looks at a metric that nobody
makes, or leaves open what is to be done."""

import re
from pathlib import Path

from style import Case, Problem, main, read_lines

SOURCE = "client/metrics.c"
RULES = "deploy/prometheus/tonghop.rules.yml"
PAGE = "docs/METRICS.md"

# A row of the table, or a metric that has a function of its own.
MADE = re.compile(r'(?:\{|put_head\()"(tonghop_\w+)",')
NAME = re.compile(r"\b(tonghop_\w+)")
ROW = re.compile(r"\| `(\w+)` \|(?:.*\| (\w+) \|$)?")
ALERT = re.compile(r"\s*- alert: (\w+)$")
FIELD = re.compile(r"\s*(severity|summary|description): (\S+)")


def compare(what: str, there: dict[str, int], path: str, told: dict[str, int]) -> list[Problem]:
    """`there` with its lines in `path`, and what the page tells."""
    return [
        *(Problem(path, line, f"{what} {name} is not in {PAGE}: explain it there")
          for name, line in there.items() if name not in told),
        *(Problem(PAGE, line, f"{what} {name} does not exist: remove it")
          for name, line in told.items() if name not in there),
    ]


def check_rules(root: Path, made: dict[str, int], severities: dict[str, str]) -> list[Problem]:
    problems, alerts, fields = [], {}, {}
    lines = read_lines(root, RULES)
    for number, line in enumerate([*lines, "- alert: end"], 1):
        if match := ALERT.match(line):
            if alerts:
                name = list(alerts)[-1]
                problems += [Problem(RULES, alerts[name], f"{name} has no {field}")
                             for field in ("severity", "summary", "description") if field not in fields]
                told = severities.get(name, fields.get("severity"))
                if told != fields.get("severity"):
                    problems.append(Problem(RULES, alerts[name], f"{name} is {told} in {PAGE}"))
            alerts[match[1]], fields = number, {}
        elif match := FIELD.match(line):
            fields[match[1]] = match[2]
        elif "expr:" in line:
            problems += [Problem(RULES, number, f"nobody makes {name}")
                         for name in NAME.findall(line) if name not in made]
    del alerts["end"]
    told = {name: number for number, line in enumerate(read_lines(root, PAGE), 1)
            if (match := ROW.match(line)) and (name := match[1]).startswith("Tonghop")}
    return problems + compare("alert", alerts, RULES, told)


def check(root: Path) -> list[Problem]:
    made = {name: number for number, line in enumerate(read_lines(root, SOURCE), 1)
            for name in MADE.findall(line)}
    told, severities = {}, {}
    for number, line in enumerate(read_lines(root, PAGE), 1):
        if match := ROW.match(line):
            if match[1].startswith("tonghop_"):
                told[match[1]] = number
            elif match[2] is not None:
                severities[match[1]] = match[2]
    return compare("metric", made, SOURCE, told) + check_rules(root, made, severities)


GOOD = {
    SOURCE: 'static const struct metric metrics[] = {\n    {"tonghop_reports", PART_NODE, "Reports."},\n'
            '};\n    put_head("tonghop_up", "Up.", out);\n    buf_printf(out, "tonghop_other");\n',
    RULES: "groups:\n  - name: tonghop\n    rules:\n      - alert: TonghopDown\n"
           "        expr: tonghop_up == 0 and up == 1\n        labels:\n          severity: critical\n"
           "        annotations:\n          summary: \"Down\"\n          description: >-\n"
           "            Start it.\n",
    PAGE: "| metric | what |\n| --- | --- |\n| `tonghop_reports` | held |\n| `tonghop_up` | up |\n"
          "| `TonghopDown` | it is down | critical |\nSee `tonghop_nothing`.\n",
}


def changed(path: str, old: str, new: str) -> dict[str, str]:
    assert old in GOOD[path]
    return GOOD | {path: GOOD[path].replace(old, new, 1)}


CASES = [
    Case("all is told", GOOD, []),
    Case("a metric of the table", changed(PAGE, "| `tonghop_reports` | held |\n", ""),
         [f"{SOURCE}:2: metric tonghop_reports is not in"]),
    Case("a metric of its own", changed(PAGE, "| `tonghop_up` | up |\n", ""),
         [f"{SOURCE}:4: metric tonghop_up is not in"]),
    Case("a metric that is gone", changed(SOURCE, "tonghop_reports", "tonghop_report"),
         [f"{SOURCE}:2: metric tonghop_report is not in", f"{PAGE}:3: metric tonghop_reports does not"]),
    Case("a rule about nothing", changed(RULES, "tonghop_up", "tonghop_down"),
         [f"{RULES}:5: nobody makes tonghop_down"]),
    Case("an alert that is not told", changed(PAGE, "`TonghopDown`", "`TonghopUp`"),
         [f"{RULES}:4: alert TonghopDown is not in", f"{PAGE}:5: alert TonghopUp does not exist"]),
    Case("another severity", changed(PAGE, "critical", "warning"),
         [f"{RULES}:4: TonghopDown is warning"]),
    Case("no remedy", changed(RULES, "description", "remark"),
         [f"{RULES}:4: TonghopDown has no description"]),
]

if __name__ == "__main__":
    main(check, CASES)
