"""Who may not, is refused: clearly, with the remedy, and nothing changes."""

import socket
from pathlib import Path

from harness import Node, Tree, eventually
from peer import Keys, Peer, Refused, filing, pb
from scene import (NO_FIGURE, SAMPLE, client, exact, expect, expect_in, flat, history, outcomes, plant, play,
                   sentences, status, submit, table, total, unit_table, verify)

PROVINCE, DISTRICT, COMMUNE = 64, 631, 23857
OTHER = 23884  # another commune of the district
VISITS, PERIOD = "reception.visits", "2024-S1"
FORM, VISITS_NUMBER = 1, 14  # of the sample catalogue


class Office:
    """A province, a district with a node, and a reporter of the district."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.province = plant(tree)
        self.district = tree.add("duc-co", DISTRICT, self.province)
        self.reporter = client(tree, "to-duc-co", DISTRICT, self.district)
        self.other = client(tree, "to-khac", OTHER, self.district)

    def connect(self, role: str, unit: int = DISTRICT) -> Peer:
        """A foreign client with a new key."""
        keys = Keys.generate()
        self.district.tonghop("enrol", str(unit), keys.public, "--role", role)
        return Peer(self.district.endpoint, self.district.public_key, keys)


def refusal_of(peer: Peer, **body) -> pb.Refusal:
    try:
        answer = peer.ask(**body)
    except Refused as refused:
        return refused.refusal
    expect("a refusal", answer, None)


def report(unit: int, visits: int, **header) -> bytes:
    key = pb.Key(kind=1, year=2024, label=1, unit=unit, form=FORM)
    return filing(key, {VISITS_NUMBER: visits}, author="Hoa", **header)


def expect_no_link(node: Node, *words: str) -> None:
    """The node runs, takes reports in, and says why it is alone."""
    node.start(is_awaited=False)
    eventually(lambda: words[0] in node.tonghop("status", expect=None).err,
               f"{node.name} says: {words[0]}")
    result = node.tonghop("status", expect=1)
    expect_in(f"{node.name} says what to do", result.err, "no link", node.parent.endpoint, *words)
    node.stop()


# ---- keys ----


def unknown_key_is_refused(office: Office) -> None:
    """A key that nobody enrolled is not let in: node, reporter and foreign client are told"""
    stranger = office.tree.init("la", COMMUNE, office.district)
    expect_no_link(stranger, "this key is not enrolled there")
    expect_in("what the district's operator reads", office.district.log.read_text(),
              f"refused the key {stranger.public_key}: it is not enrolled here")
    reporter = office.tree.init_client("to-la", COMMUNE, office.district)
    result = submit(reporter, PERIOD, table({VISITS: 1}), expect=1)
    expect_in("what the reporter reads", result.err, "forbidden", "not enrolled there")
    with Peer(office.district.endpoint, office.district.public_key, Keys.generate()) as peer:
        peer.socket.immediate = 1
        expect("the handshake ends nowhere", peer.socket.poll(500), 0)
    expect("nobody connected", [child["connected"] for child in status(office.district)["children"]],
           [])


def wrong_server_key_is_noticed(office: Office) -> None:
    """A node that has another key than configured is not talked to"""
    other = Keys.generate().public
    child = office.tree.init("nham-khoa", COMMUNE, office.district, parent_key=other)
    child.enrol()
    expect_no_link(child, "the server's key is not the configured one")
    reporter = office.tree.init_client("to-nham-khoa", COMMUNE, office.district, home_key=other)
    result = submit(reporter, PERIOD, table({VISITS: 1}), expect=1)
    expect_in("what the reporter reads", result.err, "key is not the configured one")
    office.district.tonghop("revoke", child.public_key)


def silence_is_waited_for(office: Office) -> None:
    """What listens and says nothing may be busy: the command waits as long as it was told to"""
    reporter = office.tree.init_client("to-im-lang", COMMUNE, office.district)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = "tcp://127.0.0.1:%d" % silent.getsockname()[1]
        text = reporter.config.read_text()
        expect_in("the configuration", text, office.district.endpoint)
        reporter.config.write_text(text.replace(office.district.endpoint, endpoint))
        result = reporter.tonghop("--timeout", "11", "totals", "--period", "2024", expect=3)
    expect_in("the reporter reads", result.err, endpoint, "no answer within 11000 ms")


def known_key_for_another_unit(office: Office) -> None:
    """A known key that speaks for another unit than it was enrolled for gets nowhere"""
    child = office.tree.init("mao-danh", COMMUNE, office.district)
    office.district.tonghop("enrol", str(OTHER), child.public_key, "--role", "node")
    expect_no_link(child, "foreign", f"enrolled for unit {OTHER}", "unit 23857")
    office.district.tonghop("revoke", child.public_key)
    with office.connect("reporter", unit=OTHER) as peer:
        refusal = refusal_of(peer, hello=pb.Hello(protocol_min=1, protocol_max=1, unit=COMMUNE))
        expect("hello", refusal.code, "foreign")
        peer.hello()
        refusal = refusal_of(peer, file=pb.File(filing=report(COMMUNE, 1)))
        expect("another commune's report", refusal.code, "foreign")
        query = pb.TotalsQuery(period=PERIOD, unit=str(COMMUNE))
        expect("another commune's totals", refusal_of(peer, totals_query=query).code, "foreign")
    with office.connect("node", unit=OTHER) as peer:
        peer.hello(unit=OTHER)
        revision = pb.Revision(filing=report(COMMUNE, 1), revision=1, states=1, home=OTHER,
                               received_us=1, first_filed_us=1, recorded_by="uid:0")
        expect("another commune's revision", refusal_of(peer, revision=revision).code, "foreign")
    health = status(office.district)
    expect("kept for a person to see", health["quarantine"], "1")
    expect("nothing counted", total(office.district, PERIOD, VISITS), NO_FIGURE)


def revoked_key_is_cut_off(office: Office) -> None:
    """A key that is revoked while it is connected is cut off at once, and cannot come back"""
    keys = Keys.generate()
    for language, role in (("en", "as reporter of 23857 Chu Ty Township"),
                           ("vi", "với vai trò bên nộp của 23857 Thị trấn Chư Ty")):
        result = office.district.tonghop("enrol", str(COMMUNE), keys.public, "--role", "reporter", "--lang", language)
        expect_in("who was enrolled", result.err, keys.public, role)
    with Peer(office.district.endpoint, office.district.public_key, keys) as peer:
        peer.hello()
        expect("before", peer.file(report(COMMUNE, 5)).revision, 1)
        office.district.tonghop("revoke", keys.public)
        refusal = refusal_of(peer, file=pb.File(filing=report(COMMUNE, 6, based_on=1)))
        expect("after", refusal.code, "no-session")
        hello = pb.Hello(protocol_min=1, protocol_max=1)
        expect("again on this connection", refusal_of(peer, hello=hello).code, "forbidden")
    with Peer(office.district.endpoint, office.district.public_key, keys) as peer:
        expect("on a new connection", peer.socket.poll(500), 0)
    expect("what was filed stays", total(office.district, PERIOD, VISITS), exact(5, 1))


def revoked_node_says_so(office: Office) -> None:
    """A child whose key is revoked says so in its status; enrolled again, it goes on by itself"""
    child = office.tree.add("chu-ty", COMMUNE, office.district, listens=False)
    office.district.tonghop("revoke", child.public_key)
    submit(child, "2025", table({VISITS: 9}))
    eventually(lambda: status(child)["linked"] == "no", "the child is cut off")
    eventually(lambda: "not enrolled there" in child.tonghop("status", expect=1).err,
               "the child says why")
    expect("not above", total(office.district, "2025", VISITS), NO_FIGURE)
    child.enrol()
    child.wait()
    expect("above", total(office.district, "2025", VISITS), exact(9, 1))
    child.stop()


def roles_hold(office: Office) -> None:
    """Each role sends what it may, and nothing else"""
    enrol = pb.Enrol(unit=COMMUNE, key=bytes(32), role=pb.ROLE_ADMIN, name="me")
    publish = pb.CataloguePublish(chunk=pb.CatalogueChunk(number=2, hash=bytes(32), count=1,
                                                          data=b"x"))
    forbidden = {
        "reporter": {"enrol": enrol, "revoke": pb.Revoke(key=bytes(32)), "keys_query": pb.KeysQuery(),
                     "catalogue_publish": publish, "welcome": pb.Welcome(protocol=1, unit=DISTRICT,
                                                                         role=1, window=1)},
        "reader": {"file": pb.File(filing=report(DISTRICT, 1)), "enrol": enrol},
        "admin": {"file": pb.File(filing=report(DISTRICT, 1))},
    }
    keys = office.district.tonghop("keys", "--format", "csv").out.count("\n")
    for role, bodies in forbidden.items():
        with office.connect(role) as peer:
            keys += 1
            peer.hello()
            for name, body in bodies.items():
                expect(f"{role}: {name}", refusal_of(peer, **{name: body}).code, "forbidden")
            answer = peer.ask(totals_query=pb.TotalsQuery(period=PERIOD))
            expect(f"{role} reads", answer.units[0].unit.id, DISTRICT)
    expect("keys", office.district.tonghop("keys", "--format", "csv").out.count("\n"), keys)
    expect("no report", total(office.district, PERIOD, VISITS, "--unit", str(DISTRICT)), exact(5, 1))


# ---- reports ----


def refusals_do_not_contradict(office: Office) -> None:
    """What is refused for a right that is lacking is told in one sentence, with what to do"""
    catalogue = str(SAMPLE / "catalogue")
    for node, arguments, english, vietnamese in (
            (office.district, ("catalogue", "publish", catalogue),
             "refused (forbidden): catalogues are published at the root", "chỉ công bố danh mục ở nút trên cùng"),
            (office.reporter, ("keys",),
             "refused (forbidden): a key enrolled as reporter may not do that (keys_query): have the node's "
             "administrator", "nhờ người quản trị nút đăng ký"),
            (office.other, ("amend", VISITS, "1", "--unit", str(COMMUNE), "--period", PERIOD, "--reason", "x"),
             f"refused (foreign): this key is for {OTHER} ", f"khóa này chỉ dùng cho {OTHER} ")):
        for language, words in (("en", english), ("vi", vietnamese)):
            result = node.tonghop("--lang", language, *arguments, expect=None)
            expect_in(f"{arguments}", flat(result.err), words)
            expect(f"{arguments}: one sentence\n{result.err}", sentences(result.err), 1)


def wrong_node_names_the_right_one(office: Office) -> None:
    """A report handed to a node that is not its home is refused with the home's name"""
    lost = client(office.tree, "lac", DISTRICT, office.province)
    result = submit(lost, PERIOD, table({VISITS: 3}), "--unit", "23860", expect=1)
    expect("result", outcomes(result), [("23860", "", "refused")])
    expect_in("what the reporter reads", result.err, "not-home", "631 Duc Co District")
    result = submit(office.province, PERIOD, table({VISITS: 3}), "--unit", "23860", expect=1)
    expect_in("what the province's staff reads", result.err, "not-home", "631 Duc Co District")
    expect("nothing was filed", history(office.province, 23860, PERIOD), [])


