"""The pages of docs/OPERATING.md about another machine, a burnt disk and another level, walked: each
command of a page is run as it stands there, on the machine that the page says. What was acknowledged
before is there afterwards, and verify finds nothing.

Not the page's, but the harness's: systemctl starts, reloads and stops daemons here; two machines are two
folders of configurations; and a daemon's address is one of this machine."""

import os
import re
import shlex
import shutil
import signal
from pathlib import Path
from typing import NamedTuple, Optional

from harness import Node, Tree, eventually
from scene import (LOOKED_AT, ROOT, client, exact, expect, expect_in, outcomes, plant, play, settle,
                   start_as_it_is, submit, table, total, unit_table)

VISITS = "reception.visits"
PROVINCE, DISTRICT, COMMUNE = 64, 631, 23857
PAGES = (ROOT / "docs/OPERATING.md").read_text(encoding="utf-8")


class Block(NamedTuple):
    kind: str  # "": commands, or ini
    lines: list[str]


def blocks_of(heading: str) -> list[Block]:
    """The code blocks beneath a heading, or beneath a paragraph that begins with it in bold letters, up
    to the next one of its sort."""
    begin = re.search(rf"^(##+ |\*\*){re.escape(heading)}", PAGES, re.MULTILINE)
    assert begin is not None, heading
    blocks, is_code = [], False
    for line in PAGES[begin.end():].splitlines()[1:]:
        if line.startswith("```"):
            is_code = not is_code
            if is_code:
                blocks.append(Block(line[3:], []))
        elif is_code:
            blocks[-1].lines.append(line)
        elif line.startswith("##") or (begin[1] == "**" and line.startswith("**")):
            break
    return blocks


class Machine:
    """Where /etc/tonghop and /root are, and the daemons."""

    def __init__(self, tree: Tree, name: str) -> None:
        self.tree = tree
        self.root = tree.folder / f"root-{name}"
        self.root.mkdir(exist_ok=True)

    def path(self, text: str) -> str:
        return text.replace("/etc/tonghop", str(self.tree.etc)).replace("/root", str(self.root))

    def node(self, name: str) -> Node:
        return next(node for node in self.tree.nodes if node.name == name)


class Walk:
    """One page, on the machines that it names. `words` are what it calls by another name: keys, addresses."""

    def __init__(self, machines: dict[str, Machine], words: dict[str, str]) -> None:
        self.machines, self.words = machines, words
        self.at: Optional[Machine] = None
        self.commands = 0

    def page(self, heading: str) -> None:
        blocks = blocks_of(heading)
        for block in blocks:
            if block.kind == "ini":
                self._configure(block.lines)
                continue
            for line in block.lines:
                self._line(line)
        print(f"    {heading}: {self.commands} commands")
        expect(f"{heading}: there is something to walk", self.commands > 3, True)

    def said(self, text: str) -> str:
        for word in sorted(self.words, key=len, reverse=True):
            text = text.replace(word, self.words[word])
        return text

    def _line(self, line: str) -> None:
        if line.startswith("# on "):
            name = line.removeprefix("# on ").removeprefix("the ").removesuffix(" machine")
            name = name.removesuffix("'s")
            self.at = self.machines[name]
            return
        assert self.at is not None, line
        self.commands += 1
        program, *arguments = shlex.split(self.said(line))
        getattr(self, f"_run_{program}")([self.at.path(argument) for argument in arguments])

    def _run_systemctl(self, arguments: list[str]) -> None:
        verb, unit = arguments[0], arguments[-1]
        if unit.endswith(".timer"):  # those are systemd's alone: tests/container walks them
            return
        node = self.at.node(unit.removeprefix("tonghopd@"))
        if verb == "reload":
            os.kill(node.pid, signal.SIGHUP)
        if verb in ("stop", "disable", "restart") and (node.is_running or verb == "restart"):
            node.stop()
        if verb in ("start", "enable", "restart"):
            start_as_it_is(node)  # as READY=1 tells systemd

    def _run_tonghop(self, arguments: list[str]) -> None:
        if arguments[0] == "init":
            self._init(arguments)
            return
        result = self.at.tree.tonghop(*arguments)
        if "verify" in arguments:
            expect_in(shlex.join(arguments), result.out, " 0 differences")

    def _init(self, arguments: list[str]) -> None:
        """As the page has it, but in folders of the test; and the line that the page gives next."""
        tree, name = self.at.tree, arguments[1]
        state, run = tree.folder / "state" / name, tree.folder / "run" / name
        line = tree.tonghop(*arguments, "--state", str(state), "--run", str(run)).out.strip()
        listen = arguments[arguments.index("--listen") + 1]
        parent = self.machines["gia-lai"].node("gia-lai")
        node = Node(tree, name, int(arguments[arguments.index("--unit") + 1]), parent, listen)
        tree.nodes.append(node)
        self.words[f"KEY-OF-{name.upper()}"] = node.public_key
        page = next(line for block in blocks_of("Adding a level") for line in block.lines
                    if "enrol 631" in line)
        expect("what init prints is what the page says", line.removeprefix("tonghop "),
               self.said(page).removeprefix("tonghop --node gia-lai "))

    def _run_scp(self, arguments: list[str]) -> None:
        *files, target = arguments
        there = self.machines[target.partition(":")[0].removesuffix(".example").removesuffix("-machine")]
        for file in files:
            shutil.copy(file, there.root)

    def _run_install(self, arguments: list[str]) -> None:
        option, mode, *files, target = arguments
        expect("option of install", option, "-m")
        for file in files:
            copy = Path(shutil.copy(file, target))
            copy.chmod(int(mode, 8))
            if copy.suffix == ".conf":  # every machine has its own /var/lib/tonghop and /run/tonghop
                old = next(m for m in self.machines.values() if m.tree is not self.at.tree)
                copy.write_text(copy.read_text().replace(str(old.tree.folder), str(self.at.tree.folder)))
                (self.at.tree.folder / "run" / copy.stem).mkdir(exist_ok=True)  # RuntimeDirectory=

    def _run_mv(self, arguments: list[str]) -> None:
        Path(arguments[0]).rename(arguments[1])

    def _run_rm(self, arguments: list[str]) -> None:
        Path(arguments[0]).unlink()

    def _configure(self, lines: list[str]) -> None:
        """The section in the file that the first line names becomes what the page says."""
        name = lines[0].removeprefix("# /etc/tonghop/").removesuffix(".conf")
        file = next(machine.node(name).config for machine in self.machines.values()
                    if any(node.name == name for node in machine.tree.nodes))
        text = file.read_text()
        begin = text.index(lines[1] + "\n")
        end = text.find("\n[", begin)
        section = self.said("\n".join(lines[1:]) + "\n")
        file.write_text(text[:begin] + section + (text[end:] if end >= 0 else ""))


