"""A receipt names what each level holds, and can be checked at any of them: what is held, what was
replaced, what is not there and what says anything else than the node holds are told apart; of a file
of several every one is checked."""

import json
import re

from harness import Tree
from scene import expect, expect_in, plant, play, rows, settle, submit, table

PROVINCE, DISTRICT, COMMUNE, OTHER = 64, 631, 23857, 23860
PERIOD = "2024-S1"
UNIT_LINE = f"unit: {COMMUNE} "


class Office:
    """Three levels, each with a node."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.commune = tree.add("chu-ty", COMMUNE, self.district)
        self.nodes = (self.commune, self.district, self.province)
        self.receipt = ""

    def file(self, visits: int) -> None:
        submit(self.commune, PERIOD, table({"reception.visits": visits}))
        settle(self.commune, self.district)

    def print(self, *arguments: str) -> str:
        return self.commune.tonghop("receipt", str(COMMUNE), "--period", PERIOD, *arguments, "--lang",
                                    "en").out

    def check(self, node, text: str, expect_status: int) -> str:
        return node.tonghop("receipt", "--check", "-", "--lang", "en", stdin=text,
                            expect=expect_status).out


def wrong_use(office: Office) -> None:
    """What is missing is named; what is no receipt is not checked; where nothing was filed there is none"""
    node = office.commune
    for arguments in ((), (str(COMMUNE),), ("--period", PERIOD), ("--check", "/nowhere"),
                      (str(COMMUNE), "--check", "-"), (str(COMMUNE), "--period", "spring"),
                      (str(COMMUNE), "--period", PERIOD, "--form", "no-such")):
        node.tonghop("receipt", *arguments, expect=2)
    result = node.tonghop("receipt", "--check", "-", "--lang", "en", stdin="unit: 1\nperiod: 2024\n",
                          expect=2)
    expect_in("says what is missing", result.err, "not a receipt", "'kind:'")
    whole = ("receipt: tonghop 1\nunit: 23857 Xã\nunit-id: 23857\nperiod: 2024-S1\nkind: actual\n"
             "form: chung\nrevision: 1\ncontent: 00\nreceived: 2024\n")
    for old, new, key in (("unit-id: 23857", "unit-id: x", "unit-id"), ("revision: 1", "revision: 1a", "revision"),
                          ("unit-id: 23857\n", "", "unit-id"), ("received: 2024\n", "", "received"),
                          ("content: 00\n", "unit: 1\n", "content")):
        text = (whole if old != "unit-id: 23857\n" else whole.replace("unit: 23857", "unit: x")).replace(old, new)
        result = node.tonghop("receipt", "--check", "-", "--lang", "en", stdin=text, expect=2)
        expect_in(new, result.err, "not a receipt", f"'{key}:'")
        expect_in("behind a whole one", node.tonghop("receipt", "--check", "-", "--lang", "en",
                                                     stdin=whole + text, expect=2).err, f"'{key}:'")
    node.tonghop("receipt", str(COMMUNE), "--period", PERIOD, expect=1)


def every_level_is_named(office: Office) -> None:
    """It has the content's digest, the home's time, and the time of each level that holds it"""
    office.file(12)
    office.receipt = office.print()
    expect_in("which", office.receipt, UNIT_LINE, f"unit-id: {COMMUNE}\n", f"period: {PERIOD}\n", "kind: actual\n",
              "form: chung\n", "revision: 1\n")
    expect("digest", len(re.findall(r"^content: [0-9a-f]{64}$", office.receipt, re.MULTILINE)), 1)
    held = re.findall(r"^held: (\S+), (\d+) [^(\n]*$", office.receipt, re.MULTILINE)
    expect("levels", [int(unit) for _, unit in held], [COMMUNE, DISTRICT, PROVINCE])
    times = [time for time, _ in held]
    expect("each later than the one beneath", times, sorted(times))
    expect("the home's", re.search(r"^received: (\S+)$", office.receipt, re.MULTILINE)[1], times[0])
    listed = json.loads(office.print("--format", "json"))
    expect("json", [(row["unit"], row["held_by"], row["held_by_id"], row["same"], row["withdrawn"]) for row in listed],
           [(str(COMMUNE), str(unit), str(unit), "yes", "no") for unit in (COMMUNE, DISTRICT, PROVINCE)])
    expect("of another form", office.commune.tonghop(
        "receipt", str(COMMUNE), "--period", PERIOD, "--form", "chung", "--lang", "en").out.split("held:")[0],
        office.receipt.split("held:")[0])


def checked_everywhere(office: Office) -> None:
    """The same receipt is right at each level; a changed one is not, nor one of what is not held"""
    for node in office.nodes:
        expect_in("held", office.check(node, office.receipt, 0), "held: revision 1")
        other = re.sub(r"^content: ..", "content: 00", office.receipt, flags=re.MULTILINE)
        expect_in("another content", office.check(node, other, 1), "differs: revision 1")
        later = office.receipt.replace("revision: 1", "revision: 7").replace("content: ", "content: 0")
        expect_in("not held", office.check(node, later, 1), "not held", "revision 7")
    missing = office.receipt.replace(UNIT_LINE, f"unit: {OTHER} ").replace(f"unit-id: {COMMUNE}",
                                                                           f"unit-id: {OTHER}")
    expect_in("of another unit", office.check(office.province, missing, 1), "not held")


def forged(office: Office) -> None:
    """Another number, a later time of receipt or another unit than the node has is no receipt of what it
    holds; an earlier time is pointed at: two nodes may have taken the report in"""
    for node in office.nodes:
        said = office.check(node, office.receipt.replace("revision: 1", "revision: 99"), 1)
        expect_in("number", said, "differs", "held here as revision 1")
        said = office.check(node, re.sub("received: 20..", "received: 2999", office.receipt), 1)
        expect_in("a later time", said, "differs: revision 1 was received at another time")
        said = office.check(node, re.sub("received: 20..", "received: 2019", office.receipt), 0)
        expect_in("an earlier time", said, "held: revision 1: ", "  the receipt says 2019", "which is earlier")
        expect("the right one", "earlier" in office.check(node, office.receipt, 0), False)
        said = office.check(node, office.receipt.replace(UNIT_LINE, f"unit: {OTHER} "), 1)
        expect_in("unit", said, "differs", "unit-id is that of another unit")
    before = re.sub("unit-id: .*\n", "", office.receipt)
    expect_in("one that names the unit by its id alone", office.check(office.province, before, 0),
              "held: revision 1")


def what_is_held_is_named(office: Office) -> None:
    """The answer names unit, period and form, and the times are the node's own; so do programs get it"""
    received = re.search(r"^received: (\S+)$", office.receipt, re.MULTILINE)[1]
    of = {unit: time for time, unit in re.findall(r"^held: (\S+), (\d+) ", office.receipt, re.MULTILINE)}
    late = re.sub(r"held: 20..", "held: 2019", office.receipt)
    for node, unit in ((office.commune, COMMUNE), (office.district, DISTRICT), (office.province, PROVINCE)):
        expect_in("text", office.check(node, late, 0), f"held: revision 1: {COMMUNE} ", f", {PERIOD}, form chung\n",
                  f"received at {received}\n", f"at this node since {of[str(unit)]}\n")
        row, = json.loads(node.tonghop("receipt", "--check", "-", "--format", "json", stdin=late).out)
        expect("json", [row[key] for key in ("unit", "unit_id", "period", "kind", "form", "revision", "result",
                                             "held_revision", "received", "arrived", "state", "withdrawn",
                                             "counts")],
               [str(COMMUNE), str(COMMUNE), PERIOD, "actual", "chung", "1", "held", "1", received,
                of[str(unit)], "accepted", "no", "yes"])


