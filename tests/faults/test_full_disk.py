"""A disk that is really full: the node's state lies on a small file system of its own (tmpfs), which
a ballast file fills. Intake is refused in clear words, everything else goes on, and intake goes on by
itself once there is room; also when the last byte is taken, in the middle of work, and when it is
the node above whose disk is full.

Mounting needs root, or user namespaces (sysctl kernel.unprivileged_userns_clone=1, and
user.max_user_namespaces above 0): the test mounts in a namespace of its own, that ends with it.

    test_full_disk.py [--patient]

With --patient the node above gets no new connection, and what it had refused is delivered at the
next try, up to a minute later."""

import argparse
import ctypes
import json
import os
import random
import threading
import time
from pathlib import Path
from typing import Callable

from faults import END_S, Caller, Filer, patiently, shown, total_of, until, used_part
from harness import Failure, Node, Tree, eventually
from peer import Refused, Silence, pb
from scene import expect, expect_in, plant, play, settle, status, verify

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000  # of sched.h
MS_REC, MS_PRIVATE = 0x4000, 0x40000  # of sys/mount.h
LIBC = ctypes.CDLL(None, use_errno=True)
DISK_MIB, RESERVE_MIB, MAP_MIB = 24, 8, 64
FIRST_DISK_MIB = 2
PROVINCE, DISTRICT = 64, 631
OF_PROVINCE, OF_DISTRICT = [622, 623, 624], [23860, 23863, 23866]
RETRY_S = 90  # what was refused for now is tried again every minute
CHUNK = 1 << 16
IDLE_S = 1  # what waits in the store would be placed by then
FILLINGS = 5
NEARLY_FULL = "the disk of this node is nearly full"


def enter_namespace() -> None:
    """Where mounts are seen by nobody else, and end with us."""
    uid, gid = os.getuid(), os.getgid()
    flags = CLONE_NEWNS if uid == 0 else CLONE_NEWNS | CLONE_NEWUSER
    if LIBC.unshare(flags) != 0:
        raise Failure(f"this test mounts a small file system, and that needs root or user namespaces "
                      f"(unshare: {os.strerror(ctypes.get_errno())}): run it as root, or allow them "
                      f"by sysctl kernel.unprivileged_userns_clone=1")
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    if not is_in_chroot():
        mount("none", "/", None, MS_REC | MS_PRIVATE, "")


def is_in_chroot() -> bool:
    """Whether our root is no mount point that the kernel knows here."""
    return not any(line.split()[4] == "/" for line in open("/proc/self/mountinfo"))


def mount(source: str, target: str, type_: str, flags: int, options: str) -> None:
    done = LIBC.mount(source.encode(), target.encode(), type_ and type_.encode(), flags,
                      options.encode())
    if done != 0:
        raise Failure(f"cannot mount {type_ or 'nothing'} at {target}: "
                      f"{os.strerror(ctypes.get_errno())}: run this test as root")


class Disk:
    """The file system that a node's state is moved to, and what fills it."""

    def __init__(self, node: Node) -> None:
        self.folder = node.tree.folder / "state" / node.name
        self.ballast = self.folder / "ballast"
        node.stop()
        data = used_part((self.folder / "data.mdb").read_bytes())
        mount("tmpfs", str(self.folder), "tmpfs", 0, f"size={DISK_MIB}m,mode=0700")
        (self.folder / "data.mdb").write_bytes(data)
        text = node.config.read_text()
        node.config.write_text(text.replace("[node]\n", f"[node]\nmap_size_mib = {MAP_MIB}\n", 1))
        set_reserve(node, RESERVE_MIB)
        node.start()

    def fill(self, left_bytes: int) -> None:
        with self.ballast.open("ab", buffering=0) as file:
            while (size := min(CHUNK, self._free_bytes() - left_bytes)) > 0:
                file.write(bytes(size))

    def clear(self) -> None:
        self.ballast.unlink(missing_ok=True)

    def _free_bytes(self) -> int:
        disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize


def set_reserve(node: Node, mib: int) -> None:
    lines = [line for line in node.config.read_text().splitlines()
             if not line.startswith("reserve_mib")]
    lines.insert(lines.index("[node]") + 1, f"reserve_mib = {mib}")
    node.config.write_text("\n".join(lines) + "\n")


