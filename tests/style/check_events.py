"""What the daemon logs is an event, every event is logged somewhere, and docs/EVENTS.md tells all of
the table in daemon/core/log_event.c, and the fields that the calls of log_event give."""

import re
from pathlib import Path
from typing import NamedTuple

from style import Case, Problem, files_of, main, read_lines

TABLE = "daemon/core/log_event.c"
DOC = "docs/EVENTS.md"
NO_CALLS = ("daemon/core/log.c", "daemon/core/log.h")  # where logging is made

PLAIN = re.compile(r"\blog_(?:error|warning|notice|info|line)\(")
CALL = re.compile(r"\blog_event\(")
KIND = re.compile(r"\bLOG_EVENT_([A-Z_]+)\b")
MEMBER = re.compile(r"\.(\w+) =")
STRING = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
ROW = re.compile(rf"\[LOG_EVENT_([A-Z_]+)\] =\s*\{{{STRING},\s*{STRING},\s*LOG_LEVEL_([A-Z]+),"
                 rf"\s*{STRING},\s*{STRING}\}}")

# Of a member of struct log_fields: the fields in the journal.
FIELDS = {
    "report": ("TONGHOP_UNIT", "TONGHOP_KIND", "TONGHOP_PERIOD", "TONGHOP_FORM"),
    "unit": ("TONGHOP_UNIT",),
    "revision": ("TONGHOP_REVISION",),
    "catalogue": ("TONGHOP_CATALOGUE",),
    "key": ("TONGHOP_KEY",),
    "peer": ("TONGHOP_PEER",),
    "error": ("TONGHOP_ERROR",),
}


class Event(NamedTuple):
    line: int
    message_id: str
    level: str
    fields: frozenset[str]
    meaning: str
    remedy: str


def name_of(kind: str) -> str:
    return kind.lower().replace("_", "-")


def text_of(literals: str) -> str:
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals)).replace(r"\"", '"')


