"""One report climbs three levels: province, district and commune, each a real daemon, from nothing.

A second commune of the district has no daemon and hands in at the district's; the province files for
a district without one. Figures are small, so that every total can be checked by eye."""

from harness import Tree, eventually
from scene import (LOOKED_AT, NO_FIGURE, client, coverage, exact, expect, expect_in, history,
                   outcomes, plant, play, rows, settle, status, submit, table, total, totals,
                   unit_table, verify)

PROVINCE, DISTRICT, COMMUNE = 64, 631, 23857
NEIGHBOUR, SILENT, NIL = 23860, 23863, 23866  # other communes of the district
PLEIKU = 622  # a district without a daemon
VISITS, HOUSEHOLDS = "reception.visits", "household.total"  # a flow and a stock


class Three:
    """The nodes, from above."""

    def __init__(self, tree: Tree) -> None:
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.commune = tree.add("chu-ty", COMMUNE, self.district, listens=False)
        self.all = (self.province, self.district, self.commune)

    def settle(self) -> None:
        settle(self.commune, self.district, self.province)

    def expect_total(self, period, indicator, expected, *arguments) -> None:
        """The same at every node that serves the unit asked for."""
        self.settle()
        for node in self.all[:2]:
            expect(f"{indicator} of {period} at {node.name}",
                   total(node, period, indicator, *arguments), expected)


def catalogue_travels(three: Three) -> None:
    """The catalogue published at the root is in force at the bottom, which needed nothing but keys"""
    for node in three.all:
        expect(f"catalogue at {node.name}", status(node)["catalogue"], "1")
    listed = rows(three.commune.tonghop("catalogue", "show", "units", "--format", "csv"))
    expect("units that the commune knows", len(listed), 48)


def report_climbs(three: Three) -> None:
    """A report filed at the commune is in the totals of district and province"""
    result = submit(three.commune, "2024-S1", table({VISITS: 21, HOUSEHOLDS: 1900}),
                    "--author", "Hoa", "--wait", "safe")
    expect("what the commune was told", outcomes(result), [("23857", "1", "accepted")])
    three.expect_total("2024-S1", VISITS, exact(21, 1), "--unit", str(DISTRICT))
    for node in three.all:
        expect(f"stock at {node.name}", total(node, "2024-S1", HOUSEHOLDS), exact(1900, 1))
    expect("safe", history(three.commune, COMMUNE, "2024-S1")[0]["safe"], "yes")


def repeated_file_is_unchanged(three: Three) -> None:
    """The same file again is answered as unchanged, and makes no revision"""
    before = history(three.commune, COMMUNE, "2024-S1")
    result = submit(three.commune, "2024-S1", table({VISITS: 21, HOUSEHOLDS: 1900}))
    expect("what the commune was told", outcomes(result), [("23857", "1", "unchanged")])
    expect("history", history(three.commune, COMMUNE, "2024-S1"), before)
    three.expect_total("2024-S1", VISITS, exact(21, 1))


def correction_climbs(three: Three) -> None:
    """A correction replaces the figure at every level, and leaves the others"""
    result = three.commune.tonghop("amend", VISITS, "12", "--period", "2024-S1", "--author", "Hoa",
                                   "--reason", "two digits swapped", "--format", "csv")
    expect("what the commune was told", outcomes(result), [("23857", "2", "accepted")])
    three.expect_total("2024-S1", VISITS, exact(12, 1))
    three.expect_total("2024-S1", HOUSEHOLDS, exact(1900, 1))


def history_tells_who_and_why(three: Three) -> None:
    """History shows both revisions with author and reason; the newest counts"""
    shown = [(line["revision"], line["counts"], line["author"], line["reason"])
             for line in history(three.commune, COMMUNE, "2024-S1")]
    expect("history", shown, [("2", "yes", "Hoa", "two digits swapped"), ("1", "no", "Hoa", "")])
    above = history(three.province, COMMUNE, "2024-S1")[0]
    expect("newest at the province", (above["revision"], above["reason"], above["recorded_by"][:4]),
           ("2", "two digits swapped", "uid:"))