def second_author_is_told(office: Office) -> None:
    """Of two who change the same report at once, the second is told the revision that came first"""
    with office.connect("reporter") as first, office.connect("reporter") as second:
        first.hello()
        second.hello()
        first.file(report(23866, 1))
        expect("first", first.file(report(23866, 2, based_on=1)).revision, 2)
        refusal = refusal_of(second, file=pb.File(filing=report(23866, 3, based_on=1)))
        expect("second", (refusal.code, refusal.current_revision), ("stale", 2))
        expect("second, having looked", second.file(report(23866, 3, based_on=2)).revision, 3)


# ---- files ----

BAD_FILES = [
    # what is wrong, the file's bytes, place, a word of the message
    ("unknown indicator", b"indicator,value\nreception.visit,1\n", "2:1 (A2)", "reception.visit"),
    ("unknown unit", b"unit,indicator,value\n99999,reception.visits,1\n", "2:1 (A2)", "99999"),
    ("bad number", b"indicator,value\nreception.visits,many\n", "2:18 (B2)", "many"),
    ("too many decimals", b"indicator,value\nreception.visits,1.5\n", "2:18 (B2)", "decimal"),
    ("negative", b"indicator,value\nreception.visits,-1\n", "2:18 (B2)", "negative"),
    ("beyond 64 bits", b"indicator,value\nreception.visits,99999999999999999999\n", "2:18 (B2)",
     "too large"),
    ("cell twice", b"indicator,value\nreception.visits,1\nreception.visits,1\n", "3:18 (B3)",
     "in line 2 (B2)"),
    ("another level's", b"indicator,value\ndialogue.province,1\n", "2:19 (B2)", "dialogue.province"),
    ("a computed one", b"indicator,value\ndialogue.total,1\n", "2:1 (A2)", "dialogue.total"),
    ("part above its whole", b"indicator,value\nmodel.recognised,1\nmodel.recognised.collective,2\n",
     "3:29 (B3)", "model.recognised"),
    ("range without upper", b"indicator,value,qualifier\nreception.visits,1,..\n", "2:20 (C2)", "upper"),
    ("unknown qualifier", b"indicator,value,qualifier\nreception.visits,1,<\n", "2:20 (C2)", "<"),
    ("unknown column", b"indicator,value,worth\nreception.visits,1,1\n", "1:17 (C1)", "worth"),
    ("no value column", b"indicator\nreception.visits\n", "1:1 (A1)", "value"),
    ("invalid UTF-8", b"indicator,value,note\nreception.visits,1,\xff\n", "2:20", "UTF-8"),
    ("NUL", b"indicator,value,note\nreception.visits,1,a\0b\n", "2:21", "UTF-16"),
    ("quote not closed", b'indicator,value,note\nreception.visits,1,"a\n', "2:20", "quote"),
    ("nothing in it", b"", "1:1", "empty"),
]
GOOD_FILES = [
    ("BOM and CRLF", b"\xef\xbb\xbfindicator,value\r\nreception.visits,7\r\n"),
    ("quoted, with a line break", b'value,indicator,note\n7,"reception.visits","one\ntwo"\n'),
]


