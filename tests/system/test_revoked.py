"""A key that is revoked is cut off at once, also in the middle of a session: whatever was sent after
the revocation was answered is refused, and nothing of it is kept. Secret keys are for their owner's
eyes only."""

import base64
import threading
from typing import Optional

from zmq.utils import z85

from harness import Failure, Node, Tree
from peer import Keys, Peer, Refused, filing, pb
from scene import exact, expect, history, plant, play, submit, table, total, verify

PROVINCE, DISTRICT, OTHER_DISTRICT = 64, 631, 632
COMMUNE, OTHER_COMMUNE = 23857, 23860
PERIOD = "2024-S1"
FORM, VISITS_NUMBER, VISITS = 1, 14, "reception.visits"  # of the sample catalogue
FLOOD_BEFORE = 200  # receipts, before the key is revoked in the middle of it
AFTERWARDS = 50  # messages of each kind
SESSIONS = 10  # of one key, at once
HANDSHAKE_MS = 700  # in which a handshake that succeeds has done so many times over
KEY_FILE_MODES = {".key": 0o600, ".pub": 0o644, ".conf": 0o644}


class Office:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)

    def enrol(self, role: str, unit: int) -> Keys:
        keys = Keys.generate()
        self.province.tonghop("enrol", str(unit), keys.public, "--role", role)
        return keys

    def connect(self, keys: Keys, unit: int = 0) -> Peer:
        peer = Peer(self.province.endpoint, self.province.public_key, keys)
        peer.hello(unit)
        return peer

    def revoke(self, keys: Keys) -> None:
        self.province.tonghop("revoke", keys.public)

    def expect_shut_out(self, keys: Keys) -> None:
        """Not even a handshake."""
        with Peer(self.province.endpoint, self.province.public_key, keys) as peer:
            expect("a new connection", peer.socket.poll(HANDSHAKE_MS), 0)


def key(unit: int, label: int = 1) -> pb.Key:
    return pb.Key(kind=1, year=2024, label=label, unit=unit, form=FORM)


def report(unit: int, visits: int, based_on: int = 0) -> bytes:
    return filing(key(unit), {VISITS_NUMBER: visits}, author="Hoa", based_on=based_on)


def revision(unit: int, number: int) -> pb.Revision:
    return pb.Revision(filing=report(unit, number), revision=number, states=1, home=unit,
                       received_us=1, first_filed_us=1, recorded_by="uid:0")


def code_of(peer: Peer, **body) -> Optional[str]:
    try:
        peer.ask(**body)
    except Refused as refused:
        return refused.code
    return None


def expect_cut_off(peer: Peer, unit: int, bodies: list[dict]) -> None:
    """Every message is refused, a hello too, and so is what follows the hello."""
    hello = {"hello": pb.Hello(protocol_min=1, protocol_max=1, unit=unit)}
    for body in [*bodies, {"ping": pb.Ping()}, hello, *bodies, hello]:
        wanted = "forbidden" if "hello" in body else "no-session"
        expect(f"{list(body)[0]}, after the key was revoked", code_of(peer, **body), wanted)


# ---- in the middle of a session ----


class Flooder(threading.Thread):
    """Sends reports without a pause, as far as the window goes, and keeps every answer."""

    def __init__(self, peer: Peer, unit: int) -> None:
        super().__init__(daemon=True)
        self.peer, self.unit = peer, unit
        self.receipts = 0
        self.is_revoked, self.is_warm = threading.Event(), threading.Event()
        self.sent_before = 0  # the number of the last message that left before the revocation's answer
        self.late: list[str] = []  # answers to what was sent after it
        self.error: Optional[BaseException] = None

    def run(self) -> None:
        try:
            self.flood()
        except BaseException as error:  # told by the test
            self.error = error
        self.is_warm.set()

    def flood(self) -> None:
        under_way: set[int] = set()
        sent_late, revision_ = 0, 0
        while sent_late < AFTERWARDS or under_way:
            while len(under_way) < self.peer.window and sent_late < AFTERWARDS:
                # Whether it was revoked is asked first: a message is late only if it surely is.
                is_late = self.is_revoked.is_set()
                seq = self.peer.send(self.peer.envelope(file=pb.File(
                    filing=report(self.unit, revision_ + len(under_way), revision_ + len(under_way)))))
                under_way.add(seq)
                sent_late += is_late
                self.sent_before = self.sent_before if is_late else seq
            answer = self.peer.receive()
            under_way.discard(answer.re)
            if answer.WhichOneof("body") == "receipt":
                self.receipts += not answer.receipt.repeated_content
                revision_ = max(revision_, answer.receipt.revision)
                if self.receipts >= FLOOD_BEFORE:
                    self.is_warm.set()
            if answer.re > self.sent_before:
                self.late.append(answer.refusal.code or "taken in")