class House:
    """A province, a district under it, and a commune under that; and what has been acknowledged."""

    def __init__(self, tree: Tree, other: Tree) -> None:
        self.tree, self.other = tree, other
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.commune = tree.add("chu-ty", COMMUNE, self.district)
        self.machines = {name: Machine(tree, name) for name in ("gia-lai", "duc-co", "chu-ty")}
        self.filed: dict[tuple[int, str], int] = {}
        self.old_key = ""  # of the district's node
        self.years = iter(range(1930, 2010))

    def walk(self, heading: str) -> None:
        keys = {f"KEY-OF-{node.name.upper()}": node.public_key
                for node in (self.province, self.district, self.commune) if node.config.exists()}
        Walk(self.machines, keys | {
            "OLD-KEY-OF-DUC-CO": self.old_key,
            "tcp://gia-lai.example:7464": self.province.endpoint,
            "tcp://duc-co.example:7464": self.district.endpoint,
            "tcp://0.0.0.0:7464": self.district.endpoint,
            "/mnt/backup": str(self.tree.folder),
        }).page(heading)

    def file(self, node: Node, unit: int) -> None:
        """A report that is acknowledged, of a year of its own."""
        period, value = f"{next(self.years)}-S1", len(self.filed) + 1
        result = submit(node, period, unit_table({unit: {VISITS: value}}))
        expect("filed", [row[2] for row in outcomes(result)], ["accepted"])
        self.filed[unit, period] = value

    def file_all(self) -> None:
        self.file(self.province, 632)
        self.file(self.district, DISTRICT)
        self.file(self.district, 23860)
        self.file(self.commune, COMMUNE)

    def expect_all(self) -> None:
        """Every report that was acknowledged, at each node that holds its unit."""
        running = [node for node in (self.commune, self.district, self.province) if node.is_running]
        settle(*running)
        for (unit, period), value in self.filed.items():
            for node in running:
                if node is self.province or (node is self.district and unit != 632) or unit == node.unit:
                    found = total(node, period, VISITS, "--unit", f"id:{unit}")
                    expect(f"{unit} {period} at {node.name}", found, exact(value, 1))


