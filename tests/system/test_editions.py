"""A period is closed, and its figures stay what they were: to the byte, whatever is filed, corrected,
renamed or computed otherwise afterwards. What changed since is told with each cause, and adds up."""

import copy
import datetime
import json
import random
import shutil
from pathlib import Path
from typing import Optional

from harness import Tree, eventually
from scene import (SAMPLE, expect, expect_in, flat, plant, play, rows, settle, start_as_it_is, submit,
                   unit_table, verify)

PROVINCE, DISTRICT = 64, 631
COMMUNES = (23857, 23860, 23863, 23866, 23869, 23872)
CODES = ("reception.visits", "petition.received", "model.registered", "model.recognised")
RATE = "model.recognition_rate"
PERIOD = "2024"
TOMORROW = (datetime.date.today() + datetime.timedelta(days=1)).isoformat()
SHAPES = ((), ("--by", "unit"), ("--by", "commune"), ("--by", "type"), ("--section", "mo_hinh"),
          ("--indicator", RATE), ("--by", "commune", "--indicator", "reception.visits", "--top", "3"))


class Office:
    """A province with a district, and what the communes filed, as this test knows it."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.random = random.Random(6)
        self.filed: dict[int, dict[str, int]] = {}
        self.frozen: dict[str, dict[int, dict[str, int]]] = {}  # by number of the edition
        self.printed: dict[tuple, str] = {}
        self.reopenings = 0
        for unit in COMMUNES[:4]:
            self.draw(unit)
        self.hand_in(*COMMUNES[:4])

    def draw(self, unit: int) -> None:
        registered = self.random.randrange(10, 90)
        self.filed[unit] = {"reception.visits": self.random.randrange(90),
                            "petition.received": self.random.randrange(9),
                            "model.registered": registered,
                            "model.recognised": self.random.randrange(1, registered)}

    def hand_in(self, *units: int) -> None:
        """What is drawn goes into files, as an officer would hand them in; what is closed is reopened."""
        self.reopen(*units)
        submit(self.district, PERIOD, unit_table({unit: self.filed[unit] for unit in units}),
               "--author", "Hoa", "--reason", "số mới", "--accept-warnings", "đã rà soát")
        settle(self.district, self.province)

    def reopen(self, *units: int) -> None:
        if not self.frozen:
            return
        self.reopenings += 1
        reason = f"còn số liệu, lần {self.reopenings}"
        for unit in units:
            self.province.tonghop("reopen", str(unit), "--period", PERIOD, "--until", TOMORROW,
                                  "--reason", reason)
        wanted = {(str(unit), reason) for unit in units}
        eventually(lambda: wanted <= {(row["unit"], row["reason"]) for row in rows(
            self.district.tonghop("inbox", "--format", "csv"))}, "the district knows what is reopened")

    def close(self, rank: str, *arguments: str, expect_status: int = 0):
        return self.province.tonghop("close", "--period", PERIOD, "--edition", rank, *arguments,
                                     expect=expect_status)

    def freeze(self, rank: str, *arguments: str) -> str:
        """The number of the edition."""
        closed, = json.loads(self.close(rank, "--format", "json", *arguments).out)
        self.frozen[closed["edition"]] = copy.deepcopy(self.filed)
        return closed["edition"]

    def print(self, edition: str, shape: tuple, *more: str) -> str:
        return self.province.tonghop("totals", "--period", PERIOD, "--edition", edition, *shape,
                                     *more).out

    def print_all(self, edition: str) -> dict[tuple, str]:
        return {(edition, shape, form, language): self.print(edition, shape, "--format", form,
                                                             "--lang", language)
                for shape in SHAPES for form in ("text", "csv", "json") for language in ("vi", "en")}

    def keep(self, edition: str) -> None:
        self.printed.update(self.print_all(edition))

    def expect_as_they_were(self) -> None:
        for edition in self.frozen:
            for key, text in self.print_all(edition).items():
                expect(f"totals of {key}", text, self.printed[key])

    def difference(self, *arguments: str) -> list[dict[str, str]]:
        return rows(self.province.tonghop("editions", "--period", PERIOD, "--format", "csv",
                                          *arguments))


def total_of(reports: dict[int, dict[str, int]], code: str) -> Optional[int]:
    values = [cells[code] for cells in reports.values() if code in cells]
    return sum(values) if values else None


def words(value: Optional[int]) -> str:
    return "" if value is None else str(value)


def what_is_missing_is_named(office: Office) -> None:
    """A period with reports missing is not closed: they are listed, and --incomplete is named"""
    for language, said in (("en", ("are missing, waiting or returned", "--incomplete",
                                   "form chung: missing")),
                           ("vi", ("chưa nộp, chờ duyệt hoặc bị trả lại", "--incomplete",
                                   "biểu mẫu chung: chưa nộp"))):
        result = office.close("preliminary", "--lang", language, expect_status=1)
        expect_in(f"refused ({language})", result.err, *said)
    tried = office.close("preliminary", "--incomplete", "--dry-run", "--lang", "en")
    expect_in("dry run", tried.out, "may be closed as preliminary", "4 filed")
    listed = office.province.tonghop("editions", "--period", PERIOD, "--lang", "en")
    expect_in("nothing was made", listed.out, "no edition was made")


def who_may_not(office: Office) -> None:
    """Closed is where the unit is served, not before a period begins, and never with a lower rank"""
    result = office.province.tonghop("close", "--period", PERIOD, "--edition", "official", "--unit",
                                     str(DISTRICT), "--incomplete", "--lang", "en", expect=1)
    expect_in("another node's unit", result.err, "closed at the node of 631")
    result = office.district.tonghop("close", "--period", PERIOD, "--edition", "official", "--unit",
                                     str(PROVINCE), "--incomplete", expect=1)
    result = office.province.tonghop("close", "--period", "2098", "--edition", "estimate",
                                     "--incomplete", "--lang", "en", expect=1)
    expect_in("not begun", result.err, "2098 has not begun")
    for arguments in (("--edition", "final"), ()):
        office.province.tonghop("close", "--period", PERIOD, *arguments, expect=2)
    office.province.tonghop("editions", "--period", PERIOD, "--to", "now", expect=2)
    result = office.province.tonghop("totals", "--period", PERIOD, "--edition", "official", "--lang",
                                     "en", expect=2)
    expect_in("there is none", result.err, "there is no edition 'official' of 64")
    office.province.tonghop("totals", "--period", PERIOD, "--edition", "soon", expect=2)


def preliminary_stays(office: Office) -> None:
    """Preliminary figures are frozen; what is corrected and filed then changes the live ones alone"""
    edition = office.freeze("preliminary", "--incomplete", "--reason", "số liệu sơ bộ")
    expect("number", edition, "1")
    office.keep("1")
    expect("by rank", office.print("preliminary", ()), office.print("1", ()))
    live = office.province.tonghop("totals", "--period", PERIOD, "--indicator", "reception.visits").out
    office.draw(COMMUNES[0])
    office.draw(COMMUNES[4])
    office.filed[COMMUNES[1]]["reception.visits"] += 7
    office.hand_in(COMMUNES[0], COMMUNES[1], COMMUNES[4])
    after = office.province.tonghop("totals", "--period", PERIOD, "--indicator", "reception.visits").out
    expect("the live totals changed", live != after, True)
    office.expect_as_they_were()
    for argument in (("--compare", "previous"), ("--compare", "plan")):
        result = office.province.tonghop("totals", "--period", PERIOD, "--edition", "1", *argument,
                                         "--lang", "en", expect=2)
        expect_in("not frozen", result.err, "an edition has the figures of one period")


def expect_difference(office: Office, before: dict, after: dict, *arguments: str) -> None:
    listed = office.difference(*arguments)
    for code in CODES:
        total = [row for row in listed if row["row"] == "total" and row["indicator"] == code]
        causes = [row for row in listed if row["row"] == "cause" and row["indicator"] == code]
        was, now = total_of(before, code), total_of(after, code)
        if was != now:
            expect(f"{code} before and after", [(row["before"], row["after"], row["change"]) for row in
                                                total],
                   [(words(was), words(now), str((now or 0) - (was or 0)))])
        expect(f"{code}: causes add up", sum(int(row["change"]) for row in causes),
               (now or 0) - (was or 0))
        expect(f"{code}: causes", {row["unit"]: (row["before"], row["after"]) for row in causes},
               {str(unit): (words(before.get(unit, {}).get(code)), words(after.get(unit, {}).get(code)))
                for unit in before.keys() | after.keys()
                if before.get(unit, {}).get(code) != after.get(unit, {}).get(code)})


def official_differs(office: Office) -> None:
    """What changed from preliminary to official, and to now, is what the files of the communes say"""
    expect("lower", flat(office.close("estimate", "--incomplete", "--lang", "en", expect_status=1).err),
           "tonghop: refused (invalid): edition 1 is preliminary already: what follows it cannot be "
           "estimate: write --edition preliminary")
    expect("number", office.freeze("official", "--incomplete"), "2")
    office.keep("2")
    expect_difference(office, office.frozen["1"], office.frozen["2"], "--from", "preliminary", "--to",
                      "official")
    expect_difference(office, office.frozen["1"], office.filed, "--from", "1")
    why = {(row["unit"], row["cause"], row["revision_before"], row["revision_after"], row["author"])
           for row in office.difference("--from", "1", "--to", "2") if row["row"] == "cause"}
    expect("why", why, {(str(COMMUNES[0]), "corrected", "1", "2", "Hoa"),
                        (str(COMMUNES[1]), "corrected", "1", "2", "Hoa"),
                        (str(COMMUNES[4]), "late", "", "1", "Hoa")})
    text = office.province.tonghop("editions", "--period", PERIOD, "--from", "1", "--to", "2", "--lang",
                                   "vi").out
    expect_in("in Vietnamese", text, "bản 1 (sơ bộ, ", "bản 2 (chính thức, ", "đính chính", "nộp muộn",
              "1 → 2", "số mới")
    expect_in("nothing since", office.province.tonghop(
        "editions", "--period", PERIOD, "--from", "2", "--lang", "en").out, "nothing has changed")
    result = office.province.tonghop("editions", "--period", PERIOD, "--from", "2", "--to", "1",
                                     "--lang", "en", expect=2)
    expect_in("the wrong way round", result.err, "name the earlier one first")


def withdrawal_is_a_cause(office: Office) -> None:
    """A report that is withdrawn, and a district alone: as the files say"""
    office.reopen(COMMUNES[2])
    office.district.tonghop("submit", "--withdraw", "chung", "--unit", str(COMMUNES[2]), "--period",
                            PERIOD, "--reason", "nộp nhầm")
    del office.filed[COMMUNES[2]]
    settle(office.district, office.province)
    expect_difference(office, office.frozen["2"], office.filed, "--from", "official")
    expect_difference(office, office.frozen["1"], office.filed, "--from", "1", "--unit",
                      str(DISTRICT))
    causes = office.difference("--from", "2", "--indicator", RATE)
    expect("of a rate, what it is computed from", {row["indicator"] for row in causes},
           {RATE, "model.registered", "model.recognised"})
    office.expect_as_they_were()


def return_is_a_cause(office: Office) -> None:
    """What was returned is told with when, by whom and why, not with who had filed it; and what the
    commune files again with a reason, because it was right, leaves the figures as they were"""
    unit = COMMUNES[3]
    office.reopen(unit)
    began = datetime.datetime.now().astimezone()
    office.province.tonghop("return", str(unit), "--period", PERIOD, "--reason", "sau sao lưu")
    kept = office.filed.pop(unit)
    settle(office.district, office.province)
    expect_difference(office, office.frozen["2"], office.filed, "--from", "2")
    rows_of = [row for row in office.difference("--from", "2") if row["unit"] == str(unit)]
    expect("who and why", {(row["cause"], row["author"], row["reason"], row["decided_by"])
                           for row in rows_of}, {("returned", "", "sau sao lưu", str(PROVINCE))})
    expect("since then", [row for row in rows_of
                          if datetime.datetime.fromisoformat(row["received"]) <
                          began.replace(microsecond=0)], [])
    text = office.province.tonghop("editions", "--period", PERIOD, "--from", "2", "--lang", "en").out
    expect_in("for people", text, "Gia Lai Province  sau sao lưu")
    office.filed[unit] = kept
    office.hand_in(unit)
    expect_difference(office, office.frozen["2"], office.filed, "--from", "2")
    office.expect_as_they_were()


def catalogue_changes_nothing(office: Office) -> None:
    """A catalogue that renames, and computes otherwise, leaves the bytes of editions as they were"""
    folder = office.tree.folder / "second"
    shutil.copytree(SAMPLE / "catalogue", folder)
    for file, old, new in (
            ("catalogue.ini", "number = 1", "number = 2"),
            ("indicators.csv", "Models recognised", "Models that were recognised"),
            ("indicators.csv", "= 100 * model.recognised / model.registered",
             "= 100 * model.recognised / (model.registered + model.recognised)"),
            ("units.csv", "Thị trấn Chư Ty", "Thị trấn Chư Ty Mới")):
        text = (folder / file).read_text(encoding="utf-8")
        expect(f"{old!r} in {file}", old in text, True)
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    office.province.tonghop("catalogue", "publish", str(folder))
    settle(office.district, office.province)
    expect_in("renamed", office.province.tonghop("totals", "--period", PERIOD, "--lang", "en").out,
              "Models that were recognised")
    office.expect_as_they_were()
    listed = office.difference("--from", "2")
    catalogue = [row for row in listed if row["cause"] == "catalogue"]
    expect("the catalogue is a cause", [(row["indicator"], row["catalogue_before"],
                                         row["catalogue_after"]) for row in catalogue],
           [(RATE, "1", "2")])
    expect_difference(office, office.frozen["2"], office.filed, "--from", "2")
    expect("number", office.freeze("official", "--incomplete"), "3")
    office.keep("3")
    expect("one of each", [row["catalogue"] for row in rows(office.province.tonghop(
        "editions", "--period", PERIOD, "--format", "csv"))], ["1", "1", "2"])
    verify(office.district, office.province)


def they_outlive_the_machine(office: Office) -> None:
    """Editions survive a restart, and go with an export to another machine, with their catalogues"""
    office.province.kill()
    office.province.start()
    office.expect_as_they_were()
    file = office.tree.folder / "gia-lai.jsonl"
    office.province.tonghop("export", str(file))
    again = office.tree.folder / "again.jsonl"
    office.province.stop()
    office.province.tonghop("import", str(file), "--replace")
    start_as_it_is(office.province)
    office.expect_as_they_were()
    office.province.tonghop("export", str(again))
    expect("exported again", Path(again).read_bytes() == file.read_bytes(), True)
    verify(office.province)


if __name__ == "__main__":
    with Tree() as the_tree:
        play((what_is_missing_is_named, who_may_not, preliminary_stays, official_differs,
              withdrawal_is_a_cause, return_is_a_cause, catalogue_changes_nothing, they_outlive_the_machine),
             Office(the_tree))
