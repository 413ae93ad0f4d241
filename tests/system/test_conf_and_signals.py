"""How the daemon starts and ends: it says what is wrong and where, tells its service manager how it
is, keeps its state folder to itself, and stops when it is asked to."""

import os
import re
import signal
import socket
import subprocess
import time
from datetime import datetime
from pathlib import Path

from harness import COMMAND_S, Failure, Result, Tree, eventually
from manager import Manager
from peer import Keys, Peer, Silence, filing, pb
from scene import (ROOT, exact, expect, expect_in, plant, play, status, submit, table, total, verify)

WATCHDOG_US = 600_000
BATCH = 126  # messages, two of each year; the daemon takes 127 at a time


class House:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.node = plant(tree)

    def daemon(self, *arguments: object) -> Result:
        """A daemon that is expected to end by itself."""
        done = subprocess.run([str(self.tree.tonghopd), *map(str, arguments)], capture_output=True,
                              encoding="utf-8", timeout=COMMAND_S, env=self.tree.environment)
        return Result(done.returncode, done.stdout, done.stderr)

    def expect_end(self, what: str, config: Path, code: int, *words: str) -> None:
        result = self.daemon("--config", config)
        expect(f"{what}: exit status\n{result.err}", result.status, code)
        expect_in(what, result.err, *words)

    def variant(self, name: str, *changes: tuple[str, str]) -> Path:
        """The node's configuration with some texts replaced."""
        text = self.node.config.read_text()
        for old, new in changes:
            if old not in text:
                raise Failure(f"no {old!r} in\n{text}")
            text = text.replace(old, new)
        path = self.tree.folder / f"{name}.conf"
        path.write_text(text)
        return path

    def private(self, name: str, *changes: tuple[str, str]) -> Path:
        """The same, with state, socket and port of its own."""
        run = self.tree.folder / "run" / name
        run.mkdir(exist_ok=True)
        endpoint = f"tcp://127.0.0.1:{self.tree.ports.take()}"
        return self.variant(name, ("/state/gia-lai", f"/state/{name}"),
                            ("/run/gia-lai", f"/run/{name}"), (self.node.endpoint, endpoint), *changes)


BAD_CONFIGURATIONS = [
    # what is wrong, the file, where in it, words of the message
    ("unknown key", "[node]\nunit = 64\nlog_levl = info\n", "3:1", "log_levl"),
    ("unknown section", "[node]\nunit = 64\n[peers]\nx = 1\n", "4:1", "peers"),
    ("no unit", "[node]\nlog_level = info\n", "", "unit is missing"),
    ("not a number", "[node]\nunit = sixty-four\n", "2:8", "unit"),
    ("not an endpoint", "[node]\nunit = 64\n[listen]\nendpoint = 0.0.0.0:80\n", "4:12", "tcp://"),
    ("not a key", "[node]\nunit = 6\n[parent]\nendpoint = tcp://a:1\nkey = abc\n", "5:7", "base64"),
    ("key twice", "[node]\nunit = 64\nunit = 65\n", "3:1", "unit"),
    ("relative path", "[node]\nunit = 64\nstate_dir = here\n", "3:13", "absolute"),
    ("no line of a configuration", "[node]\nunit = 64\nhello\n", "3:1", "not understood"),
    ("nothing at all", "", "", "unit is missing"),
]


def bad_configurations_are_explained(house: House) -> None:
    """A configuration that is wrong ends the daemon with 2, and with file, line, column and remedy"""
    file = house.tree.folder / "bad.conf"
    for name, text, place, word in BAD_CONFIGURATIONS:
        file.write_text(text)
        for arguments in (("--config", file), ("--check", "--config", file)):
            result = house.daemon(*arguments)
            expect(f"{name}: exit status\n{result.err}", result.status, 2)
            expect_in(name, result.err, f"{file}{place and ':'}{place}: error: ", word)
    result = house.daemon("--config", house.tree.folder / "none.conf", "--check")
    expect("no file", result.status, 2)
    expect_in("no file", result.err, "none.conf")
    for arguments in ((), ("--config",), ("--unknown",), ("--config", house.node.config, "more")):
        expect(f"usage {arguments}", house.daemon(*arguments).status, 2)
    for language, runs in (("en", "a daemon of this node runs"), ("vi", "nút này đang chạy")):
        result = house.daemon("--check", "--lang", language, "--config", house.node.config)
        expect("good", (result.status, result.err), (0, ""))
        expect_in("beside the daemon", result.out, runs)
    for arguments in (("--lang", "vi"), ("--check", "--lang", "fr")):
        expect(f"usage {arguments}",
               house.daemon("--config", house.node.config, *arguments).status, 2)


