"""Whatever an enrolled key sends, the node answers it with a code, or ends its connection as
PROTOCOL.md says, changes nothing, and goes on serving others.

Most of it comes from a client with a reporter's key, for strangers do not get past the handshake.
After each attack the node has the same process, the same totals and the same counts as before, and
another client that has been connected all the time is answered."""

import random
import re
import socket
import threading
import time
from typing import Any, Optional

import zmq

from harness import Failure, Node, Tree, eventually
from peer import Keys, Peer, Refused, digest, filing, pb
from scene import IS_SANITIZED, expect, plant, play, status, totals, verify

FORM, VISITS = 1, 14  # of the sample catalogue
UNIT, PERIOD = 23860, "2024-S1"
FRAME_MAX = 1 << 20
FLOOD = 10000  # questions
FLOOD_S = 3
DROPS_LOGGED_S = 10  # between lines about messages dropped
BURST = 256  # messages; of the larger ones a batch takes fewer
UNDER_WAY = 24 << 20  # bytes at once: beyond SOCK_HELD_MAX a slow node may cut off who sent them
IDLE_MAX_KB = 3 << 10
STRANGERS = 60
GREETING = b"\xff" + bytes(8) + b"\x7f\3\0CURVE" + bytes(47)  # of ZMTP 3.0, up to the handshake
GROWTH_MAX_KB = 24 << 10  # unpacking one message may take 16 MiB
SEED = 64
KEY = pb.Key(kind=1, year=2024, label=1, unit=UNIT, form=FORM)
GOOD = filing(KEY, {VISITS: 7}, author="Hoa")

Fields = dict[str, Any]


class Siege:
    def __init__(self, tree: Tree) -> None:
        self.node = plant(tree)
        self.enemy = self.connect()
        self.friend = self.connect()
        self.friend.file(GOOD)
        self.pid = self.node.pid
        self.before = self.look()

    def connect(self) -> Peer:
        keys = Keys.generate()
        self.node.tonghop("enrol", "631", keys.public, "--role", "reporter")
        peer = Peer(self.node.endpoint, self.node.public_key, keys)
        peer.hello()
        return peer

    def look(self) -> tuple:
        health = status(self.node)
        counts = [health[name] for name in ("reports", "outbox", "parked", "quarantine", "alarms")]
        return counts, totals(self.node, PERIOD)

    def expect_unharmed(self, what: str) -> None:
        expect(f"{what}: the same process", self.node.pid, self.pid)
        expect(f"{what}: nothing changed", self.look(), self.before)
        query = pb.TotalsQuery(period=PERIOD, indicators=["reception.visits"])
        answer = self.friend.ask(totals_query=query)
        expect(f"{what}: the other client is served", answer.units[0].values[0].value_low, 7)

    def expect_code(self, what: str, envelope: pb.Envelope, *codes: str) -> pb.Refusal:
        """A message that can be read is refused by name, in answer to its number."""
        try:
            answer = self.enemy.answer_to(self.enemy.send(envelope))
        except Refused as refused:
            if refused.code not in codes:
                raise Failure(f"{what}: {refused}, not {' or '.join(codes)}") from None
            expect(f"{what}: has a text", refused.refusal.text != "", True)
            return refused.refusal
        raise Failure(f"{what}: not refused\n{answer}")


def bytes_that_are_no_message(siege: Siege) -> None:
    """An empty frame, garbage, and envelopes cut at every length are refused as malformed"""
    enemy, chance = siege.enemy, random.Random(SEED)
    whole = enemy.envelope(file=pb.File(filing=GOOD)).SerializeToString()
    frames = [b"", b"\0", b"\xff" * 40, b"GET / HTTP/1.1\r\n\r\n", bytes(1000),
              *(whole[:length] for length in range(1, len(whole))),
              *(chance.randbytes(chance.randrange(1, 2000)) for _ in range(200))]
    for frame in frames:
        enemy.send_bytes(frame)
        code = enemy.receive().refusal.code
        # Cut behind a field that is whole, it is a message without a body or another one.
        if code not in ("malformed", "version", "too-large", "forbidden"):
            raise Failure(f"{frame[:60]!r} of {len(frame)} bytes: refused as {code!r}")
    siege.expect_unharmed("garbage")


