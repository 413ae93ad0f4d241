"""Every order of a campaign that cannot be done is answered as a colleague would, in both languages: what
is wrong, who may do it, and what to type instead; and nothing is changed."""

import shlex

from harness import Failure, Node, Tree, eventually
from scene import client, expect, expect_in, flat, history, plant, play, rows, settle, submit, table
from year import EAST, PROVINCE, Clock, write_catalogue

P = "2024-S1"
COMMUNE = 103
COLUMNS = 100
EAST_NAME = {"en": "631 East District", "vi": "631 Huyện Đông"}
TOP_NAME = {"en": "64 Thu Province", "vi": "64 Tỉnh Thử"}
OWN_NAME = {"en": "103 East 103", "vi": "103 Xã Đông 103"}


class Office:
    """A province, a district and a commune with nodes; keys of an officer, a reader, and of
    administrators of the district and of one commune. 28 June: reports were due on the 20th."""

    def __init__(self, tree: Tree) -> None:
        Clock(tree).set(6, 28)
        self.province = plant(tree, "tinh", PROVINCE, write_catalogue(tree.folder / "catalogue"))
        self.district = tree.add("dong", EAST, self.province)
        self.commune = tree.add("xa-103", COMMUNE, self.district)
        self.officer = client(tree, "can-bo", COMMUNE, self.commune)
        self.reader = client(tree, "xem", EAST, self.district, "reader")
        self.of_east = client(tree, "quan-tri-dong", EAST, self.province, "admin")
        self.of_104 = client(tree, "quan-tri-104", 104, self.district, "admin")

    def file(self, node: Node, unit: int, cells: dict) -> None:
        submit(node, P, table(cells), "--unit", str(unit), "--author", "Hoa", "--reason", "x",
               "--accept-warnings", "đã rà soát")
        settle(self.commune, self.district)


def refused(node: Node, line: str, english: tuple, vietnamese: tuple, status: int = 1) -> None:
    """In both languages: exit status, words, and lines that can be read."""
    for language, parts in (("en", english), ("vi", vietnamese)):
        result = node.tonghop("--lang", language, *shlex.split(line), expect=None)
        what = f"{node.name}: {line} ({language})"
        if result.status != status:
            raise Failure(f"{what}: exit status {result.status}, not {status}\n{result.out}{result.err}")
        expect_in(what, flat(result.out + result.err),
                  *(part[language] if isinstance(part, dict) else part for part in parts))
        for shown in result.err.splitlines():
            if len(shown) > COLUMNS:
                raise Failure(f"{what}: a line of {len(shown)} columns\n{result.err}")


def used_wrongly(node: Node, line: str, *parts: str) -> None:
    """What is missing or not understood is named, with where help is: the same words everywhere."""
    refused(node, line, parts, parts, 2)


# ---- what is not there ----


def nothing_filed(office: Office) -> None:
    """Where nothing was filed: which unit, form and period, and where it stands who has filed"""
    see = f"tonghop coverage --period {P}"
    for node, line, status in ((office.district, f"accept 103 --period {P}", 1),
                               (office.district, f"return 103 --period {P} --reason x", 1),
                               (office.commune, f"receipt 103 --period {P}", 1),
                               (office.commune, f"history 103 --period {P}", 0)):
        refused(node, line, ("nothing was filed by 103 East 103 for 2024-S1:", see),
                ("chưa có báo cáo nào của 103 Xã Đông 103, kỳ 2024-S1:", see), status)
    refused(office.commune, f"receipt 103 --period {P} --form quy --kind plan",
            ("nothing was filed by 103 East 103 for 2024-S1 (plan), form quy:", see + " --kind plan"),
            ("của 103 Xã Đông 103, kỳ 2024-S1 (kế hoạch), biểu quy:", see + " --kind plan"))