def bad_files_are_explained(office: Office) -> None:
    """What is wrong in a file is listed with file, line and column; nothing of it is sent"""
    folder = Path(office.tree.folder)
    for number, (name, content, place, word) in enumerate(BAD_FILES):
        file = folder / f"bad-{number}.csv"
        file.write_bytes(content)
        unit = () if content.startswith(b"unit,") else ("--unit", "23860")
        result = office.reporter.tonghop("submit", str(file), "--period", "2022", *unit, expect=None)
        expect(f"{name}: exit status\n{result.out}{result.err}", result.status, 2)
        expect_in(name, result.err, f"{file}:{place}: error: ", word)
    several = folder / "several.csv"
    several.write_text("unit,indicator,value\n23860,reception.visits,1\n23860,none,1\n99,none,x\n")
    result = office.reporter.tonghop("submit", str(several), "--period", "2022", expect=2)
    expect_in("all at once", result.err, f"{several}:3:7 (B3): ", f"{several}:4:1 (A4): ",
              f"{several}:4:4 (B4): ")
    foreign = submit(office.reporter, "2022", unit_table({23860: {VISITS: 1}, 23887: {VISITS: 1}}),
                     expect=1)
    expect_in("a unit of another district", foreign.err, "23887")
    expect("nothing was sent", history(office.district, 23860, "2022"), [])
    expect("nothing above", total(office.district, "2022", VISITS), NO_FIGURE)


