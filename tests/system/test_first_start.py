"""What keeps a daemon from starting is told in one line with its remedy: in its log, by its exit status,
by `tonghopd --check`, and by `tonghop status`, all of it at once."""

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Callable, Optional

from harness import COMMAND_S, Result, Tree, die_with_the_test
from mistakes import Row, expect_all, expect_says, patterns, read_table
from scene import expect, expect_in, play, start_as_it_is

NOBODY = 65534
NFS = 0x6969  # of statfs(2)
MARKS = {"en": ("good: ", "wrong: ", "unknown: ", "note: "), "vi": ("tốt: ", "sai: ", "chưa rõ: ", "lưu ý: ")}


class House:
    """A node that does not run, made anew for each mistake, and the programs where every user can
    run them."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.bin = tree.folder / "bin"
        self.bin.mkdir()
        for program in (tree.tonghopd, tree.program):
            shutil.copy(program, self.bin / program.name)
        for folder in (tree.folder, tree.etc):
            folder.chmod(0o755)
        self.other: Optional[subprocess.Popen] = None  # another daemon
        self.held: Optional[socket.socket] = None
        self.user: Optional[int] = None
        self.environment: dict[str, str] = {}
        self.number = 0

    def make(self) -> None:
        self.number += 1
        self.user, self.environment = None, {}
        self.node = self.tree.init(f"nut-{self.number}", 64)
        self.state = self.tree.folder / "state" / self.node.name
        self.runtime = self.tree.folder / "run" / self.node.name
        self.key = self.tree.etc / f"{self.node.name}.key"

    def run(self, *command: object) -> Result:
        identity = {} if self.user is None else {"user": self.user, "group": self.user,
                                                 "extra_groups": []}
        done = subprocess.run([str(word) for word in command], capture_output=True, encoding="utf-8",
                              timeout=COMMAND_S, env=self.tree.environment | self.environment,
                              preexec_fn=None if identity else die_with_the_test, **identity)
        return Result(done.returncode, done.stdout, done.stderr)

    def daemon(self, *arguments: object) -> Result:
        return self.run(self.bin / "tonghopd", "--config", self.node.config, *arguments)

    def status(self, language: str, *options: str) -> Result:
        return self.run(self.bin / "tonghop", "--etc", self.tree.etc, "--lang", language, "--node",
                        self.node.name, *options, "status")

    def edit(self, old: str, new: str) -> None:
        text = self.node.config.read_text()
        expect_in("the configuration", text, old)
        self.node.config.write_text(text.replace(old, new))

    def fill(self) -> None:
        """A store, as a daemon leaves it."""
        start_as_it_is(self.node)
        self.node.stop()

    def as_another(self, path: Path) -> None:
        """From now on a user acts who may not read `path`; without root, nobody may."""
        if os.geteuid() == 0:
            self.user = NOBODY
            os.chown(self.runtime, NOBODY, NOBODY)
        else:
            path.chmod(0)


# ---- the mistakes ----


def port_taken(house: House) -> None:
    house.held = socket.socket()
    house.held.bind(("127.0.0.1", int(house.node.endpoint.rpartition(":")[2])))
    house.held.listen()


def address_elsewhere(house: House) -> None:
    house.edit("tcp://127.0.0.1:", "tcp://192.0.2.1:")


def no_key(house: House) -> None:
    house.key.unlink()


def open_key(house: House) -> None:
    house.key.chmod(0o644)


def unreadable_key(house: House) -> None:
    house.as_another(house.key)
    if house.user is not None:
        os.chown(house.state, NOBODY, NOBODY)


def no_key_in_it(house: House) -> None:
    house.key.write_text("secret\n")


def own_parent(house: House) -> None:
    with house.node.config.open("a") as file:
        file.write(f"\n[parent]\nendpoint = tcp://127.0.0.1:1\nkey = {house.node.public_key}\n")


def a_clients(house: House) -> None:
    house.node.config.write_text(
        f"[client]\nendpoint = tcp://127.0.0.1:1\nkey = {house.node.public_key}\n")


def another_unit(house: House) -> None:
    house.fill()
    house.edit("unit = 64", "unit = 631")


def store_in_use(house: House) -> None:
    house.node.start(is_awaited=False)
    house.node.tonghop("status", "--wait", "1", expect=None)
    run = house.tree.folder / "run/other"
    run.mkdir()
    house.edit(str(house.runtime), str(run))
    house.edit(house.node.endpoint, f"tcp://127.0.0.1:{house.tree.ports.take()}")


def schema(house: House, number: int) -> None:
    house.fill()
    subprocess.run([os.environ["SET_SCHEMA"], house.state, str(number)], check=True)


def older_schema(house: House) -> None:
    schema(house, 1)


def newer_schema(house: House) -> None:
    schema(house, 99)


def damaged(house: House) -> None:
    house.fill()
    with (house.state / "data.mdb").open("r+b") as file:
        file.truncate(6000)


def no_place(house: House) -> None:
    house.edit(f"state_dir = {house.state}", f"state_dir = {house.state}/no/where")


def anothers_state(house: House) -> None:
    house.as_another(house.state)
    if house.user is not None:
        os.chown(house.key, NOBODY, NOBODY)


def odd_disk(house: House, **what: object) -> None:
    house.environment = {"LD_PRELOAD": os.environ["ODD_MACHINE"],
                         "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
                                         ":verify_asan_link_order=0",
                         **{name: str(value) for name, value in what.items()}}


def on_a_network(house: House) -> None:
    odd_disk(house, ODD_FILE_SYSTEM=NFS)


def read_only(house: House) -> None:
    odd_disk(house, ODD_READ_ONLY=1)


def no_runtime(house: House) -> None:
    house.runtime.rmdir()


def runs_already(house: House) -> None:
    start_as_it_is(house.node)


MISTAKES: dict[str, Callable[[House], None]] = {
    "the port is taken": port_taken,
    "the address is not this machine's": address_elsewhere,
    "no key file": no_key,
    "others may read the key file": open_key,
    "the daemon's user cannot read the key file": unreadable_key,
    "the key file is none": no_key_in_it,
    "the key in [parent] is the node's own": own_parent,
    "a client's configuration": a_clients,
    "the store is another unit's": another_unit,
    "another tonghopd has the store": store_in_use,
    "the store is of an older schema that this version does not read": older_schema,
    "the store is of a newer schema": newer_schema,
    "the store is damaged": damaged,
    "the state folder cannot be made": no_place,
    "the state folder is another user's": anothers_state,
    "the state folder is on a network": on_a_network,
    "the state folder is on a disk that is read-only for the daemon": read_only,
    "no runtime folder": no_runtime,
    "the daemon of this node runs already": runs_already,
}


def compare(house: House, row: Row) -> None:
    """Both programs, in both languages, against the document."""
    log, checked = row.cells
    mark = patterns(checked)[0].partition(": ")[0] if patterns(checked) else ""
    result = house.daemon()
    expect(f"{row.mistake}: exit status\n{result.err}", str(result.status), log.rpartition(", ")[2])
    expect_says(f"{row.mistake}: the log", result.err, log)
    result = house.daemon("--check")
    expect(f"{row.mistake}: exit status of --check\n{result}", result.status,
           2 if mark in ("wrong", "") else 0)
    expect_says(f"{row.mistake}: --check", result.out + result.err, checked)
    if mark == "":
        return
    told = [line for line in (result.out + result.err).splitlines() if not line.startswith("good")]
    vietnamese = house.daemon("--check", "--lang", "vi")
    lines = [line for line in (vietnamese.out + vietnamese.err).splitlines()
             if not line.startswith("tốt")]
    expect(f"{row.mistake}: as much in Vietnamese\n{told}\n{lines}", len(lines), len(told))
    for line in lines:
        expect(f"{row.mistake}: {line}", line.startswith(MARKS["vi"]), True)
    if mark == "good":
        return
    for language, expected in (("en", told), ("vi", lines)):
        result = house.status(language)
        expect(f"{row.mistake}: exit status of status\n{result.err}", result.status, 3)
        expect_in(f"{row.mistake}: status", result.err, *expected)


def mistakes_are_told(house: House) -> None:
    """Each mistake is told as the document says, in the log and before the start"""
    rows = read_table("The daemon does not start")
    expect_all(rows, MISTAKES)
    for mistake, make in MISTAKES.items():
        if make is anothers_state and os.geteuid() != 0:
            print("not applicable without root: giving a folder to another user")
            continue
        house.make()
        make(house)
        compare(house, rows[mistake])
        house.node.discard()
        if house.held is not None:
            house.held.close()
            house.held = None
        print(f"    {mistake}", flush=True)


def several_at_once(house: House) -> None:
    """Everything that is wrong is told at once"""
    house.make()
    port_taken(house)
    open_key(house)
    no_runtime(house)
    result = house.daemon("--check")
    expect_in("--check", result.err, "is in use", "chmod 600", "runtime folder")
    expect("nothing else", result.err.count("\n"), 3)
    house.held.close()


def check_changes_nothing(house: House) -> None:
    """--check changes nothing, before there is a store, beside a daemon, and after it"""
    house.make()

    def names() -> list[str]:
        return sorted(path.name for path in house.state.iterdir())

    expect("before", (house.daemon("--check").status, names()), (0, []))
    expect_in("could start", house.status("en").err,
              f"nothing keeps it from starting: tonghopd --config {house.node.config}")
    house.fill()
    there = names()
    expect("after", (house.daemon("--check").status, names()), (0, there))
    start_as_it_is(house.node)
    for _ in range(20):
        expect("beside", house.daemon("--check").status, 0)
    house.node.stop()


def hung_is_not_absent(house: House) -> None:
    """A daemon that hangs is told from one that is not there"""
    house.make()
    start_as_it_is(house.node)
    os.kill(house.node.pid, signal.SIGSTOP)
    for language, words in (("en", "a daemon of this node runs and does not answer"),
                            ("vi", "nút đang chạy mà không trả lời")):
        result = house.status(language, "--timeout", "0.3")
        expect("exit status", result.status, 3)
        expect_in("status", result.err, words, f"tonghopd --config {house.node.config}")
    expect_in("--check", house.daemon("--check").out, "a daemon of this node runs: it has")
    os.kill(house.node.pid, signal.SIGCONT)
    house.node.stop()


def state_elsewhere(house: House) -> None:
    """A state folder elsewhere has to be the service's: root is told so, and that systemd has to be told"""
    if os.geteuid() != 0:
        print("not applicable without root: it would be told that it may not look")
        return
    house.make()
    house.fill()
    # A configuration that names no key file is a service's.
    house.edit(f"key_file = {house.key}\n", "")
    wrong = ("wrong: ", f"install -d -o tonghop -g tonghop -m 0700 {house.state}")
    note = ("note: ", f"ReadWritePaths={house.state}")
    has_service = "tonghop" in (user.pw_name for user in pwd.getpwall())  # the packages are installed
    service = pwd.getpwnam("tonghop").pw_uid if has_service else NOBODY
    steps = [("root's", 0, *wrong), ("the service's", service, *note)]
    if has_service:
        steps.append(("another's", NOBODY, *wrong))
    for _ in ("with data", "empty"):
        for what, user, mark, remedy in steps:
            for path in (house.state, *house.state.iterdir()):
                os.chown(path, user, user)
            expect_in(what, house.daemon("--check").err, f"{mark}store {house.state}: ", remedy)
        for path in house.state.iterdir():
            path.unlink()
    house.state.rmdir()
    expect_in("not there", house.daemon("--check").err, wrong[-1])


