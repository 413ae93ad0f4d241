"""A total is told as a story: its parts, every revision of them, the years of a span, and what changed
since a moment; earlier years come from a book, and say so wherever they enter."""

from harness import Node, Tree
from scene import (client, exact, expect, expect_in, history, outcomes, plant, play, rows, settle,
                   submit, table, total)

COMMUNE, OTHER, DISTRICT = 23857, 23860, 631
VISITS = "reception.visits"
VILLAGES, COUNT = "ntm.village.registered", "ntm.village.reg_communes"
BOOK = "Niên giám thống kê 2021"


class Office:
    """A province, the node of a commune, and somebody of the district who hands in at the province."""

    def __init__(self, tree: Tree) -> None:
        self.province = plant(tree)
        self.commune = tree.add("chu-ty", COMMUNE, self.province, listens=False)
        self.district = client(tree, "to-duc-co", DISTRICT, self.province)


def explain(node: Node, *arguments: str, period: tuple[str, ...] = ("--period", "2024-S1")) -> list[dict]:
    return rows(node.tonghop("explain", VISITS, "--unit", str(DISTRICT), *period, "--format", "csv",
                             *arguments))


def corrections_are_told(office: Office) -> None:
    """What changed since a revision, and since a moment, with who and why, at home and above"""
    submit(office.commune, "2024-S1", table({VISITS: 12, "petition.received": 3}), "--author", "Hoa")
    office.commune.tonghop("amend", VISITS, "20", "--period", "2024-S1", "--reason", "gõ nhầm")
    office.commune.tonghop("amend", "petition.received", "4", "--period", "2024-S1", "--reason", "sót")
    submit(office.district, "2024-S1", table({VISITS: 5}), "--unit", str(OTHER))
    settle(office.commune)
    told = explain(office.province, "--since", f"{OTHER}/1")
    expect("nothing since the last one", [row["type"] for row in told], ["since", "total"])
    told = explain(office.province, "--since", "2024-01-01")
    expect("ends with the total", told[-1]["total"], "25")
    expect("units", sorted({row["unit"] for row in told if row["type"] == "change"}),
           sorted({str(COMMUNE), str(OTHER)}))
    own = rows(office.commune.tonghop("explain", VISITS, "--period", "2024-S1", "--format", "csv",
                                      "--since", f"{COMMUNE}/1"))
    expect("the home tells every step",
           [(row["before"], row["total"], row["change"], row["revision"], row["replaced"], row["reason"])
            for row in own if row["type"] == "change"], [("12", "20", "8", "2", "1", "gõ nhầm")])
    result = office.commune.tonghop("--lang", "vi", "explain", VISITS, "--period", "2024-S1",
                                    "--since", f"{COMMUNE}/1")
    expect_in("in words", result.out, "12 → 20", "+8", "1 → 2", "gõ nhầm")


def no_moment(office: Office) -> None:
    """What is no moment is refused with what is, in the language of the reader"""
    for since, said in (("hôm qua", "2024-12-12T08:30"), ("2024-02-30", "2024-12-12T08:30"),
                        (f"{COMMUNE}/9", "số liệu này không có bản 9 của báo cáo kỳ 2024-S1"),
                        ("99999/1", "không có đơn vị “99999”")):
        result = office.province.tonghop("--lang", "vi", "explain", VISITS, "--period", "2024-S1",
                                         "--since", since, expect=2)
        expect_in(since, result.err, said)


def changes_or_parts(office: Office) -> None:
    """What changed and what it is made of are two questions"""
    for option in ("--reports", "--revisions"):
        result = office.commune.tonghop("explain", VISITS, "--period", "2024-S1", "--since", "2024-01-01", option,
                                        expect=2)
        expect_in(option, result.err, "--since", option)


def revisions_are_listed(office: Office) -> None:
    """Every revision that is held stands beneath its report"""
    told = rows(office.commune.tonghop("explain", VISITS, "--period", "2024-S1", "--format", "csv",
                                       "--revisions"))
    expect("of the commune", [(row["type"], row["value"], row["revision"], row["counts"]) for row in told],
           [("total", "20", "", ""), ("report", "20", "3", "1"), ("revision", "20", "3", "1"), ("revision", "20", "2", "0"),
            ("revision", "12", "1", "0")])


