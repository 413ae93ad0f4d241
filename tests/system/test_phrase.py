"""The text of an official report is filled with figures of a real daemon, or nothing is printed and
every mistake is told where it stands.

Figures are those of the published reports; how they are split among units is made up."""

import csv
import json
import shutil
from pathlib import Path

from harness import Tree
from scene import (SAMPLE, client, expect, expect_in, plant, play, rows, submit, table, unit_table)

PROVINCE, DISTRICT = 64, 631
PLEIKU = 622
TOWNSHIP, COMMUNE, SECOND = 23857, 23860, 23863
FIGURES = {
    # period: unit: cells
    "2023": {TOWNSHIP: {"reception.visits": 2743, "petition.received": 196}},
    "2024": {
        TOWNSHIP: {"reception.visits": 861, "petition.received": 171, "household.total": 32857,
                   "poverty.poor": 230, "culture.area": 1650, "culture.area_total": 2161},
        COMMUNE: {"reception.visits": 2000, "poverty.reduced": 294, "poverty.reduced.dtts": 144,
                  "ntm.commune.met": 1},
        SECOND: {"ntm.commune.met": 1, "model.registered": 1250000000},
    },
}
QUALIFIED = ("indicator,value,qualifier,upper\n"
             "fund.farmer,28000000000,>=,\n")
MAGNITUDE = ("indicator,value,qualifier,upper\n"
             "model.exemplar.individual,100,..,999\n"
             "youth.volunteer.turns,400000,<=,\n")

REPORT = """Kính gửi {unit}: {period}
Tiếp {reception.visits} lượt công dân, {reception.visits|change} so với {period:previous}.
Nhận {petition.received} đơn, {petition.received|change} ({petition.received|change-percent}).
Giảm {poverty.reduced|measure} ({poverty.reduced.dtts} hộ dân tộc thiểu số); còn {poverty.rate|measure}.
Khu dân cư văn hóa {culture.area_rate} %; {ntm.commune.met@631}/{org.xa@631} xã.
Quỹ: {fund.farmer|measure}; {model.exemplar.individual|measure}; {youth.volunteer.turns|measure}.
{{{unit@631}}}: {model.registered|digits}
"""
EXPECTED_VI = """Kính gửi Tỉnh Gia Lai: năm 2024
Tiếp 2.861 lượt công dân, tăng 118 lượt so với năm 2023.
Nhận 171 đơn, giảm 25 đơn (giảm 12,76 %).
Giảm 294 hộ (144 hộ dân tộc thiểu số); còn 0,70 %.
Khu dân cư văn hóa 76,35 %; 2/{XA} xã.
Quỹ: trên 28 tỷ đồng; hàng trăm gương; gần 400 nghìn lượt người.
{Huyện Đức Cơ}: 1.250.000.000
"""


# What the sample catalogue lacks for the sentence about cattle sheds.
SHEDS = """801,shed.plan,chung,,Chuồng phải di dời,Sheds planned,chuồng,flow,sum,0,,,commune,,,
802,shed.moved,chung,,Chuồng đã di dời,Sheds moved,chuồng,flow,sum,0,,,commune,,,
803,shed.rate,,,Tỷ lệ di dời,Share of sheds,%,flow,,2,,,province|district,,,= 100 * shed.moved / shed.plan
804,shed.cattle,chung,,Trâu bò,Cattle,con,flow,sum,0,,,commune,,,
805,shed.communes_scope,,,Xã có chuồng,Communes,xã,flow,,0,,,district,,,count@commune(shed.plan > 0)
806,shed.communes_done,,,Xã hoàn thành,Communes done,xã,flow,,0,,,district,,,count@commune(shed.plan > 0 and shed.moved >= shed.plan)
"""
XA = 184  # communes of the province of 2019, of which 60 met the standard


def grow_catalogue(folder: Path) -> list[int]:
    """The sample with the sheds, and with made-up communes in Pleiku, whose ids are given: 16 there,
    and so many elsewhere that there are 184 xã."""
    shutil.copytree(SAMPLE / "catalogue", folder)
    with open(folder / "indicators.csv", "a", encoding="utf-8") as file:
        file.write(SHEDS)
    with open(folder / "catalogue.ini", "a", encoding="utf-8") as file:
        for measure in "chuồng", "con":
            file.write(f"\n[measure {measure}]\n")
    with open(folder / "units.csv", encoding="utf-8", newline="") as file:
        units = list(csv.DictReader(file))
    in_pleiku = sum(unit["parent"] == str(PLEIKU) for unit in units)
    added = XA - sum(unit["type"] == "xa" for unit in units)
    ids = list(range(900001, 900001 + added))
    with open(folder / "units.csv", "a", encoding="utf-8") as file:
        for number, unit in enumerate(ids):
            parent = PLEIKU if number < 16 - in_pleiku else 623
            file.write(f"{unit},{unit},commune,xa,{parent},,,Xã Mẫu {number},,\n")
    return ids


