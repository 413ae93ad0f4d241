"""A tree of real daemons for system tests: their own folder, ports and processes.

    with Tree() as tree:
        province = tree.add("gia-lai", unit=64)
        district = tree.add("duc-co", unit=631, parent=province)
        district.tonghop("submit", "report.csv", "--period", "2024-S1")
        district.kill()
        district.start()

Whatever happens inside, the daemons are ended and the folder is removed; after a failure the last
log lines of every node are printed first. Only Python's own library is used."""

import ctypes
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, NamedTuple, Optional

# Below the ephemeral range, so that no outgoing connection takes a port of ours.
FIRST_PORT, LAST_PORT, BLOCK_SIZE = 20000, 32767, 32
READY_S = 60  # a sanitized daemon on a busy machine
COMMAND_S = 120
LOG_LINES = 40
PR_SET_PDEATHSIG = 1  # of prctl(2)
LIBC = ctypes.CDLL(None)


class Failure(AssertionError):
    """A program did not do what the test expects."""


class Result(NamedTuple):
    status: int
    out: str
    err: str


class Ports:
    """A block of free ports on 127.0.0.1. Its first port stays bound as the lock on the block, so that
    tests that run at the same time get blocks of their own."""

    def __init__(self) -> None:
        for first in range(FIRST_PORT, LAST_PORT - BLOCK_SIZE + 2, BLOCK_SIZE):
            self._lock = socket.socket()
            try:
                self._lock.bind(("127.0.0.1", first))
                self._lock.listen()
                for port in range(first + 1, first + BLOCK_SIZE):
                    with socket.socket() as probe:
                        probe.bind(("127.0.0.1", port))
            except OSError:
                self._lock.close()
                continue
            self._free = list(range(first + 1, first + BLOCK_SIZE))
            return
        raise Failure(f"no free block of {BLOCK_SIZE} ports from {FIRST_PORT} to {LAST_PORT}")

    def take(self) -> int:
        return self._free.pop(0)

    def close(self) -> None:
        self._lock.close()


