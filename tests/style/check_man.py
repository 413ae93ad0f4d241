"""The manual pages name what there is, and nothing else: the subcommands and options that the help
texts name, and the keys of the configuration.

Pages are written in mdoc: what they define stands in an `.It`, beneath the `.Ss` of its subcommand or
section of the configuration."""

import re
from pathlib import Path
from typing import NamedTuple, Optional

from style import Case, Problem, main, read_lines

TONGHOP = "docs/man/tonghop.1"
TONGHOPD = "docs/man/tonghopd.8"
CONF = "docs/man/tonghopd.conf.5"

STRINGS = r'((?:\s*"(?:[^"\\]|\\.)*")+)'
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*)")
KEY = re.compile(r'^ *\{"(\w+)", "(\w+)", NEED_', re.MULTILINE)


# What the sources say.


def string_after(text: str, begin: str) -> str:
    """The string of adjacent literals that follows the pattern; "" if there is none."""
    match = re.search(begin + STRINGS, text)
    literals = re.findall(r'"((?:[^"\\]|\\.)*)"', match[1]) if match else []
    return "".join(literals).replace(r"\n", "\n")


def read(root: Path, path: str) -> str:
    return (root / path).read_text(encoding="utf-8")


def options_of(text: str, *begins: str) -> set[str]:
    """The options that strings of a source, such as its help text, name."""
    return {option for begin in begins for option in OPTION.findall(string_after(text, begin))}


def commands_of(root: Path) -> dict[str, set[str]]:
    """The subcommands of the table in main.c, with their options."""
    commands = {}
    for variable in re.findall(r"&(command_\w+)", read(root, "client/main.c")):
        source = read(root, f"client/cmd_{variable.removeprefix('command_')}.c")
        definition = source.partition(f"const struct command {variable} = {{")[2]
        name = string_after(definition, r"\.name =")
        commands[name] = options_of(definition, r"\.arguments =", r"\.help =")
    return commands


# What a page says.


class Part(NamedTuple):
    """From one heading to the next, with the line of the heading and those of its items."""

    section: str
    name: Optional[str]  # of the subsection
    line: int
    items: dict[str, int]


def parts_of(root: Path, path: str, item: str) -> list[Part]:
    """The parts of a page; `item` is a pattern for what is wanted of an `.It`."""
    parts = [Part("", None, 1, {})]
    for number, line in enumerate(read_lines(root, path), 1):
        macro, _, words = line.partition(" ")
        if macro == ".Sh":
            parts.append(Part(words, None, number, {}))
        elif macro == ".Ss":
            parts.append(Part(parts[-1].section, words.removesuffix(r"\&"), number, {}))
        elif macro == ".It":
            for name in re.findall(item, words):
                parts[-1].items.setdefault(name.replace("Fl Fl ", "--"), number)
    return parts


ITEM_OPTION = r"\b(Fl Fl [a-z][a-z-]*)"
ITEM_KEY = r"^Cm (\w+) No ="


# Comparing.


def compare(path: str, line: int, what: str, there: set[str], named: dict[str, int]) -> list[Problem]:
    """`line` is where those of `there` belong that are not `named`."""
    return [
        *(Problem(path, line, f"{what} {name} is missing: explain it here")
          for name in sorted(there - named.keys())),
        *(Problem(path, named[name], f"{what} {name} does not exist: remove it")
          for name in named if name not in there),
    ]


def check_parts(path: str, what: str, each: str, there: dict[str, set[str]],
                parts: list[Part]) -> list[Problem]:
    """Compares named parts of a page (subcommands, sections) and what each of them defines."""
    problems = compare(path, 1, what, set(there), {part.name: part.line for part in parts})
    for part in parts:
        if part.name in there:
            problems += compare(path, part.line, f"{part.name}: {each}", there[part.name], part.items)
    return problems


def check_tonghop(root: Path) -> list[Problem]:
    parts = parts_of(root, TONGHOP, ITEM_OPTION)
    common = options_of(read(root, "client/main.c"), r"help_en\[\] =")
    own = next((part for part in parts if part.section == "OPTIONS"), Part("OPTIONS", None, 1, {}))
    problems = compare(TONGHOP, own.line, "option", common, own.items)
    # A subcommand's help may name common options, in an example.
    commands = {name: options - common for name, options in commands_of(root).items()}
    subsections = [part for part in parts if part.section == "COMMANDS" and part.name is not None]
    return problems + check_parts(TONGHOP, "command", "option", commands, subsections)


def check_tonghopd(root: Path) -> list[Problem]:
    named: dict[str, int] = {}
    for part in parts_of(root, TONGHOPD, ITEM_OPTION):
        named |= part.items
    there = options_of(read(root, "daemon/main.c"), r"help\[\] =")
    return compare(TONGHOPD, 1, "option", there, named)


def check_conf(root: Path) -> list[Problem]:
    keys: dict[str, set[str]] = {}
    for section, name in KEY.findall(read(root, "daemon/text/conf.c")):
        keys.setdefault(f"[{section}]", set()).add(name)
    parts = [part for part in parts_of(root, CONF, ITEM_KEY) if part.name is not None]
    return check_parts(CONF, "section", "key", keys, parts)


