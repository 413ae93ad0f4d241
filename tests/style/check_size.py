"""Files and functions of a size that can be read.

The layout makes a function easy to see: its opening and closing braces alone stand in column one."""

from pathlib import Path

from style import Case, Problem, code_files, main, read_lines

FILE_LINES_GOOD = 500
FILE_LINES_MAX = 700
FUNCTION_LINES_MAX = 120


def check(root: Path) -> list[Problem]:
    problems = []
    for path in code_files(root, ".c"):
        lines = read_lines(root, path)
        if len(lines) > FILE_LINES_GOOD:
            is_warning = len(lines) <= FILE_LINES_MAX
            limit = FILE_LINES_GOOD if is_warning else FILE_LINES_MAX
            problems.append(Problem(path, len(lines), f"{len(lines)} lines, more than {limit}: "
                                    "split it into two modules", is_warning))
        begin = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                begin = number
            elif line.startswith("}") and begin is not None:
                length = number - begin - 1
                if length > FUNCTION_LINES_MAX:
                    problems.append(Problem(path, begin, f"function of {length} lines, more than "
                                            f"{FUNCTION_LINES_MAX}: branch here, compute in helpers"))
                begin = None
    return problems


def function(length: int) -> str:
    return "int f(void)\n{\n" + "    g();\n" * length + "}\n"


CASES = [
    Case("at the limits", {"daemon/a.c": function(120) + "int x;\n" * (500 - 123)}, []),
    Case("a long file is a warning", {"daemon/a.c": "int x;\n" * 501},
         ["daemon/a.c:501: warning: 501 lines"]),
    Case("a too long file", {"daemon/a.c": "int x;\n" * 701}, ["daemon/a.c:701: 701 lines"]),
    Case("a too long function", {"daemon/a.c": function(3) + function(121)},
         ["daemon/a.c:8: function of 121 lines"]),
    Case("a long table is no function",
         {"daemon/a.c": "static int t[] = {\n" + "    1,\n" * 200 + "};\n"}, []),
]

if __name__ == "__main__":
    main(check, CASES)
