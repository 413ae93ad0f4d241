"""`tonghop watch` loses nothing: killed again and again, with the node it follows, it ends with what a
reader of another make was told; what comes twice has its number, and is of the last answer."""

import json
import random
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Optional

from harness import Node, Tree, die_with_the_test, eventually
from peer import Keys, Peer, filing, pb
from scene import expect, expect_in, flat, plant, play, settle, start_as_it_is, tomorrow

PROVINCE, DISTRICT = 64, 631
COMMUNES = (23860, 23863, 23866, 23869, 23872)
VISITS, PERIOD, REPORTS, KILLS, MOST = 14, "2024", 400, 12, 500
EVENTS = {1: "accepted", 2: "returned", 3: "reminded", 4: "seen", 5: "closed", 6: "reopened"}


def key(unit: int, label: int = 3) -> pb.Key:
    return pb.Key(kind=1, year=2024, label=label, unit=unit, form=1)


class Command:
    """A `tonghop watch` whose lines are kept in a file, one run after the other."""

    def __init__(self, node: Node, folder: Path, *arguments: str) -> None:
        self.node, self.arguments = node, arguments
        self.cursor, self.out, self.err = folder / "cursor", folder / "out", folder / "err"
        self.process: Optional[subprocess.Popen] = None

    def start(self) -> None:
        tree = self.node.tree
        with open(self.out, "ab") as out, open(self.err, "ab") as err:
            self.process = subprocess.Popen(
                [tree.program, "watch", "--etc", tree.etc, "--node", self.node.name, "--lang", "en",
                 "--cursor-file", self.cursor, *self.arguments],
                stdout=out, stderr=err, env=tree.environment, preexec_fn=die_with_the_test)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out.read_text(encoding="utf-8").splitlines()]


