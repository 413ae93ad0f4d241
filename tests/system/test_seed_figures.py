"""Every figure that the movement published comes out of a tree of units as it was printed: by value,
with its qualifier, and as a phrase.

Three trees of real daemons are filled with the reports of seed_figures/ (README.md there says what is
known in them and what is invented), at the lowest sensible units. What has to come out stands in data
files: expected.csv has one row for each published figure. Before any daemon runs, an independent
computation shows that the reports are right; afterwards spoilt expectations show that the comparison
can fail."""

import json
import re
import sys
import unicodedata
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, Optional

from harness import Failure, Node, Tree
from scene import expect, rows, settle, start_as_it_is, submit, verify

sys.path.insert(0, str(Path(__file__).resolve().parent / "seed_figures"))
import fold  # noqa: E402
import make  # noqa: E402
from make import HERE, Row, TreeOf, read  # noqa: E402

Query = tuple[str, str, str]  # tree, unit, period or FIRST..LAST


class Value(NamedTuple):
    """Equal where the numbers are, however many zeros they are written with."""

    qualifier: str
    value: Optional[Fraction]
    upper: Optional[Fraction]


class Answers(NamedTuple):
    """What the daemons said."""

    values: dict[tuple[Query, str, str], Value]  # by indicator and mode
    phrases: dict[tuple[Query, str], str]  # by template


def query_of(row: Row) -> Query:
    return row["tree"], row["unit"], row["period"]


def by_query(table: list[Row]) -> Iterator[tuple[Query, list[Row]]]:
    for query, group in groupby(sorted(table, key=query_of), query_of):
        yield query, list(group)


def number(text: Optional[str]) -> Optional[Fraction]:
    return Fraction(text) if text else None


def expected_value(row: Row) -> Value:
    return Value(row["qualifier"], number(row["value"]), number(row["upper"]))


# ---- comparison ----


def folded(text: str) -> str:
    """Without the differences of spelling that do not matter."""
    text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("–", "-")
    text = re.sub(r"[^\W\d_]", lambda letter: letter[0].lower(), text, count=1)
    for spelling, usual in (("hơn", "trên"), ("tỉ", "tỷ"), ("ngàn", "nghìn")):
        text = re.sub(rf"\b{spelling}\b", usual, text)
    return re.sub(r"(?<=\d) ?%", " %", text)


def folded_source(text: str) -> str:
    """Likewise what was printed, which also has figures such as 08 and 1334; we never print those."""
    text = re.sub(r"(?<![\d.,])0+(?=\d)", "", text)
    return folded(re.sub(r"(?<![\d.,])(\d)(\d{3})(?![\d.,])", r"\1.\2", text))


def value_differences(expected: list[Row], answers: Answers) -> list[str]:
    found = []
    for row in expected:
        want = expected_value(row)
        got = answers.values.get((query_of(row), row["indicator"], row["mode"]))
        if got != want:
            found.append(f"row {row['id']}, {row['indicator']} ({row['mode']}) of {query_of(row)}\n"
                         f"  published: {want}\n  answered:  {got}")
    return found


def phrase_differences(expected: list[Row], answers: Answers,
                       fold_both: Callable[[str, str], tuple[str, str]]) -> list[str]:
    found = []
    for row in expected:
        printed = answers.phrases.get((query_of(row), row["template"]), "")
        want, got = fold_both(row["phrase"], printed)
        if got != want:
            found.append(f"row {row.get('id', '-')}, {row['template']} of {query_of(row)}\n"
                         f"  published: {row['phrase']}\n  printed:   {printed}")
    return found


def spelling_apart(published: str, printed: str) -> tuple[str, str]:
    return folded_source(published), folded(printed)


def to_the_letter(published: str, printed: str) -> tuple[str, str]:
    return published, printed


# ---- without daemons ----


def computed(table: fold.Fold, row: Row) -> Value:
    figure = table.of(row["period"], row["unit"], row["indicator"])
    if figure is not None and row["mode"] == "change":
        before = table.of(str(int(row["period"]) - 1), row["unit"], row["indicator"])
        assert before is not None and before.qualifiers == figure.qualifiers == {fold.EXACT}, row
        figure = fold.exactly(figure.low - before.low)
    if figure is None:
        return Value("", None, None)
    shown = figure.high if figure.qualifier == fold.AT_MOST else figure.low
    return Value(figure.qualifier, shown, figure.high if figure.qualifier == fold.RANGE else None)


