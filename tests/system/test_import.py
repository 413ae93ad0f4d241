"""Report files as a Vietnamese spreadsheet writes them are filed as they are; what is wrong in them is
told with the cell's address, and what is odd is filed only with a note that travels with it."""

import csv
import io
from pathlib import Path

from harness import Node, Result, Tree
from scene import (Figure, NO_FIGURE, client, exact, expect, expect_in, history, outcomes, plant, play,
                   rows, settle, total, totals, verify)

COMMUNE, DISTRICT = 23857, 631
BOM = "\ufeff"


class Office:
    """A province, the node of a commune, and somebody of the district who hands in at the province."""

    def __init__(self, tree: Tree) -> None:
        self.folder = Path(tree.folder)
        self.province = plant(tree)
        self.commune = tree.add("chu-ty", COMMUNE, self.province, listens=False)
        self.district = client(tree, "to-duc-co", DISTRICT, self.province)

    def submit(self, node: Node, content: bytes, *arguments: str, expect: int = 0) -> Result:
        file = self.folder / "bao-cao.csv"
        file.write_bytes(content)
        return node.tonghop("--lang", "vi", "submit", str(file), *arguments, "--format", "csv",
                            expect=expect)

    def said(self, result: Result) -> str:
        """Without the folder, which has another name each time."""
        return result.err.replace(f"{self.folder}/", "")


def crlf(text: str) -> bytes:
    return (BOM + text.replace("\n", "\r\n")).encode()


GOOD = crlf("""UBND THỊ TRẤN CHƯ TY;;;;
BÁO CÁO KẾT QUẢ CÔNG TÁC DÂN VẬN;;;;
Sáu tháng đầu năm 2024;;;;
;;;;
STT;Nội dung;Đơn vị tính;Kết quả;Ghi chú
A;B;C;1;
I;"Mô hình ""Dân vận khéo"" trong kỳ";;;
1;"Mô hình, điển hình ""Dân vận khéo"" đăng ký";mô hình;1.556;
2;Mô hình, điển hình được công nhận;mô hình;1.327;"rà soát,
lần hai"
;Trong đó:;;;
;- Mô hình tập thể;mô hình;1.024;
;- Mô hình cá nhân;mô hình;303;
II;XÂY DỰNG HỆ THỐNG CHÍNH TRỊ;;;
3;Lượt tiếp công dân;lượt;gần 2,9 nghìn;
4;Khu dân cư;;;
III;KINH TẾ;;;
5;Đất hiến;m2;5.023,5;
6;Tiền nhân dân đóng góp, huy động xây dựng NTM;đồng;khoảng 1 tỷ đồng;
7;Tỷ lệ hộ nghèo;%;;
8;Hộ nghèo giảm trong kỳ;hộ;hàng trăm;
;;;;
;;;Chư Ty, ngày 14 tháng 6 năm 2024;
;;;Người lập biểu;
""")


def spreadsheet_is_filed(office: Office) -> None:
    """A spreadsheet with titles, headings, names, thousand dots and words is filed as it is"""
    result = office.submit(office.commune, GOOD, "--period", "2024-S1")
    expect("outcome", outcomes(result), [("23857", "1", "accepted")])
    settle(office.commune)
    found = totals(office.province, "2024-S1")
    for indicator, figure in {
            "model.registered": exact(1556, 1), "model.recognised": exact(1327, 1),
            "model.recognised.collective": exact(1024, 1),
            "model.recognised.individual": exact(303, 1),
            "reception.visits": Figure("<=", "2900", 1), "contrib.land": exact("5023.5", 1),
            "contrib.money": Figure("~", "1000000000", 1),
            "poverty.reduced": Figure("..", "100", 1), "poverty.poor": NO_FIGURE}.items():
        expect(indicator, found[indicator], figure)
    listed = rows(office.province.tonghop("history", str(COMMUNE), "--period", "2024-S1", "--cells",
                                          "--format", "csv"))
    notes = {row["indicator"]: (row["note"], row["upper"]) for row in listed}
    expect("a note with a line break", notes["model.recognised"], ("rà soát,\nlần hai", ""))
    expect("a range", notes["poverty.reduced"], ("", "999"))


