"""The version in CMakeLists.txt, the headings of CHANGELOG.md and deploy/releases agree, and what each
release leaves on a disk is kept.

A tree is either on the way to a version (the changelog begins with "Unreleased", and the version is
newer than any that was released) or it is the release itself (the changelog begins with it)."""

import re
from pathlib import Path
from typing import NamedTuple

from style import Case, Problem, main, read_lines

CMAKE, CHANGELOG, RELEASES = "CMakeLists.txt", "CHANGELOG.md", "deploy/releases"
VERSION = r"\d+\.\d+\.\d+"
ROW = re.compile(rf"({VERSION}) (\d{{4}}-\d\d-\d\d) \d+ [0-9a-f]{{40}}")


class Release(NamedTuple):
    version: tuple[int, ...]
    day: str
    line: int


def number(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))


def name(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def read_releases(root: Path) -> tuple[list[Release], list[Problem]]:
    releases: list[Release] = []
    problems = []
    for line, text in enumerate(read_lines(root, RELEASES), 1):
        match = ROW.fullmatch(text)
        if match:
            release = Release(number(match[1]), match[2], line)
            if releases and release.version <= releases[-1].version:
                problems.append(Problem(RELEASES, line, f"{match[1]} is not newer than the line before"))
            releases.append(release)
        elif not text.startswith("#"):
            problems.append(Problem(RELEASES, line, "not: version, day, schema, commit (40 digits)"))
    return releases, problems


def check_golden(root: Path, releases: list[Release]) -> list[Problem]:
    stores = {release: f"tests/golden/store-{name(release.version)}" for release in releases}
    return [Problem(RELEASES, release.line, f"no {store}: tests/golden/make makes it, with the programs of "
                    "the release") for release, store in stores.items() if not (root / store).is_dir()]


def check(root: Path) -> list[Problem]:
    cmake = "\n".join(read_lines(root, CMAKE))
    match = re.search(rf"^project\(\w+ VERSION ({VERSION}) ", cmake, re.MULTILINE)
    if match is None:
        return [Problem(CMAKE, 1, "no version")]
    version = number(match[1])
    releases, problems = read_releases(root)
    problems += check_golden(root, releases)
    headings = [(line, text.removeprefix("## ")) for line, text in
                enumerate(read_lines(root, CHANGELOG), 1) if text.startswith("## ")]
    first_line = headings[0][0] if headings else 1
    is_release = not headings or headings[0][1] != "[Unreleased]"
    expected = [f"[{name(release.version)}] - {release.day}" for release in reversed(releases)]
    if not is_release:
        headings = headings[1:]
        if releases and version <= releases[-1].version:
            problems.append(Problem(CMAKE, 1, f"{name(version)} was released: the next version is newer"))
    elif not headings or not re.fullmatch(rf"\[{re.escape(name(version))}\] - \d{{4}}-\d\d-\d\d",
                                          headings[0][1]):
        problems.append(Problem(CHANGELOG, first_line,
                                f"does not begin with [Unreleased] or with [{name(version)}] and a day"))
    elif not expected or expected[0] != headings[0][1]:
        headings = headings[1:]  # its commit is not known before it is made
    if [text for _, text in headings] != expected:
        problems.append(Problem(CHANGELOG, first_line, f"headings of releases are not those of {RELEASES}: "
                                + ", ".join(expected)))
    return problems


def tree(version: str, headings: str, releases: str = "", golden: str = "0.1.0 0.2.0") -> dict[str, str]:
    stores = {f"tests/golden/store-{release}/contents.json": "{}" for release in golden.split()}
    return {**stores, CMAKE: f"project(tonghop VERSION {version} LANGUAGES C)\n",
            CHANGELOG: "# Changelog\n" + "".join(f"## {text}\n" for text in headings.split("|")),
            RELEASES: "# version\n" + releases}


COMMIT = "0123456789" * 4
ONE = f"0.1.0 2026-11-30 4 {COMMIT}\n"
CASES = [
    Case("on the way to the first", tree("0.1.0", "[Unreleased]"), []),
    Case("the first", tree("0.1.0", "[0.1.0] - 2026-11-30"), []),
    Case("on the way to the second", tree("0.2.0", "[Unreleased]|[0.1.0] - 2026-11-30", ONE), []),
    Case("the second", tree("0.2.0", "[0.2.0] - 2026-12-01|[0.1.0] - 2026-11-30", ONE), []),
    Case("a version that was released", tree("0.1.0", "[Unreleased]|[0.1.0] - 2026-11-30", ONE),
         [f"{CMAKE}:1: 0.1.0 was released"]),
    Case("a release of another version", tree("0.2.0", "[0.1.0] - 2026-11-30"),
         [f"{CHANGELOG}:2: does not begin with", f"{CHANGELOG}:2: headings of releases"]),
    Case("a release without its day", tree("0.1.0", "[0.1.0]"),
         [f"{CHANGELOG}:2: does not begin with", f"{CHANGELOG}:2: headings of releases"]),
    Case("a release that is not listed", tree("0.2.0", "[Unreleased]|[0.1.0] - 2026-11-30"),
         [f"{CHANGELOG}:2: headings of releases"]),
    Case("another day", tree("0.2.0", "[Unreleased]|[0.1.0] - 2026-11-29", ONE),
         [f"{CHANGELOG}:2: headings of releases"]),
    Case("not in order", tree("0.3.0", "[Unreleased]|[0.1.0] - 2026-11-30|[0.2.0] - 2026-12-01",
                              f"0.2.0 2026-12-01 4 {COMMIT}\n{ONE}"),
         [f"{RELEASES}:3: 0.1.0 is not newer"]),
    Case("a release without its golden store",
         tree("0.2.0", "[Unreleased]|[0.1.0] - 2026-11-30", ONE, golden="0.2.0"),
         [f"{RELEASES}:2: no tests/golden/store-0.1.0"]),
    Case("a line that is none", tree("0.2.0", "[Unreleased]", "0.1.0 today\n"), [f"{RELEASES}:2: not: version"]),
    Case("no version", {CMAKE: "project(tonghop LANGUAGES C)\n"}, [f"{CMAKE}:1: no version"]),
]

if __name__ == "__main__":
    main(check, CASES)