class Manager:
    """Starts a daemon again that ends, as systemd does, whenever somebody calls."""

    def __init__(self, filer: Filer) -> None:
        self.filer, self.ends = filer, 0

    def connect(self) -> Caller:
        node = self.filer.node
        if not node.is_running:
            expect("how it ended", node.exit_status, 1)
            self.ends += 1
            node.start(is_awaited=False)
        return self.filer.connect(timeout_s=1)

    def shown(self) -> dict[int, tuple[int, int]]:
        return patiently(self.connect, lambda peer: shown(peer, self.filer.units), "what it shows")

    def outbox(self) -> int:
        query = pb.StatusQuery()
        return patiently(self.connect, lambda peer: peer.ask(status_query=query).outbox_count,
                         "status")


class Scene:
    def __init__(self, tree: Tree, is_patient: bool) -> None:
        self.tree, self.is_patient = tree, is_patient
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.disk_of_province, self.disk_of_district = Disk(self.province), Disk(self.district)
        self.at_province = Filer(self.province, PROVINCE, OF_PROVINCE, pb.SCOPE_WHOLE)
        self.at_district = Filer(self.district, DISTRICT, OF_DISTRICT, pb.SCOPE_OWN)
        file_all(self.at_province, self.at_district)
        self.expect_everything()

    def expect_everything(self) -> None:
        """At both, and nothing else."""
        settle(self.district, self.province)
        of_district = sum(value for _, value in self.at_district.held.values())
        of_all = of_district + sum(value for _, value in self.at_province.held.values())
        for filer, unit, total in ((self.at_district, DISTRICT, of_district),
                                   (self.at_province, PROVINCE, of_all)):
            expect(f"what {filer.node.name} lost", filer.compare(shown_by(filer)), [])
            expect(f"the total of unit {unit}", total_by(filer, unit), total)
        verify(self.district, self.province)


def file_all(*filers: Filer) -> None:
    for filer in filers:
        with filer.connect() as peer:
            for unit in filer.units:
                filer.file(peer, unit)


def shown_by(filer: Filer) -> dict[int, tuple[int, int]]:
    return patiently(filer.connect, lambda peer: shown(peer, filer.units), "reports are shown")


def total_by(filer: Filer, unit: int) -> int:
    return patiently(filer.connect, lambda peer: total_of(peer, unit), "a total")


def expect_refused(filer: Filer) -> None:
    """In words that a person understands, and nothing changes."""
    held = dict(filer.held)
    with filer.connect() as peer:
        try:
            filer.file(peer, filer.units[0])
        except Refused as refused:
            expect("the code", refused.code, "full")
            expect_in("the text", refused.refusal.text, NEARLY_FULL, "until there is room")
        else:
            raise Failure("a report was taken in on a full disk")
    expect("what is held", shown_by(filer), held)


def file_until(manager: Manager, is_over: Callable[[], bool]) -> str:
    """Files on and on; ends at a refusal, whose code is returned."""
    filer = manager.filer
    deadline = time.monotonic() + END_S
    while not is_over() and time.monotonic() < deadline:
        try:
            with manager.connect() as peer:
                expect("losses", filer.compare(shown(peer, filer.units)), [])
                while not is_over():
                    for unit in filer.units:
                        filer.file(peer, unit)
        except Refused as refused:
            return refused.code
        except Silence:
            pass  # it ended, or is about to be started again
    return ""


def expect_served(filer: Filer) -> None:
    """As soon as there is room: nobody does anything for it."""
    with filer.connect() as peer:
        filer.file(peer, filer.units[0])


# ---- steps ----


def a_first_start_on_a_small_disk(scene: Scene) -> None:
    """A new store asks for no room that it can do without: the daemon starts, answers, and says what it lacks"""
    node = scene.tree.init("first", DISTRICT)
    folder = scene.tree.state / node.name
    folder.mkdir(exist_ok=True)
    mount("tmpfs", str(folder), "tmpfs", 0, f"size={FIRST_DISK_MIB}m,mode=0700")
    node.start(is_awaited=False)
    eventually(lambda: "left on the disk" in node.tonghop("status", expect=None).err, "status tells it")
    data = (folder / "data.mdb").read_bytes()
    expect("nothing behind the pages that are used", len(data) - len(used_part(data)), 0)
    node.stop()


def less_than_the_reserve(scene: Scene) -> None:
    """With less than the reserve free, intake is refused; queries and acks go on; then so does intake"""
    scene.province.stop()
    file_all(scene.at_district)
    expect("to be handed over", outbox(scene.district) > 0, True)
    scene.disk_of_district.fill(left_bytes=(RESERVE_MIB << 20) - CHUNK)
    expect_refused(scene.at_district)
    expect_in("status", scene.district.tonghop("status", expect=1).err, "left on the disk")
    eventually(lambda: "7 MiB are left on the disk: no reports are taken in"
               in scene.district.log.read_text(), "the log tells it")
    scene.province.start()
    eventually(lambda: outbox(scene.district) == 0, "acks are taken on a full disk")
    expect_refused(scene.at_district)
    scene.disk_of_district.clear()
    expect_served(scene.at_district)
    eventually(lambda: "there is room again" in scene.district.log.read_text(), "the log tells that, too")
    scene.expect_everything()


