"""A province returns a report with two cells in question: the commune reads who, when and why, files
an answer, and the district accepts that by hand. What cannot be done is answered with who can."""

import os
import pwd
import shutil
from pathlib import Path
from typing import Optional

from harness import Node, Result, Tree, eventually
from scene import (LOOKED_AT, SAMPLE, client, coverage, exact, expect, expect_in, flat, history, outcomes, plant,
                   play, rows, settle, submit, table, total, unit_table, verify)

PROVINCE, DISTRICT, COMMUNE = 64, 631, 23857
MONEY, LAND, VISITS = "contrib.money", "contrib.land", "reception.visits"
OTHER = "supervision.delegations"  # of a form that is accepted when it is filed
PERIOD = "2024-S1"
REASON = "xem lại số tiền, số đất"
try:
    NAME = pwd.getpwuid(os.getuid()).pw_name
except KeyError:
    NAME = ""
ME = f"uid:{os.getuid()} {NAME}".strip()
SHOWN = f"{NAME} (uid {os.getuid()})" if NAME != "" else ME


def catalogue_with_acceptance(folder: Path) -> Path:
    """The sample, with its form `chung` accepted by hand."""
    copy = folder / "catalogue"
    shutil.copytree(SAMPLE / "catalogue", copy)
    forms = copy / "forms.csv"
    lines = forms.read_text().splitlines()
    forms.write_text("\n".join(line + "manual" if line.startswith("1,chung,") else line
                               for line in lines) + "\n")
    return copy


class Office:
    """The nodes, from above."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree, catalogue=catalogue_with_acceptance(tree.folder))
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.commune = tree.add("chu-ty", COMMUNE, self.district)
        self.all = (self.commune, self.district, self.province)

    def settle(self) -> None:
        settle(*self.all)

    def file(self, cells: dict, revision: str) -> None:
        result = submit(self.commune, PERIOD, table(cells), "--author", "Hoa", "--reason", "số mới",
                        "--accept-warnings", "đã rà soát")
        expect("filed", outcomes(result)[0][:2], (str(COMMUNE), revision))
        self.settle()

    def give_back(self, node: Node, *arguments: str, expect: Optional[int] = 0,
                  language: str = "en") -> Result:
        return node.tonghop("return", str(COMMUNE), "--period", PERIOD, "--lang", language,
                            *arguments, expect=expect)

    def accept(self, node: Node, *arguments: str, expect: Optional[int] = 0,
               language: str = "en") -> Result:
        return node.tonghop("accept", str(COMMUNE), "--period", PERIOD, "--lang", language,
                            *arguments, expect=expect)

    def revisions(self, node: Node) -> dict[str, dict[str, str]]:
        return {row["revision"]: row for row in history(node, COMMUNE, PERIOD)}


def what_is_asked_wrong(office: Office) -> None:
    """A wrong call changes nothing and says what is missing, which form, which cell"""
    for arguments in ((), ("--reason", " "), ("--reason", "x", "--cell"),
                      ("--reason", "x", "--revision", "two"), ("--reason", "x", "--form", "none")):
        office.give_back(office.province, *arguments, expect=2)
    office.accept(office.province, "--reason", "x", expect=2)
    result = office.give_back(office.province, "--reason", "x", expect=1)
    expect_in("nothing was filed", result.err, "nothing was filed")
    office.file({MONEY: 120, LAND: 40, VISITS: 12}, "1")
    office.give_back(office.province, "--reason", "x", "--cell", "no.such", expect=2)
    result = office.give_back(office.province, "--reason", "x", "--cell", OTHER, expect=1)
    expect_in("of another form", result.err, f"indicator {OTHER} is not filed in form chung")
    expect("it waits", coverage(office.province, PERIOD)[str(COMMUNE)], "waiting")


def who_may(office: Office) -> None:
    """Who may not is told who may, by name, in both languages"""
    for language, said in (("en", "reports of 23857 Chu Ty Township are accepted at the node of 631 "
                                  "Duc Co District"),
                           ("vi", "báo cáo của 23857 Thị trấn Chư Ty được duyệt ở nút của 631 Huyện "
                                  "Đức Cơ")):
        result = office.accept(office.province, expect=1, language=language)
        expect_in(f"accepted elsewhere ({language})", result.err, said)
    result = office.accept(office.commune, expect=1)
    expect_in("its own report", flat(result.err), "accepted at the node that serves 631 Duc Co District")
    result = office.give_back(office.commune, "--reason", "x", expect=1)
    expect_in("its own report", flat(result.err), "returned by those above it",
              "631 Duc Co District, 64 Gia Lai Province")


def comes_back_with_a_reason(office: Office) -> None:
    """The province's return with two cells stands in the history of the commune, and of all between"""
    result = office.give_back(office.province, "--cell", MONEY, "--cell", LAND, "--cell", MONEY,
                              "--reason", REASON)
    expect_in("done", flat(result.err), "returned revision 1 of form chung, 2024-S1, of 23857",
              "has to file a correction")
    for node in office.all:
        eventually(lambda: office.revisions(node)["1"]["returned_by"] != "", f"it is at {node.name}")
        row = office.revisions(node)["1"]
        expect(f"at {node.name}",
               (row["state"], row["returned_unit"], row["returned_by"],
                row["returned_reason"], set(row["returned_cells"].split(", ")), row["accepted"]),
               ("returned", str(PROVINCE), ME, REASON, {MONEY, LAND}, ""))
    shown = {language: office.commune.tonghop("history", str(COMMUNE), "--period", PERIOD, "--lang",
                                              language).out for language in ("vi", "en")}
    for language, text in shown.items():
        expect(f"columns ({language})", max(len(line) for line in text.splitlines()) <= 100, True)
    expect_in("in English", flat(shown["en"]), f" returned by {SHOWN}, Gia Lai Province, 2", f": {REASON} (",
              MONEY, LAND)
    expect_in("in Vietnamese", flat(shown["vi"]), f" trả lại bởi {SHOWN}, Tỉnh Gia Lai", f": {REASON} (")


