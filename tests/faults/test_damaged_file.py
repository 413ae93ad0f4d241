"""A damaged data file: the daemon ends with an error that names the remedy, or works and is right; so
does `tonghop verify` beside it. Never a crash, a daemon that hangs, or a wrong total.

tests/faults/store_damage.c tries thousands of damages in the store; here real daemons and commands
meet each sort.

    test_damaged_file.py [--count N] [--seed S]      N damages by chance, beyond the table's"""

import argparse
import os
import random
import shutil
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Callable, Optional

from faults import END_S, Filer, log_of, patiently, shown, total_of, until, used_part
from harness import Failure, Tree
from peer import Refused, pb
from scene import expect, expect_in, plant

PROVINCE, UNITS = 64, [622, 623, 624, 625, 626, 627, 628, 629, 630]
PAGE = 4096
NOBODY = 65534
REMEDY = "restore a backup, or move the folder away"

Damage = Callable[[bytes], bytes]


def cut_to(length: Callable[[int], int]) -> Damage:
    return lambda data: data[:length(len(data))]


def filled(offset: int, byte: int = 0, size: int = PAGE) -> Damage:
    return lambda data: data[:offset] + bytes([byte]) * size + data[offset + size:]


def flipped(offset: int) -> Damage:
    return lambda data: data[:offset] + bytes([data[offset] ^ 0xFF]) + data[offset + 1:]