def no_such_thing(office: Office) -> None:
    """No such unit, form, cell or period: each is named, with where to look it up"""
    office.file(office.commune, COMMUNE, {"visits": 30, "models": 3})
    office.file(office.commune, COMMUNE, {"fund": 500})
    for order in ("accept {}", "return {} --reason x", "receipt {}", "remind {}",
                  "reopen {} --until 2024-07-05 --reason x", "close --edition official --unit {}",
                  "editions --unit {}"):
        name = order.split()[0]
        used_wrongly(office.province, f"{order.format(103)} --period 2024-S9", "2024-S1, 2024-S2",
                     f"tonghop {name} --help")
        status = 1 if name in ("remind", "reopen", "close") else 2
        refused(office.province, f"{order.format(999)} --period {P}",
                ("no unit '999' in that period", "tonghop catalogue show units"),
                ("kỳ đó không có đơn vị “999”", "tonghop catalogue show units"), status)
        refused(office.province, f"{order.format(shlex.quote('East 103'))} --period {P}",
                ("is a name", "code, 103"), ("là tên", "là 103"), status)
    for order in ("accept 103", "return 103 --reason x", "receipt 103"):
        refused(office.province, f"{order} --period {P} --form none",
                ("no form 'none'", "catalogue show forms"), ("biểu mẫu “none”", "catalogue show forms"), 2)
    refused(office.district, f"return 103 --period {P} --reason x --form chung --cell none",
            ("no indicator 'none'", "show indicators"), ("chỉ tiêu “none”", "show indicators"), 2)
    refused(office.district, f"return 103 --period {P} --reason x --form chung --cell fund",
            ("indicator fund is not filed in form chung", "name one that is"),
            ("chỉ tiêu fund không thuộc biểu mẫu chung", "hãy chọn"))
    for order in ("accept 103", "return 103 --reason x"):
        refused(office.district, f"{order} --period {P}", ("several forms", "--form chung", "--form quy"),
                ("nhiều biểu mẫu", "--form chung", "--form quy"), 2)
    refused(office.district, f"return 103 --period {P} --reason x --form chung --revision 9",
            ("there is no revision 9 of form chung", OWN_NAME, "the latest is revision 1"),
            ("không có bản 9 của biểu mẫu chung", OWN_NAME, "bản mới nhất là bản 1"))


def what_is_missing(office: Office) -> None:
    """An order without its reason, edition or day says which option; a blank reason is none"""
    node = office.province
    used_wrongly(node, f"return 103 --period {P}", "--reason", "tonghop return --help")
    used_wrongly(node, f"reopen 103 --period {P} --until 2024-07-05", "--reason", "reopen --help")
    used_wrongly(node, f"reopen 103 --period {P} --reason x", "--until", "reopen --help")
    used_wrongly(node, f"reopen 103 --period {P} --reason x --until friday", "friday", "2024-07-05", "now")
    used_wrongly(node, f"close --period {P}", "--edition", "close --help")
    used_wrongly(node, f"close --period {P} --edition final", "estimate", "preliminary", "official")
    used_wrongly(node, f"editions --period {P} --to official", "--to", "--from", "editions --help")
    used_wrongly(node, "receipt 103", "--period", "receipt --help")
    for order in ("return 103", "reopen 103 --until 2024-07-05", "close --edition official"):
        used_wrongly(node, f"{order} --period {P} --reason ' '", "--reason", f"{order.split()[0]} --help")
    used_wrongly(node, f"remind --period {P} --text ' '", "--text", "remind --help")
    for turned in ("\u202e", "\u2066"):
        for order in ("return 103", "reopen 103 --until 2024-07-05", "close --edition official"):
            used_wrongly(node, f"{order} --period {P} --reason 'a{turned}b'", "--reason", "byte")


def what_is_empty(office: Office) -> None:
    """A unit, form, period or cell that is given and empty, as from a variable that is not set, is none:
    it is not the node's own, nor all"""
    node = office.province
    for order in ("accept '' --form quy", "return '' --reason x", "receipt ''", "remind ''", "remind 103 ''",
                  "history ''", "reopen '' --until 2024-07-05 --reason x"):
        used_wrongly(node, f"{order} --period {P}", "UNIT", f"{order.split()[0]} --help")
    for order in ("inbox", "watch --once", f"coverage --period {P}", f"totals --period {P}",
                  f"editions --period {P}", f"close --period {P} --edition official --incomplete"):
        for option in ("--unit ''", "--unit="):
            used_wrongly(node, f"{order} {option}", "--unit", f"{order.split()[0]} --help")
    for order in ("accept 103", "return 103 --reason x", "receipt 103"):
        used_wrongly(node, f"{order} --period {P} --form ''", "--form", f"{order.split()[0]} --help")
    used_wrongly(node, "remind --period ''", "--period", "remind --help")
    used_wrongly(node, f"return 103 --period {P} --reason x --cell ''", "--cell", "return --help")
    used_wrongly(node, f"totals --period {P} --indicator ''", "--indicator", "totals --help")
    expect("nothing was closed", rows(node.tonghop("editions", "--period", P, "--format", "csv")), [])


