"""A parent that has gone mad cannot harm its child: what it may not send is dropped, what it may send
is checked, and the child goes on serving its people, whose figures stay.

The parent is played by this test, on a ROUTER socket with a key of its own; it says true things first,
so that the child links and has a catalogue, and then anything."""

import base64
import time
from typing import Optional

import zmq

from harness import Failure, Tree, eventually
from peer import Keys, Peer, digest, pb
from scene import expect, plant, play, status, submit, table, total, totals, verify

DISTRICT, PROVINCE = 631, 64
VISITS, PERIOD = "reception.visits", "2024-S1"
BACK_S = 90  # the longest wait before a new connection is 60 s
QUIET_REQUESTS_MAX = 10


class MadParent:
    def __init__(self, tree: Tree) -> None:
        self.keys = Keys.generate()
        self.public_key = self.keys.public
        self.socket = zmq.Context.instance().socket(zmq.ROUTER)
        self.socket.curve_server = 1
        self.socket.curve_secretkey = base64.b64decode(self.keys.secret)
        self.socket.linger = 0
        self.endpoint = f"tcp://127.0.0.1:{tree.ports.take()}"
        self.socket.bind(self.endpoint)
        self.catalogue = fetch_catalogue(tree)
        self.child_id = b""
        self.seq = 0
        self.child = tree.init("duc-co", DISTRICT, self)
        self.child.start(is_awaited=False)
        self.link()
        self.serve_until(lambda: self.health()["restoring"] == "no",
                         "the child has the catalogue, and all that its parent holds")
        submit(self.child, PERIOD, table({VISITS: 7}))
        self.serve_until(lambda: self.health()["outbox"] == "0", "the child has sent all it has")
        self.pid = self.child.pid
        self.before = self.look()

    # ---- the honest part ----

    def receive(self, timeout_s: float) -> Optional[pb.Envelope]:
        if not self.socket.poll(int(1000 * timeout_s)):
            return None
        self.child_id, frame = self.socket.recv_multipart()
        return pb.Envelope.FromString(frame)

    def send(self, re: int = 0, **body) -> None:
        self.seq += 1
        envelope = pb.Envelope(protocol=1, seq=self.seq, re=re, **body)
        self.send_frames(envelope.SerializeToString())

    def send_frames(self, *frames: bytes) -> None:
        self.socket.send_multipart([self.child_id, *frames])

    def await_body(self, name: str) -> pb.Envelope:
        deadline = time.monotonic() + BACK_S
        while time.monotonic() < deadline:
            envelope = self.receive(1)
            if envelope is not None and envelope.WhichOneof("body") == name:
                return envelope
        raise Failure(f"the child sends no {name}")

    def link(self, **changes) -> None:
        self.welcome(self.await_body("hello"), **changes)
        self.linked_id = self.child_id

    def welcome(self, hello: pb.Envelope, **changes) -> None:
        welcome = {"protocol": 1, "unit": PROVINCE, "role": pb.ROLE_NODE, "catalogue": 1,
                   "catalogue_hash": digest(self.catalogue), "window": 64, "now_us": time.time_ns() // 1000}
        self.send(hello.seq, welcome=pb.Welcome(**welcome | changes))

    def serve(self, timeout_s: float = 0.1) -> int:
        """Answers everything that comes, truly; returns how much that was."""
        count = 0
        while (envelope := self.receive(timeout_s)) is not None:
            count += 1
            self.answer(envelope)
        return count

    def answer(self, envelope: pb.Envelope) -> None:
        name = envelope.WhichOneof("body")
        if name == "ping":
            self.send(envelope.seq, pong=pb.Pong())
        elif name == "revision":
            header = pb.ReportHeader.FromString(pb.Filing.FromString(envelope.revision.filing).header)
            self.send(envelope.seq, ack=pb.Ack(key=header.key, revision=envelope.revision.revision,
                                               states=envelope.revision.states))
        elif name == "statement":
            told = envelope.statement
            self.send(envelope.seq, statement_ack=pb.StatementAck(
                kind=told.kind, year=told.year, unit=told.unit,
                outcome=pb.STATEMENT_OUTCOME_AGREES))
        elif name == "catalogue_request":
            self.send(envelope.seq, catalogue_chunk=pb.CatalogueChunk(
                number=1, hash=digest(self.catalogue), index=0, count=1, data=self.catalogue))
        elif name == "inventory":
            self.send(envelope.seq, compared=pb.Compared(through=envelope.inventory.through
                                                         if envelope.inventory.HasField("through")
                                                         else None))
        elif name == "hello" and self.child_id == self.linked_id:
            self.welcome(envelope)  # it compares what both hold
        elif name == "hello":
            raise Failure("the child gave the link up")

    def serve_until(self, check, what: str) -> None:
        eventually(lambda: self.serve() >= 0 and check(), what)

    # ---- what is seen of the child ----

    def health(self) -> dict:
        return status(self.child)

    def look(self) -> tuple:
        health = self.health()
        counts = [health[name] for name in ("catalogue", "reports", "parked", "quarantine", "alarms")]
        return counts, totals(self.child, PERIOD)

    def expect_unharmed(self, what: str) -> None:
        self.serve()
        expect(f"{what}: the same process", self.child.pid, self.pid)
        expect(f"{what}: nothing changed", self.look(), self.before)
        expect(f"{what}: still linked", self.health()["linked"], "yes")


def fetch_catalogue(tree: Tree) -> bytes:
    """The bytes of the sample, as a true root hands them out."""
    root = plant(tree)
    keys = Keys.generate()
    root.tonghop("enrol", "64", keys.public, "--role", "reader")
    with Peer(root.endpoint, root.public_key, keys) as peer:
        peer.hello()
        data = peer.ask(catalogue_request=pb.CatalogueRequest()).data
    root.stop()
    return data


def key(**changes) -> pb.Key:
    return pb.Key(**{"kind": 1, "year": 2024, "label": 1, "unit": DISTRICT, "form": 1} | changes)


def garbage_is_dropped(parent: MadParent) -> None:
    """Frames that are no message are dropped, and so is what a parent may not send"""
    for frames in ((b"",), (b"\xff" * 100,), (bytes(5000),), (b"a", b"b"), (b"", b"x"), (b"",) * 100):
        parent.send_frames(*frames)
    for body in ({"hello": pb.Hello(protocol_min=1, protocol_max=1)}, {"ping": pb.Ping()},
                 {"file": pb.File(filing=b"x")}, {"keys_query": pb.KeysQuery()},
                 {"enrol": pb.Enrol(unit=1, key=bytes(32), role=pb.ROLE_ADMIN)},
                 {"revoke": pb.Revoke(key=bytes(32))},
                 {"catalogue_publish": pb.CataloguePublish(chunk=pb.CatalogueChunk(
                     number=9, hash=bytes(32), count=1, data=b"x"))}, {}):
        parent.send(**body)
        parent.send(re=1, **body)
    parent.expect_unharmed("garbage")


def answers_to_nothing_are_ignored(parent: MadParent) -> None:
    """Acks, refusals, chunks and pongs that answer nothing change nothing"""
    for re in (1, 2**63, 2**64 - 1):
        for body in ({"pong": pb.Pong()}, {"ack": pb.Ack(key=key(), revision=2**53, states=1)},
                     {"ack": pb.Ack(key=key(unit=64), revision=1)},
                     {"statement_ack": pb.StatementAck(kind=1, year=2024, unit=1, outcome=3)},
                     {"catalogue_chunk": pb.CatalogueChunk(number=2, hash=bytes(32), count=1,
                                                           data=b"x")}):
            parent.send(re=re, **body)
    parent.expect_unharmed("answers to nothing")


def change_catalogue(parent: MadParent) -> None:
    """To another one and back, as far as the child can tell: what is parked is sent again"""
    for told in (bytes(32), digest(parent.catalogue)):
        parent.send(catalogue_notice=pb.CatalogueNotice(number=1, hash=told))


def wrong_newer_revisions_are_not_taken(parent: MadParent) -> None:
    """A newer revision in an ack that does not read, or is about another report, is not taken over"""
    other = pb.ReportHeader(key=key(unit=64), scope=1, catalogue=1, author="x")
    for newer in (b"\xff" * 50, pb.Filing(header=b"\xff").SerializeToString(),
                  pb.Filing(header=other.SerializeToString()).SerializeToString()):
        amend(parent)
        revision = parent.await_body("revision")
        parent.send(revision.seq, ack=pb.Ack(
            key=key(), revision=revision.revision.revision, states=1, newer=pb.Revision(
                filing=newer, revision=50, states=1, received_us=1, first_filed_us=1, home=DISTRICT,
                recorded_by="uid:0")))
        parent.serve_until(lambda: parent.health()["parked"] == "1", "it is not acknowledged")
    change_catalogue(parent)
    parent.serve_until(lambda: parent.health()["outbox"] == "0", "it comes again")
    parent.before = parent.look()
    expect("reports", parent.before[0][1], "1")
    parent.expect_unharmed("wrong newer revisions")


def amend(parent: MadParent) -> None:
    parent.serve()
    now = int(total(parent.child, PERIOD, VISITS).value)
    parent.child.tonghop("amend", VISITS, str(now + 1), "--period", PERIOD, "--reason", "x")


def wrong_acks_keep_the_report(parent: MadParent) -> None:
    """Acks of another report or of an older revision leave the report to be sent again, not at once"""
    amend(parent)
    revision = parent.await_body("revision")
    parent.send(revision.seq, ack=pb.Ack(key=key(unit=64), revision=2**53, states=1))
    parent.send(revision.seq, ack=pb.Ack(key=key(), revision=1, states=1))
    eventually(lambda: parent.serve() >= 0 and parent.health()["parked"] == "1", "it waits")
    change_catalogue(parent)
    parent.serve_until(lambda: parent.health()["outbox"] == "0", "it was sent again")
    parent.before = parent.look()


def catalogue_that_is_none(parent: MadParent) -> None:
    """A catalogue that does not have its hash, or is none, is not put in force, nor asked for all the
    time"""
    bad = b"\x08\x02\xff\xff"
    parent.send(catalogue_notice=pb.CatalogueNotice(number=2, hash=digest(bad)))
    requests = 0
    end = time.monotonic() + 3
    while time.monotonic() < end:
        envelope = parent.receive(0.2)
        if envelope is None:
            continue
        if envelope.WhichOneof("body") != "catalogue_request":
            parent.answer(envelope)
            continue
        requests += 1
        parent.send(envelope.seq, catalogue_chunk=pb.CatalogueChunk(
            number=2, hash=digest(bad), index=0, count=1, data=bad))
    if not 1 <= requests <= QUIET_REQUESTS_MAX:
        raise Failure(f"asked {requests} times in 3 s for a catalogue that cannot be used")
    expect("catalogue", parent.health()["catalogue"], "1")
    parent.expect_unharmed("bad catalogue")


def wrong_welcomes_are_tried_again(parent: MadParent) -> None:
    """After a refusal, or a welcome without a window, the child tries again later, and recovers"""
    parent.send(refusal=pb.Refusal(code="no-session", text="who are you?"))
    parent.link(window=0)
    hello = parent.await_body("hello")
    parent.send(hello.seq, refusal=pb.Refusal(code="forbidden", text="go away"))
    hello = parent.await_body("hello")
    parent.send(hello.seq, refusal=pb.Refusal(code="no-such-code", text="?"))
    parent.link(window=2**32 - 1, differing=[
        pb.Bucket(kind=1, year=1900 + number, label=1, digest=bytes(32), count=2**32 - 1)
        for number in range(1000)])
    parent.serve_until(lambda: parent.health()["linked"] == "yes", "the child is linked again")
    parent.expect_unharmed("after wrong welcomes")


def all_is_well_after_that(parent: MadParent) -> None:
    """In the end the child is well and its totals are right"""
    parent.serve_until(lambda: parent.child.tonghop("status", expect=None).status == 0, "all is well")
    verify(parent.child)
    parent.socket.close()


STEPS = (garbage_is_dropped, answers_to_nothing_are_ignored, wrong_newer_revisions_are_not_taken,
         wrong_acks_keep_the_report, catalogue_that_is_none, wrong_welcomes_are_tried_again,
         all_is_well_after_that)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, MadParent(grown))
