"""Attacks with an enrolled key: well-formed messages, too many or too large. Each is sent from `size`
connections at once."""

import socket
import time
from typing import Callable, Iterator

from peer import Peer, digest, filing
from raw import Closed, Raw
from scenery import (NODE_UNIT, NOTE_MAX, REPORTER_UNIT, UNIT_OF_ROLE, Loot, Scene, big_filing,
                     bytes_of, file_bytes, fill_up, filing_of, flood_as, hello_bytes, key_of, pb, repeat,
                     until_the_end)

FRAME_MAX = 1 << 20
COMMUNE = 1002
PERIODS = ("2024", "2024-S1")
BIG_LABEL, SMALL_LABEL = 1, 2  # of the reporter's reports
AHEAD = 32  # reports under way
DIFFERENT = 256  # messages; the quarantine takes none that it has
BUCKETS = [pb.Bucket(kind=kind, year=year, label=label, digest=bytes(32), count=2**32 - 1)
           for kind in (1, 2) for year in range(1900, 2600) for label in (1, 2, 3)][:4096]
SMALL_QUESTIONS = (
    bytes_of(totals_query=pb.TotalsQuery(period="2024", indicators=["c1"])),
    bytes_of(coverage_query=pb.CoverageQuery(period="2024", unit=str(COMMUNE))),
    bytes_of(history_query=pb.HistoryQuery(period="2024", unit=str(COMMUNE))),
    bytes_of(explain_query=pb.ExplainQuery(period="2024", unit=str(COMMUNE), indicator="c1")),
    bytes_of(status_query=pb.StatusQuery()))
HISTORY = bytes_of(history_query=pb.HistoryQuery(period="2024-S1", unit=str(REPORTER_UNIT),
                                                 with_content=True))
BIG_QUESTIONS = (
    *(bytes_of(totals_query=pb.TotalsQuery(period=period, by=pb.BY_CHILD, compare_previous=True))
      for period in PERIODS),
    *(bytes_of(coverage_query=pb.CoverageQuery(period=period)) for period in PERIODS),
    bytes_of(explain_query=pb.ExplainQuery(period="2024", indicator="c1")))


def pings(scene: Scene) -> Loot:
    """reader: pings"""
    return flood_as("reader", scene, repeat(bytes_of(ping=pb.Ping())))


def hellos(scene: Scene) -> Loot:
    """reporter: hellos"""
    return flood_as("reporter", scene, repeat(hello_bytes(REPORTER_UNIT)))


def hellos_with_buckets(scene: Scene) -> Loot:
    """node: hellos with 4,096 buckets"""
    return flood_as("node", scene, repeat(hello_bytes(NODE_UNIT, buckets=BUCKETS)))


def small_questions(scene: Scene) -> Loot:
    """reader: small questions of every kind"""
    return flood_as("reader", scene, repeat(*SMALL_QUESTIONS))


def big_questions(scene: Scene) -> Loot:
    """reader: totals, coverage and explanations of the whole province"""
    return flood_as("reader", scene, repeat(*BIG_QUESTIONS))


def biggest_answers(scene: Scene) -> Loot:
    """reader: questions whose answer has 15 MiB"""
    return flood_as("reader", scene, repeat(HISTORY))


def answers_not_read(scene: Scene) -> Loot:
    """reader: the same, and no answer is ever read"""
    raws, loot = [], Loot()
    for _ in range(scene.size):
        raw = scene.raw("reader")
        raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raws.append(raw)

    def once() -> None:
        for index, raw in enumerate(raws):
            try:
                raw.send_frame(HISTORY)
                loot.sent += 1
            except Closed:
                loot.got["hung up"] += 1
                raw.close()
                raws[index] = scene.raw("reader")
        time.sleep(0.002)

    until_the_end(scene, once)
    for raw in raws:
        raw.close()
    return loot


def questions_of_many(scene: Scene) -> Loot:
    """reader: the same, from many sessions with one key, which begin anew when they are ended"""
    raws, loot = [scene.raw("reader") for _ in range(scene.size)], Loot()
    hello = hello_bytes(UNIT_OF_ROLE["reader"])
    scene.begun.set()
    while scene.goes_on():
        for index, raw in enumerate(raws):
            try:
                raw.send(raw.sealed(HISTORY) + raw.sealed(hello))
                loot.sent += 2
            except Closed:
                loot.got["hung up"] += 1
                raw.close()
                raws[index] = Raw(scene.endpoint)
                raws[index].try_to_shake_hands(scene.node_key, scene.keys["reader"])
            if not scene.goes_on():
                break
        time.sleep(0.1)
    for raw in raws:
        raw.close()
    return loot


def small_answers_not_read(scene: Scene) -> Loot:
    """reader: pings whose answers are never read"""
    raws, loot = [scene.raw("reader") for _ in range(scene.size)], Loot()

    def once() -> None:
        for raw in raws:
            raw.send(b"".join(raw.sealed(bytes_of(ping=pb.Ping())) for _ in range(100)))
            loot.sent += 100

    until_the_end(scene, once)
    for raw in raws:
        raw.close()
    return loot


def catalogue_requests(scene: Scene) -> Loot:
    """reporter: the catalogue asked for in a loop"""
    return flood_as("reporter", scene, repeat(bytes_of(catalogue_request=pb.CatalogueRequest())))