def who_filed_is_named(office: Office) -> None:
    """History names at every level who handed a report in: a user of the machine, or a key"""
    helper = client(office.tree, "may-phu", COMMUNE, office.commune)
    key = helper.public_key
    office.commune.tonghop("enrol", str(COMMUNE), key, "--role", "reporter", "--name", "Lan, xã")
    submit(helper, "2023", table({VISITS: 5}), "--accept-warnings", "đã rà soát")
    office.settle()
    for node in office.all:
        expect(f"a user, at {node.name}", office.revisions(node)["1"]["recorded_by"], ME)
        row, = history(node, COMMUNE, "2023")
        expect(f"a key, at {node.name}", row["recorded_by"], f"key:{key} Lan, xã")
        text = node.tonghop("history", str(COMMUNE), "--period", "2023").out
        expect_in(f"for people, at {node.name}", text, "Recorded by: Lan, xã")
        expect("without the key", key in text, False)


def said_twice(office: Office) -> None:
    """The same again is answered as done, with when and by whom; another reason is told the first"""
    result = office.give_back(office.province, "--cell", LAND, "--cell", MONEY, "--reason", REASON)
    expect_in("again", flat(result.err), f"is returned already, by {SHOWN}, 64 Gia Lai Province", REASON)
    result = office.give_back(office.province, "--reason", "khác", expect=1)
    expect_in("another reason", flat(result.err), "refused (exists)", "is returned already", REASON)
    result = office.give_back(office.district, "--reason", "khác", expect=1, language="vi")
    expect_in("at the district", flat(result.err), "đã bị trả lại", "64 Tỉnh Gia Lai", REASON)
    for language, said in (("en", f"does not count: it was returned, and the unit has to file a correction "
                                  f"(by {SHOWN}, 64 Gia Lai Province, "),
                           ("vi", "không được duyệt, và không được tính: bản này đã bị trả lại, đơn vị phải "
                                  f"nộp bản sửa (người trả lại {SHOWN}, 64 Tỉnh Gia Lai, ")):
        result = office.accept(office.district, expect=1, language=language)
        expect_in(f"accepted in vain ({language})", flat(result.err), said, REASON)