def baselines_say_so(office: Office) -> None:
    """A whole report of an earlier year states its source, and keeps it when it is amended"""
    cells = table({VISITS: 300, "petition.received": 9})
    result = submit(office.district, "2021", cells, "--source", BOOK, expect=2)
    expect_in("an own report", result.err, "--scope whole")
    expect("said once, not of each form", result.err.count("--scope whole"), 1)
    expect_in("before the file is read", office.district.tonghop(
        "submit", "/does/not/exist.csv", "--period", "2021", "--source", BOOK, expect=2).err, "--scope whole")
    result = submit(office.district, "2021", cells, "--scope", "whole", "--source", BOOK)
    expect("filed", outcomes(result), [(str(DISTRICT), "1", "accepted")])
    result = submit(office.district, "2021", cells, "--scope", "whole", "--source", BOOK)
    expect("again", outcomes(result), [(str(DISTRICT), "1", "unchanged")])
    office.district.tonghop("amend", VISITS, "310", "--period", "2021", "--reason", "trang 15")
    held = history(office.province, DISTRICT, "2021")
    expect("history", [(row["revision"], row["source"]) for row in held], [("2", BOOK), ("1", BOOK)])
    told = explain(office.province, period=("--period", "2021"))
    expect("explained", [(row["value"], row["scope"], row["source"]) for row in told if row["type"] == "report"],
           [("310", "whole", BOOK)])
    result = office.province.tonghop("--lang", "vi", "explain", VISITS, "--period", "2021")
    expect_in("in words", result.out, f"số nền, nguồn: {BOOK}")
    expect("the total", total(office.province, "2021", VISITS), exact(310, 1))


def spans_year_by_year(office: Office) -> None:
    """A span is told year by year, the latest first, and adds up"""
    told = explain(office.province, period=("--from", "2020", "--to", "2024"))
    years = [(row["period"], row["value"]) for row in told if row["type"] == "year"]
    expect("years", years, [("2024", "25"), ("2021", "310")])
    result = office.province.tonghop("--lang", "vi", "explain", VISITS, "--from", "2020", "--to", "2024")
    expect_in("in words", result.out, "2020–2024: 335 lượt", BOOK)
    expect_in("where the reports are", result.err, "--period", "--reports")
    asked = ("explain", VISITS, "--from", "2020", "--to", "2024", "--format", "csv")
    for more, units in (((), {DISTRICT}), (("--reports",), {DISTRICT, COMMUNE, OTHER})):
        reporters = {int(row["unit"]) for row in rows(office.province.tonghop(*asked, *more))
                     if row["type"] == "report"}
        expect(f"reports {more}", reporters, units)


def counts_name_their_units(office: Office) -> None:
    """A count names each unit: counted, not counted, or undecided for want of a figure"""
    submit(office.commune, "2023", table({VILLAGES: 0}))
    submit(office.district, "2023", table({VILLAGES: 2}), "--unit", str(OTHER))
    settle(office.commune)
    asked = ("explain", COUNT, "--period", "2023", "--unit", str(DISTRICT))
    told = rows(office.province.tonghop(*asked, "--format", "csv"))
    units = {row["unit"]: row["type"] for row in told if row["type"] not in ("total", "operand")}
    expect("the total", told[0]["value"], "1")
    expect("counted", units.pop(str(OTHER)), "counted")
    expect("not counted", units.pop(str(COMMUNE)), "not-counted")
    expect("the others", set(units.values()), {"undecided"})
    result = office.province.tonghop("--lang", "vi", *asked)
    expect_in("in words", result.out, "không được tính", "chưa xác định được (thiếu số hoặc số không chính xác)")


