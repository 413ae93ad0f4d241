"""The attacks, what each may cost, and the judgement of what it did."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Callable, NamedTuple, Optional

import floods
import local
import oddities
import outside
from scene import IS_SANITIZED
from scenery import Loot, Scene

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
FRAMES_KIB = 192 << 10  # the same, of empty frames: 42 bytes on the line are 140 in libzmq
ANSWERS_KIB = 320 << 10  # 64 MiB of answers not read (SOCK_WAITING_ALL_MAX), the four of one turn, and
#                         the making of one
WAKE_UPS_MORE, TICKS_MORE = 12, 3  # while idle, than before


class Attack(NamedTuple):
    run: Callable[[Scene], Loot]
    size: int = 4  # connections, or what the attack says
    short_size: int = 0  # 0: not in the short form
    may_hold_kib: int = SMALL_KIB
    connections: Optional[int] = None  # at once, if it is not `size`
    descriptors: int = 0  # that the province has; 0: as many as there are
    answers: Optional[str] = None  # the only kinds that there may be; None: any that its role has

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def what(self) -> str:
        return self.run.__doc__

    @property
    def is_by_strangers(self) -> bool:
        return self.run.__module__ == "outside"

    def memory_kib(self, size: int) -> int:
        """By how much memory may grow."""
        if self.name == "local_unfinished":  # the one that has no bound here: as much as is sent
            return (size << 10) + SMALL_KIB
        each = STRANGER_KIB if self.is_by_strangers else CONNECTION_KIB
        return self.may_hold_kib + each * self.connections_of(size)

    def connections_of(self, size: int) -> int:
        return size if self.connections is None else self.connections


ATTACKS = [
    Attack(floods.sessions, 4000, 100),  # what is left of it is seen best in a small heap
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
    Attack(floods.foreign_revisions, may_hold_kib=HELD_KIB, answers="foreign"),
    Attack(floods.frames_of_maximal_size, 4, 2, HELD_KIB),
    Attack(floods.storm_of_sessions, 1),
    Attack(oddities.frames_above_the_maximum, 1, answers=""),
    Attack(oddities.empty_frames, 4, 4, answers="malformed"),
    Attack(oddities.two_frames, answers="malformed"),
    Attack(oddities.thousand_frames, may_hold_kib=HELD_KIB, answers="malformed"),
    Attack(oddities.unfinished_large, 256, 128, HELD_KIB, connections=1, answers=""),
    Attack(oddities.unfinished_small, 64, may_hold_kib=FRAMES_KIB, connections=1, answers=""),
    Attack(oddities.wrong_numbers),
    Attack(oddities.wrong_versions, answers="version"),
    Attack(oddities.broken_messages),
    Attack(oddities.absurd_counts, may_hold_kib=HELD_KIB),
    Attack(oddities.absurd_values),
    Attack(oddities.foreign_units, answers="foreign not-found"),
    Attack(oddities.wrong_roles, answers="forbidden"),
    Attack(oddities.replayed_bytes, 1, 1, answers="pong"),
    Attack(oddities.odd_commands, 1, 1),
    Attack(local.local_pings),
    Attack(local.local_questions, 4, 4),
    Attack(local.local_big_questions),
    Attack(local.local_biggest_answers, may_hold_kib=ANSWERS_KIB),
    Attack(local.local_silence, 500),
    Attack(local.local_unfinished, 64, connections=1),
]


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


# ---- judging ----


def is_idle(row: Row, quiet: tuple[int, int], bounds_times: float) -> bool:
    return (row.wake_ups - quiet[0] <= WAKE_UPS_MORE * bounds_times and
            row.ticks - quiet[1] <= TICKS_MORE * bounds_times)


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
    if loot.got["left waiting"] > 0:
        row.complaints.append(f"hung up: not on {loot.got['left waiting']:,} that broke the protocol")
    told = [heard for heard in loot.heard if not outside.may_be_told(heard)]
    if told:
        row.complaints.append(f"secrecy: a stranger was told {told[0]!r}")
    allowed = "" if attack.is_by_strangers else attack.answers
    if allowed is not None and (other := loot.kinds() - set(allowed.split())):
        row.complaints.append(f"secrecy: it got {', '.join(sorted(other))}")


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
    enrolled, stranger = Attack(oddities.wrong_roles, answers="forbidden"), Attack(outside.unknown_key)
    for name, judged, got, expected in (("a refusal", enrolled, ["answers", "forbidden"], []),
                                        ("a receipt", enrolled, ["receipt"], ["secrecy"]),
                                        ("a greeting", stranger, ["bytes", "refused"], []),
                                        ("in", stranger, ["READY"], ["secrecy"]),
                                        ("no end", enrolled, ["hung up", "left waiting"], ["hung up"])):
        row = Row("", "", 0)
        judge_loot(judged, Loot(sent=1, got=Counter(got)), row)
        status_ |= report_case(f"{judged.name} gets {name}",
                               [text.partition(":")[0] for text in row.complaints], expected)
    return status_


NOT_SANITIZED = {"memory while it lasted", "memory left", "idle, wake-ups", "idle, ticks of CPU"}


def report_case(name: str, found: list[str], expected: list[str]) -> int:
    print(f"{'ok  ' if found == expected else 'FAIL'} {name}: {', '.join(found) or 'no complaint'}")
    return int(found != expected)
