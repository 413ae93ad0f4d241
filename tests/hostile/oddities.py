"""Attacks with an enrolled key: messages that no honest peer sends, on the wire of ZMTP too."""

import ctypes
import itertools
import random
import struct
import time

from peer import filing
from raw import COMMAND, HUNG_UP_S, IS_COMMAND, LARGE, MORE, Closed, Raw, frame, metadata
from scenery import (NODE_UNIT, REPORTER_UNIT, Loot, Scene, bytes_of, file_bytes, filing_of, flood_as,
                     hello_bytes, key_of, pb, repeat, until_the_end)
from floods import FRAME_MAX, revision_of

SEED = 64
HUGE = 1 << 62
REVISION_MAX, INSTANT_MAX_US, INT64_MAX = 2**53, 253402300799999999, 2**63 - 1
MANY = 300000
PING = bytes_of(ping=pb.Ping())
CLAIMED_STARTS, CLAIMED_STEP = 12, 20  # where libzmq may count from, and between two claims


def frames_above_the_maximum(scene: Scene) -> Loot:
    """reporter: frames of 1 MiB and a byte, and of 2^62 bytes announced"""
    loot, sizes = Loot(), itertools.cycle((FRAME_MAX + 1, HUGE))

    def once() -> None:
        raw, size = scene.raw("reporter"), next(sizes)
        try:
            if size == HUGE:
                raw.send(struct.pack(">BQ", LARGE, HUGE) + bytes(FRAME_MAX))
            else:
                raw.send_frame(bytes(size))
            is_closed = raw.is_closed(HUNG_UP_S)
        except Closed:
            is_closed = True
        loot.sent += 1
        loot.got["hung up" if is_closed else "left waiting"] += 1
        raw.close()

    until_the_end(scene, once)
    return loot


def empty_frames(scene: Scene) -> Loot:
    """reader: empty frames"""
    return flood_as("reader", scene, repeat(b""))


def two_frames(scene: Scene) -> Loot:
    """reporter: messages of 2 frames"""
    return flood_as("reporter", scene, itertools.repeat([PING, PING]))


def thousand_frames(scene: Scene) -> Loot:
    """reporter: messages of 1,000 frames"""
    return flood_as("reporter", scene, itertools.repeat([b""] * 1000))


def unfinished_large(scene: Scene) -> Loot:
    """reporter: messages that never end, of frames of 1 MiB"""
    return endless(scene, bytes(FRAME_MAX), 1)


def unfinished_small(scene: Scene) -> Loot:
    """reporter: messages that never end, of empty frames"""
    return endless(scene, b"", 1000)


def endless(scene: Scene, payload: bytes, at_once: int) -> Loot:
    """At most `size` MiB on one connection; another one when it is cut."""
    loot, line_bytes = Loot(), 0
    raw = scene.raw("reporter")
    scene.begun.set()
    while scene.goes_on():
        if line_bytes >= scene.size << 20:
            time.sleep(0.01)
            continue
        data = b"".join(raw.sealed(payload, MORE) for _ in range(at_once))
        try:
            raw.send(data)
            loot.sent += at_once
            line_bytes += len(data)
        except Closed:
            loot.got["hung up"] += 1
            raw.close()
            raw, line_bytes = scene.raw("reporter"), 0
    raw.close()
    return loot


def wrong_numbers(scene: Scene) -> Loot:
    """reader: sequence numbers repeated, running backwards, 0 and 2^64 - 1"""
    numbers = (5, 5, 5, 1, 2**64 - 1, 0, 4, 3)
    return flood_as("reader", scene, repeat(*(bytes_of(seq, ping=pb.Ping()) for seq in numbers)))


def wrong_versions(scene: Scene) -> Loot:
    """node: protocol versions 0, 2 and 2^32 - 1"""
    frames = [pb.Envelope(protocol=version, seq=2, ping=pb.Ping()) for version in (0, 2, 2**32 - 1)]
    frames += [pb.Envelope(protocol=1, seq=2, hello=pb.Hello(
        protocol_min=version, protocol_max=2**32 - 1, unit=NODE_UNIT)) for version in (2, 2**32 - 1)]
    return flood_as("node", scene, repeat(*(item.SerializeToString() for item in frames)))


