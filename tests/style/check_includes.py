"""Who may include whom: the table of docs/ARCHITECTURE.md, as data.

The first row of RULES that a file matches says which headers of the project and which of other
people's libraries it may include; libc is open to all. A file that no row matches is a problem, so
a new folder needs a new row. Headers must not include each other in a circle, and must have content
of their own (no umbrella headers)."""

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple, Optional

from style import Case, Problem, code_files, main, read_lines

# Where quoted includes begin; also those of the compiler.
# cmocka.h asks for four headers in front of it: the one place that has them in that order.
PREAMBLES = {"tests/lib/cm.h"}

INCLUDE_ROOTS = ("include", "daemon", "tests", "")
# Made by protoc-c in the build folder.
GENERATED = "tonghop.pb-c.h"


class Rule(NamedTuple):
    files: str
    project: str
    libraries: str = ""


CORE = "core/* "
TEXT = CORE + "text/* link/key.h"
STORE = CORE + "store/*"
WIRE = CORE + "wire/* " + GENERATED
SOCK = CORE + "link/sock*.h link/key.h link/trouble.h"
LINK = "link/key.h link/session.h link/sock.h link/trouble.h "
EXPORT = CORE + "export/* store/* wire/* link/key.h " + GENERATED
NODE = CORE + "store/* wire/* node/* link/key.h link/session.h link/trouble.h " + GENERATED
ALL = CORE + LINK + "text/* store/* wire/* node/* export/export.h *.h " + GENERATED
CLIENT = CORE + LINK + "text/* wire/* client/* tonghop/* " + GENERATED
UNIT = CLIENT + " store/* node/* lib/* unit/*/*"

RULES = [
    Rule("daemon/core/*", CORE),
    Rule("daemon/text/csv.c", TEXT, "csv.h"),
    Rule("daemon/text/*", TEXT),
    # db_lmdb.h is shared by the db files and seen by nobody else.
    Rule("daemon/store/db*.[ch]", STORE, "lmdb.h"),
    Rule("daemon/store/*", STORE),
    Rule("daemon/wire/digest.c", WIRE, "sodium.h"),
    Rule("daemon/wire/*", WIRE, "protobuf-c/*"),
    Rule("daemon/link/session.[ch]", CORE + "link/session.h"),
    Rule("daemon/link/trouble.h", ""),
    Rule("daemon/link/key.[ch]", CORE + "link/key.h", "sodium.h"),
    Rule("daemon/link/sock.h", SOCK),
    # sock_*.h are shared by the sock files and seen by nobody else.
    Rule("daemon/link/sock*.[ch]", SOCK, "zmq.h"),
    Rule("daemon/node/*", NODE),
    Rule("daemon/export/base64.c", EXPORT, "sodium.h"),
    Rule("daemon/export/*", EXPORT, "jansson.h"),
    # The one module with a thread.
    Rule("daemon/ahead.c", ALL, "pthread.h semaphore.h"),
    Rule("daemon/*.[ch]", ALL, "systemd/*"),
    Rule("client/*", CLIENT, "jansson.h"),
    Rule("include/tonghop/*", "tonghop/*"),
    # As a program of somebody else's, which has nothing but what was installed.
    Rule("examples/*", "", "tonghop/*"),
    # Goes behind the back of the store, for those who need an older one.
    Rule("tests/lib/older.h", STORE),
    Rule("tests/lib/*", CORE + "lib/*", "cmocka.h"),
    # A test may go behind the back of the one module that hides a library.
    Rule("tests/unit/store/*", UNIT, "lmdb.h"),
    Rule("tests/unit/link/*", UNIT + " link/*", "zmq.h sodium.h"),
    Rule("tests/unit/wire/*", UNIT, "sodium.h"),
    Rule("tests/unit/daemon/*", UNIT + " *.h"),
    Rule("tests/unit/export/*", UNIT + " export/*"),
    Rule("tests/unit/*/*", UNIT),
    Rule("tests/fuzz/*export.c", UNIT + " fuzz/* export/*"),
    Rule("tests/threads/*", UNIT + " *.h", "pthread.h"),
    Rule("tests/fuzz/*", UNIT + " fuzz/*", "protobuf-c/*"),
    Rule("tests/fuzz/breaks/*", UNIT),
    Rule("tests/system/*", STORE),
    Rule("tests/faults/*", STORE + " lib/* faults/*"),
    Rule("tests/sim/*", NODE + " text/* lib/* sim/*"),
    # A bench measures the programs against the bare libraries, and the node without sockets.
    Rule("tests/bench/reference.c", CLIENT + " bench/*", "lmdb.h sqlite3.h"),
    Rule("tests/bench/intake.c", NODE + " bench/*"),
    Rule("tests/bench/realm*.[ch]", NODE + " bench/*"),
    Rule("tests/bench/count_messages.c", "", "dlfcn.h zmq.h"),
    Rule("tests/bench/*", CLIENT + " bench/*", "zmq.h"),
]

