"""A command fetches the catalogue once, and never again what it has: counted on the way between a remote
client and a real node. What is kept is believed only where it has its hash."""

import datetime
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from harness import Tree
from relay import Relay
from scene import SAMPLE, client, expect, expect_in, outcomes, plant, play, submit, table

COMMUNE, PERIOD = 23857, "2024"
VISITS = "reception.visits"
UNITS = "23857,23857,commune,thi_tran,631"
NOT_OF_COMMUNES = ("reception.visits,chung,he_thong,Lượt tiếp công dân,Citizen reception visits,lượt,flow,sum,0,,,"
                   "province|district|commune", "reception.visits,chung,he_thong,Lượt tiếp công dân,"
                   "Citizen reception visits,lượt,flow,sum,0,,,province|district")
# Messages of a filing, behind the hello and the question for the revision before.
VERDICT, FILING = 3, 4
AT_ONCE = 8


class Cost(NamedTuple):
    """Messages to the node, and the bytes from it."""

    messages: int
    size: int


class Desk:
    """An officer with a key and no daemon."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.node = plant(tree)
        self.officer = client(tree, "chu-ty", COMMUNE, self.node)
        port = tree.ports.take()
        self.relay = Relay(port, int(self.node.endpoint.rpartition(":")[2]))
        text = self.officer.config.read_text()
        expect_in("the node's address", text, self.node.endpoint)
        self.officer.config.write_text(text.replace(self.node.endpoint, self.relay.endpoint))
        # The node's own commands keep theirs elsewhere.
        self.folder = tree.folder / "officer" / "tonghop"
        tree.environment["XDG_CACHE_HOME"] = str(self.folder.parent)
        self.revision, self.usual = 0, Cost(0, 0)

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)

    @property
    def newest(self) -> Path:
        return self.files()[-1]

    def cost(self) -> Cost:
        up, down = self.relay.traffic()
        expect("each message has its answer", down.messages, up.messages)
        return Cost(up.messages, down.size)

    def publish(self, number: int, *changes: tuple[str, str, str]) -> None:
        """The sample under that number, with texts of its files replaced."""
        folder = self.tree.folder / f"catalogue-{number}"
        shutil.copytree(SAMPLE / "catalogue", folder)
        for name, old, new in (("catalogue.ini", "number = 1", f"number = {number}"), *changes):
            text = (folder / name).read_text(encoding="utf-8")
            expect_in(name, text, old)
            (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        self.node.tonghop("catalogue", "publish", str(folder))

    def file(self) -> Cost:
        """Another revision of the same report; what it took."""
        self.revision += 1
        result = submit(self.officer, PERIOD, table({VISITS: 100 + self.revision}))
        expect("filed", outcomes(result), [(str(COMMUNE), str(self.revision), "accepted")])
        return self.cost()

    def expect_fetched(self, what: str) -> None:
        """One request more, for the one chunk of the sample, and its bytes."""
        cost, size = self.file(), self.newest.stat().st_size
        expect(f"{what}: messages", cost.messages, self.usual.messages + 1)
        if not size < cost.size - self.usual.size < size + 1000:
            raise AssertionError(f"{what}: {cost.size} bytes instead of {self.usual.size} and {size}")

    def expect_kept(self, what: str) -> None:
        cost = self.file()
        expect(f"{what}: messages", cost.messages, self.usual.messages)
        if abs(cost.size - self.usual.size) > 100:
            raise AssertionError(f"{what}: {cost.size} bytes instead of {self.usual.size}")


def fetches_once(desk: Desk) -> None:
    """The second filing fetches no chunk, and brings less from the node than the catalogue has bytes; the
    file is named by its hash, and is the person's alone"""
    first = desk.file()
    kept, = desk.files()
    data = kept.read_bytes()
    expect("name", kept.name, hashlib.blake2b(data, digest_size=32).hexdigest() + ".catalogue")
    expect("mode", [oct(path.stat().st_mode & 0o777) for path in (kept, desk.folder)], ["0o600", "0o700"])
    second, desk.usual = desk.file(), desk.file()  # each brings the revision before
    expect("one request less", second.messages, first.messages - 1)
    expect("first > the catalogue > second", first.size > len(data) > second.size, True)
    desk.expect_kept("the third")
    expect("the same file", (desk.files(), desk.newest.read_bytes()), ([kept], data))


def asks_for_what_it_does_not_know(desk: Desk) -> None:
    """A filing whose catalogue is kept is a hello, the revision before, the home's verdict and the filing;
    a client that is not told its unit asks for it too"""
    expect("requests", desk.usual.messages, 4)
    text = desk.officer.config.read_text()
    desk.officer.config.write_text(text.replace(f"unit = {COMMUNE}\n", ""))
    expect("and its unit", desk.file().messages, 5)
    desk.officer.config.write_text(text)


def says_what_is_wrong_with_its_unit(desk: Desk) -> None:
    """The node says what is wrong with the key's own unit, where it is none of the period; only who knows
    that it is one does not ask"""
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).date().isoformat()
    desk.publish(6, ("units.csv", UNITS, f"99001,99001,commune,xa,631,{today},,Xã Mới,,\n{UNITS}"))
    later = client(desk.tree, "xa-moi", 99001, desk.node)
    result = submit(later, PERIOD, table({VISITS: 1}), expect=1)
    expect_in("refused", result.err, "99001")


