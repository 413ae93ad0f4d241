"""Faults for real daemons: a daemon under the shim, and a driver's hold on it.

    with Tree() as tree:
        node = ...
        shim = Shim(node)            # before the daemon is started
        node.start()
        shim.arm(Class.SYNC, Action.FAIL, after=3, error=errno.EIO)
        ...
        shim.cut_power(seed)         # once the daemon is dead

The libraries and the tool are those that FAULTS_FILES, FAULTS_ALLOCATIONS (empty: no allocation can
fail) and CUT_POWER name."""

import ctypes
import mmap
import os
import signal
import socket
import struct
import subprocess
import time
from enum import IntEnum
from pathlib import Path
from typing import Callable, Iterable, Optional

import zmq

from harness import Failure, Node
from peer import Keys, Peer, Refused, Silence, filing, number_of, pb

FILES = os.environ["FAULTS_FILES"]
ALLOCATIONS = os.environ["FAULTS_ALLOCATIONS"]
CUT_POWER = os.environ["CUT_POWER"]
END_S = 20  # nothing that ends takes so long: beyond it, it hangs
ANSWER_S = 4  # nothing for so long: a client tries again
POLL_S = 0.002
PAGE_SIZE_AT, LAST_PAGE_AT = 40, 136  # in the header of a data file


class Class(IntEnum):
    """As in control.h; so are the others."""

    WRITE = 1
    SYNC = 2
    ALLOCATE = 3
    FILE = 4


class Action(IntEnum):
    FAIL = 0
    SHORT = 1
    KILL = 2


class Control(ctypes.Structure):
    _fields_ = [("armed", ctypes.c_uint32), ("action", ctypes.c_uint32), ("error", ctypes.c_uint32),
                ("is_for_good", ctypes.c_uint32), ("at", ctypes.c_uint64), ("fired", ctypes.c_uint64),
                ("calls", ctypes.c_uint64 * 5)]


class Shim:
    """Between one node's daemon and its state folder, from the daemon's next start on."""

    def __init__(self, node: Node, loses_flushes: bool = False, allocations: bool = False) -> None:
        folder = node.tree.folder / "faults"
        folder.mkdir(exist_ok=True)
        self.node, self.journal = node, folder / f"{node.name}.journal"
        path = folder / f"{node.name}.control"
        path.write_bytes(bytes(ctypes.sizeof(Control)))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        self.control = Control.from_buffer(self._memory)
        libraries = [FILES] + [ALLOCATIONS] * allocations
        node.environment = {"LD_PRELOAD": ":".join(libraries),
                            "FAULTS_FOLDER": str(folder.parent / "state"),
                            "FAULTS_JOURNAL": str(self.journal), "FAULTS_CONTROL": str(path),
                            "FAULTS_LOSE_FLUSHES": "1" if loses_flushes else "0",
                            # The shim comes before the sanitizer, and is none of its business.
                            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
                                            ":verify_asan_link_order=0"}

    def arm(self, class_: Class, action: Action, after: int, error: int = 0,
            is_for_good: bool = False) -> None:
        """The call `after` the present ones, from 1."""
        self.disarm()
        self.control.action, self.control.error = action, error
        self.control.is_for_good, self.control.fired = is_for_good, 0
        self.control.at = self.control.calls[class_] + after
        self.control.armed = class_

    def disarm(self) -> None:
        self.control.armed = 0

    @property
    def has_fired(self) -> bool:
        return self.control.fired > 0

    def cut_power(self, seed: int) -> tuple[int, int, int]:
        """Unflushed blocks, lost ones, lost names."""
        done = subprocess.run([CUT_POWER, self.journal, str(seed)], capture_output=True, text=True,
                              timeout=END_S)
        if done.returncode != 0:
            raise Failure(f"cut_power: {done.stderr}")
        blocks, lost, names = map(int, done.stdout.split())
        return blocks, lost, names


def until(check: Callable[[], bool], timeout_s: float) -> bool:
    """Whether it came true in time."""
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


# ---- reports, through the foreign client ----

PERIOD, LABEL, FORM, INDICATOR, CODE = "2024", 3, 1, 14, "reception.visits"  # of the sample


class Caller(Peer):
    """A client that does not wait for a daemon that it knows is dead."""

    def __init__(self, node: Node, keys: Keys, timeout_s: float) -> None:
        super().__init__(node.endpoint, node.public_key, keys)
        self.node, self.timeout_s = node, timeout_s

    def send_bytes(self, frame: bytes) -> None:
        if not self._wait(zmq.POLLOUT, self.timeout_s):
            raise Silence("no connection")
        try:
            self.socket.send(frame, zmq.NOBLOCK)
        except zmq.Again:  # the connection went just now
            raise Silence("no connection") from None

    def receive(self, timeout_s: float = ANSWER_S) -> pb.Envelope:
        if not self._wait(zmq.POLLIN, timeout_s):
            raise Silence("no answer")
        frames = self.socket.recv_multipart()
        if len(frames) != 1:
            raise Failure(f"a message of {len(frames)} frames: another peer's is in it")
        return pb.Envelope.FromString(frames[0])

    def _wait(self, events: int, timeout_s: float) -> bool:
        until(lambda: self.socket.poll(0, events) or not self.node.is_running, timeout_s)
        return self.socket.poll(0, events) != 0

    def answer_to(self, seq: int, timeout_s: float = ANSWER_S):
        return super().answer_to(seq, timeout_s)


