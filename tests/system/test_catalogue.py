"""Catalogues are checked with all errors at once, published at the root alone, and travel down by
themselves; totals are worked in anew, and reports that were filed stay as they are."""

import shutil
from pathlib import Path

from harness import Tree, eventually
from scene import (LOOKED_AT, NO_FIGURE, SAMPLE, coverage, exact, expect, expect_in, history, plant, play, rows,
                   settle, start_as_it_is, status, submit, table, total, verify)

PROVINCE, DISTRICT, COMMUNE = 64, 631, 23857
VISITS, NEW, LATER = "reception.visits", "reception.online", "reception.later"
UNITS = "23857,23857,commune,thi_tran,631"
NEW_UNIT = ("units.csv", UNITS,
            f"99001,99001,commune,xa,631,2100-01-01,,Xã Mới,New Commune,\n{UNITS}")


class Press:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.commune = tree.add("chu-ty", COMMUNE, self.district, listens=False)
        self.nodes = (self.province, self.district, self.commune)
        submit(self.commune, "2024", table({VISITS: 30}))
        settle(self.commune, self.district, self.province)

    @property
    def data(self) -> Path:
        """All that the root knows."""
        return self.tree.folder / "state" / self.province.name / "data.mdb"

    def add_indicators(self, *added: tuple[int, str]) -> tuple[str, str, str]:
        """A change that adds some like the visits."""
        lines = (SAMPLE / "catalogue/indicators.csv").read_text(encoding="utf-8").splitlines()
        row = next(line for line in lines if line.startswith("14,"))
        more = [row.replace(f"14,{VISITS}", f"{number},{code}") for number, code in added]
        return ("indicators.csv", lines[-1], "\n".join([lines[-1], *more]))

    def edit(self, name: str, number: int, *changes: tuple[str, str, str]) -> Path:
        """The sample under another number, with texts of its files replaced."""
        folder = self.tree.folder / name
        shutil.copytree(SAMPLE / "catalogue", folder)
        for file, old, new in (("catalogue.ini", "number = 1", f"number = {number}"), *changes):
            text = (folder / file).read_text(encoding="utf-8")
            expect(f"{old!r} in {file}", old in text, True)
            (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder


def errors_are_listed_at_once(press: Press) -> None:
    """Every error of all four files is listed with file, line and column; nothing is published"""
    folder = press.edit("bad", 2, ("units.csv", "23857,23857,commune,thi_tran,631",
                                   "23857,23857,commune,city,6310"),
                        ("indicators.csv", "= 100 * model.recognised / model.registered",
                         "= 100 * model.recognized / model.registered"),
                        ("forms.csv", "district|commune", "district|village"),
                        ("catalogue.ini", "s1_last = 06-14", "s1_last = 06-31"))
    for command in ("check", "publish"):
        result = press.province.tonghop("catalogue", command, str(folder), expect=2)
        for place, word in (("catalogue.ini:11:11", "s1_last"), ("units.csv:20:21", "city"),
                            ("units.csv:20:26", "6310"), ("forms.csv:2:38", "village"),
                            ("indicators.csv:10:129", "model.recognized")):
            said = [line for line in result.err.splitlines()
                    if line.startswith(f"{folder}/{place}: error: ")]
            expect_in(f"{command}: {place} in {result.err}", "".join(said), word)
    expect("in force", status(press.province)["catalogue"], "1")


def errors_are_told_in_vietnamese(press: Press) -> None:
    """An author who reads Vietnamese is told of the errors in Vietnamese, by `check` and by the node
    that does not publish what changes the past; codes, columns and files stay as they are"""
    folder = press.edit("bad-vi", 2, ("units.csv", "23857,23857,commune,thi_tran,631",
                                      "23857,23857,commune,city,6310"),
                        ("catalogue.ini", "s1_last = 06-14", "s1_last = 06-31"))
    said = press.province.tonghop("catalogue", "check", str(folder), "--lang", "vi", expect=2).err
    for place, text in (
            ("catalogue.ini:11:11", "lỗi: s1_last không phải là ngày có trong mọi năm"),
            ("units.csv:20:21", "lỗi: loại đơn vị “city” không có trong catalogue.ini"),
            ("units.csv:20:26", "lỗi: đơn vị 23857: không có đơn vị cấp trên 6310")):
        expect_in("check", said, f"{folder}/{place}: {text}")
    moved = press.edit("moved-vi", 2, ("units.csv", UNITS, UNITS.replace(",631", ",632")))
    said = press.province.tonghop("catalogue", "publish", str(moved), "--lang", "vi", expect=None)
    expect_in("publish", said.err, "không công bố được danh mục 2")
    expect_in("publish", said.err, "đơn vị 23857 đổi cấp trên, cấp, loại hoặc hiệu lực vào")
    said = press.province.tonghop("totals", "--period", "2024", "--unit", "99999", "--lang", "vi",
                                  expect=None)
    expect_in("totals", said.err, "kỳ đó không có đơn vị “99999”")
    expect("in force", status(press.province)["catalogue"], "1")


def sample_is_in_order(press: Press) -> None:
    """The sample is in order, and what is in force may be published again"""
    press.tree.tonghop("catalogue", "check", str(SAMPLE / "catalogue"))
    for language, words in (("en", "catalogue 1 is in force already"), ("vi", "danh mục 1 đã có hiệu lực rồi")):
        said = press.province.tonghop("--lang", language, "catalogue", "publish", str(SAMPLE / "catalogue"))
        expect_in("that it was there", said.err, words)
    expect("in force", status(press.province)["catalogue"], "1")


def mistakes_of_the_language_are_told(press: Press) -> None:
    """Circles, unknown names, unlike measures and a division by a percentage are told, each at the
    character where it stands"""
    rate = "= 100 * model.recognised / model.registered"
    folder = press.edit("unlike", 2, ("indicators.csv", "warn: <= model.registered; ", "<= fund.poor; "),
                        ("indicators.csv", rate, "= model.recognised / poverty.rate"),
                        ("indicators.csv", "count@commune(unit)", "= org.xa"),
                        ("indicators.csv", "count@commune(unit.type = xa)", "= org.communes"),
                        ("indicators.csv", "warn: >= critique.sessions", "warn: >= critique.session"),
                        ("catalogue.ini", "[measure gương]", "[measure gươg]"))
    result = press.tree.tonghop("catalogue", "check", str(folder), expect=2)
    for place, words in (("indicators.csv:3:138", ("character 1", '"mô hình" is compared with "đồng"')),
                         ("indicators.csv:10:140", ("character 20", "divided by a percentage")),
                         ("indicators.csv:12:89", ('measure "gương"', "[measure gương]")),
                         ("indicators.csv:23:151", ("character 10", '"critique.session"')),
                         ("indicators.csv:25:145", ("org.communes -> org.xa -> org.communes",))):
        said = [line for line in result.err.splitlines()
                if line.startswith(f"{folder}/{place}: error: ")]
        expect_in(f"{place} in {result.err}", "".join(said), *words)


def checks_are_made_at_entry(press: Press) -> None:
    """A figure that breaks a check is refused with both numbers; where the check only warns it is not"""
    broken = table({"model.recognised": 5, "model.recognised.collective": 3,
                    "model.recognised.individual": 1})
    result = submit(press.commune, "2021", broken, expect=None)
    expect("refused", result.status != 0, True)
    expect_in("why", result.err, "Models recognised: 5, has to be equal to 'of which collective' + 'of which individual' (4)", "correct the figure")
    result = submit(press.commune, "2021", table({"ntm.commune.met": 2}), expect=None)
    expect("refused", result.status != 0, True)
    expect_in("why", result.err, "commune in {0,1}")
    doubtful = table({"model.registered": 4, "model.recognised": 5})
    result = submit(press.commune, "2021", doubtful, expect=1)
    expect_in("warned", result.err, "warning", "is usually at most Dân vận khéo models registered (4)", "warn: <= model.registered")
    submit(press.commune, "2021", doubtful, "--accept-warnings", "công nhận cả mô hình năm trước")


def changes_are_listed(press: Press) -> None:
    """What changes is listed, between two folders and from what is in force; what may not is refused"""
    folder = press.edit("renamed", 2, ("indicators.csv", "Citizen reception visits", "Receptions"))
    listed = rows(press.tree.tonghop("catalogue", "diff", str(SAMPLE / "catalogue"), str(folder),
                                     "--format", "csv"))
    wanted = [("catalogue", "", "number", "1", "2"),
              ("indicator", VISITS, "name_en", "Citizen reception visits", "Receptions")]
    fields = ("what", "code", "field", "before", "after")
    expect("two folders", [tuple(line[name] for name in fields) for line in listed], wanted)
    result = press.province.tonghop("catalogue", "diff", str(folder), "--format", "csv")
    expect("from what is in force", [tuple(line[name] for name in fields) for line in rows(result)],
           wanted)
    formula = press.edit("formula", 2, ("indicators.csv", "= 100 * poverty.poor", "= 100.0 * poverty.poor"))
    result = press.province.tonghop("catalogue", "diff", str(formula))
    expect_in("a formula", result.out + result.err, "poverty.rate", "rule", "computed anew")
    changed = press.edit("coarser", 2, ("indicators.csv", "m2,flow,sum,1,", "m2,flow,sum,0,"))
    result = press.province.tonghop("catalogue", "diff", str(changed), expect=1)
    expect_in("refused", result.err, "contrib.land", "decimals", "cannot change")
    result = press.tree.tonghop("catalogue", "diff", str(folder), str(folder))
    expect_in("the same", result.err, "the same")
    result = press.tree.tonghop("catalogue", "diff", expect=2)
    expect_in("what is missing", result.err, "NEW")
    expect_in("what is missing", press.tree.tonghop("catalogue", "check", expect=2).err, "PATH")
    result = press.tree.tonghop("--lang", "en", "catalogue", "diff", str(folder),
                                str(SAMPLE / "catalogue"), expect=1)
    expect_in("no node is asked", result.err, "the new catalogue has number 1, the old one ")
    expect("nothing is in force", "in force" in result.err, False)
    press.tree.tonghop("catalogue", "check", str(folder), str(folder), expect=2)


def calendar_from(year: int) -> tuple[str, str, str]:
    """The statistical calendar from a year on, as a change of catalogue.ini."""
    return ("catalogue.ini", "[level province]",
            f"[calendar {year}]\ns1_first = 01-01\ns1_last = 06-30\ns2_first = 07-01\n"
            "s2_last = 12-31\n\n[level province]")


def calendars_of_years_to_come(press: Press) -> None:
    """A later calendar is listed; days between two are a warning; a year that has begun keeps its own"""
    later = press.edit("calendar", 2, calendar_from(2100))
    result = press.tree.tonghop("catalogue", "check", str(later))
    expect_in("warned", result.err, f"{later}/catalogue.ini:18: warning: ",
              "2099-12-15 to 2099-12-31", "catalogue 2")
    listed = rows(press.tree.tonghop("catalogue", "diff", str(SAMPLE / "catalogue"), str(later),
                                     "--format", "csv"))
    expect("added", [(line["what"], line["code"], line["after"]) for line in listed],
           [("catalogue", "", "2"), ("calendar", "2100", "01-01 06-30 07-01 12-31")])
    shown = rows(press.tree.tonghop("catalogue", "show", "calendars", "--file", str(later),
                                    "--format", "csv"))
    expect("shown", [tuple(line.values()) for line in shown],
           [("", "-1/12-15", "06-14", "06-15", "12-14"), ("2100", "01-01", "06-30", "07-01", "12-31")])
    begun = press.edit("begun", 2, calendar_from(2020))
    result = press.tree.tonghop("catalogue", "diff", str(SAMPLE / "catalogue"), str(begun), expect=1)
    expect_in("diff refuses", result.err, "cannot change, because the year has begun")
    result = press.province.tonghop("catalogue", "publish", str(begun), expect=None)
    expect("publish refuses", result.status != 0, True)
    expect_in("why", result.err, "cannot change, because the year has begun", "a later year")
    expect("in force", status(press.province)["catalogue"], "1")


def totals_stand_in_sections(press: Press) -> None:
    """Totals stand in the order in which sections are declared and indicators ordered, under headings
    and measures in the language of the reader"""
    for language, first, last, measure in (("en", "Dân vận khéo models", "Defence and security", "households"),
                                           ("vi", "Mô hình “Dân vận khéo”", "Quốc phòng - an ninh", "hộ")):
        shown = press.province.tonghop("totals", "--period", "2024", "--lang", language).out
        headings = [line.strip()[1:-1] for line in shown.splitlines() if line.startswith("[")]
        expect(f"headings, {language}", (len(headings), headings[0], headings[-1]), (6, first, last))
        line = next(line for line in shown.splitlines() if "household.total" in line)
        expect_in(f"measure, {language}", line, measure)
    listed = [line["code"] for line in
              rows(press.province.tonghop("catalogue", "show", "indicators", "--format", "csv"))]
    asked = rows(press.province.tonghop("totals", "--period", "2024", "--format", "csv"))
    expect("the order of the catalogue", [line["indicator"] for line in asked],
           [code for code in listed if code in {line["indicator"] for line in asked}])


def only_the_root_publishes(press: Press) -> None:
    """A node beneath refuses to publish, and so does the root for a number that is not higher, or for
    what may not change"""
    folder = press.edit("second", 2)
    result = press.district.tonghop("catalogue", "publish", str(folder), expect=1)
    expect_in("beneath", result.err, "forbidden", "at the root")
    other = press.edit("other", 1, ("catalogue.ini", "(sample catalogue)", "(another)"))
    result = press.province.tonghop("catalogue", "publish", str(other), expect=1)
    expect_in("the same number", result.err, "exists", "higher number")
    changed = press.edit("changed", 2, ("indicators.csv", "lượt,flow,sum,0,", "lượt,flow,sum,1,"))
    result = press.province.tonghop("catalogue", "publish", str(changed), expect=1)
    expect_in("decimals", result.err, "invalid", VISITS)
    expect("in force", [status(node)["catalogue"] for node in press.nodes], ["1"] * 3)


def next_one_travels_down(press: Press) -> None:
    """A new catalogue with one more indicator and commune is in force everywhere a moment later, also
    at a node that was stopped; totals stay"""
    press.commune.stop()
    folder = press.edit("next", 3, press.add_indicators((900, NEW)), NEW_UNIT)
    press.province.tonghop("catalogue", "publish", str(folder))
    start_as_it_is(press.commune)  # it has the older one
    for node in press.nodes:
        eventually(lambda: status(node)["catalogue"] == "3", f"catalogue 3 is in force at {node.name}")
    settle(*reversed(press.nodes))
    expect("total", total(press.province, "2024", VISITS), exact(30, 1))
    expect("the new unit owes reports from its beginning",
           [coverage(press.province, period).get("99001") for period in ("2024", "2100")],
           [None, "missing"])
    listed = rows(press.commune.tonghop("catalogue", "show", "indicators", "--format", "csv"))
    expect("the new indicator", NEW in [line["code"] for line in listed], True)
    parts = [line for line in listed if line["code"] == "model.recognised.collective"]
    expect("a part", [(line["part_of"], line["signed"], line["valid_from"]) for line in parts],
           [("model.recognised", "", "")])
    shown = press.commune.tonghop("catalogue", "show", "indicators", "--format", "json").out
    expect("absent is null", ('"part_of": null' in shown, ': ""' in shown), (True, False))


def reports_under_the_new_one(press: Press) -> None:
    """What the new catalogue brought can be filed; what was filed before is as it was"""
    press.commune.tonghop("amend", VISITS, "31", "--period", "2024", "--reason", "one more")
    submit(press.commune, "2025-S1", table({VISITS: 2, NEW: 4}))
    submit(press.district, "2100", table({VISITS: 5}), "--unit", "99001", *LOOKED_AT)
    settle(press.commune, press.district, press.province)
    expect("old", total(press.province, "2024", VISITS), exact(31, 1))
    expect("new indicator", total(press.province, "2025-S1", NEW), exact(4, 1))
    expect("new unit", total(press.province, "2100", VISITS), exact(5, 1))
    expect("before", total(press.province, "2024", NEW), NO_FIGURE)
    expect("revisions", [line["revision"] for line in history(press.commune, COMMUNE, "2024")],
           ["2", "1"])
    verify(*press.nodes)


def old_backup_of_the_root(press: Press) -> None:
    """A root that was restored from an old backup publishes nothing but what its children have, and
    says so; reports made under that wait"""
    press.province.stop()
    backup = press.tree.folder / "backup.mdb"
    shutil.copy(press.data, backup)
    press.province.start()
    folder = press.edit("later", 4, press.add_indicators((900, NEW), (901, LATER)), NEW_UNIT)
    press.province.tonghop("catalogue", "publish", str(folder))
    for node in press.nodes:
        eventually(lambda: status(node)["catalogue"] == "4", f"catalogue 4 is in force at {node.name}")
    press.province.stop()
    submit(press.commune, "2025-S2", table({VISITS: 3, LATER: 6}))
    shutil.copy(backup, press.data)
    start_as_it_is(press.province)
    eventually(lambda: "has catalogue 4, here is 3" in "".join(status(press.province)["problems"]),
               "the root says what it lacks")
    eventually(lambda: any("catalogue:" in line for line in status(press.district)["problems"]),
               "the report waits for the catalogue")
    for name, number in (("other-4", 4), ("other-5", 5)):
        other = press.edit(name, number, press.add_indicators((900, NEW), (902, LATER)), NEW_UNIT)
        result = press.province.tonghop("catalogue", "publish", str(other), expect=1)
        expect_in(name, result.err, "has catalogue 4, here is 3", "tonghop catalogue fetch",
                  f"tonghop revoke {press.district.public_key}")
    expect("in force", status(press.province)["catalogue"], "3")


def fetched_from_a_child(press: Press) -> None:
    """The catalogue of a child is fetched into a file and published at the root as it is; then all goes
    on"""
    file = press.tree.folder / "fetched"
    press.district.tonghop("catalogue", "fetch", str(file))
    expect("mode", file.stat().st_mode & 0o777, 0o644)
    content = file.read_bytes()
    result = press.district.tonghop("catalogue", "fetch", str(file), expect=2)
    expect_in("there already", result.err, "--force")
    press.district.tonghop("catalogue", "fetch", str(file), "--force")
    expect("the same again", file.read_bytes(), content)
    expect_in("checked", press.tree.tonghop("catalogue", "check", str(file)).err, "catalogue 4")
    listed = rows(press.tree.tonghop("catalogue", "show", "indicators", "--file", str(file),
                                     "--format", "csv"))
    expect("shown", LATER in [line["code"] for line in listed], True)
    file.write_bytes(content[:-1])
    result = press.province.tonghop("catalogue", "publish", str(file), expect=2)
    expect_in("damaged", result.err, str(file), "fetch it again")
    file.write_bytes(content)
    press.province.tonghop("catalogue", "publish", str(file))
    settle(*reversed(press.nodes))
    expect("in force", [status(node)["catalogue"] for node in press.nodes], ["4"] * 3)
    expect("what waited", total(press.province, "2025-S2", LATER), exact(6, 1))
    folder = press.edit("last", 5, press.add_indicators((900, NEW), (901, LATER)), NEW_UNIT)
    press.province.tonghop("catalogue", "publish", str(folder))
    for node in press.nodes:
        eventually(lambda: status(node)["catalogue"] == "5", f"catalogue 5 is in force at {node.name}")
    settle(*reversed(press.nodes))
    verify(*press.nodes)


def comparisons_across_calendars(press: Press) -> None:
    """With another calendar in force from 2100 on, 2100 against 2099 is told to have other days, 2099
    against 2098 is not"""
    folder = press.edit("change", 6, press.add_indicators((900, NEW), (901, LATER)), NEW_UNIT,
                        calendar_from(2100))
    press.province.tonghop("catalogue", "publish", str(folder))
    for node in press.nodes:
        eventually(lambda: status(node)["catalogue"] == "6", f"catalogue 6 is in force at {node.name}")
    for year in ("2098", "2099", "2100"):
        submit(press.commune, year, table({VISITS: 7}), *LOOKED_AT)
    settle(press.commune, press.district, press.province)
    for node in (press.district, press.province):
        for year, unequal in (("2100", True), ("2099", False)):
            line = rows(node.tonghop("totals", "--period", year, "--unit", str(COMMUNE), "--indicator",
                                     VISITS, "--compare", "previous", "--format", "csv"))[0]
            expect(f"{year} at {node.name}", "calendar" in line["previous_unequal"].split(), unequal)
            text = node.tonghop("--lang", "en", "totals", "--period", year, "--unit", str(COMMUNE),
                                "--indicator", VISITS, "--compare", "previous").out
            expect(f"{year} for people", "other days in the period" in text, unequal)
            said = node.tonghop("--lang", "en", "phrase", "-", "--period", year, "--unit", str(COMMUNE),
                                stdin="{" + VISITS + "|change}", expect=None)
            expect(f"{year} in a phrase", "other days" in said.out + said.err, unequal)
    verify(*press.nodes)


STEPS = (errors_are_listed_at_once, errors_are_told_in_vietnamese, sample_is_in_order,
         mistakes_of_the_language_are_told,
         checks_are_made_at_entry, changes_are_listed, calendars_of_years_to_come,
         totals_stand_in_sections,
         only_the_root_publishes, next_one_travels_down,
         reports_under_the_new_one, old_backup_of_the_root, fetched_from_a_child,
         comparisons_across_calendars)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Press(grown))
