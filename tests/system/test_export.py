"""Exports: all that a node holds, in a form that anybody reads, and back from it to the byte. What was
changed in one, or is not one, is refused with its line and place, and nothing is changed."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Optional

from harness import COMMAND_S, Node, Result, Tree
from peer import Keys, Peer, digest, pb
from scene import (IS_SANITIZED, ROOT, SAMPLE, exact, expect, expect_in, history, plant, play, rows,
                   settle, start_as_it_is, status, submit, table, total, totals, verify)

VISITS = "reception.visits"
PROVINCE, DISTRICT = 64, 631
PERIODS = ("2023", "2024-S1", "2024")
NOBODY = 65534
# The store with long reports, and what the programs may take of memory for it.
LONG_REVISIONS, LONG_NOTES, NOTE_BYTES = 150, 100, 1900
DATA_LIMIT_BYTES = 16 << 20


class House:
    """A province with a district, both with the sample's reports."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.folder = tree.folder / "exports"
        self.folder.mkdir()
        self.file = self.folder / "gia-lai.jsonl"
        for period in PERIODS:
            reports = SAMPLE / "reports" / period
            self._file(self.province, reports / "64.csv", period)
            self._file(self.province, reports / "64-districts.csv", period, "--scope", "whole")
            self._file(self.province, reports / "632.csv", period, "--unit", "id:632")
            self._file(self.province, reports / "632-communes.csv", period)
            self._file(self.district, reports / "631.csv", period)
            self._file(self.district, reports / "631-communes.csv", period)
        self.district.tonghop("amend", VISITS, "7", "--unit", "id:23860", "--period", "2024-S1",
                              "--reason", "gõ nhầm", "--accept-warnings", "đã rà soát")
        self.province.tonghop("enrol", str(DISTRICT), Keys.generate().public, "--role", "reader",
                              "--name", "phòng thống kê")
        settle(self.district, self.province)
        self.province.tonghop("close", "--period", "2024", "--edition", "estimate", "--incomplete",
                              "--reason", "số ước")
        self.twins = 0

    @staticmethod
    def _file(node: Node, file: Path, period: str, *arguments: str) -> None:
        node.tonghop("submit", str(file), "--period", period, "--accept-warnings", "đã rà soát",
                     *arguments)

    def state(self, node: Node) -> Path:
        return self.tree.folder / "state" / node.name

    def twin(self, unit: int, parent: Optional[Node] = None) -> Node:
        self.twins += 1
        return self.tree.init(f"twin-{self.twins}", unit, parent, listens=False)

    def leftovers(self) -> list[str]:
        return [str(path) for path in self.tree.folder.rglob("*.part-*")]


def lines_of(file: Path) -> list[dict]:
    return [json.loads(line) for line in file.read_bytes().decode().splitlines()]


def export(node: Node, file: Path, *arguments: str) -> dict[str, str]:
    return rows(node.tonghop("export", str(file), "--format", "csv", *arguments))[0]


def figures(node: Node) -> list:
    return [totals(node, period, "--by", "unit") for period in PERIODS] + \
           [totals(node, period) for period in PERIODS]


# ---- out and back ----


def holds_everything(house: House) -> None:
    """An export names what it has, is whole, and belongs to who made it"""
    made = export(house.province, house.file)
    lines = lines_of(house.file)
    expect("mode", house.file.stat().st_mode & 0o777, 0o600)
    kinds = [line["line"] for line in lines]
    expect("kinds, in order", list(dict.fromkeys(kinds)),
           ["export", "catalogue-bytes", "catalogue", "form", "indicator", "unit", "key", "report",
            "revision", "edition", "notice", "end"])
    expect("reports", (int(made["reports"]), lines[-1]["reports"]), (kinds.count("report"),) * 2)
    expect("lines before the last", lines[-1]["lines"], len(lines) - 1)
    data = house.file.read_bytes()
    before = data[:data.rstrip(b"\n").rindex(b"\n") + 1]
    expect("their digest", lines[-1]["digest"], hashlib.blake2b(before, digest_size=32).hexdigest())
    expect("that of the file", made["digest"], hashlib.blake2b(data, digest_size=32).hexdigest())
    amended = [line for line in lines if line["line"] == "revision" and line["unit"] == 23860
               and line["period"] == "2024-S1"]
    expect("every revision", [(line["revision"], line["counts"]) for line in amended],
           [(1, False), (2, True)])
    expect("its reason", amended[1]["reason"], "gõ nhầm")
    expect("keys", [line["name"] for line in lines if line["line"] == "key" and line["role"] == "reader"],
           ["phòng thống kê"])


def same_again(house: House) -> None:
    """Two exports of the same state are equal to the byte, also beside a daemon that answers"""
    again = house.folder / "again.jsonl"
    export(house.province, again)
    expect("equal", again.read_bytes() == house.file.read_bytes(), True)
    again.unlink()


