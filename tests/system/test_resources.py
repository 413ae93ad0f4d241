"""A daemon is small, quick to start, and sleeps when there is nothing to do; also with ten years of
a province's reports: 17 districts, 220 communes, S1 and the year, 30 indicators.

Times are compared within one run, and counted as medians of starts that alternate: an empty store,
ten years, an empty store ... Memory is RssAnon, what the process has for itself: the store's pages
are the kernel's to drop."""

import csv
import os
import statistics
import time
from pathlib import Path

from harness import Failure, Node, Tree
from manager import Manager
from peer import Keys, Peer, filing, pb
from scene import (IS_SANITIZED, SAMPLE, exact, expect, plant, status, total, verify)

PROVINCE, DISTRICTS, COMMUNES = 1, range(101, 118), range(1001, 1221)
LEAF = 1999  # one more commune, with a daemon of its own that has nothing to do
UNITS = [PROVINCE, *DISTRICTS, *COMMUNES]
YEARS = range(2015, 2025)
INDICATORS = range(1, 31)

LEAF_MAX_KB = 3 * 1024
TEN_YEARS_MAX_KB = 7 * 1024  # LMDB seems to keep pages of its largest transaction: where what waits was placed
START_RATIO_MAX = 2
STARTS = 9  # of each
IDLE_S = 5
# The session pings every 10 s, and libzmq's thread has nothing to do: a handful in all.
WAKE_UPS_MAX = 5 * IDLE_S
CPU_MAX_S = 0.05


def write_catalogue(folder: Path) -> Path:
    """The sample's levels and calendar, an invented tree and one form."""
    folder.mkdir()
    (folder / "catalogue.ini").write_text((SAMPLE / "catalogue/catalogue.ini").read_text())
    with (folder / "forms.csv").open("w") as file:
        csv.writer(file).writerows([("number", "code", "name_vi", "name_en", "due", "accept"),
                                    (1, "chung", "Báo cáo chung", "", "district|commune", "")])
    with (folder / "units.csv").open("w") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "code", "level", "type", "parent", "from", "to", "name_vi", "name_en",
                       "successors"))
        rows.writerow((PROVINCE, PROVINCE, "province", "tinh", "", "", "", "Tỉnh", "", ""))
        for unit in DISTRICTS:
            rows.writerow((unit, unit, "district", "huyen", PROVINCE, "", "", f"Huyện {unit}", "", ""))
        for index, unit in enumerate([*COMMUNES, LEAF]):
            above = DISTRICTS[index % len(DISTRICTS)]
            rows.writerow((unit, unit, "commune", "xa", above, "", "", f"Xã {unit}", "", ""))
    with (folder / "indicators.csv").open("w") as file:
        rows = csv.writer(file)
        rows.writerow(("number", "code", "form", "section", "name_vi", "name_en", "measure", "nature",
                       "aggregation", "decimals", "signed", "part_of", "levels", "valid_from",
                       "valid_to", "rule"))
        for number in INDICATORS:
            nature = "stock" if number % 5 == 0 else "flow"
            rows.writerow((number, f"c{number}", "chung", "", f"Chỉ tiêu {number}", "", "lượt", nature,
                           "sum", 0, "", "", "province|district|commune", "", "", ""))
    return folder


def value_of(unit: int, year: int, label: int, indicator: int) -> int:
    """Any figure that tells its report; a year is above its first half."""
    return (unit * 7 + year * 3 + indicator * 11) % 500 * label


def load(node: Node) -> int:
    """Files everything, through the daemon. Returns the number of reports."""
    keys = Keys.generate()
    node.tonghop("enrol", str(PROVINCE), keys.public, "--role", "reporter")
    count = 0
    with Peer(node.endpoint, node.public_key, keys) as peer:
        peer.hello()
        for year in YEARS:
            filings = []
            for label in (1, 3):
                for unit in UNITS:
                    key = pb.Key(kind=1, year=year, label=label, unit=unit, form=1)
                    cells = {number: value_of(unit, year, label, number) for number in INDICATORS}
                    filings.append(filing(key, cells, author="Người lập"))
            count += len(peer.file_all(filings))
    return count