def dry_run_sends_nothing(three: Three) -> None:
    """A dry run shows what would change, and changes nothing"""
    result = submit(three.commune, "2024-S1", table({VISITS: 13, HOUSEHOLDS: 1900}), "--dry-run")
    expect_in("the change", result.err, f"{VISITS}: 12 → 13")
    expect("what the commune was told", outcomes(result), [("23857", "", "checked")])
    expect("revisions", len(history(three.commune, COMMUNE, "2024-S1")), 2)


def dropping_needs_a_word(three: Three) -> None:
    """A file that leaves a figure out is refused with its name, unless that is meant"""
    result = submit(three.commune, "2024-S1", table({VISITS: 12}), expect=2)
    expect_in("the refusal", result.err, HOUSEHOLDS, "--replace")
    three.expect_total("2024-S1", HOUSEHOLDS, exact(1900, 1))


def year_replaces_halves(three: Three) -> None:
    """S1 and S2 make the year, until the annual report replaces them; nothing is added to it"""
    submit(three.commune, "2024-S2", table({VISITS: 8, HOUSEHOLDS: 1910}))
    three.expect_total("2024", VISITS, exact(20, 1))
    three.expect_total("2024", HOUSEHOLDS, exact(1910, 1))
    submit(three.commune, "2024", table({VISITS: 33, HOUSEHOLDS: 1920}), *LOOKED_AT)
    three.expect_total("2024", VISITS, exact(33, 1))
    three.expect_total("2024-S1", VISITS, exact(12, 1))
    three.expect_total("2024-S2", VISITS, exact(8, 1))


def order_does_not_matter(three: Three) -> None:
    """A year that comes before its halves gives the same figures as one that comes after them"""
    neighbour = client(three.district.tree, "ia-dok", NEIGHBOUR, three.district)
    unit = ("--unit", str(NEIGHBOUR))
    submit(neighbour, "2024", table({VISITS: 50}))
    three.expect_total("2024-S2", VISITS, NO_FIGURE, *unit)
    submit(neighbour, "2024-S1", table({VISITS: 20}))
    three.expect_total("2024-S2", VISITS, exact(30, 1), *unit)  # implied: year minus S1
    result = submit(neighbour, "2024-S2", table({VISITS: 29}), *LOOKED_AT)
    expect_in("a year that is not its halves is said", result.err, VISITS)
    three.expect_total("2024-S2", VISITS, exact(29, 1), *unit)
    three.expect_total("2024", VISITS, exact(50, 1), *unit)
    three.expect_total("2024", VISITS, exact(83, 2))


def many_units_in_one_file(three: Three) -> None:
    """A whole report of a district without a daemon stands for everything beneath it"""
    result = submit(three.province, "2024", unit_table({PLEIKU: {VISITS: 100}, 623: {VISITS: 10}}),
                    "--scope", "whole")
    expect("one line for each report", outcomes(result),
           [("622", "1", "accepted"), ("623", "1", "accepted")])
    expect("province", total(three.province, "2024", VISITS), exact(193, 4))
    by_unit = rows(three.province.tonghop("totals", "--period", "2024", "--indicator", VISITS,
                                          "--by", "unit", "--format", "csv"))
    shown = {row["unit"]: row["value"] for row in by_unit if row["value"]}
    expect("by unit", shown, {"64": "193", "622": "100", "623": "10", "631": "83"})


def nil_report_is_a_report(three: Three) -> None:
    """A nil report meets the duty, and adds nothing to any figure"""
    nil = client(three.district.tree, "ia-din", NIL, three.district)
    result = nil.tonghop("submit", "--nil", "chung", "--period", "2024")
    expect_in("filed", result.err, "first filing, 0 figures")
    expect("nothing is the same as before", "the same" in result.err, False)
    three.expect_total("2024", VISITS, exact(193 - 110, 2), "--unit", str(DISTRICT))
    expect("state", coverage(three.province, "2024")[str(NIL)], "accepted")


def coverage_names_the_missing(three: Three) -> None:
    """Coverage names every unit that has not filed, and no other"""
    three.settle()
    missing = coverage(three.province, "2024", "--missing", "--unit", str(DISTRICT))
    filed = {str(unit) for unit in (COMMUNE, NEIGHBOUR, NIL)}
    everyone = {"631", "23857", "23860", "23863", "23866", "23869", "23872", "23875", "23878",
                "23881", "23884"}
    expect("missing", set(missing), everyone - filed)
    expect("their state", set(missing.values()), {"missing"})
    states = coverage(three.province, "2024")
    expect("some states", [states[code] for code in ("622", "624", "23857")],
           ["accepted", "missing", "accepted"])