def other_programs_write_otherwise(office: Office) -> None:
    """Tabs in UTF-16, commas with plain numbers, sep= lines and lone CR are the same report"""
    text = "Chỉ tiêu\tSố liệu\nLượt tiếp công dân\t1204\nĐất hiến\t75.6\n"
    semicolons = text.replace("\t", ";").replace("75.6", "75,6").replace("1204", "1.204")
    result = office.submit(office.commune, text.encode("utf-16"), "--period", "2022-S1")
    expect("UTF-16 with tabs", outcomes(result), [("23857", "1", "accepted")])
    for name, content, arguments in (
            ("commas", text.replace("\t", ",").encode(), ()),
            ("sep=;", ("sep=;\r\n" + semicolons.replace("\n", "\r\n")).encode(), ()),
            ("a lone CR", semicolons.replace("\n", "\r").encode(), ()),
            ("empty columns and rows", semicolons.replace("\n", ";;;\n").encode() + b";;;;\n\n", ()),
            ("said to be plain", text.replace("\t", ";").encode(), ("--numbers", "plain")),
            ("a copy of what is held", office.commune.tonghop(
                "history", str(COMMUNE), "--period", "2022-S1", "--cells", "--format",
                "csv").out.replace("form,revision,", "STT,TT,").encode(), ())):
        result = office.submit(office.commune, content, "--period", "2022-S1", *arguments)
        expect(name, outcomes(result), [("23857", "1", "unchanged")])
        expect(f"{name}: said", result.err, "23857 Thị trấn Chư Ty, chung, 2022-S1: không đổi so với bản 1\n")
    noted = "Chỉ tiêu,Số liệu,Ghi chú\nLượt tiếp công dân,1204,x\nĐất hiến,75.6,\n".encode()
    result = office.submit(office.commune, noted, "--period", "2022-S1", "--dry-run")
    expect("the figures, but not the notes", result.err,
           "23857 Thị trấn Chư Ty, chung, 2022-S1: thay cho bản 1\n  số liệu không đổi\n")


def units_by_name(office: Office) -> None:
    """A file of many units names them by name, beneath the sender's own"""
    content = crlf("Xã;Chỉ tiêu;Số liệu\nXã Ia Dơk;Lượt tiếp công dân;3\nIA KRÊL;Lượt tiếp công dân;4\n")
    result = office.submit(office.district, content, "--period", "2022-S1")
    expect("outcomes", outcomes(result), [("23860", "1", "accepted"), ("23863", "1", "accepted")])
    elsewhere = crlf("Xã;Chỉ tiêu;Số liệu\nXã Ia Dơk;Lượt tiếp công dân;3\nXã Gào;Lượt tiếp công dân;4\n")
    result = office.submit(office.district, elsewhere, "--period", "2022-S1", expect=2)
    expect_in("a unit of another district", office.said(result), "bao-cao.csv:3:1 (A3): lỗi: ",
              "“Xã Gào”")


BAD = crlf("""BÁO CÁO;;;;;
TT;Mã;Chỉ tiêu;ĐVT;Số liệu;Dấu
1;;Lượt tiếp dân;lượt;5;
2;petition.received;Lượt tiếp công dân;;6;
3;;Quỹ hỗ trợ nông dân (quỹ hội);triệu đồng;28.000;
4;;Đất hiến;;75.6;
5;;"Hộ nghèo
(thời điểm cuối kỳ)";;trên 5;<=
6;;Tổng số hộ;;12 người;
7;;Ngày công đóng góp;;nhiều;
8;household.total;;;1;
9;household.total;;;2;
""")
BAD_SAID = """bao-cao.csv:3:4 (C3): lỗi: không có chỉ tiêu “Lượt tiếp dân”: nếu là “Lượt tiếp công dân” thì ghi như vậy, hoặc ghi mã reception.visits
bao-cao.csv:4:21 (C4): lỗi: “Lượt tiếp công dân” không phải là tên của petition.received (“Đơn khiếu nại, tố cáo tiếp nhận”): sửa mã hoặc tên
bao-cao.csv:5:34 (D5): lỗi: fund.farmer tính bằng “đồng”, không phải “triệu đồng”: đổi số liệu, và sửa ô này
bao-cao.csv:6:14 (E6): lỗi: “75.6” ở đây không phải là số: viết như 2.861 hoặc 75,6, hoặc nộp với --numbers plain
bao-cao.csv:8:30 (F7): lỗi: dấu <= trái với “trên 5”: bỏ một trong hai
bao-cao.csv:9:16 (E8): lỗi: “12 người”: phần sau số không phải là “hộ”, đơn vị tính của household.total: đổi sang đơn vị đó, hoặc chỉ ghi số
bao-cao.csv:10:24 (E9): lỗi: “nhiều” không phải là số: viết như 2.861 hoặc 75,6
bao-cao.csv:12:21 (E11): lỗi: household.total đã có số liệu ở dòng 11 (E10): xóa một trong hai dòng
tonghop: có 8 lỗi, chưa có gì thay đổi
"""


