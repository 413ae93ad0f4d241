"""What a node could not process waits for a person, who sees it, clears it, and then all is well."""

import json
from typing import Optional

from harness import Tree
from peer import Keys, Peer, Refused, filing, pb
from scene import client, expect, expect_in, plant, play, start_as_it_is, status, total

PROVINCE, DISTRICT, OTHER = 64, 631, 632
INDICATOR = "reception.visits"  # 14, of the forged reports


class Office:
    """A province, and a node of a district that speaks for another one."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.keys = Keys.generate()
        self.province.tonghop("enrol", str(DISTRICT), self.keys.public, "--role", "node")

    def send(self, unit: int, visits: int, received_us: int = 1,
             accepted_visits: Optional[int] = None) -> None:
        """Sends an accepted report as revision 1, or, above another one, a revision 2 that waits;
        by a connection of its own."""
        key = pb.Key(kind=1, year=2024, label=1, unit=unit, form=1)
        common = {"home": unit, "received_us": received_us, "recorded_by": "uid:0"}
        revision = pb.Revision(filing=filing(key, {14: visits}, author="Hoa"), revision=1, states=1,
                               first_filed_us=1, **common)
        if accepted_visits is not None:
            revision.revision, revision.states = 2, 0
            revision.accepted.CopyFrom(pb.Accepted(
                filing=filing(key, {14: accepted_visits}, author="Hoa"), revision=1, states=1,
                **common))
        with Peer(self.province.endpoint, self.province.public_key, self.keys) as peer:
            peer.hello(unit=DISTRICT)
            peer.ask(revision=revision)

    def forge(self, visits: int) -> None:
        """Sends a report of the other district."""
        try:
            self.send(OTHER, visits)
        except Refused as refused:
            expect("refused", refused.refusal.code, "foreign")
        else:
            expect("a refusal", None, "foreign")

    def listed(self) -> list[dict]:
        return json.loads(self.province.tonghop("quarantine", "--format", "json").out)


def nothing_is_there_at_first(office: Office) -> None:
    """An empty quarantine is no error"""
    result = office.province.tonghop("quarantine")
    expect_in("said so", result.err, "nothing is in quarantine")
    expect("as data", office.listed(), [])
    result = office.province.tonghop("quarantine", "--clear", "1", expect=1)
    expect_in("what is not there", result.err, "not-found", "tonghop quarantine")


def what_was_forged_is_listed(office: Office) -> None:
    """Status names the command, and the command says whose it is and why it was not taken"""
    office.forge(1)
    office.forge(2)
    result = office.province.tonghop("status", expect=1)
    expect_in("status", result.err, "2 in quarantine", "tonghop quarantine --clear")
    first, second = office.listed()
    expect("numbers", (first["number"], second["number"]), ("1", "2"))
    expect("the sender", first["key"], office.keys.public)
    expect_in("the reason", first["reason"], "may not speak for unit 632")
    expect("a size", int(first["size"]) > 0, True)
    expect("not acknowledged to anybody", first["kept"], "no")
    lines = office.province.tonghop("quarantine", "--format", "csv").out.splitlines()
    expect("csv", (lines[0], len(lines)), ("number,received,key,size,kept,reason", 3))
    result = office.province.tonghop("quarantine", "--lang", "vi")
    expect_in("for people", result.out, "Lý do", "Được giữ", office.keys.public)


def its_figures_can_be_filed(office: Office) -> None:
    """One that is a report is shown with its figures, which are filed again if need be"""
    result = office.province.tonghop("quarantine", "--show", "2")
    expect_in("for people", result.out, "may not speak for unit 632", f"(id:{OTHER})", "2024-S1",
              "Hoa", INDICATOR)
    expect_in("how", result.err, f"tonghop submit FILE --unit id:{OTHER} --period 2024-S1")
    result = office.province.tonghop("quarantine", "--show", "2", "--lang", "vi")
    expect_in("in Vietnamese", result.out, "Người lập", "Bị cách ly vì")
    text = office.province.tonghop("quarantine", "--show", "2", "--format", "csv").out
    expect("a file", text.splitlines(),
           ["indicator,value,qualifier,upper,note", f"{INDICATOR},2,=,,"])
    office.province.tonghop("submit", "-", "--unit", f"id:{OTHER}", "--period", "2024-S1",
                            "--dry-run", stdin=text)
    result = office.province.tonghop("quarantine", "--show", "3", expect=1)
    expect_in("what is not there", result.err, "not-found", "tonghop quarantine")
    for arguments in (["--show"], ["--show", "0"], ["--show", "x"], ["--show", "1", "--clear"],
                      ["--show", "1", "2"]):
        office.province.tonghop("quarantine", *arguments, expect=2)


def it_is_cleared(office: Office) -> None:
    """One by one or all at once, and the node is well again"""
    result = office.province.tonghop("quarantine", "--clear", "1")
    expect_in("one", result.err, "deleted message 1")
    expect("the other stays", [row["number"] for row in office.listed()], ["2"])
    for arguments in (["1"], ["--clear", "x"], ["--clear", "0"], ["--clear", "1", "2"]):
        office.province.tonghop("quarantine", *arguments, expect=2)
    expect("still there", status(office.province)["quarantine"], "1")
    result = office.province.tonghop("quarantine", "--clear")
    expect_in("all", result.err, "1 message and 0 alarms are cleared")
    expect("all", office.listed(), [])
    office.province.tonghop("status")


def only_who_administers_may(office: Office) -> None:
    """A reader may not see it, an administrator from elsewhere may clear it"""
    office.forge(3)
    reader = client(office.tree, "xem", DISTRICT, office.province, role="reader")
    result = reader.tonghop("quarantine", expect=1)
    expect_in("a reader", result.err, "forbidden")
    admin = client(office.tree, "quan-tri", PROVINCE, office.province, role="admin")
    expect_in("an administrator", admin.tonghop("quarantine").out, "may not speak")
    admin.tonghop("quarantine", "--clear")
    expect("cleared", office.listed(), [])


def what_gave_way_is_kept(office: Office) -> None:
    """An accepted filing that gives way to another one under its number stays until it is cleared
    by its own"""
    office.send(DISTRICT, 4)
    office.send(DISTRICT, 6, received_us=2, accepted_visits=5)
    result = office.province.tonghop("status", expect=1)
    expect_in("status", result.err, "1 in quarantine")
    kept, = office.listed()
    expect("kept", kept["kept"], "yes")
    expect_in("why", kept["reason"], "numbered revision 1")
    number = kept["number"]
    text = office.province.tonghop("quarantine", "--show", number, "--format", "csv").out
    expect("the earlier one", text.splitlines()[1], f"{INDICATOR},4,=,,")
    expect("what counts", total(office.province, "2024-S1", INDICATOR).value, "5")
    office.forge(6)
    office.province.tonghop("quarantine", "--clear")
    expect("it stays", [row["number"] for row in office.listed()], [number])
    office.province.stop()
    start_as_it_is(office.province)
    expect("after a restart, too", [row["number"] for row in office.listed()], [number])
    office.province.tonghop("quarantine", "--clear", number)
    expect("it is gone", office.listed(), [])
    office.province.tonghop("status")


STEPS = (nothing_is_there_at_first, what_was_forged_is_listed, its_figures_can_be_filed,
         it_is_cleared, only_who_administers_may, what_gave_way_is_kept)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