def check(root: Path) -> list[Problem]:
    return [*check_tonghop(root), *check_tonghopd(root), *check_conf(root)]


SOURCES = {
    "client/main.c": 'commands[] = {\n    &command_file,\n};\n'
                     'static const char help_en[] =\n    "\\nOptions:\\n"\n    "  --lang L\\n";\n',
    "client/cmd_file.c": 'struct argument a = {.name = "FILE"};\n'
                         'const struct command command_file = {\n    .name = "file",\n'
                         '    .arguments = "FILE --period P [--unit \\"U\\"]",\n    .help =\n'
                         '        "  --period P  when\\n"\n        "  --dry-run   check\\n"\n'
                         '        "  tonghop file --lang vi\\n",\n    .help_vi = "  --khac\\n",\n};\n',
    "daemon/main.c": 'static const char help[] =\n    "usage: tonghopd --config FILE\\n";\n',
    "daemon/text/conf.c": 'rules[] = {\n    {"node", "unit", NEED_ALWAYS, f, ""},\n'
                          '    {"node", "state_dir", NEED_NONE, f, ""},\n'
                          '    {"client", "unit", NEED_NONE, f,\n     ""},\n};\n',
}
PAGES = {
    TONGHOP: ".Sh OPTIONS\n.It Fl Fl lang Ar L\nOr\n.Fl Fl nothing .\n.Sh COMMANDS\n.Ss file\n"
             ".It Fl Fl period Ar P\n.It Fl Fl unit Ar U\n.It Fl Fl dry-run\n",
    TONGHOPD: ".Sh DESCRIPTION\n.It Fl Fl config Ar FILE\n",
    CONF: ".Ss [node]\\&\n.It Cm unit No = Ar ID\n.It Cm state_dir No = Ar DIR\n"
          ".Ss [client]\\&\n.It Cm unit No = Ar ID\n.Sh FILES\n.It Pa /etc\n",
}


def changed(path: str, old: str, new: str) -> dict[str, str]:
    files = SOURCES | PAGES
    assert old in files[path]
    return files | {path: files[path].replace(old, new, 1)}


CASES = [
    Case("good pages", SOURCES | PAGES, []),
    Case("an option in the help alone", changed("client/cmd_file.c", "--dry-run", "--dry-walk"),
         [f"{TONGHOP}:6: file: option --dry-walk is missing",
          f"{TONGHOP}:9: file: option --dry-run does not exist"]),
    Case("an option in the usage alone", changed(TONGHOP, ".It Fl Fl unit Ar U\n", ""),
         [f"{TONGHOP}:6: file: option --unit is missing"]),
    Case("an option of another command",
         changed(TONGHOP, ".Ss file\n", ".Ss file\n.It Fl Fl wait Cm safe\n"),
         [f"{TONGHOP}:7: file: option --wait does not exist"]),
    Case("a common option that is new", changed("client/main.c", "--lang L", "--lang L, --etc DIR"),
         [f"{TONGHOP}:1: option --etc is missing"]),
    Case("a common option that is gone", changed(TONGHOP, "Fl Fl lang", "Fl Fl language"),
         [f"{TONGHOP}:1: option --lang is missing", f"{TONGHOP}:2: option --language does not exist"]),
    Case("no part for common options", changed(TONGHOP, ".Sh OPTIONS\n.It Fl Fl lang Ar L\n", ""),
         [f"{TONGHOP}:1: option --lang is missing"]),
    Case("a command that is new",
         changed("client/main.c", "&command_file,", "&command_file, &command_show,")
         | {"client/cmd_show.c": 'const struct command command_show = {\n    .name = "show",\n};\n'},
         [f"{TONGHOP}:1: command show is missing"]),
    Case("a command that is gone", changed("client/main.c", "    &command_file,\n", ""),
         [f"{TONGHOP}:6: command file does not exist"]),
    Case("an option of the daemon", changed("daemon/main.c", "--config FILE", "--config FILE --check"),
         [f"{TONGHOPD}:1: option --check is missing"]),
    Case("no option of the daemon", changed(TONGHOPD, ".It", ".It Fl Fl fork\n.It"),
         [f"{TONGHOPD}:2: option --fork does not exist"]),
    Case("a key in another section", changed(CONF, ".It Cm state_dir No = Ar DIR\n", ""),
         [f"{CONF}:1: [node]: key state_dir is missing"]),
    Case("a key that is gone", changed("daemon/text/conf.c", '{"client", "unit"', '{"client", "key"'),
         [f"{CONF}:4: [client]: key key is missing", f"{CONF}:5: [client]: key unit does not exist"]),
    Case("a section that is new", changed("daemon/text/conf.c", '"client"', '"parent"'),
         [f"{CONF}:1: section [parent] is missing", f"{CONF}:4: section [client] does not exist"]),
]

if __name__ == "__main__":
    main(check, CASES)