def read_without_tonghop(house: House) -> None:
    """A script with the json module alone comes to the node's total"""
    for unit in (PROVINCE, DISTRICT, 632, 23860):
        figure = total(house.province, "2024-S1", VISITS, "--unit", f"id:{unit}")
        done = run([sys.executable, str(Path(__file__).with_name("read_export.py")), house.file,
                    unit, "2024-S1", VISITS])
        expect(f"unit {unit}\n{done.err}", done.out, f"{figure.value} of {figure.unit_count} reports\n")
    expect("there is something to add up", int(figure.value) > 0, True)


def back_to_the_byte(house: House) -> None:
    """Imported and exported again it is the same file; totals are the same; verify finds nothing"""
    twin = house.twin(PROVINCE)
    result = twin.tonghop("import", str(house.file), "--lang", "vi")
    expect_in("what to know", result.err, f"systemctl start tonghopd@{twin.name}", "tonghop keys")
    expect_in("which file it was", result.out,
              hashlib.blake2b(house.file.read_bytes(), digest_size=32).hexdigest())
    verify(twin)
    again = house.folder / "again.jsonl"
    export(twin, again)
    expect("equal", again.read_bytes() == house.file.read_bytes(), True)
    again.unlink()
    twin.start()
    expect("totals", figures(twin), figures(house.province))
    expect("history", history(twin, 23860, "2024-S1"), history(house.province, 23860, "2024-S1"))
    twin.stop()
    expect("leftovers", house.leftovers(), [])


def behaves_as_restored(house: House) -> None:
    """A node that was imported first fetches what the node above holds, and takes in nothing before"""
    district, old = house.district, house.folder / "old.jsonl"
    export(district, old)
    submit(district, "2022", table({VISITS: 3}))
    settle(district)
    district.stop()
    house.province.stop()
    result = district.tonghop("import", str(old), expect=2)
    expect_in("data is there", result.err, "--replace sets it aside")
    former = (house.state(district) / "data.mdb").read_bytes()
    result = district.tonghop("import", str(old), "--replace", "--lang", "en")
    aside = list(house.state(district).glob("data.mdb.before-restore-????????-??????"))
    expect("set aside", [path.read_bytes() == former for path in aside], [True])
    expect_in("named", result.out, str(aside[0]))
    start_as_it_is(district)
    expect("status says so", status(district)["restoring"], "yes")
    expect_in("no intake", submit(district, "2021", table({VISITS: 9}), expect=1).err, "refused (")
    house.province.start(is_awaited=False)
    settle(district, house.province)
    expect("what came after is fetched", total(district, "2022", VISITS), exact(3, 1))
    submit(district, "2021", table({VISITS: 9}))
    settle(district, house.province)
    verify(district, house.province)
    export(house.province, house.file, "--force")


# ---- hostile files ----


class Edit(NamedTuple):
    what: str
    kind: str  # of the line
    old: str
    new: str
    words: tuple[str, ...]


EDITS = [
    Edit("a figure", "revision", '"value":"', '"value":"9',
         ("cells[0].value", "figures are edited through 'tonghop amend', not here")),
    Edit("an author", "revision", '"author":"', '"author":"x', ('"author" is "x',)),
    Edit("what counts", "report", '"counting":1', '"counting":null', ('"counts" is true, where it has to be false',)),
    Edit("a name", "unit", '"name_vi":"', '"name_vi":"x', ("what the catalogue says is in its bytes",)),
    Edit("a role", "key", '"role":"node"', '"role":"admin"', ('"digest" is',)),
    Edit("blanks", "export", ":1,", ": 1, ", ("the same in another form",)),
    Edit("no JSON", "report", "{", "<", ("it is not JSON",)),
    Edit("deep", "key", '"name":"', '"name":' + "[" * 50 + '"', ("nested more than 8 deep",)),
    Edit("twice", "key", '"unit":', '"unit":1,"unit":', ("duplicate object key",)),
    Edit("another type", "revision", '"home":', '"home":null,"x":', ('"home" has to be a whole number',)),
    Edit("NUL", "revision", '"author":"', '"author":"\\u0000', ("it is not JSON",)),
    Edit("a newer form", "export", '"format":2', '"format":3', ("newer version of the program",)),
]


def edited(data: str, edit: Edit) -> tuple[str, int]:
    """The file with that edit in the first line that has it, and the line's number."""
    lines = data.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if line.startswith(f'{{"line":"{edit.kind}"') and edit.old in line:
            lines[index] = line.replace(edit.old, edit.new, 1)
            return "".join(lines), index + 1
    raise AssertionError(edit.what)