def samples_are_good(house: House) -> None:
    """The sample configurations are read without complaint"""
    samples = sorted((ROOT / "deploy/sample/conf").glob("*.conf"))
    expect("there are some", len(samples) >= 3, True)
    for sample in samples:
        is_client = "\n[client]" in sample.read_text()
        result = house.daemon("--check", "--config", sample)
        # Good: it gets as far as the key, which is not there.
        if is_client:
            expect_in(sample.name, result.err, "is for 'tonghop', not for a daemon")
            command = house.tree.tonghop("--config", str(sample), "status", expect=2)
            expect_in(sample.name, command.err, "key")
        else:
            expect_in(sample.name, result.out, f"good: {sample}: unit ")
            expect_in(sample.name, result.err, f"{sample.stem}.key: not there")


def state_belongs_to_one(house: House) -> None:
    """A second daemon on the same state folder, socket or port is turned away; the first goes on"""
    house.expect_end("the same configuration", house.node.config, 1, "another process has it open",
                     "stop that tonghopd first")
    expect_port_in_use(house)
    socket_taken = house.variant("socket", ("/state/gia-lai", "/state/other"),
                                 (house.node.endpoint, f"tcp://127.0.0.1:{house.tree.ports.take()}"))
    house.expect_end("the same local socket", socket_taken, 1, "another tonghopd serves this node")
    house.node.wait()