def what_is_held_for_a_moment(house: House) -> None:
    """Port and store that are held for a moment, as by --check, keep no daemon from starting"""
    house.make()
    house.fill()
    folder = os.open(house.state, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_SH)
    port_taken(house)
    house.node.start(is_awaited=False)
    for give_back in (lambda: os.close(folder), house.held.close):
        time.sleep(0.2)
        give_back()
    house.held = None
    house.node.tonghop("status", "--wait", "20", expect=None)
    expect_in("the log", house.node.log.read_text(), "serves unit 64")
    house.node.stop()


def init_says_so(house: House) -> None:
    """init makes the files, and says what will not do: a port that is taken, a folder that cannot be
    written, the node itself as the one above"""
    house.make()
    port_taken(house)
    result = house.tree.tonghop("init", "khac", "--unit", "64", "--listen", house.node.endpoint,
                                "--state", str(house.tree.folder / "state/khac"),
                                "--run", str(house.tree.folder / "run/khac"))
    expect_in("init", result.err, f"wrong: {house.node.endpoint} is in use", "3. publish the catalogue: ",
              "--node khac catalogue publish DIR", "4. check it: ")
    house.held.close()
    key = house.node.public_key
    for parent in (house.node.endpoint, house.node.endpoint.replace("127.0.0.1", "localhost")):
        result = house.tree.tonghop("init", "minh", "--unit", "64", "--listen", house.node.endpoint,
                                    "--parent", f"{parent} {key}", expect=2)
        expect_in("the node itself", result.err, parent, "is where this node itself is to listen")
    for any_address in ("0.0.0.0", "[::]", "*"):
        result = house.tree.tonghop("init", "minh", "--unit", "631", "--parent",
                                    f"tcp://{any_address}:7464 {key}", expect=2)
        expect_in("no address", result.err, any_address, "none to connect to", "such as tcp://10.0.0.1:7464")
    result = house.tree.tonghop("init", "moi-noi", "--unit", "631", "--listen", "tcp://0.0.0.0:7464", "--parent",
                                f"tcp://192.0.2.1:7464 {key}", "--state", str(house.tree.folder / "state/moi"),
                                "--run", str(house.tree.folder / "run/moi"))
    expect("never as a parent", "'tcp://0.0.0.0" in result.err, False)
    expect_in("for those beneath", result.err, "--parent 'tcp://THIS-MACHINE:7464 ",
              "at the node above (tcp://192.0.2.1:7464)")
    house.as_another(house.tree.etc)
    if house.user is None:
        house.tree.etc.chmod(0o500)
    result = house.run(house.bin / "tonghop", "--etc", house.tree.etc, "--lang", "en", "init", "moi",
                       "--unit", "64")
    house.tree.etc.chmod(0o755)
    expect("exit status", result.status, 2)
    expect_in("no right to write", result.err, "Permission denied", "run this as root",
              str(house.tree.etc))


