"""A client of a Tonghop node, written from docs/PROTOCOL.md: pyzmq, and what protoc makes of
proto/tonghop.proto (`protoc --python_out=. tonghop.proto`). Software of a unit may start from it.

    peer = Peer("tcp://10.64.0.1:7464", NODE_KEY, Keys(PUBLIC, SECRET))
    peer.hello()
    receipt = peer.file(filing(key, {1: 12, 2: 10}, author="Nguyễn Thị Hoa"))
    totals = peer.ask(totals_query=pb.TotalsQuery(period="2024"))

Keys are text, as `tonghop` writes them. Not here, because a client that connects, asks and ends does
not need it: pings while there is nothing to say, and a new connection after silence."""

import base64
import hashlib
from typing import NamedTuple, Optional

import zmq
from zmq.utils import z85

import tonghop_pb2 as pb

PROTOCOL = 1
ANSWER_S = 15  # nothing for so long: the outcome is unknown, and asking again is safe
FRAME_MAX = (16 << 20) + 33  # what a node may answer, and what CURVE adds
CHUNK_MAX = 1 << 16


class Silence(Exception):
    """No answer. Whether the request was carried out is not known."""


class Refused(Exception):
    """The node's no: nothing was changed. `code` is for programs, the text for people."""

    def __init__(self, refusal: pb.Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.text}")
        self.code, self.refusal = refusal.code, refusal


class Keys(NamedTuple):
    public: str
    secret: str

    @staticmethod
    def generate() -> "Keys":
        return Keys(*(base64.b64encode(z85.decode(key)).decode() for key in zmq.curve_keypair()))


class Peer:
    """One connection. Every request has one answer, which names the request's number in `re`."""

    def __init__(self, endpoint: str, node_key: str, keys: Keys) -> None:
        self.socket = zmq.Context.instance().socket(zmq.DEALER)
        self.socket.curve_serverkey = base64.b64decode(node_key)
        self.socket.curve_publickey = base64.b64decode(keys.public)
        self.socket.curve_secretkey = base64.b64decode(keys.secret)
        self.socket.maxmsgsize = FRAME_MAX
        self.socket.linger = 0
        self.socket.immediate = 1
        self.socket.connect_timeout = 10000
        self.socket.connect(endpoint)
        self.window = 1  # until the welcome says more
        self._seq = 0

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- messages ----

    def envelope(self, **body) -> pb.Envelope:
        """The next message; `body` is one of the messages in the oneof, by its name."""
        self._seq += 1
        return pb.Envelope(protocol=PROTOCOL, seq=self._seq, **body)

    def send(self, envelope: pb.Envelope) -> int:
        self.send_bytes(envelope.SerializeToString())
        return envelope.seq

    def send_bytes(self, frame: bytes) -> None:
        # With ZMQ_IMMEDIATE a send waits for the connection: for ever, if that is refused.
        if not self.socket.poll(1000 * ANSWER_S, zmq.POLLOUT):
            raise Silence("no connection: is the key enrolled, is the node's key right?")
        self.socket.send(frame)

    def receive(self, timeout_s: float = ANSWER_S) -> pb.Envelope:
        if not self.socket.poll(int(1000 * timeout_s)):
            raise Silence(f"no answer within {timeout_s} s")
        return pb.Envelope.FromString(self.socket.recv())

    def answer_to(self, seq: int, timeout_s: float = ANSWER_S):
        """The body of the answer to a request; others that come before belong to requests that
        nobody waits for any more."""
        while True:
            envelope = self.receive(timeout_s)
            if envelope.re == seq:
                break
        body = getattr(envelope, envelope.WhichOneof("body"))
        if isinstance(body, pb.Refusal):
            raise Refused(body)
        return body

    def ask(self, **body):
        return self.answer_to(self.send(self.envelope(**body)))

    # ---- what a reporter does ----

    def hello(self, unit: int = 0) -> pb.Welcome:
        welcome = self.ask(hello=pb.Hello(protocol_min=PROTOCOL, protocol_max=PROTOCOL, unit=unit,
                                          software="peer.py"))
        self.window = welcome.window
        return welcome

    def catalogue(self) -> pb.Catalogue:
        """The one in force: codes, names and numbers of units, forms and indicators."""
        chunk = self.ask(catalogue_request=pb.CatalogueRequest())
        data = chunk.data
        for index in range(1, chunk.count):
            request = pb.CatalogueRequest(number=chunk.number, index=index)
            data += self.ask(catalogue_request=request).data
        if digest(data) != chunk.hash:
            raise ValueError(f"catalogue {chunk.number} does not have the hash that the node says")
        return pb.Catalogue.FromString(data)

    def publish(self, catalogue: pb.Catalogue) -> None:
        """At the root, with an administrator's key."""
        data = catalogue.SerializeToString()
        pieces = [data[at:at + CHUNK_MAX] for at in range(0, len(data), CHUNK_MAX)]
        for index, piece in enumerate(pieces):
            chunk = pb.CatalogueChunk(number=catalogue.number, hash=digest(data), index=index,
                                      count=len(pieces), data=piece)
            self.ask(catalogue_publish=pb.CataloguePublish(chunk=chunk))

    def file(self, filing: bytes) -> pb.Receipt:
        return self.ask(file=pb.File(filing=filing, accept_warnings=True))

    def file_all(self, filings: list[bytes]) -> list[pb.Receipt]:
        """Many reports without waiting for each answer, as far as the window goes."""
        receipts: list[Optional[pb.Receipt]] = [None] * len(filings)
        under_way: dict[int, int] = {}
        begun = 0
        while begun < len(filings) or under_way:
            while begun < len(filings) and len(under_way) < self.window:
                seq = self.send(self.envelope(file=pb.File(filing=filings[begun], accept_warnings=True)))
                under_way[seq] = begun
                begun += 1
            envelope = self.receive()
            index = under_way.pop(envelope.re)
            if envelope.WhichOneof("body") != "receipt":
                raise Refused(envelope.refusal)
            receipts[index] = envelope.receipt
        return receipts


def digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def filing(key: pb.Key, cells: dict[int, int], author: str, note: str = "", catalogue: int = 1,
           scope: int = pb.SCOPE_OWN, **header) -> bytes:
    """A report of exact values: indicator's number to value, scaled by its decimals. `note` is about
    the whole report. `header` may hold based_on, reason, withdrawn, may_drop_cells. Nothing
    happened, and that is the report: no cells."""
    parts = []
    if cells:
        numbers = sorted(cells)
        columns = pb.Cells(indicators=numbers, values=[cells[number] for number in numbers],
                           qualifiers=[pb.QUALIFIER_EXACT] * len(numbers))
        parts.append((pb.PART_TYPE_CELLS, columns.SerializeToString()))
    if note:
        notes = pb.Notes(notes=[pb.Note(text=note)])
        parts.append((pb.PART_TYPE_NOTES, notes.SerializeToString()))
    refs = [pb.PartRef(type=type_, size=len(part), digest=digest(part)) for type_, part in parts]
    head = pb.ReportHeader(key=key, scope=scope, catalogue=catalogue, author=author, parts=refs,
                           **header)
    return pb.Filing(header=head.SerializeToString(),
                     parts=[part for _, part in parts]).SerializeToString()


def number_of(value: pb.Value) -> Optional[int]:
    """A figure of 128 bits; None where there is none, which is not zero."""
    return value.value_high * 2**64 + value.value_low if value.has_value else None