def several_in_a_file(office: Office) -> None:
    """Each of a file of receipts is checked: one that is not right is not made up for by others"""
    other = re.sub(r"^content: .*", "content: " + "0" * 64, office.receipt, flags=re.MULTILINE)
    for text, results in ((other + "\n" + office.receipt, ["differs", "held"]),
                          (office.receipt + other, ["held", "differs"]),
                          (office.receipt + office.receipt, ["held", "held"])):
        status = 1 if "differs" in results else 0
        said = office.check(office.province, text, status)
        expect("text", [line.split(":")[0] for line in said.splitlines() if line[0] != " "], results)
        result = office.province.tonghop("receipt", "--check", "-", "--format", "csv", stdin=text,
                                         expect=status)
        expect("csv", [row["result"] for row in rows(result)], results)


def replaced(office: Office) -> None:
    """After a correction the old receipt says by which revision it was replaced, the new one is right"""
    office.file(13)
    for node in office.nodes:
        expect_in("replaced", office.check(node, office.receipt, 1), "replaced by revision 2")
        expect_in("the new one", office.check(node, office.print(), 0), "held: revision 2")


def returned_and_withdrawn(office: Office) -> None:
    """Of what is held but does not count it is said that it does not, and why; a withdrawal says so"""
    node = office.province
    node.tonghop("return", str(COMMUNE), "--period", PERIOD, "--reason", "sai")
    expect_in("returned", office.check(node, office.print(), 0), "held: revision 2", "it was returned", "not count")
    office.commune.tonghop("submit", "--withdraw", "chung", "--period", PERIOD, "--author", "Hoa",
                           "--reason", "nộp nhầm")
    settle(office.commune, office.district)
    expect_in("printed", office.print(), "withdrawn: yes\n")
    expect_in("withdrawn", office.check(node, office.print(), 0), "held: revision 3", "a withdrawal")
    row, = json.loads(node.tonghop("receipt", "--check", "-", "--format", "json", stdin=office.print()).out)
    expect("json", (row["result"], row["withdrawn"]), ("held", "yes"))


STEPS = (wrong_use, every_level_is_named, checked_everywhere, forged, what_is_held_is_named,
         several_in_a_file, replaced, returned_and_withdrawn)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