def edits_are_refused(house: House) -> None:
    """Whatever was edited in an export is named with line and place; nothing is changed or left"""
    twin = house.twin(PROVINCE)
    file = house.folder / "edited.jsonl"
    data = house.file.read_text(encoding="utf-8")
    for edit in EDITS:
        text, number = edited(data, edit)
        file.write_text(text, encoding="utf-8")
        result = twin.tonghop("import", str(file), "--lang", "en", expect=1)
        expect_in(edit.what, result.err, f"{file}:", *edit.words)
        if edit.what not in ("a role", "what counts"):  # which a later line shows
            expect_in(edit.what, result.err, f"{file}:{number}:")
        expect(f"{edit.what}: output", result.out, "")
        expect(f"{edit.what}: what is there", list(house.state(twin).iterdir()), [])
    file.write_bytes(house.file.read_bytes().replace("gõ nhầm".encode(), b"g\xff nh\xffm", 1))
    expect_in("no UTF-8", twin.tonghop("import", str(file), expect=1).err, "it is not UTF-8")
    file.write_text(data[:len(data) // 2], encoding="utf-8")
    expect_in("cut", twin.tonghop("import", str(file), expect=1).err, "in the middle of a line")
    file.write_text(data[:data.rstrip("\n").rindex("\n") + 1], encoding="utf-8")
    expect_in("its end is missing", twin.tonghop("import", str(file), expect=1).err, "it was cut")
    file.write_bytes(b" " * (9 << 20))
    expect_in("an endless line", twin.tonghop("import", str(file), expect=1).err, "it is not an export")
    expect("what is there", list(house.state(twin).iterdir()), [])
    expect("leftovers", house.leftovers(), [])
    file.unlink()


class Wrong(NamedTuple):
    what: str
    node: str
    arguments: tuple[str, ...]  # {F}: the folder of exports, {S}: the node's state folder
    status: int
    words: tuple[str, ...]


WRONG = [
    Wrong("no FILE", "gia-lai", ("export",), 2, ("FILE is missing",)),
    Wrong("FILE is there", "gia-lai", ("export", "{F}/gia-lai.jsonl"), 2, ("--force", "is there already")),
    Wrong("into itself", "gia-lai", ("export", "{S}/x"), 2, ("inside the state folder",
                                                           "outside the data folder")),
    Wrong("no folder", "gia-lai", ("export", "{F}/none/x"), 2, ("cannot open folder",)),
    Wrong("no data yet", "empty", ("export", "{F}/x"), 2, ("there is no store", "no data yet")),
    Wrong("a client", "to", ("export", "{F}/x"), 2, ("on the machine of the node",)),
    Wrong("--replace of export", "gia-lai", ("export", "{F}/x", "--replace"), 2, ("no option --replace",)),
    Wrong("running", "gia-lai", ("import", "{F}/gia-lai.jsonl", "--replace"), 1,
          ("systemctl stop tonghopd@gia-lai",)),
    Wrong("FILE missing", "empty", ("import", "{F}/none"), 2, ("cannot open", "there is no such file")),
    Wrong("FILE is a folder", "empty", ("import", "{F}"), 2, ("is not a file",)),
    Wrong("a backup", "empty", ("import", "{F}/backup.mdb"), 1, ("not as `tonghop export` wrote it",)),
    Wrong("nothing in it", "empty", ("import", "/dev/null"), 2, ("is not a file",)),
    Wrong("another unit's", "empty", ("import", "{F}/gia-lai.jsonl"), 1,
          ("data of unit 64, and this node is that of unit 632", "of another unit")),
    Wrong("an export restored", "empty", ("restore", "{F}/gia-lai.jsonl"), 1, ("is not a backup",)),
]


def wrong_uses_are_refused(house: House) -> None:
    """A wrong use says what is wrong, and changes and leaves nothing"""
    tree = house.tree
    house.province.tonghop("backup", str(house.folder / "backup.mdb"))
    tree.init("empty", 632, listens=False)
    tree.init_client("to", PROVINCE, house.province)
    before = sorted(house.folder.iterdir())
    for wrong in WRONG:
        arguments = [text.format(F=house.folder, S=tree.folder / "state" / wrong.node)
                     for text in wrong.arguments]
        result = tree.tonghop("--node", wrong.node, *arguments, "--lang", "en", expect=None)
        expect(f"{wrong.what}: status\n{result.err}", result.status, wrong.status)
        expect_in(wrong.what, result.err, *wrong.words)
        vietnamese = tree.tonghop("--node", wrong.node, *arguments, "--lang", "vi", expect=None)
        expect(f"{wrong.what}: status", vietnamese.status, wrong.status)
        expect(f"{wrong.what}: files", sorted(house.folder.iterdir()), before)
        expect(f"{wrong.what}: leftovers", house.leftovers(), [])
    verify(house.province)


# ---- size, and who may ----


def long_filing(key: pb.Key, number: int) -> bytes:
    """A report with so many notes that its filing is 190 KB."""
    notes = pb.Notes(notes=[pb.Note(text=f"{number}/{i} " + "ghi chú " * (NOTE_BYTES // 10))
                            for i in range(LONG_NOTES)]).SerializeToString()
    head = pb.ReportHeader(key=key, scope=pb.SCOPE_OWN, catalogue=1, author="x", based_on=number - 1,
                           parts=[pb.PartRef(type=pb.PART_TYPE_NOTES, size=len(notes),
                                             digest=digest(notes))])
    return pb.Filing(header=head.SerializeToString(), parts=[notes]).SerializeToString()


def memory_does_not_grow(house: House) -> None:
    """An export and an import of many times the memory that they may take go well"""
    keys = Keys.generate()
    house.province.tonghop("enrol", str(PROVINCE), keys.public, "--role", "reporter")
    with Peer(house.province.endpoint, house.province.public_key, keys) as peer:
        peer.hello()
        for number in range(1, LONG_REVISIONS + 1):
            peer.file(long_filing(pb.Key(kind=1, year=2019, label=1, unit=PROVINCE, form=1), number))
    file, again = house.folder / "long.jsonl", house.folder / "long-again.jsonl"
    twin = house.twin(PROVINCE)
    limit = [] if IS_SANITIZED else ["prlimit", f"--data={DATA_LIMIT_BYTES}"]
    for node, arguments in ((house.province, ("--export", file)), (twin, ("--import", file)),
                            (twin, ("--export", again))):
        done = run([*limit, house.tree.tonghopd, "--config", node.config, *arguments])
        expect(f"{arguments[0]}: status\n{done.err}", done.status, 0)
    expect("more than the memory", file.stat().st_size > 3 * LONG_REVISIONS * LONG_NOTES * NOTE_BYTES // 2,
           True)
    print(f"    {file.stat().st_size >> 20} MiB with at most {DATA_LIMIT_BYTES >> 20} MiB of data")
    expect("equal", again.read_bytes() == file.read_bytes(), True)
    file.unlink()
    again.unlink()


def run(command: list, **options: object) -> Result:
    done = subprocess.run([str(word) for word in command], capture_output=True, encoding="utf-8",
                          timeout=COMMAND_S, **options)
    return Result(done.returncode, done.stdout, done.stderr)


def document_is_true(house: House) -> None:
    """The lines in docs/EXPORT.md have the members that lines of an export have, in that order"""
    text = (ROOT / "docs/EXPORT.md").read_text(encoding="utf-8")
    shown = {}
    for block in text.split("```json\n")[1:]:
        for line in block.split("```")[0].splitlines():
            value = json.loads(line)
            shown[value["line"]] = list(value)
    real = {line["line"]: list(line) for line in lines_of(house.file)}
    for kind, members in real.items():
        expect(f"members of line {kind}", shown.get(kind), members)
        for member in members:
            expect_in(f"line {kind}", text, f"`{member}`")
    expect("and those that few nodes have", sorted(set(shown) - set(real)),
           ["kept-catalogue", "quarantined"])


def as_root(house: House) -> None:
    """Root exports as the owner of the state folder, and what it imports is the owner's"""
    twin = house.twin(PROVINCE)
    state = house.state(twin)
    house.tree.folder.chmod(0o755)  # the other user passes through it
    state.parent.chmod(0o755)
    state.mkdir(exist_ok=True, mode=0o700)
    os.chown(state, NOBODY, NOBODY)
    private = house.folder / "of-root"
    private.mkdir(mode=0o700)  # where the other user cannot come
    secret = private / "a.jsonl"
    shutil.copyfile(house.file, secret)
    secret.chmod(0o600)
    twin.tonghop("import", str(secret))
    verify(twin)
    owners = {(path.stat().st_uid, path.stat().st_mode & 0o777) for path in state.iterdir()}
    expect("owners", owners, {(NOBODY, 0o600)})
    export(twin, private / "b.jsonl")
    expect("equal", (private / "b.jsonl").read_bytes() == secret.read_bytes(), True)
    expect("root's", (private / "b.jsonl").stat().st_uid, 0)
    (state / "data.mdb").unlink()
    (state / "data.mdb").symlink_to(secret)
    expect_in("a link as data", twin.tonghop("export", str(private / "c"), expect=1).err,
              "cannot open data.mdb")


STEPS = (holds_everything, same_again, read_without_tonghop, back_to_the_byte, behaves_as_restored,
         edits_are_refused, wrong_uses_are_refused, memory_does_not_grow, document_is_true)

if __name__ == "__main__":
    with Tree() as grown:
        house_of_all = House(grown)
        play(STEPS, house_of_all)
        if os.geteuid() == 0:
            play((as_root,), house_of_all)
        else:
            print("not applicable without root: giving a folder to another user")
