"""The public library says the same of itself everywhere: each function of the header is exported by
libtonghop.map, known to Debian's symbols file under the same version, and explained in the manual
page with the arguments that it has. (tests/system/test_library.py compares the map with the library.)"""

import re
from pathlib import Path

from style import Case, Problem, main, read_lines

HEADER = "include/tonghop/client.h"
MAP = "client/libtonghop.map"
SYMBOLS = "deploy/debian/libtonghop0.symbols"
PAGE = "docs/man/libtonghop.3"

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
PROTOTYPE = re.compile(r"\b(tonghop_\w+)\(([^()]*)\);")

Named = dict[str, tuple[int, str]]  # name: line, and what is said of it


def of_header(root: Path) -> Named:
    """Functions, with the names of their arguments."""
    def blank(match: re.Match) -> str:  # lines stay where they are
        return re.sub(r"[^\n]", " ", match[0])

    text = COMMENT.sub(blank, (root / HEADER).read_text(encoding="utf-8"))
    return {
        match[1]: (text.count("\n", 0, match.start()) + 1, " ".join(
            re.findall(r"\w+", argument)[-1] for argument in match[2].split(",") if argument != "void"))
        for match in PROTOTYPE.finditer(text)
    }


def of_map(root: Path) -> Named:
    """Functions, with their node; and each node with itself."""
    named, node = {}, ""
    for number, line in enumerate(read_lines(root, MAP), 1):
        if match := re.match(r"(\w+\.\d+) \{$", line):
            node = match[1]
            named[node] = (number, node)
        elif match := re.match(r"\s+(tonghop_\w+);$", line):
            named[match[1]] = (number, node)
    return named


def of_symbols(root: Path) -> Named:
    lines = enumerate(read_lines(root, SYMBOLS), 1)
    return {match[1]: (number, match[2]) for number, line in lines
            if (match := re.match(r" ([\w.]+)@([\w.]+) \d+\.\d+\.\d+$", line))}


def of_page(root: Path) -> Named:
    lines = enumerate(read_lines(root, PAGE), 1)
    return {match[1]: (number, match[2].strip().replace('"', "")) for number, line in lines
            if (match := re.match(r"\.It Fn (\w+)(.*)$", line))}


def compare(there: Named, path: str, named: Named, is_said: bool) -> list[Problem]:
    """`is_said`: what is said of a name has to be the same, too."""
    problems = [Problem(path, 1, f"{name} is missing") for name in there if name not in named]
    for name, (line, said) in named.items():
        if name not in there:
            problems.append(Problem(path, line, f"{name} does not exist: remove it"))
        elif is_said and said != there[name][1]:
            problems.append(Problem(path, line, f"{name}: '{said}' is elsewhere '{there[name][1]}'"))
    return problems


def check(root: Path) -> list[Problem]:
    header, exported = of_header(root), of_map(root)
    functions = {name: value for name, value in exported.items() if name.startswith("tonghop_")}
    return [*compare(header, MAP, functions, False), *compare(exported, SYMBOLS, of_symbols(root), True),
            *compare(header, PAGE, of_page(root), True)]


GOOD = {
    HEADER: "/* tonghop_no(x); */\nint tonghop_a(void);\nint tonghop_b(const struct b *b,\n"
            "              char *reason);\n",
    MAP: "# x\nTONGHOP_0.1 {\n    global:\n        tonghop_a;\n};\nTONGHOP_0.2 {\n    global:\n"
         "        tonghop_b;\n} TONGHOP_0.1;\n",
    SYMBOLS: "libtonghop.so.0 libtonghop0 #MINVER#\n TONGHOP_0.1@TONGHOP_0.1 0.1.0\n"
             " TONGHOP_0.2@TONGHOP_0.2 0.2.0\n tonghop_a@TONGHOP_0.1 0.1.0\n"
             " tonghop_b@TONGHOP_0.2 0.2.0\n",
    PAGE: '.Bl\n.It Fn tonghop_a\nx\n.It Fn tonghop_b "b" "reason"\ny\n.El\n',
}


def changed(path: str, old: str, new: str) -> dict[str, str]:
    assert old in GOOD[path]
    return GOOD | {path: GOOD[path].replace(old, new, 1)}


CASES = [
    Case("all the same", GOOD, []),
    Case("not exported", changed(MAP, "        tonghop_a;\n", ""),
         [f"{MAP}:1: tonghop_a is missing", f"{SYMBOLS}:4: tonghop_a does not exist"]),
    Case("exported, and not in the header", changed(HEADER, "int tonghop_a(void);", ""),
         [f"{MAP}:4: tonghop_a does not exist", f"{PAGE}:2: tonghop_a does not exist"]),
    Case("another version", changed(SYMBOLS, "tonghop_b@TONGHOP_0.2", "tonghop_b@TONGHOP_0.1"),
         [f"{SYMBOLS}:5: tonghop_b: 'TONGHOP_0.1' is elsewhere 'TONGHOP_0.2'"]),
    Case("a version that Debian does not know", changed(SYMBOLS, " TONGHOP_0.2@TONGHOP_0.2 0.2.0\n", ""),
         [f"{SYMBOLS}:1: TONGHOP_0.2 is missing"]),
    Case("not explained", changed(PAGE, ".It Fn tonghop_a\n", ""), [f"{PAGE}:1: tonghop_a is missing"]),
    Case("explained with other arguments", changed(PAGE, '"b" "reason"', '"b"'),
         [f"{PAGE}:4: tonghop_b: 'b' is elsewhere 'b reason'"]),
]

if __name__ == "__main__":
    main(check, CASES)