def listens(node: Node) -> bool:
    host, _, port = node.endpoint.removeprefix("tcp://").rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


class Filer:
    """Files one figure for each of its units at one node, and knows what the node owes it."""

    def __init__(self, node: Node, unit: int, units: list[int], scope: int,
                 is_enrolled: bool = True) -> None:
        self.node, self.units, self.scope = node, units, scope
        self.keys = Keys.generate()
        if is_enrolled:
            node.tonghop("enrol", str(unit), self.keys.public, "--role", "reporter")
        self.acknowledged = self.last_value = 0
        self.forget()

    def forget(self) -> None:
        """The node begins with nothing."""
        self.held = {unit: (0, 0) for unit in self.units}  # revision and value that are owed
        self.tried: dict[tuple[int, int], set[int]] = {}  # values by unit and revision

    def connect(self, timeout_s: float = 5) -> Caller:
        # libzmq would come back a tenth of a second later.
        until(lambda: listens(self.node) or not self.node.is_running, timeout_s)
        peer = Caller(self.node, self.keys, timeout_s)
        hello = pb.Hello(protocol_min=1, protocol_max=1, software="faults.py")
        try:
            peer.answer_to(peer.send(peer.envelope(hello=hello)), timeout_s)
        except (Silence, Refused):
            peer.close()
            raise
        return peer

    def filing_of(self, unit: int) -> bytes:
        """The next one: never the value before, which would be no new revision."""
        self.last_value += 1
        revision = self.held[unit][0]
        self.tried.setdefault((unit, revision + 1), set()).add(self.last_value)
        key = pb.Key(kind=1, year=2024, label=LABEL, unit=unit, form=FORM)
        return filing(key, {INDICATOR: self.last_value}, author="Hoa", scope=self.scope,
                      based_on=revision, may_drop_cells=True)

    def note(self, receipt: pb.Receipt, value: int) -> None:
        unit = receipt.key.unit
        if receipt.revision != self.held[unit][0] + 1:
            raise Failure(f"unit {unit}: revision {receipt.revision} after {self.held[unit]}")
        self.held[unit] = (receipt.revision, value)
        self.acknowledged += 1

    def file(self, peer: Peer, unit: int) -> None:
        data = self.filing_of(unit)
        self.note(peer.file(data), self.last_value)

    def compare(self, shown: dict[int, tuple[int, int]], is_home: bool = True,
                owed: Optional[dict[int, tuple[int, int]]] = None) -> list[str]:
        """What a node shows (see `shown`) against what it owes; at the home all of it, and what is
        shown is owed from now on."""
        losses = []
        for unit, (revision, value) in (self.held if owed is None else owed).items():
            has = shown.get(unit, (0, 0))
            if has[0] < revision or (has[0] == revision and has[1] != value):
                losses.append(f"unit {unit}: {has} is held, {(revision, value)} was acknowledged")
            elif has[0] > 0 and has[1] not in self.tried.get((unit, has[0]), ()):
                losses.append(f"unit {unit}: {has} is held, which nobody filed")
            elif is_home:
                self.held[unit] = has
        return losses


def shown(peer: Peer, units: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Revision and value by unit, as `explain` has them."""
    held = {}
    for unit in units:
        query = pb.ExplainQuery(kind=1, period=PERIOD, unit=f"id:{unit}", indicator=CODE)
        held |= {line.unit.id: (line.revision, number_of(line.value))
                 for line in peer.ask(explain_query=query).lines
                 if line.type == pb.EXPLAIN_TYPE_REPORT}
    return held


def total_of(peer: Peer, unit: int) -> int:
    query = pb.TotalsQuery(kind=1, period=PERIOD, unit=f"id:{unit}", indicators=[CODE])
    value = peer.ask(totals_query=query).units[0].values[0]
    return number_of(value) if value.has_value else 0


def patiently(connect: Callable[[], Peer], work: Callable[[Peer], object], what: str) -> object:
    """Against a node that has just been started, or is not complete yet: as a client does it, again
    and again."""
    deadline = time.monotonic() + 3 * END_S
    while True:
        try:
            with connect() as peer:
                return work(peer)
        except (Silence, Refused) as error:
            if time.monotonic() > deadline:
                raise Failure(f"{what}: {error}") from None
            time.sleep(0.05)


class Stopped:
    """Daemons that are asleep: what one shows then is its own."""

    def __init__(self, *nodes: Node) -> None:
        self.pids = [node.pid for node in nodes if node.is_running]

    def __enter__(self) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGCONT)


def used_part(data: bytes) -> bytes:
    """Without the zeros behind the last page ever used, which a new file has; each of the two headers tells that
    page's number."""
    page, = struct.unpack_from("=I", data, PAGE_SIZE_AT)
    last = max(struct.unpack_from("=Q", data, header + LAST_PAGE_AT)[0] for header in (0, page))
    return data[:(last + 1) * page]


def log_of(node: Node, offset: int) -> str:
    return Path(node.log).read_bytes()[offset:].decode(errors="replace")