def types_are_explained(office: Office) -> None:
    """A row of totals by type is taken apart: the reports in it add up to it"""
    asked = ("--unit", str(DISTRICT), "--period", "2024-S1", "--format", "csv")
    table_rows = rows(office.province.tonghop("totals", *asked, "--indicator", VISITS, "--by", "type"))
    by_type = {row["type"]: row["value"] for row in table_rows[1:]}
    for code, unit, value in (("thi_tran", COMMUNE, "20"), ("xa", OTHER, "5")):
        expect(f"row of {code}", by_type[code], value)
        told = explain(office.province, "--type", code)
        expect(f"total of {code}", (told[0]["type"], told[0]["value"], told[0]["by_type"]), ("total", value, code))
        expect(f"reports of {code}", [(row["unit"], row["value"]) for row in told if row["type"] == "report"],
               [(str(unit), value)])
        expect(f"only {code}", {row["type"] for row in told} - {"total", "report", "missing", "without"}, set())
    for language, says in (("vi", "không có loại đơn vị “làng”"), ("en", "no type of units 'làng'")):
        result = office.province.tonghop("--lang", language, "explain", VISITS, "--period", "2024", "--type", "làng",
                                         expect=2)
        expect_in(language, result.err, says)
    for language, says in (("vi", "không xem riêng một loại"), ("en", "not of one type")):
        result = office.province.tonghop("--lang", language, "explain", VISITS, "--period", "2024", "--type", "xa",
                                         "--since", "2024-01-01", expect=2)
        expect_in(language, result.err, says)


def spans_since_a_moment(office: Office) -> None:
    """What changed over a span of years: the reports of all its years, in order of time"""
    span = ("--from", "2020", "--to", "2024")
    told = explain(office.province, "--since", "2024-01-01", period=span)
    expect("ends with the total", [told[-1][name] for name in ("type", "total", "from", "period")],
           ["total", "335", "2020", "2024"])
    expect("nothing at first", [told[0][name] for name in ("type", "total", "from")], ["since", "", "2020"])
    steps = [row for row in told if row["type"] == "change"]
    expect("reports of", sorted({(row["period"], row["unit"]) for row in steps}),
           [("2021", str(DISTRICT)), ("2024-S1", str(COMMUNE)), ("2024-S1", str(OTHER))])
    expect("the last ones", [(row["before"], row["total"], row["change"], row["revision"]) for row in steps[-2:]],
           [("25", "325", "300", "1"), ("325", "335", "10", "2")])
    result = office.province.tonghop("--lang", "vi", "explain", VISITS, *span, "--since", steps[-2]["received"])
    expect_in("in words", result.out, "2020–2024: 335 lượt", "325 → 335", "+10", "trang 15")
    result = office.province.tonghop("explain", VISITS, *span, "--since", f"{COMMUNE}/1", expect=2)
    expect_in("of no report of the last year", result.err, "report of 2024")


def rates_name_the_year_of_their_operands(office: Office) -> None:
    """A rate takes both of its figures from the last year that has both, and says which"""
    ask = ("--unit", str(DISTRICT), "--from", "2018", "--to", "2019")
    submit(office.district, "2018", table({"household.total": 50, "poverty.poor": 5}), "--unit", str(OTHER))
    submit(office.district, "2019", table({"household.total": 60}), "--unit", str(OTHER))
    told = rows(office.province.tonghop("explain", "poverty.rate", *ask, "--format", "csv"))
    expect("rate and operands", [(row["type"], row["indicator"], row["value"], row["as_of"]) for row in told],
           [("total", "poverty.rate", "10", "2018"), ("operand", "household.total", "50", "2018"),
            ("operand", "poverty.poor", "5", "2018")])
    text = office.province.tonghop("--lang", "en", "explain", "poverty.rate", *ask).out
    expect("as of which year, each", text.count("as of 2018"), 3)
    told = rows(office.province.tonghop("explain", "household.total", *ask, "--format", "csv"))
    expect("the later one by itself", told[0]["value"], "60")


STEPS = (corrections_are_told, no_moment, changes_or_parts, revisions_are_listed, baselines_say_so, spans_year_by_year,
         counts_name_their_units, types_are_explained, spans_since_a_moment,
         rates_name_the_year_of_their_operands)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