def is_answered(office: Office) -> None:
    """The next revision says what it answers; what it replaced is pointed at, and is not marked"""
    office.file({MONEY: 12, LAND: 4, VISITS: 12}, "2")
    for node in office.all:
        rows_of = office.revisions(node)
        expect(f"answers at {node.name}", {n: row["answers"] for n, row in rows_of.items()},
               {"2": "1", "1": ""})
    text = office.province.tonghop("history", str(COMMUNE), "--period", PERIOD, "--lang", "en").out
    expect_in("shown", text, "    answers revision 1, which was returned")
    for node in (office.province, office.district):
        result = office.give_back(node, "--revision", "9", "--reason", "x", expect=1)
        expect_in("one to come", flat(result.err), "the latest is revision 2")


def is_accepted_by_hand(office: Office) -> None:
    """The district accepts the answer: it counts everywhere, and history names who did"""
    expect("waits", coverage(office.province, PERIOD)[str(COMMUNE)], "waiting")
    result = office.accept(office.district)
    expect_in("done", flat(result.err), "accepted revision 2 of form chung", "it counts")
    office.settle()
    for node in office.all:
        eventually(lambda: office.revisions(node)["2"]["accepted"] != "", f"it is at {node.name}")
        row = office.revisions(node)["2"]
        expect(f"at {node.name}", (row["state"], row["accepted_unit"], row["accepted_by"]),
               ("accepted", str(DISTRICT), ME))
    expect("it counts", total(office.province, PERIOD, MONEY), exact(12, 1))
    result = office.accept(office.district)
    expect_in("again", flat(result.err), "is accepted already, by ", "631 Duc Co District")
    result = office.give_back(office.province, "--revision", "1", "--reason", REASON, "--cell", MONEY,
                              "--cell", LAND)
    expect_in("the first, again", result.err, "is returned already")


def what_waits_is_told_apart(office: Office) -> None:
    """A correction waits in a column of its own; the earlier one counts until it is accepted"""
    office.file({MONEY: 30, LAND: 4, VISITS: 12}, "3")
    question = ("totals", "--period", PERIOD, "--waiting", "--by", "unit", "--indicator", MONEY)
    for value, waiting, count in (("12", "30", "1"), ("30", "", "0")):
        rows_of = rows(office.province.tonghop(*question, "--format", "csv"))
        expect("it counts", total(office.province, PERIOD, MONEY), exact(int(value), 1))
        expect("rows with a figure", [(row["unit"], row["value"], row["waiting"],
                                       row["waiting_unit_count"]) for row in rows_of if row["value"]],
               [(str(unit), value, waiting, count) for unit in (PROVINCE, DISTRICT)])
        if waiting:
            text = office.province.tonghop(*question, "--lang", "vi").out
            expect_in("in Vietnamese", text, "Chờ duyệt")
            office.accept(office.district)
            office.settle()
    office.province.tonghop("totals", "--from", "2023", "--to", "2024", "--waiting", expect=2)
    expect("not asked for", "waiting" in office.province.tonghop(
        "totals", "--period", PERIOD, "--format", "csv").out, False)


def by_itself(office: Office) -> None:
    """A form without acceptance by hand is accepted when it is filed, and that is what is said"""
    submit(office.commune, PERIOD, table({OTHER: 3}), "--accept-warnings", "đã rà soát")
    office.settle()
    for language, said in (("en", "its form is accepted when it is filed"),
                           ("vi", "biểu mẫu này được duyệt ngay khi nộp")):
        result = office.accept(office.district, "--form", "mttq", language=language)
        expect_in(f"accepted by itself ({language})", result.err, said)
    result = office.accept(office.district, expect=2)
    expect_in("which one", result.err, "  --form chung\n  --form mttq\n")


