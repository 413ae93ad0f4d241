"""Real daemons under attack: a province with a year's reports, a child node and a reporter that behave,
and one enemy after the other. Each attack is measured and held against its bounds, which are about
bytes, descriptors and answers, never about time on a clock:

  memory        RssAnon of the province may grow by so much while the attack lasts, and no more than
                that may be left when it is over
  descriptors   likewise; when it is over there are as many as before
  log           the attack may write so much of it
  answers       the reporter that behaves is answered during the attack; how much longer a report takes
                then than just before and after it (medians) is printed, not bounded
  idle          afterwards the daemon sleeps as it did before the attack
  secrecy       strangers hear nothing but libzmq's greeting and refusal; enrolled enemies get no
                answer of a kind that is not theirs
  totals        in the end the same process holds the same reports, and `tonghop verify` agrees

Environment: TONGHOPD and TONGHOP name the programs, PYTHONPATH holds tests/system and tonghop_pb2.py.
"""

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Callable, Iterator, NamedTuple, Optional

import zmq

import floods
import local
import oddities
import outside
from harness import Failure, Node, Tree, eventually
from peer import Keys, Peer, Silence, filing, pb
from scene import IS_SANITIZED, plant, status, verify
from scenery import NODE_UNIT, REPORTER_UNIT, UNIT_OF_ROLE, Loot, Scene, big_filing, key_of
from test_resources import cpu_s, memory_kb, wake_ups, write_catalogue

UNITS = [1, *range(101, 118), *range(1001, 1221)]
CHILD, FRIEND = 1999, 1001
INDICATORS = range(1, 31)
SAMPLE_S = 0.02
BEGIN_S, END_S, RETURN_S = 60, 30, 30  # patience, not bounds
SPARE_DESCRIPTORS = 64  # of the enemy and of the province

# ---- bounds, in KiB where it is memory or log ----

LEFT_KIB = 3 << 10
LOG_KIB = 64
CONNECTION_KIB = 48  # of one that has shaken hands
STRANGER_KIB = 24  # of one that has not
# What the attack may make the province hold besides:
SMALL_KIB = 12 << 10  # by messages that are small, as are the answers
HELD_KIB = 96 << 10  # 32 MiB of messages received (SOCK_HELD_MAX), what comes before that is noticed,
#                      those of one turn, and the unpacking of one
FRAMES_KIB = 160 << 10  # the same, of empty frames: 42 bytes on the line are 140 in libzmq
ANSWERS_KIB = 256 << 10  # 64 MiB of answers not read (SOCK_WAITING_ALL_MAX), the four of one turn, and
#                         the making of one
WAKE_UPS_MORE, TICKS_MORE = 12, 3  # while idle, than before


class Attack(NamedTuple):
    run: Callable[[Scene], Loot]
    size: int = 4  # connections, or what the attack says
    short_size: int = 0  # 0: not in the short form
    may_hold_kib: int = SMALL_KIB
    connections: Optional[int] = None  # at once, if it is not `size`
    descriptors: int = 0  # that the province has; 0: as many as there are

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def what(self) -> str:
        return self.run.__doc__

    def memory_kib(self, size: int) -> int:
        """By how much memory may grow."""
        if self.name == "local_unfinished":  # the one that has no bound here: as much as is sent
            return (size << 10) + SMALL_KIB
        each = STRANGER_KIB if self.run.__module__ == "outside" else CONNECTION_KIB
        return self.may_hold_kib + each * self.connections_of(size)

    def connections_of(self, size: int) -> int:
        return size if self.connections is None else self.connections


