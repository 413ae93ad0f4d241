"""The tree under attack: how the enemies are let loose, and what is measured meanwhile."""

import multiprocessing
import os
import resource
import statistics
import threading
import time
from dataclasses import dataclass
from typing import Callable, Iterator, Optional

import zmq

from bounds import LEFT_KIB, Attack, Row, is_idle, judge, judge_loot
from harness import Failure, Node, Tree
from peer import Keys, Peer, Silence, filing
from scene import IS_SANITIZED, plant, status, verify
from scenery import REPORTER_UNIT, UNIT_OF_ROLE, Loot, Scene, big_filing, key_of
from test_resources import cpu_s, memory_kb, wake_ups, write_catalogue

UNITS = [1, *range(101, 118), *range(1001, 1221)]
CHILD, FRIEND = 1999, 1001
INDICATORS = range(1, 31)
SAMPLE_S = 0.02
SETTLED = 5  # times in a row that things are as before
IDLE_TRIES, IDLE_IN_A_ROW = 10, 2  # what was put off is done meanwhile
BEGIN_S, END_S, RETURN_S = 60, 30, 30  # patience, not bounds


@dataclass
class Pace:
    """How long things last, in seconds."""

    quiet_s: float
    attack_s: float
    idle_s: float
    big_reports: int  # revisions; 60 of them are nearly the largest answer that there can be


FULL, SHORT = Pace(0.7, 3, 2, 60), Pace(0.15, 0.5, 0.2, 12)


