"""libtonghop as others have it: what is installed, and nothing else, builds and runs the examples,
against real daemons over TCP with CURVE and over the local socket."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from harness import Node, Result, Tree, eventually
from scene import ROOT, client, coverage, exact, expect, expect_in, plant, play, settle, total

DISTRICT, COMMUNE = 631, 23860
PERIOD = "2024-S1"
LIBRARY = "libtonghop.so.0"

# Beyond what the linker puts there: read by a log line, which is written when memory has run out, and
# set by the daemon alone. Handles are independent because there is nothing else that they could share.
WRITABLE = {"log_state"}


# A program that keeps its keys itself, made of parts of the example. It also looks at the threads that
# came with the handle: a signal for the program must not land in one of them.
OWN_KEYS = """
import os
import sys
from pathlib import Path
from read_totals import *

endpoint, server_key, secret_key, period = (word.encode() for word in sys.argv[1:])
options = Options(size=sizeof(Options), endpoint=endpoint, server_key=server_key, secret_key=secret_key,
                  timeout_ms=10000, language=1)
node = call("tonghop_open", byref(options))
print_totals(node, Key(period=period), ["reception.visits"])
try:
    print_totals(node, Key(period=period), ["no.such"])
except Refused as refused:
    print(refused)
own = str(os.getpid())
for task in Path("/proc/self/task").iterdir():
    lines = dict(line.split(":\\t") for line in (task / "status").read_text().splitlines())
    if task.name != own:
        print("blocked", f"{int(lines['SigBlk'], 16) | 1 << 8 | 1 << 18 | 3 << 31:x}")
LIBRARY.tonghop_close(node)
"""


class Installed(NamedTuple):
    """A tree that `cmake --install` made."""

    prefix: Path
    libraries: Path
    environment: dict[str, str]

    def run(self, *command: object, expected: int = 0) -> Result:
        done = subprocess.run([str(word) for word in command], capture_output=True, encoding="utf-8",
                              env=self.environment, timeout=120, cwd=self.prefix)
        if done.returncode != expected:
            raise AssertionError(f"exit status {done.returncode}, not {expected}: {command}\n"
                                 f"{done.stdout}{done.stderr}")
        return Result(done.returncode, done.stdout, done.stderr)

    @property
    def examples(self) -> Path:
        return self.prefix / "share/doc/libtonghop-dev/examples"

    @property
    def library(self) -> Path:
        return self.libraries / LIBRARY


def install(folder: Path) -> Installed:
    prefix = folder / "prefix"
    subprocess.run(["cmake", "--install", os.environ["TONGHOP_BUILD"], "--prefix", str(prefix)], check=True,
                   stdout=subprocess.DEVNULL)
    pkgconfig, = prefix.rglob("pkgconfig")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TONGHOP")}
    return Installed(prefix, pkgconfig.parent, environment | {
        "PKG_CONFIG_PATH": str(pkgconfig), "LD_LIBRARY_PATH": str(pkgconfig.parent)})


class Stage:
    """A district whose commune has software of its own, made of the examples."""

    def __init__(self, tree: Tree) -> None:
        self.installed = install(tree.folder)
        self.program = tree.folder / "file_report"
        self.tree = tree
        self.province = plant(tree)
        self.district: Node = tree.add("duc-co", DISTRICT, self.province)
        self.software = client(tree, "phan-mem", COMMUNE, self.district)
        self.reader = client(tree, "huyen", DISTRICT, self.district, "reader")

    def file(self, *cells: str, conf: Path = Path(), unit: int = COMMUNE, expected: int = 0) -> Result:
        conf = conf if conf.name else self.software.config
        return self.installed.run(self.program, conf, unit, PERIOD, "chung", *cells, expected=expected)

    def read(self, node: Node, *indicators: str, expected: int = 0) -> Result:
        return self.installed.run(sys.executable, self.installed.examples / "read_totals.py", node.config,
                                  PERIOD, *indicators, expected=expected)


# ---- the library itself ----


def exports_what_the_map_says(stage: Stage) -> None:
    """The library exports the functions of its map, each under its version, and nothing else"""
    listed, version = set(), ""
    for line in (ROOT / "client/libtonghop.map").read_text().splitlines():
        if match := re.match(r"(TONGHOP_[0-9.]+) \{", line):
            version = match[1]
            listed.add(f"{version}@{version}")
        elif match := re.match(r" +(tonghop_\w+);", line):
            listed.add(f"{match[1]}@{version}")
    names = stage.installed.run("nm", "-D", "--defined-only", "--with-symbol-versions",
                                stage.installed.library).out.split("\n")
    exported = {name.split()[-1].replace("@@", "@") for name in names if name}
    exported = {name if "@" in name else f"{name}@{name}" for name in exported}
    expect("exported", exported, listed)


def depends_on_little(stage: Stage) -> None:
    """It needs the three libraries that the wire needs, and no variable of the process is its own"""
    dynamic = stage.installed.run("objdump", "-p", stage.installed.library).out
    expect("name", re.findall(r"SONAME +(\S+)", dynamic), [LIBRARY])
    expect("needed", set(re.findall(r"NEEDED +(\S+)", dynamic)),
           {"libc.so.6", "libprotobuf-c.so.1", "libsodium.so.23", "libzmq.so.5"})
    symbols = stage.installed.run("objdump", "-t", os.path.join(os.environ["TONGHOP_BUILD"], "client",
                                                                LIBRARY)).out
    objects = set(re.findall(r" O \.(?:data|bss)\t\S+\s+(\S+)$", symbols, re.MULTILINE))
    objects = {name for name in objects if not name.startswith("__gcov")}  # of tests/coverage
    expect("writable data", objects - {"completed.0", "__dso_handle", "__TMC_END__"}, WRITABLE)


def header_suits_others(stage: Stage) -> None:
    """The installed header is C99 without a warning, and C++"""
    for words in (["cc", "-std=c99", "-Wpedantic", "-Wc++-compat", "-xc"], ["clang", "-xc++"]):
        stage.installed.run(*words, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-include",
                            "tonghop/client.h", "-I", stage.installed.prefix / "include", "/dev/null")


def example_builds(stage: Stage) -> None:
    """The example in C is built with pkg-config alone, and the version is the project's"""
    version = stage.installed.run("pkg-config", "--modversion", "libtonghop").out.strip()
    expect_in("version", (ROOT / "CMakeLists.txt").read_text(), f"project(tonghop VERSION {version} ")
    flags = stage.installed.run("pkg-config", "--cflags", "--libs", "libtonghop").out.split()
    stage.installed.run("cc", "-Wall", "-Wextra", "-Werror", stage.installed.examples / "file_report.c",
                        *flags, "-o", stage.program)