ATTACKS = [
    Attack(oddities.claimed_identities, 40, 4, connections=500),
    Attack(outside.silence, 5000, 300),
    Attack(outside.crowd, 1500, descriptors=500),
    Attack(outside.drip, 2000),
    Attack(outside.half_handshakes, 2000, 100),
    Attack(outside.garbage, 50, 20),
    Attack(outside.other_mechanisms, 50),
    Attack(outside.huge_frames, 50, 20, HELD_KIB),
    Attack(outside.wrong_server_key, 1),
    Attack(outside.unknown_key, 1, 1),
    Attack(outside.storm_of_connections, 1),
    Attack(floods.pings, 4, 4),
    Attack(floods.hellos),
    Attack(floods.hellos_with_buckets, may_hold_kib=HELD_KIB),
    Attack(floods.small_questions),
    Attack(floods.big_questions),
    Attack(floods.biggest_answers, may_hold_kib=ANSWERS_KIB),
    Attack(floods.answers_not_read, 4, 2, ANSWERS_KIB),
    Attack(floods.questions_of_many, 400, may_hold_kib=ANSWERS_KIB),
    Attack(floods.small_answers_not_read),
    Attack(floods.catalogue_requests, may_hold_kib=HELD_KIB),
    Attack(floods.own_reports, 1),
    Attack(floods.biggest_reports, 1, may_hold_kib=HELD_KIB),
    Attack(floods.stale_reports, may_hold_kib=HELD_KIB),
    Attack(floods.statements, may_hold_kib=HELD_KIB),
    Attack(floods.revisions),
    Attack(floods.foreign_revisions, may_hold_kib=HELD_KIB),
    Attack(floods.frames_of_maximal_size, 4, 2, HELD_KIB),
    Attack(floods.sessions, 4000, 100),
    Attack(floods.storm_of_sessions, 1),
    Attack(oddities.frames_above_the_maximum, 1),
    Attack(oddities.empty_frames, 4, 4),
    Attack(oddities.two_frames),
    Attack(oddities.thousand_frames, may_hold_kib=HELD_KIB),
    Attack(oddities.unfinished_large, 256, 128, HELD_KIB, connections=1),
    Attack(oddities.unfinished_small, 64, may_hold_kib=FRAMES_KIB, connections=1),
    Attack(oddities.wrong_numbers),
    Attack(oddities.wrong_versions),
    Attack(oddities.broken_messages),
    Attack(oddities.absurd_counts, may_hold_kib=HELD_KIB),
    Attack(oddities.absurd_values),
    Attack(oddities.foreign_units),
    Attack(oddities.wrong_roles),
    Attack(oddities.replayed_bytes, 1),
    Attack(oddities.odd_commands, 1, 1),
    Attack(local.local_pings),
    Attack(local.local_questions, 4, 4),
    Attack(local.local_big_questions),
    Attack(local.local_biggest_answers, may_hold_kib=ANSWERS_KIB),
    Attack(local.local_silence, 500),
    Attack(local.local_unfinished, 64, connections=1),
]


@dataclass
class Pace:
    """How long things last, in seconds."""

    quiet_s: float
    attack_s: float
    idle_s: float
    big_reports: int  # revisions; 60 of them are nearly the largest answer that there can be


FULL, SHORT = Pace(0.7, 3, 2, 60), Pace(0.15, 0.5, 0.2, 12)


@dataclass
class Row:
    """One line of the table."""

    name: str
    what: str
    size: int
    sent: int = 0
    got: str = ""
    before_kib: int = 0
    peak_kib: int = 0
    after_kib: int = 0
    descriptors_before: int = 0
    descriptors_peak: int = 0
    descriptors_after: int = 0
    slower: float = 0  # times
    answered: int = 0
    log_kib: int = 0
    disk_kib: int = 0
    wake_ups: int = 0
    ticks: int = 0
    memory_bound_kib: int = 0
    complaints: list[str] = field(default_factory=list)


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

    def log_bytes(self) -> int:
        return self.province.log.stat().st_size

    def disk_bytes(self) -> int:
        return sum(512 * file.stat().st_blocks for file in self.store.iterdir())

    def is_as_before(self, row: Row) -> bool:
        is_small = IS_SANITIZED or memory_kb(self.pid) <= row.before_kib + LEFT_KIB
        return is_small and count_descriptors(self.pid) <= row.descriptors_before

    def settle(self, row: Row) -> None:
        """Until memory and descriptors are back; whether they ever are is judged by the bounds."""
        end = time.monotonic() + RETURN_S
        while not self.is_as_before(row) and time.monotonic() < end:
            try:
                self.friend.report()  # a daemon that sleeps gives nothing back
            except Silence:
                row.complaints.append("answers: none to the reporter that behaves, after the attack")
            time.sleep(0.05)

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
        row.wake_ups, row.ticks = self.idle()
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


