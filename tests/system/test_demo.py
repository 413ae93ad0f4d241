"""deploy/demo does what it says, from any working directory: every published figure comes out; --keep
leaves the daemons running, and --stop ends them and nothing else. While they run, the tours of the
documents print what the documents say."""

import csv
import difflib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Failure, die_with_the_test
from scene import ROOT, SAMPLE, expect, expect_in
from sessions import is_as_documented, sessions_of

DEMO = ROOT / "deploy/demo"
TOURS = ("README.md", "docs/READING.md")  # in this order: the second one files a plan
LIMIT_S = 600  # the first time it builds


def demo(*arguments: str, folder: str, expected: int = 0) -> str:
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("TONGHOP")}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        # Not a pipe: with --keep the daemons hold on to it.
        done = subprocess.run([DEMO, *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=subprocess.STDOUT, timeout=LIMIT_S, env=environment,
                              preexec_fn=die_with_the_test)
        output.seek(0)
        text = output.read()
    if done.returncode != expected:
        raise Failure(f"deploy/demo {shlex.join(arguments)} ended with {done.returncode}\n{text}")
    return text


def expect_figures(text: str) -> None:
    with (SAMPLE / "published.csv").open(encoding="utf-8") as file:
        count = len(list(csv.DictReader(file)))
    match = re.search(r"^(\d+) of (\d+) figures match$", text, re.MULTILINE)
    expect("figures that match", match and match.groups(), (str(count), str(count)))


def daemons() -> list[int]:
    """Daemons of the demo's build that run now."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdecimal() and os.readlink(folder / "exe").startswith(
                    str(ROOT / "build/run/daemon/tonghopd")):
                found.append(int(folder.name))
        except OSError:
            continue  # it is gone, or not ours to see
    return found


def tour(name: str, program: str, folder: Path) -> int:
    """Enters all that a document has the reader enter at the demo; returns how many commands."""
    (folder / "deploy").symlink_to(ROOT / "deploy")
    count = 0
    for session in sessions_of(ROOT, name):
        words = shlex.split(session.command)
        if words[0] == "cat":  # the reader's own file
            (folder / words[1]).write_text("".join(f"{line}\n" for line in session.output), encoding="utf-8")
        if words[0] != "t":
            continue
        result = subprocess.run(["bash", "-c", f"{program} {shlex.join(words[1:])}"], capture_output=True,
                                text=True, cwd=folder, env={**os.environ, "XDG_CACHE_HOME": str(folder)})
        printed, said = result.stdout.splitlines(), result.stderr.splitlines()
        # On a terminal they come as they are written.
        if not any(is_as_documented(lines, session.output) for lines in (said + printed, printed + said)):
            raise Failure("\n".join([f"{session.place}: $ {session.command}",
                                     *difflib.unified_diff(session.output, said + printed, "documented",
                                                           "printed", lineterm="", n=0)]))
        count += 1
    return count


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="tonghop demo ") as folder:  # a blank in its name
        expect_in("usage", demo("--nonsense", folder=folder, expected=2), "Usage:")
        before = daemons()
        expect_figures(demo(folder=folder))
        expect("all daemons ended", daemons(), before)
        print("ok  every published figure comes out, and nothing is left running", flush=True)
        try:
            text = demo("--keep", folder=folder)
            expect_figures(text)
            expect("six daemons are left running", len(daemons()), len(before) + 6)
            # What it prints to try works, and speaks Vietnamese whatever the locale.
            program = re.search(r"alias t='(.*)'", text)
            result = subprocess.run(["bash", "-c", f"{program[1]} gia-lai totals --period 2024"],
                                    capture_output=True, text=True,
                                    env={**os.environ, "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": folder})
            expect(f"totals\n{result.stderr}", result.returncode, 0)
            expect_in("the language of the demo", result.stdout, "Lượt tiếp công dân")
            english = program[1].replace("TONGHOP_LANG=vi", "TONGHOP_LANG=en")
            for name in TOURS:
                with tempfile.TemporaryDirectory() as home:
                    count = tour(name, english, Path(home))
                expect(f"commands of {name} at the demo, some", count >= 5, True)
                print(f"ok  {name}: {count} commands print what it says", flush=True)
            expect_in("a second demo", demo(folder=folder, expected=2), "deploy/demo --stop")
        finally:
            text = demo("--stop", folder=folder)
        expect_in("stop", text, "stopped")
        expect("all daemons ended", daemons(), before)
        expect_in("stop again", demo("--stop", folder=folder), "nothing was left running")
        expect("the working directory is as it was", os.listdir(folder), [])
        print("ok  --keep leaves it running, --stop ends it", flush=True)


if __name__ == "__main__":
    main()
