"""What is said to units reaches the node that serves them, and is noted there as seen: reminders,
closings and reopenings, as `tonghop remind`, `close`, `reopen` and `inbox` have them."""

import json

from harness import Node, Tree, eventually
from scene import expect, expect_in, flat, plant, play, rows, settle, submit, tomorrow, unit_table

PROVINCE, DISTRICT, OTHER = 64, 631, 632
COMMUNE, LATE, FAR = 23857, 23860, 23863
PERIOD = "2024"


class Office:
    """A province, a district and a commune beneath it, each with a node."""

    def __init__(self, tree: Tree) -> None:
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.commune = tree.add("ia-kla", FAR, self.district)
        self.hand_in(1)

    def hand_in(self, visits: int, expect_status: int = 0) -> str:
        table = unit_table({COMMUNE: {"reception.visits": visits}})
        return submit(self.district, PERIOD, table, "--lang", "en", expect=expect_status).err


def inbox(node: Node, *arguments: str) -> list[dict[str, str]]:
    return rows(node.tonghop("inbox", "--format", "csv", *arguments))


def remind(node: Node, *arguments: str, expect_status: int = 0) -> list[dict[str, str]]:
    return rows(node.tonghop("remind", "--period", PERIOD, "--format", "csv", *arguments,
                             expect=expect_status))


def events(found: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(row["event"], row["unit_id"], row["open"]) for row in found]


def nothing_yet(office: Office) -> None:
    """An inbox without anything says so, in both languages, and is no error"""
    expect_in("en", office.district.tonghop("inbox", "--lang", "en").out, "nothing is to be done")
    expect_in("vi", office.district.tonghop("inbox", "--lang", "vi").out, "không có việc gì phải làm")
    expect("json", json.loads(office.district.tonghop("inbox", "--format", "json").out), [])


def wrong_use(office: Office) -> None:
    """What is missing or cannot be read is named, and nothing is asked of the node"""
    node = office.province
    for arguments in (("remind",), ("remind", "--period", "spring"), ("remind", "--text", "a"),
                      ("reopen", str(LATE), "--period", PERIOD, "--until", "now"),
                      ("reopen", str(LATE), "--period", PERIOD, "--reason", "a"),
                      ("reopen", "--period", PERIOD, "--until", "now", "--reason", "a"),
                      ("reopen", str(LATE), "--period", PERIOD, "--until", "2024-02-30", "--reason",
                       "a"), ("inbox", str(LATE)), ("inbox", "--unread")):
        node.tonghop(*arguments, expect=2)
    result = node.tonghop("remind", "1234567", "--period", PERIOD, "--lang", "en", expect=None)
    expect("no such unit", result.status != 0, True)
    result = node.tonghop("reopen", str(LATE), "--period", PERIOD, "--until", "2099-01-01", "--reason",
                          "a", "--lang", "en", expect=1)
    expect_in("too long", result.err, "366 days at most")


def reminders(office: Office) -> None:
    """Who owes a report is reminded once a day at most; who has filed is not"""
    expect("a dry run", [(row["unit_id"], row["result"]) for row in
                         remind(office.province, str(LATE), "--dry-run")], [(str(LATE), "due")])
    said = remind(office.province, str(LATE), str(COMMUNE), "--text", "đề nghị nộp sớm")
    expect("reminded", [(row["unit_id"], row["result"], row["count"]) for row in said],
           [(str(LATE), "reminded", "1"), (str(COMMUNE), "nothing-due", "0")])
    twice = remind(office.province, str(COMMUNE), f"id:{COMMUNE}")
    expect("named twice", [row["unit_id"] for row in twice], [str(COMMUNE)])
    again = office.province.tonghop("remind", str(LATE), "--period", PERIOD, "--lang", "en", expect=1)
    expect_in("again", again.out, "reminded already at", "again from")
    eventually(lambda: events(inbox(office.district)) == [("reminded", str(LATE), "yes")],
               "the district has it")
    text = office.district.tonghop("inbox", "--lang", "en").out
    expect_in("text", text, "1 in the inbox, 1 still open", "reminder: 23860", "đề nghị nộp sớm",
              "file the report", "not noted as seen")
    expect_in("status", office.district.tonghop("status", "--lang", "en").err,
              "1 thing to be done in the inbox: tonghop inbox")
    expect_in("status vi", office.district.tonghop("status", "--lang", "vi").err,
              "1 việc phải làm trong hộp thư")
    expect("not of the province", "inbox" in office.province.tonghop("status", "--lang", "en").err, False)
    expect("as long as a terminal is wide", [line for line in text.splitlines() if len(line) > 140], [])


