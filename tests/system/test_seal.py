"""A start looks at all pages of the data file, unless a daemon that ended well has sealed it and nobody has
touched it since."""

import os
import shutil
import socket
from pathlib import Path

from harness import Node, Tree, eventually
from scene import exact, expect, expect_in, play, plant, submit, total, unit_table, verify

PERIOD, VISITS = "2024", "reception.visits"
UNITS = [622, 623, 624, 625, 626]
PAGE = 4096
BELIEVED = "its pages are not looked at again"


class House:
    def __init__(self, tree: Tree) -> None:
        self.node: Node = plant(tree)
        self.folder = tree.folder
        self.state = tree.folder / "state" / self.node.name
        self.data, self.seal = self.state / "data.mdb", self.state / "data.seal"
        config = self.node.config
        config.write_text(config.read_text().replace("[node]\n", "[node]\nlog_level = debug\n", 1))
        self.value = 0

    def start(self, is_believed: bool) -> None:
        begin = self.node.log.stat().st_size
        self.node.start()
        log = self.node.log.read_bytes()[begin:].decode()
        expect("the seal was believed", BELIEVED in log, is_believed)
        expect("the seal is gone", self.seal.exists(), False)
        if self.value > 0:
            expect("the total", total(self.node, PERIOD, VISITS), exact(len(UNITS) * self.value, len(UNITS)))

    def file(self) -> None:
        self.value += 1
        submit(self.node, PERIOD, unit_table({unit: {VISITS: self.value} for unit in UNITS}), "--scope", "whole")

    def flip(self, data: Path) -> None:
        """A byte in each page but those of the header."""
        with data.open("r+b") as file:
            for page in range(2 * PAGE, data.stat().st_size, PAGE):
                file.seek(page + PAGE // 2)
                byte = file.read(1)
                file.seek(page + PAGE // 2)
                file.write(bytes([byte[0] ^ 1]))


def an_end_seals(house: House) -> None:
    """A daemon that is ended leaves a seal, which the next start believes; verify and backup leave it alone"""
    house.node.stop()
    house.start(is_believed=True)
    house.file()
    house.node.stop()
    expect("the mode of the seal", oct(house.seal.stat().st_mode & 0o7777), "0o600")
    verify(house.node)
    house.node.tonghop("backup", str(house.folder / "backup.mdb"))
    house.start(is_believed=True)


def a_port_that_is_taken_does_no_harm(house: House) -> None:
    """A daemon that cannot listen ends, and is tried again: its store was sound, and is sealed again"""
    house.node.stop()
    host, port = house.node.endpoint.rpartition("/")[2].rsplit(":", 1)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((host, int(port)))
        other.listen()
        for _ in range(2):
            begin = house.node.log.stat().st_size
            house.node.start(is_awaited=False)
            eventually(lambda: not house.node.is_running, "it ends")
            expect("how it ended", house.node.exit_status, 1)
            expect("the seal was believed", BELIEVED in house.node.log.read_bytes()[begin:].decode(), True)
    house.start(is_believed=True)


def a_kill_does_not(house: House) -> None:
    """After kill -9 there is none, also where one was before, and the start looks"""
    house.file()
    house.node.kill()
    expect("a seal", house.seal.exists(), False)
    house.start(is_believed=False)
    house.node.stop()
    house.start(is_believed=True)
    house.node.kill()  # it has changed nothing
    house.start(is_believed=False)


def what_was_touched_is_looked_at(house: House) -> None:
    """A changed byte is found before anything is answered, also with the times of before; and a file that was put
    back is looked at"""
    house.node.stop()
    info = house.data.stat()
    house.flip(house.data)
    os.utime(house.data, ns=(info.st_atime_ns, info.st_mtime_ns))
    house.node.start(is_awaited=False)
    eventually(lambda: not house.node.is_running, "it ends")
    expect("how it ended", house.node.exit_status, 1)
    expect_in("the log", house.node.log_tail(), "data.mdb is damaged", "restore a backup")
    expect("a seal", house.seal.exists(), False)
    house.flip(house.data)
    house.start(is_believed=False)
    house.node.stop()
    shutil.copy2(house.data, house.state / "copy")
    (house.state / "copy").rename(house.data)
    house.start(is_believed=False)


def a_restore_is_looked_at(house: House) -> None:
    """What is restored is not the file that was sealed"""
    house.node.stop()
    house.node.tonghop("restore", str(house.folder / "backup.mdb"), "--replace")
    house.value = 1  # as in the backup
    house.start(is_believed=False)
    house.node.stop()
    house.start(is_believed=True)


def one_that_does_not_read_is_none(house: House) -> None:
    """A damaged seal is no error: the start looks. Removing it has that done"""
    for text in (b"", b"\xff" * 600, None):
        house.node.stop()
        house.seal.unlink()
        if text is not None:
            house.seal.write_bytes(text)
        house.start(is_believed=False)


STEPS = (an_end_seals, a_port_that_is_taken_does_no_harm, a_kill_does_not, what_was_touched_is_looked_at, a_restore_is_looked_at,
         one_that_does_not_read_is_none)


def main() -> None:
    with Tree() as tree:
        play(STEPS, House(tree))


if __name__ == "__main__":
    main()