class Office:
    """A province that is followed, with a district beneath, and keys for who reads and who files."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.reader, self.reporter = Keys.generate(), Keys.generate()
        self.province.tonghop("enrol", str(PROVINCE), self.reader.public, "--role", "reader")
        self.district.tonghop("enrol", str(DISTRICT), self.reporter.public, "--role", "reporter")
        self.numbers: dict[tuple, int] = {}
        self.chance = random.Random(9)

    def file(self, count: int) -> None:
        with Peer(self.district.endpoint, self.district.public_key, self.reporter) as peer:
            peer.hello()
            for _ in range(count):
                which = (self.chance.choice(COMMUNES), self.chance.choice((1, 2)))
                receipt = peer.file(filing(key(*which), {VISITS: self.chance.randrange(10**6)},
                                           author="Siu Thảo", based_on=self.numbers.get(which, 0)))
                self.numbers[which] = receipt.revision

    def told(self) -> list[tuple]:
        """All that the node tells now, to a program that is not ours."""
        found, cursor = [], ""
        with Peer(self.province.endpoint, self.province.public_key, self.reader) as peer:
            peer.hello()
            while True:
                changes = peer.ask(watch_query=pb.WatchQuery(cursor=cursor, notices=True))
                found += [(change.number, "report", change.unit.id, change.revision)
                          for change in changes.changes]
                found += [(change.number, EVENTS[change.entry.type], change.entry.unit.id,
                           change.entry.revision) for change in changes.notices]
                cursor = changes.cursor
                if not changes.more:
                    return sorted(found)


def as_told(line: dict) -> tuple:
    return (int(line["number"]), line["event"], int(line["unit_id"]), int(line["revision"] or 0))


def wrong_use(office: Office) -> None:
    """What cannot be asked is named, and nothing is followed"""
    node = office.province
    for arguments in (("--since", "x"), ("631",), ("--unit", "12345678", "--once")):
        node.tonghop("watch", *arguments, expect=2)
    cursor = office.tree.folder / "no-cursor"
    cursor.write_text("yesterday\n")
    result = node.tonghop("watch", "--once", "--cursor-file", str(cursor), "--lang", "en", expect=2)
    expect_in("says what to do", flat(result.err), f"{cursor}: there is no cursor", "remove the file", "--from-start")
    expect("and is kept", cursor.read_text(), "yesterday\n")
    for text in ("", "\n"):
        cursor.write_text(text)
        result = node.tonghop("watch", "--once", "--cursor-file", str(cursor), "--lang", "en", expect=2)
        expect_in("empty", flat(result.err), f"{cursor}: there is no cursor", "remove the file", "--from-start")
        expect("and is kept", cursor.read_text(), text)
        node.tonghop("watch", "--once", "--from-start", "--cursor-file", str(cursor))
        expect("with --from-start it begins", len(cursor.read_text()) > 1, True)
    node.tonghop("watch", "--once", "--cursor-file", str(office.tree.folder / "no" / "cursor"), expect=2)


def once(office: Office) -> None:
    """With --once it ends when all is told; without --from-start there is nothing of before"""
    office.file(12)
    settle(office.district)
    node = office.province
    lines = node.tonghop("watch", "--once", "--from-start", "--format", "json").out.splitlines()
    expect("all", sorted(as_told(json.loads(line)) for line in lines), office.told())
    expect("from now", node.tonghop("watch", "--once", "--format", "json").out, "")
    csv = node.tonghop("watch", "--once", "--from-start", "--format", "csv").out
    expect("csv", len(csv.splitlines()), len(lines) + 1)
    text = node.tonghop("watch", "--once", "--from-start", "--lang", "en", "--unit", str(COMMUNES[0])).out
    expect_in("text", text, f"report: {COMMUNES[0]} ", "form chung, revision ", "accepted, Siu Thảo")
    expect("of that unit alone", [line for line in text.splitlines() if str(COMMUNES[0]) not in line], [])
    cursor = office.tree.folder / "once"
    for arguments, count in (((), len(lines)), ((), 0)):
        out = node.tonghop("watch", "--once", "--from-start", "--format", "json", "--cursor-file",
                           str(cursor), *arguments).out
        expect("from its cursor", len(out.splitlines()), count)


def what_is_said(office: Office) -> None:
    """Reminders, what was seen, a closing, a reopening and its end are told as they happen"""
    folder = office.tree.folder / "said"
    folder.mkdir()
    command = Command(office.province, folder, "--format", "json")
    command.start()
    eventually(command.cursor.exists, "it has begun")
    late = 23857
    office.province.tonghop("remind", str(late), "--period", PERIOD, "--text", "gửi sớm")
    eventually(lambda: "reminded" in office.district.tonghop("inbox", "--format", "csv").out, "came")
    office.district.tonghop("inbox", "--seen")
    office.province.tonghop("close", "--period", PERIOD, "--edition", "official", "--incomplete")
    office.province.tonghop("reopen", str(late), "--period", PERIOD, "--until", tomorrow(), "--reason", "sót")
    eventually(lambda: {"reminded", "seen", "closed", "reopened"} <=
               {line["event"] for line in command.lines()}, "all was told")
    by_event = {line["event"]: line for line in command.lines()}
    expect("reminder", (by_event["reminded"]["unit_id"], by_event["reminded"]["reason"]),
           (str(late), "gửi sớm"))
    expect("seen", (by_event["seen"]["unit_id"], by_event["seen"]["seen_event"],
                    by_event["seen"]["seen_by"].startswith("uid:")), (str(late), "reminded", True))
    expect("closing", (by_event["closed"]["edition"], by_event["closed"]["author_id"]),
           ("official", str(PROVINCE)))
    expect("reopening", (by_event["reopened"]["reason"], by_event["reopened"]["until"][:10]),
           ("sót", tomorrow()))
    expect("in order", [int(line["number"]) for line in command.lines()],
           sorted(int(line["number"]) for line in command.lines()))
    expect("ended by a signal", command.end(signal.SIGINT), 0)
    expect("in silence", command.err.read_text(), "")


def a_reader_that_goes(office: Office) -> None:
    """When whoever reads its output has gone, it ends, and that is no failure"""
    tree = office.tree
    process = subprocess.Popen(
        [tree.program, "watch", "--etc", tree.etc, "--node", office.province.name, "--from-start"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=tree.environment,
        preexec_fn=die_with_the_test)
    process.stdout.readline()
    process.stdout.close()
    office.file(3)
    expect("status", process.wait(30), 0)
    expect("said nothing", process.stderr.read(), b"")
    process.stderr.close()


def nothing_is_lost(office: Office) -> None:
    """Killed in between, as the node is, it has told every change in the end"""
    folder = office.tree.folder / "killed"
    folder.mkdir()
    command = Command(office.province, folder, "--format", "json", "--from-start")
    command.start()
    filer = threading.Thread(target=office.file, args=(REPORTS,), daemon=True)
    filer.start()
    kills = 0
    while filer.is_alive() or kills < KILLS:
        time.sleep(0.1)
        expect("killed", command.end(signal.SIGKILL), -signal.SIGKILL)
        command.start()
        kills += 1
        if kills % 5 == 0:
            office.province.kill()
            start_as_it_is(office.province)
    settle(office.district)
    wanted = office.told()
    eventually(lambda: set(wanted) <= {as_told(line) for line in command.lines()}, "all was told")
    expect("ended by a signal", command.end(signal.SIGTERM), 0)
    told = [as_told(line) for line in command.lines()]
    furthest = position = 0
    for number, *_ in told:
        expect("goes back within one answer at most", number > furthest - MOST, True)
        furthest = max(furthest, number)
        position = number
    expect("ends with the last", position, wanted[-1][0])
    by_number = {}
    for number, *rest in told:
        expect("a number stands for one change", by_number.setdefault(number, rest), rest)
    expect("nothing was told anew", "restarted" in {line["event"] for line in command.lines()}, False)


def it_waits_for_the_node(office: Office) -> None:
    """That the node is away and back is said once each, on standard error"""
    folder = office.tree.folder / "away"
    folder.mkdir()
    command = Command(office.province, folder, "--format", "csv")
    command.start()
    eventually(command.cursor.exists, "it has begun")
    office.province.stop()
    eventually(lambda: "the node is away" in command.err.read_text(), "it says so")
    time.sleep(1.2)
    start_as_it_is(office.province)
    office.file(1)
    eventually(lambda: len(command.out.read_text().splitlines()) == 2, "it goes on")
    expect("said", [line.split(",")[0] for line in command.err.read_text().splitlines()],
           ["tonghop: the node is away", "tonghop: the node is back"])
    expect("ended", command.end(signal.SIGINT), 0)


STEPS = (wrong_use, once, nothing_is_lost, it_waits_for_the_node, a_reader_that_goes, what_is_said)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