def seen(office: Office) -> None:
    """What was noted as seen is known where it was said: when, and by whom; elsewhere nothing is noted, and
    that is said"""
    for language, words in (("en", "not noted as seen here: 1;"), ("vi", "chưa ghi nhận ở đây: 1 mục;")):
        result = office.province.tonghop("inbox", "--unit", str(LATE), "--seen", "--lang", language)
        expect_in(language, flat(result.err), words, "tonghop inbox --seen")
    row, = inbox(office.province, "--unit", str(LATE), "--seen")
    expect("not there", row["seen"], "")
    expect("without --seen nothing is said", office.province.tonghop("inbox", "--unit", str(LATE)).err, "")
    result = office.district.tonghop("inbox", "--format", "csv", "--seen")
    expect("nor at home", result.err, "")
    row, = rows(result)
    expect("at home", (row["seen"] != "", row["seen_by"].startswith("uid:")), (True, True))
    eventually(lambda: inbox(office.province, "--unit", str(LATE))[0]["seen"] == row["seen"],
               "the province knows")


def seen_two_levels_down(office: Office) -> None:
    """What came to a commune's own node, and was seen there, is known at each level above"""
    remind(office.province, str(FAR))
    for node in (office.province, office.district, office.commune):
        eventually(lambda: [row["delivered"] != "" for row in inbox(node, "--unit", str(FAR))] == [True],
                   f"{node.name} knows that it came")
    row, = inbox(office.commune, "--seen")
    for node in (office.district, office.province):
        eventually(lambda: [(of["seen"], of["seen_by"]) for of in inbox(node, "--unit", str(FAR))] ==
                   [(row["seen"], row["seen_by"])], f"{node.name} knows that it was seen")


def one_pace(office: Office) -> None:
    """Whom the province has reminded the district does not remind again that day, and is told who has"""
    row, = remind(office.district, str(FAR), expect_status=1)
    expect("by the district", (row["result"], row["before_by"], row["count"]), ("too-early", str(PROVINCE), "0"))
    again = ("remind", str(FAR), "--period", PERIOD, "--lang")
    expect_in("en", office.district.tonghop(*again, "en", expect=1).out, "reminded already at",
              f"by {PROVINCE} ", "again from")
    expect_in("vi", office.district.tonghop(*again, "vi", expect=1).out, f"do {PROVINCE} ")
    expect("told once", len(inbox(office.commune)), 1)


def returned(office: Office) -> None:
    """A report that was returned is owed: its unit is reminded of it, until it is filed again"""
    expect("filed", [row["result"] for row in remind(office.province, str(COMMUNE))], ["nothing-due"])
    office.province.tonghop("return", str(COMMUNE), "--period", PERIOD, "--form", "chung", "--reason", "sai")
    expect("returned", [row["result"] for row in remind(office.province, str(COMMUNE))], ["reminded"])
    about = ("--unit", str(COMMUNE), "--all")
    eventually(lambda: sorted(events(inbox(office.district, *about))) ==
               [("reminded", str(COMMUNE), "yes"), ("returned", str(COMMUNE), "yes")], "both are to be done")
    office.hand_in(4)
    for node in (office.district, office.province):
        eventually(lambda: sorted(events(inbox(node, *about))) ==
                   [("reminded", str(COMMUNE), "no"), ("returned", str(COMMUNE), "no")], f"done, at {node.name}")
    expect("filed again", [row["result"] for row in remind(office.province, str(COMMUNE))], ["nothing-due"])


