"""No words that promise work instead of doing it: what is to be done is an issue, not a comment."""

import re
from pathlib import Path

from style import Case, Problem, files_of, main, read_lines

FOLDERS = (".ci", "client", "cmake", "daemon", "deploy", "examples", "include", "proto", "tests")
# Data is other people's text, or bytes.
OTHER = (".bin", ".csv", ".json", ".md", ".png", ".svg", ".xz")
# Written in two halves, so that this file passes its own check.
WORDS = ("TO" "DO", "FIX" "ME", "XX" "X", "HA" "CK")
PATTERN = re.compile(rf"\b({'|'.join(WORDS)})\b")


def check(root: Path) -> list[Problem]:
    problems = []
    for path in files_of(root, FOLDERS):
        if path.endswith(OTHER) or "__pycache__" in path:
            continue
        for number, line in enumerate(read_lines(root, path), 1):
            if match := PATTERN.search(line):
                problems.append(Problem(path, number, f"{match[1]}: do it, or open an issue"))
    return problems


CASES = [
    Case("no such word", {"daemon/a.c": "/* Method, mktemp tonghop.XXXXXX. */\n"}, []),
    *(Case(word, {"deploy/run": f"\n# {word}: later\n"}, [f"deploy/run:2: {word}"]) for word in WORDS),
]

if __name__ == "__main__":
    main(check, CASES)
