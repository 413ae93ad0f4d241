"""The second sample, which was written from docs/CATALOGUE.md alone, does what its README.md says: a
catalogue for another programme in fewer than 60 lines of CSV, without a warning, and every figure and
phrase that is expected of its reports.

What is filed, and what has to come out, stands in the sample's data files; afterwards spoilt
expectations show that the comparison can fail."""

import csv
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, Optional

from harness import Failure, Node, Tree
from scene import ROOT, coverage, expect, expect_in, plant, play, rows, settle, verify

SAMPLE = ROOT / "deploy/sample/nuoc-sach"
LINE_LIMIT = 60  # of all tables of the catalogue together, headers included
PROVINCE, EAST = 1, 11

Row = dict[str, str]


class Value(NamedTuple):
    """Equal where the numbers are, however many zeros they are written with."""

    qualifier: str
    value: Optional[Decimal]
    upper: Optional[Decimal]


NOTHING = Value("", None, None)  # also what is not shown, as it is not valid in the period


def value_of(row: Row) -> Value:
    value, upper = (Decimal(row[column]) if row[column] else None for column in ("value", "upper"))
    return Value(row["qualifier"], value, upper)


def read(name: str) -> list[Row]:
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    if not found:
        raise Failure(f"{name} is empty")
    return found