def fold_of(tree: TreeOf, change: Callable[[str], str] = str) -> fold.Fold:
    files = [(file.kind, file.period, file.scope, change(file.text))
             for file in make.Reports(tree).files()]
    return fold.Fold(read(make.CATALOGUE / "indicators.csv"), make.units_of(tree), files)


def check_reports(tree: TreeOf, expected: list[Row]) -> None:
    table = fold_of(tree)
    for row in expected:
        if row["tree"] == tree.name:
            expect(f"the reports of row {row['id']} add up", computed(table, row), expected_value(row))
    expect(f"checks of the catalogue that fail in {tree.name}", table.failing_checks(), [])
    units = [unit for unit in make.units_of(tree) if unit["level"] == "commune"]
    print(f"ok  {tree.name}: {table.cell_count} figures of {len(table.own) + len(table.whole)} units "
          f"and periods add up, {len(units)} communes", flush=True)


def check_that_it_can_fail(expected: list[Row]) -> None:
    """A figure that was changed on its way is noticed."""
    tree = make.TREES[1]
    row = next(row for row in expected if row["indicator"] == "shed.cattle")
    spoilt = fold_of(tree, lambda text: re.sub(r"(shed\.cattle),\d", r"\1,9", text, count=1))
    if computed(spoilt, row) == expected_value(row):
        raise Failure("a changed report adds up to the same")
    spoilt = fold_of(tree, lambda text: re.sub(r"(poverty\.reduced\.dtts),\d+", r"\1,999", text,
                                               count=1))
    if not any("poverty.reduced.dtts <= poverty.reduced" in text for text in spoilt.failing_checks()):
        raise Failure("a part that exceeds its whole passes the checks")
    expect("folded", folded_source("Hơn 08 tỉ, 1334 và 0,70%, 2009"), "trên 8 tỷ, 1.334 và 0,70 %, 2.009")
    expect("what we print has no such figures", folded("08 và 1334"), "08 và 1334")


# ---- daemons ----


def build(tree: Tree, plan: TreeOf) -> list[Node]:
    """The root first, each with the catalogue in force."""
    nodes: dict[str, Node] = {}
    folder = tree.folder / "catalogue"
    folder.mkdir()
    make.write_catalogue(plan, folder)
    for node in plan.nodes:
        if node.parent:
            nodes[node.name] = tree.add(node.name, int(node.unit), nodes[node.parent])
            continue
        root = nodes[node.name] = tree.init(node.name, int(node.unit))
        start_as_it_is(root)
        root.tonghop("catalogue", "publish", str(folder))
        root.wait()
    return list(nodes.values())


def file_all(plan: TreeOf, nodes: list[Node]) -> int:
    """How many reports were taken in."""
    count = 0
    for file in make.Reports(plan).files():
        node = next(node for node in nodes if node.name == file.node)
        source = ["--source", make.SOURCE] if file.scope == "whole" else []
        result = submit(node, file.period, file.text, "--scope", file.scope, "--kind", file.kind, *source)
        for row in rows(result):
            expect(f"{file.node}, {file.period}: report of unit {row['unit']}, form {row['form']}",
                   row["result"], "accepted")
            count += 1
    settle(*reversed(nodes))
    return count


def totals(node: Node, unit: str, period: str, *arguments: str) -> list[Row]:
    first, _, last = period.partition("..")
    when = ["--from", first, "--to", last] if last else ["--period", period]
    return json.loads(node.tonghop("totals", "--unit", unit, *when, *arguments, "--format", "json").out)


def ask_values(node: Node, query: Query, group: list[Row], answers: Answers) -> None:
    with_change = any(row["mode"] == "change" for row in group)
    compare = ["--compare", "previous"] if with_change else []
    for row in totals(node, query[1], query[2], *compare):
        answers.values[query, row["indicator"], "value"] = Value(
            row["qualifier"], number(row["value"]), number(row["upper"]))
        if with_change:
            answers.values[query, row["indicator"], "change"] = Value(
                row["change_qualifier"], number(row["change"]), number(row["change_upper"]))