def problems_have_addresses(office: Office) -> None:
    """All that is wrong is told at once, each with its line, column and cell; nothing is filed"""
    result = office.submit(office.commune, BAD, "--period", "2021-S1", expect=2)
    expect("what is said", office.said(result), BAD_SAID)
    expect("what is filed", (result.out, history(office.commune, COMMUNE, "2021-S1")), ("", []))
    for name, content in (("windows-1258", "Chỉ".encode("utf-8")[:2] + b";\xd4\n"),
                          ("a workbook", b"PK\3\4\24\0\6\0\10\0")):
        result = office.submit(office.commune, content, "--period", "2021-S1", expect=2)
        expect_in(name, office.said(result), "UTF-8", "Lưu thành")


# A year below its half, and one that lacks what the half has.
YEAR = crlf("Chỉ tiêu;Số liệu;Ghi chú\nLượt tiếp công dân;1.000;đã đối chiếu\nTổng số hộ;1.900;\n")
NOTE = "sổ tiếp dân ghi thiếu"


def warnings_are_looked_at(office: Office) -> None:
    """What is odd is told with its cell and not filed, also not by --dry-run, until it is accepted"""
    for arguments in ((), ("--dry-run",)):
        result = office.submit(office.commune, YEAR, "--period", "2022", *arguments, expect=1)
        expect("what is said", office.said(result),
               "bao-cao.csv:2: cảnh báo: contrib.land: báo cáo năm thiếu số này trong khi S1 "
               "có; tạm lấy số nửa năm: bổ sung vào báo cáo năm\n"
               "bao-cao.csv:2:20 (B2): cảnh báo: reception.visits: số cả năm nhỏ hơn số S1, S2 chỉ còn "
               "-204: sửa số cả năm hoặc số S1\n"
               "tonghop: có 2 cảnh báo, chưa nộp gì; hãy sửa lại, hoặc nếu số liệu đúng thì chạy lại "
               "với --accept-warnings \"GHI CHÚ\"\n")
        expect("outcome", outcomes(result), [("23857", "", "not-sent")])
        expect("history", history(office.commune, COMMUNE, "2022"), [])
    result = office.submit(office.commune, YEAR, "--period", "2022", "--accept-warnings", " ", expect=2)
    expect_in("a note is needed", result.err, "--accept-warnings")


def note_travels(office: Office) -> None:
    """The note of who accepted the warnings stands with the figures, at the province too"""
    arguments = ("--period", "2022", "--accept-warnings", NOTE)
    result = office.submit(office.commune, YEAR, *arguments, "--dry-run")
    expect("a dry run", outcomes(result), [("23857", "", "checked")])
    result = office.submit(office.commune, YEAR, *arguments)
    expect("outcome", outcomes(result), [("23857", "1", "accepted")])
    expect_in("told all the same", result.err, "(B2): cảnh báo: reception.visits")
    result = office.submit(office.commune, YEAR, *arguments)
    expect("once more", outcomes(result), [("23857", "1", "unchanged")])
    settle(office.commune)
    explained = rows(office.province.tonghop("explain", "reception.visits", "--period", "2022",
                                             "--unit", str(COMMUNE), "--format", "csv"))
    expect("explain", [row["note"] for row in explained if row["revision"] == "1"],
           [f"đã đối chiếu; {NOTE}"])
    listed = rows(office.province.tonghop("history", str(COMMUNE), "--period", "2022", "--cells",
                                          "--format", "csv"))
    copy = io.StringIO()
    writer = csv.DictWriter(copy, [name for name in listed[0] if name not in ("form", "revision")],
                            extrasaction="ignore")
    writer.writeheader()
    writer.writerows(row for row in listed if row["revision"] == "1")
    result = office.submit(office.commune, copy.getvalue().encode(), *arguments)
    expect("its rows, filed", outcomes(result), [("23857", "1", "unchanged")])
    expect("history", [(row["indicator"], row["note"]) for row in listed],
           [("reception.visits", f"đã đối chiếu; {NOTE}"), ("household.total", ""), ("", NOTE)])


