"""A receipt names what each level holds, and can be checked at any of them: what is held, what was
replaced, what is not there and what has another content are told apart."""

import json
import re

from harness import Tree
from scene import expect, expect_in, plant, play, settle, submit, table

PROVINCE, DISTRICT, COMMUNE, OTHER = 64, 631, 23857, 23860
PERIOD = "2024-S1"


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
    node.tonghop("receipt", str(COMMUNE), "--period", PERIOD, expect=1)


def every_level_is_named(office: Office) -> None:
    """It has the content's digest, the home's time, and the time of each level that holds it"""
    office.file(12)
    office.receipt = office.print()
    expect_in("which", office.receipt, f"unit: {COMMUNE} ", f"period: {PERIOD}\n", "kind: actual\n",
              "form: chung\n", "revision: 1\n")
    expect("digest", len(re.findall(r"^content: [0-9a-f]{64}$", office.receipt, re.MULTILINE)), 1)
    held = re.findall(r"^held: (\S+), (\d+) [^(\n]*$", office.receipt, re.MULTILINE)
    expect("levels", [int(unit) for _, unit in held], [COMMUNE, DISTRICT, PROVINCE])
    times = [time for time, _ in held]
    expect("each later than the one beneath", times, sorted(times))
    expect("the home's", re.search(r"^received: (\S+)$", office.receipt, re.MULTILINE)[1], times[0])
    listed = json.loads(office.print("--format", "json"))
    expect("json", [(row["held_by"], row["same"]) for row in listed],
           [(str(unit), "yes") for unit in (COMMUNE, DISTRICT, PROVINCE)])
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
    missing = office.receipt.replace(f"unit: {COMMUNE}", f"unit: {OTHER}")
    expect_in("of another unit", office.check(office.province, missing, 1), "not held")


def replaced(office: Office) -> None:
    """After a correction the old receipt says by which revision it was replaced, the new one is right"""
    office.file(13)
    for node in office.nodes:
        expect_in("replaced", office.check(node, office.receipt, 1), "replaced by revision 2")
        expect_in("the new one", office.check(node, office.print(), 0), "held: revision 2")


STEPS = (wrong_use, every_level_is_named, checked_everywhere, replaced)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
