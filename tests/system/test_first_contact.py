"""Whatever is set up wrongly between two nodes is told on both sides in one line with its remedy: in both
logs, and by `tonghop status` of both. Strangers at the door make nobody unwell."""

import base64
import os
import shutil
import socket
import threading
import time
from typing import Callable, NamedTuple, Optional

import zmq

from harness import Failure, Node, Tree, eventually
from mistakes import Row, expect_all, patterns, read_table, says
from peer import Keys, Peer, Refused, pb
from scene import SAMPLE, expect, expect_in, plant, play, start_as_it_is, status

PROVINCE, DISTRICT, COMMUNE, OTHER = 64, 631, 23857, 23884
CLOCK_OFF_S = 12 * 60 + 30
TOLD_S = 60  # two daemons with one key are told by their pings, every 10 s


class Side(NamedTuple):
    """A daemon, and where its log stood before the mistake."""

    node: Node
    since: int

    @property
    def log(self) -> str:
        return self.node.log.read_bytes()[self.since:].decode() if self.node.log.exists() else ""

    def status(self, language: str = "en"):
        return self.node.tonghop("--lang", language, "status", expect=None)


class Made(NamedTuple):
    """A mistake that was made: the two sides. None: there is no node of ours on that side."""

    beneath: Optional[Side]
    above: Optional[Side]


class Office:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.number = 0
        self.sockets: list = []
        self.strangers: list[Node] = []
        self.keys: list[str] = []

    def name(self) -> str:
        self.number += 1
        return f"xa-{self.number}"

    def side(self, node: Node) -> Side:
        return Side(node, node.log.stat().st_size if node.log.exists() else 0)

    def child(self, unit: int = COMMUNE, **arguments) -> Node:
        """A commune beneath the district, neither enrolled nor started."""
        node = self.tree.init(self.name(), unit, self.district, listens=False, **arguments)
        self.strangers.append(node)
        return node

    def beneath(self, node: Node) -> Made:
        above = self.side(self.district)
        node.start(is_awaited=False)
        return Made(Side(node, 0), above)

    def enrol(self, node: Node, unit: int = COMMUNE, role: str = "node") -> None:
        self.district.tonghop("enrol", str(unit), node.public_key, "--role", role)

    def end(self) -> None:
        """Nothing of a mistake is left for the next one."""
        for node in self.strangers:
            node.discard()
            self.keys.append(node.public_key)
        for key in self.keys:
            self.district.tonghop("revoke", key, expect=None)
        self.strangers.clear()
        self.keys.clear()
        for opened in self.sockets:
            opened.close()
        self.sockets.clear()

    def listen(self, serve: Callable[[socket.socket], None]) -> str:
        """A service on a port of its own that is no node; its endpoint."""
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.sockets.append(listener)

        def accept() -> None:
            kept = []
            try:
                while True:
                    kept.append(listener.accept()[0])
                    serve(kept[-1])
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        return "tcp://127.0.0.1:%d" % listener.getsockname()[1]


def edit(node: Node, old: str, new: str) -> None:
    text = node.config.read_text()
    expect_in(f"{node.name}.conf", text, old)
    node.config.write_text(text.replace(old, new))


# ---- keys ----


def not_enrolled(office: Office) -> Made:
    return office.beneath(office.child())


def revoked(office: Office) -> Made:
    child = office.child()
    office.enrol(child)
    office.district.tonghop("revoke", child.public_key)
    return office.beneath(child)


def another_unit(office: Office) -> Made:
    child = office.child()
    office.enrol(child, OTHER)
    return office.beneath(child)


def another_role(office: Office) -> Made:
    child = office.child()
    office.enrol(child, role="reporter")
    return office.beneath(child)


def wrong_parent_key(office: Office) -> Made:
    child = office.child(parent_key=Keys.generate().public)
    office.enrol(child)
    return office.beneath(child)


def key_of_another(office: Office) -> Made:
    """The key of a commune in the place of another one's."""
    child, owner = office.child(OTHER), office.child()
    office.enrol(owner)
    shutil.copy(office.tree.etc / f"{owner.name}.key", office.tree.etc / f"{child.name}.key")
    return office.beneath(child)


def two_daemons(office: Office) -> Made:
    """The folder of a commune, copied to another machine and started there as well."""
    child, twin = office.child(), office.child()
    office.enrol(child)
    for suffix in ("key", "pub"):
        shutil.copy(office.tree.etc / f"{child.name}.{suffix}", office.tree.etc / f"{twin.name}.{suffix}")
    made = office.beneath(child)
    child.wait()
    twin.start(is_awaited=False)
    return made


# ---- addresses ----


def elsewhere(office: Office, endpoint: str) -> Made:
    child = office.child()
    office.enrol(child)
    edit(child, office.district.endpoint, endpoint)
    child.start(is_awaited=False)
    return Made(Side(child, 0), None)


def nobody_listens(office: Office) -> Made:
    held = socket.socket()
    held.bind(("127.0.0.1", 0))  # bound, and does not listen
    office.sockets.append(held)
    return elsewhere(office, "tcp://127.0.0.1:%d" % held.getsockname()[1])