# math.h and float.h are not here: there is no floating point between input and output.
LIBC = """assert ctype errno inttypes iso646 limits locale setjmp signal stdalign stdarg stdatomic stdbool stddef
    stdint stdio stdlib stdnoreturn string time uchar wchar wctype
    arpa/inet dirent endian fcntl fnmatch ftw getopt glob grp libgen net/if netdb netinet/in
    netinet/tcp poll pwd spawn strings sysexits syslog termios unistd
    sys/eventfd sys/file sys/inotify sys/ioctl sys/mman sys/random sys/resource sys/sendfile sys/signalfd sys/socket
    sys/stat sys/statfs sys/statvfs sys/syscall sys/time sys/timerfd sys/types sys/uio sys/un sys/utsname sys/wait
    linux/magic linux/tcp malloc""".split()

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
PREPROCESSOR = re.compile(r"^\s*#(?:.*\\\n)*.*$", re.MULTILINE)


def matches(path: str, patterns: str) -> bool:
    """A star does not cross folders."""
    names = path.split("/")
    return any(
        len(names) == len(parts := pattern.split("/")) and all(map(fnmatchcase, names, parts))
        for pattern in patterns.split()
    )


def resolve(root: Path, name: str) -> Optional[str]:
    for folder in INCLUDE_ROOTS:
        if (root / folder / name).is_file():
            return (root / folder / name).relative_to(root).as_posix()
    return None


def judge(root: Path, rule: Rule, is_quoted: bool, name: str) -> Optional[str]:
    """What is wrong with one include, if anything."""
    if is_quoted:
        if name != GENERATED and resolve(root, name) is None:
            return f'"{name}" is not found from {", ".join(INCLUDE_ROOTS[:-1])} or the root; ' \
                   f"headers of other libraries and of libc stand in <>"
        if not matches(name, rule.project):
            return f'{rule.files} may not include "{name}"; it may: {rule.project}'
    elif matches(name, rule.libraries):
        return None
    elif resolve(root, name) is not None:
        return f'<{name}> is a header of the project: write "{name}"'
    elif name.removesuffix(".h") not in LIBC:
        return f"{rule.files} may not include <{name}>; beyond libc it may: " \
               f"{rule.libraries or 'nothing'}"
    return None


def find_circles(edges: dict[str, list[tuple[int, str]]]) -> list[Problem]:
    problems, done = [], set()

    def visit(header: str, trail: list[str]) -> None:
        for line, target in edges.get(header, []):
            if target in trail:
                circle = trail[trail.index(target):] + [target]
                problems.append(Problem(header, line, "circle of headers: " + " > ".join(circle)))
            elif target not in done:
                visit(target, trail + [target])
        done.add(header)

    for header in edges:
        if header not in done:
            visit(header, [header])
    return problems


def check(root: Path) -> list[Problem]:
    problems, edges = [], {}
    for path in code_files(root):
        rule = next((rule for rule in RULES if matches(path, rule.files)), None)
        if rule is None:
            problems.append(Problem(path, 1, f"no row of RULES in {Path(__file__).name} matches"))
            continue
        lines = read_lines(root, path)
        includes = [
            (number, match[1] == '"', match[2])
            for number, line in enumerate(lines, 1)
            if (match := INCLUDE.match(line))
        ]
        for number, is_quoted, name in includes:
            if text := judge(root, rule, is_quoted, name):
                problems.append(Problem(path, number, text))
        if path.endswith(".h"):
            edges[path] = [(number, target) for number, is_quoted, name in includes
                           if is_quoted and (target := resolve(root, name))]
            own = PREPROCESSOR.sub("", COMMENT.sub("", "\n".join(lines)))
            if includes and not own.strip() and path not in PREAMBLES:
                problems.append(Problem(path, includes[0][0], "umbrella header: it only includes; "
                                        "include what is needed where it is needed"))
    return problems + find_circles(edges)


CORE_H = {"daemon/core/a.h": "int a;\n"}


def one(name: str, path: str, include: str, *expected: str, more: str = "daemon/more.h") -> Case:
    """A file at `path` with that include on line 2, in a tree with one header in each folder and
    that at `more`."""
    tree = {f"daemon/{folder}/{folder}.h": "int x;\n"
            for folder in ("core", "text", "store", "wire", "node")}
    tree |= {f"daemon/link/{header}.h": "int x;\n" for header in ("key", "session", "sock")}
    tree |= {"client/client.h": "int x;\n", "daemon/loop.h": "int x;\n",
             "include/tonghop/client.h": "int x;\n", "tests/lib/cm.h": "int x;\n",
             more: "int x;\n"}
    return Case(name, tree | {path: f"int f;\n#include {include}\n"},
                [f"{path}:2: {begin}" for begin in expected])