# ---- judging ----


def judge(attack: Attack, row: Row, quiet: tuple[int, int], bounds_times: float) -> None:
    def bound(what: str, value: float, most: float) -> None:
        if value > most * bounds_times:
            row.complaints.append(f"{what}: {value:,}, more than {most * bounds_times:,.0f}")

    if not IS_SANITIZED:
        bound("memory while it lasted, KiB", row.peak_kib - row.before_kib, row.memory_bound_kib)
        bound("memory left, KiB", row.after_kib - row.before_kib, LEFT_KIB)
        bound("idle, wake-ups", row.wake_ups - quiet[0], WAKE_UPS_MORE)
        bound("idle, ticks of CPU", row.ticks - quiet[1], TICKS_MORE)
    bound("descriptors while it lasted", row.descriptors_peak - row.descriptors_before,
          attack.connections_of(row.size) + SPARE_DESCRIPTORS)
    bound("descriptors left", row.descriptors_after - row.descriptors_before, 0)
    bound("log, KiB", row.log_kib, LOG_KIB)
    if row.answered == 0 and not any("answers" in text for text in row.complaints):
        row.complaints.append("answers: the reporter that behaves got none")


def judge_loot(attack: Attack, loot: Loot, row: Row) -> None:
    if loot.sent == 0:
        row.complaints.append("the attack did nothing")
    told = [heard for heard in loot.heard if not outside.may_be_told(heard)]
    if told:
        row.complaints.append(f"secrecy: a stranger was told {told[0]!r}")


# ---- that judging can fail ----

FAULTS = {
    "memory while it lasted": {"peak_kib": 1 + (12 << 10) + 4 * CONNECTION_KIB},
    "memory left": {"after_kib": 1 + LEFT_KIB},
    "idle, wake-ups": {"wake_ups": 1 + WAKE_UPS_MORE},
    "idle, ticks of CPU": {"ticks": 1 + TICKS_MORE},
    "descriptors while it lasted": {"descriptors_peak": 1 + 4 + SPARE_DESCRIPTORS},
    "descriptors left": {"descriptors_after": 1},
    "log": {"log_kib": 1 + LOG_KIB},
    "answers": {"answered": 0},
}


def self_test() -> int:
    """A row at its bounds has no complaint; one above has just the one."""
    attack, status_ = Attack(floods.pings), 0
    fault_sets = [("nothing", {name: value - 1 for fields in FAULTS.values()
                               for name, value in fields.items() if name != "answered"}),
                  *FAULTS.items()]
    for name, fields in fault_sets:
        row = Row("pings", "", 4, memory_bound_kib=attack.memory_kib(4), **{"answered": 1} | fields)
        judge(attack, row, (0, 0), 1)
        expected = [] if name == "nothing" or IS_SANITIZED and name in NOT_SANITIZED else [name]
        status_ |= report_case(name, [text.partition(":")[0].partition(", KiB")[0]
                                      for text in row.complaints], expected)
    for name, heard, expected in (
            ("a greeting", outside.GREETING, []), ("half a greeting", outside.GREETING[:11], []),
            ("a refusal", outside.GREETING + outside.REFUSAL, []),
            ("a name", outside.GREETING + b"\4\x10\5READY\x09tonghopd", ["secrecy"]),
            ("more", outside.GREETING + outside.REFUSAL + b"x", ["secrecy"])):
        row = Row("", "", 0)
        judge_loot(attack, Loot(sent=1, heard={heard}), row)
        status_ |= report_case(f"strangers hear {name}",
                               [text.partition(":")[0] for text in row.complaints], expected)
    return status_


NOT_SANITIZED = {"memory while it lasted", "memory left", "idle, wake-ups", "idle, ticks of CPU"}


def report_case(name: str, found: list[str], expected: list[str]) -> int:
    print(f"{'ok  ' if found == expected else 'FAIL'} {name}: {', '.join(found) or 'no complaint'}")
    return int(found != expected)


# ---- the table ----

HEADINGS = ("attack", "size", "sent", "RssAnon before, peak, after (MiB)", "may grow by (MiB)",
            "descriptors before, peak, after", "slower", "log (KiB)", "disk (KiB)",
            "idle after: wake-ups, ticks", "what the attacker got")


