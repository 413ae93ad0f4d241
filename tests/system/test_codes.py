"""Where the codes of units are not their ids people are told codes, and what they are told to type is
understood: where a code is also another unit's id, it is the id with its mark."""

import re
import shlex

from harness import Node, Tree
from scene import expect, expect_in, flat, plant, play, settle, submit
from year import CATALOGUE, EAST, PROVINCE, Clock, write_catalogue

P = "2024-S1"
# 103 has the code 23103; 104 has the code 103, which is the id of that one.
CODES = {103: "23103", 104: "103"}
TYPED = {103: "23103", 104: "id:104"}
NAMES = {"en": "East {}", "vi": "Xã Đông {}"}
DAYS = {"en": "DAY --reason TEXT", "vi": "NGÀY --reason LÝ-DO"}


class Office:
    """A province and a district; both serve units whose codes are not their ids."""

    def __init__(self, tree: Tree) -> None:
        Clock(tree).set(6, 28)
        folder = write_catalogue(tree.folder / "catalogue")
        text = CATALOGUE["units.csv"]
        for unit, code in CODES.items():
            text = text.replace(f"\n{unit},{unit},", f"\n{unit},{code},")
        (folder / "units.csv").write_text(text, encoding="utf-8")
        self.province = plant(tree, "tinh", PROVINCE, folder)
        self.district = tree.add("dong", EAST, self.province)

    def file(self, node: Node, unit: int, language: str = "en", expect_status: int = 0):
        text = f"unit,indicator,value\nid:{unit},visits,30\nid:{unit},models,3\n"
        return submit(node, P, text, "--author", "Hoa", "--reason", "x", "--accept-warnings", "đã rà soát",
                      "--lang", language, expect=expect_status)


def receipts_name_codes(office: Office) -> None:
    """A receipt has the code, is checked by the id, and one of before, with an id alone, still is"""
    for unit, code in CODES.items():
        office.file(office.district, unit)
    settle(office.district)
    for unit, code in CODES.items():
        text = office.district.tonghop("receipt", TYPED[unit], "--period", P, "--lang", "en").out
        expect_in("receipt", text, f"unit: {code} East {unit}\n", f"unit-id: {unit}\n")
        before = text.replace(f"unit: {code} ", f"unit: {unit} ").replace(f"unit-id: {unit}\n", "")
        for checked in (text, before):
            for node in (office.district, office.province):
                said = node.tonghop("receipt", "--check", "-", "--lang", "en", stdin=checked).out
                expect_in("check", said, f"held: revision 1: {code} East {unit}, {P}")


def foreign_units_are_named(office: Office) -> None:
    """Of a report for another node the refusal names the unit that takes it in, by its code, once"""
    for language, name in (("en", "631 East District"), ("vi", "631 Huyện Đông")):
        said = flat(office.file(office.province, 103, language, 1).err)
        expect_in(language, said, name)
        expect("no id", re.findall(r"unit \d+|đơn vị \d+|id:\d+", said), [])
    for language, name in (("en", "201 West 201"), ("vi", "201 Xã Tây 201")):
        expect_in(language, flat(office.file(office.district, 201, language, 1).err), name)


def what_is_advised_works(office: Office) -> None:
    """The command in the refusal of a closed period names the unit by what is understood as it"""
    office.province.tonghop("close", "--period", P, "--edition", "preliminary", "--incomplete")
    settle(office.district)
    for unit, code in CODES.items():
        for language, rest in DAYS.items():
            said = office.district.tonghop("return", TYPED[unit], "--period", P, "--form", "chung", "--reason",
                                           "x", "--lang", language, expect=1).err
            expect_in(language, flat(said), f"{code} {NAMES[language].format(unit)}")
            line = said.splitlines()[-1].strip()
            expect("line", line, f"tonghop reopen {TYPED[unit]} --period {P} --until {rest}")
        typed = shlex.split(line.replace("NGÀY", "2024-07-01").replace("LÝ-DO", "x"))[1:]
        expect_in("works", office.province.tonghop(*typed, "--lang", "en").out, f"{code} East {unit} may file")


if __name__ == "__main__":
    with Tree() as grown:
        play((receipts_name_codes, foreign_units_are_named, what_is_advised_works), Office(grown))