# ---- what the kernel says ----


def memory_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise Failure(f"no RssAnon of {pid}")


def wake_ups(pid: int) -> int:
    """How often any thread of it has gone to sleep."""
    count = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for line in (thread / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                count += int(line.split()[1])
    return count


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# ---- the checks ----


def expect_small(what: str, node: Node, limit_kb: int) -> None:
    used_kb = memory_kb(node.pid)
    if used_kb > limit_kb:
        raise Failure(f"{what}: RssAnon is {used_kb} kB, more than {limit_kb}")
    print(f"ok  {what}: RssAnon is {used_kb} kB, at most {limit_kb}", flush=True)


def expect_asleep(nodes: list[Node]) -> None:
    before = [(wake_ups(node.pid), cpu_s(node.pid)) for node in nodes]
    time.sleep(IDLE_S)  # the thing that is measured
    for node, (woken, used_s) in zip(nodes, before):
        woken, used_s = wake_ups(node.pid) - woken, cpu_s(node.pid) - used_s
        if woken > WAKE_UPS_MAX or used_s > CPU_MAX_S:
            raise Failure(f"{node.name} woke {woken} times in {IDLE_S} s and used {used_s:.2f} s")
        print(f"ok  {node.name} is idle: {woken} wake-ups and {used_s:.2f} s of CPU in {IDLE_S} s",
              flush=True)


def start_s(node: Node) -> float:
    """Seconds from the start of the process until READY."""
    with Manager() as manager:
        begin = time.monotonic()
        manager.start([node.tree.tonghopd, "--config", node.config], node.log)
        manager.hear("READY=1")
        passed_s = time.monotonic() - begin
        manager.process.terminate()
        expect("end", manager.process.wait(), 0)
    return passed_s


def expect_quick_start(empty: Node, full: Node) -> None:
    times: dict[str, list[float]] = {"empty": [], "full": []}
    for _ in range(STARTS):
        times["empty"].append(start_s(empty))
        times["full"].append(start_s(full))
    empty_ms, full_ms = (1000 * statistics.median(times[name]) for name in ("empty", "full"))
    if full_ms > START_RATIO_MAX * empty_ms:
        raise Failure(f"starting takes {full_ms:.0f} ms with ten years, {empty_ms:.0f} ms with none")
    print(f"ok  starting takes {full_ms:.1f} ms with ten years, {empty_ms:.1f} ms with an empty store "
          f"(medians of {STARTS})", flush=True)


def main() -> None:
    with Tree() as tree:
        catalogue = write_catalogue(tree.folder / "catalogue")
        province = plant(tree, "province", PROVINCE, catalogue)
        leaf = tree.add("leaf", LEAF, province, listens=False)
        empty = tree.init("empty", PROVINCE)
        begin = time.monotonic()
        count = load(province)
        print(f"ok  {count} reports filed in {time.monotonic() - begin:.1f} s", flush=True)
        expected = sum(value_of(unit, 2024, 3, 7) for unit in UNITS)
        expect("a total", total(province, "2024", "c7"), exact(expected, len(UNITS)))
        expect("reports", status(province)["reports"], str(count))
        if IS_SANITIZED:
            print("not applicable in a sanitized build: memory, wake-ups, CPU, start-up time")
        else:
            expect_asleep([leaf, province])
            expect_small("an idle leaf", leaf, LEAF_MAX_KB)
            expect_small("ten years, after loading them", province, TEN_YEARS_MAX_KB)
        province.stop()
        if not IS_SANITIZED:
            expect_quick_start(empty, province)
        province.start()
        if not IS_SANITIZED:
            expect_small("ten years, after a start", province, TEN_YEARS_MAX_KB)
            total(province, "2024", "c7", "--by", "unit")
            expect_small("ten years, after a question", province, TEN_YEARS_MAX_KB)
        verify(province)


if __name__ == "__main__":
    main()