def bits_flipped(siege: Siege) -> None:
    """A report with one bit of its figures wrong is refused; a question with one has some answer"""
    enemy = siege.enemy
    frame = enemy.envelope(file=pb.File(filing=GOOD)).SerializeToString()
    cells = pb.Filing.FromString(GOOD).parts[0]
    for bit in range(8 * len(cells)):
        enemy.send_bytes(flip(frame, 8 * frame.rindex(cells) + bit))
        expect(f"bit {bit} of the cells", enemy.receive().refusal.code, "malformed")
    query = pb.HistoryQuery(period=PERIOD, unit=str(UNIT), with_content=True)
    frame = enemy.envelope(history_query=query).SerializeToString()
    for bit in range(8 * len(frame)):
        enemy.send_bytes(flip(frame, bit))
        enemy.receive()
    siege.expect_unharmed("flipped bits")


def flip(frame: bytes, bit: int) -> bytes:
    byte = frame[bit // 8] ^ 1 << bit % 8
    return frame[:bit // 8] + bytes([byte]) + frame[bit // 8 + 1:]


def envelopes_that_break_the_rules(siege: Siege) -> None:
    """No body, an answer for a request, another protocol, no number: each is refused by its code"""
    enemy = siege.enemy
    siege.expect_code("no body", enemy.envelope(), "malformed")
    siege.expect_code("a receipt", enemy.envelope(receipt=pb.Receipt(key=KEY, revision=1, states=1)),
                      "forbidden")
    siege.expect_code("a refusal", enemy.envelope(refusal=pb.Refusal(code="io", text="x")),
                      "forbidden")
    for protocol in (0, 2, 2**32 - 1):
        envelope = enemy.envelope(ping=pb.Ping())
        envelope.protocol = protocol
        siege.expect_code(f"protocol {protocol}", envelope, "version")
    envelope = enemy.envelope(hello=pb.Hello(protocol_min=2, protocol_max=9))
    siege.expect_code("a hello of the future", envelope, "version")
    envelope = enemy.envelope(ping=pb.Ping())
    envelope.seq = 0
    siege.expect_code("no number", envelope, "malformed")
    # A field of a version to come, number 500, is ignored; so is a body that we do not know.
    frame = enemy.envelope(ping=pb.Ping()).SerializeToString() + b"\xa2\x1f\x03abc"
    enemy.send_bytes(frame)
    expect("an unknown field", enemy.receive().WhichOneof("body"), "pong")
    enemy.send_bytes(enemy.envelope().SerializeToString() + b"\xa2\x1f\x03abc")
    expect("an unknown body", enemy.receive().refusal.code, "version")
    siege.expect_unharmed("broken rules")


def filings_that_lie(siege: Siege) -> None:
    """Wrong digests, sizes, orders and counts in a report are refused; so is a foreign unit"""

    def lie(what: str, code: str, header: Fields = {}, cells: Fields = {}, ref: Fields = {},
            parts: Optional[list[bytes]] = None) -> None:
        """A report with other fields than an honest one has."""
        columns = {"indicators": [VISITS], "values": [1], "qualifiers": [1]} | cells
        part = pb.Cells(**columns).SerializeToString()
        true_ref = {"type": pb.PART_TYPE_CELLS, "size": len(part), "digest": digest(part)}
        true = {"key": KEY, "scope": 1, "catalogue": 1, "author": "x", "based_on": 1,
                "parts": [pb.PartRef(**true_ref | ref)]}
        data = pb.Filing(header=pb.ReportHeader(**true | header).SerializeToString(),
                         parts=[part] if parts is None else parts)
        envelope = siege.enemy.envelope(file=pb.File(filing=data.SerializeToString()))
        siege.expect_code(what, envelope, code)

    def key(**fields) -> dict:
        true = {"kind": 1, "year": 2024, "label": 1, "unit": UNIT, "form": FORM}
        return {"key": pb.Key(**true | fields), "based_on": 0}

    lie("digest", "malformed", ref={"digest": bytes(32)})
    lie("digest's length", "malformed", ref={"digest": bytes(31)})
    lie("size", "malformed", ref={"size": 1})
    lie("huge size", "malformed", ref={"size": 2**32 - 1})
    lie("type", "malformed", ref={"type": 0})
    lie("part that is not named", "malformed", {"parts": []})
    lie("part that is not there", "malformed", parts=[])
    lie("columns", "malformed", cells={"values": [1, 2]})
    lie("order", "malformed", cells={"indicators": [14, 14], "values": [1, 1], "qualifiers": [1, 1]})
    lie("qualifier", "malformed", cells={"qualifiers": [0]})
    lie("no upper", "malformed", cells={"qualifiers": [5]})
    lie("an upper too many", "malformed", cells={"uppers": [3]})
    lie("scope", "malformed", {"scope": 0})
    lie("kind", "malformed", key(kind=3))
    lie("year", "malformed", key(year=70000))
    lie("label", "malformed", key(label=4))
    lie("withdrawn with cells", "malformed", {"withdrawn": True})
    lie("author", "malformed", {"author": "a\nb"})
    lie("author's length", "too-large", {"author": "a" * 201})
    lie("catalogue to come", "catalogue", {"catalogue": 2})
    lie("form", "invalid", key(form=200))
    lie("unit that is not there", "foreign", key(unit=4000000000))
    lie("unit of another", "foreign", key(unit=23887))
    lie("unit above", "foreign", key(unit=64))
    lie("stale", "stale", {"based_on": 0})
    lie("of the future", "stale", {"based_on": 2**53})
    lie("indicator that is not there", "invalid", cells={"indicators": [4000000000]})
    lie("negative", "invalid", cells={"values": [-1]})
    siege.expect_unharmed("lies")


def absurd_counts(siege: Siege) -> None:
    """Counts far beyond the limits are refused as too large, without the memory they ask for"""
    enemy = siege.enemy
    resident = memory_of(siege.pid)
    many = 300000
    siege.expect_code("buckets", enemy.envelope(hello=pb.Hello(
        protocol_min=1, protocol_max=1, buckets=[pb.Bucket()] * many)), "too-large")
    siege.expect_code("indicators", enemy.envelope(totals_query=pb.TotalsQuery(
        period=PERIOD, indicators=[""] * many)), "too-large", "malformed")
    siege.expect_code("text", enemy.envelope(totals_query=pb.TotalsQuery(
        period="2" * 1000000)), "too-large")
    cells = pb.Cells(indicators=range(1, 20000), values=[0] * 19999, qualifiers=[1] * 19999)
    part = cells.SerializeToString()
    ref = pb.PartRef(type=1, size=len(part), digest=digest(part))
    head = pb.ReportHeader(key=KEY, scope=1, catalogue=1, author="x", parts=[ref])
    data = pb.Filing(header=head.SerializeToString(), parts=[part]).SerializeToString()
    siege.expect_code("cells", enemy.envelope(file=pb.File(filing=data)), "too-large")
    data = pb.Filing(header=head.SerializeToString(), parts=[b""] * 60000).SerializeToString()
    siege.expect_code("parts", enemy.envelope(file=pb.File(filing=data)), "too-large", "malformed")
    siege.expect_code("filing", enemy.envelope(file=pb.File(filing=bytes(300 << 10))), "too-large")
    nested = b"\x0a\x02\x08\x01" * 200000  # keys within keys, as far as they go
    siege.expect_code("nothing but keys", enemy.envelope(file=pb.File(filing=nested)), "too-large")
    siege.expect_unharmed("absurd counts")
    grown = memory_of(siege.pid) - resident
    if grown > GROWTH_MAX_KB and not IS_SANITIZED:
        raise Failure(f"memory grew by {grown} kB")


def memory_of(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def too_many_frames(siege: Siege) -> None:
    """A message of several frames is refused as malformed; a frame above the limit ends its
    connection, no other"""
    enemy = siege.enemy
    ping = pb.Envelope(protocol=1, seq=99, ping=pb.Ping()).SerializeToString()
    for frames in ([ping, ping], [b"", ping], [b"", b""], [ping] * 1000):
        enemy.socket.send_multipart(frames)
        answer = enemy.receive()
        expect(f"{len(frames)} frames", (answer.re, answer.refusal.code, answer.refusal.text),
               (0, "malformed", "one payload frame per message"))
    biggest = ping_of(FRAME_MAX)
    expect("size", len(biggest), FRAME_MAX)
    enemy.send_bytes(biggest)
    expect("the largest frame", enemy.receive().WhichOneof("body"), "pong")
    siege.expect_unharmed("several frames")
    enemy.send_bytes(biggest + b"\0")
    expect("one byte more", enemy.socket.poll(300), 0)
    siege.expect_unharmed("a frame above the limit")
    # libzmq has made a new connection by itself: the node does not know it yet.
    siege.expect_code("after that", enemy.envelope(ping=pb.Ping()), "no-session")
    enemy.hello()


def ping_of(size: int) -> bytes:
    """A ping with a field of a version to come, which fills it up to `size` bytes."""
    frame = pb.Envelope(protocol=1, seq=98, ping=pb.Ping()).SerializeToString()
    length = size - len(frame) - 5
    frame += b"\xa2\x1f" + bytes((length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14))
    return frame + bytes(length)


def a_flood_of_frames(siege: Siege) -> None:
    """A flood of messages of several frames keeps nobody from an answer, and costs a line of the
    log in ten seconds, which says how many there were"""
    ended = threading.Event()
    sent = 0

    def flood() -> None:
        nonlocal sent
        while not ended.is_set():
            if peer.socket.poll(100, zmq.POLLOUT):
                peer.socket.send_multipart([b"", b""])
                sent += 1

    begin = time.monotonic()
    with siege.connect() as peer:
        flooder = threading.Thread(target=flood)
        flooder.start()
        try:
            while time.monotonic() - begin < FLOOD_S:
                siege.expect_unharmed("in a flood of frames")
        finally:
            ended.set()
            flooder.join()
        eventually(lambda: sum(drops_in_log(siege.node)) == sent,
                   f"the log tells of all {sent} messages")
    lines, passed_s = len(drops_in_log(siege.node)), time.monotonic() - begin
    if sent < 1000 or lines > 1 + passed_s / DROPS_LOGGED_S:
        raise Failure(f"{lines} lines in the log in {passed_s:.0f} s, of {sent} messages")


def drops_in_log(node: Node) -> list[int]:
    """The numbers in the lines about messages that were dropped."""
    lines = re.findall(r"dropped messages that no honest peer sends: (\d+),", node.log.read_text())
    return [int(number) for number in lines]


def a_burst_of_large_messages(siege: Siege) -> None:
    """A burst of large messages leaves the node as small as it was"""
    for size in (FRAME_MAX, 200 << 10, 20 << 10):
        frame, peers = ping_of(size), [siege.connect() for _ in range(4)]
        for peer in peers:
            peer.socket.sndhwm = peer.socket.rcvhwm = 0
        window = min(BURST, UNDER_WAY // size) // len(peers)
        for begin in range(0, BURST // len(peers), window):
            count = min(window, BURST // len(peers) - begin)
            for peer in peers * count:
                peer.send_bytes(frame)
            for peer in peers * count:
                expect("answer", peer.receive().WhichOneof("body"), "pong")
        for peer in peers:
            peer.close()
        siege.expect_unharmed(f"{BURST} messages of {size} bytes")
        if not IS_SANITIZED:
            eventually(lambda: memory_of(siege.pid) <= IDLE_MAX_KB,
                       f"RssAnon is at most {IDLE_MAX_KB} kB after messages of {size} bytes")


def replays(siege: Siege) -> None:
    """Old and repeated messages are answered like new ones, and count once"""
    enemy = siege.enemy
    first = enemy.envelope(file=pb.File(filing=GOOD)).SerializeToString()
    for _ in range(20):
        enemy.send_bytes(first)
    for _ in range(20):
        receipt = enemy.receive().receipt
        expect("replayed", (receipt.revision, receipt.repeated_content), (1, True))
    second = filing(KEY, {VISITS: 8}, author="Hoa", based_on=1)
    expect("a correction", siege.friend.file(second).revision, 2)
    siege.expect_code("the report before it", enemy.envelope(file=pb.File(filing=GOOD)), "stale")
    third = filing(KEY, {VISITS: 7}, author="Hoa", based_on=2)
    expect("back again", siege.friend.file(third).revision, 3)
    siege.expect_code("the correction", enemy.envelope(file=pb.File(filing=second)), "stale")
    for number in (5, 5, 1, 2**64 - 1):
        envelope = enemy.envelope(ping=pb.Ping())
        envelope.seq = number
        enemy.send(envelope)
        expect("any number is answered", enemy.receive().re, number)
    siege.expect_unharmed("replays")


def before_hello(siege: Siege) -> None:
    """Before a hello everything but a hello is refused, whatever the key may do later"""
    keys = Keys.generate()
    siege.node.tonghop("enrol", "64", keys.public, "--role", "admin")
    with Peer(siege.node.endpoint, siege.node.public_key, keys) as peer:
        for body in ({"file": pb.File(filing=GOOD)}, {"keys_query": pb.KeysQuery()},
                     {"ping": pb.Ping()}, {"status_query": pb.StatusQuery()},
                     {"revoke": pb.Revoke(key=bytes(32))}):
            try:
                peer.ask(**body)
                code = None
            except Refused as refused:
                code = refused.code
            expect(f"{list(body)[0]} before hello", code, "no-session")
    siege.expect_unharmed("no hello")


def a_flood(siege: Siege) -> None:
    """A client that never reads its answers does not keep others from theirs"""
    keys = Keys.generate()
    siege.node.tonghop("enrol", "631", keys.public, "--role", "reader")
    with Peer(siege.node.endpoint, siege.node.public_key, keys) as peer:
        peer.hello()
        query = peer.envelope(totals_query=pb.TotalsQuery(period=PERIOD, by=pb.BY_CHILD))
        frame = query.SerializeToString()
        for sent in range(1, FLOOD + 1):
            if not peer.socket.poll(1000, zmq.POLLOUT):
                break  # held up: fair enough
            peer.socket.send(frame)
            if sent % (FLOOD // 5) == 0:
                siege.expect_unharmed(f"in a flood, after {sent}")
    siege.expect_unharmed("after the flood")


def strangers_at_the_door(siege: Siege) -> None:
    """Strangers without a key, without CURVE or without ZeroMQ get no word, and are in nobody's way"""
    host, port = siege.node.endpoint.removeprefix("tcp://").split(":")
    chance = random.Random(SEED)
    knocking = []
    for number in range(STRANGERS):
        stranger = socket.create_connection((host, int(port)), 5)
        if number % 4 != 0:  # the others say nothing at all
            stranger.sendall((b"GET / HTTP/1.1\r\n\r\n", GREETING + b"\4" * 64,
                              chance.randbytes(4000))[number % 4 - 1])
        knocking.append(stranger)
    plain = zmq.Context.instance().socket(zmq.DEALER)
    plain.linger = 0
    plain.connect(siege.node.endpoint)
    plain.send(pb.Envelope(protocol=1, seq=1, hello=pb.Hello(protocol_min=1, protocol_max=1))
               .SerializeToString())
    unknown = [Peer(siege.node.endpoint, siege.node.public_key, Keys.generate())
               for _ in range(STRANGERS)]
    siege.expect_unharmed("with strangers at the door")
    for peer in unknown:
        expect("an unknown key", peer.socket.poll(10, zmq.POLLIN | zmq.POLLOUT), 0)
        peer.close()
    expect("no CURVE", plain.poll(10), 0)
    plain.close()
    siege.expect_unharmed("after the unknown keys")
    for stranger in knocking:
        stranger.close()
    siege.expect_unharmed("after the strangers")


def nothing_was_left_behind(siege: Siege) -> None:
    """After all of it the node is well, its totals are right, and it ends as asked"""
    siege.node.wait()
    verify(siege.node)


STEPS = (a_burst_of_large_messages, bytes_that_are_no_message, bits_flipped,
         envelopes_that_break_the_rules, filings_that_lie, absurd_counts, a_flood_of_frames,
         too_many_frames, replays, before_hello, a_flood, strangers_at_the_door, nothing_was_left_behind)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Siege(grown))