class Scene:
    def __init__(self, tree: Tree) -> None:
        ids = grow_catalogue(tree.folder / "catalogue")
        self.root = plant(tree, catalogue=tree.folder / "catalogue")
        sheds = {unit: {"shed.plan": 65, "shed.moved": 65, "shed.cattle": 327} for unit in ids[:14]}
        submit(self.root, "2022", unit_table(sheds))
        submit(self.root, "2019", unit_table({unit: {"ntm.commune.met": 1} for unit in ids[:60]}))
        for period, reports in FIGURES.items():
            submit(self.root, period, unit_table(reports))
        submit(self.root, "2024", QUALIFIED, "--unit", str(COMMUNE))
        submit(self.root, "2024", MAGNITUDE, "--unit", str(PLEIKU))
        self.reader = client(tree, "can-bo", DISTRICT, self.root, role="reader")


def phrase(node, text, *arguments, status=0, language="vi"):
    return node.tonghop("--lang", language, "phrase", "-", *arguments, stdin=text, expect=status)


def report_is_filled(scene: Scene) -> None:
    """A report comes out with its figures, changes and names, in Vietnamese"""
    communes = scene.root.tonghop("totals", "--period", "2024", "--unit", str(DISTRICT), "--indicator",
                                  "org.xa", "--format", "csv")
    expected = EXPECTED_VI.replace("{XA}", rows(communes)[0]["value"])
    result = phrase(scene.root, REPORT, "--period", "2024")
    expect("report", result.out, expected)


def strokes_join_figures(scene: Scene) -> None:
    """Figures that a report joins by strokes are placeholders side by side"""
    text = ("{shed.communes_done}/{shed.communes_scope}/{org.communes} xã, thị trấn; {shed.moved}/"
            "{shed.plan} chuồng/{shed.cattle} con, đạt {shed.rate} %")
    result = phrase(scene.root, text, "--period", "2022", "--unit", str(PLEIKU))
    expect("sheds", result.out, "14/14/16 xã, thị trấn; 910/910 chuồng/4.578 con, đạt 100 %")
    result = phrase(scene.root, "{ntm.commune.met}/{org.xa} xã", "--period", "2019")
    expect("communes", result.out, "60/184 xã")


def english_is_filled(scene: Scene) -> None:
    """The same figures are said in English"""
    text = "{reception.visits|change}, {fund.farmer}, {model.exemplar.individual}, {unit}, {period}"
    result = phrase(scene.root, text, "--period", "2024", language="en")
    expect("report", result.out,
           "up 118 occasions, over 28 billion, hundreds, Gia Lai Province, 2024")


def marks_are_told(scene: Scene) -> None:
    """What a reader has to know of a figure is told with its place, beside the text"""
    result = phrase(scene.root, "a\n {model.recognition_rate}", "--period", "2024", status=1)
    expect("text", result.out, "a\n –")
    submit(scene.root, "2022-S1", table({"reception.visits": 7}), "--unit", str(COMMUNE))
    result = phrase(scene.root, "a\n {reception.visits@631:2022}", "--period", "2024")
    expect("text", result.out, "a\n 7")
    expect_in("note", result.err, "-:2:2: cảnh báo: {reception.visits@631:2022} của 631 Huyện Đức Cơ, "
                                  "kỳ 2022: ")


def no_direction_is_made_up(scene: Scene) -> None:
    """Where a figure may have risen or fallen the text says both, or has a dash and a warning"""
    header = "indicator,value,qualifier,upper\n"
    submit(scene.root, "2016", header + "reception.visits,50,<=,\n", "--unit", str(SECOND))
    submit(scene.root, "2017", header + "reception.visits,50,=,\n", "--unit", str(SECOND))
    submit(scene.root, "2018", header + "reception.visits,10,>=,\n", "--unit", str(SECOND))
    result = phrase(scene.root, "{reception.visits|change} ({reception.visits|change-percent})",
                    "--period", "2018")
    expect("text", result.out, "tăng, hoặc giảm không quá 40 lượt (tăng, hoặc giảm không quá 80 %)")
    result = phrase(scene.root, "{reception.visits|change}", "--period", "2018", language="en")
    expect("in English", result.out, "up, or down by at most 40 occasions")
    result = phrase(scene.root, "giảm {reception.visits|change|abs}", "--period", "2018", status=1)
    expect("size", result.out, "giảm –")
    expect_in("why", result.err, "kỳ 2018: không biết chắc là tăng hay giảm: đã in –")
    expect("told once", "chưa có số liệu" in result.err, False)
    result = phrase(scene.root, "{reception.visits|change}; {reception.visits|change-percent}", "--period",
                    "2017", status=1)
    expect("percent of what was at most so many", result.out, "không giảm; –")
    totals = scene.root.tonghop("--lang", "en", "totals", "--period", "2018", "--compare", "previous",
                                "--indicator", "reception.visits").out
    expect_in("totals", totals, " up, or down by at most 40 (up, or down by at most 80 %) ")


