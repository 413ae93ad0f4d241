"""Software of another maker, in another language, knows the .proto file and docs/PROTOCOL.md alone
(peer.py): it files a report, reads totals and coverage, and is told the truth about repeating."""

import contextlib
import io

from harness import Node, Tree
from peer import Keys, Peer, Refused, filing, number_of, pb
from scene import ROOT, exact, expect, expect_in, history, plant, play, settle, total

DISTRICT, COMMUNE = 631, 23860
PERIOD = "2024-S1"
PAGE_ENDPOINT = "tcp://10.64.0.1:7464"


class Integrator:
    """A reporter of one commune, connected to its district's node. `codes` are the catalogue's."""

    def __init__(self, tree: Tree) -> None:
        self.province = plant(tree)
        self.district: Node = tree.add("duc-co", DISTRICT, self.province)
        self.keys = Keys.generate()
        self.district.tonghop("enrol", str(COMMUNE), self.keys.public, "--role", "reporter", "--name",
                              "software of the commune")
        self.peer = Peer(self.district.endpoint, self.district.public_key, self.keys)
        self.numbers: dict[str, int] = {}
        self.key = pb.Key()

    def report(self, visits: int, **header) -> bytes:
        cells = {self.numbers["reception.visits"]: visits, self.numbers["household.total"]: 950}
        return filing(self.key, cells, author="Nguyễn Thị Hoa", note="Số liệu đã kiểm tra", **header)


def hello_is_welcomed(it: Integrator) -> None:
    """A hello is answered by a welcome: whom we talk to, and as what"""
    welcome = it.peer.hello()
    expect("welcome", (welcome.protocol, welcome.unit, welcome.role, welcome.catalogue),
           (1, DISTRICT, pb.ROLE_REPORTER, 1))
    expect("a window to send in", welcome.window > 0, True)


def catalogue_names_the_numbers(it: Integrator) -> None:
    """The catalogue comes in chunks, has its hash, and turns codes into numbers"""
    catalogue = it.peer.catalogue()
    it.numbers = {indicator.code: indicator.number for indicator in catalogue.indicators}
    form = next(form.number for form in catalogue.forms if form.code == "chung")
    unit = next(unit.id for unit in catalogue.units if unit.code == str(COMMUNE))
    it.key = pb.Key(kind=1, year=2024, label=1, unit=unit, form=form)


def report_is_acknowledged(it: Integrator) -> None:
    """A report is answered by a receipt: on disk, under revision 1, accepted"""
    receipt = it.peer.file(it.report(17))
    expect("receipt", (receipt.key, receipt.revision, receipt.states, receipt.repeated_content),
           (it.key, 1, 1, False))


def repeated_report_changes_nothing(it: Integrator) -> None:
    """The same report again, whatever the author, is the receipt of revision 1 again"""
    receipt = it.peer.file(it.report(17, reason="sent twice"))
    expect("receipt", (receipt.revision, receipt.repeated_content), (1, True))


def correction_names_its_base(it: Integrator) -> None:
    """A correction based on the current revision replaces it; one based on another is refused"""
    receipt = it.peer.file(it.report(18, based_on=1, reason="one more found"))
    expect("receipt", (receipt.revision, receipt.repeated_content), (2, False))
    try:
        it.peer.file(it.report(19, based_on=1))
        refusal = None
    except Refused as refused:
        refusal = refused.refusal
    expect("refusal", refusal and (refusal.code, refusal.current_revision), ("stale", 2))


def errors_name_the_cell(it: Integrator) -> None:
    """A report that breaks a rule of the catalogue is refused with the cell and the remedy"""
    province_only = it.numbers["dialogue.province"]
    try:
        it.peer.file(filing(it.key, {it.numbers["reception.visits"]: 18, province_only: 1},
                            author="Hoa", based_on=2))
        refusal = None
    except Refused as refused:
        refusal = refused.refusal
    expect("refusal", refusal and refusal.code, "invalid")
    expect("cells", province_only in [problem.indicator for problem in refusal.problems], True)