def reporter_in_a_flood(office: Office) -> None:
    """A reporter revoked amid a flood of its reports: what it sent later is refused, and just what it
    has receipts for is kept"""
    keys = office.enrol("reporter", COMMUNE)
    with office.connect(keys) as peer:
        flooder = Flooder(peer, COMMUNE)
        flooder.start()
        expect("the flood is under way", flooder.is_warm.wait(60), True)
        office.revoke(keys)  # returns when it is answered
        flooder.is_revoked.set()
        flooder.join(60)
        if flooder.error is not None:
            raise Failure(f"the flood: {flooder.error!r}")
        expect("answers to what came later", set(flooder.late), {"no-session"})
        expect("as many as were sent", len(flooder.late) >= AFTERWARDS, True)
        expect("kept", len(history(office.province, COMMUNE, PERIOD)), flooder.receipts)
        file = {"file": pb.File(filing=report(COMMUNE, 1, flooder.receipts))}
        query = {"totals_query": pb.TotalsQuery(period=PERIOD)}
        expect_cut_off(peer, COMMUNE, [file, query, {"catalogue_request": pb.CatalogueRequest()}])
        expect("still kept", len(history(office.province, COMMUNE, PERIOD)), flooder.receipts)
    office.expect_shut_out(keys)


def node_in_a_session(office: Office) -> None:
    """A node revoked while it is linked: its revisions and statements are refused, nothing is taken
    in, and it is told of no catalogue any more"""
    keys = office.enrol("node", DISTRICT)
    with office.connect(keys, DISTRICT) as peer:
        expect("before", peer.ask(revision=revision(DISTRICT, 1)).revision, 1)
        office.revoke(keys)
        statement = pb.Statement(kind=1, year=2024, unit=DISTRICT, catalogue=1, digest=bytes(32))
        bodies = [{"revision": revision(DISTRICT, number)} for number in range(2, 2 + AFTERWARDS)]
        expect_cut_off(peer, DISTRICT, [*bodies, {"statement": statement}])
        expect("revisions held", [row["revision"] for row in history(office.province, DISTRICT, PERIOD)],
               ["1"])
        expect("nothing is said unasked", peer.socket.poll(0), 0)
    office.expect_shut_out(keys)
    expect("what came before stays", total(office.province, PERIOD, VISITS, "--unit", str(DISTRICT)).value
           != "", True)


def every_session_of_a_key(office: Office) -> None:
    """All sessions of a revoked key end at once; those of another key of the same unit go on"""
    keys, others = office.enrol("reader", OTHER_DISTRICT), office.enrol("reader", OTHER_DISTRICT)
    peers = [office.connect(keys) for _ in range(SESSIONS)]
    query = {"status_query": pb.StatusQuery()}
    with office.connect(others) as friend:
        for peer in peers:
            peer.ask(**query)
        office.revoke(keys)
        for peer in peers:
            expect_cut_off(peer, OTHER_DISTRICT, [query])
            peer.close()
        friend.ask(**query)


def administrators(office: Office) -> None:
    """An administrator who revokes himself is answered, and has no power from the next message on; what
    he had sent along with it is refused as well"""
    keys, stranger = office.enrol("admin", PROVINCE), Keys.generate()
    enrol = {"enrol": pb.Enrol(unit=PROVINCE, key=base64.b64decode(stranger.public), role=pb.ROLE_ADMIN)}
    with office.connect(keys) as peer:
        revoke = peer.send(peer.envelope(revoke=pb.Revoke(key=base64.b64decode(keys.public))))
        along = peer.send(peer.envelope(**enrol))  # in the same batch, most likely
        expect("he is told", type(peer.answer_to(revoke)), pb.Done)
        try:
            peer.answer_to(along)
            raise Failure("enrolled by a revoked key")
        except Refused as refused:
            expect("what was sent along", refused.code, "no-session")
        expect_cut_off(peer, PROVINCE, [enrol, {"keys_query": pb.KeysQuery()}])
    expect("the stranger is not enrolled",
           stranger.public in office.province.tonghop("keys").out, False)


