"""A text of the client's table gets as many values as it has places for, and both languages have the
same places: which text is formatted is known when the program runs, so the compiler cannot see it."""

import re
from pathlib import Path
from typing import Iterator, NamedTuple

from style import Case, Problem, files_of, main

FOLDER = "client"
TABLES = re.compile(r"words\w*\.c$")
ENTRY = re.compile(r"\[(WORD_\w+)\]\s*=\s*\{")
WORD = re.compile(r"\bWORD_\w+")
# What formats, and which of its arguments is the format.
FORMATS = {"buf_printf": 1, "command_say": 0, "command_usage": 1, "fprintf": 1, "mem_printf": 0, "printf": 0,
           "table_addf": 1}
MACROS = {"SAY": 1}  # the same, of the word itself
CONVERSION = re.compile(r"%(?:(\d+)\$)?[-+ #0]*(\*|\d+)?(?:\.(\*|\d+))?(hh|h|ll|l|z|j|t)?([diouxXeEfgGcsp%])")


class Call(NamedTuple):
    name: str
    arguments: list[str]
    index: int  # of the argument that was looked for


def masked(text: str) -> str:
    """As long as the text, with blanks for comments and for what is between quotes."""
    pattern = r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.DOTALL)


def end_of(code: str, start: int) -> int:
    """Where the bracket at `start` is closed."""
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0:
            return at
    return len(code)


def parts_of(text: str, code: str, start: int, end: int) -> list[str]:
    """What stands between the commas."""
    parts, depth, begin = [], 0, start
    for at in range(start, end):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0 and code[at] == ",":
            parts.append(text[begin:at])
            begin = at + 1
    return [*parts, text[begin:end]]


def places_of(literal: str) -> list[str]:
    """The conversions of a format, in the order of their values."""
    literal = re.sub(r"\bPRI([dux])\d+\b", r'"ll\1"', literal)
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal))
    places: dict[int, str] = {}
    for position, width, precision, length, kind in CONVERSION.findall(text):
        if kind == "%":
            continue
        for star in (width, precision):
            if star == "*":
                places[len(places) + 1] = "*"
        places[int(position) if position else len(places) + 1] = length + kind
    return [places[position] for position in sorted(places)]


def call_around(text: str, code: str, at: int) -> Call:
    """The call with this place among its arguments; nameless where it is in none."""
    depth = 0
    for begin in range(at - 1, -1, -1):
        if depth == 0 and code[begin] in "{};":
            break
        if depth == 0 and code[begin] == "(":
            name = re.search(r"(\w*)\s*$", code[:begin])
            before = parts_of(text, code, begin + 1, at)
            return Call(name[1] if name else "", parts_of(text, code, begin + 1, end_of(code, begin)),
                        len(before) - 1)
        depth += (code[begin] in ")]}") - (code[begin] in "([{")
    return Call("", [], 0)


def uses_of(text: str, code: str) -> Iterator[tuple[int, list[str], Call]]:
    """Each place, the words that may stand there, and what they are given to."""
    for match in re.finditer(r"\bwords\(", code):
        inside = text[match.end():end_of(code, match.end() - 1)]
        yield match.start(), WORD.findall(inside), call_around(text, code, match.start())
    for name, index in MACROS.items():
        for match in re.finditer(rf"(?<!define )\b{name}\(", code):
            call = Call(name, parts_of(text, code, match.end(), end_of(code, match.end() - 1)), index)
            yield match.start(), WORD.findall(call.arguments[index]), call


def read_tables(root: Path, files: list[str]) -> tuple[dict[str, list[str]], list[Problem]]:
    places: dict[str, list[str]] = {}
    problems = []
    for path in filter(TABLES.search, files):
        text = (root / path).read_text(encoding="utf-8")
        code = masked(text)
        for match in ENTRY.finditer(code):
            pair = parts_of(text, code, match.end(), end_of(code, match.end() - 1))
            of_each = [places_of(literal) for literal in pair[:2]]
            places[match[1]] = of_each[0]
            if len(of_each) != 2 or of_each[0] != of_each[1]:
                problems.append(Problem(path, code.count("\n", 0, match.start()) + 1,
                                        f"{match[1]}: the languages have different places: {of_each}"))
    return places, problems


def check(root: Path) -> list[Problem]:
    files = list(files_of(root, (FOLDER,), ".c"))
    places, problems = read_tables(root, files)
    for path in files:
        text = (root / path).read_text(encoding="utf-8")
        code = masked(text)
        for at, words, call in uses_of(text, code):
            line = code.count("\n", 0, at) + 1
            is_format = {**FORMATS, **MACROS}.get(call.name) == call.index
            given = len(call.arguments) - call.index - 1 if is_format else 0
            for word in words:
                wanted = len(places.get(word, []))
                if word not in places:
                    problems.append(Problem(path, line, f"{word} is in no table"))
                elif call.name and wanted != given:
                    problems.append(Problem(path, line, f"{word} has {wanted} places, and {call.name} gives "
                                                        f"it {given} values"))
    return problems


TABLE = """const struct words_pair table[] = {
    [WORD_ONE] = {"một %s, 100%%", "one %s, "
                  "100%%"},
    [WORD_TWO] = {"%2$s của %1$d", "%d of %s"},
    [WORD_NONE] = {"không", "none, (a, b)"},
};
"""


def program(*statements: str) -> dict[str, str]:
    return {"client/words.c": TABLE,
            "client/a.c": "void f(void)\n{\n" + "".join(f"    {text}\n" for text in statements) + "}\n"}


CASES = [
    Case("as many as there are places",
         program("command_say(words(is_english, WORD_ONE), g(1, 2));",
                 'buf_printf(out, words(x, WORD_TWO), 1, ",");',
                 "table_add_column(table, words(x, WORD_NONE), LEFT);", "command_say(words(x, WORD_NONE));",
                 "char *text = SAY(lines, WORD_TWO, 1, h(2));", "const char *format = words(x, WORD_ONE);",
                 "/* command_say(words(x, WORD_ONE)); */"), []),
    Case("one is missing", program("command_say(words(x, WORD_ONE));", "SAY(lines, WORD_TWO, 1);"),
         ["client/a.c:3: WORD_ONE has 1 places, and command_say gives it 0",
          "client/a.c:4: WORD_TWO has 2 places, and SAY gives it 1"]),
    Case("one of two that may be chosen", program("mem_printf(words(x, is_a ? WORD_ONE : WORD_TWO), 1);"),
         ["client/a.c:3: WORD_TWO has 2 places, and mem_printf gives it 1"]),
    Case("what does not format", program("mem_strdup(words(x, WORD_ONE));"),
         ["client/a.c:3: WORD_ONE has 1 places, and mem_strdup gives it 0"]),
    Case("a word that is not there", program("command_say(words(x, WORD_SIX));"),
         ["client/a.c:3: WORD_SIX is in no table"]),
    Case("two languages that differ",
         {"client/words.c": '[WORD_ONE] = {"%s %d", "%d %s"},\n[WORD_TWO] = {"%" PRIu64, "%llu"},\n'},
         ["client/words.c:1: WORD_ONE: the languages have different places"]),
]

if __name__ == "__main__":
    main(check, CASES)
