"""Looking after a node by timers: what verify and backup leave for `status`, and a folder of backups
that does not grow for ever."""

import os
import re
import time
from pathlib import Path

from harness import Node, Tree
from scene import exact, expect, expect_in, plant, play, rows, submit, table, total, verify

VISITS = "reception.visits"
NOBODY = 65534


class House:
    """A root with a report, and a folder for backups."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.node = plant(tree)
        self.state = tree.folder / "state" / self.node.name
        self.folder = tree.folder / "backups"
        self.folder.mkdir()
        submit(self.node, "2024-S1", table({VISITS: 5}))

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())

    def twin(self, name: str) -> Node:
        return self.tree.init(name, self.node.unit, listens=False)


def record(folder: Path, name: str) -> dict[str, str]:
    """The lines of a care record."""
    return dict(line.split(" ", 1) for line in (folder / name).read_text().splitlines())


def expect_now(what: str, record_of: dict[str, str], begin: float) -> None:
    moment = int(record_of["time"]) / 1e6
    expect(f"{what}: the time is now", begin - 1 <= moment <= time.time() + 1, True)


def records_say_how_it_ended(house: House) -> None:
    """verify and backup write when they ran and what they found"""
    begin = time.time()
    expect("before", (house.state / "last-verify").exists(), False)
    verify(house.node)
    line = house.node.tonghop("verify", "--lang", "en").out
    expect("one and many", re.fullmatch(r"1 report, [0-9]+ accumulated figures?, 0 differences\n", line) is not None,
           True)
    expect_in("in Vietnamese", house.node.tonghop("verify", "--lang", "vi").out, "1 báo cáo, ", " 0 sai khác")
    found = record(house.state, "last-verify")
    expect("verify", (found["result"], found["reports"]), ("ok", "1"))
    expect("the last good one", found["good"], found["time"])
    expect_now("verify", found, begin)
    house.node.tonghop("backup", str(house.folder / "a.mdb"))
    found = record(house.state, "last-backup")
    expect("backup", (found["result"], found["reports"]), ("ok", "1"))
    expect_now("backup", found, begin)


def failures_are_recorded(house: House) -> None:
    """So is what could not be done, beside when it last could; a mistake in the call is none of it"""
    good = record(house.state, "last-backup")["good"]
    house.node.tonghop("backup", str(house.folder / "a.mdb"), expect=2)
    expect("the file was there already", record(house.state, "last-backup")["result"], "ok")
    house.node.tonghop("backup", str(house.folder / "gone/a.mdb"), expect=2)
    found = record(house.state, "last-backup")
    expect("a backup without its folder", (found["result"], found["error"], found["good"]),
           ("failed", "not-found", good))
    begin = time.monotonic()
    result = house.node.tonghop("status", "--wait", "30", "--lang", "en", expect=1)
    expect_in("what waiting does not end", result.err, "the last backup failed (not-found)",
              "run 'tonghop backup FILE' again", f"the journal of tonghop-backup@{house.node.name} ")
    expect("is not waited for", time.monotonic() - begin < 15, True)
    house.node.tonghop("backup", str(house.folder / "b.mdb"))
    expect("and again well", record(house.state, "last-backup")["result"], "ok")
    twin = house.twin("broken")
    state = house.tree.folder / "state" / twin.name
    twin.tonghop("restore", str(house.folder / "a.mdb"))
    size = (state / "data.mdb").stat().st_size
    with (state / "data.mdb").open("r+b") as file:
        file.seek(8192)
        file.write(bytes(size - 8192))
    for command, name in ((("verify",), "last-verify"),
                          (("backup", str(house.folder / "c.mdb")), "last-backup")):
        twin.tonghop(*command, expect=1)
        found = record(state, name)
        expect(name, (found["result"], found["error"]), ("failed", "corrupt"))
        expect("when one last went well", "good" in found, name == "last-verify")  # at the restore


def what_takes_its_place_is_verified(house: House) -> None:
    """restore and import verify what they put in place: what was said of the data before is past. A restore
    that fails changes nothing, and nothing of what is said"""
    twin = house.twin("renewed")
    state = house.tree.folder / "state" / twin.name
    house.node.tonghop("export", str(house.folder / "a.jsonl"))
    for command, file in (("restore", "a.mdb"), ("import", "a.jsonl")):
        state.mkdir(exist_ok=True)
        (state / "last-verify").write_text("time 1\nresult failed\nerror corrupt\n")
        twin.tonghop(command, str(house.folder / "gone"), "--replace", expect=None)
        expect(f"{command} of nothing", record(state, "last-verify")["result"], "failed")
        begin = time.time()
        twin.tonghop(command, str(house.folder / file), "--replace")
        found = record(state, "last-verify")
        expect(command, (found["result"], found["reports"]), ("ok", "1"))
        expect_now(command, found, begin)


def records_that_cannot_be_written(house: House) -> None:
    """A record that cannot be written is a warning, and changes nothing about the outcome"""
    (house.state / "last-verify").unlink()
    (house.state / "last-verify").mkdir()
    result = house.node.tonghop("verify", "--lang", "en")
    expect_in("the result", result.out, " 0 differences")
    expect_in("the warning", result.err, "cannot write", "last-verify")
    (house.state / "last-verify").rmdir()
    nowhere = house.twin("nowhere")
    state = house.tree.folder / "state/nowhere"
    nowhere.tonghop("verify", expect=1)
    expect("without data", record(state, "last-verify")["error"], "not-found")
    (state / "last-verify").unlink()
    state.rmdir()
    nowhere.tonghop("verify", expect=1)
    expect("no folder is made", state.exists(), False)


def folder_of_backups(house: House) -> None:
    """--dir names the file by node and time; --keep removes the oldest of those, and only those"""
    for path in house.folder.iterdir():
        path.unlink()
    old = [f"gia-lai-2020010{day}-000000.mdb" for day in range(1, 6)]
    others = ["gia-lai.mdb", "gia-lai-2-20200101-000000.mdb", "duc-co-20200101-000000.mdb",
              "gia-lai-20200101-000000.mdb.part-abcdef", "note.txt"]
    for name in old + others:
        (house.folder / name).write_text(name)
    (house.folder / "gia-lai-20190101-000000.mdb").symlink_to("note.txt")
    result = house.node.tonghop("backup", "--dir", str(house.folder), "--lang", "en", "--format", "csv")
    made = Path(rows(result)[0]["file"])
    expect("its name", re.fullmatch(r"gia-lai-\d{8}-\d{6}\.mdb", made.name) is not None, True)
    expect("nothing is removed", set(house.names()) >= set(old + others), True)
    made.unlink()
    result = house.node.tonghop("backup", "--dir", str(house.folder), "--keep", "3", "--lang", "en",
                                "--format", "csv")
    made = Path(rows(result)[0]["file"])
    expect("what is left", house.names(),
           sorted([*old[3:], *others, made.name, "gia-lai-20190101-000000.mdb"]))
    for name in old[:3]:
        expect_in("what was removed is named", result.err, f"removed the old backup {house.folder}/{name}")
    twin = house.twin("from-folder")
    twin.tonghop("restore", str(made))
    twin.start(is_awaited=False)
    twin.wait()
    expect("it is a backup", total(twin, "2024-S1", VISITS), exact(5, 1))
    twin.stop()


def clock_was_set_back(house: House) -> None:
    """The backup just made is never the one that goes, not even when it looks the oldest"""
    for path in house.folder.iterdir():
        path.unlink()
    later = [f"gia-lai-2999010{day}-000000.mdb" for day in (1, 2)]
    for name in later:
        (house.folder / name).write_text(name)
    result = house.node.tonghop("backup", "--dir", str(house.folder), "--keep", "1", "--format", "csv")
    expect("only it is left", house.names(), [Path(rows(result)[0]["file"]).name])


def wrong_calls(house: House) -> None:
    """Wrong calls of backup are told, and remove and make nothing"""
    before = house.names()
    folder = str(house.folder)
    for arguments, words in (
            (("--keep", "3"), "name FILE, or a folder"),
            ((folder + "/a.mdb", "--keep", "3"), "--keep goes with --dir"),
            ((folder + "/a.mdb", "--dir", folder), "one of them"),
            (("--dir", folder, "--force"), "--keep goes with --dir"),
            (("--dir", folder, "--keep", "0"), "whole number from 1"),
            (("--dir", folder, "--keep", "1.5"), "whole number from 1"),
            (("--dir", folder, "--keep", "-1"), "whole number from 1"),
            (("--dir", folder + "/gone"), "until a backup succeeds"),
            (("--dir", str(house.state)), "outside the data folder")):
        result = house.node.tonghop("backup", *arguments, "--lang", "en", expect=2)
        expect_in(str(arguments), result.err, words)
        house.node.tonghop("backup", *arguments, "--lang", "vi", expect=2)
        expect("the folder", house.names(), before)


def records_as_root(house: House) -> None:
    """Root leaves the records to the owner of the state folder, and follows none of their links; in
    another folder of that owner, who could move there what root makes, it works as he"""
    twin = house.twin("of-nobody")
    state = house.tree.folder / "state" / twin.name
    house.tree.folder.chmod(0o755)  # the other user passes through it
    state.parent.chmod(0o755)
    state.mkdir(exist_ok=True, mode=0o700)
    os.chown(state, NOBODY, NOBODY)
    backup = house.folder / house.names()[0]
    victim = house.folder / "victim"
    victim.write_text("of root")

    def plant_links() -> None:
        for name in ("last-verify", "last-verify.new", "last-backup"):
            (state / name).unlink(missing_ok=True)
            (state / name).symlink_to(victim)

    plant_links()
    twin.tonghop("restore", str(backup))
    expect("of the owner", (state / "last-verify").lstat().st_uid, NOBODY)
    plant_links()
    verify(twin)
    twin.tonghop("backup", str(house.folder / "roots.mdb"))
    for name in ("last-verify", "last-backup"):
        info = (state / name).lstat()
        expect(name, (info.st_uid, oct(info.st_mode)), (NOBODY, oct(0o100600)))
        expect(name, record(state, name)["result"], "ok")
    expect("of root", victim.read_text(), "of root")
    place = house.tree.folder / "of-the-node"
    place.mkdir(mode=0o700)
    os.chown(place, NOBODY, NOBODY)
    twin.tonghop("backup", "--dir", str(place))
    twin.tonghop("export", str(place / "all.jsonl"))
    expect("made by the daemon's user", [(file.suffix, file.stat().st_uid) for file in sorted(place.iterdir())],
           [(".jsonl", NOBODY), (".mdb", NOBODY)])


STEPS = (records_say_how_it_ended, failures_are_recorded, what_takes_its_place_is_verified,
         records_that_cannot_be_written, folder_of_backups, clock_was_set_back, wrong_calls)

if __name__ == "__main__":
    with Tree() as grown:
        house_of_all = House(grown)
        play(STEPS, house_of_all)
        if os.geteuid() == 0:
            play((records_as_root,), house_of_all)
        else:
            print("not applicable without root: giving a folder to another user")