def to_another_machine(house: House) -> None:
    """Moving a node to another machine: it goes on there, and cannot start on the old one"""
    house.file_all()
    old, there = house.district, house.other
    twin = Node(there, "duc-co", DISTRICT, house.province, old.endpoint)
    there.nodes.append(twin)
    house.machines |= {"old": house.machines["duc-co"], "new": Machine(there, "duc-co")}
    house.walk("Moving a node to another machine")
    house.machines["duc-co"], house.district = house.machines["new"], twin
    house.commune.wait()
    house.file_all()
    house.expect_all()
    old.start(is_awaited=False)
    eventually(lambda: not old.is_running, "the old one ends")
    expect("without its key it does not start", old.exit_status, 1)
    house.tree.nodes.remove(old)


def burn(node: Node) -> None:
    """All that was on the disk with the store."""
    node.kill()
    for path in (node.tree.folder / "state" / node.name).iterdir():
        path.unlink()


def burnt_with_a_backup(house: House) -> None:
    """Replacing a burnt disk, with a backup and a node above: what came after the backup is fetched"""
    house.district.tonghop("backup", str(house.tree.folder / "duc-co.mdb"))
    house.file_all()
    house.expect_all()
    burn(house.district)
    house.walk("With a backup.")
    house.file_all()
    house.expect_all()


def burnt_without_a_backup(house: House) -> None:
    """Replacing a burnt disk, without a backup: the node above has it all"""
    house.file_all()
    house.expect_all()
    burn(house.district)
    house.walk("Without a backup, with a node above.")
    house.file_all()
    house.expect_all()


def burnt_root(house: House) -> None:
    """Replacing the root's burnt disk, without a backup: those beneath have all but what was its own"""
    house.file_all()
    house.expect_all()
    burn(house.province)
    house.walk("The root, without a backup.")
    lost = [key for key in house.filed if key[0] == 632]
    expect("only what was filed at the root is lost", len(lost) > 0, True)
    for key in lost:
        del house.filed[key]
    house.file_all()
    house.expect_all()


def forget(house: House) -> None:
    """The district's machine has nothing left of it."""
    for name in ("duc-co.conf", "duc-co.key", "duc-co.pub"):
        (house.other.etc / name).unlink()
    shutil.rmtree(house.other.folder / "state/duc-co")
    house.other.nodes.remove(house.district)


def burnt_with_its_key(house: House) -> None:
    """Replacing a burnt disk that had the only copy of the key: a node with another one has it all"""
    house.file_all()
    house.expect_all()
    house.district.kill()
    house.old_key = house.district.public_key
    forget(house)
    house.walk("The key is lost, too.")
    house.district = house.machines["duc-co"].node("duc-co")
    house.file_all()
    house.expect_all()


def level_is_removed(house: House) -> None:
    """Removing a level: the commune reports to the province, which is the home of the district's unit"""
    house.file_all()
    house.expect_all()
    house.walk("Removing a level")
    expect("the district's node has ended", house.district.is_running, False)
    house.file(house.province, DISTRICT)
    house.file(house.province, 23860)
    house.file(house.commune, COMMUNE)
    house.expect_all()


def level_is_added(house: House) -> None:
    """Adding a level: the district's new node has what was filed before, and the commune is beneath it"""
    reporter = client(house.tree, "to-gia-lai", 23860, house.province)
    submit(reporter, "2020-S1", table({VISITS: 77}))
    house.filed[23860, "2020-S1"] = 77
    forget(house)
    house.walk("Adding a level")
    house.district = house.machines["duc-co"].node("duc-co")
    house.file_all()
    house.expect_all()
    refused = submit(reporter, "2021-S1", table({VISITS: 78}), expect=1)
    expect_in("the reporter is told where to go", refused.err, "not-home", str(DISTRICT))
    house.district.tonghop("enrol", "23860", reporter.public_key, "--role", "reporter")
    text = reporter.config.read_text()
    reporter.config.write_text(text.replace(house.province.endpoint, house.district.endpoint)
                               .replace(house.province.public_key, house.district.public_key))
    submit(reporter, "2021-S1", table({VISITS: 78}))
    house.filed[23860, "2021-S1"] = 78
    submit(reporter, "2020-S1", table({VISITS: 79}), *LOOKED_AT)
    house.filed[23860, "2020-S1"] = 79
    house.expect_all()


STEPS = (to_another_machine, burnt_with_a_backup, burnt_without_a_backup, burnt_root, burnt_with_its_key,
         level_is_removed, level_is_added)

if __name__ == "__main__":
    with Tree() as grown, Tree() as elsewhere:
        house_of_all = House(grown, elsewhere)
        play(STEPS, house_of_all)
        for at_last in (house_of_all.commune, house_of_all.district, house_of_all.province):
            expect_in(at_last.name, at_last.tonghop("verify").out, " 0 differences")
