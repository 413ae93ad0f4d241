"""Every relative link in the documents leads to a file that exists."""

import re
from pathlib import Path
from urllib.parse import unquote

from style import Case, Problem, files_of, main, read_lines

LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def check(root: Path) -> list[Problem]:
    problems = []
    top = sorted(path.name for path in root.glob("*.md"))
    for path in [*top, *files_of(root, ("docs", "deploy"), ".md")]:
        is_code = False
        for number, line in enumerate(read_lines(root, path), 1):
            if line.lstrip().startswith("```"):
                is_code = not is_code
            for target in [] if is_code else LINK.findall(line):
                file = unquote(target.partition("#")[0])
                if file and not SCHEME.match(file) and not (root / path).parent.joinpath(file).exists():
                    problems.append(Problem(path, number, f"link to {target}: no such file"))
    return problems


CASES = [
    Case("good links",
         {"README.md": "[a](docs/A.md) [b](https://example.org/x) [c](#here)\n```\n[d](gone.md)\n```\n",
          "docs/A.md": "[up](../README.md) [part](B.md#part)\n", "docs/B.md": ""}, []),
    Case("a dead link", {"README.md": "text\n[a](docs/A.md)\n"}, ["README.md:2: link to docs/A.md"]),
    Case("relative to its document", {"README.md": "", "docs/A.md": "[up](README.md)\n"},
         ["docs/A.md:1: link to README.md"]),
]

if __name__ == "__main__":
    main(check, CASES)
