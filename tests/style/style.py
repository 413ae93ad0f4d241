"""What the style checks share: the project's files, problems with a place, and the self-test.

A check is a function from a folder to a list of problems. `check_x.py ROOT` runs it on the project;
`check_x.py --self-test` runs it on small trees made on the spot, most with one fault, and so proves
that it can fail. Only Python's own library is used."""

import sys
import tempfile
from pathlib import Path
from typing import Callable, Iterator, NamedTuple

CODE_FOLDERS = ("client", "daemon", "examples", "include", "tests")


class Problem(NamedTuple):
    path: str  # from the root
    line: int
    text: str
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {'warning: ' if self.is_warning else ''}{self.text}"


class Case(NamedTuple):
    """A tree for the self-test, and the begin of each line that the check must print, in order."""

    name: str
    files: dict[str, str]
    expected: list[str]


def files_of(root: Path, folders: tuple[str, ...], *suffixes: str) -> Iterator[str]:
    """Paths from the root, sorted; those with one of the suffixes, or all if none is given."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and (not suffixes or path.suffix in suffixes):
                yield path.relative_to(root).as_posix()


def code_files(root: Path, *suffixes: str) -> list[str]:
    return list(files_of(root, CODE_FOLDERS, *(suffixes or (".c", ".h"))))


def read_lines(root: Path, path: str) -> list[str]:
    return (root / path).read_text(encoding="utf-8").splitlines()


def main(check: Callable[..., list[Problem]], cases: list[Case]) -> None:
    """Command line of a check: ROOT and what `check` takes beyond it, or --self-test."""
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test(check, cases))
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(f"Usage: {Path(sys.argv[0]).name} ROOT [ARGUMENT...] | --self-test")
    problems = check(Path(sys.argv[1]).resolve(), *sys.argv[2:])
    for problem in problems:
        print(problem)
    sys.exit(any(not problem.is_warning for problem in problems))


def self_test(check: Callable[..., list[Problem]], cases: list[Case]) -> int:
    status = 0
    for case in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder).resolve()
            for name, text in case.files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            found = [str(problem) for problem in check(root)]
        matches = len(found) == len(case.expected) and all(
            line.startswith(begin) for line, begin in zip(found, case.expected)
        )
        print(f"{'ok  ' if matches else 'FAIL'} {case.name}")
        if not matches:
            print("  expected:", *case.expected, "found:", *found, sep="\n    ")
            status = 1
    return status
