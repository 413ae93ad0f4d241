"""A program that follows a node from one cursor to the next: it is told of every change, soon and
once, through restarts, kills and a restored backup, and ends with what the node holds."""

import random
import threading
import time
from typing import Optional

from harness import Failure, Node, Tree, eventually
from peer import Keys, Peer, Refused, Silence, filing, pb
from scene import expect, plant, play, rows, settle, start_as_it_is

PROVINCE, DISTRICT, OTHER = 64, 631, 632
COMMUNES = [23860, 23863, 23866, 23869, 23872]
PERIODS = [(2023, 3), (2024, 1), (2024, 2)]
VISITS = 14
WAIT_MS = 30000
ACCEPTED, RETURNED = 1, 2
KILLS = 3


def key(unit: int, year: int = 2024, label: int = 1) -> pb.Key:
    return pb.Key(kind=1, year=year, label=label, unit=unit, form=1)


def name(wire_key: pb.Key) -> tuple:
    return wire_key.kind, wire_key.year, wire_key.label, wire_key.unit, wire_key.form


class Office:
    """A province with a district, and keys for who reads and who files."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.cursor, self.wanted = "", {}  # how far a program came, and what it then held
        self.reader, self.reporter, self.admin = (Keys.generate() for _ in range(3))
        for node, unit, keys, role in ((self.province, DISTRICT, self.reader, "reader"),
                                       (self.district, DISTRICT, self.reporter, "reporter"),
                                       (self.province, PROVINCE, self.admin, "admin")):
            node.tonghop("enrol", str(unit), keys.public, "--role", role)

    def connect(self, node: Node, keys: Keys) -> Peer:
        peer = Peer(node.endpoint, node.public_key, keys)
        peer.hello()
        return peer

    def file(self, unit: int, value: int, based_on: int = 0, **of_key) -> pb.Receipt:
        with self.connect(self.district, self.reporter) as peer:
            return peer.file(filing(key(unit, **of_key), {VISITS: value}, author="Siu Thảo",
                                    based_on=based_on))


def watch(peer: Peer, cursor: str = "", wait_ms: int = 0, patience_s: float = 15, **more) -> pb.Changes:
    query = pb.WatchQuery(cursor=cursor, wait_ms=wait_ms, **more)
    seq = peer.send(peer.envelope(watch_query=query))
    return peer.answer_to(seq, timeout_s=wait_ms / 1000 + patience_s)


class Follower(threading.Thread):
    """Follows the province until it is told to stop; begins a new connection when one ends."""

    def __init__(self, office: Office) -> None:
        super().__init__(daemon=True)
        self.office = office
        self.held: dict[tuple, pb.Change] = {}
        self.cursor = ""
        self.told = self.restarts = 0
        self.is_over = False
        self.error: Optional[BaseException] = None

    def run(self) -> None:
        while not self.is_over and self.error is None:
            try:
                with self.office.connect(self.office.province, self.office.reader) as peer:
                    while not self.is_over:
                        self.take(watch(peer, self.cursor, wait_ms=500, patience_s=2))
            except (Silence, Refused):
                time.sleep(0.05)
            except BaseException as error:  # the main thread raises it again
                self.error = error

    def take(self, changes: pb.Changes) -> None:
        if changes.restarted:
            self.restarts += 1
            self.held.clear()
        for change in changes.changes:
            before = self.held.get(name(change.key))
            if before is not None and before.revision > change.revision:
                raise Failure(f"it goes back: {before} then {change}")
            self.held[name(change.key)] = change
        self.told += len(changes.changes)
        self.cursor = changes.cursor

    def end(self) -> None:
        self.is_over = True
        self.join()
        if self.error is not None:
            raise self.error


def held_by(node: Node) -> dict[tuple, tuple]:
    """The latest revision and state of each report, as history has it."""
    held = {}
    for unit in COMMUNES:
        for year, label in PERIODS:
            period = f"{year}-S{label}" if label < 3 else str(year)
            found = rows(node.tonghop("history", str(unit), "--period", period, "--format", "csv"))
            if found:
                held[1, year, label, unit, 1] = (int(found[0]["revision"]), found[0]["state"],
                                                 found[0]["withdrawn"], found[0]["counts"])
    return held


def told_to(follower: Follower) -> dict[tuple, tuple]:
    states = {0: "waiting", ACCEPTED: "accepted", RETURNED: "returned", ACCEPTED | RETURNED: "returned"}
    return {which: (change.revision, states[change.states], "yes" if change.withdrawn else "no",
                    "yes" if change.counts else "no") for which, change in follower.held.items()}


# ---- steps ----


def everything_from_the_beginning(office: Office) -> None:
    """With no cursor all that is held is told, once, as it is now"""
    office.file(COMMUNES[0], 1)
    office.file(COMMUNES[1], 2)
    office.file(COMMUNES[0], 3, based_on=1)
    settle(office.district)
    with office.connect(office.province, office.reader) as peer:
        changes = watch(peer)
        told = {name(change.key): (change.revision, change.unit.code, change.period, change.form,
                                   change.author) for change in changes.changes}
        expect("all of it", told, {
            name(key(COMMUNES[0])): (2, str(COMMUNES[0]), "2024-S1", "chung", "Siu Thảo"),
            name(key(COMMUNES[1])): (1, str(COMMUNES[1]), "2024-S1", "chung", "Siu Thảo")})
        expect("no more", (changes.more, changes.restarted), (False, False))
        expect("nothing new", list(watch(peer, changes.cursor).changes), [])
        expect("nothing of before", list(watch(peer, from_now=True).changes), [])


def answer_waits_for_a_change(office: Office) -> None:
    """A question with nothing to tell is answered by the next change beneath its unit, and no other"""
    with office.connect(office.province, office.reader) as peer:
        cursor = watch(peer, from_now=True).cursor
        seq = peer.send(peer.envelope(watch_query=pb.WatchQuery(cursor=cursor, wait_ms=WAIT_MS)))
        office.province.tonghop("submit", "-", "--unit", str(OTHER), "--period", "2024-S1", "--format",
                                "csv", stdin="indicator,value\nreception.visits,9\n")
        expect("another's report is not told", peer.socket.poll(300), 0)
        begin = time.monotonic()
        office.file(COMMUNES[2], 4)
        changes = peer.answer_to(seq)
        expect("it came with the change", time.monotonic() - begin < WAIT_MS / 2000, True)
        expect("which", [name(change.key) for change in changes.changes], [name(key(COMMUNES[2]))])
        begin = time.monotonic()
        changes = watch(peer, changes.cursor, wait_ms=700)
        expect("no change within its time", list(changes.changes), [])
        expect("which it waited", time.monotonic() - begin > 0.6, True)


def marks_and_withdrawals(office: Office) -> None:
    """A return from above and a withdrawal are changes"""
    with office.connect(office.province, office.reader) as peer, \
            office.connect(office.province, office.admin) as admin:
        cursor = watch(peer, from_now=True).cursor
        admin.ask(mark=pb.Mark(key=key(COMMUNES[2]), revision=1, states=RETURNED))
        changes = watch(peer, cursor, wait_ms=WAIT_MS)
        expect("returned", [(change.states, change.counts) for change in changes.changes],
               [(ACCEPTED | RETURNED, False)])
        office.district.tonghop("submit", "--withdraw", "chung", "--unit", str(COMMUNES[1]), "--period",
                                "2024-S1", "--reason", "nhầm kỳ")
        changes = watch(peer, changes.cursor, wait_ms=WAIT_MS)
        expect("withdrawn", [(change.revision, change.withdrawn, change.reason)
                             for change in changes.changes], [(2, True, "nhầm kỳ")])


def what_may_not_be_read(office: Office) -> None:
    """A key follows what it may read, and a cursor is one of the node's"""
    with office.connect(office.province, office.reader) as peer:
        for query, code in ((pb.WatchQuery(unit=str(OTHER)), "foreign"),
                            (pb.WatchQuery(unit="12345678"), "not-found"),
                            (pb.WatchQuery(cursor="yesterday"), "syntax")):
            try:
                peer.ask(watch_query=query)
            except Refused as refused:
                expect("refused", refused.code, code)
            else:
                raise Failure(f"{query} was answered")