def missing_is_a_dash(scene: Scene) -> None:
    """A figure without a value is a dash, named on standard error, and the exit status is 1"""
    result = phrase(scene.root, "{house.veteran} và {reception.visits}", "--period", "2024", status=1)
    expect("text", result.out, "– và 2.861")
    expect_in("note", result.err, "-:1:1: cảnh báo: {house.veteran} của 64 Tỉnh Gia Lai, kỳ 2024, "
                                  "chưa có số liệu")
    result = phrase(scene.root, "{reception.visits:2020..2024}", "--period", "2024")
    expect_in("years that a span lacks", result.err, "không có số năm 2020")


def mistakes_print_nothing(scene: Scene) -> None:
    """Every mistake is told at once, in order, and nothing is printed"""
    text = "{reception.visit} {reception.visits@9:2024}\n{reception.visits|chang} {unit"
    result = phrase(scene.root, text, "--period", "2024", status=2, language="en")
    expect("text", result.out, "")
    places = [line.split(": error")[0] for line in result.err.splitlines() if ": error" in line]
    expect("places", places, ["-:1:2", "-:1:37", "-:2:19", "-:2:26"])
    expect_in("summary", result.err, "4 errors; nothing was printed")


def refusals_have_places(scene: Scene) -> None:
    """What the node refuses to this key is told where it was asked for"""
    result = phrase(scene.reader, "{reception.visits}\n{reception.visits@64}", "--period", "2024",
                    status=2)
    expect("text", result.out, "")
    expect_in("refusal", result.err, "-:2:1: lỗi: ")
    result = phrase(scene.reader, "{unit}: {reception.visits}", "--period", "2024")
    expect("text", result.out, "Huyện Đức Cơ: 2.861")


def files_are_checked(scene: Scene) -> None:
    """A file that is not there, is no text, or a period that is none, is told"""
    result = scene.root.tonghop("phrase", "/nowhere.txt", "--period", "2024", expect=2)
    expect_in("no file", result.err, "/nowhere.txt: ")
    path = scene.root.tree.folder / "report.txt"
    path.write_bytes(b"\xef\xbb\xbf{unit}\r\n\xff")
    result = scene.root.tonghop("phrase", str(path), "--period", "2024", expect=2)
    expect_in("no text", result.err, "report.txt:2:1: ", "0xff")
    path.write_bytes(b"\xef\xbb\xbf{unit}\r\n")
    result = scene.root.tonghop("--lang", "vi", "phrase", str(path), "--period", "2024")
    expect("mark and line end", result.out, "Tỉnh Gia Lai\n")
    result = scene.root.tonghop("phrase", str(path), "--period", "2024-S3", expect=2)
    expect_in("period", result.err, "2009..2019")


def programs_get_rows(scene: Scene) -> None:
    """Programs get a row for each placeholder, with place, figure, qualifier and bound"""
    text = "{unit}\n{reception.visits|change} {model.exemplar.individual@622} {house.veteran}"
    result = phrase(scene.root, text, "--period", "2024", "--format", "json", status=1)
    found = [[row[key] for key in ("line", "column", "indicator", "unit", "period", "text", "value",
                                   "qualifier", "upper")] for row in json.loads(result.out)]
    expect("rows", found, [
        ["1", "1", None, "64", "2024", "Tỉnh Gia Lai", None, None, None],
        ["2", "1", "reception.visits", "64", "2024", "tăng 118 lượt", "118", "=", None],
        ["2", "27", "model.exemplar.individual", "622", "2024", "hàng trăm", "100", "..", "999"],
        ["2", "59", "house.veteran", "64", "2024", "–", None, None, None],
    ])
    result = phrase(scene.root, text, "--period", "2024", "--format", "csv", status=1)
    expect("CSV", [row["text"] for row in rows(result)],
           ["Tỉnh Gia Lai", "tăng 118 lượt", "hàng trăm", "–"])


if __name__ == "__main__":
    with Tree() as tree:
        play([report_is_filled, strokes_join_figures, english_is_filled, marks_are_told,
              no_direction_is_made_up, missing_is_a_dash,
              mistakes_print_nothing, refusals_have_places, files_are_checked, programs_get_rows],
             Scene(tree))
