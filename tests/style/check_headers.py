"""Each header compiles alone: whoever includes it needs nothing before it."""

import subprocess
from pathlib import Path

from style import Case, Problem, code_files, main

COMMAND = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
           "-Iinclude", "-Idaemon", "-Itests", "-I."]


def check(root: Path, *generated_folders: str) -> list[Problem]:
    """Beyond the root, takes the folders of generated headers."""
    problems = []
    generated = [word for folder in generated_folders for word in ("-isystem", folder)]
    for path in code_files(root, ".h"):
        command = [*COMMAND, *generated, "-include", path, "-x", "c", "/dev/null"]
        result = subprocess.run(command, cwd=root, capture_output=True, text=True)
        if result.returncode != 0:
            errors = [line for line in result.stderr.splitlines() if "error:" in line]
            first = errors[0] if errors else result.stderr
            problems.append(Problem(path, 1, f"does not compile alone: {first}"))
    return problems


CASES = [
    Case("self-contained", {"daemon/core/a.h": "#include <stdint.h>\nuint8_t f(void);\n"}, []),
    Case("needs a system header", {"daemon/core/a.h": "uint8_t f(void);\n"},
         ["daemon/core/a.h:1: does not compile alone: ./daemon/core/a.h:1:1: error"]),
    Case("needs another header",
         {"daemon/core/a.h": "struct a {\n    int a;\n};\n",
          "daemon/core/b.h": "struct b {\n    struct a a;\n};\n"},
         ["daemon/core/b.h:1: does not compile alone"]),
]

if __name__ == "__main__":
    main(check, CASES)