def serves_every_command(desk: Desk) -> None:
    """What other commands show of the catalogue is the same, without a chunk; `fetch` writes what is in
    force, byte by byte"""
    for words in (("catalogue", "show", "units"), ("history", str(COMMUNE), "--period", PERIOD, "--cells")):
        desk.tree.environment["XDG_CACHE_HOME"] = str(desk.tree.folder / "none")
        before, cost = desk.officer.tonghop(*words), desk.cost()
        desk.tree.environment["XDG_CACHE_HOME"] = str(desk.folder.parent)
        expect(" ".join(words), desk.officer.tonghop(*words), before)
        expect("messages", desk.cost().messages, cost.messages - 1)
        shutil.rmtree(desk.tree.folder / "none")
    path = desk.tree.folder / "fetched"
    desk.officer.tonghop("catalogue", "fetch", str(path))
    expect("fetched", path.read_bytes(), desk.newest.read_bytes())
    desk.cost()


def fetches_a_new_one(desk: Desk) -> None:
    """A catalogue that has come into force is fetched once; the one before stays, and is used again where
    it is in force"""
    before = desk.newest
    desk.publish(2)
    desk.expect_fetched("a new one")
    expect("files", (len(desk.files()), before in desk.files()), (2, True))
    desk.expect_kept("the new one again")


def comes_into_force_meanwhile(desk: Desk) -> None:
    """A catalogue that comes into force between welcome and verdict, or verdict and filing: the node judges
    by its own, as ever, and the next command fetches it"""
    files = len(desk.files())
    desk.relay.before[FILING] = lambda: desk.publish(3)
    desk.expect_kept("what it began with")
    desk.expect_fetched("the next")
    desk.relay.before[VERDICT] = lambda: desk.publish(4, ("indicators.csv", *NOT_OF_COMMUNES))
    result = submit(desk.officer, PERIOD, table({VISITS: 1}), expect=1)
    expect_in("refused by the node", result.err, f"{VISITS} is not reported by")
    expect("its verdict", desk.cost().messages, VERDICT)
    result = submit(desk.officer, PERIOD, table({VISITS: 1}), expect=2)
    expect_in("known here", result.err, f"{VISITS} is not reported by")
    expect("a hello, and the chunk", desk.cost().messages, 2)
    desk.publish(5)
    desk.expect_fetched("the one after")
    expect("the newest four", (files, len(desk.files())), (2, 4))


def replaces_a_damaged_one(desk: Desk) -> None:
    """One that was changed, cut, or is a link to another file is fetched and replaced; nothing is said"""
    good, kept = desk.newest.read_bytes(), desk.newest
    other = desk.tree.folder / "other"
    other.write_bytes(good)
    for damage in (lambda: kept.write_bytes(good[:-1] + b"x"), lambda: kept.write_bytes(good[:-1]),
                   lambda: kept.write_bytes(b""), lambda: (kept.unlink(), kept.symlink_to(other))):
        damage()
        desk.expect_fetched("damaged")
        expect("replaced", (kept.is_symlink(), kept.read_bytes()), (False, good))
        desk.expect_kept("replaced")


def does_without(desk: Desk) -> None:
    """It may be removed at any time; where it cannot be, the catalogue is fetched each time, and the
    command says what it says otherwise"""
    shutil.rmtree(desk.folder)
    desk.expect_fetched("removed")
    desk.expect_kept("there again")
    words = ("catalogue", "show", "forms")
    said = desk.officer.tonghop(*words)
    for place in (str(desk.tree.folder / "other"), "/proc/none", str(desk.tree.folder / "a/b/c")):
        desk.tree.environment["XDG_CACHE_HOME"] = place
        desk.cost()
        for _ in range(2):
            expect(place, desk.officer.tonghop(*words), said)
            expect("hello and a chunk", desk.cost().messages, 2)
    desk.tree.environment["XDG_CACHE_HOME"] = str(desk.folder.parent)
    expect("nothing was made", (desk.tree.folder / "a").exists(), False)


def many_at_once(desk: Desk) -> None:
    """Commands that begin together, with nothing kept, all answer, and leave one whole file"""
    shutil.rmtree(desk.folder)
    command = [desk.tree.program, "--etc", desk.tree.etc, "--node", desk.officer.name, "catalogue", "show",
               "units"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env=desk.tree.environment) for _ in range(AT_ONCE)]
    answers = {(*process.communicate(), process.returncode) for process in processes}
    expect("answers", [(err, status) for _, err, status in answers], [(b"", 0)])
    kept, = desk.files()
    expect("name", kept.stem, hashlib.blake2b(kept.read_bytes(), digest_size=32).hexdigest())
    desk.cost()
    desk.expect_kept("afterwards")


def main() -> None:
    with Tree() as tree:
        desk = Desk(tree)
        try:
            play([fetches_once, asks_for_what_it_does_not_know, serves_every_command, fetches_a_new_one,
                  comes_into_force_meanwhile, replaces_a_damaged_one, does_without, many_at_once, says_what_is_wrong_with_its_unit], desk)
        finally:
            desk.relay.close()


if __name__ == "__main__":
    main()