# ---- with daemons ----


def page_is_walked(stage: Stage) -> None:
    """The examples say what docs/LIBRARY.md says that they say"""
    page = (ROOT / "docs/LIBRARY.md").read_text(encoding="utf-8")
    walks = re.findall(r"^\$ (\./file_report|python3 read_totals\.py) (\S+)\.conf (.*)\n((?:[^$`].*\n)*)", page,
                       re.MULTILINE)
    expect("commands of the page", len(walks), 4)
    clients = {"phan-mem": stage.software, "huyen": stage.reader}
    for program, name, arguments, output in walks:
        words = [stage.program] if program == "./file_report" else [
            sys.executable, stage.installed.examples / "read_totals.py"]
        done = subprocess.run([*map(str, words), clients[name].config, *arguments.split()],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              env=stage.installed.environment, timeout=120)
        begin, dots, end = output.partition("...\n")
        is_right = done.stdout.startswith(begin) and done.stdout.endswith(end) if dots else (
            done.stdout == output)
        expect(f"{program} {arguments}", done.stdout if not is_right else output, output)


def files(stage: Stage) -> None:
    """It files a report over CURVE, and the totals of the level above have it"""
    expect("filed", stage.file("reception.visits=17", "household.total=950").out,
           f"{COMMUNE} {PERIOD} chung: revision 1\n")
    settle(stage.district)
    expect("total", total(stage.province, PERIOD, "reception.visits"), exact(17, 1))


def repeats(stage: Stage) -> None:
    """The same again changes nothing, other figures are the next revision"""
    expect_in("again", stage.file("household.total=950", "reception.visits=17").out,
              "revision 1, which was there already")
    expect_in("corrected", stage.file("reception.visits=18", "household.total=950").out, "revision 2\n")


def tells_each_mistake(stage: Stage) -> None:
    """What is wrong is said cell by cell, and nothing is changed; so is what is not a report"""
    result = stage.file("reception.visits=1,5", "dialogue.province=1", "no.such=1", expected=1)
    expect_in("mistakes", result.err, "error about reception.visits: '1,5' is not a number",
              "error: no indicator 'no.such'", "invalid: ", "(and 1 more)")
    result = stage.file("reception.visits=1", "dialogue.province=1", expected=1)
    expect_in("mistake", result.err, "error about dialogue.province: ")
    expect_in("no value", stage.file("reception.visits", expected=2).err, "usage: ")
    expect_in("more than it takes", stage.file(*["reception.visits=1"] * 101, expected=2).err, "usage: ")
    expect("unchanged", total(stage.district, PERIOD, "reception.visits"), exact(18, 1))


