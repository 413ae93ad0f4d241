"""clang-format decides the layout: running it would change nothing."""

import subprocess
from pathlib import Path

from style import Case, Problem, code_files, main


def check(root: Path) -> list[Problem]:
    problems = {}
    files = code_files(root)
    if not files:
        return []
    command = ["clang-format", "--dry-run", "--style=file", *files]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True)
    for line in result.stderr.splitlines():
        if "[-Wclang-format-violations]" in line:
            path, number, _ = line.split(":", 2)
            # The first place is enough: the remedy is one command for the file.
            problems.setdefault(
                path, Problem(path, int(number), f"layout; run: clang-format -i {path}")
            )
    if result.returncode != 0:
        raise SystemExit(f"clang-format failed:\n{result.stderr}")
    return list(problems.values())


STYLE = {".clang-format": "IndentWidth: 4\nAllowShortFunctionsOnASingleLine: None\n"}
CASES = [
    Case("well formatted", {**STYLE, "daemon/a.c": "int f(void) {\n    return 0;\n}\n"}, []),
    Case(
        "wrong indentation",
        {**STYLE, "daemon/a.c": "int f(void) {\n    return 0;\n}\nint g(void) {\n  return 0;\n}\n"},
        ["daemon/a.c:4: layout"],
    ),
    Case("headers too", {**STYLE, "include/a.h": "int  f(void);\n"}, ["include/a.h:1: layout"]),
]

if __name__ == "__main__":
    main(check, CASES)