def closed_and_reopened(office: Office) -> None:
    """A closed period takes nothing in; a unit may file in it while it is reopened, and no longer"""
    refused = office.province.tonghop("reopen", str(COMMUNE), "--period", PERIOD, "--until", "now",
                                      "--reason", "a", "--lang", "en", expect=1)
    expect_in("not closed", refused.err, "not closed")
    office.province.tonghop("close", "--period", PERIOD, "--edition", "preliminary", "--incomplete")
    eventually(lambda: ("closed", str(PROVINCE), "no") in events(inbox(office.district)),
               "the district is told")
    expect_in("closed", office.hand_in(2, expect_status=1), "closed")
    office.province.tonghop("close", "--period", PERIOD, "--edition", "preliminary", "--incomplete")
    closed = ("closed", str(PROVINCE), "no")
    eventually(lambda: events(inbox(office.commune, "--all")).count(closed) == 2, "both closings are known")
    expect("the last alone is news", events(inbox(office.commune)).count(closed), 1)
    expect("no reminder", [row["result"] for row in remind(office.province, str(LATE), str(COMMUNE))],
           ["closed", "nothing-due"])
    expect_in("why", office.province.tonghop("remind", str(LATE), "--period", PERIOD, "--lang", "en").out,
              "owes a report, but the period is closed")
    expect("what is closed is not to be filed", ("reminded", str(LATE), "no") in
           events(inbox(office.district, "--all")), True)
    refused = office.district.tonghop("reopen", str(COMMUNE), "--period", PERIOD, "--until", "now",
                                      "--reason", "a", "--lang", "en", expect=1)
    expect_in("not by the district", refused.err, "only an administrator of that unit, or above it")
    until = tomorrow()
    said = office.province.tonghop("reopen", str(COMMUNE), "--period", PERIOD, "--until", until,
                                   "--reason", "nộp sót", "--lang", "en")
    expect_in("says until when", said.out, f"{until}T23:59:59+07:00")
    eventually(lambda: ("reopened", str(COMMUNE), "yes") in events(inbox(office.district)),
               "the district is told that, too")
    expect_in("text", office.district.tonghop("inbox", "--lang", "en").out, f"until {until}", "nộp sót")
    for language, words in (("en", f", until {until}\n"), ("vi", f", đến hết {until}\n")):
        expect_in("followed", office.province.tonghop("watch", "--once", "--from-start", "--unit", str(COMMUNE),
                                                      "--lang", language).out, words)
    office.hand_in(2)
    said = office.province.tonghop("reopen", str(COMMUNE), "--period", PERIOD, "--until", "now",
                                   "--reason", "xong", "--lang", "en")
    expect_in("ended", said.out, "no more")
    eventually(lambda: ("reopened", str(COMMUNE), "no") in events(inbox(office.district, "--all")),
               "the district is told that it ended")
    row = next(row for row in inbox(office.district, "--all") if row["event"] == "reopened")
    expect("ended when that was said", row["until"][:10], row["time"][:10])
    for language, ended in (("en", "reopening ended: 23857 "), ("vi", "hết mở lại kỳ: 23857 ")):
        text = office.district.tonghop("inbox", "--all", "--lang", language).out
        expect_in(language, text, ended, row["until"])
        expect("no year but this", "1970" in text, False)
    told = office.province.tonghop("watch", "--once", "--from-start", "--unit", str(COMMUNE), "--lang", "en").out
    expect_in("followed", told, "reopening ended: 23857 ")
    expect("not as opened", "reopened" in told or ", until" in told, False)
    expect_in("what was seen", office.province.tonghop("watch", "--once", "--from-start", "--lang", "en").out,
              f"seen (reminder): {LATE} ")
    expect_in("closed again", office.hand_in(3, expect_status=1), "closed")
    settle(office.district)


STEPS = (nothing_yet, wrong_use, reminders, seen, seen_two_levels_down, one_pace, returned, closed_and_reopened)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