def not_a_byte_left(scene: Scene) -> None:
    """With not a byte left, nothing is lost and nothing hangs; a daemon that has to end starts again"""
    manager = Manager(scene.at_district)
    scene.province.stop()
    file_all(scene.at_district)
    scene.disk_of_district.fill(left_bytes=0)
    expect_refused(scene.at_district)
    scene.province.start()
    # An ack needs pages: there may be free ones in the file, or none to be had.
    until(lambda: manager.outbox() == 0, 2)
    expect("losses", scene.at_district.compare(manager.shown()), [])
    scene.disk_of_district.clear()
    eventually(lambda: manager.outbox() == 0, "acks are taken again")
    expect_served(scene.at_district)
    scene.expect_everything()


def filled_in_the_middle_of_work(scene: Scene) -> None:
    """Filled up while reports are filed: each is acknowledged and there, or it is not acknowledged"""
    chance = random.Random(1)
    manager = Manager(scene.at_district)
    for _ in range(FILLINGS):
        filling = threading.Timer(chance.uniform(0, 0.05), scene.disk_of_district.fill, [0])
        filling.start()
        expect("refused when full", file_until(manager, lambda: False), "full")
        filling.join()
        expect("losses", scene.at_district.compare(manager.shown()), [])
        scene.disk_of_district.clear()
    expect_served(scene.at_district)
    scene.expect_everything()


def no_reserve_at_all(scene: Scene) -> None:
    """Without a reserve a commit fails in its middle: the daemon ends, and what it said is there; what it
    needs is told"""
    set_reserve(scene.district, 0)
    scene.district.stop()
    scene.district.start()
    manager = Manager(scene.at_district)
    scene.disk_of_district.fill(left_bytes=0)
    file_until(manager, lambda: manager.ends >= 2)
    expect("it ended and was started again", manager.ends >= 2, True)
    expect_in("the log", scene.district.log.read_text(), "look for free disk space",
              "stopping without answering", "the disk is full, and reserve_mib keeps nothing back")
    # Every ack is one more commit, and one more end: without them there is somebody to ask.
    scene.province.stop()
    scene.district.discard()
    scene.district.start(is_awaited=False)
    eventually(lambda: "reserve_mib keeps nothing back" in scene.district.tonghop("status", expect=None).err,
               "status tells it")
    expect("it ends though nothing is asked of it", until(lambda: not scene.district.is_running, IDLE_S), False)
    scene.province.start()
    scene.disk_of_district.clear()
    expect("losses", scene.at_district.compare(manager.shown()), [])
    eventually(lambda: manager.outbox() == 0, "acks are taken again")
    set_reserve(scene.district, RESERVE_MIB)
    scene.district.stop()
    scene.district.start()
    expect_served(scene.at_district)
    scene.expect_everything()


def the_node_above_is_full(scene: Scene) -> None:
    """The disk of the node above is full: the district goes on, and hands over once there is room"""
    scene.disk_of_province.fill(left_bytes=(RESERVE_MIB << 20) - CHUNK)
    expect_refused(scene.at_province)
    file_all(scene.at_district)
    eventually(lambda: status(scene.district)["parked"] == str(len(OF_DISTRICT)), "they are set aside")
    expect_in("status", scene.district.tonghop("status", expect=1).err, "nearly full")
    file_all(scene.at_district)
    scene.disk_of_province.clear()
    if not scene.is_patient:
        scene.province.stop()
        scene.province.start()
    eventually(lambda: outbox(scene.district) == 0, "everything is handed over", RETRY_S)
    expect_served(scene.at_province)
    scene.expect_everything()


def outbox(node: Node) -> int:
    result = node.tonghop("status", "--format", "json", expect=None)
    return int(json.loads(result.out)["outbox"]) if result.out else -1


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--patient", action="store_true")
    options = parser.parse_args()
    enter_namespace()
    with Tree() as tree:
        scene = Scene(tree, options.patient)
        play([a_first_start_on_a_small_disk, less_than_the_reserve, not_a_byte_left, filled_in_the_middle_of_work,
              no_reserve_at_all, the_node_above_is_full], scene)


if __name__ == "__main__":
    main()