def broken_messages(scene: Scene) -> Loot:
    """reporter: random bytes, and reports with one bit flipped"""
    chance = random.Random(SEED)
    good = file_bytes(filing(key_of(), {1: 1}, author="x"))
    frames = [chance.randbytes(chance.randrange(1, 3000)) for _ in range(200)]
    for _ in range(200):
        data, bit = bytearray(good), chance.randrange(8 * len(good))
        data[bit // 8] ^= 1 << bit % 8
        frames.append(bytes(data))
    return flood_as("reporter", scene, repeat(*frames))


def absurd_counts(scene: Scene) -> Loot:
    """reporter: lists of 300,000, and the longest that are allowed"""
    cells = pb.Cells(indicators=range(1, 4097), values=[INT64_MAX] * 4096, qualifiers=[1] * 4096)
    longest = filing_of(key_of(label=2), pb.PART_TYPE_CELLS, cells.SerializeToString())
    return flood_as("reporter", scene, repeat(
        hello_bytes(REPORTER_UNIT, buckets=[pb.Bucket()] * MANY), file_bytes(longest),
        file_bytes(pb.Filing(header=b"x", parts=[b""] * 60000).SerializeToString()),
        bytes_of(totals_query=pb.TotalsQuery(period="2024", indicators=[""] * MANY)),
        bytes_of(totals_query=pb.TotalsQuery(period="2024", indicators=["c1"] * 4096)),
        file_bytes(b"\x0a\x02\x08\x01" * 60000)))


def absurd_values(scene: Scene) -> Loot:
    """node: values, revisions and instants at the ends of their ranges and beyond"""
    frames = []
    for value, number, instant in itertools.product(
            (0, INT64_MAX), (0, 1, REVISION_MAX, REVISION_MAX + 1, 2**64 - 1),
            (0, INSTANT_MAX_US, INSTANT_MAX_US + 1, INT64_MAX, -INT64_MAX - 1)):
        data = filing(key_of(NODE_UNIT, 2), {1: value}, author="x")
        frames.append(bytes_of(revision=revision_of(data, number, instant)))
    return flood_as("node", scene, repeat(*frames))


def foreign_units(scene: Scene) -> Loot:
    """reporter: reports of units that are not its own, or of none"""
    units = (1, 101, 1001, NODE_UNIT, 999999, 2**32 - 1)
    return flood_as("reporter", scene, repeat(
        *(file_bytes(filing(key_of(unit), {1: 1}, author="x")) for unit in units),
        *(bytes_of(history_query=pb.HistoryQuery(period="2024", unit=str(unit))) for unit in units)))


def wrong_roles(scene: Scene) -> Loot:
    """reader: what only others may send"""
    data = filing(key_of(), {1: 1}, author="x")
    return flood_as("reader", scene, repeat(
        file_bytes(data), bytes_of(revision=revision_of(data, 1)),
        bytes_of(revoke=pb.Revoke(key=bytes(32))),
        bytes_of(enrol=pb.Enrol(unit=1, key=bytes(32), role=pb.ROLE_ADMIN, name="x")),
        bytes_of(keys_query=pb.KeysQuery()), bytes_of(quarantine_clear=pb.QuarantineClear(all=True)),
        bytes_of(welcome=pb.Welcome(protocol=1, unit=1, role=pb.ROLE_NODE, window=1))))


def replayed_bytes(scene: Scene) -> Loot:
    """reporter: bytes of an encrypted message sent again"""
    loot = Loot()

    def once() -> None:
        raw = scene.raw("reporter")
        message = raw.sealed(PING)
        try:
            raw.send(message)
            loot.take(raw.receive())
            raw.send(message)
            is_closed = raw.is_closed(HUNG_UP_S)
        except Closed:
            is_closed = True
        loot.got["hung up" if is_closed else "left waiting"] += 1
        loot.sent += 1
        raw.close()

    until_the_end(scene, once)
    return loot


def commands(raw: Raw) -> list[bytes]:
    """What ZMTP has for other purposes, or not at all, after a handshake."""
    ready = b"\5READY" + metadata(b"Socket-Type", b"ROUTER") + metadata(b"Identity", b"y" * 255)
    plain = [b"", b"\0", b"\xff", b"\4PING", b"\4PING\0\1" + b"x" * 17,
             b"\4PING\xff\xff" + b"x" * 60000, b"\4PONG", b"\4PONG" + b"x" * 300, b"\x09SUBSCRIBEx",
             b"\6CANCELx", b"\4JOINx", b"\5LEAVEx", ready, b"\5ERROR\xff", b"\5ERROR\0",
             b"\xff" + b"N" * 300, b"\5HELLO" + bytes(194)]
    return [*(raw.sealed(body, IS_COMMAND) for body in plain), raw.sealed(PING, 0xFC),
            raw.sealed(PING, MORE | IS_COMMAND), *(frame(body, COMMAND) for body in plain), frame(PING),
            frame(PING, 0xF8), frame(b"\7MESSAGE"), frame(b"\7MESSAGE" + bytes(7)),
            frame(b"\7MESSAGE" + bytes(40))]


def odd_commands(scene: Scene) -> Loot:
    """reporter: commands of ZMTP, sealed or not, known or not"""
    loot = Loot()
    first = scene.raw("reporter")
    count = len(commands(first))
    first.close()

    def once() -> None:
        raw = scene.raw("reporter")
        words = commands(raw)
        try:
            raw.send(words[loot.sent % count])
            is_closed = raw.is_closed(0.05)
        except Closed:
            is_closed = True
        loot.got["hung up" if is_closed else "ignored"] += 1
        loot.sent += 1
        raw.close()

    until_the_end(scene, once, at_least=count)
    return loot


def claimed_identities(scene: Scene) -> Loot:
    """reporter: connections that name themselves as libzmq would name the next ones"""
    loot = Loot()
    libc = ctypes.CDLL(None)
    libc.srand(1)  # what libzmq counts on from, in a process that never called srand
    drawn = [libc.rand() for _ in range(CLAIMED_STARTS + 1)]
    starts = [drawn[at] | (drawn[at + 1] << 31) & 0xFFFFFFFF for at in range(CLAIMED_STARTS)]
    held = []
    for ahead in range(1, scene.size + 1):
        for start in starts:
            claim = struct.pack(">I", (start + CLAIMED_STEP * ahead) % 2**32)
            held.append(scene.raw("reporter", b"\0" + claim))
    loot.sent = len(held)
    scene.begun.set()
    while scene.goes_on():  # each takes the next number
        scene.raw("reporter").close()
        loot.got["let in"] += 1
    for raw in held:
        raw.close()
    return loot