def cells(row: Row) -> tuple[str, ...]:
    memory = ", ".join(f"{kib / 1024:.1f}" for kib in (row.before_kib, row.peak_kib, row.after_kib))
    descriptors = f"{row.descriptors_before}, {row.descriptors_peak}, {row.descriptors_after}"
    return (row.what, f"{row.size:,}", f"{row.sent:,}", memory, f"{row.memory_bound_kib / 1024:.0f}",
            descriptors, f"{row.slower:.1f} x", str(row.log_kib), f"{row.disk_kib:,}",
            f"{row.wake_ups}, {row.ticks}", row.got)


class Text:
    """One line for each attack as soon as it is over."""

    def begin(self, battle: Battle) -> None:
        print(f"descriptors: {battle.hard_limit} for each process; idle before: {battle.quiet[0]} "
              f"wake-ups, {battle.quiet[1]} ticks in {battle.pace.idle_s} s; {os.cpu_count()} cores")
        print("     | " + " | ".join(HEADINGS))

    def row(self, row: Row) -> None:
        print(f"{'FAIL' if row.complaints else 'ok  '} | " + " | ".join(cells(row)), flush=True)
        for complaint in row.complaints:
            print(f"       {complaint}", flush=True)

    def end(self, rows: list[Row], complaints: list[str]) -> None:
        print(f"{len(rows)} attacks, {len(complaints)} complaints")
        for complaint in complaints:
            print(f"  {complaint}")


class Markdown(Text):
    """The table of docs/GUARANTEES.md."""

    def begin(self, battle: Battle) -> None:
        print(f"| {' | '.join(HEADINGS)} |\n|{' --- |' * len(HEADINGS)}")

    def row(self, row: Row) -> None:
        print(f"| {' | '.join(cells(row))} |", flush=True)

    def end(self, rows: list[Row], complaints: list[str]) -> None:
        for complaint in complaints:
            print(complaint, file=sys.stderr)


class Json(Text):
    def begin(self, battle: Battle) -> None:
        pass

    def row(self, row: Row) -> None:
        pass

    def end(self, rows: list[Row], complaints: list[str]) -> None:
        print(json.dumps({"rows": [asdict(row) for row in rows], "complaints": complaints}, indent=1))


FORMATS = {"text": Text, "json": Json, "markdown": Markdown}


# ---- the command ----


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/hostile/run", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="some attacks, small: for CI")
    parser.add_argument("--only", metavar="NAME", action="append", help="this attack (may be repeated)")
    parser.add_argument("--list", action="store_true", help="print the attacks' names")
    parser.add_argument("--self-test", action="store_true", help="only show that the bounds can fail")
    parser.add_argument("--format", choices=FORMATS, default="text")
    parser.add_argument("--bounds-times", type=float, default=1, metavar="FACTOR",
                        help="multiply every bound: near 0 the run must fail, which shows that it can")
    options = parser.parse_args()
    unknown = set(options.only or ()) - {attack.name for attack in ATTACKS}
    if unknown:
        parser.error(f"no such attack: {', '.join(sorted(unknown))}; see --list")
    return options


def chosen(options: argparse.Namespace) -> Iterator[tuple[Attack, int]]:
    for attack in ATTACKS:
        size = attack.short_size if options.short else attack.size
        if options.only:
            if attack.name in options.only:
                yield attack, size or attack.size
        elif size > 0:
            yield attack, size


def main() -> int:
    options = parse()
    if options.self_test:
        return self_test()
    if options.list:
        for attack in ATTACKS:
            print(f"{attack.name:28} {attack.what}")
        return 0
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    printer = FORMATS[options.format]()
    rows = []
    with Tree() as tree:
        battle = Battle(tree, SHORT if options.short else FULL, options.bounds_times)
        printer.begin(battle)
        for attack, size in chosen(options):
            rows.append(battle.face(attack, min(size, hard - SPARE_DESCRIPTORS)))
            printer.row(rows[-1])
        complaints = [f"{row.name}: {text}" for row in rows for text in row.complaints]
        complaints += battle.all_is_well()
    printer.end(rows, complaints)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