def ask_phrases(node: Node, query: Query, templates: list[str], answers: Answers) -> None:
    """One template a line. Those of spans name them, whatever the period of the rest."""
    _, unit, period = query
    file = node.tree.folder / "templates.txt"
    file.write_text("".join(f"{template}\n" for template in templates), encoding="utf-8")
    result = node.tonghop("phrase", str(file), "--period", period.rpartition("..")[2], "--unit", unit,
                          "--lang", "vi")
    lines = result.out.splitlines()
    expect(f"lines of the phrases of {query}", len(lines), len(templates))
    answers.phrases.update({(query, template): line for template, line in zip(templates, lines)})


def check_plan(node: Node, row: Row) -> None:
    """Done, planned, per cent done."""
    answer, = totals(node, row["unit"], row["period"], "--compare", "plan", "--indicator",
                     row["indicator"])
    expect(f"{row['indicator']} against its plan",
           [number(answer[column]) for column in ("value", "plan", "percent")],
           [number(row[column]) for column in ("done", "planned", "percent")])


def check_baselines(plan: TreeOf, root: Node) -> None:
    """What comes from another source says so."""
    for year in plan.baselines:
        counts = {row["indicator"]: (int(row["unit_count"]), int(row["baseline_count"]))
                  for row in totals(root, str(root.unit), year) if int(row["unit_count"]) > 0}
        if not counts:
            raise Failure(f"no figures of the baseline {year}")
        expect(f"reports and baselines of {year}", set(counts.values()), {(1, 1)})


def check_tree(plan: TreeOf, expected: list[Row], also: list[Row], answers: Answers) -> None:
    """Fills `answers` with those of one tree."""
    with Tree() as tree:
        nodes = build(tree, plan)
        count = file_all(plan, nodes)
        print(f"ok  {plan.name}: {len(nodes)} daemons hold {count} reports", flush=True)
        for query, group in by_query([row for row in expected if row["tree"] == plan.name]):
            ask_values(nodes[0], query, group, answers)
        for query, group in by_query([row for row in [*expected, *also] if row["tree"] == plan.name]):
            ask_phrases(nodes[0], query, [row["template"] for row in group], answers)
        for row in read(HERE / "plan.csv"):
            if row["tree"] == plan.name:
                check_plan(nodes[0], row)
        check_baselines(plan, nodes[0])
        verify(*nodes)


# ---- results ----


def check_that_differences_show(expected: list[Row], answers: Answers) -> None:
    """Each expectation that is spoilt is a difference more, in value, qualifier, bound and phrase."""
    values = len(value_differences(expected, answers))
    phrases = len(phrase_differences(expected, answers, spelling_apart))
    good = next(row for row in expected if not value_differences([row], answers)
                and not phrase_differences([row], answers, spelling_apart))
    spoilt = {"value": str(Decimal(good["value"]) + 1), "qualifier": "~", "upper": "5",
              "phrase": f"{good['phrase']} nữa"}
    for column, text in spoilt.items():
        table = [{**row, column: text} if row is good else row for row in expected]
        expect(f"differences of value when {column} is spoilt",
               len(value_differences(table, answers)), values + (column != "phrase"))
        expect(f"differences of phrases when {column} is spoilt",
               len(phrase_differences(table, answers, spelling_apart)), phrases + (column == "phrase"))


def main() -> None:
    expected, also = read(HERE / "expected.csv"), read(HERE / "also.csv")
    ids = (HERE / "ids.txt").read_text(encoding="utf-8").split()
    expect("rows of expected.csv", [row["id"] for row in expected], ids)
    for tree in make.TREES:
        check_reports(tree, expected)
    check_that_it_can_fail(expected)

    answers = Answers({}, {})
    for tree in make.TREES:
        check_tree(tree, expected, also, answers)

    values = value_differences(expected, answers)
    phrases = phrase_differences(expected, answers, spelling_apart)
    letters = phrase_differences(also, answers, to_the_letter)
    for difference in values + phrases + letters:
        print(difference, flush=True)
    print(f"{len(expected) - len(values)} of {len(ids)} figures match by value, "
          f"{len(expected) - len(phrases)} of {len(ids)} as phrases", flush=True)
    print(f"{len(also) - len(letters)} of {len(also)} further phrases are printed to the letter",
          flush=True)
    if values or phrases or letters:
        raise Failure(f"{len(values) + len(phrases) + len(letters)} differences")
    check_that_differences_show(expected, answers)


if __name__ == "__main__":
    main()