def another_service(office: Office) -> Made:
    return elsewhere(office, office.listen(lambda peer: peer.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n")))


def unknown_name(office: Office) -> Made:
    return elsewhere(office, "tcp://no-such-host.invalid:7464")


def no_answer(office: Office) -> Made:
    return elsewhere(office, office.listen(lambda peer: None))


def loop(office: Office) -> Made:
    """A node between two: its configuration names the commune beneath it as the node above."""
    child = office.tree.init(office.name(), COMMUNE, office.district)
    office.strangers.append(child)
    office.enrol(child)
    child.start()
    above = office.side(child)
    node = office.district
    node.stop()
    text = node.config.read_text()
    edit(node, office.province.endpoint, child.endpoint)
    edit(node, office.province.public_key, child.public_key)
    beneath = office.side(node)
    node.start(is_awaited=False)
    office.restore = text
    return Made(beneath, above)


# ---- clocks, catalogues, protocols ----


def clock_off(office: Office) -> Made:
    child = office.child()
    office.enrol(child)
    child.environment = {"LD_PRELOAD": os.environ["ODD_MACHINE"],
                         "ODD_CLOCK_SECONDS": str(CLOCK_OFF_S),
                         "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
                                         ":verify_asan_link_order=0"}
    return office.beneath(child)


def another_catalogue(office: Office) -> Made:
    """A node that was tried out as a root, with a catalogue of its own."""
    folder = office.tree.folder / "catalogue"
    shutil.copytree(SAMPLE / "catalogue", folder)
    units = folder / "units.csv"
    units.write_text(units.read_text().replace("Chư Ty", "Chư Tý"))
    child = office.tree.init(office.name(), COMMUNE, listens=False)
    office.strangers.append(child)
    start_as_it_is(child)
    child.tonghop("catalogue", "publish", str(folder))
    child.stop()
    with child.config.open("a") as file:
        file.write(f"\n[parent]\nendpoint = {office.district.endpoint}\n"
                   f"key = {office.district.public_key}\n")
    office.enrol(child)
    made = office.beneath(child)
    return Made(Side(child, child.log.read_text().index("stopping")), made.above)


def unit_not_in_catalogue(office: Office) -> Made:
    """Enrolled for a unit that is none, before there was a catalogue."""
    root = office.tree.init("goc", PROVINCE)
    child = office.tree.init(office.name(), 999, root, listens=False)
    office.strangers += [root, child]
    start_as_it_is(root)
    child.enrol()
    above = office.side(root)
    child.start(is_awaited=False)
    root.tonghop("catalogue", "publish", str(SAMPLE / "catalogue"))
    return Made(Side(child, 0), above)


def parent_of_another_protocol(office: Office) -> Made:
    """What answers is a node of the future: it refuses in its own protocol."""
    keys = Keys.generate()
    router = zmq.Context.instance().socket(zmq.ROUTER)
    router.curve_server = True
    router.curve_secretkey = base64.b64decode(keys.secret)
    router.linger = 0
    port = router.bind_to_random_port("tcp://127.0.0.1")
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            if not router.poll(100):
                continue
            address, frame = router.recv_multipart()
            hello = pb.Envelope.FromString(frame)
            refusal = pb.Refusal(code="version", text="protocol 2 is spoken here")
            router.send_multipart([address, pb.Envelope(protocol=2, seq=1, re=hello.seq,
                                                        refusal=refusal).SerializeToString()])
        router.close()

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()

    class Ended:
        def close(self) -> None:
            ended.set()
            thread.join()

    office.sockets.append(Ended())
    child = office.child(parent_key=keys.public)
    edit(child, office.district.endpoint, f"tcp://127.0.0.1:{port}")
    child.start(is_awaited=False)
    return Made(Side(child, 0), None)


def child_of_another_protocol(office: Office) -> Made:
    keys = Keys.generate()
    above = office.side(office.district)
    office.district.tonghop("enrol", str(COMMUNE), keys.public, "--role", "node")
    office.keys.append(keys.public)
    peer = Peer(office.district.endpoint, office.district.public_key, keys)
    office.sockets.append(peer)
    try:
        peer.ask(hello=pb.Hello(protocol_min=2, protocol_max=3, unit=COMMUNE))
        raise Failure("a hello of protocol 2 was not refused")
    except Refused as refused:
        expect("code", refused.code, "version")
    return Made(None, above)


MISTAKES: dict[str, Callable[[Office], Made]] = {
    "the key is not enrolled above": not_enrolled,
    "the key is revoked": revoked,
    "the key is enrolled for another unit": another_unit,
    "the key is enrolled as a reporter's": another_role,
    "another key in [parent]": wrong_parent_key,
    "nobody listens at the address in [parent]": nobody_listens,
    "another service listens there": another_service,
    "the name in [parent] is not known": unknown_name,
    "what listens there does not answer": no_answer,
    "the configuration was taken with the key of another node": key_of_another,
    "two daemons use one key": two_daemons,
    "the clock beneath is off": clock_off,
    "another catalogue under the same number": another_catalogue,
    "the catalogue does not have the unit": unit_not_in_catalogue,
    "the node above speaks another protocol": parent_of_another_protocol,
    "the node beneath speaks another protocol": child_of_another_protocol,
    "[parent] names a node that is beneath": loop,
}


# ---- comparing ----


def wait_for_line(what: str, text: Callable[[], str], cell: str) -> None:
    try:
        eventually(lambda: not says(text(), cell), what, TOLD_S)
    except Failure:
        raise Failure(f"{what} does not say\n  {says(text(), cell)[0]}\nbut\n{text()}") from None


def in_both_languages(side) -> tuple[list[str], list[str]]:
    """What status lists, in English and in Vietnamese, of one moment: something may come between."""
    def listed(language: str) -> list[str]:
        return [line for line in side.status(language).err.splitlines() if line.startswith("  - ")]

    before = listed("en")
    for _ in range(10):
        vietnamese, after = listed("vi"), listed("en")
        if len(after) == len(before):
            break
        before = after
    return before, vietnamese


def compare(row: Row, made: Made) -> None:
    beneath_log, beneath_status, above_log, above_status = row.cells
    for name, side, log, told in (("beneath", made.beneath, beneath_log, beneath_status),
                                  ("above", made.above, above_log, above_status)):
        if side is None:
            expect(f"{row.mistake}: there is nothing {name}", (log, told), ("", ""))
            continue
        wait_for_line(f"{row.mistake}: the log {name}", lambda: side.log, log)
        wait_for_line(f"{row.mistake}: status {name}", lambda: side.status().err, told)
        is_notice = patterns(told)[:1] == ["Notices:"]
        result = side.status()
        if told:
            expect(f"{row.mistake}: exit status of status {name}\n{result.err}", result.status,
                   0 if is_notice else 1)
            lines, vietnamese = in_both_languages(side)
            expect(f"{row.mistake}: as much in Vietnamese {name}\n{lines}\n{vietnamese}",
                   len(vietnamese), len(lines))
            for line in vietnamese:
                expect(f"{row.mistake}: not in English: {line}", line in lines, False)


def mistakes_are_told(office: Office) -> None:
    """Each mistake is told as the document says, on both sides, in the log and by status"""
    rows = read_table("Two nodes meet")
    expect_all(rows, MISTAKES)
    for mistake, make in MISTAKES.items():
        begin = time.monotonic()
        made = make(office)
        compare(rows[mistake], made)
        office.end()
        print(f"    {mistake}  [{time.monotonic() - begin:.1f} s]", flush=True)


def loop_ends(office: Office) -> None:
    """A configuration that is corrected and reloaded ends what was wrong with it"""
    node = office.district
    node.config.write_text(office.restore)
    os.kill(node.pid, 1)
    node.wait()


def strangers_do_not_hide_a_node(office: Office) -> None:
    """However many strangers ask, the district is well, its notices are few, and a node of its own that
    asks again and again is among them"""
    child = office.child()
    child.start(is_awaited=False)
    line = f"run: tonghop enrol UNIT {child.public_key} --role node"

    def knock() -> None:
        stranger = Peer(office.district.endpoint, office.district.public_key, Keys.generate())
        stranger.socket.poll(50)
        stranger.close()

    def asked() -> list[str]:
        return [notice for notice in status(office.district)["notices"] if line in notice]

    eventually(lambda: asked() != [], "the child has asked")
    first = asked()
    eventually(lambda: asked() not in ([], first), "the child has asked again")
    for _ in range(20):
        knock()
    notices = status(office.district)["notices"]
    expect("few", len(notices) <= 8, True)
    expect_in("the child's", "\n".join(notices), line)
    expect("well", office.district.tonghop("status").status, 0)
    office.enrol(child)
    expect("no stranger any more", asked(), [])
    office.end()


def enrol_refuses(office: Office) -> None:
    """enrol refuses what would go wrong later, and says why"""
    first, second = office.child(), office.child()
    office.enrol(first)
    first.start()
    district = office.district

    def refused(unit: int, key: str, *words: str) -> None:
        for language in ("en", "vi"):
            result = district.tonghop("--lang", language, "enrol", str(unit), key, "--role", "node",
                                      expect=1)
            if language == "en":
                expect_in(f"enrol {unit}", result.err, *words)

    refused(COMMUNE, second.public_key, "has a node with another key, last heard at 20",
            f"tonghop revoke {first.public_key}")
    first.stop()
    refused(OTHER, district.public_key, "this node's own key")
    refused(OTHER, office.province.public_key, "the key of the node above this one")
    refused(999, second.public_key, "the catalogue has no unit with id 999")
    refused(DISTRICT, second.public_key, "this node serves unit 631 itself")
    refused(622, second.public_key, "does not lie beneath this node")
    office.end()


STEPS = (mistakes_are_told, loop_ends, strangers_do_not_hide_a_node, enrol_refuses)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