def says_no(stage: Stage) -> None:
    """A unit that the key may not speak for, a key that nobody enrolled, a node that is not there"""
    expect_in("foreign", stage.file("reception.visits=1", unit=23857, expected=1).err, "foreign: ")
    stranger = stage.tree.init_client("la", COMMUNE, stage.district)
    expect_in("not enrolled", stage.file(conf=stranger.config, expected=1).err, "forbidden: ",
              "have yours enrolled there")
    expect_in("nowhere", stage.file(conf=Path("/nowhere/x.conf"), expected=2).err, "usage: ")


def files_on_the_machine(stage: Stage) -> None:
    """On the node's own machine it needs no key: the local socket knows who we are"""
    result = stage.file("reception.visits=5", unit=23857, conf=stage.district.config)
    expect_in("filed", result.out, "revision 1\n")


def reads(stage: Stage) -> None:
    """The example in Python reads the same figures as the command, and names who is missing"""
    settle(stage.district)
    result = stage.read(stage.district, "reception.visits", "model.recognition_rate", "household.total")
    lines = result.out.splitlines()
    expect("columns", lines[0], "unit\treception.visits\tmodel.recognition_rate\thousehold.total")
    expect("the district", lines[1], "Huyện Đức Cơ\t23\t-\t950")
    expect("a commune", "Xã Ia Dơk\t18\t-\t950" in lines, True)
    missing = [line for line in lines if line.startswith("missing: ")]
    states = coverage(stage.district, PERIOD, "--missing")
    expect("every missing unit", len({line.partition(",")[0] for line in missing}), len(states))
    expect("the one that filed", any("Xã Ia Dơk, chung" in line for line in missing), False)


def follows(stage: Stage) -> None:
    """The example that follows reports tells what there is, each change as it comes, and once only, also
    after it was ended and begun again; it ends when its cursor is none"""
    cursor = stage.tree.folder / "cursor"
    command = [sys.executable, stage.installed.examples / "follow_reports.py", stage.reader.config, cursor]
    told = "Xã Ia Dơk, chung, 2024-S1: revision {}, accepted\n"
    for revision in (3, 4):
        process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, encoding="utf-8",
                                   env=stage.installed.environment)
        try:
            lines = [process.stdout.readline() for _ in range(3 if revision == 3 else 0)]
            if lines:
                expect("all that there is", set(lines), {
                    told.format(2), told.format(1).replace("S1", "S2"),
                    told.format(1).replace("Xã Ia Dơk", "Thị trấn Chư Ty")})
            eventually(cursor.exists, "a cursor is kept")
            before = cursor.read_text()
            stage.file(f"reception.visits={20 + revision}", "household.total=950")
            expect("what is new", process.stdout.readline(), told.format(revision))
            eventually(lambda: cursor.read_text() != before, "the cursor goes on")
        finally:
            process.kill()
            process.wait()
        cursor.write_text(cursor.read_text() + "\n")  # as an editor leaves it
    for damaged in (b"x", b"x" * 100, b"\xff"):
        cursor.write_bytes(damaged)
        result = stage.installed.run(*command, expected=1)
        expect_in("a damaged cursor", result.err, f"{cursor}: ", "without this file")


def keeps_its_own_keys(stage: Stage) -> None:
    """Keys and address may be values in memory; the language is the one asked for, and signals go to
    the program's own threads"""
    environment = stage.installed.environment | {"PYTHONPATH": str(stage.installed.examples)}
    secret = (stage.tree.etc / "phan-mem.key").read_text().strip()
    result = stage.installed._replace(environment=environment).run(
        sys.executable, "-c", OWN_KEYS, stage.district.endpoint, stage.district.public_key, secret, PERIOD)
    lines = result.out.splitlines()
    expect("figures", lines[:2], ["unit\treception.visits", "Xã Ia Dơk\t18"])
    expect_in("refusal", lines[2], "not-found: không có chỉ tiêu")
    expect("all signals but KILL, STOP and those of libc", lines[3:], ["blocked ffffffffffffffff"] * 2)


def reads_what_may_be_read(stage: Stage) -> None:
    """A question that the node refuses ends with its reason"""
    expect_in("refused", stage.read(stage.software, "no.such", expected=1).err, "not-found: ")


def main() -> None:
    with Tree() as tree:
        play([exports_what_the_map_says, depends_on_little, header_suits_others, example_builds,
              page_is_walked, files, repeats, tells_each_mistake, says_no, files_on_the_machine, reads,
              keeps_its_own_keys, reads_what_may_be_read, follows],
             Stage(tree))


if __name__ == "__main__":
    main()