def own_reports(scene: Scene) -> Loot:
    """reporter: reports of its own unit, as fast as they are taken in"""
    return file_on(scene, SMALL_LABEL, lambda key, based_on: filing(
        key, {1: based_on % 1000}, author="x", based_on=based_on, may_drop_cells=True))


def biggest_reports(scene: Scene) -> Loot:
    """reporter: the same, each of 254 KiB"""
    return file_on(scene, SMALL_LABEL, lambda key, based_on: big_filing(
        key, based_on, may_drop_cells=True))


def file_on(scene: Scene, label: int, make: Callable[[pb.Key, int], bytes]) -> Loot:
    """One revision upon the other."""
    peer, loot, key = scene.peer("reporter"), Loot(), key_of(label=label)
    revision = latest(peer, label)
    scene.begun.set()
    while scene.goes_on():
        made = [make(key, revision + at) for at in range(AHEAD)]
        for receipt in peer.file_all(made):
            revision = receipt.revision
        loot.sent += AHEAD
        loot.got["receipts"] += AHEAD
    peer.close()
    return loot


def latest(peer: Peer, label: int) -> int:
    """The reporter's latest revision under that label."""
    query = pb.HistoryQuery(period={1: "2024-S1", 2: "2024-S2", 3: "2024"}[label], latest_only=True)
    return max((entry.revision for entry in peer.ask(history_query=query).entries), default=0)


def statements(scene: Scene) -> Loot:
    """node: statements that are wrong, about the very reports that are held"""
    return flood_as("node", scene, statement_frames(scene))


def statement_frames(scene: Scene) -> Iterator[list[bytes]]:
    """A hello that names nothing is told the digests of what is held; a statement about these is
    compared figure by figure."""
    with Peer(scene.endpoint, scene.node_key, scene.keys["node"]) as peer:
        welcome = peer.hello(unit=NODE_UNIT)
    held = {(bucket.kind, bucket.year, bucket.label): bucket.digest for bucket in welcome.differing}
    digests = b"".join(held.get((1, 2024, label), bytes(32)) for label in (1, 2, 3))
    figures = [pb.Figure(indicator=number, value_low=2**64 - 1, parts=[1, 0, 0, 0, 0])
               for number in range(1, 31)]
    parts = [pb.StatementPart(form=1, label=label, figures=figures) for label in (1, 2, 3)]
    wrong = pb.Statement(kind=1, year=2024, unit=NODE_UNIT, catalogue=1, digest=digest(digests),
                         parts=parts)
    longest = pb.Statement(kind=1, year=2024, unit=NODE_UNIT, catalogue=1, digest=digest(digests),
                           parts=parts * 250)
    return repeat(bytes_of(statement=wrong), bytes_of(statement=longest))


def revisions(scene: Scene) -> Loot:
    """node: revisions of its own unit, as fast as they are taken"""
    return flood_as("node", scene, rising_revisions())


def revision_of(data: bytes, number: int, received_us: int = 1) -> pb.Revision:
    return pb.Revision(filing=data, revision=number, states=1, received_us=received_us,
                       first_filed_us=received_us, home=NODE_UNIT, recorded_by="uid:0")


def rising_revisions() -> Iterator[list[bytes]]:
    # From the clock, so that a second attack of this kind is above the first one's.
    number = int(time.time() * 1000)
    while True:
        number += 1
        data = filing(key_of(NODE_UNIT, 3), {1: number % 1000}, author="x")
        yield [bytes_of(revision=revision_of(data, number))]


def foreign_revisions(scene: Scene) -> Loot:
    """node: revisions of units that are not its own, each of 60 KiB, for the quarantine"""
    frames = []
    for at in range(DIFFERENT):
        notes = pb.Notes(notes=[pb.Note(text=f"{at} ".ljust(NOTE_MAX, "x")) for _ in range(30)])
        data = filing_of(key_of(), pb.PART_TYPE_NOTES, notes.SerializeToString())
        frames.append(bytes_of(revision=revision_of(data, 1)))
    return flood_as("node", scene, repeat(*frames))


def frames_of_maximal_size(scene: Scene) -> Loot:
    """reporter: frames of 1 MiB"""
    return flood_as("reporter", scene, repeat(fill_up(FRAME_MAX)))


def stale_reports(scene: Scene) -> Loot:
    """reporter: reports of 254 KiB that are stale, as fast as they are received"""
    return flood_as("reporter", scene, repeat(file_bytes(big_filing(key_of(label=BIG_LABEL), 0))))


def sessions(scene: Scene) -> Loot:
    """reader: sessions with one key"""
    held, loot = [], Loot()
    try:
        for _ in range(scene.size):
            held.append(scene.raw("reader"))
    except (Closed, OSError):
        loot.got["hung up"] += 1
    loot.sent = len(held)
    loot.got["let in"] = len(held)
    scene.hold()
    for raw in held:
        raw.close()
    return loot


def storm_of_sessions(scene: Scene) -> Loot:
    """reader: a storm of connections: handshake, hello, end"""
    loot = Loot()

    def once() -> None:
        scene.raw("reader").close()
        loot.sent += 1
        loot.got["let in"] += 1

    until_the_end(scene, once)
    return loot