def was_right(office: Office) -> None:
    """Figures that were returned and are right are answered with a reason; without one nothing is
    filed, and what the return said is told"""
    office.give_back(office.province, "--form", "mttq", "--reason", "xem lại ủy quyền")
    eventually(lambda: state_of(office, "mttq") == "returned", "it is returned at the commune")
    for arguments in ((), ("--dry-run",), ("--reason", " "), ("--lang", "vi")):
        result = submit(office.commune, PERIOD, table({OTHER: 3}), *arguments, expect=1)
        expect_in("not without a reason", flat(result.err), "xem lại ủy quyền", "(--reason)")
        expect("refused", [row[2] for row in outcomes(result)], ["refused"])
    expect("still returned", state_of(office, "mttq"), "returned")
    result = submit(office.commune, PERIOD, table({OTHER: 3}), "--reason", "số đúng")
    expect("filed", outcomes(result), [(str(COMMUNE), "2", "accepted")])
    result = submit(office.commune, PERIOD, table({OTHER: 3}), "--reason", "số đúng")
    expect("filed once", outcomes(result), [(str(COMMUNE), "2", "unchanged")])
    office.settle()
    office.give_back(office.province, "--form", "mttq", "--reason", "vẫn lạ")
    eventually(lambda: state_of(office, "mttq") == "returned", "it is returned once more")
    result = office.commune.tonghop("amend", OTHER, "3", "--period", PERIOD, "--reason", "vẫn đúng",
                                    "--format", "csv")
    expect("amended", outcomes(result), [(str(COMMUNE), "3", "accepted")])
    office.settle()
    for node in office.all:
        expect(f"answers, at {node.name}", [(row["revision"], row["state"], row["answers"]) for row in
                                            history(node, COMMUNE, PERIOD) if row["form"] == "mttq"],
               [("3", "accepted", "2"), ("2", "returned", "1"), ("1", "returned", "")])
    expect("it counts", total(office.province, PERIOD, OTHER), exact(3, 1))


def state_of(office: Office, form: str, period: str = PERIOD) -> str:
    """The state of the commune's latest report of that form, at the commune."""
    return latest(office.commune, COMMUNE, period)[form][1]


def latest(node: Node, unit: int, period: str) -> dict[str, tuple[str, str]]:
    """Revision and state of the latest report of each form."""
    entries: dict[str, tuple[str, str]] = {}
    for row in history(node, unit, period):  # newest first
        entries.setdefault(row["form"], (row["revision"], row["state"]))
    return entries


ALONE = "submit this form of this unit alone with --reason if it is right"


def by_form(result: Result) -> dict[str, tuple[str, str]]:
    return {row["form"]: (row["revision"], row["result"]) for row in rows(result)}


def two_forms_in_a_file(office: Office) -> None:
    """A reason answers for what was corrected: of two returned forms in a file the one that is as it
    was stays returned, which is said, with or without a reason; the other is filed. Alone it is
    answered"""
    period, before, after = "2022-S1", {VISITS: 12, OTHER: 3}, {VISITS: 21, OTHER: 3}
    submit(office.commune, period, table(before))
    office.settle()
    for form in ("chung", "mttq"):
        office.province.tonghop("return", str(COMMUNE), "--period", period, "--form", form, "--reason", "lạ")
    eventually(lambda: {state_of(office, form, period) for form in ("chung", "mttq")} == {"returned"},
               "both are returned at the commune")
    result = submit(office.commune, period, table(before), "--reason", "gõ nhầm", "--lang", "en", expect=1)
    expect("none was corrected", by_form(result), {"chung": ("1", "returned"), "mttq": ("1", "returned")})
    expect("each is told", result.err.count(ALONE), 2)
    result = submit(office.commune, period, table(after), "--dry-run", "--lang", "en", expect=1)
    expect("checked", by_form(result), {"chung": ("", "checked"), "mttq": ("1", "returned")})
    expect("one is told", result.err.count(ALONE), 1)
    expect("nothing was filed", latest(office.commune, COMMUNE, period),
           {"chung": ("1", "returned"), "mttq": ("1", "returned")})
    for arguments, value in (((), 21), (("--reason", "gõ nhầm biểu chung"), 22)):
        after[VISITS] = value
        revision = str(value - 19)
        result = submit(office.commune, period, table(after), *arguments, "--lang", "en", expect=1)
        expect("the corrected one is filed", by_form(result),
               {"chung": (revision, "waiting"), "mttq": ("1", "returned")})
        expect_in("told", result.err, "mttq, 2022-S1: unchanged since revision 1, which was returned\n", ALONE)
        expect("the other stays returned", latest(office.commune, COMMUNE, period),
               {"chung": (revision, "waiting"), "mttq": ("1", "returned")})
    expect_in("in Vietnamese", submit(office.commune, period, table(after), "--lang", "vi", expect=1).err,
              "không đổi so với bản 1, bản đã bị trả lại", "nộp riêng biểu này của đơn vị này, kèm --reason")
    result = submit(office.commune, period, table({OTHER: 3}), "--reason", "số đúng", "--lang", "en")
    expect("alone", by_form(result), {"mttq": ("2", "accepted")})
    expect_in("what it is", result.err, "mttq, 2022-S1: the same figures, which answer the return of revision 1")
    result = submit(office.commune, period, table(after), "--reason", "số đúng", "--lang", "en")
    expect("again", by_form(result), {"chung": ("3", "unchanged"), "mttq": ("2", "unchanged")})