def odd_files_are_read(office: Office) -> None:
    """What a spreadsheet writes is read as a person would expect"""
    for name, content in GOOD_FILES:
        file = Path(office.tree.folder) / "good.csv"
        file.write_bytes(content)
        office.reporter.tonghop("submit", str(file), "--period", "2022", "--unit", "23860")
        expect(name, total(office.district, "2022", VISITS), exact(7, 1))


def bad_requests_are_explained(office: Office) -> None:
    """Bad arguments end with 2, questions that cannot be answered with 1, no daemon with 3"""
    for line in ("totals", "totals --period 2024-S3", "totals --perod 1", "submit --period 2024",
                 "submit /does/not/exist.csv --period 2024", "amend x 1", "nothing",
                 "enrol 631 not-a-key --role node", "status --wait soon"):
        arguments = line.split()
        result = office.district.tonghop(*arguments, expect=2)
        expect(f"{arguments}: says so", result.err != "" and result.out == "", True)
    for arguments in (["totals", "--period", "2024", "--unit", "99999"],
                      ["totals", "--period", "2024", "--unit", str(PROVINCE)],
                      ["totals", "--period", "2024", "--unit", "Thị trấn Chư Ty"],
                      ["explain", "no.such", "--period", "2024"],
                      ["coverage", "--period", "2024", "--unit", "99999"],
                      ["history", "99999", "--period", "2024"]):
        result = office.district.tonghop(*arguments, expect=2)
        expect(f"{arguments}: only what the node says", sentences(result.err), 1)
        expect(f"{arguments}: not as a refusal", "refused" in result.err, False)
    result = submit(office.district, "2024", table({VISITS: 1}), "--unit", "23935", expect=1)
    expect_in("a report of a unit elsewhere is refused", result.err, "refused")
    result = office.district.tonghop("--lang", "vi", "totals", "--period", "2024", "--kind", "x", expect=2)
    expect_in("what there is", result.err, "--kind phải là actual | plan")
    result = office.district.tonghop("--lang", "en", "status", "--wait", "soon", expect=2)
    expect_in("seconds", result.err, "--wait has to be a number of seconds")
    result = office.district.tonghop("--config", "/does/not/exist", "--lang", "vi", "totals", "--period", "2024",
                                     expect=2)
    expect_in("no configuration", result.err, "/does/not/exist: lỗi: không mở được: không có tệp này")
    result = office.district.tonghop("revoke", Keys.generate().public, expect=1)
    expect_in("an order is refused", result.err, "refused (not-found)")
    office.tree.init("tat", COMMUNE, office.district).tonghop("status", expect=3)


def all_is_well_after_that(office: Office) -> None:
    """After all that was refused, nothing waits, nothing differs, and totals are right"""
    office.province.wait()
    eventually(lambda: status(office.district)["outbox"] == "0", "the district has sent all it has")
    health = status(office.district)
    expect("alarms, parked", (health["alarms"], health["parked"]), ("0", "0"))
    result = office.district.tonghop("status", expect=1)
    expect_in("the forged revision is still named", result.err, "1 in quarantine")
    verify(office.district, office.province)


STEPS = (unknown_key_is_refused, wrong_server_key_is_noticed, silence_is_waited_for,
         known_key_for_another_unit, revoked_key_is_cut_off, revoked_node_says_so, roles_hold, refusals_do_not_contradict, wrong_node_names_the_right_one,
         second_author_is_told, bad_files_are_explained, odd_files_are_read,
         bad_requests_are_explained, all_is_well_after_that)

if __name__ == "__main__":
    with Tree() as grown:
        play(STEPS, Office(grown))