# What must be refused.
DAMAGES: dict[str, Damage] = {
    "empty": cut_to(lambda size: 0),
    "a byte": cut_to(lambda size: 1),
    "not a whole page": cut_to(lambda size: PAGE - 1),
    "a page": cut_to(lambda size: PAGE),
    "two pages": cut_to(lambda size: 2 * PAGE),
    "half": cut_to(lambda size: size // 2),
    "half a page more than half": cut_to(lambda size: size // 2 + PAGE // 2),
    "zeros": lambda data: bytes(len(data)),
    "first page of zeros": filled(0),
    "second page of zeros": filled(PAGE),
    "both pages of zeros": filled(0, size=2 * PAGE),
    "first page of ones": filled(0, 0xFF),
    "magic flipped": flipped(16),
    "page size flipped": flipped(41),
    "root of the tables flipped": lambda data: flipped(128)(flipped(PAGE + 128)(data)),
    "a text": lambda data: b"unit,indicator,value\n" * 1000,
    "another program's database": lambda data: b"SQLite format 3\0" + os.urandom(20 * PAGE),
    "noise": lambda data: os.urandom(len(data)),
}


def by_chance(chance: random.Random, size: int) -> tuple[str, Damage]:
    offset = chance.randrange(size)
    page = chance.randrange(size // PAGE) * PAGE
    return chance.choice([
        (f"byte {offset} flipped", flipped(offset)),
        (f"byte {page + offset % 32} flipped", flipped(page + offset % 32)),  # of a page's header
        (f"page at {page} of zeros", filled(page)),
        (f"sector at {offset // 512 * 512} of zeros", filled(offset // 512 * 512, size=512)),
        (f"cut to {offset}", cut_to(lambda size: offset)),
    ])


def waiting(state: Path) -> int:
    """How much is not in its place yet: the daemon has that in memory, too."""
    return int(subprocess.run([os.environ["WAITING"], str(state)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout)


class Scene:
    def __init__(self, tree: Tree) -> None:
        self.node = plant(tree)
        self.filer = Filer(self.node, PROVINCE, UNITS, pb.SCOPE_WHOLE)
        with self.filer.connect() as peer:
            for unit in UNITS:
                for _ in range(3):
                    self.filer.file(peer, unit)
        self.node.stop()
        self.state = tree.folder / "state" / self.node.name
        self.data = self.state / "data.mdb"
        self.sound = used_part(self.data.read_bytes())
        self.outcomes: Counter[str] = Counter()

    def put(self, data: bytes) -> None:
        self.data.write_bytes(data)
        (self.state / "lock.mdb").unlink(missing_ok=True)

    def play(self, name: str, data: bytes, must_refuse: bool) -> None:
        self.put(data)
        verified = self.node.tonghop("verify", expect=None)
        self.put(data)
        log_begin = self.node.log.stat().st_size
        self.node.start(is_awaited=False)
        has_answered = until(lambda: not self.node.is_running or self.answers(), END_S)
        if not self.node.is_running:
            log = log_of(self.node, log_begin)
            expect(f"{name}: how it ended", self.node.exit_status, 1)
            expect_in(f"{name}: the log", log, str(self.state), REMEDY)
            expect_in(f"{name}: verify", verified.err, "restore a backup")
            expect(f"{name}: verify ended with", verified.status, 1)
            expect(f"{name}: the file was left as it was", self.data.read_bytes() == data, True)
            self.outcomes["refused"] += 1
            return
        if not has_answered:
            raise Failure(f"{name}: it runs and does not answer")
        if must_refuse:
            raise Failure(f"{name}: it was not noticed")
        held = patiently(self.filer.connect, lambda peer: shown(peer, UNITS), name)
        total = patiently(self.filer.connect, lambda peer: total_of(peer, PROVINCE), name)
        expect(f"{name}: losses", self.filer.compare(held), [])
        expect(f"{name}: total", total, sum(value for _, value in self.filer.held.values()))
        expect_in(f"{name}: verify", verified.out, " 0 differences")
        self.node.stop()
        self.outcomes["in places that are not used"] += 1

    def answers(self) -> bool:
        return self.node.tonghop("keys", expect=None).status == 0

    def play_running(self) -> None:
        """A filing that is spoilt on the disk while the daemon runs."""
        self.put(self.sound)
        self.node.tonghop("verify")  # what was found before is told by the status
        self.node.start()
        spoilt, other = UNITS[0], UNITS[1]
        with self.filer.connect() as peer:
            filing = self.filer.filing_of(spoilt)
            self.filer.note(peer.file(filing), self.filer.last_value)
            expect("status before", self.node.tonghop("status", expect=None).status, 0)
            if not until(lambda: waiting(self.state) == 0, END_S):
                raise Failure("the filing is not put into its place")
            data = self.data.read_bytes()
            places = [at for at in range(len(data)) if data.startswith(filing, at)]
            if not places:
                raise Failure("the filing is not in the data file")
            with self.data.open("r+b") as file:
                for at in places:  # older pages may have it too
                    file.seek(at)
                    file.write(bytes([filing[0] ^ 0xFF]))
            try:
                peer.file(self.filer.filing_of(spoilt))
                raise Failure("a report beside the spoilt one was taken in")
            except Refused as refused:
                expect("refused as", refused.code, "corrupt")
            self.filer.file(peer, other)
        status = self.node.tonghop("status", expect=None)
        expect("status ends with", status.status, 1)
        expect_in("status", status.out + status.err, "the data file is damaged", "restore a backup")
        expect_in("verify", self.node.tonghop("verify", expect=None).err, "restore a backup")
        self.node.stop()
        self.expect_refusal("spoilt while it ran", REMEDY)

    def play_folder(self) -> None:
        """A folder where the file should be."""
        self.data.unlink()
        self.data.mkdir()
        self.expect_refusal("a folder in its place", REMEDY)
        self.data.rmdir()

    def play_unreadable(self) -> None:
        """A file that the daemon's user may not read, as after a restore by root."""
        self.put(self.sound)
        user = None
        if os.getuid() == 0:  # who may read everything
            user = NOBODY
            for path in [self.node.tree.folder, *self.node.tree.folder.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)
        self.data.chmod(0)
        self.expect_refusal("unreadable", "Permission denied: make the daemon's user its owner", user)

    def expect_refusal(self, name: str, words: str, user: Optional[int] = None) -> None:
        program = self.node.tree.tonghopd
        if user is not None:  # who may not even come to where it was built
            program = shutil.copy(program, self.node.tree.folder / "tonghopd")
        done = subprocess.run([program, "--config", self.node.config], user=user,
                              capture_output=True, text=True, timeout=END_S,
                              env=self.node.tree.environment)
        expect(f"{name}: how it ended", done.returncode, 1)
        expect_in(f"{name}: what it says", done.stderr, str(self.state), words)
        self.outcomes["refused"] += 1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    begin = time.monotonic()
    with Tree() as tree:
        scene = Scene(tree)
        for name, damage in DAMAGES.items():
            scene.play(name, damage(scene.sound), must_refuse=True)
        for _ in range(options.count):
            name, damage = by_chance(chance, len(scene.sound))
            scene.play(name, damage(scene.sound), must_refuse=False)
        scene.play_running()
        scene.play_folder()
        scene.play_unreadable()
        shares = ", ".join(f"{count} {outcome}" for outcome, count in scene.outcomes.most_common())
        print(f"daemons: {scene.outcomes.total()} damaged files, seed {options.seed}: 0 failures "
              f"({shares})  [{time.monotonic() - begin:.0f} s]")


if __name__ == "__main__":
    main()