class Sampler(threading.Thread):
    """The highest memory and number of descriptors of a process, as long as the `with` lasts."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended = pid, threading.Event()
        self.memory_kib = memory_kb(pid)
        self.descriptors = count_descriptors(pid)

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            try:
                self.memory_kib = max(self.memory_kib, memory_kb(self._pid))
                self.descriptors = max(self.descriptors, count_descriptors(self._pid))
            except (OSError, Failure):
                return  # it is gone

    def __enter__(self) -> "Sampler":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()


def count_descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


class Friend:
    """The reporter that behaves: one report after the other, each an amendment of the one before."""

    def __init__(self, province: Node) -> None:
        self._province = province
        self._keys = enrol(province, "reporter", FRIEND)
        self._revision = 0
        self._peer: Optional[Peer] = None
        self.connect()

    def connect(self) -> None:
        if self._peer is not None:
            self._peer.close()
        self._peer = Peer(self._province.endpoint, self._province.public_key, self._keys)
        self._peer.hello()

    def report(self) -> float:
        """Seconds from the report to its receipt."""
        data = filing(key_of(FRIEND, 2), {1: self._revision % 1000}, author="Hoa",
                      based_on=self._revision)
        begin = time.monotonic()
        receipt = self._peer.file(data)
        passed_s = time.monotonic() - begin
        self._revision = receipt.revision
        return passed_s

    def reports(self, for_s: float, at_least: int = 3) -> list[float]:
        times, end = [], time.monotonic() + for_s
        while time.monotonic() < end or len(times) < at_least:
            times.append(self.report())
        return times


def enrol(node: Node, role: str, unit: int) -> Keys:
    keys = Keys.generate()
    node.tonghop("enrol", str(unit), keys.public, "--role", role)
    return keys


class Battle:
    """The tree, and what the enemies know of it."""

    def __init__(self, tree: Tree, pace: Pace, bounds_times: float) -> None:
        self.pace, self.bounds_times = pace, bounds_times
        self.province = plant(tree, "province", 1, write_catalogue(tree.folder / "catalogue"))
        self.hush()
        self.control = tree.folder / "run/province/control"
        self.store = tree.folder / "state/province"
        self.load()
        self.child = tree.add("child", CHILD, self.province, listens=False)
        self.keys = {role: enrol(self.province, role, unit) for role, unit in UNIT_OF_ROLE.items()}
        self.keys["stranger"] = Keys.generate()
        self.load_big()
        self.friend = Friend(self.province)
        self.friend.reports(2 * pace.quiet_s)
        self.processes = multiprocessing.get_context("forkserver")
        self.processes.set_forkserver_preload(["floods", "local", "oddities", "outside"])
        self.pid = self.province.pid
        self.hard_limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        self.quiet = self.idle()

    def hush(self) -> None:
        """No line for each report: what is left in the log is the enemies' doing."""
        self.province.stop()
        text = self.province.config.read_text()
        self.province.config.write_text(text.replace("[node]\n", "[node]\nlog_level = notice\n", 1))
        self.province.start()

    def load(self) -> None:
        """The first half and the year of every unit."""
        with Peer(self.province.endpoint, self.province.public_key,
                  enrol(self.province, "reporter", 1)) as peer:
            peer.hello()
            for label in (1, 3):
                peer.file_all([filing(key_of(unit, label), {number: unit % 97 * label + number
                                                            for number in INDICATORS}, author="Lan")
                               for unit in UNITS])

    def load_big(self) -> None:
        with Peer(self.province.endpoint, self.province.public_key, self.keys["reporter"]) as peer:
            peer.hello()
            for revision in range(1, self.pace.big_reports + 1):
                peer.file(big_filing(key_of(REPORTER_UNIT, 1), revision, may_drop_cells=True))

    # ---- measuring ----

    def idle(self) -> tuple[int, int]:
        """Wake-ups and ticks of CPU while nothing happens."""
        begin = wake_ups(self.pid), cpu_s(self.pid)
        time.sleep(self.pace.idle_s)  # the thing that is measured
        ticks = (cpu_s(self.pid) - begin[1]) * os.sysconf("SC_CLK_TCK")
        return wake_ups(self.pid) - begin[0], round(ticks)

    def idle_at_last(self, row: Row) -> None:
        """Of several looks, unless the daemon comes to rest: the worst one."""
        in_a_row, worst = 0, (0, 0)
        for _ in range(IDLE_TRIES):
            row.wake_ups, row.ticks = self.idle()
            worst = max(worst, (row.wake_ups, row.ticks))
            in_a_row = in_a_row + 1 if is_idle(row, self.quiet, self.bounds_times) else 0
            if in_a_row == IDLE_IN_A_ROW:
                return
        row.wake_ups, row.ticks = worst

    def log_bytes(self) -> int:
        return self.province.log.stat().st_size

    def disk_bytes(self) -> int:
        return sum(512 * file.stat().st_blocks for file in self.store.iterdir())

    def is_as_before(self, row: Row) -> bool:
        is_small = IS_SANITIZED or memory_kb(self.pid) <= row.before_kib + LEFT_KIB
        return is_small and count_descriptors(self.pid) <= row.descriptors_before

    def settle(self, row: Row) -> None:
        """Until memory and descriptors are back for good; whether they ever are is judged by the
        bounds."""
        end, in_a_row = time.monotonic() + RETURN_S, 0
        while in_a_row < SETTLED and time.monotonic() < end:
            try:
                self.friend.report()  # a daemon that sleeps gives nothing back
            except Silence:
                row.complaints.append("answers: none to the reporter that behaves, after the attack")
            time.sleep(SAMPLE_S)
            in_a_row = in_a_row + 1 if self.is_as_before(row) else 0

    def face(self, attack: Attack, size: int) -> Row:
        row = Row(attack.name, attack.what, size, memory_bound_kib=attack.memory_kib(size))
        quiet = self.friend.reports(self.pace.quiet_s)
        log, disk = self.log_bytes(), self.disk_bytes()
        row.before_kib, row.descriptors_before = memory_kb(self.pid), count_descriptors(self.pid)
        with Sampler(self.pid) as sampler:
            loot, times = self.suffer(attack, size, row)
        row.peak_kib, row.descriptors_peak = sampler.memory_kib, sampler.descriptors
        if not self.province.is_running:
            row.complaints.append(f"the province ended with {self.province.exit_status}")
            self.rise()
            return row
        self.settle(row)
        row.after_kib, row.descriptors_after = memory_kb(self.pid), count_descriptors(self.pid)
        row.log_kib = -(-(self.log_bytes() - log) // 1024)
        row.disk_kib = (self.disk_bytes() - disk) // 1024
        self.idle_at_last(row)
        quiet += self.friend.reports(self.pace.quiet_s)
        row.answered = len(times)
        if times:
            row.slower = statistics.median(times) / statistics.median(quiet)
        if loot is not None:
            row.sent, row.got = loot.sent, loot.text()
            judge_loot(attack, loot, row)
        judge(attack, row, self.quiet, self.bounds_times)
        return row

    def suffer(self, attack: Attack, size: int, row: Row) -> tuple[Optional[Loot], list[float]]:
        """The attack, with the friend's reports in the midst of it."""
        if attack.descriptors > 0:
            self.limit_descriptors(attack.descriptors)
        begun, ended, answer = (self.processes.Event(), self.processes.Event(),
                                self.processes.SimpleQueue())
        scene = Scene(self.province.endpoint, str(self.control), self.province.public_key, self.keys,
                      size, begun, ended)
        enemy = self.processes.Process(target=attack_as_told, daemon=True,
                                       args=(attack.run, scene, answer))
        enemy.start()
        times: list[float] = []
        try:
            if not begun.wait(BEGIN_S):
                row.complaints.append("the attack did not begin")
            times = self.friend.reports(self.pace.attack_s)
        except Silence:
            row.complaints.append("answers: the reporter that behaves got none")
        ended.set()
        loot = None
        end = time.monotonic() + END_S
        while answer.empty() and enemy.is_alive() and time.monotonic() < end:
            time.sleep(0.01)
        if not answer.empty():
            loot = answer.get()
        enemy.join(1)
        enemy.kill()
        enemy.join()
        self.limit_descriptors(self.hard_limit)
        if isinstance(loot, str):
            row.complaints.append(f"the attack failed: {loot}")
            return None, times
        return loot, times

    def limit_descriptors(self, count: int) -> None:
        if self.province.is_running:
            resource.prlimit(self.pid, resource.RLIMIT_NOFILE, (count, self.hard_limit))

    def rise(self) -> None:
        """As the service manager would have it, so that the attacks after this one are measured too."""
        self.province.start()
        self.pid = self.province.pid
        self.friend.connect()

    # ---- what must hold in the end ----

    def all_is_well(self) -> Iterator[str]:
        health = status(self.province)
        if int(health["quarantine"]) > 1000:
            yield f"{health['quarantine']} messages in quarantine, more than 1,000"
        self.child.wait()
        try:
            verify(self.province)
        except Failure as failure:
            yield str(failure)


def attack_as_told(run: Callable[[Scene], Loot], scene: Scene, answer) -> None:
    """In the enemy's process."""
    context = zmq.Context.instance()
    context.sndhwm = 32  # what waits here is not on the line
    try:
        answer.put(run(scene))
    except Exception as error:  # for the table: whatever it was
        answer.put(f"{type(error).__name__}: {error}")
    context.destroy(0)