def little_room(house: House) -> None:
    """A disk with less room than reserve_mib keeps no daemon from starting, and is told before"""
    house.make()
    house.edit("[node]\n", "[node]\nreserve_mib = 1048576\n")
    for language, words in (("en", "note: store"), ("vi", "lưu ý: thư mục dữ liệu")):
        result = house.daemon("--check", "--lang", language)
        expect("exit status", result.status, 0)
        expect_in("the note", result.err, words, "1048576 (reserve_mib)")
        expect("one line", result.err.count("\n"), 1)


def who_may_not_look(house: House) -> None:
    """Whoever may not open the data is told so once, and who may; not to change its owner"""
    house.make()
    house.fill()
    held = shutil.copy(house.state / "data.mdb", house.runtime / "held")
    file = house.runtime / "copy"
    os.chmod(held, 0o644)
    house.as_another(house.state)
    for arguments in (["--verify"], ["--backup", file], ["--export", file],
                      ["--restore", held, "--replace"], ["--import", held, "--replace"]):
        result = house.daemon(*arguments)
        expect(f"{arguments[0]}: exit status", result.status, 1)
        expect(arguments[0], result.err,
               f"store {house.state}: cannot open the folder: Permission denied: run this as root or "
               "as its owner, the daemon's user\n")
    house.state.chmod(0o700)


def metrics_of_others(house: House) -> None:
    """Who may not ask the nodes is told so, once, beside tonghop_up 0"""
    house.make()
    start_as_it_is(house.node)
    (house.tree.etc / "beside.conf").write_text(house.node.config.read_text())
    house.as_another(house.runtime / "control")
    result = house.run(house.bin / "tonghop", "--etc", house.tree.etc, "--lang", "en", "metrics")
    (house.tree.etc / "beside.conf").unlink()
    expect("exit status", result.status, 0)
    expect_in("up", result.out, f'tonghop_up{{node="{house.node.name}",unit="64"}} 0')
    expect("told once", (result.err.count("this user may not ask the nodes"), result.err.count("\n")), (1, 1))
    house.node.stop()


STEPS = (mistakes_are_told, several_at_once, check_changes_nothing, hung_is_not_absent, state_elsewhere, what_is_held_for_a_moment,
         init_says_so, little_room, who_may_not_look, metrics_of_others)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, House(grown))