# ---- who may ----


def officers_may_not(office: Office) -> None:
    """Who files, or reads, is told which role may, and how a key gets it"""
    may = {"en": "tonghop enrol UNIT KEY --role admin", "vi": "tonghop enrol MÃ-ĐƠN-VỊ KHÓA --role admin"}
    for node, english, vietnamese in ((office.officer, "a key enrolled as reporter", "vai trò bên nộp"),
                                      (office.reader, "a key enrolled as reader", "vai trò người xem")):
        for order in ("accept 103 --form quy", "return 103 --form chung --reason x", "remind",
                      "close --edition official", "reopen 103 --until 2024-07-05 --reason x"):
            refused(node, f"{order} --period {P}", (english, "administrator", may),
                    (vietnamese, "người quản trị nút", may))
    for language, said in (("en", "a key enrolled as reader"), ("vi", "vai trò người xem")):
        result = submit(office.reader, P, "unit,indicator,value\n101,visits,3\n102,visits,4\n", "--author", "Hoa",
                        "--lang", language, expect=1)
        expect(f"of two reports, said once ({language}): {result.err}", flat(result.err).count(said), 1)
    for order in ("editions --unit 64", "receipt 104"):
        refused(office.officer, f"{order} --period {P}", ("not beneath this node", "its own node or one above it"),
                ("không thuộc nút này", "nút của đơn vị đó hoặc nút cấp trên"), 2)


def part_of_a_tree(office: Office) -> None:
    """An administrator of a part is told whose part it is, and who may"""
    node, own = office.of_104, {"en": "104 East 104", "vi": "104 Xã Đông 104"}
    refused(node, f"accept 103 --period {P} --form quy", (OWN_NAME, "accepted at the node that serves", EAST_NAME),
            (OWN_NAME, "được duyệt ở nút phục vụ", EAST_NAME))
    refused(node, f"return 103 --period {P} --form quy --reason x",
            ("returned by those above it", EAST_NAME, TOP_NAME), ("do cấp trên trả lại", EAST_NAME, TOP_NAME))
    refused(node, f"remind 103 --period {P}", ("reminded by an administrator of a unit above it", own),
            ("người quản trị của một đơn vị cấp trên", own))
    for unit in ("", "--unit 631"):
        refused(node, f"close --period {P} --edition official {unit}",
                (EAST_NAME, "closed by whoever works for it", own), (EAST_NAME, "người của đơn vị đó chốt", own))
    node = office.of_east
    refused(node, f"close --period {P} --edition official",
            (TOP_NAME, "closed by whoever works for it", EAST_NAME), (TOP_NAME, EAST_NAME))
    refused(node, f"remind 201 --period {P}", ("201 West 201", EAST_NAME), ("201 Xã Tây 201", EAST_NAME))
    refused(node, f"close --period {P} --edition official --unit 631",
            ("closed at the node of", EAST_NAME), (EAST_NAME, "chốt"))


