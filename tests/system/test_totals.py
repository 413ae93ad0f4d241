"""Totals by every option of the command, out of a real daemon; and what makes no sense is refused
before anything is asked, or by the node, with what to write instead.

Figures are made up, and small enough to be added in the head."""

from harness import Node, Tree
from scene import expect, expect_in, plant, play, rows, sentences, submit, unit_table

PROVINCE, DISTRICT = 64, 631
TOWNSHIP, COMMUNE, SECOND = 23857, 23860, 23863
VISITS, POOR = "reception.visits", "poverty.poor"
YEARS = {
    "2022": {TOWNSHIP: {VISITS: 10, POOR: 5}, COMMUNE: {VISITS: 20}},
    "2023": {TOWNSHIP: {VISITS: 11}},
    "2024": {TOWNSHIP: {VISITS: 13}, COMMUNE: {VISITS: 40}, SECOND: {VISITS: 40}},
}
PLAN = {TOWNSHIP: {VISITS: 26}}


def fill(root: Node) -> None:
    """Reports of three years and a plan are filed"""
    for year, reports in YEARS.items():
        submit(root, year, unit_table(reports))
    submit(root, "2024", unit_table(PLAN), "--kind", "plan")


def values(root: Node, *arguments: str) -> list[tuple[str, str]]:
    """(unit, or type where there is no unit, and value), in the order of the rows."""
    result = root.tonghop("totals", "--format", "csv", *arguments)
    by = "type" if "type" in arguments else "unit"
    return [(row[by], row["value"]) for row in rows(result)]


def spans(root: Node) -> None:
    """A span adds flows up, takes the last stock there is, and names what is missing"""
    expect("flow", values(root, "--from", "2022", "--to", "2024", "--indicator", VISITS), [("64", "134")])
    expect("the other way to say it",
           values(root, "--from", "2022", "--period", "2024", "--indicator", VISITS), [("64", "134")])
    result = root.tonghop("totals", "--from", "2021", "--to", "2024", "--format", "csv", "--indicator",
                          VISITS, "--indicator", POOR, "--unit", str(TOWNSHIP))
    flow, stock = rows(result)
    expect("years without a flow", flow["missing_years"], "2021")
    expect("year of a stock", (stock["value"], stock["as_of"]), ("5", "2022"))
    text = root.tonghop("--lang", "vi", "totals", "--from", "2021", "--to", "2024", "--indicator", POOR,
                        "--unit", str(COMMUNE)).out
    expect_in("heading", text, "2021–2024")


def cuts(root: Node) -> None:
    """By unit, level and type; the greatest and the least"""
    ask = ("--period", "2024", "--indicator", VISITS)
    expect("by unit of a district", values(root, *ask, "--unit", str(DISTRICT), "--by", "unit")[:3],
           [("631", "93"), ("23857", "13"), ("23860", "40")])
    expect("by level", dict(values(root, *ask, "--by", "district"))["631"], "93")
    types = dict(values(root, *ask, "--by", "type")[1:])
    expect("by type", (types["xa"], types["thi_tran"]), ("80", "13"))
    expect("the greatest", values(root, *ask, "--by", "commune", "--top", "1"),
           [("64", "93"), ("23860", "40")])
    expect("the least", values(root, *ask, "--by", "commune", "--bottom=1"),
           [("64", "93"), ("23857", "13")])
    result = root.tonghop("--lang", "en", "totals", *ask, "--by", "commune", "--top", "1")
    expect_in("units without it", result.err, "units without the figure are not ranked: ")
    for by in ("unit", "province"):
        result = root.tonghop("--lang", "en", "totals", *ask, "--unit", str(COMMUNE), "--by", by)
        expect_in("nothing beneath", result.err, f"--by {by}: there is no such unit beneath ")
    codes = {row["indicator"] for row in rows(
        root.tonghop("totals", "--period", "2024", "--section", "mo_hinh", "--format", "csv"))}
    expect("section", ("model.registered" in codes, VISITS in codes), (True, False))
    nothing = root.tonghop("--lang", "en", "totals", "--period", "2024", "--section", "mo_hinh", "--body",
                           "mttq", "--format", "csv", expect=2)
    expect_in("both", nothing.err, "no indicator is both in section 'mo_hinh' and reported by 'mttq'")
    expect("and nothing is printed", nothing.out, "")