def the_same_by_its_note(office: Office) -> None:
    """What is as it was only with the note of --accept-warnings is no answer, either"""
    period, cells = "2090-S1", {VISITS: 12, OTHER: 3}  # which has not begun: a warning
    submit(office.commune, period, table(cells), *LOOKED_AT)
    office.settle()
    office.province.tonghop("return", str(COMMUNE), "--period", period, "--form", "mttq", "--reason", "lạ")
    eventually(lambda: state_of(office, "mttq", period) == "returned", "it is returned at the commune")
    cells[VISITS] = 21
    result = submit(office.commune, period, table(cells), *LOOKED_AT, "--reason", "gõ nhầm", expect=1)
    expect("filed", by_form(result), {"chung": ("2", "waiting"), "mttq": ("1", "returned")})
    expect("still returned", state_of(office, "mttq", period), "returned")
    result = submit(office.commune, period, table({OTHER: 3}), *LOOKED_AT, "--reason", "số đúng")
    expect("alone", by_form(result), {"mttq": ("2", "accepted")})


def two_communes_in_a_file(office: Office) -> None:
    """A district's file, with its reason, does not answer the returns of all communes in it"""
    period, cells = "2022-S1", {commune: {OTHER: 3} for commune in (23860, 23863)}
    submit(office.district, period, unit_table(cells))
    settle(office.district, office.province)
    for commune in cells:
        office.district.tonghop("return", str(commune), "--period", period, "--reason", "lạ")
    cells[23860] = {OTHER: 4}
    result = submit(office.district, period, unit_table(cells), "--reason", "gõ nhầm", "--lang", "en",
                    expect=1)
    expect("filed", outcomes(result), [("23860", "2", "accepted"), ("23863", "1", "returned")])
    expect_in("told", result.err, "23863 Ia Krel Commune, mttq, 2022-S1: unchanged since revision 1", ALONE)
    expect("still returned", latest(office.district, 23863, period), {"mttq": ("1", "returned")})
    result = submit(office.district, period, table(cells[23863]), "--unit", "23863", "--reason", "số đúng")
    expect("alone", outcomes(result), [("23863", "2", "accepted")])


def in_a_closed_period(office: Office) -> None:
    """Nothing is returned in a closed period: the refusal says who reopens it, and how"""
    office.province.tonghop("close", "--period", PERIOD, "--edition", "preliminary", "--incomplete")
    for language, said in (("en", "is closed for 23857 Chu Ty Township:\n  64 Gia Lai Province"),
                           ("vi", "đã khóa đối với 23857 Thị trấn Chư Ty:\n  64 Tỉnh Gia Lai")):
        result = office.give_back(office.province, "--form", "chung", "--reason", "x", expect=1,
                                  language=language)
        expect_in(f"closed ({language})", result.err, said, "\n  tonghop reopen 23857")
    expect("nothing changed", office.revisions(office.province)["3"]["state"], "accepted")
    verify(*office.all)


if __name__ == "__main__":
    with Tree() as tree:
        play((what_is_asked_wrong, who_may, comes_back_with_a_reason, who_filed_is_named, said_twice,
              is_answered, is_accepted_by_hand, what_waits_is_told_apart, by_itself,
              was_right, two_forms_in_a_file, the_same_by_its_note, two_communes_in_a_file,
              in_a_closed_period), Office(tree))