def line_at(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def head_of_call(text: str, begin: int) -> str:
    """The arguments of a call, up to its format: the event and its fields."""
    return text[begin:text.index('"', begin)]


def calls_of(root: Path) -> tuple[list[Problem], dict[str, set[str]]]:
    """Calls that tell of no event, and for each event that is told of its fields."""
    problems: list[Problem] = []
    fields: dict[str, set[str]] = {}
    for path in files_of(root, ("daemon",), ".c", ".h"):
        if path in NO_CALLS:
            continue
        text = (root / path).read_text(encoding="utf-8")
        for match in PLAIN.finditer(text):
            problems.append(Problem(path, line_at(text, match.start()), "not an event: log_event"))
        for match in CALL.finditer(text):
            head = head_of_call(text, match.end())
            kinds = KIND.findall(head)
            if not kinds:
                problems.append(Problem(path, line_at(text, match.start()),
                                        "name the event in the call, so that it can be found"))
            for kind in kinds:
                fields.setdefault(kind, set()).update(
                    field for member in MEMBER.findall(head) for field in FIELDS[member])
    return problems, fields


def events_of(root: Path, fields: dict[str, set[str]]) -> tuple[list[Problem], dict[str, Event]]:
    text = (root / TABLE).read_text(encoding="utf-8")
    problems, events = [], {}
    for match in ROW.finditer(text):
        kind, name, message_id, level, meaning, remedy = match.groups()
        line = line_at(text, match.start())
        if text_of(name) != name_of(kind):
            problems.append(Problem(TABLE, line, f"LOG_EVENT_{kind} is named {text_of(name)}"))
        if kind not in fields:
            problems.append(Problem(TABLE, line, f"{name_of(kind)} is never logged: remove it"))
        events[name_of(kind)] = Event(line, text_of(message_id), level.lower(),
                                      frozenset(fields.get(kind, ())), text_of(meaning),
                                      text_of(remedy))
    if text.count("[LOG_EVENT_") != len(events):
        problems.append(Problem(TABLE, 1, "a row of the table is not of the usual form"))
    return problems, events


def documented(root: Path) -> dict[str, Event]:
    """The parts of the document: a heading `### name`, and a paragraph each of facts, meaning and
    remedy."""
    events = {}
    text = "\n".join(read_lines(root, DOC)) + "\n"
    for match in re.finditer(r"^### (\S+)\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL):
        facts, meaning, remedy, *_ = match[2].strip().split("\n\n") + ["", "", ""]
        level, message_id, *fields = re.findall(r"[\w]+", facts.replace("MESSAGE_ID=", "")) + [""] * 2
        events[match[1]] = Event(line_at(text, match.start()), message_id, level,
                                 frozenset(field for field in fields if field),
                                 " ".join(meaning.split()),
                                 " ".join(remedy.split()).removeprefix("What to do: "))
    return events


def compare(there: dict[str, Event], told: dict[str, Event]) -> list[Problem]:
    problems = [Problem(DOC, 1, f"event {name} is missing") for name in there if name not in told]
    for name, event in told.items():
        if name not in there:
            problems.append(Problem(DOC, event.line, f"event {name} does not exist: remove it"))
            continue
        for what, actual, expected in zip(Event._fields[1:], event[1:], there[name][1:]):
            if actual != expected:
                shown = " ".join(sorted(expected)) if isinstance(expected, frozenset) else expected
                problems.append(Problem(DOC, event.line, f"{name}: {what} should be: {shown}"))
    return problems


def check(root: Path) -> list[Problem]:
    problems, fields = calls_of(root)
    more, events = events_of(root, fields)
    return problems + more + compare(events, documented(root))


GOOD = {
    TABLE: 'infos[] = {\n    [LOG_EVENT_LINK_UP] = {"link-up", "aa", LOG_LEVEL_NOTICE, "It is\\"up\\" "\n'
           '        "now.",\n        "Nothing."},\n'
           '    [LOG_EVENT_ALARM] =\n        {"alarm", "bb", LOG_LEVEL_ERROR, "Bad.", "Do it."},\n};\n',
    "daemon/node/a.c": 'log_event(is_up ? LOG_EVENT_LINK_UP : LOG_EVENT_ALARM, NULL, "x");\n'
                       'log_event(LOG_EVENT_ALARM, LOG_FIELDS(.report = &key, .error = err),\n"y");\n'
                       'log_debug("z");\n',
    DOC: '# Events\n\n## Links\n\n### link-up\nnotice · `MESSAGE_ID=aa`\n\nIt is"up"\nnow.\n\n'
         'What to do: Nothing.\n\n### alarm\nerror · `MESSAGE_ID=bb` · `TONGHOP_UNIT`, `TONGHOP_KIND`,\n'
         '`TONGHOP_PERIOD`, `TONGHOP_FORM`, `TONGHOP_ERROR`\n\nBad.\n\nWhat to do: Do it.\n\n## End\n',
}


def changed(path: str, old: str, new: str) -> dict[str, str]:
    assert old in GOOD[path]
    return GOOD | {path: GOOD[path].replace(old, new, 1)}


CASES = [
    Case("all is told", GOOD, []),
    Case("a plain line", changed("daemon/node/a.c", "log_debug(", "log_warning("),
         ["daemon/node/a.c:4: not an event"]),
    Case("an event that is not named", changed("daemon/node/a.c", "LOG_EVENT_ALARM, LOG", "event, LOG"),
         ["daemon/node/a.c:2: name the event",
          f"{DOC}:13: alarm: fields should be: "]),
    Case("an event that nobody logs", changed("daemon/node/a.c", "LOG_EVENT_LINK_UP", "LOG_EVENT_ALARM"),
         [f"{TABLE}:2: link-up is never logged"]),
    Case("a row that is not read", changed(TABLE, '"Bad."', "BAD"),
         [f"{TABLE}:1: a row", f"{DOC}:13: event alarm does not exist"]),
    Case("another name", changed(TABLE, '"alarm"', '"alert"'), [f"{TABLE}:5: LOG_EVENT_ALARM is named"]),
    Case("an event without its part", changed(DOC, "### alarm", "### alert"),
         [f"{DOC}:1: event alarm is missing", f"{DOC}:13: event alert does not exist"]),
    Case("another id", changed(DOC, "=aa", "=ab"), [f"{DOC}:5: link-up: message_id should be: aa"]),
    Case("another level", changed(DOC, "error ·", "warning ·"), [f"{DOC}:13: alarm: level should be: error"]),
    Case("a field that is missing", changed(DOC, ", `TONGHOP_ERROR`", ""),
         [f"{DOC}:13: alarm: fields should be: TONGHOP_ERROR"]),
    Case("a field that is not given", changed(DOC, "=aa`", "=aa` · `TONGHOP_UNIT`"),
         [f"{DOC}:5: link-up: fields should be: "]),
    Case("another meaning", changed(DOC, "Bad.", "Worse."), [f"{DOC}:13: alarm: meaning should be: Bad."]),
    Case("another remedy", changed(DOC, "Do it.", "Do not."), [f"{DOC}:13: alarm: remedy should be: Do it."]),
]

if __name__ == "__main__":
    main(check, CASES)
