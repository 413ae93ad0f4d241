"""With the journal as its standard error the daemon sends events with their fields; where there is no
journal after all, lines with a level. docs/EVENTS.md.

The journal's socket has one place, /run/systemd/journal/socket. So that the machine's own is left
alone, the daemon runs in a mount namespace that has another folder there."""

import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Optional

from harness import READY_S, Failure, Tree, die_with_the_test, eventually
from scene import ROOT, SAMPLE, expect, expect_in, play, submit, table

# A file system of its own on /run, in which the journal's folder is the one that the test listens in.
IN_OWN_RUN = ('mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && '
              'mount --bind "$1" /run/systemd/journal && shift && exec "$@"')
SKIPPED = 77

Event = dict[str, str]


def unpack(datagram: bytes) -> Event:
    """The journal's native protocol: NAME=value, or NAME, the length and the value."""
    fields = {}
    while datagram:
        line, _, rest = datagram.partition(b"\n")
        name, is_plain, value = line.partition(b"=")
        if not is_plain:
            (length,) = struct.unpack("<Q", rest[:8])
            value, rest = rest[8:8 + length], rest[8 + length + 1:]
        if name.decode() in fields:
            raise Failure(f"{name.decode()} twice in {datagram!r}")
        fields[name.decode()] = value.decode()
        datagram = rest
    return fields