def amend_asks_too(office: Office) -> None:
    """amend shows what is odd, and files it with a note"""
    change = ("--lang", "vi", "amend", "reception.visits", "900", "--period", "2022", "--reason", "đếm lại", "--format",
              "csv")
    result = office.commune.tonghop(*change, expect=1)
    expect_in("warned", result.err, "cảnh báo: reception.visits", "--accept-warnings")
    expect("kept", total(office.commune, "2022", "reception.visits"), exact(1000, 1))
    result = office.commune.tonghop(*change, "--accept-warnings", "đã kiểm tra")
    expect("outcome", outcomes(result), [("23857", "2", "accepted")])
    cells = rows(office.commune.tonghop("history", str(COMMUNE), "--period", "2022", "--cells",
                                        "--format", "csv"))
    expect("the note of another figure is gone", cells[0]["note"], "đã kiểm tra")
    for arguments, note in (((), "đã kiểm tra"), (("--note", "theo sổ"), "theo sổ; đã kiểm tra"),
                            (("--note", "theo sổ"), "theo sổ; đã kiểm tra")):
        office.commune.tonghop(*change, *arguments, "--accept-warnings", "đã kiểm tra")
        cells = rows(office.commune.tonghop("history", str(COMMUNE), "--period", "2022", "--cells",
                                            "--format", "csv"))
        expect("revision and note", (cells[0]["revision"], cells[0]["note"]),
               ("3" if arguments else "2", note))
        expect("the others'", [row["note"] for row in cells[1:3]], ["", f"{NOTE}; đã kiểm tra"])
    office.commune.tonghop(*change, "--note", " ", expect=2)
    for reason in ("", " \n"):
        result = office.commune.tonghop("amend", "reception.visits", "901", "--period", "2022", "--reason",
                                        reason, "--accept-warnings", "x", expect=2)
        expect_in("a reason is needed", result.err, "--reason")
    remove = ("amend", "reception.visits", "--remove", "--period", "2022", "--reason", "x")
    office.commune.tonghop(*remove, "--note", "x", expect=2)
    for value in ("2.000", "gần 2.000", "từ 1.000 đến 2.000"):
        result = office.commune.tonghop("amend", "household.total", value, "--period", "2022", "--reason",
                                        "?", expect=2)
        expect_in(f"{value} may be thousands", result.err, "--numbers vi (")
    fewer = crlf("Chỉ tiêu;Số liệu\nHộ nghèo (thời điểm cuối kỳ);7\nĐất hiến;1\n")
    result = office.submit(office.commune, fewer, "--period", "2022", expect=2)
    for code in ("reception.visits", "household.total"):
        expect_in(f"{code} is in no cell", office.said(result), f"bao-cao.csv:2: lỗi: {code} trong bản trước")
    result = office.commune.tonghop("amend", "household.total", "hơn 1,9 nghìn hộ", "--numbers", "vi",
                                    "--period", "2022", "--reason", "ước", "--accept-warnings", "ước")
    expect("words", total(office.commune, "2022", "household.total"), Figure(">=", "1900", 1))


def all_or_nothing(office: Office) -> None:
    """When one of many reports is odd, none is filed"""
    first = crlf("Mã đơn vị;Chỉ tiêu;Số liệu\n23866;Lượt tiếp công dân;5\n")
    office.submit(office.district, first, "--period", "2023-S1")
    both = crlf("Mã đơn vị;Chỉ tiêu;Số liệu\n23866;Lượt tiếp công dân;4\n23869;Lượt tiếp công dân;7\n")
    result = office.submit(office.district, both, "--period", "2023", expect=1)
    expect_in("the odd one", office.said(result), "bao-cao.csv:2:26 (C2): cảnh báo: reception.visits")
    expect("outcomes", outcomes(result), [("23866", "", "not-sent"), ("23869", "", "not-sent")])
    expect("nothing", history(office.province, 23869, "2023"), [])
    result = office.submit(office.district, both, "--period", "2023", "--accept-warnings", NOTE)
    expect("accepted", outcomes(result), [("23866", "1", "accepted"), ("23869", "1", "accepted")])
    noted = [row["note"] for unit in (23866, 23869) for row in rows(office.province.tonghop(
        "history", str(unit), "--period", "2023", "--cells", "--format", "csv"))]
    expect("only the odd one has the note", noted, [NOTE, ""])


