"""What an attack gets to work with, and what it brings back. An attack is a function from a Scene to
a Loot; it runs in a process of its own until the scene has ended, and closes what it opened. Its
documentation is its line in the table."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, Optional

import zmq

from peer import Keys, Peer, digest, pb
from raw import Raw

FORM, YEAR = 1, 2024
# The enemies' units; the friend has another one. A node takes the reports of its unit in, so the
# reporter belongs to a district without one.
NODE_UNIT, REPORTER_UNIT = 103, 102
UNIT_OF_ROLE = {"node": NODE_UNIT, "reporter": REPORTER_UNIT, "reader": 1}
KNOWN_MAX = 300  # answers that are looked into; the others are counted
AT_ONCE = 16  # messages to a connection, before it is the turn of the next
PART_MAX, NOTE_MAX = 254 << 10, 1990  # with its header, a filing stays within 256 KiB


@dataclass
class Scene:
    """The place, as the enemy knows it. `size` is how many of whatever the attack multiplies."""

    endpoint: str
    control: str  # path of the local socket
    node_key: str
    keys: dict[str, Keys]  # by role; "stranger" is enrolled nowhere
    size: int
    begun: Any = None  # events: the attack is in full swing; it is to end
    ended: Any = None

    def goes_on(self) -> bool:
        return not self.ended.is_set()

    def hold(self) -> None:
        """The attack is in full swing and nothing more is to be done."""
        self.begun.set()
        self.ended.wait()

    def peer(self, role: str) -> Peer:
        peer = Peer(self.endpoint, self.node_key, self.keys[role])
        peer.hello(unit=UNIT_OF_ROLE[role])
        return peer

    def raw(self, role: str, identity: bytes = b"") -> Raw:
        """A connection of our own making, after its handshake and hello."""
        raw = Raw(self.endpoint)
        raw.shake_hands(self.node_key, self.keys[role], identity)
        raw.send_frame(hello_bytes(UNIT_OF_ROLE[role]))
        raw.receive()
        return raw


@dataclass
class Loot:
    """What the enemy did, and what it got."""

    sent: int = 0
    got: Counter = field(default_factory=Counter)  # how many of what
    heard: set[bytes] = field(default_factory=set)  # what strangers were told

    def hear(self, data: bytes) -> None:
        self.got["bytes"] += len(data)
        if len(self.heard) < KNOWN_MAX:
            self.heard.add(data)

    def take(self, frame: bytes) -> None:
        """An answer."""
        self.got["answers"] += 1
        if self.got["answers"] <= KNOWN_MAX:
            self.got[name_of(frame)] += 1

    def kinds(self) -> set[str]:
        """Of answers, among the first few."""
        return set(self.got) - COUNTED

    def text(self) -> str:
        counts = [f"{count:,} {what}" for what, count in self.got.items() if what in COUNTED]
        kinds = f" ({', '.join(sorted(self.kinds()))})" if self.kinds() else ""
        return ", ".join(counts) + kinds or "nothing"


# What is counted to its end; anything else in `got` is a kind of answer.
COUNTED = {"answers", "bytes", "hung up", "ignored", "left waiting", "let in", "no connection",
           "receipts", "refused"}


def name_of(frame: bytes) -> str:
    envelope = pb.Envelope.FromString(frame)
    body = envelope.WhichOneof("body")
    return envelope.refusal.code if body == "refusal" else body


def bytes_of(seq: int = 2, **body: Any) -> bytes:
    return pb.Envelope(protocol=1, seq=seq, **body).SerializeToString()


def hello_bytes(unit: int, **fields: Any) -> bytes:
    return bytes_of(1, hello=pb.Hello(protocol_min=1, protocol_max=1, unit=unit, **fields))


def key_of(unit: int = REPORTER_UNIT, label: int = 1) -> pb.Key:
    return pb.Key(kind=1, year=YEAR, label=label, unit=unit, form=FORM)


def file_bytes(filing: bytes) -> bytes:
    return bytes_of(file=pb.File(filing=filing))


def filing_of(key: pb.Key, type_: int, part: bytes, **header: Any) -> bytes:
    """A report of one part, be it what it may."""
    ref = pb.PartRef(type=type_, size=len(part), digest=digest(part))
    head = pb.ReportHeader(key=key, scope=pb.SCOPE_OWN, catalogue=1, author="x", parts=[ref],
                           **header)
    return pb.Filing(header=head.SerializeToString(), parts=[part]).SerializeToString()


def big_filing(key: pb.Key, based_on: int, **header: Any) -> bytes:
    """A report as large as can be: of notes. Another base, another content."""
    count = PART_MAX // (NOTE_MAX + 6)
    notes = [pb.Note(text=f"{based_on} {at} ".ljust(NOTE_MAX, "x")) for at in range(count)]
    return filing_of(key, pb.PART_TYPE_NOTES, pb.Notes(notes=notes).SerializeToString(),
                     based_on=based_on, **header)


def fill_up(size: int) -> bytes:
    """A ping with a field of a version to come, which fills it up to `size` bytes."""
    frame = bytes_of(ping=pb.Ping())
    length = size - len(frame) - 5
    frame += b"\xa2\x1f" + bytes((length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14))
    return frame + bytes(length)


def flood(scene: Scene, sockets: list[zmq.Socket], messages: Iterator[list[bytes]]) -> Loot:
    """Sends messages as fast as they are taken, and reads the answers."""
    loot = Loot()
    waiting: list[Optional[list[bytes]]] = [None] * len(sockets)
    scene.begun.set()
    while scene.goes_on():
        is_idle = True
        for index, socket in enumerate(sockets):
            for _ in range(AT_ONCE):
                message = waiting[index] or next(messages)
                try:
                    socket.send_multipart(message, zmq.NOBLOCK)
                except zmq.Again:
                    waiting[index] = message
                    break
                waiting[index] = None
                loot.sent += 1
                is_idle = False
            try:
                while scene.goes_on():
                    loot.take(socket.recv(zmq.NOBLOCK))
                    is_idle = False
            except zmq.Again:
                pass
        if is_idle:
            time.sleep(0.001)
    return loot


def flood_as(role: str, scene: Scene, messages: Iterator[list[bytes]]) -> Loot:
    """From `size` connections with one key."""
    peers = [scene.peer(role) for _ in range(scene.size)]
    loot = flood(scene, [peer.socket for peer in peers], messages)
    for peer in peers:
        peer.close()
    return loot


def repeat(*frames: bytes) -> Iterator[list[bytes]]:
    """One message of one frame after the other, for ever."""
    while True:
        yield from ([frame] for frame in frames)


def until_the_end(scene: Scene, once: Callable[[], None], at_least: int = 1) -> None:
    scene.begun.set()
    done = 0
    while done < at_least or scene.goes_on():
        once()
        done += 1