class Journal:
    """A folder with the socket of a journal, and a daemon whose standard error that is."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.folder = tree.folder / "journal"
        self.folder.mkdir()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(self.folder / "socket"))
        self.stderr = tree.folder / "stderr"
        self.process: Optional[subprocess.Popen] = None

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def start(self, config: Path) -> None:
        self.stderr.write_bytes(b"")
        with self.stderr.open("ab") as stderr:
            st = os.fstat(stderr.fileno())
            self.process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", IN_OWN_RUN, "sh", self.folder,
                 self.tree.tonghopd, "--config", config], stdin=subprocess.DEVNULL,
                stdout=stderr, stderr=stderr, preexec_fn=die_with_the_test,
                env=self.tree.environment | {"JOURNAL_STREAM": f"{st.st_dev}:{st.st_ino}"})

    def end(self, status: int) -> None:
        expect("the daemon's exit status", self.process.wait(READY_S), status)

    def hear(self, name: str) -> Event:
        """The next event of that name; others are skipped."""
        deadline = time.monotonic() + READY_S
        while (left_s := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left_s)
            try:
                event = unpack(self.socket.recv(1 << 16))
            except TimeoutError:
                break
            if event.get("TONGHOP_EVENT") == name:
                return event
        raise Failure(f"no event {name} within {READY_S} s\n{self.stderr.read_text()}")


class House:
    def __init__(self, tree: Tree, journal: Journal) -> None:
        self.tree, self.journal = tree, journal
        self.node = tree.init("gia-lai", 64)

    def expect_event(self, name: str, level: int, **fields: str) -> Event:
        """The event, with exactly these fields beside those that every event has."""
        event = self.journal.hear(name)
        message = event.pop("MESSAGE")
        expect(name, event, {"PRIORITY": str(level), "SYSLOG_IDENTIFIER": "tonghopd",
                             "MESSAGE_ID": message_ids()[name], "TONGHOP_EVENT": name,
                             "TONGHOP_NODE": "gia-lai", "TONGHOP_NODE_UNIT": "64"} | fields)
        return {"MESSAGE": message}


def message_ids() -> dict[str, str]:
    text = (ROOT / "docs/EVENTS.md").read_text()
    return dict(re.findall(r"^### (\S+)\n.*`MESSAGE_ID=(\w+)`", text, re.MULTILINE))


def mistakes_are_events(house: House) -> None:
    """A configuration that is wrong is an event, before anybody knows whose"""
    config = house.tree.folder / "bad.conf"
    config.write_text("[node]\nunit = 64\nlog_levl = info\n")
    house.journal.start(config)
    event = house.journal.hear("configuration-wrong")
    expect("a mistake", event, {
        "MESSAGE": event["MESSAGE"], "PRIORITY": "3", "SYSLOG_IDENTIFIER": "tonghopd",
        "MESSAGE_ID": message_ids()["configuration-wrong"], "TONGHOP_EVENT": "configuration-wrong"})
    expect_in("its line", event["MESSAGE"], f"{config}:3:1: error: ", "log_levl")
    house.journal.end(2)


def the_last_word_is_whose(house: House) -> None:
    """A daemon that cannot start outlives its last line a little: the journal, which looks up the unit of
    who sent it, would find nobody"""
    config = house.tree.folder / "bad.conf"

    def outlives() -> bool:
        house.journal.start(config)
        house.journal.hear("configuration-wrong")
        time.sleep(0.02)
        is_there = house.journal.process.poll() is None
        house.journal.end(2)
        return is_there

    expect("it is still there", any(outlives() for _ in range(5)), True)  # unless the machine is slow


def life_is_events(house: House) -> None:
    """Start, a catalogue, a report and the end are events, with the fields of the report and who it was"""
    house.journal.start(house.node.config)
    line = house.expect_event("started", 5)["MESSAGE"]
    expect_in("its line", line, "serves unit 64", house.node.endpoint, "has no catalogue yet")
    house.node.tonghop("catalogue", "publish", str(SAMPLE / "catalogue"))
    house.expect_event("catalogue-in-force", 5, TONGHOP_CATALOGUE="1")
    eventually(lambda: house.node.tonghop("status", expect=None).status == 0, "the node is well")
    submit(house.node, "2024-S1", table({"model.recognised": 5}), "--unit", "id:64")
    line = house.expect_event("report-taken-in", 6, TONGHOP_UNIT="64", TONGHOP_KIND="actual",
                              TONGHOP_PERIOD="2024-S1", TONGHOP_FORM="1", TONGHOP_REVISION="1",
                              TONGHOP_PEER=f"uid:{os.getuid()}")["MESSAGE"]
    expect_in("its line", line, "took in actual 2024-S1 of ", ", revision 1")
    house.journal.process.send_signal(signal.SIGTERM)
    expect("its line", house.expect_event("stopping", 5), {"MESSAGE": "stopping"})
    house.journal.end(0)
    expect("nothing on standard error itself", house.journal.stderr.read_text(), "")


def no_journal_is_lines(house: House) -> None:
    """When nothing listens there, nothing is lost: standard error has lines with their level"""
    (house.journal.folder / "socket").unlink()
    house.journal.start(house.node.config)
    eventually(lambda: "<5>tonghopd " in house.journal.stderr.read_text(), "a line with its level")
    house.journal.process.send_signal(signal.SIGTERM)
    house.journal.end(0)
    lines = house.journal.stderr.read_text().splitlines()
    expect_in("the first line", lines[0], "<5>tonghopd ", "serves unit 64")
    expect("the last line", lines[-1], "<5>stopping")


def why_not_here(folder: Path) -> str:
    """Why no process can have a /run of its own on this machine; "" if one can."""
    if shutil.which("unshare") is None:
        return "there is no program unshare"
    done = subprocess.run(["unshare", "--mount", "sh", "-c", IN_OWN_RUN, "sh", folder, "true"],
                          capture_output=True, encoding="utf-8")
    return done.stderr.strip() if done.returncode != 0 else ""


def main() -> None:
    with Tree() as tree, Journal(tree) as journal:
        if reason := why_not_here(journal.folder):
            print(f"skipped: the daemon cannot be given another journal: {reason}")
            sys.exit(SKIPPED)
        play([mistakes_are_events, the_last_word_is_whose, life_is_events, no_journal_is_lines], House(tree, journal))


if __name__ == "__main__":
    main()
