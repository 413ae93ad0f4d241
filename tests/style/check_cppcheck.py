"""cppcheck finds nothing. A false alarm is answered in the code, by an inline suppression that says
why, next to the line that it is about."""

import subprocess
from pathlib import Path

from style import Case, Problem, main

FOLDERS = ("client", "daemon", "tests/lib", "tests/sim")
COMMAND = ["cppcheck", "--quiet", "--std=c11", "--language=c", "--platform=unix64", "-j2",
           "--enable=warning,portability,performance", "--inline-suppr",
           "-D_GNU_SOURCE", '-DTONGHOP_VERSION="0"', "-D__x86_64__=1",
           "-Iinclude", "-Idaemon", "-Itests", "-I.",
           # Headers of libraries are not read; cppcheck knows libc by itself.
           "--suppress=missingIncludeSystem",
           "--template={file}:{line}: {severity}: {message} [{id}]", "--template-location="]


def check(root: Path) -> list[Problem]:
    folders = [folder for folder in FOLDERS if any((root / folder).rglob("*.c"))]
    result = subprocess.run([*COMMAND, *folders], cwd=root, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"cppcheck failed:\n{result.stdout}{result.stderr}")
    problems = []
    for line in result.stderr.splitlines():
        path, number, text = line.split(":", 2)
        problems.append(Problem(path, int(number), text.strip()))
    return sorted(problems)


CASES = [
    Case("nothing to find", {"daemon/a.c": "int f(void)\n{\n    return 0;\n}\n"}, []),
    Case("a division by zero",
         {"daemon/a.c": "int f(void)\n{\n    int x = 0;\n    return 1 / x;\n}\n"},
         ["daemon/a.c:4: error: Division by zero"]),
    Case("an unread array index",
         {"client/a.c": "int f(void)\n{\n    int x[2] = {0, 1};\n    return x[2];\n}\n"},
         ["client/a.c:4: error: Array 'x[2]' accessed at index 2"]),
]

if __name__ == "__main__":
    main(check, CASES)