def through_kills(office: Office) -> None:
    """Through kills of the node it follows, a program ends with what the node holds"""
    follower = Follower(office)
    follower.start()
    chance = random.Random(5)
    numbers: dict[tuple, int] = {}
    with office.connect(office.district, office.reporter) as peer:
        for round_ in range(KILLS + 1):
            for _ in range(40):
                unit, (year, label) = chance.choice(COMMUNES), chance.choice(PERIODS)
                which = (unit, year, label)
                if which not in numbers:
                    query = pb.HistoryQuery(kind=1, unit=f"id:{unit}", latest_only=True,
                                            period=f"{year}-S{label}" if label < 3 else str(year))
                    numbers[which] = max((entry.revision for entry in
                                          peer.ask(history_query=query).entries), default=0)
                receipt = peer.file(filing(key(unit, year, label), {VISITS: chance.randrange(10**6)},
                                           author="Siu Thảo", based_on=numbers[which]))
                numbers[which] = receipt.revision
            if round_ < KILLS:
                office.province.kill()
                start_as_it_is(office.province)
    settle(office.district)
    wanted = held_by(office.province)
    expect("reports of all units", len(wanted), len(COMMUNES) * len(PERIODS))
    eventually(lambda: told_to(follower) == wanted, "the program has what the node holds")
    follower.end()
    expect("nothing was told anew", follower.restarts, 0)
    office.cursor, office.wanted = follower.cursor, wanted


def after_a_restore(office: Office) -> None:
    """A cursor of before a restored backup is known as such: all is told again"""
    file = office.tree.folder / "province.mdb"
    office.province.tonghop("backup", str(file))
    office.province.stop()
    office.province.tonghop("restore", str(file), "--replace")
    start_as_it_is(office.province)
    settle(office.district)
    with office.connect(office.province, office.reader) as peer:
        changes = watch(peer, office.cursor, wait_ms=WAIT_MS)
        expect("told anew", changes.restarted, True)
        expect("all", {name(change.key) for change in changes.changes}, set(office.wanted))
        expect("and once", watch(peer, changes.cursor).restarted, False)


STEPS = (everything_from_the_beginning, answer_waits_for_a_change, marks_and_withdrawals,
         what_may_not_be_read, through_kills, after_a_restore)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