def many_requests_under_way(it: Integrator) -> None:
    """Requests may be sent without waiting; every answer names its request"""
    years = [pb.Key(kind=1, year=year, label=3, unit=it.key.unit, form=it.key.form)
             for year in range(1990, 2020)]
    visits = it.numbers["reception.visits"]
    receipts = it.peer.file_all([filing(key, {visits: key.year}, author="Hoa") for key in years])
    expect("keys in the order of the requests", [receipt.key for receipt in receipts], years)
    expect("revisions", {receipt.revision for receipt in receipts}, {1})


def totals_are_read(it: Integrator) -> None:
    """Totals of the own unit are read, with what they are made of; what was not filed is no zero"""
    asked = ["reception.visits", "household.total", "petition.received"]
    totals = it.peer.ask(totals_query=pb.TotalsQuery(period=PERIOD, indicators=asked))
    expect("indicators", [indicator.code for indicator in totals.indicators], asked)
    row = totals.units[0]
    expect("unit", (row.unit.id, row.unit.name_vi), (COMMUNE, "Xã Ia Dơk"))
    expect("values", [number_of(value) for value in row.values], [18, 950, None])
    expect("qualifier", row.values[0].qualifier, pb.QUALIFIER_EXACT)
    expect("reports", [value.unit_count for value in row.values], [1, 1, 0])


def coverage_is_read(it: Integrator) -> None:
    """Coverage says that the report is there, and when it was first filed"""
    coverage = it.peer.ask(coverage_query=pb.CoverageQuery(period=PERIOD))
    expect("counts", (coverage.due_count, coverage.filed_count, coverage.accepted_count), (1, 1, 1))
    line = coverage.lines[0]
    expect("line", (line.unit.id, line.form, line.state, line.revision, line.timeliness),
           (COMMUNE, "chung", pb.COVERAGE_STATE_ACCEPTED, 2, pb.TIMELINESS_LATE))


def history_gives_the_bytes_back(it: Integrator) -> None:
    """History tells that the report is safe, and gives back the very bytes that were filed"""
    settle(it.district)
    shown = it.peer.ask(history_query=pb.HistoryQuery(period=PERIOD, with_content=True)).entries
    expect("revisions", [(entry.revision, entry.counts, entry.is_safe) for entry in shown],
           [(2, True, True), (1, False, False)])
    expect("bytes", shown[0].filing, it.report(18, based_on=1, reason="one more found"))
    expect("recorded by", shown[0].recorded_by, f"key:{it.keys.public} software of the commune")


def example_of_the_page_works(it: Integrator) -> None:
    """The example in docs/PROTOCOL.md runs as it stands there, with an address and keys of ours"""
    keys = Keys.generate()
    it.district.tonghop("enrol", "23857", keys.public, "--role", "reporter")
    page = (ROOT / "docs/PROTOCOL.md").read_text(encoding="utf-8")
    example = page.partition("```python\n")[2].partition("```")[0]
    expect("its address", example.count(PAGE_ENDPOINT), 1)
    printed = io.StringIO()
    names = {"server": it.district.public_key, "public": keys.public, "secret": keys.secret}
    with contextlib.redirect_stdout(printed):
        exec(example.replace(PAGE_ENDPOINT, it.district.endpoint), names)
    names["socket"].close(linger=0)
    expect("it prints", printed.getvalue(), "receipt 1\n")


def others_see_it_too(it: Integrator) -> None:
    """What the foreign client filed is in the province's total, and in history with its author"""
    settle(it.district, it.province)
    expect("province", total(it.province, PERIOD, "reception.visits"), exact(18, 1))
    newest = history(it.province, COMMUNE, PERIOD)[0]
    expect("who and why", (newest["author"], newest["reason"]),
           ("Nguyễn Thị Hoa", "one more found"))
    expect_in("recorded by", newest["recorded_by"], it.keys.public)


STEPS = (hello_is_welcomed, catalogue_names_the_numbers, report_is_acknowledged,
         repeated_report_changes_nothing, correction_names_its_base, errors_name_the_cell,
         many_requests_under_way, totals_are_read, coverage_is_read, history_gives_the_bytes_back,
         others_see_it_too, example_of_the_page_works)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Integrator(grown))
