"""The pages of the campaign say what the program says: each command of docs/CAMPAIGN-*.md is run, in
order, against real daemons, and what it prints is compared with the page, line by line.

A heading that begins with a day (`## 15 June: ...`) sets the clock. `$ t NODE ...` is a command on the
page (` | tee FILE` keeps what it prints), `<!-- $ t NODE ... -->` one that others run meanwhile. With --write the pages are written anew."""

import re
import shlex
import sys
import time
from pathlib import Path
from typing import Optional

from harness import Failure, Tree, eventually
from scene import plant
from year import EAST, PROVINCE, WEST, Clock, write_catalogue

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("COMMUNE", "DISTRICT", "PROVINCE")
MONTHS = {"June": 6, "July": 7}
DAY = re.compile(r"## (\d+) (\w+)")
COMMAND = re.compile(r"(?:<!-- )?\$ t (\S+) (.*?)(?: -->)?$")
READING = ("inbox", "history", "coverage", "totals", "editions", "status", "watch",
           "receipt")  # may be asked again
FILES = {
    "bao-cao.csv": {"visits": 30, "models": 3},
    "sua.csv": {"visits": 15, "models": 3},
    "quy.csv": {"fund": 500},
}


class Scene:
    """A province, two districts, and one commune with a node of its own."""

    def __init__(self, tree: Tree) -> None:
        self.clock = Clock(tree)
        self.clock.set(6, 10)
        for name, cells in FILES.items():
            (tree.folder / name).write_text("indicator,value\n" + "".join(
                f"{code},{value}\n" for code, value in cells.items()))
        self.folder = tree.folder
        province = plant(tree, "tinh", PROVINCE, write_catalogue(tree.folder / "catalogue"))
        self.clock.nodes.append(province)
        self.nodes = {"tinh": province}
        for name, unit, parent in (("dong", EAST, "tinh"), ("tay", WEST, "tinh"),
                                   ("xa-103", 103, "dong")):
            node = tree.add(name, unit, self.nodes[parent])
            self.clock.nodes.append(node)
            self.nodes[name] = node

    def run(self, line: str, expect: Optional[int] = None) -> list[str]:
        """What a person sees who types it, standard output first."""
        found = COMMAND.match(line)
        if found is None:
            raise Failure(f"not a command of a page: {line}")
        words, kept = shlex.split(found[2]), None
        if words[-3:-1] == ["|", "tee"]:
            words, kept = words[:-3], self.folder / words[-1]
        words = [str(self.folder / word) if (self.folder / word).is_file() else word
                 for word in words]
        language = () if "--lang" in words else ("--lang", "en")
        result = self.nodes[found[1]].tonghop(*words, *language, expect=expect)
        if kept is not None:
            kept.write_text(result.out, encoding="utf-8")
        text = (result.out + result.err).replace(f"{self.folder}/", "").rstrip()
        # Whoever runs the test is Hoa.
        text = re.sub(r"\b[a-z_][a-z0-9_-]* \(uid \d+\)", "hoa (uid 1000)", text)
        return [part.rstrip() for part in text.splitlines()]

    def rest(self) -> None:
        for name in ("xa-103", "dong", "tay", "tinh"):
            self.nodes[name].wait()


def same(lines: list[str]) -> list[str]:
    """Without what differs from one run to the next: minutes, ports, digests, room on the disk, how far
    up a report is held by now, and blanks, as widths of columns depend on such."""
    text = "\n".join(lines).rstrip()
    for pattern, instead in ((r"(?<=[ T])09:\d\d(:\d\d)?", "09:MM"), (r"\d+ (second|minute)s? ago", "ago"),
                             (r"127\.0\.0\.1:\d+", "127.0.0.1"), (r"\b[0-9a-f]{16}\b|\b[0-9a-f]{64}\b", "DIGEST"),
                             (r"\d+ MiB", "MiB"), (r"tonghopd \d\S*", "tonghopd"), ("[ ]+", " "),
                             (r"(?:yes|no) (?=2024)", "SAFE "),
                             ("; Held at: (?:East District|Thu Province)", "")):
        text = re.sub(pattern, instead, text)
    return [line.strip() for line in text.splitlines()]


def alike(left: list[str], right: list[str]) -> bool:
    return same(left) == same(right)


class Page:
    def __init__(self, path: Path, scene: Scene, is_written: bool) -> None:
        self.path, self.scene, self.is_written = path, scene, is_written
        self.written: list[str] = []
        self.count = 0

    def play(self) -> None:
        lines = self.path.read_text(encoding="utf-8").splitlines()
        is_block, at = False, 0
        while at < len(lines):
            line = lines[at]
            at += 1
            self.written.append(line)
            if line.startswith("```"):
                is_block = not is_block
            elif line.startswith("<!-- $ "):
                self.scene.run(line, expect=0)
                self.scene.rest()
            elif DAY.match(line):
                day, month = DAY.match(line).groups()
                self.scene.clock.set(MONTHS[month], int(day))
                self.scene.rest()
            elif is_block and line.startswith("$ "):
                end = at
                while not lines[end].startswith(("```", "$ ")):
                    end += 1
                if self.is_written and not self.written[-2].startswith("```") and self.written[-2]:
                    self.written.insert(-1, "")
                self.command(line, lines[at:end])
                at = end
        if self.is_written:
            self.path.write_text("\n".join(self.written) + "\n", encoding="utf-8")
        elif self.count == 0:
            raise Failure(f"{self.path.name} has no command")

    def command(self, line: str, wanted: list[str]) -> None:
        self.count += 1
        if self.is_written:
            time.sleep(2)  # what was said above has come down
        said = self.scene.run(line)
        name = COMMAND.match(line)[2].split()[0]
        if self.is_written:
            self.written += said
        else:
            if name in READING and not alike(said, wanted):
                try:
                    eventually(lambda: alike(self.scene.run(line), wanted), line)
                    said = wanted
                except Failure:
                    said = self.scene.run(line)
            if not alike(said, wanted):
                raise Failure("\n".join([f"{self.path.name}: {line}", "-- the page:", *wanted,
                                         "-- the program:", *said]))
        if name not in READING:
            self.scene.rest()


def main() -> None:
    is_written = "--write" in sys.argv
    for name in PAGES:
        with Tree() as tree:
            page = Page(DOCS / f"CAMPAIGN-{name}.md", Scene(tree), is_written)
            page.play()
            print(f"ok  {page.path.name}: {page.count} commands", flush=True)


if __name__ == "__main__":
    main()