def wrong_node(office: Office) -> None:
    """The wrong node names the right one: a commune closes no province, and accepts nothing of its own"""
    for order in ("close --edition official --unit 64", "remind 101", "reopen 101 --until 2024-07-05 --reason x"):
        refused(office.commune, f"{order} --period {P}", ("not beneath this node", "its own node or one above it"),
                ("không thuộc nút này", "nút của đơn vị đó hoặc nút cấp trên"))
    refused(office.commune, f"accept 103 --period {P} --form quy", ("at the node that serves", EAST_NAME),
            ("ở nút phục vụ", EAST_NAME))
    refused(office.commune, f"return 103 --period {P} --form quy --reason x", ("by those above it", EAST_NAME, TOP_NAME),
            ("do cấp trên trả lại", EAST_NAME, TOP_NAME))
    refused(office.province, f"accept 103 --period {P} --form quy",
            ("accepted at the node of", EAST_NAME, "from here they may be returned"),
            ("được duyệt ở nút của", EAST_NAME, "chỉ có thể trả lại"))
    refused(office.district, f"close --period {P} --edition official --unit 103",
            ("closed at the node of", OWN_NAME), (OWN_NAME, "chốt"))


# ---- in what order ----


def reminding(office: Office) -> None:
    """Who was reminded is not reminded again before the time it says; who owes nothing is told as such"""
    office.district.tonghop("remind", "104", "--period", P)
    refused(office.district, f"remind 104 --period {P}", ("104 East 104: reminded already at 2024-06-28", "again from 2024-07-01"),
            ("104 Xã Đông 104: đã nhắc lúc 2024-06-28", "nhắc lại từ 2024-07-01"))
    for unit in (103, 105):  # has filed; is excepted
        refused(office.district, f"remind {unit} --period {P}", (f"{unit} East {unit}: nothing is due",),
                (f"{unit} Xã Đông {unit}: không còn nợ",), 0)


def not_closed(office: Office) -> None:
    """What is missing is listed, with --incomplete; what is open is not reopened; no edition is there"""
    refused(office.province, f"close --period {P} --edition preliminary",
            ("reports are missing", "--incomplete", "102 East 102, form chung: missing"),
            ("báo cáo chưa nộp", "--incomplete", "102 Xã Đông 102, biểu mẫu chung: chưa nộp"))
    refused(office.province, "close --period 2025-S1 --edition official", ("2025-S1 has not begun",),
            ("kỳ 2025-S1 chưa bắt đầu",))
    refused(office.province, f"reopen 103 --period {P} --until 2024-07-05 --reason x",
            ("is not closed for", OWN_NAME, "can be filed as it is"), ("chưa khóa", OWN_NAME, "nộp được bình thường"))
    see = f"tonghop editions --period {P}"
    refused(office.province, f"editions --period {P} --from preliminary",
            ("there is no edition 'preliminary' of", TOP_NAME, see), ("“preliminary” của", TOP_NAME, see), 2)
    refused(office.province, f"editions --period {P} --from last",
            ("'last' is no edition", "number", "official"), ("“last”", "số thứ tự", "official"), 2)
    expect("nothing was closed", rows(office.province.tonghop("editions", "--period", P, "--format", "csv")), [])


def replaced(office: Office) -> None:
    """A report that was replaced is neither returned nor accepted: the revision that replaced it is named"""
    office.file(office.commune, COMMUNE, {"visits": 31, "models": 3})
    office.file(office.commune, COMMUNE, {"fund": 600})
    for order in ("return 103 --form chung --reason x", "accept 103 --form quy"):
        refused(office.district, f"{order} --period {P} --revision 1",
                ("revision 1 of form", OWN_NAME, "has been replaced by revision 2", "look at that one first"),
                ("bản 1 của biểu mẫu", OWN_NAME, "đã được thay bằng bản 2", "xem bản mới trước đã"))