CASES = [
    one("core: libc", "daemon/core/x.c", "<string.h>"),
    one("core: itself", "daemon/core/x.c", '"core/core.h"'),
    one("core: store", "daemon/core/x.c", '"store/store.h"', "daemon/core/* may not"),
    one("core: sodium", "daemon/core/x.c", "<sodium.h>", "daemon/core/* may not"),
    one("core: no floating point", "daemon/core/x.c", "<math.h>", "daemon/core/* may not"),
    one("core: libc in quotes", "daemon/core/x.c", '"string.h"', '"string.h" is not found'),
    one("core: itself in <>", "daemon/core/x.c", "<core/core.h>", "<core/core.h> is a header"),
    one("text: key", "daemon/text/x.c", '"link/key.h"'),
    one("text: session", "daemon/text/x.c", '"link/session.h"', "daemon/text/* may not"),
    one("text: libcsv in csv.c", "daemon/text/csv.c", "<csv.h>"),
    one("text: libcsv elsewhere", "daemon/text/x.c", "<csv.h>", "daemon/text/* may not"),
    one("store: lmdb in db.c", "daemon/store/db.c", "<lmdb.h>"),
    one("store: lmdb elsewhere", "daemon/store/keys.c", "<lmdb.h>", "daemon/store/* may not"),
    one("store: wire", "daemon/store/x.c", '"wire/wire.h"', "daemon/store/* may not"),
    one("wire: generated", "daemon/wire/x.h", '"tonghop.pb-c.h"'),
    one("wire: sodium in digest.c", "daemon/wire/digest.c", "<sodium.h>"),
    one("wire: sodium elsewhere", "daemon/wire/x.c", "<sodium.h>", "daemon/wire/* may not"),
    one("wire: session", "daemon/wire/x.c", '"link/session.h"', "daemon/wire/* may not"),
    one("session: key", "daemon/link/session.c", '"link/key.h"', "daemon/link/session.[ch] may"),
    one("session: zmq", "daemon/link/session.c", "<zmq.h>", "daemon/link/session.[ch] may not"),
    one("key: sodium", "daemon/link/key.c", "<sodium.h>"),
    one("key: zmq", "daemon/link/key.c", "<zmq.h>", "daemon/link/key.[ch] may not"),
    one("sock: zmq", "daemon/link/sock_zap.c", "<zmq.h>"),
    one("sock: zmq in the public header", "daemon/link/sock.h", "<zmq.h>", "daemon/link/sock.h may"),
    one("sock: zmq in a private header", "daemon/link/sock_zap.h", "<zmq.h>"),
    Case("link: a file without a row", {"daemon/link/x.c": ""}, ["daemon/link/x.c:1: no row"]),
    one("node: session", "daemon/node/x.c", '"link/session.h"'),
    one("node: key", "daemon/node/x.c", '"link/key.h"'),
    one("node: sock", "daemon/node/x.c", '"link/sock.h"', "daemon/node/* may not"),
    one("node: text", "daemon/node/x.c", '"text/text.h"', "daemon/node/* may not"),
    one("main: systemd", "daemon/main.c", "<systemd/sd-daemon.h>"),
    one("main: loop", "daemon/main.c", '"loop.h"'),
    one("main: zmq", "daemon/main.c", "<zmq.h>", "daemon/*.[ch] may not"),
    one("main: client", "daemon/main.c", '"client/client.h"', "daemon/*.[ch] may not"),
    one("client: sock", "client/x.c", '"link/sock.h"'),
    one("client: the inside of sock", "client/x.c", '"link/sock_zap.h"', "client/* may not",
        more="daemon/link/sock_zap.h"),
    one("client: node", "client/x.c", '"node/node.h"', "client/* may not"),
    one("client: store", "client/x.c", '"store/store.h"', "client/* may not"),
    one("public: core", "include/tonghop/x.h", '"core/core.h"', "include/tonghop/* may not"),
    one("example: the library", "examples/x.c", "<tonghop/client.h>"),
    one("example: the library as if it were inside", "examples/x.c", '"tonghop/client.h"',
        "examples/* may not"),
    one("example: the inside", "examples/x.c", '"client/client.h"', "examples/* may not"),
    one("unit test: its module", "tests/unit/core/x.c", '"core/core.h"'),
    one("unit test: loop", "tests/unit/core/x.c", '"loop.h"', "tests/unit/*/* may not"),
    one("sim: node", "tests/sim/x.c", '"node/node.h"'),
    one("sim: sock", "tests/sim/x.c", '"link/sock.h"', "tests/sim/* may not"),
    one("sim: loop", "tests/sim/x.c", '"loop.h"', "tests/sim/* may not"),
    Case("a folder without a row", {"daemon/new/x.c": ""}, ["daemon/new/x.c:1: no row"]),
    Case("umbrella", CORE_H | {"daemon/core/all.h": '#ifndef ALL_H\n#define ALL_H\n/* All. */\n'
                               '#include "core/a.h"\n#endif\n'},
         ["daemon/core/all.h:4: umbrella header"]),
    Case("circle", {"daemon/core/a.h": '#include "core/b.h"\nint a;\n',
                    "daemon/core/b.h": 'int b;\n#include "core/a.h"\n'},
         ["daemon/core/b.h:2: circle of headers: daemon/core/a.h > daemon/core/b.h > "]),
    Case("circle of one", {"daemon/core/a.h": 'int a;\n#include "core/a.h"\n'},
         ["daemon/core/a.h:2: circle of headers"]),
]

if __name__ == "__main__":
    main(check, CASES)
