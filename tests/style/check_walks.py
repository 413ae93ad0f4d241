"""What a walk of tests/container calls documented stands in the documents, word for word."""

import re
from pathlib import Path

from style import Case, Problem, files_of, main, read_lines

CALL = re.compile(r"\bdocumented (?!\()(?:'([^']*)'|\"([^\"$]*)\")?")
COMMENT = re.compile(r" +# .*")


def documented_of(root: Path) -> set[str]:
    """Lines of blocks of commands, without comments and with what they continue on, and all code that
    stands in a sentence."""
    commands = set()
    for path in files_of(root, ("docs",), ".md"):
        text = re.sub(r"\\\n *", "", (root / path).read_text(encoding="utf-8"))
        is_block = False
        for line in text.splitlines():
            if line.startswith("```"):
                is_block = not is_block
            elif is_block:
                commands.add(re.sub(r" +", " ", COMMENT.sub("", line.removeprefix("$ "))))
            else:
                commands.update(re.findall(r"`([^`]+)`", line))
    return commands


def check(root: Path) -> list[Problem]:
    documented = documented_of(root)
    problems = []
    for path in files_of(root, ("tests/container",)):
        if Path(path).name in ("CMakeLists.txt", "run", "walk.sh"):
            continue  # they do not call it
        for number, line in enumerate(read_lines(root, path), 1):
            for call in CALL.finditer(line) if not line.lstrip().startswith("#") else []:
                command = call[1] or call[2]
                if command is None:
                    problems.append(Problem(path, number, "documented takes a text without variables"))
                elif command not in documented:
                    problems.append(Problem(path, number, f"no document says: {command}"))
    return problems


DOCS = {"docs/A.md": "Say `apt update`.\n```\napt install \\\n    x  # as root\n$ x 'a b'\n```\n"}
CASES = [
    Case("documented", DOCS | {"tests/container/walk_a":
                               "documented 'apt update'\nx | documented 'apt install x' x=y\n"
                               "documented \"x 'a b'\"\n# documented comment\n"}, []),
    Case("of no document", DOCS | {"tests/container/walk_a": "\ndocumented 'apt upgrade'\n"},
         ["tests/container/walk_a:2: no document says: apt upgrade"]),
    Case("not to be read here", DOCS | {"tests/container/walk_a": "documented \"$command\"\n"},
         ["tests/container/walk_a:1: documented takes a text"]),
]

if __name__ == "__main__":
    main(check, CASES)