def expect_port_in_use(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        endpoint = "tcp://127.0.0.1:%d" % taken.getsockname()[1]
        config = house.variant("port", ("/state/gia-lai", "/state/port"),
                               ("/run/gia-lai", "/run/port"), (house.node.endpoint, endpoint))
        (house.tree.folder / "run/port").mkdir()
        house.expect_end("a port in use", config, 1, f"{endpoint} is in use", "choose another port")


def state_belongs_to_its_unit(house: House) -> None:
    """A state folder of another unit is not touched"""
    house.node.stop()
    house.expect_end("another unit", house.variant("unit", ("unit = 64", "unit = 631")), 1,
                     "belongs to unit 64", "unit 631")
    house.node.start()


def keys_are_private(house: House) -> None:
    """A key file that others may read, that is none or that is not there ends the daemon"""
    for name, mode, content, words in (
            ("open", 0o644, None, ("may use it (mode 0644)", "chmod 600")),
            ("group", 0o660, None, ("mode 0660",)),
            ("broken", 0o600, "not a key\n", ("base64",)),
            ("missing", None, None, ("not there", "tonghop init"))):
        key = house.tree.folder / f"{name}.key"
        if mode is not None:
            key.write_text(content or (house.tree.etc / "gia-lai.key").read_text())
            key.chmod(mode)
        config = house.private(name)
        lines = [line for line in config.read_text().splitlines() if not line.startswith("key_file")]
        text = "\n".join(lines).replace("[node]", f"[node]\nkey_file = {key}")
        config.write_text(text + "\n")
        house.expect_end(f"key {name}", config, 1, str(key), *words)


def keys_are_handed_over(house: House) -> None:
    """Of a key that the service manager hands over, what is wrong with the file that it is made of is told
    by the name of that file"""
    node = house.node
    node.stop()
    key, text = house.tree.etc / "gia-lai.key", node.config.read_text()
    handed = house.tree.folder / "credentials"
    handed.mkdir()
    (handed / "key").write_text(key.read_text())
    node.config.write_text("".join(line for line in text.splitlines(keepends=True)
                                   if not line.startswith("key_file")))
    node.environment = {"CREDENTIALS_DIRECTORY": str(handed)}
    key.chmod(0o644)
    node.start(is_awaited=False)
    words = f"use the key file {key}: run: chmod 600 {key}"
    eventually(lambda: words in node.tonghop("status", "--lang", "en", expect=None).err,
               "status says that others may read the key")
    expect_in("the log", node.log.read_text(), f"key file {key}: others than its owner may use it")
    key.chmod(0o600)
    eventually(lambda: node.tonghop("status", expect=None).status == 0, "it is seen to be mended")
    node.stop()
    (handed / "key").write_text("secret\n")
    node.start(is_awaited=False)
    eventually(lambda: not node.is_running, "it ends")
    expect_in("the log", node.log_tail(), f"key file {key}: not one line with a key")
    key.rename(handed / "moved.key")  # who set the service up has it elsewhere
    node.start(is_awaited=False)
    eventually(lambda: not node.is_running, "it ends")
    expect_in("the log", node.log_tail(), f"key file {handed}/key: not one line with a key")
    (handed / "moved.key").rename(key)
    node.environment = {}
    node.config.write_text(text)
    node.start()


def folders_are_named(house: House) -> None:
    """Folders that cannot be used are named, with what to do"""
    config = house.private("nowhere", ("/state/nowhere", "/state/no/where"))
    house.expect_end("no state folder", config, 1, "/state/no/where", "make the folder above it")
    config = house.private("norun")
    (house.tree.folder / "run/norun").rmdir()
    house.expect_end("no runtime folder", config, 1, "/run/norun/control", "runtime_dir")


def manager_is_told(house: House) -> None:
    """The service manager hears READY, STATUS, WATCHDOG while it lives, and STOPPING"""
    node = house.node
    node.stop()
    with Manager(watchdog_us=WATCHDOG_US) as manager:
        manager.start([house.tree.tonghopd, "--config", node.config], node.log)
        manager.hear("READY=1")
        # Ready means that it answers.
        expect("status", node.tonghop("status").status, 0)
        expect_in("status line", manager.hear("STATUS="), "catalogue 1")
        text = node.config.read_text()
        node.config.write_text(text.replace("[node]\n", "[node]\nreserve_mib = 1048576\n"))
        manager.process.send_signal(signal.SIGHUP)
        expect_in("on a full disk", manager.hear("STATUS=no room for reports; "), "; catalogue 1; ")
        node.config.write_text(text)
        manager.process.send_signal(signal.SIGHUP)
        expect_in("no more", manager.hear("STATUS=linked; "), "; catalogue 1; ")
        for _ in range(3):
            manager.hear("WATCHDOG=1", WATCHDOG_US / 1e6)
        # A process that does not get on with its work says nothing.
        manager.process.send_signal(signal.SIGSTOP)
        manager.forget()
        try:
            manager.hear("WATCHDOG=1", 2 * WATCHDOG_US / 1e6)
            raise Failure("a stopped process fed the watchdog")
        except Failure as failure:
            if "did not say" not in str(failure):
                raise
        manager.process.send_signal(signal.SIGCONT)
        manager.hear("WATCHDOG=1")
        manager.process.send_signal(signal.SIGTERM)
        manager.hear("STOPPING=1")
        expect("end", manager.process.wait(), 0)
    node.start()


def terminates_in_the_middle(house: House) -> None:
    """SIGTERM in the middle of work ends it with 0; what was acknowledged is there after a start"""
    node = house.node
    keys = Keys.generate()
    node.tonghop("enrol", "64", keys.public, "--role", "reporter")
    filings = [filing(pb.Key(kind=1, year=year, label=1, unit=unit, form=1), {14: year}, author="x")
               for year in range(1950, 2020) for unit in range(622, 632)]
    acknowledged = 0
    with Peer(node.endpoint, node.public_key, keys) as peer:
        peer.hello()
        for data in filings:
            peer.send(peer.envelope(file=pb.File(filing=data)))
        try:
            while True:
                expect("answer", peer.receive(0.5).WhichOneof("body"), "receipt")
                acknowledged += 1
                if acknowledged == 100:
                    os.kill(node.pid, signal.SIGTERM)
        except Silence:
            node.stop()
    node.start()
    reports = int(status(node)["reports"])
    if not acknowledged <= reports <= len(filings):
        raise Failure(f"{acknowledged} were acknowledged, {reports} are there")
    with Peer(node.endpoint, node.public_key, keys) as peer:
        peer.hello()
        receipts = peer.file_all(filings)
    repeated = [receipt.repeated_content for receipt in receipts]
    # They were taken in in the order in which they were sent.
    expect("there already", repeated, [True] * reports + [False] * (len(filings) - reports))
    expect("revisions", {receipt.revision for receipt in receipts}, {1})
    print(f"    {acknowledged} of {len(filings)} acknowledged before the end, {reports} taken in")
    verify(node)


def answers_before_it_ends(house: House) -> None:
    """What reached it before SIGTERM is taken in and answered, up to a batch; then it ends with 0"""
    node = house.node
    keys = Keys.generate()
    node.tonghop("enrol", "64", keys.public, "--role", "reporter")
    filings = [filing(pb.Key(kind=1, year=year, label=2, unit=unit, form=1), {14: year}, author="x")
               for year in range(1950, 1950 + BATCH // 2) for unit in (630, 631)]
    reports = int(status(node)["reports"])
    with Peer(node.endpoint, node.public_key, keys) as peer:
        peer.hello()
        envelopes = [peer.envelope(file=pb.File(filing=data)) for data in filings]
        os.kill(node.pid, signal.SIGSTOP)
        os.waitpid(node.pid, os.WUNTRACED)  # until all its threads have stopped
        for envelope in envelopes:
            peer.send(envelope)
        sent = sum(map(encrypted_size, envelopes))
        eventually(lambda: unread(node.endpoint) >= sent, "the messages lie in the kernel")
        os.kill(node.pid, signal.SIGTERM)
        os.kill(node.pid, signal.SIGCONT)
        for envelope in envelopes:
            answer = peer.receive()
            expect("answer", (answer.re, answer.WhichOneof("body")), (envelope.seq, "receipt"))
        node.stop()
    node.start()
    expect("reports", int(status(node)["reports"]), reports + BATCH)


def encrypted_size(envelope: pb.Envelope) -> int:
    """Bytes on the wire: CURVE adds 33, the frame's header 2 or 9."""
    size = envelope.ByteSize() + 33
    return size + (2 if size < 256 else 9)


def unread(endpoint: str) -> int:
    """Bytes that the kernel holds for who listens there: rx_queue in proc(5)."""
    port = int(endpoint.rpartition(":")[2])
    connections = [line.split() for line in Path("/proc/self/net/tcp").read_text().splitlines()[1:]]
    return sum(int(fields[4].partition(":")[2], 16) for fields in connections
               if int(fields[1].partition(":")[2], 16) == port)


def lines_have_their_time(house: House) -> None:
    """In a file each line of a daemon has the local time and its level; what is done with the data
    instead of serving it is told to who sits there"""
    before = int(time.time())
    config = house.private("dated")
    process = subprocess.Popen([str(house.tree.tonghopd), "--config", config], stderr=subprocess.PIPE,
                               encoding="utf-8", env=house.tree.environment | {"TZ": "Asia/Ho_Chi_Minh"})
    first = process.stderr.readline()
    process.terminate()
    last = process.stderr.readlines()[-1]
    expect("end", process.wait(), 0)
    for line, rest in ((first, r" notice: tonghopd \S+ serves unit 64.*\n"), (last, " notice: stopping\n")):
        match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0700)" + rest, line)
        expect(f"its form: {line}", match is not None, True)
        moment = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S%z").timestamp()
        expect("its time", before <= moment <= time.time(), True)
    result = house.daemon("--config", config, "--backup", "/nowhere/x.mdb")
    expect("the line alone", result.err[:4].isdigit(), False)


def interrupt_ends_too(house: House) -> None:
    """SIGINT ends it as SIGTERM does; SIGPIPE does not disturb it"""
    node = house.node
    os.kill(node.pid, signal.SIGPIPE)
    expect("after SIGPIPE", node.tonghop("status").status, 0)
    os.kill(node.pid, signal.SIGINT)
    eventually(lambda: not node.is_running, "SIGINT ends the daemon")
    expect("exit status", node.exit_status, 0)
    node.start()


def verify_beside_the_daemon(house: House) -> None:
    """verify reads beside the running daemon, and does not need it"""
    node = house.node
    submit(node, "2021", table({"reception.visits": 3}))
    verify(node)
    node.stop()
    verify(node)
    expect("it changes nothing", house.daemon("--verify", "--config", node.config).status, 0)
    node.start()
    expect("total", total(node, "2021", "reception.visits"), exact(3, 1))


STEPS = (bad_configurations_are_explained, samples_are_good, state_belongs_to_one,
         state_belongs_to_its_unit, keys_are_private, keys_are_handed_over, folders_are_named,
         manager_is_told, terminates_in_the_middle, answers_before_it_ends, lines_have_their_time,
         interrupt_ends_too, verify_beside_the_daemon)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, House(grown))