class Node:
    """One node: its configuration, and its daemon when that runs. Made by Tree.init."""

    def __init__(self, tree: "Tree", name: str, unit: int, parent: Optional["Node"],
                 endpoint: Optional[str]) -> None:
        self.tree, self.name, self.unit, self.parent = tree, name, unit, parent
        self.endpoint = endpoint
        self.config = tree.etc / f"{name}.conf"
        self.log = tree.folder / f"{name}.log"
        self.enrol_line = ""  # what the parent must run, as `tonghop init` printed it
        self.environment: dict[str, str] = {}  # of its daemon, beyond the tree's
        self._process: Optional[subprocess.Popen] = None

    @property
    def public_key(self) -> str:
        return (self.tree.etc / f"{self.name}.pub").read_text().strip()

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_status(self) -> Optional[int]:
        return self._running().poll()

    def enrol(self) -> None:
        """Has the parent run the line that `init` printed."""
        program, *arguments = shlex.split(self.enrol_line)
        assert program == "tonghop" and self.parent is not None, self.enrol_line
        self.parent.tonghop(*arguments)

    def start(self, is_awaited: bool = True) -> None:
        assert not self.is_running, self.name
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.tree.tonghopd, "--config", self.config], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env=self.tree.environment | self.environment,
                preexec_fn=die_with_the_test)
        if is_awaited:
            self.wait()

    def wait(self, *arguments: str) -> None:
        """Until the node is well: `tonghop status --wait`."""
        result = self.tonghop("status", "--wait", str(READY_S), *arguments, expect=None)
        if result.status != 0 or not self.is_running:
            state = "runs" if self.is_running else f"ended with {self._running().returncode}"
            raise Failure(f"{self.name} is not ready; it {state}\n{result.out}{result.err}")

    def stop(self) -> None:
        """As systemd does it; a daemon that does not end well is a failure."""
        self._end(signal.SIGTERM, 0)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL, -signal.SIGKILL)

    def discard(self) -> None:
        """Ends the daemon however it is; cleaning up asks for nothing."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def tonghop(self, *arguments: str, expect: Optional[int] = 0, stdin: str = "") -> Result:
        """The command, for this node. `expect` is its exit status; None: any."""
        return self.tree.tonghop("--node", self.name, *arguments, expect=expect, stdin=stdin)

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"---- {self.name}, last log lines ----", *lines[-LOG_LINES:]])

    def _running(self) -> subprocess.Popen:
        assert self._process is not None, f"{self.name} was never started"
        return self._process

    def _end(self, number: signal.Signals, expected: int) -> None:
        process = self._running()
        process.send_signal(number)
        try:
            status = process.wait(READY_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Failure(f"{self.name} did not end within {READY_S} s of {number.name}") from None
        if status != expected:
            raise Failure(f"{self.name} ended with {status} at {number.name}, not {expected}")


class Tree:
    """The nodes of one test. The programs are those that TONGHOPD and TONGHOP name, unless given; the
    nodes' states are in a folder of their own if that matters."""

    def __init__(self, tonghopd: Optional[str] = None, tonghop: Optional[str] = None,
                 state: Optional[Path] = None) -> None:
        self.tonghopd = Path(tonghopd or os.environ["TONGHOPD"]).resolve()
        self.program = Path(tonghop or os.environ["TONGHOP"]).resolve()
        # The person's own nodes and language have no place in a test, nor has a service manager.
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("TONGHOP", "LC_", "LANG", "CREDENTIALS_",
                                                    "NOTIFY_", "WATCHDOG_", "JOURNAL_"))}
        self.nodes: list[Node] = []
        self._state = state

    def __enter__(self) -> "Tree":
        # ctest ends a test that takes too long by SIGTERM or worse: clean up then too.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        self.ports = Ports()
        # Short: the path of a local socket has a limit of 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="tonghop."))
        self.etc = self.folder / "etc"
        # Catalogues that commands keep.
        self.cache = self.folder / "cache"
        self.environment["XDG_CACHE_HOME"] = str(self.cache)
        self.state = self._state or self.folder / "state"
        for folder in (self.etc, self.state, self.folder / "run"):
            folder.mkdir(exist_ok=True)
        return self

    def __exit__(self, kind: Optional[type], error: object, trace: object) -> None:
        try:
            if kind is None:
                for node in reversed(self.nodes):
                    if node.is_running:
                        node.stop()
        except Failure:
            kind = Failure
            raise
        finally:
            if kind is not None:
                for node in self.nodes:
                    print(node.log_tail(), file=sys.stderr)
            for node in self.nodes:
                node.discard()
            self.ports.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def init(self, name: str, unit: int, parent: Optional[Node] = None, listens: bool = True,
             parent_key: Optional[str] = None) -> Node:
        """A node with configuration and keys, not enrolled and not started. `parent_key`: instead of
        the true one."""
        endpoint = f"tcp://127.0.0.1:{self.ports.take()}" if listens else None
        arguments = ["--state", str(self.state / name),
                     "--run", str(self.folder / "run" / name)]
        if endpoint is not None:
            arguments += ["--listen", endpoint]
        if parent is not None:
            arguments += ["--parent", f"{parent.endpoint} {parent_key or parent.public_key}"]
        return self._init(Node(self, name, unit, parent, endpoint), arguments)

    def init_client(self, name: str, unit: int, home: Node,
                    home_key: Optional[str] = None) -> Node:
        """A client without a daemon, that is never started; not enrolled."""
        parent = f"{home.endpoint} {home_key or home.public_key}"
        return self._init(Node(self, name, unit, home, None), ["--client", "--parent", parent])

    def add(self, name: str, unit: int, parent: Optional[Node] = None, listens: bool = True) -> Node:
        """A node that is enrolled at its parent, which must run, and started."""
        node = self.init(name, unit, parent, listens)
        if parent is not None:
            node.enrol()
        node.start()
        return node

    def _init(self, node: Node, arguments: list[str]) -> Node:
        node.enrol_line = self.tonghop("init", node.name, "--unit", str(node.unit),
                                       *arguments).out.strip()
        self.nodes.append(node)
        return node

    def tonghop(self, *arguments: str, expect: Optional[int] = 0, stdin: str = "") -> Result:
        """The command, with this tree's configurations."""
        command = [str(self.program), "--etc", str(self.etc), *arguments]
        try:
            done = subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8",
                                  timeout=COMMAND_S, env=self.environment)
        except subprocess.TimeoutExpired:
            raise Failure(f"no end after {COMMAND_S} s: {shlex.join(command)}") from None
        result = Result(done.returncode, done.stdout, done.stderr)
        if expect is not None and result.status != expect:
            raise Failure(f"exit status {result.status}, not {expect}: {shlex.join(command)}\n"
                          f"{result.out}{result.err}")
        return result


def eventually(check: Callable[[], bool], what: str, timeout_s: float = 30) -> None:
    """Waits for what no command can wait for; `what` is the sentence that should become true."""
    deadline = time.monotonic() + timeout_s
    while not check():
        if time.monotonic() > deadline:
            raise Failure(f"not true after {timeout_s} s: {what}")
        time.sleep(0.05)


def die_with_the_test() -> None:
    """In the child: a test that is killed leaves no daemon behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