class Office:
    """The daemons of the province and of one district; the other units hand in at theirs."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree, "tinh", PROVINCE, SAMPLE / "catalogue")
        self.east = tree.add("huyen-dong", EAST, self.province)
        self.nodes = {node.name: node for node in (self.province, self.east)}


# ---- the catalogue ----


def the_catalogue_is_short(office: Office) -> None:
    """The catalogue's tables have fewer than 60 lines together; the country's holidays are not counted"""
    files = sorted((SAMPLE / "catalogue").glob("*.csv"))
    expect("tables", [file.name for file in files], 
           ["exceptions.csv", "forms.csv", "holidays.csv", "indicators.csv", "units.csv"])
    count = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files
                if file.name != "holidays.csv")
    if count >= LINE_LIMIT:
        raise Failure(f"the tables have {count} lines, {LINE_LIMIT} and more")


def the_catalogue_is_in_order(office: Office) -> None:
    """`catalogue check` finds nothing, in either language, but that a year to come has no holidays yet"""
    units, indicators, forms = (len(read(f"catalogue/{name}.csv"))
                                for name in ("units", "indicators", "forms"))
    for language, text in (
            ("en", f"catalogue 1 is in order: {units} units, {indicators} indicators, {forms} forms"),
            ("vi", "danh mục 1")):
        result = office.tree.tonghop("--lang", language, "catalogue", "check",
                                     str(SAMPLE / "catalogue"))
        lines = [line for line in (result.out + result.err).splitlines()
                 if "no public holiday" not in line and "chưa có ngày nghỉ lễ" not in line]
        expect(f"lines that check prints\n{result.out}{result.err}", len(lines), 1)
        expect_in("what check says", lines[0], text)


# ---- reports ----


def arguments_of(row: Row) -> list[str]:
    arguments = ["--period", row["period"], "--kind", row["kind"], "--scope", row["scope"],
                 "--format", "csv"]
    for option, column in (("--unit", "unit"), ("--source", "source"),
                           ("--accept-warnings", "accept")):
        if row[column]:
            arguments += [option, row[column]]
    return arguments


def every_file_is_filed_once(office: Office) -> None:
    """Every file of reports/ is filed and accepted"""
    filings = read("filings.csv")
    expect("files", sorted(row["file"] for row in filings),
           sorted(str(path.relative_to(SAMPLE / "reports"))
                  for path in (SAMPLE / "reports").rglob("*.csv")))
    for row in filings:
        node = office.nodes[row["node"]]
        file = str(SAMPLE / "reports" / row["file"])
        if row["accept"]:  # without it, the report is not taken in
            result = node.tonghop("submit", file, *arguments_of({**row, "accept": ""}), expect=None)
            expect(f"{row['file']} has a warning\n{result.err}", result.status, 1)
        result = node.tonghop("submit", file, *arguments_of(row))
        states = {report["result"] for report in rows(result)}
        expect(f"results of {row['file']}", states, {"accepted"})
    settle(office.east, office.province)


def coverage_knows_who_is_missing(office: Office) -> None:
    """Who has not filed is named; a unit that ended owes nothing; a whole report covers"""
    expect("first half of 2023", coverage(office.province, "2023-S1", "--missing"),
           {"99105": "missing", "991": "missing", "992": "missing"})
    expect("2024", coverage(office.province, "2024", "--missing"), {})
    covered = {unit for unit, state in coverage(office.province, "2024").items() if state == "covered"}
    expect("covered by the whole report of the western district", covered, {"99104", "99105"})


COUNTS = ("due", "filed", "covered", "missing", "accepted", "waiting", "returned", "early", "on_time",
          "late", "untimed", "nil", "not_obliged")


def numbers_of(row: Row) -> list[int]:
    return [int(row[count]) for count in COUNTS]


def coverage_is_counted(office: Office) -> None:
    """Coverage by child adds up to its total, and is the same in a trend, by body and in states"""
    def ask(*arguments: str) -> list[Row]:
        return rows(office.province.tonghop("coverage", "--format", "csv", "--period", *arguments))

    *parts, total = ask("2023-S1", "--by", "child")
    expect("rows", [(part["row"], part["unit"]) for part in parts], [("child", "991"), ("child", "992")])
    expect("sum of the rows", [sum(column) for column in zip(*map(numbers_of, parts))], numbers_of(total))
    expect("total", [total[count] for count in ("row", "unit", "due", "filed", "missing", "late")],
           ["total", "99", "7", "4", "3", "4"])
    first, last = ask("2023-S1", "--trend", "2")
    expect("trend", [first["period"], first["filed"], last["period"]], ["2022-S1", "0", "2023-S1"])
    expect("last of the trend", numbers_of(last), numbers_of(total))
    *_, total = ask("2023-S1", "--by", "child", "--body", "htx")
    expect("due of the body", total["due"], "5")
    late = ask("2023-S1", "--state", "late")
    expect("late", {row["timeliness"] for row in late}, {"late"})
    expect("lines that are late", len(late), 4)


def who_is_not_obliged_is_named(office: Office) -> None:
    """An exception frees its unit for as long as it says, and tells why"""
    freed, = rows(office.province.tonghop("coverage", "--format", "csv", "--period", "2025-S1",
                                          "--state", "not-obliged"))
    expect("freed", [freed["unit"], freed["form"], freed["state"], freed["until"]],
           ["99105", "nuoc", "not-obliged", "2025-06-30"])
    expect_in("reason", freed["reason"], "xây lại")
    expect("2025", coverage(office.province, "2025", "--missing")["99105"], "missing")
    for arguments in (("--by", "unit"), ("--trend", "0"), ("--trend", "21"), ("--trend", "1x"),
                      ("--missing", "--state", "late"), ("--state", "Late"), ("--body", "np")):
        result = office.province.tonghop("coverage", "--period", "2024", *arguments, expect=None)
        expect(f"status of {arguments}: {result.err}", (result.status, result.out), (2, ""))


# ---- figures ----


def answered_values(node: Node, expected: list[Row]) -> dict[tuple[str, str, str], Value]:
    found = {}
    for unit, period in {(row["unit"], row["period"]) for row in expected}:
        result = node.tonghop("totals", "--unit", unit, "--period", period, "--format", "csv")
        found.update({(unit, period, row["indicator"]): value_of(row) for row in rows(result)})
    return found


def value_differences(expected: list[Row], answers: dict[tuple[str, str, str], Value]) -> list[str]:
    return [f"{key}\n  expected: {value_of(row)}\n  answered: {answers.get(key)}" for row in expected
            if answers.get(key := (row["unit"], row["period"], row["indicator"]), NOTHING)
            != value_of(row)]


def every_figure_comes_out(office: Office) -> None:
    """Every expected figure comes out, with its qualifier and upper bound"""
    expected = read("expected.csv")
    codes = {row["code"] for row in read("catalogue/indicators.csv")}
    expect("indicators that are not in the catalogue", {row["indicator"] for row in expected} - codes,
           set())
    answers = answered_values(office.province, expected)
    differences = value_differences(expected, answers)
    if differences:
        raise Failure("\n".join(differences))
    print(f"{len(expected)} of {len(expected)} figures match", flush=True)
    for column, spoilt in (("value", "7"), ("qualifier", "<="), ("upper", "7"), ("indicator", "none")):
        for row in expected[0], expected[-1]:
            expect(f"differences when a {column} is spoilt",
                   len(value_differences([{**row, column: spoilt}], answers)), 1)


def printed_phrases(office: Office, unit: str, period: str, templates: list[str]) -> list[str]:
    file: Path = office.tree.folder / "templates.txt"
    file.write_text("".join(f"{template}\n" for template in templates), encoding="utf-8")
    return office.province.tonghop("--lang", "vi", "phrase", str(file), "--unit", unit, "--period",
                                   period).out.splitlines()


def every_phrase_comes_out(office: Office) -> None:
    """Every expected phrase is printed to the letter"""
    for (unit, period), group in groupby(read("phrases.csv"), lambda row: (row["unit"], row["period"])):
        group = list(group)
        printed = printed_phrases(office, unit, period, [row["template"] for row in group])
        expect(f"phrases of {unit}, {period}", printed, [row["phrase"] for row in group])


def the_sources_are_told(office: Office) -> None:
    """The baseline says so, and what was accepted in spite of a warning keeps its note"""
    for row in read("filings.csv"):
        if row["source"]:
            answer, *_ = rows(office.province.tonghop("totals", "--unit", row["unit"], "--period",
                                                      row["period"], "--format", "csv"))
            expect("baselines", answer["baseline_count"], "1")
        if row["source"] or row["accept"]:
            cells = ["--cells"] if row["accept"] else []  # the note stands at the figure
            told = office.province.tonghop("history", row["unit"], "--period", row["period"],
                                           "--format", "csv", *cells).out
            expect_in("history", told, row["source"] or row["accept"])


def totals_are_right(office: Office) -> None:
    """Both daemons find their totals right"""
    verify(office.province, office.east)


STEPS = (the_catalogue_is_short, the_catalogue_is_in_order, every_file_is_filed_once,
         coverage_knows_who_is_missing, coverage_is_counted, who_is_not_obliged_is_named,
         every_figure_comes_out, every_phrase_comes_out,
         the_sources_are_told, totals_are_right)


def main() -> None:
    with Tree() as tree:
        play(STEPS, Office(tree))


if __name__ == "__main__":
    main()
