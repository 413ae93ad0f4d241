"""The storm before a deadline: every commune of a country files its annual report in the same
seconds, each over a connection and with a key of its own. Measured from the first connect to the
last receipt, against a bare ROUTER that lets the same keys in and answers as much, under the same
storm in the same run. --quick: some hundred communes, as the tests run it.

What is right or wrong is asserted: all filed, no connection made twice, the nation's totals, and
`tonghop verify`. Times and memory are printed."""

import json
import os
import resource
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

from country import NATION, write_country  # noqa: E402
from harness import Failure, Node, Tree, die_with_the_test  # noqa: E402
from scene import expect, plant, totals, verify  # noqa: E402

PERIOD = "2024"  # STORM_YEAR
INDICATORS = 100
DESCRIPTORS = 4  # of a client with its monitor
DESCRIPTORS_MORE = 200
PROCESSES_MIN = 2
# As many handshakes as clients, and few more.
HANDSHAKES_MAX = 1.05
TICKS = os.sysconf("SC_CLK_TCK")


class Size(NamedTuple):
    counts: tuple[int, ...]
    jitter_ms: int

    @property
    def clients(self) -> int:
        return self.counts[-1]


FULL, QUICK = Size(NATION, 4000), Size((3, 15, 300), 500)


class Use(NamedTuple):
    """What a process has used up to now."""

    cpu_s: float
    written_mib: float  # by calls; the kernel's own count is of pages, and larger

    @staticmethod
    def of(pid: int) -> "Use":
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        io = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
        return Use((int(fields[11]) + int(fields[12])) / TICKS, int(io["wchar"]) / 2**20)


def memory_mib(pid: int) -> dict[str, float]:
    """Of /proc/PID/status: VmHWM is the peak of VmRSS, of which RssAnon is no file's."""
    lines = [line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return {line[0].rstrip(":"): int(line[1]) / 1024 for line in lines if line[-1] == "kB"}


# ---- the storm ----


def processes_for(clients: int) -> int:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = (limit - DESCRIPTORS_MORE) // DESCRIPTORS
    return max(PROCESSES_MIN, -(-clients // most))


def start(*arguments: object) -> subprocess.Popen:
    return subprocess.Popen([str(argument) for argument in arguments], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, encoding="utf-8", preexec_fn=die_with_the_test)


def await_ready(*processes: subprocess.Popen) -> None:
    for process in processes:
        expect("the program is ready", process.stdout.readline(), "ready\n")


def storm(size: Size, endpoint: str, key: str, keys: Path, catalogue: Path, server: int) -> dict:
    """One storm upon the process `server`, and what it was like."""
    count = processes_for(size.clients)
    firsts = [size.clients * i // count for i in range(count + 1)]
    processes = [start(os.environ["BENCH_STORM"], "run", endpoint, key, keys, catalogue, first,
                       following - first, size.jitter_ms)
                 for first, following in zip(firsts, firsts[1:])]
    await_ready(*processes)
    before = Use.of(server)
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    parts = [json.loads(process.stdout.readline()) for process in processes]
    after, memory = Use.of(server), memory_mib(server)
    for process in processes:
        process.communicate()
    row = {name: sum(part[name] for part in parts)
           for name in ("filed", "refused", "late", "connected", "succeeded", "cut", "failed", "retried", "lost")}
    hellos, receipts = (sorted(column) for column in zip(*(pair for part in parts for pair in part["ms"])))
    return row | {
        "clients": size.clients,
        "seconds": (max(part["last_ns"] for part in parts) - min(part["first_ns"] for part in parts)) / 1e9,
        "cpu_s": after.cpu_s - before.cpu_s,
        "hello_p50_ms": hellos[len(hellos) // 2],
        "p50_ms": receipts[len(receipts) // 2],
        "p99_ms": receipts[len(receipts) * 99 // 100],
        "peak_mib": memory["VmHWM"],
        "anon_mib": memory["RssAnon"],
        "written_mib": after.written_mib - before.written_mib,
        "sums": [sum(figures) for figures in zip(*(part["sums"] for part in parts))],
    }


def storm_on_bare(size: Size, node: Node, keys: Path, catalogue: Path) -> dict:
    endpoint = f"tcp://127.0.0.1:{node.tree.ports.take()}"
    bare = start(os.environ["BENCH_BARE_ROUTER"], endpoint, node.tree.etc / f"{node.name}.key", keys)
    await_ready(bare)
    row = storm(size, endpoint, node.public_key, keys, catalogue, bare.pid)
    row["asked"] = int(bare.communicate()[0])
    return row


# ---- what must be right ----


def check(size: Size, row: dict) -> None:
    expect("filed, refused", (row["filed"], row["refused"]), (size.clients, 0))
    if row["connected"] > HANDSHAKES_MAX * size.clients:
        raise Failure(f"{row['connected']} connections of {size.clients} clients, "
                      f"{row['failed']} ended in the handshake, {row['cut']} of them by the other side, "
                      f"in {row['seconds']:.1f} s")


def check_totals(size: Size, node: Node, sums: list[int]) -> None:
    """Of stocks and flows alike, the nation's figure is the sum of the communes'."""
    figures = totals(node, PERIOD)
    expect("indicators", len(figures), INDICATORS)
    for number, total in enumerate(sums, 1):
        figure = figures[f"i.{number}"]
        scale = 10 if number % 10 == 5 else 1  # country.py: one decimal
        expect(f"i.{number}", (Decimal(figure.value) * scale, figure.unit_count), (total, size.clients))


def run(size: Size) -> list[dict]:
    """The daemon's row, and that of the bare ROUTER."""
    with Tree() as tree:
        catalogue, keys = tree.folder / "catalogue", tree.folder / "keys"
        write_country(catalogue, size.counts, INDICATORS)
        node = plant(tree, name="nation", unit=1, catalogue=catalogue)
        begin = time.monotonic()
        subprocess.run([os.environ["BENCH_STORM"], "enrol", tree.folder / "run/nation/control", keys,
                        catalogue, str(size.clients)], check=True)
        print(f"{size.clients} keys enrolled in {time.monotonic() - begin:.1f} s", flush=True)
        bare = storm_on_bare(size, node, keys, catalogue)
        expect("the bare ROUTER answers all", bare["filed"], size.clients)
        row = storm(size, node.endpoint, node.public_key, keys, catalogue, node.pid)
        check(size, row)
        check_totals(size, node, row["sums"])
        verify(node)
    return [{"of": "tonghopd"} | row, {"of": "bare ROUTER"} | bare]


COLUMNS = ("of", "clients", "filed", "refused", "late", "connected", "failed", "cut", "retried", "seconds", "cpu_s",
           "hello_p50_ms", "p50_ms", "p99_ms", "peak_mib", "anon_mib", "written_mib")


def show(rows: list[dict]) -> None:
    for name in COLUMNS:
        values = [row[name] for row in rows]
        texts = [f"{value:.2f}" if isinstance(value, float) else str(value) for value in values]
        print(f"{name:14}" + "".join(f"{text:>14}" for text in texts))
    ours, bare = rows
    for name in ("seconds", "cpu_s", "peak_mib", "anon_mib"):
        print(f"{name} {ours[name] / max(bare[name], 0.01):.2f} x the bare ROUTER's")
    print(f"handshakes {ours['connected'] / ours['clients']:.3f} x the clients")


if __name__ == "__main__":
    show(run(QUICK if "--quick" in sys.argv[1:] else FULL))