def once_closed(office: Office) -> None:
    """In a closed period: who closed it and when, who reopens it, and the command in a line of its own"""
    office.province.tonghop("close", "--period", P, "--edition", "preliminary", "--incomplete")
    eventually(lambda: any(row["event"] == "closed" for row in rows(
        office.district.tonghop("inbox", "--format", "csv"))), "the district has heard it")
    for node in (office.province, office.district):
        refused(node, f"return 103 --period {P} --form chung --reason x",
                ("2024-S1 is closed for", OWN_NAME, TOP_NAME, "preliminary", "2024-06-28", "can reopen it",
                 f"tonghop reopen 103 --period {P} --until DAY --reason TEXT"),
                ("2024-S1 đã khóa đối với", OWN_NAME, TOP_NAME, "sơ bộ", "2024-06-28", "có thể mở lại",
                 f"tonghop reopen 103 --period {P} --until NGÀY --reason LÝ-DO"))
    text = office.district.tonghop("return", "103", "--period", P, "--form", "chung", "--reason", "x", "--lang",
                                   "en", expect=1).err
    expect("to be copied", text.splitlines()[-1], f"  tonghop reopen 103 --period {P} --until DAY --reason TEXT")
    for node in (office.district, office.of_east):
        refused(node, f"reopen 103 --period {P} --until 2024-07-05 --reason x",
                ("closed by", TOP_NAME, "only an administrator of that unit, or above it"),
                ("khóa", TOP_NAME, "chỉ người quản trị của đơn vị đó hoặc cấp trên"))
    refused(office.province, f"reopen 103 --period {P} --until 2024-06-20 --reason x",
            ("2024-06-20 is over", "--until now"), ("ngày 2024-06-20 đã qua", "--until now"), 2)
    refused(office.province, f"reopen 103 --period {P} --until 2030-01-01 --reason x",
            ("(range): reopen it for 366 days at most", "can be reopened again"),
            ("(range): chỉ mở lại tối đa 366 ngày", "mở lại lần nữa"))
    refused(office.district, f"remind 104 --period {P}", ("owes a report, but the period is closed: tonghop reopen",),
            ("còn nợ báo cáo, nhưng kỳ đã khóa: tonghop reopen",), 0)


def editions_in_order(office: Office) -> None:
    """No edition is less final than the one before: the refusal says with which rank to close"""
    refused(office.province, f"close --period {P} --edition estimate --incomplete",
            ("edition 1 is preliminary already", "--edition preliminary"), ("bản chốt số liệu 1 đã là sơ bộ", "--edition preliminary"))
    office.province.tonghop("close", "--period", P, "--edition", "official", "--incomplete")
    for rank in ("estimate", "preliminary"):
        refused(office.province, f"close --period {P} --edition {rank} --incomplete",
                ("edition 2 is official already", "--edition official"), ("2 đã là chính thức", "--edition official"))
    refused(office.province, f"close --period {P} --edition official", ("missing", "--incomplete"), ("chưa nộp", "--incomplete"))
    expect("no edition more", [row["edition"] for row in rows(office.province.tonghop(
        "editions", "--period", P, "--format", "csv"))], ["1", "2"])
    expect("no report changed", [(row["form"], row["revision"], row["state"]) for row in
                                 history(office.province, COMMUNE, P)],
           [("chung", "2", "accepted"), ("chung", "1", "accepted"), ("quy", "2", "waiting"), ("quy", "1", "waiting")])


def receipts(office: Office) -> None:
    """A receipt that is none, was changed or replaced is told apart, and what it names is looked for"""
    good = office.commune.tonghop("receipt", "103", "--period", P, "--form", "chung").out
    for was, now, status, english, vietnamese in (
            ("kind: actual\n", "", 2, "not a receipt: there is no line 'kind:'", "thiếu dòng “kind:”"),
            ("2024-S1", "2024-S7", 2, "2024-S1, 2024-S2", "2024-S1, 2024-S2"),
            ("form: chung", "form: none", 2, "no form 'none'", "biểu mẫu “none”"),
            ("unit-id: 103", "unit-id: 999", 2, "no unit 'id:999'", "đơn vị “id:999”"),
            ("unit-id: 103", "unit-id: 104", 2, "not beneath this node", "không thuộc nút này"),
            ("content: ", "content: 0", 1, "differs: revision 2", "bản 2 ở nút này có nội dung khác")):
        for language, said in (("en", english), ("vi", vietnamese)):
            result = office.commune.tonghop("--lang", language, "receipt", "--check", "-",
                                            stdin=good.replace(was, now), expect=status)
            expect_in(f"{now} ({language})", flat(result.out + result.err), said)


if __name__ == "__main__":
    with Tree() as grown:
        play((nothing_filed, no_such_thing, what_is_missing, what_is_empty, officers_may_not, part_of_a_tree,
              wrong_node, reminding, not_closed, replaced, once_closed, editions_in_order, receipts), Office(grown))
