"""Sessions in a shell as the documents print them: the commands, and what each prints."""

import re
from dataclasses import dataclass, field
from pathlib import Path

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")  # never the same, always as wide


@dataclass
class Session:
    place: str  # as "README.md:69"
    command: str  # without its prompt
    output: list[str] = field(default_factory=list)  # its lines; "..." stands for any number of them


def sessions_of(root: Path, name: str) -> list[Session]:
    """The commands in the blocks of a document, in order."""
    found: list[Session] = []
    is_block = is_command = False
    for number, line in enumerate((root / name).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            is_block, is_command = not is_block, False
            has_session = False
        elif is_block and line.startswith("$ "):
            found.append(Session(f"{name}:{number}", line[2:]))
            has_session = is_command = True
        elif is_command and found[-1].command.endswith("\\"):
            found[-1].command = f"{found[-1].command[:-1]}{line.strip()}"
        elif is_block and has_session:
            found[-1].output.append(line)
    for session in found:
        while session.output and not session.output[-1]:
            session.output.pop()
    return found


def is_as_documented(output: list[str], documented: list[str]) -> bool:
    """Compares all but the moments."""
    pattern = ""
    for line in documented:
        is_gap = line.strip() == "..."
        pattern += r"(?:.*\n)*?" if is_gap else re.escape(MOMENT.sub("(moment)", line)) + r"\n"
    text = "".join(f"{MOMENT.sub('(moment)', line.rstrip())}\n" for line in output)
    return re.fullmatch(pattern, text) is not None
