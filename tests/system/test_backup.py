"""Backups: what was acknowledged before one began is in it, and comes back from it; a mistake or a
failure changes nothing and leaves nothing behind.

A twin is a configuration of the same unit with a state folder of its own and nobody above it: what a
backup holds is seen by restoring it there and asking."""

import os
import random
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import NamedTuple, Optional

from harness import COMMAND_S, Failure, Node, Result, Tree, eventually
from peer import Keys, Peer, filing, pb
from scene import (IS_SANITIZED, IS_SHUT_IN, LOOKED_AT, exact, expect, expect_in, history, plant, play,
                   rows, settle, start_as_it_is, status, submit, table, total, verify)

VISITS = "reception.visits"
DISTRICT = 631
# Of the district, without daemons; with all years, as many reports as make a copy take a while.
COMMUNES = [23860, 23863, 23866, 23869, 23872, 23875, 23878, 23881, 23884]
YEARS = range(2016, 2024)
BACKUPS = 4 if IS_SANITIZED else 12
PAGE = 4096
NOBODY = 65534


class House:
    """A province with a district, and a folder for backups."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.folder = tree.folder / "backups"
        self.folder.mkdir()
        self.kept = self.folder / "kept.mdb"  # of the district, made before it burns
        self.small = self.folder / "small.mdb"  # of the province, of which verify reads every page
        submit(self.province, "2022", table({VISITS: 5}))
        backup(self.province, self.small)
        self.twins = 0

    def state(self, node: Node) -> Path:
        return self.tree.folder / "state" / node.name

    def twin(self, unit: int) -> Node:
        self.twins += 1
        return self.tree.init(f"twin-{self.twins}", unit, listens=False)

    def leftovers(self) -> list[str]:
        """What an unfinished copy would leave."""
        return [str(path) for path in self.tree.folder.rglob("*.part-*")]


def backup(node: Node, file: Path, *arguments: str) -> dict[str, str]:
    return rows(node.tonghop("backup", str(file), "--format", "csv", *arguments))[0]


def restore(node: Node, file: Path, *arguments: str) -> dict[str, str]:
    return rows(node.tonghop("restore", str(file), "--format", "csv", *arguments))[0]


def contents(folder: Path) -> dict[str, bytes]:
    """Everything in a folder but the table of readers, which readers write to, and care records."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
            for path in sorted(folder.rglob("*"))
            if path.name not in ("lock.mdb", "last-verify", "last-backup")}


# ---- beside a busy daemon ----


class Writer(threading.Thread):
    """Files round after round of reports at a node: in round n, every figure is n."""

    def __init__(self, node: Node, keys: Keys) -> None:
        super().__init__(daemon=True)
        self.node, self.keys = node, keys
        self.acknowledged = 0
        self.is_over = False
        self.error: Optional[BaseException] = None

    def run(self) -> None:
        try:
            with Peer(self.node.endpoint, self.node.public_key, self.keys) as peer:
                peer.hello()
                while not self.is_over:
                    number = self.acknowledged + 1
                    peer.file_all([
                        filing(pb.Key(kind=1, year=year, label=1, unit=unit, form=1), {1: number},
                               author="Người lập", based_on=number - 1)
                        for year in YEARS for unit in COMMUNES])
                    self.acknowledged = number
        except BaseException as error:  # the main thread raises it again
            self.error = error

    def end(self) -> None:
        self.is_over = True
        self.join()
        if self.error is not None:
            raise self.error