def explain_goes_down_to_the_report(three: Three) -> None:
    """A total of the province is taken apart down to a report of the commune, with its author"""
    lines = rows(three.province.tonghop("explain", VISITS, "--period", "2024", "--format", "csv"))
    reports = {line["unit"]: line for line in lines if line["type"] == "report"}
    expect("values of the reports", {unit: line["value"] for unit, line in reports.items()},
           {"23857": "33", "23860": "50", "622": "100", "623": "10"})
    expect("scope", reports["622"]["scope"], "whole")
    expect("missing are named", str(SILENT) in {line["unit"] for line in lines
                                                if line["type"] == "missing"}, True)
    half = rows(three.province.tonghop("explain", VISITS, "--period", "2024-S1", "--unit",
                                       str(COMMUNE), "--format", "csv"))
    expect("the corrected report", [(line["value"], line["revision"], line["author"], line["reason"])
                                    for line in half if line["type"] == "report"],
           [("12", "2", "Hoa", "two digits swapped")])


def withdrawal_takes_figures_back(three: Three) -> None:
    """A withdrawn report is in no total any more; its unit owes one again; history keeps it"""
    three.district.tonghop("submit", "--withdraw", "chung", "--period", "2024", "--unit",
                           str(NEIGHBOUR), "--reason", "wrong year")
    three.expect_total("2024", VISITS, exact(49, 1), "--unit", str(NEIGHBOUR))  # its halves again
    for period in ("2024-S1", "2024-S2"):
        three.district.tonghop("submit", "--withdraw", "chung", "--period", period, "--unit",
                               str(NEIGHBOUR))
    three.expect_total("2024", VISITS, NO_FIGURE, "--unit", str(NEIGHBOUR))
    three.expect_total("2024", VISITS, exact(33, 1), "--unit", str(DISTRICT))
    expect("state", coverage(three.province, "2024")[str(NEIGHBOUR)], "missing")
    shown = [(line["revision"], line["withdrawn"], line["reason"])
             for line in history(three.district, NEIGHBOUR, "2024")]
    expect("history", shown, [("2", "yes", "wrong year"), ("1", "no", "")])


def offline_district_catches_up(three: Three) -> None:
    """A commune files while its district is stopped; the province has it when the district is back"""
    three.district.stop()
    submit(three.commune, "2025-S1", table({VISITS: 5}))
    three.commune.tonghop("amend", VISITS, "6", "--period", "2025-S1", "--reason", "one more")
    eventually(lambda: status(three.commune)["linked"] == "no", "the commune sees that it is alone")
    result = three.commune.tonghop("status", expect=1)
    expect_in("what the commune says", result.out + result.err, "no link", three.district.endpoint)
    waiting = status(three.commune)
    expect("what waits: one report, one statement", waiting["outbox"], "2")
    expect("the commune has it", total(three.commune, "2025-S1", VISITS), exact(6, 1))
    expect("the province not yet", total(three.province, "2025-S1", VISITS), NO_FIGURE)
    three.district.start(is_awaited=False)
    three.expect_total("2025-S1", VISITS, exact(6, 1))
    expect("revision above", history(three.province, COMMUNE, "2025-S1")[0]["revision"], "2")


def everything_survives_a_restart(three: Three) -> None:
    """After all daemons were stopped and started, the same totals; every node verifies"""
    before = [totals(node, "2024") for node in three.all]
    for node in reversed(three.all):
        node.stop()
    for node in three.all:
        node.start()
    three.settle()
    expect("totals", [totals(node, "2024") for node in three.all], before)
    verify(*three.all)


STEPS = (catalogue_travels, report_climbs, repeated_file_is_unchanged, correction_climbs,
         history_tells_who_and_why, dry_run_sends_nothing, dropping_needs_a_word,
         year_replaces_halves, order_does_not_matter, many_units_in_one_file, nil_report_is_a_report,
         coverage_names_the_missing, explain_goes_down_to_the_report,
         withdrawal_takes_figures_back, offline_district_catches_up, everything_survives_a_restart)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Three(grown))