def years_to_come_are_asked_about(office: Office) -> None:
    """A period that has not begun is most likely a slip: also of a nil report, not of a plan"""
    visits = crlf("Chỉ tiêu;Số liệu\nLượt tiếp công dân;5\n")
    warning = "cảnh báo: kỳ 2042 bắt đầu từ ngày 2041-12-15, chưa tới: có nhầm năm không?\n"
    period = ("--period", "2042")
    result = office.submit(office.commune, visits, *period, expect=1)
    expect_in("a year to come", office.said(result), warning, "--accept-warnings")
    expect("outcome", outcomes(result), [("23857", "", "not-sent")])
    nil = ("--lang", "vi", "submit", "--nil", "chung", *period, "--format", "csv")
    expect_in("a nil report", office.commune.tonghop(*nil, expect=1).err, warning)
    expect("nothing is filed", history(office.commune, COMMUNE, "2042"), [])
    result = office.submit(office.commune, visits, *period, "--kind", "plan")
    expect("a plan", outcomes(result), [("23857", "1", "accepted")])
    accept = ("--accept-warnings", NOTE)
    expect("accepted", outcomes(office.submit(office.commune, visits, *period, *accept)),
           [("23857", "1", "accepted")])
    expect("once more", outcomes(office.submit(office.commune, visits, *period, *accept)),
           [("23857", "1", "unchanged")])
    noted = rows(office.commune.tonghop("history", str(COMMUNE), *period, "--cells", "--format", "csv"))
    expect("the note is of the report", [(row["indicator"], row["note"]) for row in noted],
           [("reception.visits", ""), ("", NOTE)])
    office.commune.tonghop("submit", "--withdraw", "chung", *period, "--reason", "nhầm năm")


def whole_reports_hide_nothing(office: Office) -> None:
    """A whole report below what lies beneath, or without a figure that is there, is asked about"""
    beneath = crlf("Mã đơn vị;Chỉ tiêu;Số liệu\n23866;Lượt tiếp công dân;30\n"
                   "23869;Lượt tiếp công dân;40\n23869;Hộ nghèo (thời điểm cuối kỳ);9\n")
    office.submit(office.district, beneath, "--period", "2019")
    whole = crlf("Chỉ tiêu;Số liệu\nLượt tiếp công dân;20\n")
    arguments = ("--period", "2019", "--scope", "whole")
    result = office.submit(office.district, whole, *arguments, expect=1)
    expect_in("hidden", office.said(result),
              "bao-cao.csv:2:20 (B2): cảnh báo: reception.visits: báo cáo số toàn đơn vị là 20, nhỏ hơn tổng "
              "70 của cấp dưới", "cảnh báo: poverty.poor: cấp dưới có 9; báo cáo số toàn đơn vị không có")
    expect("outcome", outcomes(result), [("631", "", "not-sent")])
    expect("the total", total(office.province, "2019", "reception.visits"), exact(70, 2))
    enough = crlf("Chỉ tiêu;Số liệu\nLượt tiếp công dân;70\nHộ nghèo (thời điểm cuối kỳ);9\n")
    result = office.submit(office.district, enough, *arguments, "--dry-run")
    expect("no less than beneath", outcomes(result), [("631", "", "checked")])
    result = office.submit(office.district, whole, *arguments, "--accept-warnings", NOTE)
    expect("accepted", outcomes(result), [("631", "1", "accepted")])
    expect("it stands", total(office.province, "2019", "reception.visits"), exact(20, 1))


def totals_are_right(office: Office) -> None:
    """Every node recomputes the same totals"""
    settle(office.commune)
    verify(office.commune, office.province)


STEPS = (spreadsheet_is_filed, other_programs_write_otherwise, units_by_name, problems_have_addresses,
         warnings_are_looked_at, note_travels, amend_asks_too, all_or_nothing,
         years_to_come_are_asked_about, whole_reports_hide_nothing, totals_are_right)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
