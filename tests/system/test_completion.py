"""What bash completes of a `tonghop` command line is what the program's own help names."""

import re
import subprocess

from harness import Tree
from scene import ROOT, expect, play

COMPLETION = ROOT / "deploy/completion/tonghop"
SCRIPT = """
. "$COMPLETION"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_tonghop
printf '%s\\n' "${COMPREPLY[@]}"
"""
# An option, or a command with operands, and its values as the file has them.
VALUES = {
    "submit --format": "csv json text", "submit --lang": "en vi", "submit --numbers": "plain vi",
    "submit --kind": "actual plan", "submit --scope": "own whole",
    "totals --compare": "plan previous previous,plan", "totals --by": "type unit",
    "coverage --by": "child",
    "coverage --state": "accepted covered early late missing nil not-obliged on-time returned untimed waiting",
    "enrol --role": "admin node reader reporter", "rekey --role": "admin reader reporter",
    "catalogue": "check diff fetch publish show",
    "catalogue show": "bodies calendars exceptions forms holidays indicators measures sections units",
}


def complete(tree: Tree, line: str) -> list[str]:
    """What stands for the last word of the line, which may be empty."""
    words = line.split(" ")
    done = subprocess.run(["/bin/bash", "-c", SCRIPT, "bash", str(tree.program), *words], check=True,
                          capture_output=True, encoding="utf-8",
                          env=tree.environment | {"COMPLETION": str(COMPLETION), "LANG": "vi_VN.UTF-8"})
    assert done.stderr == "", done.stderr
    return done.stdout.split()


def help_of(tree: Tree, *command: str) -> str:
    return tree.tonghop(*command, "--help", "--lang", "en").out


def commands_of(tree: Tree) -> list[str]:
    text = help_of(tree).partition("\nOptions of every command")[0]
    return sorted(re.findall(r"^  ([a-z]+)  ", text, re.MULTILINE))


def commands_are_those_of_the_help(tree: Tree) -> None:
    """Every command of the help is offered, and what was begun is completed"""
    commands = commands_of(tree)
    assert len(commands) > 15, commands
    expect("commands", complete(tree, ""), commands)
    expect("after an option", complete(tree, "--node x --lang vi "), commands)
    expect("begun", complete(tree, "sub"), ["submit"])


def options_are_those_of_the_help(tree: Tree) -> None:
    """Every option that the help of a command names is offered, and no other"""
    common = set(re.findall(r"^  .*?(--[a-z]+)", help_of(tree), re.MULTILINE)) - {"--help"}
    for command in commands_of(tree):
        text = help_of(tree, command)
        offered = set(complete(tree, f"{command} --"))
        expect(f"{command}: offered, not in the help",
               {option for option in offered if option not in text} - common - {"--help", "--version"},
               set())
        usage = set(re.findall(r"(?:^  |\[|\|? )(--[a-z-]+[a-z])", text, re.MULTILINE))
        expect(f"{command}: in the help, not offered", (usage | common) - offered, set())


def values_are_in_the_help(tree: Tree) -> None:
    """Values that the file has itself are words of the help"""
    for line, values in VALUES.items():
        command, _, option = line.partition(" ")
        expect(line, complete(tree, f"{line} "), values.split())
        text = help_of(tree, command) + help_of(tree)
        for value in values.replace(",", " ").split():
            assert re.search(rf"\b{value}\b", text), f"{line}: the help does not know {value}"


def nodes_are_the_configurations(tree: Tree) -> None:
    """--node offers the configurations of the folder that --etc names"""
    for name in ("duc-co", "gia-lai"):
        (tree.etc / f"{name}.conf").write_text("")
    expect("nodes", complete(tree, f"--etc {tree.etc} --node "), ["duc-co", "gia-lai"])
    expect("begun", complete(tree, f"--etc {tree.etc} --node du"), ["duc-co"])
    expect("no node", complete(tree, f"--etc {tree.folder} --node "), [])


if __name__ == "__main__":
    with Tree() as the_tree:
        play([commands_are_those_of_the_help, options_are_those_of_the_help, values_are_in_the_help,
              nodes_are_the_configurations], the_tree)