def comparisons(root: Node) -> None:
    """The year before and the plan stand beside, and what is not alike is told"""
    row = rows(root.tonghop("totals", "--period", "2024", "--indicator", VISITS, "--compare",
                            "previous,plan", "--format", "csv"))[0]
    expect("change", (row["previous"], row["change"], row["previous_unequal"]), ("11", "82", "units"))
    expect("plan", (row["plan"], row["percent"]), ("26", "357.69"))
    row = rows(root.tonghop("totals", "--from", "2023", "--to", "2024", "--indicator", VISITS,
                            "--compare", "previous", "--format", "csv"))[0]
    expect("span before", (row["previous_period"], row["previous"]), ("2021..2022", "30"))
    text = root.tonghop("--lang", "vi", "totals", "--period", "2024", "--indicator", VISITS, "--compare",
                        "previous,plan").out
    expect_in("in words", text, "không cùng điều kiện với kỳ trước: đơn vị báo cáo khác nhau")
    expect_in("the plan of one of many", text, "không cùng điều kiện với kế hoạch: đơn vị báo cáo khác nhau")
    submit(root, "2024", unit_table({PROVINCE: {VISITS: 100}}), "--kind", "plan", "--scope", "whole")
    text = root.tonghop("--lang", "vi", "totals", "--period", "2024", "--indicator", VISITS, "--compare", "plan").out
    expect("one plan for everybody", "không cùng điều kiện với kế hoạch" in text, False)


# Arguments that the command refuses by itself, and what it says.
USAGE = [
    ([], "--period"),
    (["--from", "2022"], "--to"),
    (["--to", "2024"], "--from"),
    (["--from", "2022", "--to", "2024", "--period", "2024"], "--period"),
    (["--period", "2024", "--to", "2024"], "--period"),
    (["--period", "2024-S3"], "--period"),
    (["--from", "2022", "--to", "x"], "--to"),
    (["--period", "2024", "--compare", "last"], "previous,plan"),
    (["--period", "2024", "--compare", ""], "previous,plan"),
    (["--period", "2024", "--compare", "plan,plan"], "previous,plan"),
    (["--period", "2024", "--compare", "plan", "--kind", "plan"], "--kind plan"),
    (["--period", "2024", "--by", "unit", "--by", "type"], "--by"),
    (["--period", "2024", "--period=2023"], "--period"),
    (["--period", "2024", "--indicator", VISITS, "--indicator", VISITS], VISITS),
    (["--period", "2024", "--compare", "previous,"], "previous,plan"),
    (["--period", "2024", "--compare", ",plan"], "previous,plan"),
    (["--period", "2024", "--compare", "previous plan"], "previous,plan"),
    (["--period", "2024", "--top", "0"], "--top"),
    (["--period", "2024", "--top", "-1"], "--top"),
    (["--period", "2024", "--bottom", "1.5"], "--bottom"),
    (["--period", "2024", "--bottom", "x"], "--bottom"),
    (["--period", "2024", "--top", "4294967296"], "--top"),
    (["--period", "2024", "--kind", "dream"], "--kind"),
    (["--period", "2024", "--indicator"], "--indicator"),
    (["--period", "2024", "--by"], "--by"),
    (["--period", "2024", "--body"], "--body"),
    (["--period", "2024", "extra"], "extra"),
    (["--period", "2024", "--bye", "unit"], "--bye"),
]

# Arguments that the node refuses.
REFUSED = [
    (["--from", "2024", "--to", "2022"], "2024"),
    (["--from", "2000", "--to", "2024"], "2000"),
    (["--from", "2023-S1", "--to", "2024"], "2023-S1"),
    (["--from", "2023", "--to", "2024-S1"], "2024-S1"),
    (["--period", "2024", "--by", "ward"], "ward"),
    (["--period", "2024", "--section", "x"], "x"),
    (["--period", "2024", "--body", "x"], "x"),
    (["--period", "2024", "--top", "1"], ""),
    (["--period", "2024", "--top", "1", "--by", "type", "--indicator", VISITS], ""),
    (["--period", "2024", "--indicator", "reception.visit"], "reception.visit"),
]


def mistakes(root: Node) -> None:
    """What makes no sense is refused, in both languages"""
    for language in ("vi", "en"):
        for arguments, word in USAGE:
            result = root.tonghop("--lang", language, "totals", *arguments, expect=2)
            expect_in(f"{language}: totals {arguments}", result.err, word)
            expect(f"{language}: totals {arguments} prints", result.out, "")
        for arguments, word in REFUSED:
            result = root.tonghop("--lang", language, "totals", *arguments, expect=2)
            expect_in(f"{language}: totals {arguments}", result.err, word)
            expect(f"{language}: totals {arguments}: only what the node says", sentences(result.err), 1)
            expect(f"{language}: totals {arguments} prints", result.out, "")


if __name__ == "__main__":
    with Tree() as tree:
        play([fill, spans, cuts, comparisons, mistakes], plant(tree))