def holds_what_was_acknowledged(house: House) -> None:
    """A backup beside a daemon that takes reports in verifies, and holds all that was acknowledged"""
    keys = Keys.generate()
    house.district.tonghop("enrol", str(DISTRICT), keys.public, "--role", "reporter")
    code = first_indicator(house.district)
    writer = Writer(house.district, keys)
    writer.start()
    eventually(lambda: writer.acknowledged > 0 or writer.error is not None, "the first round is filed")
    before = []
    for number in range(BACKUPS):
        before.append(writer.acknowledged)
        row = backup(house.district, house.folder / f"busy-{number}.mdb")
        expect("reports", row["reports"], str(len(YEARS) * len(COMMUNES)))
        verify(house.district)
    after = writer.acknowledged
    writer.end()
    if after == before[0]:
        raise Failure("nothing was filed while backups were made: this shows nothing")
    for number in (0, BACKUPS // 2, BACKUPS - 1):
        twin = house.twin(DISTRICT)
        restore(twin, house.folder / f"busy-{number}.mdb")
        verify(twin)
        start_as_it_is(twin)
        for year in YEARS:
            figure = total(twin, f"{year}-S1", code)
            expect(f"backup {number}: reports", figure.unit_count, len(COMMUNES))
            least = int(figure.value) // len(COMMUNES)
            if not before[number] <= least <= after + 1:
                raise Failure(f"backup {number} holds round {least} of {year}, and round "
                              f"{before[number]} was acknowledged before it began")
        twin.stop()
    settle(house.district)
    expect("leftovers", house.leftovers(), [])


def first_indicator(node: Node) -> str:
    """The code of indicator 1."""
    for row in rows(node.tonghop("catalogue", "show", "indicators", "--format", "csv")):
        if row["number"] == "1":
            return row["code"]
    raise Failure("there is no indicator 1")


# ---- disaster ----


def burnt_state_comes_back(house: House) -> None:
    """Backup, more reports, the disk is lost, restore: all that the backup held is there again"""
    district, state = house.district, house.state(house.district)
    submit(district, "2024-S1", table({VISITS: 11}))
    made = backup(district, house.kept)
    expect("mode", house.kept.stat().st_mode & 0o777, 0o600)
    submit(district, "2024-S2", table({VISITS: 12}))
    settle(district)
    district.kill()
    for path in state.iterdir():
        path.unlink()
    result = district.tonghop("restore", str(house.kept), "--lang", "vi")
    expect_in("result", result.out, made["digest"], made["reports"])
    expect_in("hints", result.err, "systemctl start tonghopd@duc-co", "cấp trên", "tonghop keys")
    verify(district)
    expect("nothing else is there", sorted(path.name for path in state.iterdir()),
           ["data.mdb", "last-verify", "lock.mdb"])  # the others are verify's
    district.start()
    verify(district)
    expect("what the backup held", total(district, "2024-S1", VISITS), exact(11, 1))


def what_came_after_is_fetched(house: House) -> None:
    """What was filed after the backup, and handed up, comes back; reports are taken in only then"""
    district, province = house.district, house.province
    expect("the later report came back", total(district, "2024-S2", VISITS), exact(12, 1))
    district.stop()
    province.stop()
    restore(district, house.kept, "--replace")
    start_as_it_is(district)
    expect("status says so", status(district)["restoring"], "yes")
    refused = submit(district, "2024-S2", table({VISITS: 99}), expect=1)
    expect_in("no intake while the node above is away", refused.err, "refused (")
    province.start(is_awaited=False)
    settle(district)
    expect("the later report came back", total(district, "2024-S2", VISITS), exact(12, 1))
    submit(district, "2024", table({VISITS: 30}), *LOOKED_AT)
    settle(district, province)
    expect("at the province", total(province, "2024", VISITS, "--unit", f"id:{DISTRICT}"),
           exact(30, 1))
    expect("revisions", [row["revision"] for row in history(district, DISTRICT, "2024")], ["1"])
    verify(district, province)


def root_comes_back(house: House) -> None:
    """A root is restored, too, and is told that nobody is above it; the present data is set aside"""
    province, state = house.province, house.state(house.province)
    file = house.folder / "root.mdb"
    backup(province, file)
    province.stop()
    former = (state / "data.mdb").read_bytes()
    result = province.tonghop("restore", str(file), "--replace", "--lang", "en")
    expect_in("hints", result.err, "has none above it", "tonghopd@gia-lai", "former data is kept in")
    aside = list(state.glob("data.mdb.before-restore-????????-??????"))
    expect("set aside", [path.read_bytes() == former for path in aside], [True])
    expect_in("named", result.out, str(aside[0]))
    province.start()
    verify(province)
    expect("it holds", total(province, "2024-S1", VISITS), exact(11, 1))
    settle(house.district, province)


def files_copied_by_hand_work(house: House) -> None:
    """The data file of a node that is stopped, and what was set aside, are backups as well"""
    twin = house.twin(64)
    aside = next(house.state(house.province).glob("data.mdb.before-restore-*"))
    restore(twin, aside)
    verify(twin)
    copy = house.folder / "hand.mdb"
    shutil.copyfile(house.state(twin) / "data.mdb", copy)
    restore(twin, copy, "--replace")
    verify(twin)


# ---- wrong uses ----


class Wrong(NamedTuple):
    what: str
    node: str  # that is asked
    arguments: tuple[str, ...]  # {B}: the folder of backups, {S}: the node's state folder
    status: int
    words: tuple[str, ...]  # in English, of tonghopd and of the command


WRONG = [
    Wrong("no FILE", "duc-co", ("backup",), 2, ("name FILE, or a folder",)),
    Wrong("two", "duc-co", ("backup", "{B}/a", "{B}/b"), 2, ("one argument too many",)),
    Wrong("unknown option", "duc-co", ("backup", "{B}/a", "--replace"), 2, ("no option --replace",)),
    Wrong("FILE is there", "duc-co", ("backup", "{B}/kept.mdb"), 2, ("--force", "is there already")),
    Wrong("no folder", "duc-co", ("backup", "{B}/none/a.mdb"), 2, ("cannot open folder",)),
    Wrong("FILE is a folder", "duc-co", ("backup", "{B}", "--force"), 2, ("is not a file",)),
    Wrong("into itself", "duc-co", ("backup", "{S}/data.mdb", "--force"), 2,
          ("inside the state folder", "outside the data folder")),
    Wrong("FILE with a slash", "duc-co", ("backup", "{B}/a/"), 2, ("not the name of a file",)),
    Wrong("no data yet", "empty", ("backup", "{B}/a.mdb"), 2, ("there is no store", "no data yet")),
    Wrong("a client", "to", ("backup", "{B}/a.mdb"), 2, ("on the machine of the node",)),
    Wrong("a client restores", "to", ("restore", "{B}/kept.mdb"), 2, ("on the machine of the node",)),
    Wrong("no such node", "none", ("restore", "{B}/kept.mdb"), 2, ("no none.conf",)),
    Wrong("no FILE", "duc-co", ("restore",), 2, ("FILE is missing",)),
    Wrong("unknown option", "duc-co", ("restore", "{B}/a", "--force"), 2, ("no option --force",)),
    Wrong("daemon running", "duc-co", ("restore", "{B}/kept.mdb", "--replace"), 1,
          ("another process has it open: stop that tonghopd first\n", ": `systemctl stop tonghopd@duc-co`\n")),
    Wrong("FILE missing", "empty", ("restore", "{B}/none.mdb"), 2, ("cannot open", "no such file")),
    Wrong("FILE is a folder", "empty", ("restore", "{B}"), 2, ("is not a file",)),
    Wrong("not a backup", "empty", ("restore", "{B}/report.csv"), 1, ("is not a backup", "another one")),
    Wrong("nothing in it", "empty", ("restore", "{B}/nothing"), 1, ("is not a backup",)),
    Wrong("half of it", "empty", ("restore", "{B}/half.mdb"), 1, ("its end is missing",)),
    Wrong("another unit's", "foreign", ("restore", "{B}/kept.mdb"), 1,
          ("holds the data of unit 631", "is that of unit 632", "of another unit")),
    Wrong("data without --replace", "stopped", ("restore", "{B}/kept.mdb"), 2,
          ("--replace sets it aside",)),
]


def wrong_uses_are_refused(house: House) -> None:
    """A wrong use says what is wrong, and changes and leaves nothing"""
    tree = house.tree
    (house.folder / "report.csv").write_text(table({VISITS: 1}) * 1000)
    (house.folder / "nothing").write_bytes(b"")
    (house.folder / "half.mdb").write_bytes(house.kept.read_bytes()[:house.kept.stat().st_size // 2])
    tree.init("empty", DISTRICT, listens=False)
    tree.init("foreign", 632, listens=False)
    tree.init_client("to", DISTRICT, house.district)
    stopped = tree.init("stopped", DISTRICT, listens=False)
    restore(stopped, house.kept)
    kept, others = contents(house.folder), [house.state(stopped), tree.folder / "state/foreign",
                                            tree.folder / "state/empty"]
    before = [contents(folder) for folder in others]
    for wrong in WRONG:
        arguments = [text.format(B=house.folder, S=tree.folder / "state" / wrong.node)
                     for text in wrong.arguments]
        result = tree.tonghop("--node", wrong.node, *arguments, "--lang", "en", expect=None)
        what = f"{wrong.arguments[0]}: {wrong.what}"
        expect(f"{what}: status\n{result.err}", result.status, wrong.status)
        expect_in(what, result.err, *wrong.words)
        expect(f"{what}: output", result.out, "")
        vietnamese = tree.tonghop("--node", wrong.node, *arguments, "--lang", "vi", expect=None)
        expect(f"{what}: status", vietnamese.status, wrong.status)
        expect(f"{what}: the backups", contents(house.folder), kept)
        expect(f"{what}: the data of others", [contents(folder) for folder in others], before)
        expect(f"{what}: leftovers", house.leftovers(), [])
    verify(house.district)


WRONG_OF_DAEMON = [("--backup", "a", "--restore", "b"), ("--verify", "--backup", "a"), ("--force",),
                   ("--backup", "a", "--replace"), ("--restore", "a", "--force"), ("--backup",)]


def wrong_options_are_refused(house: House) -> None:
    """The daemon's program does one thing at a time"""
    for arguments in WRONG_OF_DAEMON:
        result = run([house.tree.tonghopd, "--config", house.district.config, *arguments])
        expect(f"{arguments}: {result.err}", result.status, 2)
        expect_in(str(arguments), result.err, "--help")


def run(command: list, **options: object) -> Result:
    done = subprocess.run([str(word) for word in command], capture_output=True, encoding="utf-8",
                          timeout=COMMAND_S, **options)
    return Result(done.returncode, done.stdout, done.stderr)


def target_folder_is_read_only(house: House) -> None:
    """A folder that cannot be written in is named; root, too, meets one on a read-only disk"""
    folder = house.folder / "read-only"
    folder.mkdir()
    result = in_own_mounts(house, f"mount --bind {folder} {folder} && "
                                  f"mount -o remount,ro,bind {folder}",
                           "--backup", folder / "a.mdb")
    expect(f"status\n{result.err}", result.status, 1)
    expect_in("text", result.err, "cannot write in folder")
    folder.rmdir()


def unshared() -> list[str]:
    """Runs what follows where its mounts are its own. Root needs no user namespace, and has none in a
    chroot, whose root is no mount point either."""
    if os.getuid() != 0:
        return ["unshare", "--user", "--map-root-user", "--mount"]
    is_chroot = not any(line.split()[4] == "/" for line in open("/proc/self/mountinfo"))
    return ["unshare", "--mount", *(["--propagation", "unchanged"] if is_chroot else [])]


def in_own_mounts(house: House, mounts: str, *arguments: object, node: Optional[Node] = None) -> Result:
    """The daemon's program where `mounts` was done, which nobody else sees."""
    node = node or house.district
    return run([*unshared(), "sh", "-ec", f"{mounts}\nexec \"$@\"",
                "sh", house.tree.tonghopd, "--config", node.config, *arguments])


def disk_is_full(house: House) -> None:
    """On a full disk a backup and a restore are refused, and leave room as they found it"""
    small = house.folder / "small"
    small.mkdir()
    size = house.kept.stat().st_size
    # From a page to as much as a copy takes: it is full while it is copied, or while it is marked,
    # when LMDB knows of an I/O error alone.
    seen = []
    for room in (PAGE, 8 * PAGE, size // 2, *range(size - 16 * PAGE, size + 3 * PAGE, PAGE)):
        result = in_own_mounts(house, f"mount -t tmpfs -o size={room} none {small}",
                               "--backup", small / "a.mdb")
        seen.append(result.status)
        if result.status != 0:
            expect_in(f"{room} bytes", result.err, "look for free disk space")
    expect("from too little room to enough", (seen[:3], seen[-1], set(seen)), ([1] * 3, 0, {0, 1}))
    # Nothing is left: what stands beside the copy has the room that it had.
    script = ('"$1" --config "$2" --backup "$3/a.mdb" && exit 9; test -z "$(ls -A "$3")" || exit 8\n'
              'mkdir "$3/state"; "$1" --config "$4" --restore "$5" && exit 7\n'
              'test -z "$(ls -A "$3/state")" || exit 6')
    twin = house.twin(DISTRICT)
    config = house.tree.etc / "small.conf"
    config.write_text(twin.config.read_text().replace(str(house.state(twin)), str(small / "state")))
    result = run([*unshared(), "sh", "-c",
                  f"mount -t tmpfs -o size={size // 2} none {small} || exit 5\n{script}", "sh",
                  house.tree.tonghopd, house.district.config, small, config, house.kept])
    expect(f"nothing is left\n{result.err}", result.status, 0)
    verify(house.district)


def limit_of_file_size(house: House) -> None:
    """A limit on the size of files (ulimit -f) is an error as well, and no signal's work"""
    for pages in (0, 3, 20):
        result = run(["prlimit", f"--fsize={pages * PAGE}", house.tree.tonghopd, "--config",
                      house.district.config, "--backup", house.folder / "limit.mdb"])
        expect(f"{pages} pages: status\n{result.err}", result.status, 1)
        expect_in(f"{pages} pages", result.err, "File too large")
    expect("leftovers", house.leftovers(), [])


def stopped_by_a_signal(house: House) -> None:
    """Who ends a backup or a restore in the middle finds nothing left of it"""
    twin = house.twin(DISTRICT)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for node, arguments in ((house.district, ("--backup", house.folder / "stopped.mdb")),
                                (twin, ("--restore", house.kept))):
            # Pending from the beginning: it comes in the middle, whatever the machine's speed.
            def hold() -> None:
                signal.pthread_sigmask(signal.SIG_BLOCK, [number])
                os.kill(os.getpid(), number)
            result = run([house.tree.tonghopd, "--config", node.config, *arguments], preexec_fn=hold)
            expect(f"{arguments[0]}, {number.name}: status\n{result.err}", result.status, 1)
            expect_in(f"{arguments[0]}, {number.name}", result.err, "stopped by a signal")
            expect("leftovers", house.leftovers(), [])
    expect("no backup", (house.folder / "stopped.mdb").exists(), False)
    expect("nothing restored", sorted(path.name for path in house.state(twin).iterdir()), [])


# ---- damage ----


def damaged_pages_are_found(house: House) -> None:
    """A backup with a page of other bytes is refused with a clear text, wherever it matters"""
    chance = random.Random(64)
    twin = house.twin(64)
    good = house.small.read_bytes()
    file = house.folder / "damaged.mdb"
    pages = range(2, len(good) // PAGE)
    refused = 0
    for page in pages:
        for other in (bytes(PAGE), chance.randbytes(PAGE)):
            file.write_bytes(good[:page * PAGE] + other + good[(page + 1) * PAGE:])
            result = twin.tonghop("restore", str(file), expect=None)
            if result.status == 1:
                refused += 1
                expect_in(f"page {page}", result.err, "is not a backup, or is damaged")
            elif result.status == 0:  # a page that is read when it is used
                (house.state(twin) / "data.mdb").unlink()
            else:
                raise Failure(f"page {page}: status {result.status}\n{result.err}")
    print(f"    {refused} of {2 * len(pages)} were refused")
    if refused < len(pages):
        raise Failure(f"only {refused} of {2 * len(pages)} damaged pages were found")
    expect("leftovers", house.leftovers(), [])


def damaged_store_is_not_backed_up(house: House) -> None:
    """Of a store that is damaged no backup is made, and verify says that it is damaged"""
    twin = house.twin(DISTRICT)
    state = house.state(twin)
    good = house.kept.read_bytes()
    state.mkdir(exist_ok=True)
    (state / "data.mdb").write_bytes(good[:2 * PAGE] + bytes(len(good) - 2 * PAGE))
    for arguments in (("backup", str(house.folder / "bad.mdb")), ("verify",)):
        result = twin.tonghop(*arguments, expect=1)
        expect_in(arguments[0], result.err, "damaged" if arguments[0] == "backup" else "store")
    expect("no backup", (house.folder / "bad.mdb").exists(), False)
    expect("leftovers", house.leftovers(), [])


# ---- who may read and write ----


def readers_change_nothing(house: House) -> None:
    """verify and backup change no byte of the store, and do without leave to: on a read-only disk"""
    node = house.tree.nodes[0]
    node.stop()
    state = house.state(node)
    before = contents(state), (state / "data.mdb").stat().st_mtime_ns
    (state / "data.mdb").chmod(0o400)
    verify(node)
    backup(node, house.folder / "still.mdb")
    mount = f"mount --bind {state} {state} && mount -o remount,ro,bind {state}"
    result = in_own_mounts(house, mount, "--verify", node=node)
    expect(f"read-only disk: status\n{result.err}", result.status, 0)
    expect_in("read-only disk", result.out, " 0 differences")
    result = in_own_mounts(house, mount, "--backup", house.folder / "read-only.mdb", node=node)
    expect(f"read-only disk: status\n{result.err}", result.status, 0)
    expect("unchanged", (contents(state), (state / "data.mdb").stat().st_mtime_ns), before)
    (state / "data.mdb").chmod(0o600)
    node.start()


def restored_as_root(house: House) -> None:
    """Restored by root, all is the daemon's: of the user that the state folder belongs to"""
    twin = house.twin(DISTRICT)
    state = house.state(twin)
    house.tree.folder.chmod(0o755)  # the other user passes through it
    state.parent.chmod(0o755)
    state.mkdir(exist_ok=True, mode=0o700)
    os.chown(state, NOBODY, NOBODY)
    secret = house.folder / "roots.mdb"
    shutil.copyfile(house.kept, secret)
    secret.chmod(0o600)  # which the other user cannot read
    for arguments in ((), ("--replace",)):
        twin.tonghop("restore", str(secret), *arguments)
        verify(twin)  # as root: makes the table of readers
        owners = {path.name: (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777)
                  for path in state.iterdir()}
        expect("owners", set(owners.values()), {(NOBODY, NOBODY, 0o600)})
    expect("files", len(owners), 4)
    expect("the folder", state.stat().st_mode & 0o777, 0o700)


def read_as_root(house: House) -> None:
    """verify and backup as root open a store as the user it belongs to: what they leave there is that
    user's, links that this user made lead nowhere, and the backup is root's"""
    twin = house.twin(DISTRICT)
    state = house.state(twin)
    house.tree.folder.chmod(0o755)  # the other user passes through it
    state.parent.chmod(0o755)
    state.mkdir(exist_ok=True, mode=0o700)
    os.chown(state, NOBODY, NOBODY)
    twin.tonghop("restore", str(house.kept))
    private = house.folder / "of-root"
    private.mkdir(mode=0o700)  # where the other user cannot come
    made = backup(twin, private / "a.mdb")
    verify(twin)
    owners = {(path.name, path.stat().st_uid, path.stat().st_mode & 0o777)
              for path in (*state.iterdir(), private / "a.mdb")}
    expect("owners", owners, {("data.mdb", NOBODY, 0o600), ("lock.mdb", NOBODY, 0o600),
                              ("last-backup", NOBODY, 0o600), ("last-verify", NOBODY, 0o600),
                              ("a.mdb", 0, 0o600)})
    expect("reports", made["reports"], rows_of_kept(house))
    victim = house.folder / "victim"
    (state / "lock.mdb").unlink()
    (state / "lock.mdb").symlink_to(victim)
    for arguments in (("verify",), ("backup", str(private / "b.mdb"))):
        result = twin.tonghop(*arguments, expect=1)
        expect_in(f"{arguments[0]}: a link as table of readers", result.err, "Permission denied")
        expect("made behind the link", victim.exists(), False)
    (state / "lock.mdb").unlink()
    roots = private / "a.mdb"
    before = roots.read_bytes()
    (state / "data.mdb").unlink()
    (state / "data.mdb").symlink_to(roots)
    for arguments in (("verify",), ("backup", str(private / "b.mdb"))):
        result = twin.tonghop(*arguments, expect=1)
        expect_in(f"{arguments[0]}: a link as data", result.err, "cannot open data.mdb")
    expect("of root", roots.read_bytes() == before, True)
    expect("in root's folder", [path.name for path in private.iterdir()], ["a.mdb"])
    expect("leftovers", house.leftovers(), [])


def rows_of_kept(house: House) -> str:
    """How many reports the district's backup holds."""
    twin = house.twin(DISTRICT)
    return restore(twin, house.kept)["reports"]


STEPS = (holds_what_was_acknowledged, burnt_state_comes_back, what_came_after_is_fetched,
         root_comes_back, files_copied_by_hand_work, wrong_uses_are_refused,
         wrong_options_are_refused, target_folder_is_read_only, disk_is_full, limit_of_file_size,
         stopped_by_a_signal, damaged_pages_are_found, damaged_store_is_not_backed_up,
         readers_change_nothing)
# They mount what they need; where daemons and tests are shut in as by the unit, nobody mounts.
MOUNTING = (target_folder_is_read_only, disk_is_full, readers_change_nothing)

if __name__ == "__main__":
    with Tree() as grown:
        house_of_all = House(grown)
        play([step for step in STEPS if not IS_SHUT_IN or step not in MOUNTING], house_of_all)
        if os.geteuid() == 0:
            play((restored_as_root, read_as_root), house_of_all)
        else:
            print("not applicable without root: giving a folder to another user")