def another_role(office: Office) -> None:
    """A key that is enrolled anew with less rights has less from the next message on"""
    keys = office.enrol("reporter", OTHER_COMMUNE)
    with office.connect(keys) as peer:
        expect("as reporter", peer.file(report(OTHER_COMMUNE, 5)).revision, 1)
        office.province.tonghop("enrol", str(OTHER_COMMUNE), keys.public, "--role", "reader")
        file = {"file": pb.File(filing=report(OTHER_COMMUNE, 6, 1))}
        expect("the session is over", code_of(peer, **file), "no-session")
        expect("it is a reader now", peer.hello().role, pb.ROLE_READER)
        expect("as reader", code_of(peer, **file), "forbidden")
    expect("kept", total(office.province, PERIOD, VISITS, "--unit", str(OTHER_COMMUNE)), exact(5, 1))


# ---- secret keys ----


def spellings(secret: str) -> list[str]:
    """A key in every way in which it could be written."""
    raw = base64.b64decode(secret)
    return [secret, secret.rstrip("="), base64.urlsafe_b64encode(raw).decode(), raw.hex(),
            raw.hex().upper(), raw.hex(" "), z85.encode(raw).decode()]


def keys_are_secret(office: Office) -> None:
    """Secret keys have mode 0600, the node's state is its owner's, and no secret is in a log of the
    most talkative level, nor in what commands say"""
    tree = office.tree
    child = tree.init("talkative", DISTRICT, office.province)
    said = child.enrol_line
    child.config.write_text(child.config.read_text().replace(
        "[node]\n", "[node]\nlog_level = debug\n", 1))
    said += child.tonghop("status", expect=3).err
    child.enrol()
    child.start()
    submit(child, PERIOD, table({VISITS: 3}))
    reporter = tree.init_client("client", DISTRICT, child)
    said += submit(reporter, PERIOD, table({VISITS: 4}), expect=1).err  # not enrolled yet
    child.tonghop("enrol", str(DISTRICT), reporter.public_key, "--role", "reporter")
    said += reporter.tonghop("status", expect=None).out + child.tonghop("keys").out
    child.tonghop("revoke", reporter.public_key)
    check_modes(tree, child)
    child.stop()
    said += "".join(node.log.read_text() for node in tree.nodes if node.log.exists())
    secrets = [path.read_text().strip() for path in tree.etc.glob("*.key")]
    expect("secret keys", len(secrets) >= 3, True)
    expect("the public key is in the log", child.public_key in said, True)
    for secret in secrets:
        found = [spelling for spelling in spellings(secret) if spelling in said]
        expect("a secret key that was written somewhere", found, [])


def check_modes(tree: Tree, child: Node) -> None:
    for path in tree.etc.iterdir():
        wanted = KEY_FILE_MODES.get(path.suffix)
        if path.suffix not in KEY_FILE_MODES or path.stat().st_mode & 0o777 != wanted:
            raise Failure(f"{path.name}: mode {path.stat().st_mode & 0o7777:o}")
    state = tree.folder / "state" / child.name
    expect("the state's folder", state.stat().st_mode & 0o7777, 0o700)
    modes = {path.name: path.stat().st_mode & 0o777 for path in state.iterdir()}
    expect("the state's files", {name: mode for name, mode in modes.items() if mode != 0o600}, {})
    expect("there are some", len(modes) >= 2, True)
    control = tree.folder / "run" / child.name / "control"
    expect("the local socket", control.stat().st_mode & 0o777, 0o660)


def all_is_well_after_that(office: Office) -> None:
    """In the end nothing is in quarantine, and the totals are right"""
    verify(office.province)


STEPS = (reporter_in_a_flood, node_in_a_session, every_session_of_a_key, administrators, another_role,
         keys_are_secret, all_is_well_after_that)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
